//! Owned background tasks: every task has an owner who awaits it, and one signal asks all of them to stop.

pub mod lanes;

use std::future::Future;

use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A request to stop, which everybody can look at and one can give.
#[derive(Clone, Debug)]
pub struct Stop(watch::Receiver<bool>);

/// Gives the request to stop.
#[derive(Debug)]
pub struct StopSwitch(watch::Sender<bool>);

/// A switch and the signal that it gives.
pub fn stop_switch() -> (StopSwitch, Stop) {
    let (sender, receiver) = watch::channel(false);
    (StopSwitch(sender), Stop(receiver))
}

impl StopSwitch {
    /// Asks everybody to stop.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    /// A signal that never comes.
    pub fn never() -> Self {
        Self(watch::channel(false).1)
    }

    /// Whether somebody asked to stop.
    pub fn is_set(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits for the request; for ever where nobody can give it any more.
    pub async fn wait(&mut self) {
        if self.0.wait_for(|is_set| *is_set).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Waits until somebody presses Ctrl-C or a supervisor ends the program; false where neither can be noticed.
pub async fn asked_to_end() -> bool {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut ended) = signal(SignalKind::terminate()) {
            return tokio::select! {
                pressed = tokio::signal::ctrl_c() => pressed.is_ok(),
                _ = ended.recv() => true,
            };
        }
    }
    tokio::signal::ctrl_c().await.is_ok()
}

/// Tasks of one owner; dropping the owner ends them.
#[derive(Debug, Default)]
pub struct Tasks(JoinSet<()>);

impl Tasks {
    /// Starts a task.
    pub fn start(&mut self, task: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn(task);
    }

    /// Starts a task on another runtime.
    pub fn start_on(&mut self, place: &Handle, task: impl Future<Output = ()> + Send + 'static) {
        self.0.spawn_on(task, place);
    }

    /// Waits until every task has ended.
    pub async fn join(&mut self) {
        while self.0.join_next().await.is_some() {}
    }

    /// Takes away one task that has ended, if there is one, so that the set does not grow.
    pub fn reap(&mut self) {
        while self.0.try_join_next().is_some() {}
    }

    /// How many there are, those that have ended and were not taken away included.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Ends every task where it stands.
    pub async fn abort(&mut self) {
        self.0.shutdown().await;
    }
}
