//! Reference values and claims of `karat_stats::calibration`.

use karat_stats::calibration::{Isotonic, brier, calibration_error, cross_fitted};
use proptest::prelude::*;

use crate::vectors;

#[test]
fn curves_and_errors_equal_the_reference() {
    for case in vectors::read("judge_calibration") {
        let (scores, labels) = (case.list("score"), case.list("y"));
        let curve = Isotonic::fit(&scores, &labels).unwrap().unwrap();
        let expected = case.output("isotonic").as_array().unwrap();
        for (&score, expected) in scores.iter().zip(expected) {
            assert!((curve.at(score).unwrap() - expected.as_f64().unwrap()).abs() < 1e-9);
        }
        case.assert("brier", brier(&scores, &labels).unwrap().unwrap());
        case.assert("ece10", calibration_error(&scores, &labels).unwrap().unwrap());
    }
}

#[test]
fn no_labels_say_nothing_and_uneven_lists_are_refused() {
    assert_eq!(Isotonic::fit(&[], &[]).unwrap(), None);
    assert_eq!(brier(&[], &[]).unwrap(), None);
    assert_eq!(calibration_error(&[], &[]).unwrap(), None);
    assert_eq!(cross_fitted(&[0.5; 4], &[1.0; 4], 5, 1).unwrap(), None);
    assert!(brier(&[0.5], &[]).is_err() && brier(&[1.5], &[1.0]).is_err());
    assert!(Isotonic::fit(&[0.5], &[f64::NAN]).is_err());
    assert!(cross_fitted(&[0.5; 9], &[1.0; 9], 1, 1).is_err());
}

#[test]
fn a_score_is_never_calibrated_by_its_own_label() {
    // One good answer among bad ones: without its own label nothing hints that it is good.
    let scores: Vec<f64> = (0..20).map(|i| f64::from(i) / 20.0).collect();
    let labels: Vec<f64> = (0..20).map(|i| f64::from(i == 10)).collect();
    assert!(Isotonic::fit(&scores, &labels).unwrap().unwrap().at(0.5).unwrap() > 0.0);
    let calibrated = cross_fitted(&scores, &labels, 20, 7).unwrap().unwrap();
    assert_eq!(calibrated[10], 0.0);
    assert_eq!(cross_fitted(&scores, &labels, 20, 7).unwrap().unwrap(), calibrated);
}

proptest! {
    #[test]
    fn curves_rise_keep_the_mean_and_stay_in_range(
        points in prop::collection::vec((prop_oneof![Just(0.0), Just(1.0), Just(0.5), 0.0..=1.0_f64], 0..=1_u8), 1..60),
    ) {
        let (scores, labels): (Vec<f64>, Vec<f64>) =
            points.iter().map(|&(score, label)| (score, f64::from(label))).unzip();
        let curve = Isotonic::fit(&scores, &labels).unwrap().unwrap();
        let mut last = 0.0;
        for step in 0..=100 {
            let level = curve.at(f64::from(step) / 100.0).unwrap();
            prop_assert!((last - 1e-12..=1.0).contains(&level));
            last = level;
        }
        let fitted: Vec<f64> = scores.iter().map(|&s| curve.at(s).unwrap()).collect();
        let mean = |v: &[f64]| v.iter().sum::<f64>() / v.len() as f64;
        prop_assert!((mean(&fitted) - mean(&labels)).abs() < 1e-9);
        let (before, after) = (brier(&scores, &labels).unwrap().unwrap(), brier(&fitted, &labels).unwrap().unwrap());
        prop_assert!(after <= before + 1e-12);
        prop_assert!((0.0..=1.0).contains(&calibration_error(&scores, &labels).unwrap().unwrap()));
        if let Some(crossed) = cross_fitted(&scores, &labels, 5, 3).unwrap() {
            prop_assert!(crossed.iter().all(|p| (0.0..=1.0).contains(p)));
        }
    }
}
