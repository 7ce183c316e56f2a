//! Claims of `karat_stats::corrected`.

use karat_stats::aipw::Item;
use karat_stats::clopper_pearson::clopper_pearson;
use karat_stats::corrected::Unusable;
use karat_stats::gold::{Cells, Gold, Labelled};
use karat_stats::rogan_gladen::Refusal;
use karat_stats::{Corrected, Decision, Evidence, Sample, TrueFloor, corrected};
use proptest::prelude::*;

fn drawn(cells: Cells, successes: u64, n: u64) -> Evidence {
    Evidence::Drawn { gold: Gold::Cells(cells), unlabelled: Sample::Counts { successes, n } }
}

fn check(answer: &Corrected, floor: f64) {
    let interval = answer.interval;
    assert_eq!(answer.decision == Decision::Pass, interval.lower >= floor);
    assert_eq!(answer.decision == Decision::Fail, interval.upper < floor);
    assert!(0.0 <= interval.lower && interval.lower <= interval.upper && interval.upper <= 1.0);
    assert!(answer.estimate.is_none_or(|rate| interval.contains(rate)), "{answer:?}");
    assert!(answer.judge_says.is_none_or(|rate| (0.0..=1.0).contains(&rate)));
}

#[test]
fn a_generous_judge_is_corrected_downward() {
    // The judge calls 95 % good; of 100 labelled, 12 that it calls good are not.
    let cells = Cells { yes_yes: 82, yes_no: 1, no_yes: 12, no_no: 5 };
    let answer = corrected(&drawn(cells, 4750, 5000), &TrueFloor::at(0.9)).unwrap();
    assert_eq!((answer.method, answer.n_labels, answer.n_judged), ("PPI++, smoothed", 100, 5100));
    assert!(answer.judge_says.unwrap() > 0.94 && answer.estimate.unwrap() < 0.86);
    assert_eq!(answer.decision, Decision::Fail);
    check(&answer, 0.9);
}

#[test]
fn too_few_labels_answer_alone() {
    let cells = Cells { yes_yes: 17, yes_no: 0, no_yes: 1, no_no: 1 };
    let answer = corrected(&drawn(cells, 4750, 5000), &TrueFloor::at(0.5)).unwrap();
    assert_eq!(answer.method, "labels alone, exact");
    assert_eq!(answer.unusable, Some(Unusable::FewLabels));
    let exact = clopper_pearson(17, 19, 0.9).unwrap();
    assert!((answer.interval.lower - exact.lower).abs() < 1e-12);
    assert_eq!(answer.decision, Decision::Pass);
    let graded = Gold::Items(vec![Labelled { truth: 0.7, judge: 0.9 }; 10]);
    let evidence = Evidence::Drawn { gold: graded, unlabelled: Sample::Values(vec![]) };
    let answer = corrected(&evidence, &TrueFloor::at(0.5)).unwrap();
    check(&answer, 0.5);
    assert!(answer.interval.width() > 0.2);
    let nothing = corrected(&drawn(Cells::default(), 0, 0), &TrueFloor::at(0.5)).unwrap();
    assert_eq!((nothing.decision, nothing.estimate), (Decision::Undecided, None));
}

#[test]
fn labels_from_elsewhere_are_refused_where_they_cannot_correct() {
    let of = |calibration, yes, n| {
        corrected(&Evidence::Elsewhere { calibration, yes, n }, &TrueFloor::at(0.9)).unwrap()
    };
    let good = Cells { yes_yes: 95, yes_no: 5, no_yes: 10, no_no: 90 };
    assert_eq!(of(good, 800, 1000).unusable, None);
    // 99 % yes cannot come from a judge that finds 95 % of the good ones.
    let impossible = of(good, 990, 1000);
    assert_eq!(impossible.unusable, Some(Unusable::Contradiction));
    assert_eq!((impossible.decision, impossible.estimate), (Decision::Undecided, None));
    let one_class = Cells { yes_yes: 30, ..Cells::default() };
    let refused = of(one_class, 800, 1000);
    assert_eq!(refused.unusable, Some(Unusable::Refused(Refusal::MissingClass)));
    assert!(!refused.unusable.unwrap().text().is_empty() && !refused.method.is_empty());
    check(&refused, 0.9);
}

#[test]
fn more_planned_looks_widen_the_interval() {
    let cells = Cells { yes_yes: 82, yes_no: 3, no_yes: 6, no_no: 9 };
    let width = |looks| {
        let question = TrueFloor { looks, ..TrueFloor::at(0.9) };
        corrected(&drawn(cells, 4400, 5000), &question).map(|answer| answer.interval.width())
    };
    assert!(width(1).unwrap() < width(2).unwrap() && width(2).unwrap() < width(5).unwrap());
    assert!(width(0).is_err() && width(6).is_err());
    let least_sure = TrueFloor { alpha_each_side: 0.5, ..TrueFloor::at(0.9) };
    check(&corrected(&drawn(cells, 4400, 5000), &least_sure).unwrap(), 0.9);
    for bad in [TrueFloor::at(1.1), TrueFloor { alpha_each_side: 0.6, ..TrueFloor::at(0.5) }] {
        assert!(corrected(&drawn(cells, 1, 2), &bad).is_err());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn verdict_and_interval_agree(
        cells in prop::array::uniform4(0..60_u64), n in 0..5000_u64, share in 0.0..=1.0_f64,
        floor in prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0_f64], alpha in 0.001..=0.5_f64,
    ) {
        let [yes_yes, yes_no, no_yes, no_no] = cells;
        let cells = Cells { yes_yes, yes_no, no_yes, no_no };
        let yes = (n as f64 * share) as u64;
        let question = TrueFloor { floor, alpha_each_side: alpha, looks: 1 };
        check(&corrected(&drawn(cells, yes, n), &question).unwrap(), floor);
        let elsewhere = Evidence::Elsewhere { calibration: cells, yes, n };
        check(&corrected(&elsewhere, &question).unwrap(), floor);
    }

    #[test]
    fn weighted_labels_agree_with_their_interval(
        rows in prop::collection::vec((0.0..=1.0_f64, 0.02..=1.0_f64, prop::option::of(0..=1_u8)), 0..80),
        floor in 0.0..=1.0_f64,
    ) {
        let items: Vec<Item> = rows
            .iter()
            .map(|&(judge, probability, label)| Item { judge, probability, label: label.map(f64::from) })
            .collect();
        let answer = corrected(&Evidence::Weighted(items), &TrueFloor::at(floor)).unwrap();
        prop_assert_eq!(answer.unusable.is_some(), answer.n_labels < 20);
        check(&answer, floor);
    }
}
