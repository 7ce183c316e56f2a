//! Reference values and claims of `karat_stats::agreement`.

use karat_stats::agreement::{
    Coefficient, Level, Ratings, Weights, agreement_interval, cohen_kappa, fleiss_kappa, gwet_ac1,
    krippendorff_alpha, percent_agreement,
};
use karat_stats::bootstrap::Resampling;
use proptest::prelude::*;
use serde_json::Value;

use crate::vectors;

const RESAMPLING: Resampling = Resampling { resamples: 200, seed: 5, confidence: 0.9 };

const ALL: [Coefficient; 8] = [
    Coefficient::Alpha(Level::Nominal),
    Coefficient::Alpha(Level::Ordinal),
    Coefficient::Alpha(Level::Interval),
    Coefficient::Kappa(Weights::None),
    Coefficient::Kappa(Weights::Linear),
    Coefficient::Kappa(Weights::Quadratic),
    Coefficient::Ac1,
    Coefficient::Percent,
];

fn two(pairs: &[(f64, f64)]) -> Ratings {
    let units: Vec<_> = pairs.iter().map(|&(a, b)| vec![Some(a), Some(b)]).collect();
    Ratings::new(&units).expect("a list of numbers")
}

fn table(value: &Value) -> Vec<Vec<u64>> {
    let row = |row: &Value| {
        row.as_array()
            .expect("a list of numbers")
            .iter()
            .map(|c| c.as_u64().expect("a list of numbers"))
            .collect()
    };
    value.as_array().expect("a list of numbers").iter().map(row).collect()
}

/// The table as one pair of ratings per count.
fn spread(table: &[Vec<u64>]) -> Vec<(f64, f64)> {
    let mut pairs = Vec::new();
    for (i, row) in table.iter().enumerate() {
        for (j, &count) in row.iter().enumerate() {
            pairs.extend(vec![(i as f64, j as f64); count as usize]);
        }
    }
    pairs
}

#[test]
fn alpha_equals_the_reference() {
    for case in vectors::read("krippendorff_alpha") {
        let raters: Vec<&Vec<Value>> = case
            .input("reliability")
            .as_array()
            .unwrap()
            .iter()
            .map(|r| r.as_array().unwrap())
            .collect();
        let units: Vec<Vec<Option<f64>>> = (0..raters[0].len())
            .map(|unit| raters.iter().map(|rater| rater[unit].as_f64()).collect())
            .collect();
        let ratings = Ratings::new(&units).unwrap();
        for (name, level) in [
            ("nominal", Level::Nominal),
            ("ordinal", Level::Ordinal),
            ("interval", Level::Interval),
        ] {
            case.assert(name, krippendorff_alpha(&ratings, level).unwrap());
        }
    }
}

#[test]
fn cohen_equals_the_reference_and_its_listed_form() {
    for case in vectors::read("cohen_kappa") {
        let table = table(case.input("table"));
        let found = cohen_kappa(&table, Weights::None, 0.95).unwrap();
        if case.output("unweighted").as_f64().is_none() {
            assert_eq!(found, None);
            assert_eq!(Coefficient::Kappa(Weights::None).of(&two(&spread(&table))), None);
            continue;
        }
        let found = found.unwrap();
        case.assert("unweighted", found.kappa);
        case.assert("se", found.standard_error);
        case.assert("se0", found.null_error);
        case.assert("lo", found.interval.lower);
        case.assert("hi", found.interval.upper);
        for (name, weights) in [("linear", Weights::Linear), ("quadratic", Weights::Quadratic)] {
            case.assert(name, cohen_kappa(&table, weights, 0.95).unwrap().unwrap().kappa);
            case.assert(name, Coefficient::Kappa(weights).of(&two(&spread(&table))).unwrap());
        }
    }
}

#[test]
fn fleiss_equals_the_reference() {
    for case in vectors::read("fleiss_kappa") {
        let found = fleiss_kappa(&table(case.input("table"))).unwrap().unwrap();
        case.assert("kappa", found.kappa.unwrap());
        case.assert("kappa_rand", found.uniform.unwrap());
    }
}

