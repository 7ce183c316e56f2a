//! Reference values and claims of `karat_stats::bootstrap`.

use karat_stats::bootstrap::{Resampling, bootstrap};

use crate::vectors;

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn resampling(resamples: usize, seed: u64) -> Resampling {
    Resampling { resamples, seed, confidence: 0.95 }
}

#[test]
fn intervals_equal_the_reference_within_monte_carlo_error() {
    for case in vectors::read("paired_bootstrap") {
        let d = case.list("d");
        let asked = Resampling { confidence: case.f("conf"), ..resampling(100_000, 1) };
        let found = bootstrap(&d, mean, &asked).unwrap().unwrap();
        let width = case.expected("bca_hi") - case.expected("bca_lo");
        let lattice_step: f64 = match case.input("name").as_str() {
            Some("ties_many") => 0.1 + 1e-9,
            _ => 0.0,
        };
        let allowed = lattice_step.max(0.02 * width);
        for (field, end) in [
            ("bca_lo", found.bca.lower),
            ("bca_hi", found.bca.upper),
            ("pct_lo", found.percentile.lower),
            ("pct_hi", found.percentile.upper),
        ] {
            assert!((end - case.expected(field)).abs() <= allowed, "{field}: {end}");
        }
        let error = found.standard_error / case.expected("boot_se") - 1.0;
        assert!(error.abs() <= 0.01, "{error}");
    }
}

#[test]
fn the_same_seed_gives_the_same_answer() {
    let d = [0.1, -0.2, 0.4, 0.3, 0.0, -0.1, 0.25];
    let one = bootstrap(&d, mean, &resampling(500, 7)).unwrap().unwrap();
    assert_eq!(one, bootstrap(&d, mean, &resampling(500, 7)).unwrap().unwrap());
    assert_ne!(one, bootstrap(&d, mean, &resampling(500, 8)).unwrap().unwrap());
}

#[test]
fn rows_are_kept_together() {
    let rows: Vec<(f64, f64)> = (1..=20).map(|i| (f64::from(i), 2.0 * f64::from(i))).collect();
    let ratio = |rows: &[(f64, f64)]| {
        rows.iter().map(|r| r.1).sum::<f64>() / rows.iter().map(|r| r.0).sum::<f64>()
    };
    let found = bootstrap(&rows, ratio, &resampling(200, 3)).unwrap().unwrap();
    assert_eq!((found.percentile.lower, found.percentile.upper), (2.0, 2.0));
    assert_eq!((found.bca.lower, found.bca.upper), (2.0, 2.0));
}

#[test]
fn too_little_or_undefined_gives_nothing() {
    assert_eq!(bootstrap(&[1.0], mean, &resampling(100, 1)).unwrap(), None);
    assert_eq!(bootstrap(&[], mean, &resampling(100, 1)).unwrap(), None);
    assert_eq!(bootstrap(&[1.0, 2.0], |_| f64::NAN, &resampling(100, 1)).unwrap(), None);
    let constant = bootstrap(&[0.5; 9], mean, &resampling(100, 1)).unwrap().unwrap();
    assert_eq!((constant.bca.lower, constant.bca.upper), (0.5, 0.5));
}
