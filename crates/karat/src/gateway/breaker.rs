//! Pure. A circuit breaker for one model at one provider: it opens when too much fails, and asks with one probe.

use std::collections::VecDeque;
use std::time::Duration;

use karat_providers::ErrorClass;

/// What is known of a model's last attempts.
#[derive(Clone, Debug, Default)]
pub struct Breaker {
    /// When attempts ended, and whether they failed; those of the window.
    window: VecDeque<(i64, bool)>,
    n_failed: usize,
    /// Until when nobody is let through; zero while closed.
    open_until_ms: i64,
    /// How long it was open last; doubled by the next failure of a probe.
    cool_down_ms: i64,
    /// When the one probe was let through.
    probe_at_ms: Option<i64>,
}

/// Attempts of so long ago say nothing any more.
const WINDOW_MS: i64 = 30_000;

/// Most attempts of the window that are kept.
const MOST: usize = 200;

/// Fewer attempts say nothing.
const ENOUGH: usize = 5;

/// The share of failures at which it opens.
const OPENS_AT: f64 = 0.5;

const FIRST_COOL_DOWN_MS: i64 = 5_000;

const LONGEST_COOL_DOWN_MS: i64 = 5 * 60_000;

/// A probe that never came back is forgotten.
const PROBE_MS: i64 = 60_000;

impl Breaker {
    /// Whether an attempt may be made now; otherwise how long that takes.
    ///
    /// After the cool-down one probe is let through, and everybody else waits for it.
    pub fn may_try(&mut self, now_ms: i64) -> Result<(), Duration> {
        if self.open_until_ms == 0 {
            return Ok(());
        }
        if now_ms < self.open_until_ms {
            return Err(span(self.open_until_ms - now_ms));
        }
        match self.probe_at_ms {
            Some(at) if now_ms - at < PROBE_MS => Err(span(FIRST_COOL_DOWN_MS)),
            _ => {
                self.probe_at_ms = Some(now_ms);
                Ok(())
            }
        }
    }

    /// An attempt answered.
    pub fn succeeded(&mut self, now_ms: i64) {
        if self.probe_at_ms.take().is_some() {
            *self = Self::default();
        }
        self.note(now_ms, false);
    }

    /// An attempt failed; a wait that the provider asks for is kept.
    pub fn failed(&mut self, now_ms: i64, class: ErrorClass, asked: Option<Duration>) {
        if !is_the_providers(class) {
            // The provider answered: it is alive, whoever is at fault.
            return self.succeeded(now_ms);
        }
        self.note(now_ms, true);
        let asked_ms =
            asked.map_or(0, |wait| wait.as_millis().min(LONGEST_COOL_DOWN_MS as u128) as i64);
        let was_probe = self.probe_at_ms.take().is_some();
        let is_too_much = self.window.len() >= ENOUGH
            && self.n_failed as f64 >= OPENS_AT * self.window.len() as f64;
        let cool_down_ms = if was_probe {
            (self.cool_down_ms * 2).clamp(FIRST_COOL_DOWN_MS, LONGEST_COOL_DOWN_MS)
        } else if is_too_much {
            self.cool_down_ms.max(FIRST_COOL_DOWN_MS)
        } else {
            0
        };
        let cool_down_ms = cool_down_ms.max(asked_ms);
        if cool_down_ms > 0 {
            self.cool_down_ms = cool_down_ms;
            // A longer cool-down is never shortened.
            self.open_until_ms = self.open_until_ms.max(now_ms + cool_down_ms);
        }
    }

    /// Whether somebody would be let through only as a probe, or not at all.
    pub fn is_open(&self) -> bool {
        self.open_until_ms > 0
    }

    fn note(&mut self, now_ms: i64, is_failure: bool) {
        while let Some((_, failed)) =
            self.window.front().filter(|(at, _)| now_ms - at > WINDOW_MS).copied()
        {
            self.window.pop_front();
            self.n_failed -= usize::from(failed);
        }
        if self.window.len() == MOST
            && let Some((_, failed)) = self.window.pop_front()
        {
            self.n_failed -= usize::from(failed);
        }
        self.window.push_back((now_ms, is_failure));
        self.n_failed += usize::from(is_failure);
    }
}

