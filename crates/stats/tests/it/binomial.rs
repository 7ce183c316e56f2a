//! Reference values and claims of `karat_stats::binomial`.

use karat_stats::binomial::{at_least, at_most, exact_test};
use proptest::prelude::*;
use statrs::function::beta::beta_reg;

use crate::vectors;

#[test]
fn exact_tests_equal_the_reference() {
    for case in vectors::read("binomial_gate_exact") {
        let found = exact_test(case.n("k"), case.n("n"), case.f("tau")).unwrap();
        case.assert("p_pass", found.p_pass);
        case.assert("p_fail", found.p_fail);
    }
}

#[test]
fn an_independent_incomplete_beta_agrees_on_small_counts() {
    for n in [1, 2, 7, 30, 200] {
        for k in 1..=n {
            for rate in [0.001, 0.1, 0.5, 0.93, 0.999] {
                let other = beta_reg(k as f64, (n - k + 1) as f64, rate);
                assert!((at_least(k, n, rate).unwrap() - other).abs() < 1e-11, "{k} {n} {rate}");
            }
        }
    }
}

#[test]
fn a_billion_trials_keep_their_digits() {
    // By symmetry P(X >= n/2) = 1/2 + P(X = n/2)/2, and P(X = n/2) is 1/sqrt(pi n/2) (1 - 1/(4n)).
    let n = 1_000_000_000_u64;
    let middle = 1.0 / (std::f64::consts::PI * n as f64 / 2.0).sqrt();
    let expected = 0.5 + middle / 2.0;
    assert!((at_least(n / 2, n, 0.5).unwrap() - expected).abs() < 1e-12);
    // Rare events: binomial is Poisson(1) up to 1e-9.
    let poisson = 1.0 - 2.0 * (-1.0_f64).exp();
    assert!((at_least(2, n, 1e-9).unwrap() - poisson).abs() < 2e-9);
}

#[test]
fn rare_events_keep_their_relative_precision() {
    for (n, rate) in [(1_u64, 1e-9_f64), (10, 1e-12), (100_000, 1e-15)] {
        let expected = -(n as f64 * (-rate).ln_1p()).exp_m1();
        assert!((at_least(1, n, rate).unwrap() / expected - 1.0).abs() < 1e-12, "{n} {rate}");
    }
}

#[test]
fn edges_are_certain() {
    assert_eq!(at_least(0, 10, 0.3).unwrap(), 1.0);
    assert_eq!(at_least(11, 10, 0.3).unwrap(), 0.0);
    assert_eq!(at_most(10, 10, 0.3).unwrap(), 1.0);
    assert_eq!(at_most(0, 0, 0.3).unwrap(), 1.0);
    assert_eq!(at_least(1, 10, 0.0).unwrap(), 0.0);
    assert_eq!(at_least(10, 10, 1.0).unwrap(), 1.0);
    assert!(at_least(1, 10, f64::NAN).is_err());
}

proptest! {
    #[test]
    fn tails_are_complements(n in 1..1_000_000_000_u64, share in 0.0..=1.0_f64, rate in 0.0..=1.0_f64) {
        let k = ((n as f64 * share) as u64).clamp(1, n);
        let sum = at_least(k, n, rate).unwrap() + at_most(k - 1, n, rate).unwrap();
        prop_assert!((sum - 1.0).abs() < 1e-9);
    }
}
