//! Reference values and claims of `karat_stats::streams`, and of `karat_stats::multiple::e_bh` on streams' vectors.

use karat_stats::multiple::e_bh;
use karat_stats::streams::{Lond, Series};
use proptest::prelude::*;

use crate::vectors;

#[test]
fn claims_and_levels_equal_the_reference() {
    let mut skipped = Vec::new();
    for case in vectors::read("online_multiple_testing") {
        let method = case.input("method").as_str().unwrap().to_owned();
        let expected: Vec<bool> = case
            .output("reject")
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r.as_bool().unwrap())
            .collect();
        let logs = || -> Vec<f64> { case.list("e").iter().map(|e| e.ln()).collect() };
        let series = match method.as_str() {
            "e_bh" => {
                assert_eq!(e_bh(&logs(), case.f("alpha")).unwrap(), expected);
                continue;
            }
            "e_lond" => Series::Slow,
            "e_lond_own" => Series::Steep,
            other => {
                skipped.push(other.to_owned());
                continue;
            }
        };
        let mut stream = Lond::new(case.f("alpha"), series).unwrap();
        let levels = case.output("level").as_array().unwrap();
        for ((log_e, expected), level) in logs().into_iter().zip(expected).zip(levels) {
            assert!((stream.level() - level.as_f64().unwrap()).abs() < 1e-12);
            assert_eq!(stream.claims_e(log_e).unwrap(), expected);
        }
    }
    // LORD++ and SAFFRON need independent p-values and come with live experiments.
    assert_eq!(skipped, ["lord++", "saffron"]);
}

#[test]
fn a_million_questions_never_spend_more_than_alpha() {
    for (series, least) in [(Series::Steep, 0.999), (Series::Slow, 0.5)] {
        let mut stream = Lond::new(0.05, series).unwrap();
        let spent: f64 = (0..1_000_000)
            .map(|_| {
                let level = stream.level();
                stream.claims_p(1.0).unwrap();
                level
            })
            .sum();
        assert!(spent <= 0.05 && spent > 0.05 * least, "{series:?} {spent}");
    }
}

#[test]
fn numbers_that_are_none_are_refused() {
    let mut stream = Lond::new(0.05, Series::Steep).unwrap();
    assert!(stream.claims_e(f64::NAN).is_err() && stream.claims_p(1.5).is_err());
    assert_eq!(stream.n_tested, 0);
    assert!(Lond::new(0.0, Series::Steep).is_err() && Lond::new(f64::NAN, Series::Slow).is_err());
    assert!(
        stream.claims_e(f64::INFINITY).unwrap() && !stream.claims_e(f64::NEG_INFINITY).unwrap()
    );
}

proptest! {
    #[test]
    fn an_e_value_and_its_inverse_as_p_value_decide_alike(p in prop::collection::vec(1e-9..1.0_f64, 0..40)) {
        let (mut by_e, mut by_p) = (Lond::new(0.1, Series::Slow).unwrap(), Lond::new(0.1, Series::Slow).unwrap());
        for p in p {
            prop_assert_eq!(by_e.claims_e(-p.ln()).unwrap(), by_p.claims_p(p).unwrap());
        }
        prop_assert_eq!(by_e, by_p);
    }
}
