//! The gateway: features in production, answered by a waterfall of proven variants, each inference recorded.
//!
//! In reading order: what an application asks ([`asked`], [`body`]) and whom its name means ([`target`], [`snapshot`]);
//! the life of a request from top to bottom ([`life`]), one attempt of it ([`attempt`], [`compose`], [`foreign`]) and a stream on its way ([`relay`], [`tap`], [`onward`]);
//! what follows a failure ([`waterfall`], [`turns`], [`breaker`], [`trouble`]), what may be spent ([`budget`], [`guess`]);
//! what is recorded ([`draft`], [`clean`]), counted ([`counters`]), sent to a collector ([`spans`], [`export`]) and sent back ([`reply`]);
//! what is forgotten ([`retention`]), and what was spent before the start ([`earlier`]).

pub mod asked;

pub mod body;

pub mod target;

pub mod snapshot;

pub mod life;

pub mod attempt;

pub mod compose;

pub mod foreign;

pub mod relay;

pub mod onward;

pub mod tap;

pub mod waterfall;

pub mod turns;

pub mod breaker;

pub mod budget;

pub mod guess;

pub mod trouble;

pub mod draft;

pub mod clean;

pub mod counters;

pub mod reply;

pub mod count;

pub mod watch;

pub mod spans;

pub mod export;

pub mod retention;

pub mod earlier;

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock};
use std::time::Duration;

use anyhow::Result;
use karat_providers::ProviderError;
use karat_records::{Inference, Outcome};
use karat_store::{Fact, Store};
use tokio::sync::mpsc;

use crate::app::App;
use crate::project::{Feature, GatewaySettings};
use crate::tasks::Tasks;
use breaker::{Breaker, Pass};
use budget::{Exceeded, KeyUse, Limits, Owner, Reservation, Spending};
use clean::Cleaner;
use counters::Counters;
use guess::Guess;
use snapshot::{Candidate, Snapshot, Way};

/// What all requests share.
pub struct Gateway {
    /// Handles.
    pub app: App,
    /// What was counted since the start.
    pub counters: Counters,
    store: Store,
    current: RwLock<Current>,
    breakers: Mutex<HashMap<String, Breaker>>,
    spending: Mutex<Spending>,
    is_store_broken: AtomicBool,
    exports: OnceLock<mpsc::Sender<Inference>>,
    tasks: Mutex<Tasks>,
}

/// What is served now, and what is wrong with newer files.
#[derive(Clone)]
struct Current {
    snapshot: Arc<Snapshot>,
    cleaner: Arc<Cleaner>,
    problem: Option<Arc<str>>,
    /// Orders of waterfalls that were decided.
    orders: HashMap<String, Vec<String>>,
}

impl std::fmt::Debug for Gateway {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gateway").finish_non_exhaustive()
    }
}

impl Gateway {
    /// Serves what the files say now; where they are broken or absent, nothing until that is mended.
    pub fn new(app: App) -> Result<Self> {
        let store = app.store()?;
        let current = match Snapshot::read(&app) {
            Ok(snapshot) => Current::of(snapshot),
            Err(error) => Current {
                problem: Some(format!("{error:#}").into()),
                ..Current::of(Snapshot::empty(&app))
            },
        };
        Ok(Self {
            app,
            store,
            counters: Counters::default(),
            current: RwLock::new(current),
            breakers: Mutex::default(),
            spending: Mutex::default(),
            is_store_broken: AtomicBool::new(false),
            exports: OnceLock::new(),
            tasks: Mutex::default(),
        })
    }

