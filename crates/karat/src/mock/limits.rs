//! Pure. A token bucket, as providers limit requests: time is an argument.

use std::time::{Duration, Instant};

use super::script::Rate;

/// Requests that may be made now, growing with time up to a burst.
#[derive(Debug, Clone)]
pub(super) struct Bucket {
    rate: Rate,
    level: f64,
    at: Instant,
}

/// The state of a bucket after a request, for the headers of the response.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Level {
    /// How long to wait for the next request, if this one was too many.
    pub(super) refused_for: Option<Duration>,
    /// Most requests in one moment.
    pub(super) limit: u64,
    /// Requests that could follow at once.
    pub(super) remaining: u64,
    /// Until the bucket is full again.
    pub(super) reset: Duration,
}

impl Bucket {
    /// A full bucket.
    pub(super) fn new(rate: Rate, now: Instant) -> Self {
        Self { rate, level: rate.burst, at: now }
    }

    /// Takes one request out, if there is one.
    pub(super) fn take(&mut self, now: Instant) -> Level {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        self.level = (self.level + passed * self.rate.per_second).min(self.rate.burst);
        self.at = self.at.max(now);
        let refused_for = (self.level < 1.0).then(|| self.time_for(1.0 - self.level));
        if refused_for.is_none() {
            self.level -= 1.0;
        }
        Level {
            refused_for,
            limit: self.rate.burst as u64,
            remaining: self.level as u64,
            reset: self.time_for(self.rate.burst - self.level),
        }
    }

    fn time_for(&self, n_requests: f64) -> Duration {
        Duration::try_from_secs_f64(n_requests / self.rate.per_second).unwrap_or(Duration::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    #[test]
    fn a_burst_is_let_through_and_the_rate_afterwards() {
        let start = Clock.instant();
        let mut bucket = Bucket::new(Rate { per_second: 10.0, burst: 3.0 }, start);
        for remaining in [2, 1, 0] {
            let level = bucket.take(start);
            assert_eq!((level.refused_for, level.remaining, level.limit), (None, remaining, 3));
        }
        let refused = bucket.take(start);
        assert_eq!(refused.refused_for, Some(Duration::from_millis(100)));
        assert_eq!(refused.reset, Duration::from_millis(300));
        assert!(bucket.take(start + Duration::from_millis(99)).refused_for.is_some());
        assert!(bucket.take(start + Duration::from_millis(101)).refused_for.is_none());
    }

    #[test]
    fn over_a_long_time_exactly_the_rate_passes() {
        let start = Clock.instant();
        let mut bucket = Bucket::new(Rate { per_second: 50.0, burst: 1.0 }, start);
        let n_passed = (0..10_000)
            .filter(|step| bucket.take(start + Duration::from_millis(*step)).refused_for.is_none())
            .count();
        assert!((499..=501).contains(&n_passed), "{n_passed}");
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let start = Clock.instant();
        let later = start + Duration::from_secs(10);
        let mut bucket = Bucket::new(Rate { per_second: 1.0, burst: 1.0 }, later);
        assert!(bucket.take(later).refused_for.is_none());
        assert!(bucket.take(start).refused_for.is_some());
        assert!(bucket.take(later + Duration::from_millis(500)).refused_for.is_some());
    }
}
