//! What all requests share: the handles, the limits, and the calls that are under way.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::again::Again;
use super::guard::Hosts;
use super::listen::{Limits, Options};
use crate::app::App;
use crate::gateway::Gateway;
use crate::operations::{self, Operation};
use crate::people::attempts::Attempts;
use crate::tasks::Tasks;

/// What all requests share.
pub struct Doors {
    /// The handles of every operation.
    pub app: App,
    /// Features in production.
    pub gateway: Arc<Gateway>,
    /// Whether only this machine can reach the server.
    pub is_local: bool,
    /// Names of this server.
    pub hosts: Hosts,
    /// What callers may take up.
    pub limits: Limits,
    /// The cookie's name; ports of one machine share cookies, so it has the port.
    pub cookie: String,
    /// Answers to writes that may be asked for again.
    pub again: Again,
    operations: HashMap<&'static str, Arc<Operation>>,
    attempts: Mutex<Attempts>,
    busy: Arc<Mutex<HashMap<String, usize>>>,
    tasks: Mutex<Tasks>,
}

/// A place for one call of a person; dropping it frees the place.
#[derive(Debug)]
pub struct Place {
    person: String,
    busy: Arc<Mutex<HashMap<String, usize>>>,
}

impl Doors {
    /// Nothing is under way yet.
    pub fn new(app: App, gateway: Arc<Gateway>, bound: SocketAddr, options: Options) -> Self {
        let table = operations::table().into_iter();
        Self {
            app,
            gateway,
            is_local: bound.ip().is_loopback(),
            hosts: Hosts::new(bound, &options.allow_hosts),
            limits: options.limits,
            cookie: format!("karat_session_{}", bound.port()),
            again: Again::default(),
            operations: table.map(|operation| (operation.name, Arc::new(operation))).collect(),
            attempts: Mutex::default(),
            busy: Arc::default(),
            tasks: Mutex::default(),
        }
    }

    /// The operation of that name.
    pub fn operation(&self, name: &str) -> Option<Arc<Operation>> {
        self.operations.get(name).cloned()
    }

    /// Failed sign-ins; never held across an await.
    pub fn attempts(&self) -> MutexGuard<'_, Attempts> {
        lock(&self.attempts)
    }

    /// A place for a call, unless this person has too many under way.
    pub fn place(&self, person: &str) -> Option<Place> {
        let mut busy = lock(&self.busy);
        let n = busy.entry(person.to_owned()).or_default();
        if *n >= self.limits.calls {
            return None;
        }
        *n += 1;
        Some(Place { person: person.to_owned(), busy: Arc::clone(&self.busy) })
    }

    /// Starts what goes on when its caller leaves.
    pub fn start(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = lock(&self.tasks);
        tasks.reap();
        tasks.start(task);
    }

    /// Takes away tasks that have ended.
    pub fn reap(&self) {
        lock(&self.tasks).reap();
    }

    /// Waits for what was started.
    pub async fn finish(&self) {
        let mut tasks = std::mem::take(&mut *lock(&self.tasks));
        tasks.join().await;
    }

    /// Ends what was started where it stands.
    pub async fn abort(&self) {
        let mut tasks = std::mem::take(&mut *lock(&self.tasks));
        tasks.abort().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut busy = lock(&self.busy);
        if let Some(n) = busy.get_mut(&self.person) {
            *n -= 1;
            if *n == 0 {
                busy.remove(&self.person);
            }
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
