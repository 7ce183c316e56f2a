//! Reference values and claims of `karat_stats::canary`.

use karat_stats::canary::{
    Canary, CanaryState, Direction, LAMBDAS, log_e_by_bet, log_e_of_run, log_soft_rank,
};
use karat_stats::{Changed, Sentinel, canary};
use proptest::prelude::*;

use crate::vectors;

#[test]
fn e_values_equal_the_reference() {
    for case in vectors::read("sign_symmetry_evalue") {
        let d = case.list("d");
        assert_eq!(case.list("lambdas"), LAMBDAS);
        let reference = case.output("log_e_per_lambda").as_array().unwrap();
        for (ours, reference) in log_e_by_bet(&d, &LAMBDAS).unwrap().iter().zip(reference) {
            assert!((ours - reference.as_f64().unwrap()).abs() < 1e-10);
        }
        case.assert("log_e_mixture", log_e_of_run(&d, Direction::Worse).unwrap());
    }
}

#[test]
fn no_runs_and_runs_without_a_difference_raise_no_alarm() {
    let nothing = canary(&[], &Sentinel::default()).unwrap();
    assert_eq!((nothing.changed, nothing.n_runs), (Changed::NoAlarm, 0));
    assert_eq!(nothing.log_evidence, f64::NEG_INFINITY);
    let same = canary(&vec![vec![0.0; 50]; 999], &Sentinel::default()).unwrap();
    assert_eq!(same.changed, Changed::NoAlarm);
    assert!((same.log_evidence - 999.0_f64.ln()).abs() < 1e-9, "each run is one start");
    assert_eq!(canary(&[vec![]], &Sentinel::default()).unwrap().mean, None);
}

#[test]
fn a_worse_model_is_found_and_a_better_one_only_when_asked() {
    let worse = vec![vec![-0.4; 50]; 10];
    let better = vec![vec![0.4; 50]; 10];
    let either = Sentinel { direction: Direction::Either, ..Sentinel::default() };
    assert_eq!(canary(&worse, &Sentinel::default()).unwrap().changed, Changed::Worse);
    assert_eq!(canary(&better, &Sentinel::default()).unwrap().changed, Changed::NoAlarm);
    assert_eq!(canary(&worse, &either).unwrap().changed, Changed::Worse);
    let answer = canary(&better, &either).unwrap();
    assert_eq!(answer.changed, Changed::Better);
    assert!(answer.at.unwrap() < 10 && answer.interval.contains(answer.mean.unwrap()));
}

#[test]
fn huge_suites_neither_overflow_nor_forget() {
    let mut canary = Canary::resume(&Sentinel::default(), CanaryState::default()).unwrap();
    canary.run(&vec![1.0; 100_000]).unwrap();
    assert_eq!(canary.state().alarm, None);
    canary.run(&vec![-1.0; 100_000]).unwrap();
    assert_eq!(canary.state().alarm, Some(2));
    assert!(canary.state().worse.iter().all(|sum| sum.is_finite()));
    assert!(Canary::resume(&Sentinel::default(), canary.state()).is_ok());
}

#[test]
fn soft_ranks_of_exchangeable_statistics_average_to_one() {
    let statistics = [0.3, 0.1, 0.9, 0.0, 0.4];
    let mean = (0..statistics.len())
        .map(|i| {
            let mut others = statistics.to_vec();
            let observed = others.remove(i);
            log_soft_rank(observed, &others).unwrap().exp()
        })
        .sum::<f64>()
        / 5.0;
    assert!((mean - 1.0).abs() < 1e-12);
    assert_eq!(log_soft_rank(0.0, &[0.0; 200]).unwrap(), 0.0);
    assert_eq!(log_soft_rank(0.0, &[]).unwrap(), 0.0);
    assert!(log_soft_rank(-1.0, &[]).is_err() && log_soft_rank(1.0, &[f64::NAN]).is_err());
}

#[test]
fn differences_and_questions_out_of_range_are_refused() {
    for bad in [-1.1, 1.1, f64::NAN] {
        assert!(log_e_of_run(&[bad], Direction::Either).is_err());
        assert!(canary(&[vec![bad]], &Sentinel::default()).is_err());
    }
    for runs_between_false_alarms in [0.5, f64::NAN, f64::INFINITY] {
        let question = Sentinel { runs_between_false_alarms, ..Sentinel::default() };
        assert!(canary(&[], &question).is_err());
    }
    assert!(canary(&[], &Sentinel { alpha_each_side: 0.7, ..Sentinel::default() }).is_err());
    let damaged = CanaryState { worse: [f64::NAN; 5], ..CanaryState::default() };
    assert!(Canary::resume(&Sentinel::default(), damaged).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn over_all_signs_the_e_value_averages_to_one(sizes in prop::collection::vec(0.0..=1.0_f64, 0..8)) {
        for direction in [Direction::Worse, Direction::Either] {
            let n = 1_u32 << sizes.len();
            let sum: f64 = (0..n).map(|signs| {
                let d: Vec<f64> = sizes.iter().enumerate()
                    .map(|(i, size)| if signs >> i & 1 == 1 { -size } else { *size })
                    .collect();
                log_e_of_run(&d, direction).unwrap().exp()
            }).sum();
            prop_assert!((sum / f64::from(n) - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn exchanging_today_and_baseline_exchanges_the_answers(
        runs in prop::collection::vec(prop::collection::vec(prop_oneof![Just(0.0), Just(1.0), Just(-1.0), -1.0..=1.0_f64], 0..20), 0..20),
        lean in -0.6..0.6_f64,
    ) {
        let question = Sentinel { direction: Direction::Either, runs_between_false_alarms: 30.0, ..Sentinel::default() };
        let lean = |sign: f64| runs.iter()
            .map(|run| run.iter().map(|d| sign * (d + lean).clamp(-1.0, 1.0)).collect())
            .collect::<Vec<Vec<f64>>>();
        let (one, other) = (canary(&lean(1.0), &question).unwrap(), canary(&lean(-1.0), &question).unwrap());
        prop_assert_eq!(one.at, other.at);
        prop_assert_eq!(one.changed == Changed::Worse, other.changed == Changed::Better);
        prop_assert!((one.interval.lower + other.interval.upper).abs() < 1e-8);
        prop_assert!(!one.log_evidence.is_nan());
    }
}
