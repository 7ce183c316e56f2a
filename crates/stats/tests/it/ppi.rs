//! Reference values and claims of `karat_stats::ppi`.

use karat_stats::Sample;
use karat_stats::gold::{Cells, Gold, Labelled};
use karat_stats::ppi::{ppi_difference, ppi_mean, ppi_mean_stock};
use proptest::prelude::*;

use crate::vectors::{self, Case};

fn gold(case: &Case) -> Gold {
    Gold::Cells(Cells {
        yes_yes: case.n("n11"),
        yes_no: case.n("n10_y1f0"),
        no_yes: case.n("n01_y0f1"),
        no_no: case.n("n00"),
    })
}

fn others(case: &Case) -> Sample {
    Sample::Counts { successes: case.n("F_sum"), n: case.n("N") }
}

#[test]
fn the_published_estimator_equals_the_reference() {
    for case in vectors::read("ppi_mean") {
        let confidence = 1.0 - case.f("alpha");
        let of = |lambda| ppi_mean_stock(&gold(&case), &others(&case), lambda, confidence).unwrap();
        let (fitted, first, alone) =
            (of(None).unwrap(), of(Some(1.0)).unwrap(), of(Some(0.0)).unwrap());
        case.assert("ppipp", fitted.estimate);
        case.assert("ppipp_lo", fitted.interval.lower);
        case.assert("ppipp_hi", fitted.interval.upper);
        case.assert("ppi1", first.estimate);
        case.assert("ppi1_lo", first.interval.lower);
        case.assert("ppi1_hi", first.interval.upper);
        case.assert("classical_lo", alone.interval.lower);
        case.assert("classical_hi", alone.interval.upper);
    }
}

#[test]
fn the_smoothed_estimator_equals_the_reference() {
    for case in vectors::read("ppi_mean_smoothed") {
        let found = ppi_mean(&gold(&case), &others(&case), 1.0 - case.f("alpha")).unwrap().unwrap();
        case.assert("lam", found.lambda);
        case.assert("theta", found.estimate);
        case.assert("se", found.standard_error);
        case.assert("df", found.df);
        case.assert("lo", found.interval.lower);
        case.assert("hi", found.interval.upper);
    }
}

#[test]
fn below_twenty_labels_the_correction_is_refused() {
    let others = Sample::Counts { successes: 900, n: 1000 };
    let of = |n| ppi_mean(&Gold::Cells(Cells { yes_yes: n, ..Cells::default() }), &others, 0.9);
    assert_eq!(of(0).unwrap(), None);
    assert_eq!(of(19).unwrap(), None);
    assert!(of(20).unwrap().unwrap().interval.width() > 0.05);
}

#[test]
fn counted_and_listed_items_give_the_same() {
    let cells = Cells { yes_yes: 30, yes_no: 2, no_yes: 3, no_no: 6 };
    let listed = [(1.0, 1.0, 30), (1.0, 0.0, 2), (0.0, 1.0, 3), (0.0, 0.0, 6)];
    let items = listed.iter().flat_map(|&(truth, judge, n)| vec![Labelled { truth, judge }; n]);
    let others = Sample::Counts { successes: 400, n: 500 };
    let counted = ppi_mean(&Gold::Cells(cells), &others, 0.9).unwrap().unwrap();
    let found = ppi_mean(&Gold::Items(items.collect()), &others, 0.9).unwrap().unwrap();
    assert!((counted.estimate - found.estimate).abs() < 1e-14);
    assert!((counted.standard_error - found.standard_error).abs() < 1e-14);
}

#[test]
fn values_out_of_range_are_refused() {
    let sample = Sample::Values(vec![0.5]);
    let bad = Gold::Items(vec![Labelled { truth: f64::NAN, judge: 0.0 }]);
    assert!(ppi_mean(&bad, &sample, 0.9).is_err());
    assert!(ppi_mean(&Gold::Items(vec![]), &sample, 1.0).is_err());
    assert!(ppi_mean_stock(&Gold::Items(vec![]), &sample, Some(2.0), 0.9).unwrap().is_none());
    assert!(ppi_difference(&[Labelled { truth: 1.5, judge: 0.0 }], &[], 0.9).is_err());
    assert!(ppi_difference(&[], &[-1.1], 0.9).is_err());
}

