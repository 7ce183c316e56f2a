//! Reference values and claims of `karat_stats::rank`.

use karat_stats::rank::{RankQuestion, Trust, kendall_tau_b, rank_agreement, spearman};
use proptest::prelude::*;

use crate::vectors;

#[test]
fn correlations_equal_the_reference() {
    for case in vectors::read("rank_correlation") {
        let (x, y) = (case.list("x"), case.list("y"));
        for (field, found) in
            [("spearman", spearman(&x, &y)), ("kendall_tau_b", kendall_tau_b(&x, &y))]
        {
            match found.unwrap() {
                Some(found) => case.assert(field, found),
                None => assert!(case.output(field).is_null()),
            }
        }
    }
}

#[test]
fn six_launches_in_the_same_order_are_the_least_that_show_anything() {
    let (x, y) = ([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]);
    let question = RankQuestion::default();
    let answer = rank_agreement(&x, &y, &question).unwrap();
    assert_eq!((answer.trust, answer.kendall), (Trust::Follows, Some(1.0)));
    assert!((answer.p_value.unwrap() - 2.0 / 720.0).abs() < 1e-12);
    assert_eq!((answer.n_signs, answer.n_same_sign), (6, 6));
    let five = rank_agreement(&x[..5], &y[..5], &question).unwrap();
    assert_eq!(five.trust, Trust::Insufficient);
    let reversed: Vec<f64> = y.iter().map(|y| -y).collect();
    let answer = rank_agreement(&x, &reversed, &question).unwrap();
    assert_eq!((answer.trust, answer.n_same_sign), (Trust::Opposes, 0));
}

#[test]
fn a_side_that_never_changes_tells_nothing() {
    let answer = rank_agreement(&[0.0; 9], &[1.0; 9], &RankQuestion::default()).unwrap();
    assert_eq!((answer.trust, answer.kendall, answer.p_value), (Trust::Insufficient, None, None));
    assert_eq!((answer.n_signs, answer.same_sign.width()), (0, 1.0));
    let nothing = rank_agreement(&[], &[], &RankQuestion::default()).unwrap();
    assert_eq!((nothing.trust, nothing.n), (Trust::Insufficient, 0));
}

#[test]
fn random_orders_give_nearly_the_exact_p_value_and_the_same_one_again() {
    // Eight launches: 40 320 orders, of which a tau of at least 26/28 either way has 2 (1 + 7).
    let x: Vec<f64> = (0..8).map(f64::from).collect();
    let mut y = x.clone();
    y.swap(2, 3);
    let question = RankQuestion { permutations: 50_000, ..RankQuestion::default() };
    let p = rank_agreement(&x, &y, &question).unwrap().p_value.unwrap();
    assert!((p - 16.0 / 40_320.0).abs() < 4e-4, "{p}");
    assert_eq!(rank_agreement(&x, &y, &question).unwrap().p_value, Some(p));
}

#[test]
fn launches_that_do_not_belong_together_are_refused() {
    let question = RankQuestion::default();
    assert!(rank_agreement(&[1.0], &[], &question).is_err());
    assert!(rank_agreement(&[f64::NAN], &[1.0], &question).is_err());
    assert!(spearman(&[f64::INFINITY], &[1.0]).is_err());
    let none = RankQuestion { permutations: 0, ..question };
    assert!(rank_agreement(&[1.0], &[1.0], &none).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(50))]

    #[test]
    fn correlations_are_symmetric_and_turn_with_the_sign(
        raw in prop::collection::vec((prop_oneof![Just(0.0), -1.0..=1.0_f64], prop_oneof![Just(0.5), Just(0.0), -1.0..=1.0_f64]), 0..12),
    ) {
        let (x, y): (Vec<f64>, Vec<f64>) = raw.into_iter().unzip();
        let turned: Vec<f64> = y.iter().map(|y| -y).collect();
        let question = RankQuestion { permutations: 99, ..RankQuestion::default() };
        let answer = rank_agreement(&x, &y, &question).unwrap();
        let other = rank_agreement(&x, &turned, &question).unwrap();
        prop_assert_eq!(answer.kendall, kendall_tau_b(&y, &x).unwrap());
        prop_assert_eq!(answer.kendall, other.kendall.map(|tau| -tau));
        prop_assert!(answer.spearman.is_none_or(|rho| (-1.0..=1.0).contains(&rho)));
        prop_assert_eq!(answer.p_value, other.p_value);
        prop_assert_eq!(answer.n_same_sign + other.n_same_sign, answer.n_signs);
        prop_assert!(answer.p_value.is_none_or(|p| p > 0.0 && p <= 1.0));
    }
}
