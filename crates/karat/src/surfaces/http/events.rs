//! Server-sent events of one call: how far it is, then its result or problem.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::response::Response;
use futures_util::stream;
use hyper::header::{self, HeaderValue};
use serde::Serialize;
use tokio::sync::mpsc;

use super::answer::Answer;
use crate::app::Watch;
use crate::evals::progress::Update;

/// Events that wait for a slow reader.
const MOST_WAITING: usize = 1024;

/// Places that progress leaves to events that count.
const RESERVE: usize = 256;

/// A quiet connection is told so often that it is still one.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Where events go.
#[derive(Clone, Debug)]
pub struct Events(mpsc::Sender<Bytes>);

/// Where they come from.
pub type Stream = mpsc::Receiver<Bytes>;

/// A channel for the events of one call.
pub fn channel() -> (Events, Stream) {
    let (sender, receiver) = mpsc::channel(MOST_WAITING);
    (Events(sender), receiver)
}

impl Events {
    /// Whoever watches a run; progress that a slow reader has no room for is left out.
    pub fn watch(&self) -> Watch {
        let events = self.clone();
        Arc::new(move |update: &Update| match update {
            Update::Before(before) => events.offer("before", before, 0),
            Update::Now(progress) => events.offer("progress", progress, RESERVE),
            Update::Part(part) => events.offer("part", part, 1),
        })
    }

    fn offer(&self, name: &str, data: &impl Serialize, reserve: usize) {
        if self.0.capacity() > reserve
            && let Ok(data) = serde_json::to_string(data)
        {
            // A reader who has left wants nothing; what has no room now is in the result.
            let _ = self.0.try_send(event(name, data.as_bytes()));
        }
    }

    /// The last event.
    pub async fn end(&self, answer: &Answer) {
        let name = if answer.is_done() { "result" } else { "problem" };
        // A reader who has left finds the result where it is stored.
        let _ = self.0.send(event(name, &answer.body)).await;
    }

    /// Waits until the reader has left.
    pub async fn left(&self) {
        self.0.closed().await;
    }
}

/// One event; JSON has no line breaks of its own.
fn event(name: &str, data: &[u8]) -> Bytes {
    let mut bytes = format!("event: {name}\ndata: ").into_bytes();
    bytes.extend_from_slice(data);
    bytes.extend_from_slice(b"\n\n");
    bytes.into()
}

/// The answer that streams them, after one that was taken out already.
pub fn response(first: Option<Bytes>, stream: Stream) -> Response {
    let pieces = stream::unfold((first, stream), |(first, mut stream)| async move {
        if let Some(first) = first {
            return Some((Ok::<_, Infallible>(first), (None, stream)));
        }
        let piece = match tokio::time::timeout(KEEP_ALIVE, stream.recv()).await {
            Err(_) => Bytes::from_static(b": still here\n\n"),
            Ok(None) => return None,
            Ok(Some(event)) => event,
        };
        Some((Ok(piece), (None, stream)))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Proxies that collect answers would hold the events back.
    headers.insert("x-accel-buffering", HeaderValue::from_static("no"));
    response
}
