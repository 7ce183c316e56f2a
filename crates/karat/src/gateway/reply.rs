//! What an application gets: a status, headers, and a body that is whole or comes in pieces.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body_util::Full;
use hyper::body::{Body, Bytes, Frame};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use tokio::sync::mpsc;

/// An answer to an application.
#[derive(Debug)]
pub struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: ReplyBody,
}

/// A body that is whole, or comes in pieces.
#[derive(Debug)]
pub enum ReplyBody {
    /// All of it.
    Whole(Full<Bytes>),
    /// As it is made.
    Pieces(Pieces),
}

/// Pieces of a body, as somebody else sends them.
#[derive(Debug)]
pub struct Pieces(mpsc::Receiver<Bytes>);

/// Under which an inference is recorded.
const INFERENCE_ID: HeaderName = HeaderName::from_static("x-karat-inference-id");

/// Which variant answered.
const VARIANT: HeaderName = HeaderName::from_static("x-karat-variant");

/// How many attempts it took.
const ATTEMPTS: HeaderName = HeaderName::from_static("x-karat-attempts");

/// Nothing proves the variant that answered.
const UNPROVEN: HeaderName = HeaderName::from_static("x-karat-unproven");

impl Reply {
    /// A body that is there.
    pub fn whole(status: StatusCode, kind: &'static str, body: Bytes) -> Self {
        Self::new(status, kind, ReplyBody::Whole(Full::new(body)))
    }

    /// A body that is still made.
    pub fn pieces(kind: &'static str, pieces: Pieces) -> Self {
        let mut reply = Self::new(StatusCode::OK, kind, ReplyBody::Pieces(pieces));
        // Proxies between us and the application are not to wait for more.
        reply.headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        reply
            .headers
            .insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
        reply
    }

    fn new(status: StatusCode, kind: &'static str, body: ReplyBody) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        Self { status, headers, body }
    }

    /// With headers of the provider.
    #[must_use]
    pub fn with_head(mut self, head: &[(HeaderName, HeaderValue)]) -> Self {
        for (name, value) in head {
            self.headers.append(name.clone(), value.clone());
        }
        self
    }

    /// With a header, where its value can be one.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
        self
    }

    /// With what an application may want to know about its answer.
    #[must_use]
    pub fn marked(
        self,
        inference_id: &str,
        variant: Option<&str>,
        n_attempts: usize,
        unproven: bool,
    ) -> Self {
        let reply = self.with(INFERENCE_ID, inference_id).with(ATTEMPTS, &n_attempts.to_string());
        let reply = match variant {
            Some(variant) => reply.with(VARIANT, variant),
            None => reply,
        };
        if unproven { reply.with(UNPROVEN, "true") } else { reply }
    }

    /// As it is sent.
    pub fn into_response(self) -> Response<ReplyBody> {
        let mut response = Response::new(self.body);
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

impl Pieces {
    /// A body of pieces, at most so many of them on their way, and where they are sent.
    pub fn channel(most: usize) -> (mpsc::Sender<Bytes>, Self) {
        let (sender, receiver) = mpsc::channel(most);
        (sender, Self(receiver))
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.get_mut() {
            Self::Whole(whole) => Pin::new(whole).poll_frame(context),
            Self::Pieces(pieces) => {
                pieces.0.poll_recv(context).map(|piece| piece.map(|piece| Ok(Frame::data(piece))))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(whole) => whole.is_end_stream(),
            Self::Pieces(_) => false,
        }
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        match self {
            Self::Whole(whole) => whole.size_hint(),
            Self::Pieces(_) => hyper::body::SizeHint::default(),
        }
    }
}
