//! The thread that folds the log into the database each second when there was work, without stopping anybody.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, MAIN_DB};

use super::connection;
use super::failure::{Failure, system};
use crate::StoreError;

const PAUSE: Duration = Duration::from_secs(1);

/// A handle on the thread; dropping it ends the thread.
pub(super) struct Checkpointer {
    signal: Arc<Signal>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Signal {
    state: Mutex<State>,
    changed: Condvar,
    /// Held while pages move.
    turn: Mutex<()>,
}

#[derive(Default)]
struct State {
    work: bool,
    stop: bool,
}

impl Checkpointer {
    pub(super) fn start(path: &Path) -> Result<Self, StoreError> {
        let connection = connection::checkpointer(path).map_err(|e| Failure::from(e).at(path))?;
        let signal = Arc::new(Signal::default());
        let received = Arc::clone(&signal);
        let thread = std::thread::Builder::new()
            .name("karat-store-checkpoint".to_owned())
            .spawn(move || run(&connection, &received))
            .map_err(|error| system(&error, path.to_path_buf()))?;
        Ok(Self { signal, thread: Some(thread) })
    }

    /// Says that a commit was made.
    pub(super) fn note_work(&self) {
        self.signal.change(|state| !std::mem::replace(&mut state.work, true));
    }

    /// Runs another checkpoint when the thread's own is over: `SQLite` lets one run at a time and refuses the second.
    pub(super) fn in_turn<T>(&self, checkpoint: impl FnOnce() -> T) -> T {
        let _turn = self.signal.turn.lock().unwrap_or_else(PoisonError::into_inner);
        checkpoint()
    }
}

impl Drop for Checkpointer {
    fn drop(&mut self) {
        self.signal.change(|state| {
            state.stop = true;
            true
        });
        if let Some(thread) = self.thread.take() {
            // A panic was printed by the thread itself, and costs no fact.
            let _ = thread.join();
        }
    }
}

impl Signal {
    /// Changes the state, and wakes the thread where the change says so.
    fn change(&self, change: impl FnOnce(&mut State) -> bool) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if change(&mut state) {
            self.changed.notify_one();
        }
    }

    /// Waits for work, then a second for more of it; false when the thread is to end.
    fn wait(&self) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = self
            .changed
            .wait_while(state, |state| !state.work && !state.stop)
            .unwrap_or_else(PoisonError::into_inner);
        let (mut state, _) = self
            .changed
            .wait_timeout_while(state, PAUSE, |state| !state.stop)
            .unwrap_or_else(PoisonError::into_inner);
        state.work = false;
        !state.stop
    }
}

fn run(connection: &Connection, signal: &Signal) {
    while signal.wait() {
        let _turn = signal.turn.lock().unwrap_or_else(PoisonError::into_inner);
        // Busy means that another process is at it: there will be a next second.
        let _ = connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::PASSIVE);
    }
}
