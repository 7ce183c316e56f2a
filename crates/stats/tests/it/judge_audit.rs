//! Claims of `karat_stats::judge_audit`.

use karat_stats::judge_audit::{Swapped, flip_rate, length_bias, position_bias};
use proptest::prelude::*;

#[test]
fn a_judge_that_always_prefers_the_first_is_found() {
    let audit =
        position_bias(&Swapped { same: 70, first_place: 28, second_place: 2 }, 0.9).unwrap();
    assert_eq!((audit.n, audit.rate), (100, Some(0.3)));
    assert!(audit.p_no_favourite < 1e-5 && audit.interval.contains(0.3));
    let even =
        position_bias(&Swapped { same: 70, first_place: 15, second_place: 15 }, 0.9).unwrap();
    assert_eq!(even.p_no_favourite, 1.0);
    let none = position_bias(&Swapped::default(), 0.9).unwrap();
    assert_eq!((none.rate, none.p_no_favourite), (None, 1.0));
    assert_eq!((none.interval.lower, none.interval.upper), (0.0, 1.0));
}

#[test]
fn items_judged_once_say_nothing_about_flips() {
    assert_eq!(flip_rate(&[(1, 1), (0, 1), (0, 0)], 0.9).unwrap(), None);
    let found = flip_rate(&[(2, 2), (1, 2), (0, 3), (1, 1)], 0.9).unwrap().unwrap();
    assert_eq!((found.n, found.rate, found.ever), (3, 1.0 / 3.0, 1.0 / 3.0));
    assert!(flip_rate(&[(3, 2)], 0.9).is_err());
}

#[test]
fn correlation_is_that_of_ranks_with_ties_in_the_middle() {
    let of = |x: &[f64], y: &[f64]| length_bias(x, y, 0.9).unwrap().map(|found| found.correlation);
    assert_eq!(of(&[0.1, 0.2, 0.3, 0.9], &[1.0, 10.0, 100.0, 1e9]), Some(1.0));
    assert_eq!(of(&[0.1, 0.2, 0.3, 0.9], &[4.0, 3.0, 2.0, 1.0]), Some(-1.0));
    // Ranks 1.5 1.5 3 4 and 1 2 3.5 3.5, by hand.
    let found = of(&[0.0, 0.0, 0.5, 1.0], &[1.0, 2.0, 3.0, 3.0]).unwrap();
    assert!((found - 4.0 / 4.5).abs() < 1e-12, "{found}");
    let five: Vec<f64> = (0..5).map(f64::from).collect();
    let ordered = length_bias(&five, &five, 0.9).unwrap().unwrap().interval;
    assert!(ordered.lower < 0.5 && ordered.upper == 1.0, "{ordered:?}");
    assert_eq!(of(&[0.5; 9], &[1.0; 9]), None);
    assert_eq!(of(&[], &[]), None);
    assert_eq!(of(&[0.1, 0.2, 0.3], &[1.0, 2.0, 3.0]), None);
    assert!(length_bias(&[0.1], &[], 0.9).is_err());
    assert!(length_bias(&[f64::NAN], &[1.0], 0.9).is_err());
}

proptest! {
    #[test]
    fn length_bias_is_symmetric_and_bounded(pairs in prop::collection::vec((0..5_u8, 0..1000_u32), 0..40)) {
        let (x, y): (Vec<f64>, Vec<f64>) = pairs.iter().map(|&(a, b)| (f64::from(a), f64::from(b))).unzip();
        let (found, mirror) = (length_bias(&x, &y, 0.9).unwrap(), length_bias(&y, &x, 0.9).unwrap());
        prop_assert_eq!(found.is_some(), mirror.is_some());
        if let (Some(found), Some(mirror)) = (found, mirror) {
            prop_assert!((found.correlation - mirror.correlation).abs() < 1e-12);
            prop_assert!(found.interval.contains(found.correlation), "{found:?}");
            prop_assert!(found.interval.lower >= -1.0 && found.interval.upper <= 1.0);
        }
    }
}
