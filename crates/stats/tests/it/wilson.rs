//! Reference values and claims of `karat_stats::wilson`.

use karat_stats::wilson::wilson;
use proptest::prelude::*;

use crate::vectors;

#[test]
fn intervals_equal_the_reference() {
    for case in vectors::read("wilson") {
        let found = wilson(case.n("k"), case.n("n"), case.f("conf")).unwrap();
        case.assert("lo", found.lower);
        case.assert("hi", found.upper);
    }
}

proptest! {
    #[test]
    fn intervals_contain_the_rate_and_widen_with_confidence(n in 0..1_000_000_000_u64, share in 0.0..=1.0_f64) {
        let k = ((n as f64 * share) as u64).min(n);
        let (found, wider) = (wilson(k, n, 0.9).unwrap(), wilson(k, n, 0.99).unwrap());
        prop_assert!(0.0 <= found.lower && found.upper <= 1.0);
        prop_assert!(n == 0 || found.contains(k as f64 / n as f64));
        prop_assert!(wider.lower <= found.lower && wider.upper >= found.upper);
        let mirror = wilson(n - k, n, 0.9).unwrap();
        prop_assert!((found.lower - (1.0 - mirror.upper)).abs() < 1e-12);
    }
}