    /// What is served now.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).snapshot)
    }

    /// What is taken out of records.
    pub fn cleaner(&self) -> Arc<Cleaner> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner).cleaner)
    }

    /// What is wrong with the files, where the configuration before them is still served.
    pub fn problem(&self) -> Option<Arc<str>> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).problem.clone()
    }

    /// Whether there is anything that could answer.
    pub fn serves_something(&self) -> bool {
        let snapshot = self.snapshot();
        !snapshot.project.providers.is_empty()
            || snapshot.features.values().any(|served| !served.waterfall.is_empty())
    }

    /// Serves what the files say now; a broken file is refused whole and what was served goes on.
    pub fn reload(&self) {
        let read = Snapshot::read(&self.app);
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        match read {
            Ok(mut snapshot) => {
                let orders = std::mem::take(&mut current.orders);
                snapshot.arrange(&orders);
                *current = Current { orders, ..Current::of(snapshot) };
            }
            Err(error) => current.problem = Some(format!("{error:#}").into()),
        }
    }

    /// Answers in these orders from the next request on; in the files' order where none is given.
    pub fn arrange(&self, orders: HashMap<String, Vec<String>>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if current.orders == orders {
            return;
        }
        let mut snapshot = (*current.snapshot).clone();
        snapshot.arrange(&orders);
        current.snapshot = Arc::new(snapshot);
        current.orders = orders;
    }

    /// Sends spans to the collector that the environment names, if it names one.
    pub fn export(self: &Arc<Self>) {
        let Some(collector) = self.app.config.collector.clone() else { return };
        let (sender, waiting) = export::channel();
        if self.exports.set(sender).is_ok() {
            let stop = self.app.stop.clone();
            self.start(export::export(Arc::clone(self), collector, waiting, stop));
        }
    }

    /// Starts a task that is awaited when the server ends.
    pub fn start(&self, task: impl Future<Output = ()> + Send + 'static) {
        let mut tasks = lock(&self.tasks);
        tasks.reap();
        tasks.start(task);
    }

    /// Waits for requests that are under way.
    pub async fn finish(&self) {
        let mut tasks = std::mem::take(&mut *lock(&self.tasks));
        tasks.join().await;
    }

    /// Whether the last inference could not be recorded.
    pub fn is_store_broken(&self) -> bool {
        self.is_store_broken.load(Ordering::Relaxed)
    }

    /// Whether a candidate may be tried now; otherwise how long it cools down.
    pub fn may_try(&self, candidate: &Candidate) -> Result<Pass, Duration> {
        let Way::Model(model) = &candidate.way else { return Ok(Pass::default()) };
        let now_ms = self.app.clock.now_ms();
        let mut breakers = lock(&self.breakers);
        match breakers.get_mut(&model.name) {
            Some(breaker) => breaker.may_try(now_ms),
            None => Ok(Pass::default()),
        }
    }

    /// What an attempt came to; the breaker of its model learns from it.
    pub fn noticed(&self, candidate: &Candidate, pass: Pass, error: Option<&ProviderError>) {
        let Way::Model(model) = &candidate.way else { return };
        let now_ms = self.app.clock.now_ms();
        let mut breakers = lock(&self.breakers);
        match (breakers.get_mut(&model.name), error) {
            (None, None) => {}
            (Some(breaker), None) => breaker.succeeded(now_ms, pass),
            (_, Some(error)) => {
                let breaker = breakers.entry(model.name.clone()).or_default();
                breaker.failed(now_ms, pass, error.class, error.retry_after);
            }
        }
    }

    /// Says loudly what the team has to mend: a retired model, a wrong key.
    pub fn shout(&self, model: &str, error: &ProviderError) {
        if self.counters.is_new_trouble(model, error.class.as_str(), self.app.clock.now_ms()) {
            let message = self.cleaner().text(&error.message).into_owned();
            anstream::eprintln!("warning: {model} refuses what this project sets: {message}");
        }
    }

    /// Takes what a request may need out of the limits of its key and its feature: of both, or of none.
    pub fn reserve(
        &self,
        feature: Option<&Feature>,
        key: Option<&KeyUse>,
        guess: Guess,
    ) -> Result<Vec<Reservation>, Exceeded> {
        let now_ms = self.app.clock.now_ms();
        let mut spending = lock(&self.spending);
        let mut taken = Vec::new();
        if let Some(KeyUse { id, name, limits }) = key.filter(|key| key.limits != Limits::default())
        {
            let owner = Owner::Key(id.clone());
            let called = format!("the key \"{name}\"");
            taken.push(spending.reserve(now_ms, &owner, &called, *limits, guess)?);
        }
        let Some(feature) = feature else { return Ok(taken) };
        let limits = Limits {
            usd_per_day: feature.budget_usd_per_day,
            requests_per_minute: feature.requests_per_minute,
            tokens_per_minute: feature.tokens_per_minute,
        };
        let owner = Owner::Feature(feature.name.clone());
        match spending.reserve(now_ms, &owner, &feature.name, limits, guess) {
            Ok(reservation) => taken.push(reservation),
            Err(exceeded) => {
                for reservation in taken {
                    spending.release(reservation);
                }
                return Err(exceeded);
            }
        }
        Ok(taken)
    }

    /// Gives places back whose request nobody was asked.
    pub fn release(&self, reservations: Vec<Reservation>) {
        let mut spending = lock(&self.spending);
        for reservation in reservations {
            spending.release(reservation);
        }
    }

    /// Puts what it did need in the place of what was reserved.
    pub fn settle(&self, reservations: Vec<Reservation>, inference: &Inference) {
        let usage = inference.usage.map(|it| {
            it.input_tokens + it.cached_input_tokens + it.cache_write_tokens + it.output_tokens
        });
        // Providers charge nothing for what they refuse.
        let nothing = inference.outcome == Outcome::Failed;
        let cost_usd = inference.cost_usd.or(nothing.then_some(0.0));
        let n_tokens = usage.or(nothing.then_some(0));
        let now_ms = self.app.clock.now_ms();
        let mut spending = lock(&self.spending);
        for reservation in reservations {
            spending.settle(now_ms, reservation, cost_usd, n_tokens);
        }
    }

    /// Commits an inference; false says that its answer must not leave.
    pub async fn record(&self, inference: Inference, settings: &GatewaySettings) -> bool {
        self.counters.count(&inference);
        if let Some(exports) = self.exports.get()
            && exports.try_send(inference.clone()).is_err()
        {
            self.counters.unexported(1);
        }
        if !settings.records {
            return true;
        }
        match self.store.ledger.append(vec![Fact::Inference(Box::new(inference))]).await {
            Ok(()) => {
                self.is_store_broken.store(false, Ordering::Relaxed);
                true
            }
            Err(error) => {
                self.counters.lost(1);
                if !self.is_store_broken.swap(true, Ordering::Relaxed) {
                    anstream::eprintln!("error: an inference could not be recorded: {error}");
                }
                settings.serves_unrecorded
            }
        }
    }
}

impl Current {
    fn of(snapshot: Snapshot) -> Self {
        let cleaner = Arc::new(Cleaner::new(snapshot.settings.redact.clone(), snapshot.keys()));
        Self { snapshot: Arc::new(snapshot), cleaner, problem: None, orders: HashMap::new() }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
