//! Reference values and claims of `karat_stats::mcnemar`.

use karat_stats::mcnemar::mcnemar;
use proptest::prelude::*;

use crate::vectors;

#[test]
fn p_values_equal_the_reference() {
    for case in vectors::read("mcnemar_exact") {
        let found = mcnemar(case.n("b"), case.n("c"));
        case.assert("p_exact_two_sided", found.p_two_sided);
        case.assert("p_mid", found.p_mid);
        case.assert("p_one_sided_c_greater", found.p_second_better);
    }
}

proptest! {
    #[test]
    fn relabelling_changes_only_the_direction(b in 0..1_000_000_000_u64, c in 0..1_000_000_000_u64) {
        let (one, other) = (mcnemar(b, c), mcnemar(c, b));
        prop_assert_eq!(one.p_two_sided, other.p_two_sided);
        prop_assert_eq!(one.p_mid, other.p_mid);
        prop_assert_eq!(one.p_first_better, other.p_second_better);
        prop_assert!((0.0..=1.0).contains(&one.p_two_sided) && one.p_mid <= one.p_two_sided);
    }
}
