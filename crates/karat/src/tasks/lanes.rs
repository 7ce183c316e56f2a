//! Threads that serve connections, each with a runtime of its own: a request stays where its connection is.
//! Where any thread may go on with any task, one request woke other threads eight times, which cost a third of it.

use std::cell::Cell;
use std::future::Future;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

/// More of them than this are not started; what is kept for each lane has room for so many and for the rest of the program.
pub const MOST: usize = 32;

thread_local! {
    static NUMBER: Cell<usize> = const { Cell::new(0) };
}

/// The number of the lane on which this is called, from 1; 0 elsewhere.
///
/// A connection belongs to the runtime that opened it, so each lane has its own connections to a provider.
pub fn current() -> usize {
    NUMBER.get()
}

/// The lanes of a server; dropping them ends their threads, and with them what still runs there.
#[derive(Debug)]
pub struct Lanes(Vec<Lane>);

#[derive(Debug)]
struct Lane {
    handle: Handle,
    n_guests: Arc<AtomicUsize>,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// A place on a lane, until it is dropped.
#[derive(Debug)]
pub struct Guest {
    /// Where its tasks are started.
    pub lane: Handle,
    n_guests: Arc<AtomicUsize>,
}

impl Lanes {
    /// Starts so many threads, one at least.
    pub fn start(n: usize) -> io::Result<Self> {
        (1..=n.clamp(1, MOST)).map(Lane::start).collect::<io::Result<_>>().map(Self)
    }

    /// A place where the fewest others are.
    pub fn guest(&self) -> Guest {
        let emptiest = self.0.iter().min_by_key(|lane| lane.n_guests.load(Ordering::Relaxed));
        let lane = emptiest.unwrap_or_else(|| unreachable!("there is one lane at least"));
        lane.n_guests.fetch_add(1, Ordering::Relaxed);
        Guest { lane: lane.handle.clone(), n_guests: Arc::clone(&lane.n_guests) }
    }
}

impl Lane {
    fn start(number: usize) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (end, ended) = oneshot::channel();
        let thread =
            std::thread::Builder::new().name(format!("karat-lane-{number}")).spawn(move || {
                NUMBER.set(number);
                // Either way it is over: asked, or whoever could ask is gone.
                let _ = runtime.block_on(ended);
                runtime.shutdown_background();
            })?;
        Ok(Self { handle, n_guests: Arc::default(), end: Some(end), thread: Some(thread) })
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        if let Some(end) = self.end.take() {
            // The thread may have ended in a panic, which it has printed.
            let _ = end.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.n_guests.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Does work on another runtime; it is dropped when nobody waits for it any more, and its panic is ours.
pub async fn elsewhere<T: Send + 'static>(
    place: &Handle,
    work: impl Future<Output = T> + Send + 'static,
) -> T {
    let mut tasks = JoinSet::new();
    tasks.spawn_on(work, place);
    match tasks.join_next().await {
        Some(Ok(done)) => done,
        Some(Err(error)) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // That runtime is ending, and this one will follow.
        _ => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn guests_are_spread_and_stay_on_their_lane() {
        let lanes = Lanes::start(2).unwrap();
        let (first, second) = (lanes.guest(), lanes.guest());
        let on = async |guest: &Guest| elsewhere(&guest.lane, async { current() }).await;
        assert_eq!([on(&first).await, on(&second).await], [1, 2]);
        drop(second);
        let third = lanes.guest();
        assert_eq!(on(&third).await, 2, "the place that became free");
        assert_eq!(current(), 0, "this test runs on no lane");
    }

    #[tokio::test]
    async fn work_elsewhere_ends_with_whoever_waits_for_it() {
        let lanes = Lanes::start(1).unwrap();
        let guest = lanes.guest();
        let (sender, receiver) = oneshot::channel::<()>();
        let work = elsewhere(&guest.lane, async move {
            let _sender = sender;
            std::future::pending::<()>().await;
        });
        assert!(tokio::time::timeout(std::time::Duration::from_millis(20), work).await.is_err());
        assert!(receiver.await.is_err(), "the work was dropped");
    }
}
