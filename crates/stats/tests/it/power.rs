//! Reference values and claims of `karat_stats::power`.

use karat_stats::betting::{Betting, operating_characteristics};
use karat_stats::power::{
    PairedVariance, decidable_difference, detectable_difference, exact_plan, exact_power,
    items_needed, pairs_needed, passing_rate, two_sample_needed,
};
use karat_stats::{Floor, Margin, Pairs, Verdict, compare};
use proptest::prelude::*;

use crate::vectors;

#[test]
fn plans_equal_the_reference() {
    for case in vectors::read("power") {
        let power = case.f("power");
        match case.input("kind").as_str().unwrap() {
            "one_sample_binomial_exact" => {
                let alpha = case.f("alpha_one_sided");
                let found = exact_plan(case.f("tau"), case.f("p"), alpha, power).unwrap().unwrap();
                case.assert("n_first", found.n as f64);
                case.assert("k_crit", found.critical as f64);
                assert!((found.power - case.expected("achieved")).abs() < 1e-10);
            }
            "paired_t_two_sided" => {
                case.assert(
                    "n",
                    pairs_needed(case.f("d"), case.f("alpha"), power).unwrap().unwrap(),
                );
            }
            "two_sample_z_two_sided" => {
                let found = two_sample_needed(case.f("d"), case.f("ratio"), case.f("alpha"), power);
                case.assert("n1", found.unwrap().unwrap());
            }
            "miller_eq9" => {
                let variance = PairedVariance {
                    items: case.f("omega2"),
                    runs_first: case.f("sigmaA2"),
                    runs_second: case.f("sigmaB2"),
                    repeats_first: case.n("KA") as u32,
                    repeats_second: case.n("KB") as u32,
                };
                case.assert(
                    "n",
                    items_needed(&variance, case.f("delta"), case.f("alpha"), power).unwrap(),
                );
            }
            other => panic!("unknown kind {other}"),
        }
    }
}

#[test]
fn the_plans_of_the_specification_come_out() {
    for (rate, power, n) in
        [(0.95, 0.95, 298), (0.98, 0.8, 61), (1.0, 0.8, 29), (0.8, 0.8, 78), (0.85, 0.95, 474)]
    {
        assert_eq!(exact_plan(0.9, rate, 0.05, power).unwrap().unwrap().n, n, "{rate} {power}");
    }
}

#[test]
fn no_plan_exists_at_the_floor() {
    assert_eq!(exact_plan(0.9, 0.9, 0.05, 0.8).unwrap(), None);
    assert_eq!(exact_plan(0.9, 0.900_01, 0.05, 0.8).unwrap(), None);
    assert_eq!(exact_power(28, 0.9, 1.0, 0.05).unwrap(), None);
    assert_eq!(exact_power(0, 0.9, 1.0, 0.05).unwrap(), None);
    assert_eq!(exact_power(29, 0.9, 1.0, 0.05).unwrap().unwrap().critical, 29);
}

#[test]
fn a_small_gap_is_planned_in_one_piece_with_the_power_asked_for() {
    let plan = exact_plan(0.9, 0.905, 0.05, 0.8).unwrap().unwrap();
    assert!(plan.power >= 0.8 && plan.n > 10_000);
    assert_eq!(exact_power(plan.n, 0.9, 0.905, 0.05).unwrap().unwrap(), plan);
    for n in plan.n - 200..plan.n {
        assert!(exact_power(n, 0.9, 0.905, 0.05).unwrap().unwrap().power < 0.8);
    }
}

#[test]
fn the_passing_rate_reaches_the_boundary_with_the_power_asked_for() {
    let question = Floor::at(0.9);
    let rate = passing_rate(200, &question, 0.8).unwrap().unwrap();
    let single_look = karat_stats::binomial::at_least(191, 200, rate).unwrap();
    assert!((single_look - 0.8).abs() < 1e-9);
    let boundary = Betting::new(0.9, 0.02).unwrap().boundary(0.05, 0.05, 200).unwrap();
    assert!(operating_characteristics(&boundary, rate).unwrap().pass >= 0.8);
    assert_eq!(passing_rate(43, &question, 0.8).unwrap(), None);
}

#[test]
fn detectable_differences_invert_the_pairs_needed() {
    let n = pairs_needed(0.2, 0.05, 0.8).unwrap().unwrap().ceil() as u64;
    let found = detectable_difference(n, 1.0, 0.05, 0.8).unwrap().unwrap();
    assert!((found - 0.2).abs() < 1e-3);
    assert_eq!(detectable_difference(1, 1.0, 0.05, 0.8).unwrap(), None);
}

#[test]
fn the_decidable_difference_is_where_the_comparison_turns() {
    let question = Margin::of(0.0);
    let found = decidable_difference(1000, 0.2, &question).unwrap().unwrap();
    let at = |difference: f64| {
        let wins = (1000.0_f64 * f64::midpoint(0.2, difference)).round() as u64;
        compare(&Pairs::Counts { wins, losses: 200 - wins, ties: 800 }, &question).unwrap().0
    };
    assert_eq!(at(found + 0.002), Verdict::Better);
    assert_eq!(at(found - 0.002), Verdict::TooClose);
    assert_eq!(decidable_difference(3, 1.0, &question).unwrap(), None);
    assert_eq!(decidable_difference(0, 0.0, &question).unwrap(), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn more_power_needs_more(floor in 0.05..0.95_f64, gap in 0.03..0.3_f64, power in 0.3..0.9_f64) {
        let rate = if floor + gap < 1.0 { floor + gap } else { floor - gap };
        let n = |power| exact_plan(floor, rate, 0.05, power).unwrap().unwrap().n;
        prop_assert!(n(power) <= n(power + 0.09));
        prop_assert!(pairs_needed(gap, 0.05, power).unwrap() < pairs_needed(gap, 0.05, power + 0.09).unwrap());
    }

    #[test]
    fn more_observations_detect_less(n in 50..100_000_u64) {
        let question = Floor::at(0.9);
        prop_assert!(passing_rate(2 * n, &question, 0.8).unwrap() <= passing_rate(n, &question, 0.8).unwrap());
        prop_assert!(detectable_difference(2 * n, 0.4, 0.05, 0.8).unwrap() < detectable_difference(n, 0.4, 0.05, 0.8).unwrap());
    }
}
