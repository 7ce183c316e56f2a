//! Reference values and claims of `karat_stats::gate`.

use karat_stats::betting::Betting;
use karat_stats::{Answer, Decision, Floor, Sample, gate};
use proptest::prelude::*;

use crate::vectors;

fn counts(successes: u64, n: u64, floor: f64) -> Answer {
    gate(&Sample::Counts { successes, n }, &Floor::at(floor)).expect("valid counts")
}

fn check(answer: &Answer, floor: f64) {
    for x in [
        answer.lower,
        answer.upper,
        answer.log_e_pass,
        answer.log_e_fail,
        answer.p_pass,
        answer.p_fail,
    ] {
        assert!(!x.is_nan(), "{answer:?}");
    }
    assert!(
        0.0 <= answer.lower && answer.lower <= answer.upper && answer.upper <= 1.0,
        "{answer:?}"
    );
    let mean = answer.mean.unwrap_or(f64::midpoint(answer.lower, answer.upper));
    assert!(answer.lower <= mean && mean <= answer.upper, "{answer:?}");
    assert_eq!(answer.decision == Decision::Pass, answer.lower >= floor, "{floor} {answer:?}");
    assert_eq!(answer.decision == Decision::Fail, answer.upper < floor, "{floor} {answer:?}");
}

#[test]
fn verdicts_equal_the_reference() {
    for case in vectors::read("betting_mixture") {
        let question = Floor {
            floor: case.f("tau"),
            alpha_pass: case.f("alpha_each_side"),
            alpha_fail: case.f("alpha_each_side"),
            min_gap: case.f("min_gap"),
        };
        let answer = gate(&Sample::Values(case.list("x")), &question).unwrap();
        let expected = match case.output("verdict").as_str().unwrap() {
            "pass" => Decision::Pass,
            "fail" => Decision::Fail,
            _ => Decision::Undecided,
        };
        assert_eq!(answer.decision, expected);
        case.assert("cs90_lo", answer.lower);
        case.assert("cs90_hi", answer.upper);
        case.assert("log_e_pass", answer.log_e_pass);
        case.assert("log_e_fail", answer.log_e_fail);
        check(&answer, question.floor);
    }
}

#[test]
fn no_observations_leave_everything_open() {
    let answer = counts(0, 0, 0.9);
    assert_eq!(answer.decision, Decision::Undecided);
    assert_eq!((answer.lower, answer.upper, answer.mean), (0.0, 1.0, None));
    assert_eq!((answer.log_e_pass, answer.p_pass, answer.p_fail), (0.0, 1.0, 1.0));
}

#[test]
fn ninety_eight_of_one_hundred_pass_at_nine_tenths() {
    assert_eq!(counts(98, 100, 0.9).decision, Decision::Pass);
    assert_eq!(counts(97, 100, 0.9).decision, Decision::Undecided);
    assert_eq!(counts(81, 100, 0.9).decision, Decision::Undecided);
    assert_eq!(counts(80, 100, 0.9).decision, Decision::Fail);
}

#[test]
fn a_floor_of_one_cannot_be_proven_and_fails_at_the_first_shortfall() {
    assert_eq!(counts(1_000_000, 1_000_000, 1.0).decision, Decision::Unprovable);
    assert_eq!(counts(0, 0, 1.0).decision, Decision::Unprovable);
    assert_eq!(counts(999_999, 1_000_000, 1.0).decision, Decision::Fail);
    let almost = Sample::Values(vec![1.0, 1.0_f64.next_down()]);
    assert_eq!(gate(&almost, &Floor::at(1.0)).unwrap().decision, Decision::Fail);
}

#[test]
fn a_floor_of_zero_always_passes() {
    assert_eq!(counts(0, 0, 0.0).decision, Decision::Pass);
    assert_eq!(counts(0, 1000, 0.0).decision, Decision::Pass);
    assert!(counts(0, 1000, 0.0).by_logic);
}

#[test]
fn all_values_at_the_floor_never_decide() {
    let sample = Sample::Tally(vec![(0.9, 100_000)]);
    assert_eq!(gate(&sample, &Floor::at(0.9)).unwrap().decision, Decision::Undecided);
}

#[test]
fn counts_values_and_tally_agree() {
    let values = [vec![1.0; 45], vec![0.0; 5]].concat();
    let a = counts(45, 50, 0.8);
    let b = gate(&Sample::Values(values), &Floor::at(0.8)).unwrap();
    let c = gate(&Sample::Tally(vec![(0.0, 5), (1.0, 40), (1.0, 5)]), &Floor::at(0.8)).unwrap();
    assert_eq!(a, b);
    assert_eq!(a, c);
}