fn items() -> impl Strategy<Value = Vec<Labelled>> {
    let value = || prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0_f64];
    prop::collection::vec((value(), value()), 0..80)
        .prop_map(|v| v.into_iter().map(|(truth, judge)| Labelled { truth, judge }).collect())
}

fn flipped(items: &[Labelled]) -> Vec<Labelled> {
    items.iter().map(|i| Labelled { truth: 1.0 - i.truth, judge: 1.0 - i.judge }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn intervals_contain_the_estimate_widen_and_mirror(
        items in items(),
        others in prop::collection::vec(prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0_f64], 0..80),
    ) {
        let of = |items: &[Labelled], f: &[f64], confidence| {
            ppi_mean(&Gold::Items(items.to_vec()), &Sample::Values(f.to_vec()), confidence).unwrap()
        };
        let Some(found) = of(&items, &others, 0.9) else {
            prop_assert!(items.len() < 20);
            return Ok(());
        };
        prop_assert!(found.interval.contains(found.estimate));
        prop_assert!(found.interval.lower >= 0.0 && found.interval.upper <= 1.0);
        prop_assert!((0.0..=1.0).contains(&found.lambda));
        let wider = of(&items, &others, 0.99).unwrap();
        prop_assert!(wider.interval.lower <= found.interval.lower);
        prop_assert!(wider.interval.upper >= found.interval.upper);
        let negated: Vec<f64> = others.iter().map(|f| 1.0 - f).collect();
        let mirror = of(&flipped(&items), &negated, 0.9).unwrap();
        prop_assert!((mirror.estimate - (1.0 - found.estimate)).abs() < 1e-9);
        prop_assert!((mirror.interval.lower - (1.0 - found.interval.upper)).abs() < 1e-9);
        let tenfold = of(&items.repeat(10), &others.repeat(10), 0.9).unwrap();
        prop_assert!(tenfold.standard_error <= found.standard_error);
    }

    #[test]
    fn differences_mirror_when_the_variants_change_places(
        gold in prop::collection::vec((-1.0..=1.0_f64, -1.0..=1.0_f64), 20..60),
        others in prop::collection::vec(-1.0..=1.0_f64, 0..60),
    ) {
        let items = |sign: f64| -> Vec<Labelled> {
            gold.iter().map(|&(t, j)| Labelled { truth: sign * t, judge: sign * j }).collect()
        };
        let found = ppi_difference(&items(1.0), &others, 0.9).unwrap().unwrap();
        let swapped: Vec<f64> = others.iter().map(|d| -d).collect();
        let mirror = ppi_difference(&items(-1.0), &swapped, 0.9).unwrap().unwrap();
        prop_assert!((found.estimate + mirror.estimate).abs() < 1e-9);
        prop_assert!((found.interval.lower + mirror.interval.upper).abs() < 1e-9);
        prop_assert!(found.interval.contains(found.estimate));
    }

    #[test]
    fn large_counts_stay_in_range(
        cells in prop::array::uniform4(0..1_000_000_000_u64),
        n in 0..1_000_000_000_u64,
        share in 0.0..=1.0_f64,
    ) {
        let [yes_yes, yes_no, no_yes, no_no] = cells;
        let gold = Gold::Cells(Cells { yes_yes, yes_no, no_yes, no_no });
        let others = Sample::Counts { successes: (n as f64 * share) as u64, n };
        for found in [ppi_mean(&gold, &others, 0.95), ppi_mean_stock(&gold, &others, None, 0.95)] {
            let found = found.unwrap().unwrap();
            prop_assert!(found.interval.contains(found.estimate));
            prop_assert!(found.standard_error.is_finite());
        }
    }
}