#[test]
fn gwet_equals_the_reference() {
    for case in vectors::read("gwet_ac1") {
        let ratings = two(&case.list("a").into_iter().zip(case.list("b")).collect::<Vec<_>>());
        case.assert("ac1", gwet_ac1(&ratings).unwrap());
        case.assert("percent_agreement", percent_agreement(&ratings).unwrap());
    }
}

#[test]
fn ratings_that_are_all_the_same_leave_coefficients_undefined() {
    let same = two(&[(1.0, 1.0); 30]);
    for coefficient in &ALL[..7] {
        assert_eq!(coefficient.of(&same), None, "{}", coefficient.name());
        assert_eq!(agreement_interval(&same, *coefficient, &RESAMPLING).unwrap(), None);
    }
    assert_eq!(percent_agreement(&same), Some(1.0));
    assert_eq!(cohen_kappa(&[vec![30, 0], vec![0, 0]], Weights::None, 0.9).unwrap(), None);
    assert_eq!(fleiss_kappa(&[vec![3, 0], vec![3, 0]]).unwrap().unwrap().kappa, None);
}

#[test]
fn nothing_and_single_ratings_say_nothing() {
    let holes = [vec![Some(1.0), None], vec![None, Some(0.0)], vec![None, None]];
    for units in [&holes[..], &[]] {
        let ratings = Ratings::new(units).unwrap();
        assert_eq!(ratings.n_pairable(), 0);
        for coefficient in ALL {
            assert_eq!(coefficient.of(&ratings), None);
            assert_eq!(agreement_interval(&ratings, coefficient, &RESAMPLING).unwrap(), None);
        }
    }
    assert_eq!(fleiss_kappa(&[]).unwrap(), None);
    assert_eq!(fleiss_kappa(&[vec![1, 0]]).unwrap(), None);
    assert_eq!(cohen_kappa(&[], Weights::Linear, 0.9).unwrap(), None);
}

#[test]
fn lists_that_do_not_fit_are_refused() {
    assert!(Ratings::new(&[vec![Some(1.0)], vec![]]).is_err());
    assert!(Ratings::new(&[vec![Some(f64::NAN)]]).is_err());
    assert!(cohen_kappa(&[vec![1, 2]], Weights::None, 0.9).is_err());
    assert!(fleiss_kappa(&[vec![1, 2], vec![1, 1]]).is_err());
    assert!(fleiss_kappa(&[vec![1, 2], vec![3]]).is_err());
}

#[test]
fn a_rater_that_nobody_overlaps_with_changes_nothing() {
    let pairs = [(1.0, 1.0), (2.0, 3.0), (3.0, 3.0), (1.0, 2.0)];
    let mut units: Vec<Vec<Option<f64>>> =
        pairs.iter().map(|&(a, b)| vec![Some(a), Some(b), None]).collect();
    units.push(vec![None, None, Some(2.0)]);
    let more = Ratings::new(&units).unwrap();
    for level in [Level::Nominal, Level::Ordinal, Level::Interval] {
        assert_eq!(krippendorff_alpha(&more, level), krippendorff_alpha(&two(&pairs), level));
    }
}

#[test]
fn when_one_answer_dominates_alpha_is_low_and_ac1_is_not() {
    let mut pairs = vec![(1.0, 1.0); 95];
    pairs.extend([(1.0, 0.0), (0.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)]);
    let ratings = two(&pairs);
    assert!(krippendorff_alpha(&ratings, Level::Nominal).unwrap() < 0.4);
    assert!(gwet_ac1(&ratings).unwrap() > 0.95);
    assert_eq!(percent_agreement(&ratings), Some(0.96));
}

#[test]
fn never_having_disagreed_is_not_certainty() {
    for coefficient in ALL {
        let lower = |n: usize| {
            let pairs: Vec<_> =
                (0..n).map(|i| (f64::from(i % 2 == 0), f64::from(i % 2 == 0))).collect();
            let interval =
                agreement_interval(&two(&pairs), coefficient, &RESAMPLING).unwrap().unwrap();
            assert_eq!(interval.upper, 1.0);
            interval.lower
        };
        assert!(lower(10) < lower(100) && lower(100) < 1.0, "{}", coefficient.name());
        assert!(lower(100) > 0.93 && lower(10) < 0.75, "{}", coefficient.name());
    }
}

