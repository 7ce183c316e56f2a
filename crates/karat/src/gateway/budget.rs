//! Pure. What a feature may spend: reserved before a call, settled after it, so that a burst cannot overspend.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

/// What a feature may spend.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Limits {
    /// US dollars in 24 hours.
    pub usd_per_day: Option<f64>,
    /// Requests in a minute.
    pub requests_per_minute: Option<u64>,
}

/// What was spent and what is reserved, by feature.
#[derive(Clone, Debug, Default)]
pub struct Spending {
    features: HashMap<String, Spent>,
    n_made: u64,
}

/// A place in the budgets for one request; it has to be settled.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub struct Reservation {
    feature: String,
    number: u64,
    micro_usd: u64,
}

/// A budget is used up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// Which, and what to do.
    pub message: String,
    /// When there is room again, as far as that is known.
    pub retry_after: Duration,
}

#[derive(Clone, Debug, Default)]
struct Spent {
    /// When requests began, oldest first; those of the last minute.
    requests: VecDeque<i64>,
    /// Amounts of the last day, in whole minutes, oldest first.
    amounts: VecDeque<(i64, u64)>,
    micro_usd: u64,
    reserved: HashMap<u64, u64>,
    reserved_micro_usd: u64,
    /// The dearest of the last requests: what the next may cost.
    usual_micro_usd: VecDeque<u64>,
}

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;
const MICRO: f64 = 1_000_000.0;

/// So many requests tell what the next may cost.
const USUAL: usize = 32;

impl Spending {
    /// What was spent before this process began, so that a restart is no new budget.
    pub fn remember(&mut self, feature: &str, at_ms: i64, usd: f64) {
        self.features.entry(feature.to_owned()).or_default().add(at_ms, micro(usd));
    }

    /// Takes a place for one request.
    ///
    /// `guess_usd` is what it may cost where nothing is known of earlier ones;
    /// otherwise it is reckoned with the dearest of the last requests.
    pub fn reserve(
        &mut self,
        now_ms: i64,
        feature: &str,
        limits: Limits,
        guess_usd: Option<f64>,
    ) -> Result<Reservation, Exceeded> {
        let number = self.n_made;
        let spent = self.features.entry(feature.to_owned()).or_default();
        spent.forget(now_ms);
        if let Some(most) = limits.requests_per_minute
            && spent.requests.len() as u64 >= most
        {
            let oldest = spent.requests.front().copied().unwrap_or(now_ms);
            return Err(Exceeded {
                message: format!(
                    "{feature} may answer {most} requests a minute, and has\n  next: wait, or raise `requests_per_minute`"
                ),
                retry_after: span(oldest + MINUTE_MS - now_ms),
            });
        }
        let usual = spent.usual_micro_usd.iter().max().copied();
        let micro_usd = usual.unwrap_or_else(|| micro(guess_usd.unwrap_or(0.0)));
        if let Some(most) = limits.usd_per_day {
            let committed = spent.micro_usd + spent.reserved_micro_usd;
            // A request that costs nothing needs no room, but none is left for one that costs anything.
            if committed + micro_usd > micro(most) || committed >= micro(most) {
                let oldest = spent.amounts.front().map_or(now_ms, |(at, _)| *at);
                return Err(Exceeded {
                    message: format!(
                        "{feature} may spend ${most} in 24 hours, and ${:.4} are spent or reserved\n  next: wait, or raise `budget_usd_per_day`",
                        committed as f64 / MICRO
                    ),
                    retry_after: span(oldest + DAY_MS - now_ms),
                });
            }
        }
        spent.requests.push_back(now_ms);
        spent.reserved.insert(number, micro_usd);
        spent.reserved_micro_usd += micro_usd;
        self.n_made += 1;
        Ok(Reservation { feature: feature.to_owned(), number, micro_usd })
    }

    /// Puts what a request did cost in the place of what was reserved; an unknown cost counts as what was reserved.
    pub fn settle(&mut self, now_ms: i64, reservation: Reservation, cost_usd: Option<f64>) {
        let Some(spent) = self.features.get_mut(&reservation.feature) else { return };
        if let Some(reserved) = spent.reserved.remove(&reservation.number) {
            spent.reserved_micro_usd -= reserved;
        }
        let actual = cost_usd.map_or(reservation.micro_usd, micro);
        spent.add(now_ms, actual);
        if cost_usd.is_some_and(|usd| usd > 0.0) {
            spent.usual_micro_usd.push_back(actual);
            if spent.usual_micro_usd.len() > USUAL {
                spent.usual_micro_usd.pop_front();
            }
        }
    }

