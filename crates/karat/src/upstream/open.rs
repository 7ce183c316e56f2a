//! One exchange as it happens: the head of an answer, then its bytes in the pieces in which they arrive.
//! No pace and no further attempts; whoever calls decides what follows.

use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use karat_records::{Failure, FailureKind, Fault};
use tokio::time::{Instant, timeout_at};

use super::Upstream;
use super::client::{late, root_cause, unbuildable, whole_answer};
use crate::project::Provider;
use crate::project::provider::Timeouts;

#[cfg(test)]
mod tests;

/// An answer that has begun.
#[derive(Debug)]
pub struct Opened {
    /// HTTP status.
    pub status: u16,
    /// Headers as the server sent them.
    pub headers: HeaderMap,
    /// What follows.
    pub chunks: Chunks,
}

/// The rest of an answer; dropping it cancels the call.
#[derive(Debug)]
pub struct Chunks {
    /// None after the end and after a failure.
    body: Option<Incoming>,
    host: String,
    limits: Timeouts,
    deadline: Instant,
    n_bytes: usize,
    /// A failure behind pieces that were taken together.
    failed: Option<Failure>,
}

/// Pieces of this size together are not made larger.
const TOGETHER: usize = 16 << 10;

impl Upstream {
    /// Posts a body to a path of the provider and waits for the head of the answer.
    ///
    /// Shares the provider's connections, not its pace.
    /// The headers are sent as they are, the key among them; a caller who passes `accept-encoding` on gets what it asked for.
    pub async fn open(
        &self,
        provider: &Provider,
        path: &str,
        headers: Vec<(HeaderName, HeaderValue)>,
        body: Bytes,
        limits: Timeouts,
    ) -> Result<Opened, Failure> {
        let url = karat_providers::join_url(&provider.base_url, path);
        let mut request = hyper::Request::post(&url)
            .body(Full::new(body))
            .map_err(|error| unbuildable(&url, &error))?;
        for (name, value) in headers {
            request.headers_mut().append(name, value);
        }
        self.door(provider).client().open(request, limits).await
    }
}

impl Chunks {
    pub(super) fn new(body: Incoming, host: String, limits: Timeouts, deadline: Instant) -> Self {
        Self { body: Some(body), host, limits, deadline, n_bytes: 0, failed: None }
    }

    /// What comes next, without a copy where it is one piece; `None` when the answer is whole, and for ever after a failure.
    pub async fn next(&mut self) -> Option<Result<Bytes, Failure>> {
        if let Some(failure) = self.failed.take() {
            return Some(Err(failure));
        }
        match self.piece().await? {
            Ok(first) => Some(Ok(self.together(first).await)),
            Err(failure) => Some(Err(failure)),
        }
    }

    /// A piece with those that have arrived meanwhile: each that goes on by itself costs a wake-up and a write.
    async fn together(&mut self, first: Bytes) -> Bytes {
        let mut all = Vec::new();
        while let Some(body) = self.body.as_mut().filter(|_| first.len().max(all.len()) < TOGETHER)
        {
            let frame = tokio::select! {
                biased;
                frame = body.frame() => frame,
                // Lets the connection read on; nobody is waited for.
                () = tokio::task::yield_now() => break,
            };
            match frame {
                Some(Ok(frame)) => {
                    let Ok(piece) = frame.into_data() else { continue };
                    self.n_bytes += piece.len();
                    if all.is_empty() {
                        all.extend_from_slice(&first);
                    }
                    all.extend_from_slice(&piece);
                }
                Some(Err(error)) => {
                    let failure = self.cut(&error);
                    self.failed = Some(self.fail(failure));
                }
                None => self.body = None,
            }
        }
        if all.is_empty() { first } else { all.into() }
    }

    async fn piece(&mut self) -> Option<Result<Bytes, Failure>> {
        loop {
            let body = self.body.as_mut()?;
            let now = Instant::now();
            let until = (now + self.limits.chunk).min(self.deadline);
            // A server that always has the next piece ready would never meet the time limit of a wait.
            let frame =
                if now < self.deadline { timeout_at(until, body.frame()).await.ok() } else { None };
            match frame {
                Some(Some(Ok(frame))) => {
                    let Ok(piece) = frame.into_data() else { continue };
                    self.n_bytes += piece.len();
                    return Some(Ok(piece));
                }
                Some(None) => {
                    self.body = None;
                    return None;
                }
                Some(Some(Err(error))) => return Some(Err(self.fail(self.cut(&error)))),
                None if until == self.deadline => {
                    let failure = late(&whole_answer(&self.host), self.limits.total);
                    return Some(Err(self.fail(failure)));
                }
                None => {
                    let what = format!("the next part of {}'s answer", self.host);
                    return Some(Err(self.fail(late(&what, self.limits.chunk))));
                }
            }
        }
    }

    /// The whole rest, where it is no larger than `most_bytes`.
    pub async fn whole(mut self, most_bytes: usize) -> Result<Bytes, Failure> {
        let mut first = Bytes::new();
        let mut body = Vec::new();
        while let Some(piece) = self.next().await {
            let piece = piece?;
            if self.n_bytes > most_bytes {
                let limit = match most_bytes >> 20 {
                    0 => format!("{most_bytes} bytes"),
                    megabytes => format!("{megabytes} MB"),
                };
                let message = format!("{} answered with more than {limit}", self.host);
                let (kind, fault) = (FailureKind::Malformed, Fault::Provider);
                return Err(Failure { kind, message, fault });
            }
            if body.is_empty() && first.is_empty() {
                first = piece;
                continue;
            }
            if body.is_empty() {
                body.reserve((first.len() + piece.len()) * 2);
                body.extend_from_slice(&std::mem::take(&mut first));
            }
            body.extend_from_slice(&piece);
        }
        Ok(if body.is_empty() { first } else { Bytes::from(body) })
    }

    /// How many bytes have come so far.
    pub fn n_bytes(&self) -> usize {
        self.n_bytes
    }

    fn cut(&self, error: &hyper::Error) -> Failure {
        let (host, n_bytes) = (&self.host, self.n_bytes);
        let message =
            format!("{host} cut its answer after {n_bytes} bytes ({})", root_cause(error));
        Failure { kind: FailureKind::Malformed, message, fault: Fault::Provider }
    }

    /// Lets go of the connection, so that the provider stops working for nobody.
    fn fail(&mut self, failure: Failure) -> Failure {
        self.body = None;
        failure
    }
}