#[test]
fn intervals_shrink_with_more_units() {
    let pairs: Vec<_> = (0..40)
        .map(|i| (f64::from(i % 3), f64::from(if i % 5 == 0 { 0 } else { i % 3 })))
        .collect();
    for coefficient in ALL {
        let width = |pairs: &[(f64, f64)]| {
            agreement_interval(&two(pairs), coefficient, &RESAMPLING).unwrap().unwrap().width()
        };
        assert!(width(&pairs.repeat(10)) < 0.6 * width(&pairs), "{}", coefficient.name());
    }
}

#[test]
fn same_seed_same_interval() {
    let pairs: Vec<_> = (0..40).map(|i| (f64::from(i % 3), f64::from(i % 4 % 3))).collect();
    let of = |seed| {
        let resampling = Resampling { seed, ..RESAMPLING };
        agreement_interval(&two(&pairs), ALL[0], &resampling).unwrap().unwrap()
    };
    assert_eq!(of(1), of(1));
    assert_ne!(of(1), of(2));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn coefficients_are_bounded_symmetric_and_inside_their_interval(
        units in prop::collection::vec(prop::array::uniform3(prop::option::of(0..4_u8)), 0..30),
    ) {
        let of = |turn: &dyn Fn(usize) -> usize, value: &dyn Fn(u8) -> f64| {
            let unit = |u: &[Option<u8>; 3]| (0..3).map(|r| u[turn(r)].map(value)).collect::<Vec<_>>();
            Ratings::new(&units.iter().map(unit).collect::<Vec<_>>()).unwrap()
        };
        let ratings = of(&|r| r, &f64::from);
        let other_raters = of(&|r| (r + 1) % 3, &f64::from);
        let turned = of(&|r| r, &|v| 3.0 - f64::from(v));
        let renamed = of(&|r| r, &|v| [7.0, -2.0, 0.5, 4.0][usize::from(v)]);
        let same = |a: Option<f64>, b: Option<f64>| match (a, b) {
            (Some(a), Some(b)) => (a - b).abs() < 1e-9,
            (a, b) => a == b,
        };
        for coefficient in ALL {
            let found = coefficient.of(&ratings);
            prop_assert!(found.is_none_or(|c| (-1.0 - 1e-12..=1.0).contains(&c)));
            prop_assert!(same(found, coefficient.of(&other_raters)));
            prop_assert!(same(found, coefficient.of(&turned)));
            if let Some(interval) = agreement_interval(&ratings, coefficient, &RESAMPLING).unwrap() {
                prop_assert!(interval.contains(found.unwrap()));
                let wide = Resampling { confidence: 0.99, ..RESAMPLING };
                let wider = agreement_interval(&ratings, coefficient, &wide).unwrap().unwrap();
                prop_assert!(wider.lower <= interval.lower && wider.upper >= interval.upper);
            }
        }
        for coefficient in [ALL[0], Coefficient::Ac1, Coefficient::Percent] {
            prop_assert!(same(coefficient.of(&ratings), coefficient.of(&renamed)));
        }
    }

    #[test]
    fn kappa_does_not_care_who_is_first(table in prop::collection::vec(prop::array::uniform3(0..40_u64), 3)) {
        let rows: Vec<Vec<u64>> = table.iter().map(|row| row.to_vec()).collect();
        let columns: Vec<Vec<u64>> = (0..3).map(|j| rows.iter().map(|row| row[j]).collect()).collect();
        for weights in [Weights::None, Weights::Linear, Weights::Quadratic] {
            let (a, b) = (cohen_kappa(&rows, weights, 0.9).unwrap(), cohen_kappa(&columns, weights, 0.9).unwrap());
            prop_assert_eq!(a.is_some(), b.is_some());
            if let (Some(a), Some(b)) = (a, b) {
                prop_assert!((a.kappa - b.kappa).abs() < 1e-9 && (a.standard_error - b.standard_error).abs() < 1e-9);
                prop_assert!(a.standard_error.is_finite() && a.null_error.is_finite());
                prop_assert!(a.interval.contains(a.kappa));
            }
        }
    }
}
