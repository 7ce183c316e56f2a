//! The server: reads a request, lets the script decide, sends what was decided; the only file here that opens anything.

use std::future::Future;
use std::io;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use karat_providers::{Dialect, ErrorClass};
use tokio::net::{TcpListener, TcpStream};

use super::body::{PacedBody, Slot};
use super::reply::{Reply, Response, Then, error};
use super::route::{Stray, route};
use super::script::Script;
use super::seen::Seen;
use crate::clock::Clock;
use crate::tasks::Tasks;

mod decide;

use decide::{Arrival, State};

/// The most bytes that a request may have.
const MOST_BYTES: usize = 64 << 20;

/// Serves a script until `stop` is ready; connections that are open then are closed.
pub async fn serve(
    script: Script,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    run(Arc::new(Server::new(script)), listener, stop).await;
    Ok(())
}

/// A script with what has been counted so far.
#[derive(Debug)]
pub(super) struct Server {
    script: Script,
    state: Mutex<State>,
    in_flight: Arc<AtomicUsize>,
    clock: Clock,
}

impl Server {
    pub(super) fn new(script: Script) -> Self {
        let state = Mutex::default();
        Self { script, state, in_flight: Arc::default(), clock: Clock }
    }

    /// How many requests for answers, vectors or counts have arrived.
    pub(super) fn n_requests(&self) -> u64 {
        self.state().n_requests
    }

    /// The last requests, the oldest first.
    pub(super) fn log(&self) -> Vec<Seen> {
        self.state().log.all()
    }

    /// Never held across an await.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Accepts connections until `stop` is ready.
pub(super) async fn run(
    server: Arc<Server>,
    listener: TcpListener,
    stop: impl Future<Output = ()>,
) {
    let mut connections = Tasks::default();
    let mut stop = std::pin::pin!(stop);
    loop {
        let accepted = tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => accepted,
        };
        connections.reap();
        match accepted {
            Ok((stream, _)) => connections.start(connection(Arc::clone(&server), stream)),
            // Out of sockets, or the caller has gone: others can still be served.
            Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
        }
    }
    connections.abort().await;
}

async fn connection(server: Arc<Server>, stream: TcpStream) {
    // Without it a delay of the network's own would stand between two pieces; with an old socket we go on all the same.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| answer(Arc::clone(&server), request));
    let connection = http1::Builder::new()
        // Callers keep connections as long as they like: closing an idle one would race with its next request.
        .header_read_timeout(None)
        .serve_connection(TokioIo::new(stream), service);
    // A connection that breaks is the caller's choice or the script's.
    let _ = connection.await;
}

/// Answers one request; an error closes the connection without a word.
async fn answer(
    server: Arc<Server>,
    request: hyper::Request<Incoming>,
) -> io::Result<hyper::Response<PacedBody>> {
    let (slot, n_in_flight) = Slot::enter(&server.in_flight);
    let (head, body) = request.into_parts();
    let caller = caller_dialect(&head.headers);
    let endpoint = match route(head.method.as_str(), head.uri.path(), caller) {
        Ok(endpoint) => endpoint,
        Err(stray) => return Ok(send(astray(stray, caller, head.uri.path()), slot)),
    };
    let Ok(body) = Limited::new(body, MOST_BYTES).collect().await else {
        let message = format!("the request is larger than {} MB or broke off", MOST_BYTES >> 20);
        let mut response = error(endpoint.dialect(), ErrorClass::BadRequest, &message);
        response.status = 413;
        return Ok(send(response, slot));
    };
    let body: Bytes = body.to_bytes();
    let arrival = Arrival {
        endpoint,
        key: key(&head.headers),
        body: &body,
        n_in_flight,
        at: server.clock.instant(),
        now_ms: server.clock.now_ms(),
    };
    let Reply { wait, then } = decide::decide(&server.script, || server.state(), &arrival);
    if !wait.is_zero() {
        tokio::time::sleep(wait).await;
    }
    match then {
        Then::Respond(response) => Ok(send(response, slot)),
        Then::Close => Err(io::Error::other("the script closes the connection here")),
        Then::Hang => std::future::pending().await,
    }
}

/// The dialect of a caller on a path that several vendors have.
fn caller_dialect(headers: &HeaderMap) -> Dialect {
    let is_anthropic =
        ["anthropic-version", "x-api-key"].iter().any(|name| headers.contains_key(*name));
    if is_anthropic { Dialect::Anthropic } else { Dialect::OpenAiChat }
}

fn key(headers: &HeaderMap) -> Option<&str> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = text("authorization").and_then(|value| value.strip_prefix("Bearer "));
    bearer.or_else(|| text("x-api-key")).map(str::trim)
}

fn astray(stray: Stray, dialect: Dialect, path: &str) -> Response {
    let (status, message) = match stray {
        Stray::Path => (404, format!("there is no {path} at this simulated server")),
        Stray::Method => (405, format!("{path} does not take this method")),
    };
    let mut response = error(dialect, ErrorClass::BadRequest, &message);
    response.status = status;
    response
}

/// The response as hyper sends it.
fn send(response: Response, slot: Slot) -> hyper::Response<PacedBody> {
    let mut sent = hyper::Response::new(PacedBody::new(response.steps, slot));
    *sent.status_mut() = hyper::StatusCode::from_u16(response.status)
        .unwrap_or(hyper::StatusCode::INTERNAL_SERVER_ERROR);
    let headers = sent.headers_mut();
    for (name, value) in response.headers {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
    headers.insert(SIMULATED, HeaderValue::from_static("true"));
    if let Some(length) = response.length {
        headers.insert(hyper::header::CONTENT_LENGTH, HeaderValue::from(length));
    }
    sent
}

/// Says that no model answered.
const SIMULATED: HeaderName = HeaderName::from_static("x-karat-simulated");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_found_in_either_vendors_header() {
        let mut headers = HeaderMap::new();
        assert_eq!(key(&headers), None);
        headers.insert("x-api-key", HeaderValue::from_static("a"));
        assert_eq!((key(&headers), caller_dialect(&headers)), (Some("a"), Dialect::Anthropic));
        headers.insert("authorization", HeaderValue::from_static("Bearer b"));
        assert_eq!(key(&headers), Some("b"));
    }
}
