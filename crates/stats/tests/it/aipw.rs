//! Reference values and claims of `karat_stats::aipw`.

use karat_stats::aipw::{Item, aipw, manski};
use proptest::prelude::*;

use crate::vectors;

#[test]
fn estimates_and_bounds_equal_the_reference() {
    for case in vectors::read("feedback_bias_aipw") {
        let labels = case.input("y").as_array().unwrap();
        let items: Vec<Item> = case
            .list("judge")
            .into_iter()
            .zip(case.list("pi"))
            .zip(labels)
            .map(|((judge, probability), y)| Item { judge, probability, label: y.as_f64() })
            .collect();
        let found = aipw(&items, 0.95).unwrap().unwrap();
        case.assert("aipw", found.estimate);
        case.assert("se", found.standard_error);
        case.assert("lo", found.interval.lower);
        case.assert("hi", found.interval.upper);
        case.assert("ht", found.horvitz_thompson);
        case.assert("hajek", found.hajek.unwrap());
        let sum = items.iter().filter_map(|item| item.label).sum();
        let answered = manski(sum, found.n_labels, found.n).unwrap();
        case.assert("response_rate", answered.response_rate.unwrap());
        case.assert("naive", answered.naive.unwrap());
        case.assert("manski_lo", answered.bounds.lower);
        case.assert("manski_hi", answered.bounds.upper);
    }
}

#[test]
fn silence_leaves_every_rate() {
    let nobody = manski(0.0, 0, 0).unwrap();
    assert_eq!((nobody.response_rate, nobody.naive), (None, None));
    assert_eq!((nobody.bounds.lower, nobody.bounds.upper), (0.0, 1.0));
    let silent = manski(0.0, 0, 5).unwrap();
    assert_eq!((silent.bounds.lower, silent.bounds.upper), (0.0, 1.0));
    assert!(manski(2.0, 1, 5).is_err() && manski(0.0, 6, 5).is_err());
    assert!(manski(f64::NAN, 1, 5).is_err());
}

#[test]
fn a_label_that_stands_for_more_than_fifty_items_is_refused() {
    let item = Item { judge: 0.5, probability: 0.02, label: None };
    assert!(aipw(&[item; 2], 0.9).is_ok());
    for probability in [0.0199, 0.0, 1.1, f64::NAN] {
        assert!(aipw(&[item, Item { probability, ..item }], 0.9).is_err());
    }
    assert_eq!(aipw(&[item], 0.9).unwrap(), None);
    assert_eq!(aipw(&[], 0.9).unwrap(), None);
}

#[test]
fn with_every_item_labelled_the_judge_does_not_matter() {
    let items = |judge: f64| -> Vec<Item> {
        (0..40)
            .map(|i| Item { judge, probability: 1.0, label: Some(f64::from(i % 4 == 0)) })
            .collect()
    };
    for judge in [0.0, 0.3, 1.0] {
        assert_eq!(aipw(&items(judge), 0.9).unwrap().unwrap().estimate, 0.25);
    }
}

proptest! {
    #[test]
    fn intervals_contain_widen_and_mirror(
        rows in prop::collection::vec((0.0..=1.0_f64, 0.02..=1.0_f64, prop::option::of(0.0..=1.0_f64)), 0..60),
    ) {
        let of = |flip: bool, confidence| {
            let turn = |x: f64| if flip { 1.0 - x } else { x };
            let items: Vec<Item> = rows
                .iter()
                .map(|&(judge, probability, label)| Item { judge: turn(judge), probability, label: label.map(turn) })
                .collect();
            aipw(&items, confidence).unwrap()
        };
        if let (Some(found), Some(wider), Some(mirror)) = (of(false, 0.9), of(false, 0.99), of(true, 0.9)) {
            prop_assert!(found.interval.contains(found.estimate));
            prop_assert!(wider.interval.width() >= found.interval.width());
            prop_assert!((found.estimate + mirror.estimate - 1.0).abs() < 1e-9);
            prop_assert!(found.hajek.is_none_or(|mean| (-1e-12..=1.0 + 1e-12).contains(&mean)));
        }
    }
}
