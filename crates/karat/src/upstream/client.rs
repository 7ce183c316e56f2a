//! One HTTP exchange with four time limits: connect, first byte, between chunks, total.

use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Pool;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use karat_records::{Failure, FailureKind, Fault};

use crate::project::provider::Timeouts;

/// Connections that are kept open.
#[derive(Clone, Debug)]
pub struct Client {
    pool: Pool<HttpsConnector<HttpConnector>, Full<Bytes>>,
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
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(timeouts.connect));
        let connector = HttpsConnectorBuilder::new()
            .with_webpki_roots()
            .https_or_http()
            .enable_http1()
            .enable_http2()
            .wrap_connector(tcp);
        let pool = Pool::builder(TokioExecutor::new())
            .pool_timer(TokioTimer::new())
            .pool_idle_timeout(Duration::from_secs(30))
            .build(connector);
        Self { pool, timeouts }
    }

    /// Sends one request and reads the whole answer.
    pub async fn send(&self, outgoing: Outgoing) -> Result<Incoming, Failure> {
        let total = self.timeouts.total;
        tokio::time::timeout(total, self.exchange(outgoing))
            .await
            .unwrap_or_else(|_| Err(timeout("the whole answer", total)))
    }

    async fn exchange(&self, outgoing: Outgoing) -> Result<Incoming, Failure> {
        let mut request = hyper::Request::builder().method(outgoing.method).uri(&outgoing.url);
        for (name, value) in &outgoing.headers {
            request = request.header(name, value);
        }
        let request =
            request.body(Full::new(Bytes::from(outgoing.body))).map_err(|error| Failure {
                kind: FailureKind::BadRequest,
                message: format!("the request to {} cannot be built: {error}", outgoing.url),
                fault: Fault::Ours,
            })?;
        let host = request.uri().authority().map(ToString::to_string).unwrap_or_default();
        let limit = self.timeouts.first_byte;
        let response = tokio::time::timeout(limit, self.pool.request(request))
            .await
            .map_err(|_| timeout(&format!("the first byte of {host}"), limit))?
            .map_err(|error| broken(&host, &error))?;
        let status = response.status().as_u16();
        let headers = response
            .headers()
            .iter()
            .map(|(name, value)| {
                (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
            })
            .collect();
        let mut stream = response.into_body();
        let mut body = Vec::new();
        let limit = self.timeouts.chunk;
        loop {
            let frame = tokio::time::timeout(limit, stream.frame())
                .await
                .map_err(|_| timeout(&format!("the next part of {host}'s answer"), limit))?;
            match frame {
                None => break,
                Some(Ok(frame)) => {
                    if let Ok(data) = frame.into_data() {
                        body.extend_from_slice(&data);
                    }
                }
                Some(Err(error)) => {
                    return Err(Failure {
                        kind: FailureKind::Malformed,
                        message: format!(
                            "{host} cut its answer after {} bytes ({})",
                            body.len(),
                            root_cause(&error)
                        ),
                        fault: Fault::Provider,
                    });
                }
            }
            if body.len() > MOST_BYTES {
                return Err(Failure {
                    kind: FailureKind::Malformed,
                    message: format!("{host} answered with more than {} MB", MOST_BYTES >> 20),
                    fault: Fault::Provider,
                });
            }
        }
        Ok(Incoming { status, headers, body })
    }
}

fn timeout(what: &str, limit: Duration) -> Failure {
    Failure {
        kind: FailureKind::Timeout,
        message: format!("waited {limit:?} for {what}"),
        fault: Fault::Provider,
    }
}

fn broken(host: &str, error: &hyper_util::client::legacy::Error) -> Failure {
    let cause = root_cause(error);
    if error.is_connect() {
        let message = format!("{host} cannot be reached: {cause}");
        return Failure { kind: FailureKind::Unreachable, message, fault: Fault::Provider };
    }
    let message = format!("{host} closed the connection without an answer ({cause})");
    Failure { kind: FailureKind::ServerError, message, fault: Fault::Provider }
}

fn root_cause(error: &dyn std::error::Error) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    cause.to_string()
}
