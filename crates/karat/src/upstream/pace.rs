//! The pace that a provider allows, found by asking: additive increase, multiplicative decrease, pauses on demand.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Slots of one provider.
#[derive(Debug)]
pub struct Pace {
    state: Mutex<State>,
    freed: Notify,
    most: f64,
}

#[derive(Debug)]
struct State {
    in_flight: usize,
    allowed: f64,
    paused_until: Option<Instant>,
    last_cut: Option<Instant>,
}

impl State {
    /// A longer pause is never shortened.
    fn pause(&mut self, until: Instant) {
        if self.paused_until.is_none_or(|known| known < until) {
            self.paused_until = Some(until);
        }
    }
}

/// A permission for one call; it ends when this is dropped.
#[derive(Debug)]
pub struct Slot<'a>(&'a Pace);

/// Several refusals of calls that were in flight together say one thing, not several.
const ONE_REFUSAL: Duration = Duration::from_millis(500);

impl Pace {
    /// Starts with every slot open: what the provider allows is learnt from its answers.
    pub fn new(concurrency: usize) -> Self {
        let most = concurrency.max(1) as f64;
        let state = State { in_flight: 0, allowed: most, paused_until: None, last_cut: None };
        Self { state: Mutex::new(state), freed: Notify::new(), most }
    }

    /// Waits for a slot; `now` tells the time.
    pub async fn slot(&self, now: impl Fn() -> Instant) -> Slot<'_> {
        loop {
            let freed = self.freed.notified();
            let pause = {
                let mut state = self.lock();
                let pause =
                    state.paused_until.and_then(|until| until.checked_duration_since(now()));
                let pause = pause.filter(|pause| !pause.is_zero());
                if pause.is_none() && (state.in_flight as f64) < state.allowed.floor().max(1.0) {
                    state.in_flight += 1;
                    return Slot(self);
                }
                pause
            };
            match pause {
                Some(pause) => tokio::time::sleep(pause).await,
                None => freed.await,
            }
        }
    }

    /// A call succeeded: allow a little more.
    pub fn succeeded(&self) {
        let mut state = self.lock();
        if state.allowed < self.most {
            state.allowed = (state.allowed + 1.0 / state.allowed).min(self.most);
        }
    }

    /// The provider asked for fewer calls: allow half, and nobody calls before `wait` is over.
    pub fn refused(&self, now: Instant, wait: Duration) {
        let mut state = self.lock();
        if state.last_cut.is_none_or(|cut| now.saturating_duration_since(cut) > ONE_REFUSAL) {
            state.allowed = (state.allowed / 2.0).max(1.0);
            state.last_cut = Some(now);
        }
        state.pause(now + wait);
    }

    /// Nobody calls before `wait` is over.
    pub fn pause(&self, now: Instant, wait: Duration) {
        self.lock().pause(now + wait);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        let room = {
            let mut state = self.0.lock();
            state.in_flight -= 1;
            (state.allowed.floor().max(1.0) as usize).saturating_sub(state.in_flight)
        };
        // The pace may have risen since the others began to wait.
        for _ in 0..room {
            self.0.freed.notify_one();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn refusals_halve_the_pace_once_and_successes_raise_it_again() {
        let pace = Pace::new(8);
        let start = Clock.instant();
        for _ in 0..5 {
            pace.refused(start, Duration::from_millis(10));
        }
        assert!((pace.lock().allowed - 4.0).abs() < 1e-9);
        for _ in 0..100 {
            pace.succeeded();
        }
        assert!((pace.lock().allowed - 8.0).abs() < 1e-9);
    }

    #[tokio::test]
    async fn nobody_calls_before_the_pause_is_over() {
        let pace = Pace::new(2);
        let begun = Clock.instant();
        pace.refused(begun, Duration::from_millis(60));
        let slot = pace.slot(|| Clock.instant()).await;
        assert!(begun.elapsed() >= Duration::from_millis(60));
        drop(slot);
    }
}
