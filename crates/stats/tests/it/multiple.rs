//! Reference values and claims of `karat_stats::multiple`.

use karat_stats::multiple::{Adjustment, adjust, e_bh};
use proptest::prelude::*;

use crate::vectors;

#[test]
fn adjusted_p_values_equal_the_reference() {
    let methods = [
        ("fdr_bh", Adjustment::BenjaminiHochberg),
        ("fdr_by", Adjustment::BenjaminiYekutieli),
        ("holm", Adjustment::Holm),
        ("bonferroni", Adjustment::Bonferroni),
    ];
    for case in vectors::read("bh_by_holm") {
        let (p, alpha) = (case.list("p"), case.f("alpha"));
        for (name, adjustment) in methods {
            let found = adjust(&p, adjustment).unwrap();
            let expected = case.output(name);
            for (i, adjusted) in found.iter().enumerate() {
                let reference = expected["adj"][i].as_f64().unwrap();
                assert!((adjusted - reference).abs() <= 1e-12, "{name} {i}");
                assert_eq!(
                    *adjusted <= alpha,
                    expected["reject"][i].as_bool().unwrap(),
                    "{name} {i}"
                );
            }
        }
    }
}

#[test]
fn e_values_are_claimed_from_the_largest_down() {
    // K = 4, alpha = 0.05: one needs e >= 80, two need both >= 40, three all >= 26.7.
    let logs = |e: [f64; 4]| e.map(f64::ln);
    assert_eq!(e_bh(&logs([80.0, 1.0, 1.0, 0.5]), 0.05).unwrap(), [true, false, false, false]);
    assert_eq!(e_bh(&logs([79.0, 1.0, 1.0, 0.5]), 0.05).unwrap(), [false; 4]);
    assert_eq!(e_bh(&logs([1.0, 41.0, 1.0, 45.0]), 0.05).unwrap(), [false, true, false, true]);
    assert_eq!(e_bh(&logs([27.0, 27.0, 1.0, 27.0]), 0.05).unwrap(), [true, true, false, true]);
    assert_eq!(e_bh(&[], 0.05).unwrap(), Vec::<bool>::new());
}

#[test]
fn nothing_to_adjust_and_bad_values_are_handled() {
    assert_eq!(adjust(&[], Adjustment::Holm).unwrap(), Vec::<f64>::new());
    assert!(adjust(&[0.1, f64::NAN], Adjustment::Holm).is_err());
    assert!(e_bh(&[f64::NAN], 0.05).is_err());
    assert_eq!(e_bh(&[f64::INFINITY, f64::NEG_INFINITY], 0.05).unwrap(), [true, false]);
}

proptest! {
    #[test]
    fn adjusting_never_lowers_a_p_value_and_keeps_the_order(p in prop::collection::vec(0.0..=1.0_f64, 0..40)) {
        let of = |adjustment| adjust(&p, adjustment).unwrap();
        let (bonferroni, holm) = (of(Adjustment::Bonferroni), of(Adjustment::Holm));
        let (bh, by) = (of(Adjustment::BenjaminiHochberg), of(Adjustment::BenjaminiYekutieli));
        for i in 0..p.len() {
            prop_assert!(p[i] <= bh[i] + 1e-15 && bh[i] <= holm[i] + 1e-12);
            prop_assert!(bh[i] <= by[i] + 1e-15 && holm[i] <= bonferroni[i] + 1e-15);
            for j in 0..p.len() {
                prop_assert!(p[i] > p[j] || bh[i] <= bh[j] && holm[i] <= holm[j] && by[i] <= by[j]);
            }
        }
    }
}
