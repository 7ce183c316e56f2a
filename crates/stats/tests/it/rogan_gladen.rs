//! Reference values and claims of `karat_stats::rogan_gladen`.

use karat_stats::gold::Cells;
use karat_stats::rogan_gladen::{Refusal, rogan_gladen};
use proptest::prelude::*;

use crate::vectors;

fn cells(tp: u64, positives: u64, tn: u64, negatives: u64) -> Cells {
    Cells { yes_yes: tp, yes_no: positives - tp, no_yes: negatives - tn, no_no: tn }
}

#[test]
fn corrected_rates_equal_the_reference() {
    for case in vectors::read("rogan_gladen") {
        let calibration = cells(case.n("tp"), case.n("pos"), case.n("tn"), case.n("neg"));
        let found = rogan_gladen(case.n("k"), case.n("n"), &calibration, 1.0 - case.f("alpha"));
        let found = found.unwrap().unwrap();
        case.assert("theta", found.raw);
        case.assert("theta_clipped", found.estimate);
        case.assert("theta_adj", found.adjusted);
        case.assert("lo", found.interval.lower);
        case.assert("hi", found.interval.upper);
        case.assert("youden", found.youden);
        assert_eq!(found.contradicts, found.interval.width() == 0.0);
    }
}

#[test]
fn what_cannot_be_corrected_is_refused_with_the_reason() {
    let refused = |k, n, cells| rogan_gladen(k, n, &cells, 0.9).unwrap().unwrap_err();
    assert_eq!(refused(5, 10, cells(5, 5, 0, 0)), Refusal::MissingClass);
    assert_eq!(refused(5, 10, cells(0, 0, 5, 5)), Refusal::MissingClass);
    assert_eq!(refused(5, 10, cells(11, 20, 11, 20)), Refusal::NoSignal);
    assert_eq!(refused(5, 10, cells(1, 10, 1, 10)), Refusal::NoSignal);
    assert_eq!(refused(0, 0, cells(9, 10, 9, 10)), Refusal::NothingJudged);
    assert!(rogan_gladen(2, 1, &cells(9, 10, 9, 10), 0.9).is_err());
    assert!(rogan_gladen(1, 1, &cells(9, 10, 9, 10), 0.0).is_err());
    assert!(!Refusal::NoSignal.text().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn intervals_stay_in_range_and_mirror(
        (tp, fm) in (0..200_u64, 0..200_u64), (tn, fp) in (0..200_u64, 0..200_u64),
        n in 1..1_000_000_000_u64, share in 0.0..=1.0_f64,
    ) {
        let k = (n as f64 * share) as u64;
        let calibration = Cells { yes_yes: tp, yes_no: fm, no_yes: fp, no_no: tn };
        let Ok(found) = rogan_gladen(k, n, &calibration, 0.9).unwrap() else { return Ok(()) };
        prop_assert!(found.interval.lower <= found.interval.upper);
        prop_assert!(found.interval.lower >= 0.0 && found.interval.upper <= 1.0);
        let turned = Cells { yes_yes: tn, yes_no: fp, no_yes: fm, no_no: tp };
        let Ok(mirror) = rogan_gladen(n - k, n, &turned, 0.9).unwrap() else { return Ok(()) };
        prop_assert!((found.interval.lower - (1.0 - mirror.interval.upper)).abs() < 1e-9);
        prop_assert!((found.raw - (1.0 - mirror.raw)).abs() < 1e-9);
    }
}
