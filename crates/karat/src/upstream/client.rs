//! One HTTP exchange with four time limits: connect, first byte, between chunks, total.

use std::error::Error;
use std::io;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::Bytes;
use hyper_util::client::legacy::{Client as Pool, Error as CallError};
use hyper_util::rt::{TokioExecutor, TokioTimer};
use karat_records::{Failure, FailureKind, Fault};
use tokio::time::{Instant, timeout};

use super::connect::{Connector, TooLate, has_answered, mark_answered};
use super::open::{Chunks, Opened};
use crate::project::provider::Timeouts;

/// Connections that are kept open.
#[derive(Clone, Debug)]
pub struct Client {
    pool: Pool<Connector, Full<Bytes>>,
    timeouts: Timeouts,
}

/// What is sent.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// GET or POST.
    pub method: &'static str,
    /// The whole address.
    pub url: String,
    /// Headers, the secret one included; never shown.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

/// What came back, whole.
#[derive(Clone, Debug)]
pub struct Incoming {
    /// HTTP status.
    pub status: u16,
    /// Headers with names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Incoming {
    /// The first header of that name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Most bytes of an answer; more is not an answer.
const MOST_BYTES: usize = 64 << 20;

impl Client {
    /// Connects when the first call is made.
    pub fn new(timeouts: Timeouts) -> Self {
        let pool = Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(Connector::new(timeouts.connect));
        Self { pool, timeouts }
    }

    /// Sends one request and reads the whole answer.
    pub async fn send(&self, outgoing: Outgoing) -> Result<Incoming, Failure> {
        let mut request = hyper::Request::builder().method(outgoing.method).uri(&outgoing.url);
        for (name, value) in &outgoing.headers {
            request = request.header(name, value);
        }
        let request = request
            .body(Full::new(Bytes::from(outgoing.body)))
            .map_err(|error| unbuildable(&outgoing.url, &error))?;
        let opened = self.open(request, self.timeouts).await?;
        let headers = opened
            .headers
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let body = opened.chunks.whole(MOST_BYTES).await?;
        Ok(Incoming { status: opened.status, headers, body: body.into() })
    }

    /// Sends one request and waits for the head of its answer.
    ///
    /// Servers close connections that are idle, and the news may cross with the request on the wire.
    /// So a request is sent once more where a connection that had answered before ends without a byte for it;
    /// over a new connection it is never sent twice.
    /// The time to connect is the client's own, since connections outlive requests; the other limits are `limits`.
    pub async fn open(
        &self,
        request: hyper::Request<Full<Bytes>>,
        limits: Timeouts,
    ) -> Result<Opened, Failure> {
        let deadline = Instant::now() + limits.total;
        let host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let response = timeout(limits.first_byte.min(limits.total), self.exchange(request))
            .await
            .map_err(|_| {
                if limits.total <= limits.first_byte {
                    late(&whole_answer(&host), limits.total)
                } else {
                    late(&format!("the first byte of {host}"), limits.first_byte)
                }
            })?
            .map_err(|error| broken(&host, &error, self.timeouts.connect))?;
        mark_answered(response.extensions());
        let (head, body) = response.into_parts();
        let chunks = Chunks::new(body, host, limits, deadline);
        Ok(Opened { status: head.status.as_u16(), headers: head.headers, chunks })
    }

    async fn exchange(
        &self,
        request: hyper::Request<Full<Bytes>>,
    ) -> Result<hyper::Response<hyper::body::Incoming>, CallError> {
        match self.pool.request(request.clone()).await {
            Err(error) if has_answered(&error) && !is_no_http(&error) => {
                self.pool.request(request).await
            }
            response => response,
        }
    }
}

pub(super) fn unbuildable(url: &str, error: &hyper::http::Error) -> Failure {
    let message = format!("the request to {url} cannot be built: {error}");
    Failure { kind: FailureKind::BadRequest, message, fault: Fault::Ours }
}

pub(super) fn late(what: &str, limit: Duration) -> Failure {
    let message = format!("waited {limit:?} for {what}");
    Failure { kind: FailureKind::Timeout, message, fault: Fault::Provider }
}

pub(super) fn whole_answer(host: &str) -> String {
    format!("the whole answer of {host}")
}

fn broken(host: &str, error: &CallError, connect_limit: Duration) -> Failure {
    let cause = root_cause(error);
    let (kind, message) = if error.is_connect() && is_late(error) {
        (FailureKind::Unreachable, format!("{host} gave no connection within {connect_limit:?}"))
    } else if error.is_connect() {
        (FailureKind::Unreachable, format!("{host} cannot be reached: {cause}"))
    } else if is_no_http(error) {
        (FailureKind::Malformed, format!("{host} answered in something else than HTTP ({cause})"))
    } else {
        let message = format!("{host} closed the connection without an answer ({cause})");
        (FailureKind::ServerError, message)
    };
    Failure { kind, message, fault: Fault::Provider }
}

fn is_late(error: &CallError) -> bool {
    chain(error).any(|cause| {
        let by_system = cause.downcast_ref().map(io::Error::kind);
        cause.is::<TooLate>() || by_system == Some(io::ErrorKind::TimedOut)
    })
}

fn is_no_http(error: &CallError) -> bool {
    chain(error).any(|cause| cause.downcast_ref().is_some_and(hyper::Error::is_parse))
}

/// An error and what caused it, the root last.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |error: &&'a (dyn Error + 'static)| (*error).source())
}

pub(super) fn root_cause(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}