/// Whether a failure says something about the provider, and not about what it was asked.
fn is_the_providers(class: ErrorClass) -> bool {
    class.retryable()
        || matches!(
            class,
            ErrorClass::Authentication | ErrorClass::PermissionDenied | ErrorClass::QuotaExhausted
        )
}

fn span(ms: i64) -> Duration {
    Duration::from_millis(ms.max(1).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_800_000_000_000;

    fn open() -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..ENOUGH {
            breaker.failed(NOW, ErrorClass::ServerError, None);
        }
        breaker
    }

    #[test]
    fn it_opens_on_the_rate_of_failures_and_not_on_one() {
        let mut breaker = Breaker::default();
        for _ in 0..20 {
            breaker.succeeded(NOW);
        }
        for _ in 0..15 {
            breaker.failed(NOW, ErrorClass::Timeout, None);
            assert!(breaker.may_try(NOW).is_ok());
        }
        for _ in 0..5 {
            breaker.failed(NOW, ErrorClass::Timeout, None);
        }
        assert!(breaker.may_try(NOW).is_err());
    }

    #[test]
    fn one_probe_decides_and_its_failure_doubles_the_wait() {
        let mut breaker = open();
        assert_eq!(breaker.may_try(NOW), Err(Duration::from_secs(5)));
        let later = NOW + FIRST_COOL_DOWN_MS;
        assert!(breaker.may_try(later).is_ok(), "the probe");
        assert!(breaker.may_try(later).is_err(), "nobody beside it");
        breaker.failed(later, ErrorClass::ServerError, None);
        assert_eq!(breaker.may_try(later), Err(Duration::from_secs(10)));
        assert!(breaker.may_try(later + 10_000).is_ok());
        breaker.succeeded(later + 10_000);
        assert!(!breaker.is_open() && breaker.may_try(later + 10_000).is_ok());
    }

    #[test]
    fn a_wait_that_the_provider_asks_for_is_kept_and_mistakes_of_callers_open_nothing() {
        let mut breaker = Breaker::default();
        breaker.failed(NOW, ErrorClass::RateLimited, Some(Duration::from_secs(60)));
        assert_eq!(breaker.may_try(NOW + 1000), Err(Duration::from_secs(59)));
        breaker.failed(NOW + 1000, ErrorClass::RateLimited, Some(Duration::from_secs(2)));
        assert_eq!(breaker.may_try(NOW + 1000), Err(Duration::from_secs(59)), "not shortened");
        let mut callers = Breaker::default();
        for _ in 0..100 {
            callers.failed(NOW, ErrorClass::BadRequest, None);
        }
        assert!(callers.may_try(NOW).is_ok());
    }

    proptest! {
        #[test]
        fn never_two_probes_at_once_and_no_cool_down_is_shortened(steps in prop::collection::vec((0u8..4, 0i64..20_000), 1..200)) {
            let (mut breaker, mut now) = (open(), NOW);
            let (mut n_probes, mut until) = (0, breaker.open_until_ms);
            for (step, wait) in steps {
                now += wait;
                match step {
                    0 => if breaker.is_open() && breaker.may_try(now).is_ok() {
                        prop_assert!(now >= until);
                        n_probes = if breaker.probe_at_ms == Some(now) { 1 } else { n_probes + 1 };
                        prop_assert!(n_probes <= 1);
                    },
                    1 => { breaker.succeeded(now); n_probes = 0; }
                    2 => { breaker.failed(now, ErrorClass::ServerError, None); n_probes = 0; }
                    _ => { breaker.failed(now, ErrorClass::RateLimited, Some(Duration::from_millis(wait as u64))); n_probes = 0; }
                }
                if breaker.is_open() && until > now {
                    prop_assert!(breaker.open_until_ms >= until);
                }
                until = breaker.open_until_ms;
            }
        }
    }
}
