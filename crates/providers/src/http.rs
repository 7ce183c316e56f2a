//! Pure. A request to be sent and a response that was received, as plain values; sending is somebody else's work.

/// What to send, complete but for the base URL and the key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpRequest {
    /// The HTTP method, in capitals.
    pub method: &'static str,
    /// The path, relative to the base URL.
    pub path: &'static str,
    /// Headers in lower case, without the one that carries the key.
    pub headers: Vec<(String, String)>,
    /// The body, JSON.
    pub body: Vec<u8>,
    /// Names of parameters that this dialect is known not to have, and that were left out therefore.
    /// Worth a warning; parameters that nobody here knows are sent unchanged instead.
    pub dropped: Vec<String>,
}

/// What came back, and when.
#[derive(Debug, Clone, Copy)]
pub struct HttpResponse<'a> {
    /// The HTTP status.
    pub status: u16,
    /// The headers; names are compared without regard to case.
    pub headers: &'a [(String, String)],
    /// The whole body.
    pub body: &'a [u8],
    /// When it was received, in Unix seconds, needed to read `Retry-After: <date>`.
    pub received_at: u64,
}

impl HttpResponse<'_> {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        find_header(self.headers, name)
    }
}

pub(crate) fn find_header<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers
        .iter()
        .find(|(candidate, _)| candidate.eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim())
}

pub(crate) fn json_request(path: &'static str, body: &serde_json::Value) -> HttpRequest {
    HttpRequest {
        method: "POST",
        path,
        headers: vec![("content-type".to_owned(), "application/json".to_owned())],
        body: body.to_string().into_bytes(),
        dropped: Vec::new(),
    }
}
