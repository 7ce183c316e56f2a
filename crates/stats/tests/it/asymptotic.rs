//! Reference values and claims of `karat_stats::asymptotic`.

use karat_stats::asymptotic::{Asymptotic, Sides};
use proptest::prelude::*;

use crate::vectors;

#[test]
fn widths_and_p_values_equal_the_reference() {
    for case in vectors::read("asymptotic_cs") {
        let two =
            Asymptotic { alpha: case.f("alpha"), n_planned: case.n("tuning"), sides: Sides::Two };
        let one = Asymptotic { sides: Sides::One, ..two };
        if case.input("what").as_str() == Some("p_value") {
            let found = two.p_value(case.f("delta"), case.f("se"), case.n("n")).unwrap();
            case.assert("p", found);
            continue;
        }
        case.assert("rho_two", two.rho().unwrap());
        case.assert("rho_one", one.rho().unwrap());
        case.assert("hw_two", two.half_width(case.f("s2"), case.n("n")).unwrap());
        case.assert("hw_one", one.half_width(case.f("s2"), case.n("n")).unwrap());
    }
}

#[test]
fn without_variance_or_observations_the_width_is_infinite() {
    let sequence = Asymptotic { alpha: 0.05, n_planned: 5000, sides: Sides::Two };
    for (variance, n) in [(0.0, 100), (-1.0, 100), (f64::NAN, 100), (1.0, 0)] {
        assert_eq!(sequence.half_width(variance, n).unwrap(), f64::INFINITY);
    }
    assert_eq!(sequence.p_value(1.0, 0.0, 100).unwrap(), 1.0);
    assert_eq!(sequence.p_value(f64::NAN, 1.0, 100).unwrap(), 1.0);
}

proptest! {
    #[test]
    fn p_values_match_the_interval(alpha in 0.001..0.2_f64, z in 0.0..8.0_f64, n in 1..1_000_000_000_u64) {
        let sequence = Asymptotic { alpha, n_planned: 5000, sides: Sides::Two };
        let (error, variance) = (1.0 / (n as f64).sqrt(), 1.0);
        let (p, half) = (sequence.p_value(z * error, error, n).unwrap(), sequence.half_width(variance, n).unwrap());
        prop_assert!((0.0..=1.0).contains(&p));
        prop_assert!((p <= alpha) == (z * error >= half) || (p / alpha - 1.0).abs() < 1e-6);
    }
}
