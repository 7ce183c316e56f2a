//! Pure. What a provider's failure means: whose fault it is and whether asking again may help.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::chat::Usage;
use crate::http::HttpResponse;
use crate::redact::{excerpt, redact};
use crate::retry;

mod classify;

/// A call that gave no usable answer.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub struct ProviderError {
    /// What it means.
    pub class: ErrorClass,
    /// The HTTP status, where there was a response.
    pub status: Option<u16>,
    /// The provider's own words, keys removed, at most 500 characters.
    pub message: String,
    /// The provider's own code or type, such as `context_length_exceeded`.
    pub code: Option<String>,
    /// How long the provider asks to wait.
    pub retry_after: Option<Duration>,
    /// What the failed call consumed, where the provider said so: an empty answer is charged as well.
    pub usage: Option<Box<Usage>>,
}

impl fmt::Display for ProviderError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}", self.class)?;
        if let Some(status) = self.status {
            write!(formatter, " (status {status})")?;
        }
        write!(formatter, ": {}", self.message)
    }
}

/// The kinds of failure that callers tell apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// Too many requests or tokens in a span of time.
    RateLimited,
    /// The account has no credit left; waiting does not help.
    QuotaExhausted,
    /// The provider has no capacity for the moment.
    Overloaded,
    /// The provider failed.
    ServerError,
    /// Nothing came in time.
    Timeout,
    /// The provider could not be reached or broke the connection; made by whoever opens sockets, not here.
    Connection,
    /// The request was wrong.
    BadRequest,
    /// The key is missing or wrong.
    Authentication,
    /// The key may not do this.
    PermissionDenied,
    /// The model or the address does not exist.
    NotFound,
    /// The conversation is longer than the model reads.
    ContextLength,
    /// The provider's content filter refused the request or cut off the whole answer.
    ContentPolicy,
    /// The body is not an answer: HTML, broken JSON, JSON of another shape.
    Malformed,
    /// A well-formed answer with neither text nor tool calls.
    Empty,
    /// The stream ended before its terminal event.
    CutStream,
}

impl ErrorClass {
    /// Every class, in the order of the documentation.
    pub const ALL: [Self; 15] = [
        Self::RateLimited,
        Self::QuotaExhausted,
        Self::Overloaded,
        Self::ServerError,
        Self::Timeout,
        Self::Connection,
        Self::BadRequest,
        Self::Authentication,
        Self::PermissionDenied,
        Self::NotFound,
        Self::ContextLength,
        Self::ContentPolicy,
        Self::Malformed,
        Self::Empty,
        Self::CutStream,
    ];

    /// Whether the same request may succeed when it is sent again.
    pub fn retryable(self) -> bool {
        matches!(
            self,
            Self::RateLimited
                | Self::Overloaded
                | Self::ServerError
                | Self::Timeout
                | Self::Connection
                | Self::Malformed
                | Self::Empty
                | Self::CutStream
        )
    }

    /// One word, stable, for records.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RateLimited => "rate_limited",
            Self::QuotaExhausted => "quota_exhausted",
            Self::Overloaded => "overloaded",
            Self::ServerError => "server_error",
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::BadRequest => "bad_request",
            Self::Authentication => "authentication",
            Self::PermissionDenied => "permission_denied",
            Self::NotFound => "not_found",
            Self::ContextLength => "context_length",
            Self::ContentPolicy => "content_policy",
            Self::Malformed => "malformed",
            Self::Empty => "empty",
            Self::CutStream => "cut_stream",
        }
    }
}

impl fmt::Display for ErrorClass {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

impl ProviderError {
    /// An error with a message of our own or of the provider, which is redacted and cut here.
    pub fn new(class: ErrorClass, message: &str) -> Self {
        let message = redact(message);
        Self { class, status: None, message, code: None, retry_after: None, usage: None }
    }

    pub(crate) fn malformed(problem: &str) -> Self {
        Self::new(ErrorClass::Malformed, problem)
    }

    pub(crate) fn with_usage(mut self, usage: Usage) -> Self {
        self.usage = (usage != Usage::default()).then(|| Box::new(usage));
        self
    }
}

/// Reads a response that is no success; useful alone when a stream was asked for and refused.
pub fn decode_error(response: &HttpResponse<'_>) -> ProviderError {
    let parsed = serde_json::from_slice::<Value>(response.body).ok();
    let report =
        parsed.as_ref().and_then(|body| classify::report(body, !is_success(response.status)));
    let mut error = match report {
        Some(report) => report.into_error(Some(response.status)),
        None => unexplained(response, parsed.is_some()),
    };
    error.status = Some(response.status);
    error.retry_after = retry::retry_after(response.headers, response.received_at);
    error
}

/// The body of a success as JSON, or the error that it is.
pub(crate) fn success_json(response: &HttpResponse<'_>) -> Result<Value, ProviderError> {
    if !is_success(response.status) {
        return Err(decode_error(response));
    }
    match serde_json::from_slice::<Value>(response.body) {
        Ok(body) if classify::report(&body, false).is_none() => Ok(body),
        _ => Err(decode_error(response)),
    }
}

/// The error that an event inside a stream reports, if it does.
pub(crate) fn stream_error(event: &Value) -> Option<ProviderError> {
    classify::report(event, false).map(|report| report.into_error(None))
}

fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

fn unexplained(response: &HttpResponse<'_>, is_json: bool) -> ProviderError {
    let text = excerpt(response.body);
    let lower = text.to_ascii_lowercase();
    let what = if text.is_empty() {
        "an empty body"
    } else if lower.starts_with("<!doctype html") || lower.starts_with("<html") {
        "HTML instead of JSON"
    } else if is_json {
        "JSON of an unknown shape"
    } else if is_success(response.status) {
        "a body that is not JSON"
    } else {
        "no reason in JSON"
    };
    let class = classify::by_status(response.status).unwrap_or(ErrorClass::Malformed);
    let colon = if text.is_empty() { "" } else { ": " };
    ProviderError::new(class, &format!("the provider sent {what}{colon}{text}"))
}
