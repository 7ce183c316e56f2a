//! Reference values and claims of `karat_stats::newcombe`.

use karat_stats::newcombe::newcombe;
use proptest::prelude::*;

use crate::vectors;

#[test]
fn differences_equal_the_reference() {
    for case in vectors::read("newcombe_diff") {
        let (one, two) = ((case.n("k1"), case.n("n1")), (case.n("k2"), case.n("n2")));
        let found = newcombe(one, two, case.f("conf")).unwrap();
        case.assert("lo", found.interval.lower);
        case.assert("hi", found.interval.upper);
        case.assert("diff", found.estimate.unwrap());
    }
}

#[test]
fn a_missing_group_has_no_estimate_but_bounds() {
    let found = newcombe((0, 0), (5, 10), 0.95).unwrap();
    assert_eq!(found.estimate, None);
    assert!(found.interval.lower >= -1.0 && found.interval.upper <= 1.0);
}

proptest! {
    #[test]
    fn exchanging_the_groups_changes_the_sign(n in 1..100_000_u64, m in 1..100_000_u64, a in 0.0..=1.0_f64, b in 0.0..=1.0_f64) {
        let one = (((n as f64 * a) as u64).min(n), n);
        let two = (((m as f64 * b) as u64).min(m), m);
        let (found, swapped) = (newcombe(one, two, 0.95).unwrap(), newcombe(two, one, 0.95).unwrap());
        prop_assert!((found.interval.lower + swapped.interval.upper).abs() < 1e-12);
        prop_assert!(found.interval.contains(found.estimate.unwrap()));
        prop_assert!(found.interval.lower >= -1.0 && found.interval.upper <= 1.0);
    }
}
