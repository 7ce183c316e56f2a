//! Reference values and claims of `karat_stats::t_test`.

use karat_stats::t_test::{paired_t, welch};
use proptest::prelude::*;

use crate::vectors;

#[test]
fn both_tests_equal_the_reference() {
    for case in vectors::read("paired_t_welch") {
        let (a, b, confidence) = (case.list("a"), case.list("b"), case.f("conf"));
        let paired = paired_t(&a, &b, confidence).unwrap().unwrap();
        case.assert("mean_diff", paired.difference);
        case.assert("se", paired.standard_error);
        case.assert("t", paired.t.unwrap());
        case.assert("p", paired.p.unwrap());
        case.assert("lo", paired.interval.unwrap().lower);
        case.assert("hi", paired.interval.unwrap().upper);
        let independent = welch(&a, &b, confidence).unwrap().unwrap();
        case.assert("welch_t", independent.t.unwrap());
        case.assert("welch_df", independent.df);
        case.assert("welch_p", independent.p.unwrap());
        case.assert("welch_lo", independent.interval.unwrap().lower);
        case.assert("welch_hi", independent.interval.unwrap().upper);
    }
}

#[test]
fn differences_without_spread_are_no_evidence() {
    // 0.95 - 0.9 and 0.75 - 0.7 differ in the last bits only.
    let found = paired_t(&[0.9, 0.7, 0.8], &[0.95, 0.75, 0.85], 0.95).unwrap().unwrap();
    assert_eq!((found.t, found.p, found.interval), (None, None, None));
    let same = paired_t(&[0.3, 0.6], &[0.3, 0.6], 0.95).unwrap().unwrap();
    assert_eq!((same.p, same.interval), (Some(1.0), None));
    let constant = welch(&[1.0, 1.0], &[0.0, 0.0, 0.0], 0.95).unwrap().unwrap();
    assert_eq!((constant.p, constant.interval), (None, None));
}

#[test]
fn fewer_than_two_say_nothing() {
    assert_eq!(paired_t(&[1.0], &[0.0], 0.95).unwrap(), None);
    assert_eq!(welch(&[], &[0.0, 1.0], 0.95).unwrap(), None);
    assert!(paired_t(&[1.0], &[], 0.95).is_err());
    assert!(welch(&[f64::NAN, 1.0], &[0.0, 1.0], 0.95).is_err());
}

proptest! {
    #[test]
    fn exchanging_the_samples_changes_the_sign(pairs in prop::collection::vec((0.0..=1.0_f64, 0.0..=1.0_f64), 3..40)) {
        let (a, b): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
        for test in [paired_t, welch] {
            let (one, two) = (test(&a, &b, 0.9).unwrap().unwrap(), test(&b, &a, 0.9).unwrap().unwrap());
            prop_assert!((one.difference + two.difference).abs() < 1e-12);
            if let (Some(p), Some(q), Some(interval)) = (one.p, two.p, one.interval) {
                prop_assert!((p - q).abs() < 1e-9 && (0.0..=1.0).contains(&p));
                prop_assert!(interval.contains(one.difference));
                let wider = test(&a, &b, 0.99).unwrap().unwrap().interval.unwrap();
                prop_assert!(wider.lower <= interval.lower && wider.upper >= interval.upper);
                // The interval excludes 0 exactly when p is below one minus the confidence.
                prop_assert!(interval.contains(0.0) == (p >= 0.1) || (p - 0.1).abs() < 1e-9);
            }
        }
    }
}
