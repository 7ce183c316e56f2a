//! Reference values and claims of `karat_stats::more`.

use karat_stats::more::{Budget, budget, smallest_decidable_gap};
use karat_stats::{Decision, Floor, More, Sample, gate, more};
use proptest::prelude::*;

use crate::vectors;

fn forecast(successes: u64, n: u64, floor: f64) -> More {
    more(&Sample::Counts { successes, n }, &Floor::at(floor)).expect("valid counts")
}

#[test]
fn forecasts_equal_the_reference() {
    for case in vectors::read("samples_needed") {
        let question = Floor {
            alpha_pass: case.f("alpha"),
            alpha_fail: case.f("alpha"),
            ..Floor::at(case.f("tau"))
        };
        let sample = Sample::Counts { successes: case.n("k"), n: case.n("n") };
        let found = more(&sample, &question).unwrap();
        assert_eq!(found.expected, case.output("more").as_u64());
        assert!((found.assumed_mean - case.expected("p_plugin")).abs() < 1e-12);
        let toward = if found.toward == Decision::Pass { "pass" } else { "fail" };
        assert_eq!(Some(toward), case.output("direction").as_str());
        let answer = gate(&sample, &question).unwrap();
        assert!((answer.log_e_pass - case.expected("log_e_pass")).abs() < 1e-7);
        assert!((answer.log_e_fail - case.expected("log_e_fail")).abs() < 1e-7);
    }
}

#[test]
fn before_ten_observations_the_plan_stands_in() {
    let found = forecast(0, 0, 0.9);
    assert!(found.planned);
    assert!((found.assumed_mean - 0.95).abs() < 1e-12);
    assert_eq!(found.all_pass, Some(44));
    assert!(found.expected.unwrap() > 44);
}

#[test]
fn a_reached_decision_needs_nothing_more() {
    assert_eq!(forecast(100, 100, 0.9).expected, Some(0));
    assert_eq!(forecast(100, 100, 0.9).all_pass, Some(0));
    assert_eq!(forecast(10, 100, 0.9).expected, Some(0));
    assert_eq!(forecast(10, 100, 0.9).all_fail, Some(0));
}

#[test]
fn the_range_encloses_the_forecast_and_is_open_near_the_floor() {
    let clear = forecast(45, 50, 0.8);
    assert!(clear.soonest <= clear.expected && clear.latest >= clear.expected);
    assert_eq!(forecast(90, 100, 0.9).latest, None);
}

#[test]
fn an_unreachable_floor_needs_one_failure() {
    let found = forecast(50, 50, 1.0);
    assert_eq!((found.expected, found.all_pass, found.all_fail), (None, None, Some(1)));
}

#[test]
fn the_all_pass_and_all_fail_counts_are_the_first_that_decide() {
    for (k, n) in [(0, 0), (45, 50), (19, 20), (93, 100)] {
        let found = forecast(k, n, 0.9);
        let decide =
            |k, n| gate(&Sample::Counts { successes: k, n }, &Floor::at(0.9)).unwrap().decision;
        let (pass, fail) = (found.all_pass.unwrap(), found.all_fail.unwrap());
        assert_eq!(decide(k + pass, n + pass), Decision::Pass);
        assert_eq!(decide(k + pass - 1, n + pass - 1), Decision::Undecided);
        assert_eq!(decide(k, n + fail), Decision::Fail);
        assert_eq!(decide(k, n + fail - 1), Decision::Undecided);
    }
}

#[test]
fn a_budget_says_how_many_failures_pass_and_fail() {
    // 98 of 100 are needed to pass at 0.9, 80 of 100 fail.
    let found = budget(48, 50, 50, &Floor::at(0.9)).unwrap();
    assert_eq!(
        found,
        Budget { pass_if_failures_at_most: Some(0), fail_if_failures_at_least: Some(18) }
    );
    let spoiled = budget(47, 50, 50, &Floor::at(0.9)).unwrap();
    assert_eq!(spoiled.pass_if_failures_at_most, None);
    let hopeless = budget(50, 50, 5, &Floor::at(0.9)).unwrap();
    assert_eq!(hopeless.fail_if_failures_at_least, None);
}

#[test]
fn floors_of_zero_and_one_have_their_budget_by_logic() {
    let (zero, one) = (Floor::at(0.0), Floor::at(1.0));
    assert_eq!(budget(3, 5, 7, &zero).unwrap().pass_if_failures_at_most, Some(7));
    assert_eq!(budget(5, 5, 7, &one).unwrap().fail_if_failures_at_least, Some(1));
    assert_eq!(budget(4, 5, 0, &one).unwrap().fail_if_failures_at_least, Some(0));
    assert_eq!(budget(5, 5, 0, &one).unwrap().fail_if_failures_at_least, None);
    assert_eq!(smallest_decidable_gap(10, &one).unwrap().to_pass, None);
    assert_eq!(smallest_decidable_gap(10, &zero).unwrap().to_pass, Some(0.0));
}

#[test]
fn the_smallest_decidable_gap_shrinks_with_the_budget() {
    let small = smallest_decidable_gap(100, &Floor::at(0.9)).unwrap();
    let large = smallest_decidable_gap(10_000, &Floor::at(0.9)).unwrap();
    assert!(large.to_pass < small.to_pass && large.to_fail < small.to_fail);
    assert!(small.to_pass.unwrap() <= 0.08 && small.to_pass.unwrap() > 0.07);
    assert_eq!(smallest_decidable_gap(20, &Floor::at(0.9)).unwrap().to_pass, None);
}

#[test]
fn values_are_forecast_by_repeating_their_histogram() {
    let values: Vec<f64> = (0..40).map(|i| 0.8 + 0.1 * f64::from(i % 3)).collect();
    let found = more(&Sample::Values(values.clone()), &Floor::at(0.85)).unwrap();
    let further = found.expected.unwrap() as usize;
    let together: Vec<f64> = values.iter().copied().cycle().take(40 + further + 40).collect();
    let answer = gate(&Sample::Values(together), &Floor::at(0.85)).unwrap();
    assert_eq!(answer.decision, Decision::Pass);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_forecast_never_panics_and_its_range_is_ordered(n in 0..2000_u64, share in 0.0..=1.0_f64, floor in 0.0..=1.0_f64) {
        let found = forecast(((n as f64 * share) as u64).min(n), n, floor);
        let or_never = |x: Option<u64>| x.unwrap_or(u64::MAX);
        prop_assert!(or_never(found.soonest) <= or_never(found.expected));
        prop_assert!(or_never(found.expected) <= or_never(found.latest));
    }

    #[test]
    fn forecasts_of_values_are_ordered_too(x in prop::collection::vec(0.0..=1.0_f64, 0..60), floor in 0.0..=1.0_f64) {
        let found = more(&Sample::Values(x), &Floor::at(floor)).unwrap();
        let or_never = |x: Option<u64>| x.unwrap_or(u64::MAX);
        prop_assert!(or_never(found.soonest) <= or_never(found.expected));
        prop_assert!(or_never(found.expected) <= or_never(found.latest));
    }
}
