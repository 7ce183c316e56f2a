//! Reference values and claims of `karat_stats::repeats`.

use karat_stats::repeats::{
    flip_rate, optimal_repeats, pass_at_k, pass_hat_k, variance_components,
};
use proptest::prelude::*;

use crate::vectors;

#[test]
fn pass_at_k_and_pass_hat_k_equal_the_reference() {
    for case in vectors::read("pass_at_k") {
        let (n, c, k) = (case.n("n"), case.n("c"), case.n("k"));
        case.assert("pass_at_k", pass_at_k(c, n, k).unwrap().unwrap());
        case.assert("pass_hat_k", pass_hat_k(c, n, k).unwrap().unwrap());
    }
}

#[test]
fn too_few_runs_have_no_pass_at_k() {
    assert_eq!(pass_at_k(2, 2, 3).unwrap(), None);
    assert_eq!(pass_hat_k(0, 0, 1).unwrap(), None);
    assert_eq!(pass_hat_k(1, 1, 0).unwrap(), None);
    assert!(pass_at_k(3, 2, 1).is_err());
}

#[test]
fn the_flip_rate_is_the_share_of_disagreeing_pairs() {
    assert_eq!(flip_rate(1, 2).unwrap(), Some(1.0));
    assert_eq!(flip_rate(0, 5).unwrap(), Some(0.0));
    assert_eq!(flip_rate(5, 5).unwrap(), Some(0.0));
    assert_eq!(flip_rate(1, 1).unwrap(), None);
    assert!((flip_rate(3, 4).unwrap().unwrap() - 0.5).abs() < 1e-15);
}

fn scores(case: &vectors::Case) -> Vec<Vec<f64>> {
    let items = case.input("scores").as_array().expect("scores").iter();
    items
        .map(|item| {
            item.as_array().expect("runs").iter().map(|x| x.as_f64().expect("score")).collect()
        })
        .collect()
}

#[test]
fn variance_components_equal_the_reference() {
    for case in vectors::read("variance_decomposition") {
        let found = variance_components(&scores(&case)).unwrap().unwrap();
        case.assert("mean", found.mean);
        case.assert("ms_between", found.ms_between);
        case.assert("ms_within", found.ms_within);
        case.assert("var_between", found.between);
        case.assert("var_within", found.within);
        case.assert("se_mean", found.standard_error);
        match found.icc {
            Some(icc) => case.assert("icc1", icc),
            None => assert_eq!(case.output("icc1").as_str(), Some("nan")),
        }
    }
}

#[test]
fn one_item_or_one_run_has_no_components() {
    assert_eq!(variance_components(&[]).unwrap(), None);
    assert_eq!(variance_components(&[vec![1.0, 0.0]]).unwrap(), None);
    assert_eq!(variance_components(&[vec![1.0], vec![0.0]]).unwrap(), None);
    assert!(variance_components(&[vec![1.0, 0.0], vec![0.0]]).is_err());
    assert!(variance_components(&[vec![1.0, f64::NAN], vec![0.0, 0.0]]).is_err());
}

#[test]
fn repeats_follow_the_costs_and_stay_between_one_and_sixteen() {
    let mixed =
        variance_components(&[vec![1.0, 0.0, 1.0], vec![0.0, 0.0, 0.0], vec![1.0, 1.0, 1.0]])
            .unwrap()
            .unwrap();
    let cheap_runs = optimal_repeats(&mixed, 100.0, 1.0).unwrap();
    let dear_runs = optimal_repeats(&mixed, 1.0, 100.0).unwrap();
    assert!(cheap_runs > dear_runs && dear_runs == 1);
    let same_items = variance_components(&[vec![1.0, 0.0], vec![0.0, 1.0]]).unwrap().unwrap();
    assert_eq!(optimal_repeats(&same_items, 1.0, 1.0).unwrap(), 16);
    let steady = variance_components(&[vec![1.0, 1.0], vec![0.0, 0.0]]).unwrap().unwrap();
    assert_eq!(optimal_repeats(&steady, 1.0, 1.0).unwrap(), 1);
    let constant = variance_components(&[vec![1.0, 1.0], vec![1.0, 1.0]]).unwrap().unwrap();
    assert_eq!(optimal_repeats(&constant, 1.0, 1.0).unwrap(), 1);
    assert!(optimal_repeats(&steady, 0.0, 1.0).is_err());
}

proptest! {
    #[test]
    fn pass_at_k_rises_and_pass_hat_k_falls_with_k(n in 2..2000_u64, share in 0.0..=1.0_f64, k in 1..50_u64) {
        let c = ((n as f64 * share) as u64).min(n);
        let k = k.min(n - 1);
        let at = |k| pass_at_k(c, n, k).unwrap().unwrap();
        let hat = |k| pass_hat_k(c, n, k).unwrap().unwrap();
        prop_assert!(at(k) <= at(k + 1) + 1e-12 && hat(k) >= hat(k + 1) - 1e-12);
        prop_assert!(hat(k) <= at(k) + 1e-12 && (0.0..=1.0).contains(&at(k)) && (0.0..=1.0).contains(&hat(k)));
    }
}
