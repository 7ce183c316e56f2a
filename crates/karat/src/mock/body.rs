//! A response's body on the wire: sends the pieces, waits between them, and breaks off where it should.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame};
use tokio::time::Sleep;

use super::reply::Step;

/// One request in flight, until this is dropped.
#[derive(Debug)]
pub(super) struct Slot(Arc<AtomicUsize>);

impl Slot {
    /// Counts a request in; says how many there are with it.
    pub(super) fn enter(in_flight: &Arc<AtomicUsize>) -> (Self, usize) {
        let n_before = in_flight.fetch_add(1, Ordering::Relaxed);
        (Self(Arc::clone(in_flight)), n_before + 1)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// So long the pieces before a cut have, to reach the caller.
const BEFORE_CUT: Duration = Duration::from_millis(5);

/// The body of a response; the request counts as in flight until it has been sent.
#[derive(Debug)]
pub(super) struct PacedBody {
    steps: VecDeque<Step>,
    pause: Option<Pin<Box<Sleep>>>,
    _slot: Slot,
}

impl PacedBody {
    pub(super) fn new(mut steps: Vec<Step>, slot: Slot) -> Self {
        if steps.last() == Some(&Step::Cut) {
            steps.insert(steps.len() - 1, Step::Wait(BEFORE_CUT));
        }
        Self { steps: steps.into(), pause: None, _slot: slot }
    }
}

impl Body for PacedBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        loop {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(context));
                self.pause = None;
            }
            match self.steps.pop_front() {
                None => return Poll::Ready(None),
                Some(Step::Send(bytes)) => {
                    return Poll::Ready(Some(Ok(Frame::data(Bytes::from(bytes)))));
                }
                Some(Step::Wait(wait)) => self.pause = Some(Box::pin(tokio::time::sleep(wait))),
                Some(Step::Cut) => {
                    let error = io::Error::other("the script cuts the connection here");
                    return Poll::Ready(Some(Err(error)));
                }
                Some(Step::Hang) => {
                    // Nothing will wake this body again: only the end of the connection ends it.
                    self.steps.push_front(Step::Hang);
                    return Poll::Pending;
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.pause.is_none() && self.steps.is_empty()
    }
}
