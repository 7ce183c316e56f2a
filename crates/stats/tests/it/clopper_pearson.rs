//! Reference values and claims of `karat_stats::clopper_pearson`.

use karat_stats::binomial::{at_least, at_most};
use karat_stats::clopper_pearson::{clopper_pearson, clopper_pearson_one_sided};
use proptest::prelude::*;

use crate::vectors;

#[test]
fn intervals_equal_the_reference() {
    for case in vectors::read("clopper_pearson") {
        let (k, n, confidence) = (case.n("k"), case.n("n"), case.f("conf"));
        let found = match case.input("side").as_str() {
            Some("one") => clopper_pearson_one_sided(k, n, confidence).unwrap(),
            _ => clopper_pearson(k, n, confidence).unwrap(),
        };
        case.assert("lo", found.lower);
        case.assert("hi", found.upper);
    }
}

#[test]
fn nothing_seen_leaves_every_rate() {
    let found = clopper_pearson(0, 0, 0.95).unwrap();
    assert_eq!((found.lower, found.upper), (0.0, 1.0));
    assert!(clopper_pearson(2, 1, 0.95).is_err() && clopper_pearson(1, 1, 1.0).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn each_end_is_where_the_exact_tail_is_half_the_error(n in 1..1_000_000_000_u64, share in 0.0..=1.0_f64) {
        let k = ((n as f64 * share) as u64).clamp(1, n);
        let found = clopper_pearson(k, n, 0.95).unwrap();
        prop_assert!(found.contains(k as f64 / n as f64));
        prop_assert!((at_least(k, n, found.lower).unwrap() - 0.025).abs() < 1e-6);
        if k < n {
            prop_assert!((at_most(k, n, found.upper).unwrap() - 0.025).abs() < 1e-6);
        }
    }

    #[test]
    fn intervals_mirror_and_widen_with_confidence(n in 0..5000_u64, share in 0.0..=1.0_f64) {
        let k = ((n as f64 * share) as u64).min(n);
        let (found, wider) = (clopper_pearson(k, n, 0.9).unwrap(), clopper_pearson(k, n, 0.99).unwrap());
        let mirror = clopper_pearson(n - k, n, 0.9).unwrap();
        prop_assert!((found.lower - (1.0 - mirror.upper)).abs() < 1e-12);
        prop_assert!(wider.lower <= found.lower && wider.upper >= found.upper);
        let tenfold = clopper_pearson(10 * k, 10 * n, 0.9).unwrap();
        prop_assert!(tenfold.width() <= found.width());
    }
}
