//! Reference values and claims of `karat_stats::quantile`.

use karat_stats::betting::{Betting, Boundary, operating_characteristics};
use karat_stats::quantile::{
    anytime_ranks, fixed_ranks, observations_for_upper_bound, quantile_bounds,
};
use proptest::prelude::*;

use crate::vectors;

#[test]
fn ranks_equal_the_reference() {
    let mut seen = 0;
    for case in vectors::read("quantile_cs") {
        // The other cases are whole-distribution bands, which are not computed here.
        if case.input("what").as_str() != Some("mixture_rank_cs") {
            continue;
        }
        let (n, p, alpha) = (case.n("n"), case.f("p"), case.f("alpha"));
        let anytime = anytime_ranks(n, p, alpha).unwrap();
        case.assert("lower_rank", anytime.lower as f64);
        case.assert("upper_rank", anytime.upper as f64);
        let fixed = fixed_ranks(n, p, alpha).unwrap();
        case.assert("fixedn_lower_rank", fixed.lower as f64);
        case.assert("fixedn_upper_rank", fixed.upper as f64);
        seen += 1;
    }
    assert_eq!(seen, 18);
}

#[test]
fn the_first_finite_upper_bounds_come_where_the_specification_says() {
    for (p, n) in [(0.5, 9), (0.9, 52), (0.95, 97), (0.99, 473)] {
        assert_eq!(observations_for_upper_bound(p, 0.05).unwrap(), n);
    }
}

#[test]
fn exact_anytime_miscoverage_stays_below_alpha() {
    for (p, reference) in [(0.5, 0.037), (0.9, 0.038), (0.95, 0.040)] {
        let Boundary { pass, fail } =
            Betting::new(p, 0.02).unwrap().boundary(0.025, 0.025, 2000).unwrap();
        let found = operating_characteristics(&Boundary { pass, fail }, p).unwrap();
        let miss = found.pass + found.fail;
        assert!(miss <= 0.05 && (miss - reference).abs() < 0.001, "{p}: {miss}");
    }
}

#[test]
fn too_few_observations_have_infinite_bounds() {
    let none = quantile_bounds(&[], 0.95, 0.05).unwrap();
    assert_eq!((none.estimate, none.lower, none.upper), (None, f64::NEG_INFINITY, f64::INFINITY));
    let sorted: Vec<f64> = (1..=20).map(f64::from).collect();
    let few = quantile_bounds(&sorted, 0.95, 0.05).unwrap();
    assert_eq!((few.estimate, few.lower, few.upper), (Some(19.0), 15.0, f64::INFINITY));
    assert!(quantile_bounds(&[2.0, 1.0], 0.5, 0.05).is_err());
    assert!(quantile_bounds(&[1.0, f64::NAN], 0.5, 0.05).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn bounds_enclose_the_estimate(mut x in prop::collection::vec(0.0..1e6_f64, 1..300), p in 0.01..0.99_f64) {
        x.sort_by(f64::total_cmp);
        let found = quantile_bounds(&x, p, 0.05).unwrap();
        let estimate = found.estimate.unwrap();
        prop_assert!(found.lower <= estimate && estimate <= found.upper);
    }

    #[test]
    fn anytime_ranks_enclose_the_fixed_ones(n in 0..100_000_u64, p in 0.01..0.99_f64) {
        let (anytime, fixed) = (anytime_ranks(n, p, 0.05).unwrap(), fixed_ranks(n, p, 0.05).unwrap());
        prop_assert!(anytime.lower <= fixed.lower && fixed.upper <= anytime.upper);
    }
}
