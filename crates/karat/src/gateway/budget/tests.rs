//! Limits hold for any burst, whatever its requests turn out to need.

use proptest::prelude::*;

use super::*;

const NOW: i64 = 1_800_000_000_000;

fn usd(most: f64) -> Limits {
    Limits { usd_per_day: Some(most), ..Limits::default() }
}

fn costs(usd: f64) -> Guess {
    Guess { usd: Some(usd), tokens: 0, is_most: false }
}

fn triage() -> Owner {
    Owner::Feature("triage".into())
}

impl Spending {
    fn ask(&mut self, at_ms: i64, limits: Limits, guess: Guess) -> Result<Reservation, Exceeded> {
        self.reserve(at_ms, &triage(), "triage", limits, guess)
    }
}

#[test]
fn of_200_requests_at_once_a_budget_for_50_lets_50_through() {
    let mut spending = Spending::default();
    let taken: Vec<Reservation> =
        (0..200).filter_map(|_| spending.ask(NOW, usd(0.5), costs(0.01)).ok()).collect();
    assert_eq!(taken.len(), 50);
    for reservation in taken {
        spending.settle(NOW, reservation, Some(0.01), None);
    }
    assert!((spending.spent_usd(NOW, &triage()) - 0.5).abs() < 1e-9);
    let refused = spending.ask(NOW + MINUTE_MS, usd(0.5), Guess::default()).unwrap_err();
    assert!(refused.message.contains("$0.5 in 24 hours"), "{}", refused.message);
    let later = NOW + DAY_MS + MINUTE_MS;
    assert!(spending.ask(later, usd(0.5), Guess::default()).is_ok());
}

#[test]
fn a_rate_has_room_again_after_a_minute() {
    let limits = Limits { requests_per_minute: Some(2), ..Limits::default() };
    let mut spending = Spending::default();
    for at in [0, 20_000] {
        let taken = spending.ask(NOW + at, limits, Guess::default()).unwrap();
        spending.settle(NOW + at, taken, None, None);
    }
    let refused = spending.ask(NOW + 30_000, limits, Guess::default()).unwrap_err();
    assert_eq!(refused.retry_after, Duration::from_secs(30));
    assert!(spending.ask(NOW + 60_000, limits, Guess::default()).is_ok());
}

#[test]
fn tokens_are_taken_by_what_a_request_may_need_and_given_back_by_what_it_did() {
    let limits = Limits { tokens_per_minute: Some(1000), ..Limits::default() };
    let guess = |tokens| Guess { usd: None, tokens, is_most: true };
    let mut spending = Spending::default();
    let first = spending.ask(NOW, limits, guess(600)).unwrap();
    let refused = spending.ask(NOW, limits, guess(600)).unwrap_err();
    assert!(refused.message.contains("600 are used or reserved"), "{}", refused.message);
    spending.settle(NOW, first, None, Some(100));
    assert!(spending.ask(NOW + 1000, limits, guess(600)).is_ok());
    let refused = spending.ask(NOW + 1000, limits, guess(2000)).unwrap_err();
    assert!(refused.message.contains("`max_tokens`"), "{}", refused.message);
    // Who does not say how much it will be is let through where there is room at all.
    let mut spending = Spending::default();
    let unknown = Guess { usd: None, tokens: 4096, is_most: false };
    assert!(spending.ask(NOW, limits, unknown).is_ok());
}

#[test]
fn a_feature_and_a_key_of_one_name_are_two_and_a_place_can_be_given_back() {
    let limits = Limits { requests_per_minute: Some(1), ..usd(0.5) };
    let mut spending = Spending::default();
    let key = Owner::Key("triage".into());
    let of_key = spending.reserve(NOW, &key, "the key", limits, costs(0.5)).unwrap();
    assert!(spending.ask(NOW, limits, costs(0.5)).is_ok());
    assert!(spending.reserve(NOW, &key, "the key", limits, costs(0.0)).is_err());
    spending.release(of_key);
    let again = spending.reserve(NOW, &key, "the key", limits, costs(0.5)).unwrap();
    spending.settle(NOW, again, Some(0.5), None);
    let refused = spending.reserve(NOW + MINUTE_MS, &key, "the key", limits, costs(0.1));
    let message = refused.unwrap_err().message;
    assert!(message.starts_with("the key may spend") && message.contains("--budget-usd-per-day"));
}

#[test]
fn a_restart_is_no_new_budget() {
    let mut spending = Spending::default();
    spending.remember(&triage(), NOW - 3_600_000, 0.5);
    assert!(spending.ask(NOW, usd(0.5), costs(0.01)).is_err());
    let other = Owner::Feature("other".into());
    assert!(spending.reserve(NOW, &other, "other", usd(0.5), costs(0.01)).is_ok());
}

proptest! {
    #[test]
    fn whatever_requests_turn_out_to_cost_below_what_they_may_the_limits_hold(
        steps in prop::collection::vec((0u64..40, 0u64..=100, any::<prop::sample::Index>(), any::<bool>()), 1..150),
        most in 1u64..100,
    ) {
        let limits = Limits {
            usd_per_day: Some(most as f64 / 100.0),
            tokens_per_minute: Some(most),
            requests_per_minute: None,
        };
        let mut spending = Spending::default();
        let mut running: Vec<Reservation> = Vec::new();
        let (mut spent, mut tokens) = (0, 0);
        for (may, share, which, ends) in steps {
            if ends && !running.is_empty() {
                let taken = running.swap_remove(which.index(running.len()));
                let (cost, n) = (taken.amount.micro_usd * share / 100, taken.amount.tokens * share / 100);
                spent += cost;
                tokens += n;
                spending.settle(NOW, taken, Some(cost as f64 / MICRO), Some(n));
            } else {
                let guess = Guess { usd: Some(may as f64 / 100.0), tokens: may, is_most: true };
                running.extend(spending.ask(NOW, limits, guess));
            }
            let reserved: u64 = running.iter().map(|it| it.amount.micro_usd).sum();
            prop_assert!(spent + reserved <= most * 10_000, "{spent} {reserved}");
            let reserved: u64 = running.iter().map(|it| it.amount.tokens).sum();
            prop_assert!(tokens + reserved <= most, "{tokens} {reserved}");
        }
    }
}
