//! The one door to model vendors and other people's servers: byte streams, timeouts, retries, rate limits.
//! It records nothing; its callers do.

pub mod call;

pub mod open;

pub mod client;

mod connect;

pub mod pace;

pub mod backoff;

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use client::Client;
use pace::Pace;

use crate::clock::Clock;
use crate::project::Provider;
use crate::project::provider::Timeouts;
use crate::tasks::{Stop, lanes};

/// Connections and what is known of each provider's limits; a cheap clone.
#[derive(Clone, Debug)]
pub struct Upstream {
    doors: Arc<Mutex<HashMap<String, Arc<Door>>>>,
    /// Whether the answers of an address were simulated when it last answered.
    simulated: Arc<Mutex<HashMap<String, bool>>>,
    /// Ends waits between attempts.
    pub stop: Stop,
    clock: Clock,
}

/// The connections to one provider and the pace that it allows.
#[derive(Debug)]
pub struct Door {
    /// One for each lane, and the first for the rest of the program.
    clients: [OnceLock<Client>; lanes::MOST + 1],
    timeouts: Timeouts,
    pace: Pace,
}

impl Door {
    /// The connections of the lane on which this is called.
    fn client(&self) -> &Client {
        self.clients[lanes::current()].get_or_init(|| Client::new(self.timeouts))
    }
}

impl Upstream {
    /// No connections yet.
    pub fn new(clock: Clock, stop: Stop) -> Self {
        Self { doors: Arc::default(), simulated: Arc::default(), stop, clock }
    }

    /// Whether a scripted server stands behind a provider, as far as this process has asked it.
    pub fn is_simulated(&self, provider: &Provider) -> Option<bool> {
        let simulated = self.simulated.lock().unwrap_or_else(PoisonError::into_inner);
        simulated.get(&provider.base_url).copied()
    }

    fn note_simulated(&self, provider: &Provider, is_simulated: bool) {
        let mut simulated = self.simulated.lock().unwrap_or_else(PoisonError::into_inner);
        simulated.insert(provider.base_url.clone(), is_simulated);
    }

    /// The door of a provider; all callers of one provider share it.
    fn door(&self, provider: &Provider) -> Arc<Door> {
        self.door_of(&provider.name, provider.concurrency, provider.timeouts)
    }

    fn door_of(&self, name: &str, concurrency: usize, timeouts: Timeouts) -> Arc<Door> {
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(door) = doors.get(name) {
            return Arc::clone(door);
        }
        Arc::clone(doors.entry(name.to_owned()).or_insert_with(|| {
            let clients = std::array::from_fn(|_| OnceLock::new());
            Arc::new(Door { clients, timeouts, pace: Pace::new(concurrency) })
        }))
    }
}
