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

/// The leave to make one attempt, handed back with what it came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// When it was given, where it is the probe's.
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

/// A provider that asks for more than a day has another reason than load.
const LONGEST_ASKED_MS: i64 = 24 * 60 * 60_000;

/// A probe that never came back is forgotten.
const PROBE_MS: i64 = 60_000;

impl Breaker {
    /// Whether an attempt may be made now; otherwise how long that takes.
    ///
    /// After the cool-down one probe is let through, and everybody else waits for it.
    pub fn may_try(&mut self, now_ms: i64) -> Result<Pass, Duration> {
        if self.open_until_ms == 0 {
            return Ok(Pass { probe_at_ms: None });
        }
        if now_ms < self.open_until_ms {
            return Err(span(self.open_until_ms - now_ms));
        }
        match self.probe_at_ms {
            Some(at) if now_ms - at < PROBE_MS => Err(span(FIRST_COOL_DOWN_MS)),
            _ => {
                self.probe_at_ms = Some(now_ms);
                Ok(Pass { probe_at_ms: Some(now_ms) })
            }
        }
    }

    /// An attempt answered; only the probe closes what is open.
    pub fn succeeded(&mut self, now_ms: i64, pass: Pass) {
        if self.is_probe(pass) {
            *self = Self::default();
        }
        self.note(now_ms, false);
    }

    /// Whether this attempt is the probe that everybody waits for.
    fn is_probe(&self, pass: Pass) -> bool {
        pass.probe_at_ms.is_some() && pass.probe_at_ms == self.probe_at_ms
    }

    /// An attempt failed; a wait that the provider asks for is kept.
    pub fn failed(&mut self, now_ms: i64, pass: Pass, class: ErrorClass, asked: Option<Duration>) {
        if !is_the_providers(class) {
            // The provider answered: it is alive, whoever is at fault.
            return self.succeeded(now_ms, pass);
        }
        self.note(now_ms, true);
        let asked_ms =
            asked.map_or(0, |wait| wait.as_millis().min(LONGEST_ASKED_MS as u128) as i64);
        let was_probe = self.is_probe(pass);
        if was_probe {
            self.probe_at_ms = None;
        }
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

    const OLD: Pass = Pass { probe_at_ms: None };

    fn open() -> Breaker {
        let mut breaker = Breaker::default();
        for _ in 0..ENOUGH {
            breaker.failed(NOW, OLD, ErrorClass::ServerError, None);
        }
        breaker
    }

    #[test]
    fn it_opens_on_the_rate_of_failures_and_not_on_one() {
        let mut breaker = Breaker::default();
        for _ in 0..20 {
            breaker.succeeded(NOW, OLD);
        }
        for _ in 0..15 {
            breaker.failed(NOW, OLD, ErrorClass::Timeout, None);
            assert!(breaker.may_try(NOW).is_ok());
        }
        for _ in 0..5 {
            breaker.failed(NOW, OLD, ErrorClass::Timeout, None);
        }
        assert!(breaker.may_try(NOW).is_err());
    }

    #[test]
    fn one_probe_decides_and_its_failure_doubles_the_wait() {
        let mut breaker = open();
        assert_eq!(breaker.may_try(NOW), Err(Duration::from_secs(5)));
        let later = NOW + FIRST_COOL_DOWN_MS;
        let probe = breaker.may_try(later).unwrap();
        assert!(breaker.may_try(later).is_err(), "nobody beside it");
        // Attempts that began before it opened decide nothing, however they end.
        breaker.failed(later, OLD, ErrorClass::Timeout, None);
        breaker.failed(later, OLD, ErrorClass::BadRequest, None);
        breaker.succeeded(later, OLD);
        assert!(breaker.is_open() && breaker.may_try(later + 4_000).is_err());
        breaker.failed(later, probe, ErrorClass::ServerError, None);
        assert_eq!(breaker.may_try(later), Err(Duration::from_secs(10)));
        let probe = breaker.may_try(later + 10_000).unwrap();
        breaker.succeeded(later + 10_000, probe);
        assert!(!breaker.is_open() && breaker.may_try(later + 10_000).is_ok());
    }

    #[test]
    fn a_wait_that_the_provider_asks_for_is_kept_and_mistakes_of_callers_open_nothing() {
        let mut breaker = Breaker::default();
        breaker.failed(NOW, OLD, ErrorClass::RateLimited, Some(Duration::from_hours(1)));
        assert_eq!(breaker.may_try(NOW + 1000), Err(Duration::from_secs(3599)));
        breaker.failed(NOW + 1000, OLD, ErrorClass::RateLimited, Some(Duration::from_secs(2)));
        assert_eq!(breaker.may_try(NOW + 1000), Err(Duration::from_secs(3599)), "not shortened");
        let mut callers = Breaker::default();
        for _ in 0..100 {
            callers.failed(NOW, OLD, ErrorClass::BadRequest, None);
        }
        assert!(callers.may_try(NOW).is_ok());
    }

    proptest! {
        #[test]
        fn never_two_probes_at_once_and_no_cool_down_is_shortened(steps in prop::collection::vec((0u8..6, 0i64..20_000), 1..200)) {
            let (mut breaker, mut now) = (open(), NOW);
            let mut probe: Option<(Pass, i64)> = None;
            let mut until = breaker.open_until_ms;
            for (step, wait) in steps {
                now += wait;
                match step {
                    0 | 1 => if let Ok(pass) = breaker.may_try(now) && pass != OLD {
                        prop_assert!(now >= until);
                        // A probe that never came back is forgotten after a minute.
                        prop_assert!(probe.is_none_or(|(_, at)| now - at >= PROBE_MS));
                        probe = Some((pass, now));
                    },
                    2 => if let Some((pass, _)) = probe.take() {
                        breaker.succeeded(now, pass);
                    },
                    3 => if let Some((pass, _)) = probe.take() {
                        breaker.failed(now, pass, ErrorClass::ServerError, None);
                    },
                    4 => breaker.succeeded(now, OLD),
                    _ => breaker.failed(now, OLD, ErrorClass::RateLimited, Some(Duration::from_millis(wait.unsigned_abs()))),
                }
                if breaker.is_open() && until > now {
                    prop_assert!(breaker.open_until_ms >= until);
                }
                until = breaker.open_until_ms;
            }
        }
    }
}