    /// US dollars of the last 24 hours.
    pub fn spent_usd(&mut self, now_ms: i64, feature: &str) -> f64 {
        let Some(spent) = self.features.get_mut(feature) else { return 0.0 };
        spent.forget(now_ms);
        spent.micro_usd as f64 / MICRO
    }
}

impl Spent {
    fn add(&mut self, at_ms: i64, micro_usd: u64) {
        if micro_usd == 0 {
            return;
        }
        let minute = at_ms - at_ms.rem_euclid(MINUTE_MS);
        match self.amounts.back_mut() {
            Some((at, amount)) if *at == minute => *amount += micro_usd,
            _ => self.amounts.push_back((minute, micro_usd)),
        }
        self.micro_usd += micro_usd;
    }

    fn forget(&mut self, now_ms: i64) {
        while self.requests.front().is_some_and(|at| now_ms - at >= MINUTE_MS) {
            self.requests.pop_front();
        }
        while let Some((_, amount)) = self.amounts.front().filter(|(at, _)| now_ms - at >= DAY_MS) {
            self.micro_usd -= amount;
            self.amounts.pop_front();
        }
    }
}

fn micro(usd: f64) -> u64 {
    (usd.max(0.0) * MICRO).round() as u64
}

fn span(ms: i64) -> Duration {
    Duration::from_millis(ms.max(1).unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: i64 = 1_800_000_000_000;

    fn usd(most: f64) -> Limits {
        Limits { usd_per_day: Some(most), ..Limits::default() }
    }

    #[test]
    fn of_200_requests_at_once_a_budget_for_50_lets_50_through() {
        let mut spending = Spending::default();
        let taken: Vec<Reservation> = (0..200)
            .filter_map(|_| spending.reserve(NOW, "triage", usd(0.5), Some(0.01)).ok())
            .collect();
        assert_eq!(taken.len(), 50);
        for reservation in taken {
            spending.settle(NOW, reservation, Some(0.01));
        }
        assert!((spending.spent_usd(NOW, "triage") - 0.5).abs() < 1e-9);
        let refused = spending.reserve(NOW + MINUTE_MS, "triage", usd(0.5), None).unwrap_err();
        assert!(refused.message.contains("$0.5 in 24 hours"), "{}", refused.message);
        let later = NOW + DAY_MS + MINUTE_MS;
        assert!(spending.reserve(later, "triage", usd(0.5), None).is_ok());
    }

    #[test]
    fn a_rate_has_room_again_after_a_minute() {
        let limits = Limits { requests_per_minute: Some(2), ..Limits::default() };
        let mut spending = Spending::default();
        for at in [0, 20_000] {
            let taken = spending.reserve(NOW + at, "triage", limits, None).unwrap();
            spending.settle(NOW + at, taken, None);
        }
        let refused = spending.reserve(NOW + 30_000, "triage", limits, None).unwrap_err();
        assert_eq!(refused.retry_after, Duration::from_secs(30));
        assert!(spending.reserve(NOW + 60_000, "triage", limits, None).is_ok());
    }

    #[test]
    fn a_restart_is_no_new_budget() {
        let mut spending = Spending::default();
        spending.remember("triage", NOW - 3_600_000, 0.5);
        assert!(spending.reserve(NOW, "triage", usd(0.5), Some(0.01)).is_err());
        assert!(spending.reserve(NOW, "other", usd(0.5), Some(0.01)).is_ok());
    }

    proptest! {
        #[test]
        fn reservations_never_exceed_the_budget(guesses in prop::collection::vec(0u64..20, 1..100), most in 0u64..100) {
            let mut spending = Spending::default();
            let mut total = 0;
            for guess in guesses {
                let amount = guess as f64 / 100.0;
                if let Ok(taken) = spending.reserve(NOW, "f", usd(most as f64 / 100.0), Some(amount)) {
                    total += taken.micro_usd;
                }
            }
            prop_assert!(total <= most * 10_000);
        }
    }
}