#[test]
fn values_outside_the_unit_interval_are_refused() {
    for bad in [-0.1, 1.1, f64::NAN, f64::INFINITY] {
        assert!(gate(&Sample::Values(vec![0.5, bad]), &Floor::at(0.8)).is_err());
        assert!(gate(&Sample::Values(vec![0.5]), &Floor::at(bad)).is_err());
    }
    assert!(gate(&Sample::Counts { successes: 2, n: 1 }, &Floor::at(0.8)).is_err());
    let question = Floor { alpha_pass: 0.0, ..Floor::at(0.8) };
    assert!(gate(&Sample::Values(vec![]), &question).is_err());
}

#[test]
fn each_side_has_an_error_rate_of_its_own() {
    let question = Floor { alpha_pass: 0.01, alpha_fail: 0.2, ..Floor::at(0.9) };
    let bets = Betting::new(0.9, 0.02).unwrap();
    for k in 0..=200 {
        let sample = Sample::Counts { successes: k, n: 200 };
        let answer = gate(&sample, &question).unwrap();
        let (pass, fail) =
            (bets.pass_count(0.01, 200).unwrap(), bets.fail_count(0.2, 200).unwrap());
        assert_eq!(answer.decision == Decision::Pass, pass.is_some_and(|fewest| k >= fewest));
        assert_eq!(answer.decision == Decision::Fail, fail.is_some_and(|most| k <= most));
        let observations = sample.observations().unwrap();
        assert!((answer.lower - bets.lower(&observations, 0.01).unwrap()).abs() < 1e-10);
        assert!((answer.upper - bets.upper(&observations, 0.2).unwrap()).abs() < 1e-10);
    }
}

#[test]
fn evidence_that_is_just_enough_still_puts_the_interval_on_its_side() {
    for k in [70, 75, 80, 97, 98, 99, 100] {
        let log_e = counts(k, 100, 0.9);
        for nudge in [1.0 - 1e-13, 1.0 - 1e-15, 1.0, 1.0 + 1e-15, 1.0 + 1e-13] {
            let alpha = |log_e: f64| ((-log_e).exp() * nudge).clamp(1e-12, 0.5);
            let question = Floor {
                alpha_pass: alpha(log_e.log_e_pass),
                alpha_fail: alpha(log_e.log_e_fail),
                ..Floor::at(0.9)
            };
            check(&gate(&Sample::Counts { successes: k, n: 100 }, &question).unwrap(), 0.9);
        }
    }
}

#[test]
fn verdict_and_interval_agree_at_every_count() {
    for floor in [0.0, 0.5, 0.8, 0.9, 0.99, 1.0] {
        for n in [0, 1, 2, 8, 22, 44, 60] {
            for k in 0..=n {
                check(&counts(k, n, floor), floor);
            }
        }
    }
}

#[test]
fn verdict_and_interval_agree_at_the_boundary_of_large_samples() {
    for floor in [0.5, 0.9, 0.95] {
        let bets = Betting::new(floor, 0.02).unwrap();
        for n in [1_000, 1_000_000, 1_000_000_000] {
            let pass = bets.pass_count(0.05, n).unwrap().unwrap();
            let fail = bets.fail_count(0.05, n).unwrap().unwrap();
            for (k, decision) in [
                (pass, Decision::Pass),
                (pass - 1, Decision::Undecided),
                (fail, Decision::Fail),
                (fail + 1, Decision::Undecided),
            ] {
                let answer = counts(k, n, floor);
                assert_eq!(answer.decision, decision);
                check(&answer, floor);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn verdict_and_interval_never_disagree(
        x in prop::collection::vec(prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0_f64], 0..80),
        floor in prop_oneof![Just(0.0), Just(1.0), Just(1e-300), Just(1.0_f64.next_down()), 0.0..=1.0_f64],
        alpha_pass in 1e-6..=0.5_f64,
        alpha_fail in 1e-6..=0.5_f64,
        min_gap in 1e-4..0.9_f64,
    ) {
        let question = Floor { floor, alpha_pass, alpha_fail, min_gap };
        check(&gate(&Sample::Values(x), &question).unwrap(), floor);
    }

    #[test]
    fn extreme_counts_neither_panic_nor_give_nan(n in 0..=1_000_000_000_u64, share in 0.0..=1.0_f64, floor in 0.0..=1.0_f64) {
        let successes = ((n as f64 * share) as u64).min(n);
        check(&counts(successes, n, floor), floor);
    }
}
