//! Claims of `karat_stats::blocks`.

use karat_stats::betting::Side;
use karat_stats::blocks::{Arm, LiveComparison, OpenBlock};
use karat_stats::{
    Decision, Margin, Pairs, Unit, Verdict, compare, compare_units, units_not_worse,
};
use proptest::prelude::*;

fn first(value: f64) -> Unit {
    Unit { arm: Arm::First, value }
}

fn second(value: f64) -> Unit {
    Unit { arm: Arm::Second, value }
}

#[test]
fn a_block_closes_when_each_arm_has_a_unit() {
    let units = [first(1.0), first(0.0), second(1.0), second(0.0), first(1.0), second(0.25)];
    let answer = compare_units(&units, &Margin::of(0.0)).unwrap();
    let pairs = Pairs::Differences(vec![0.5, -1.0]);
    assert_eq!((answer.decision, answer.effect), compare(&pairs, &Margin::of(0.0)).unwrap());
    assert_eq!((answer.n_units, answer.n_pending), ([3, 3], [0, 1]));
}

#[test]
fn units_of_one_arm_are_pending_and_prove_nothing() {
    let answer = compare_units(&[second(1.0); 1000], &Margin::of(0.0)).unwrap();
    assert_eq!((answer.decision, answer.n_pending), (Verdict::TooClose, [0, 1000]));
    assert_eq!((answer.effect.n, answer.effect.mean), (0, None));
    assert_eq!(compare_units(&[], &Margin::of(0.0)).unwrap().effect.n, 0);
}

#[test]
fn a_better_variant_wins_and_an_equal_one_is_not_worse() {
    let better: Vec<Unit> = (0..200).flat_map(|_| [first(0.2), second(0.9)]).collect();
    assert_eq!(compare_units(&better, &Margin::of(0.1)).unwrap().decision, Verdict::Better);
    let equal: Vec<Unit> = (0..400).flat_map(|_| [first(0.5), second(0.5)]).collect();
    assert_eq!(compare_units(&equal, &Margin::of(0.0)).unwrap().decision, Verdict::TooClose);
    assert_eq!(units_not_worse(&equal, &Margin::of(0.05)).unwrap().decision, Decision::Pass);
}

#[test]
fn outcomes_and_questions_out_of_range_are_refused() {
    for bad in [-0.1, 1.1, f64::NAN] {
        assert!(compare_units(&[first(bad)], &Margin::of(0.0)).is_err());
        let mut open = OpenBlock::default();
        assert!(open.push(first(bad)).is_err());
        assert_eq!(open, OpenBlock::default());
        assert!(LiveComparison::new(&Margin::of(bad)).is_err());
    }
    assert!(LiveComparison::new(&Margin::of(1.0)).is_err());
}

fn units() -> impl Strategy<Value = Vec<(bool, f64)>> {
    let value = prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0_f64];
    prop::collection::vec((any::<bool>(), value), 0..80)
}

fn unit(&(is_second, value): &(bool, f64)) -> Unit {
    if is_second { second(value) } else { first(value) }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn live_evidence_is_the_evidence_of_all_blocks(raw in units(), margin in 0.0..0.5_f64) {
        let question = Margin::of(margin);
        let mut live = LiveComparison::new(&question).unwrap();
        for raw in &raw {
            live.push(unit(raw)).unwrap();
        }
        let units: Vec<Unit> = raw.iter().map(unit).collect();
        let answer = compare_units(&units, &question).unwrap();
        prop_assert!((live.log_e(Side::Above) - answer.effect.log_e_above).abs() < 1e-9);
        prop_assert!((live.log_e(Side::Below) - answer.effect.log_e_below).abs() < 1e-9);
        prop_assert_eq!(live.n_blocks(), answer.effect.n);
        prop_assert_eq!(live.open().n, answer.n_pending);
    }

    #[test]
    fn exchanging_the_arms_exchanges_the_answers(raw in units(), margin in 0.0..0.5_f64) {
        let answer = |flip: bool| {
            let units: Vec<Unit> = raw.iter().map(|(arm, value)| unit(&(*arm != flip, *value))).collect();
            compare_units(&units, &Margin::of(margin)).unwrap()
        };
        let (one, other) = (answer(false), answer(true));
        prop_assert_eq!(one.decision == Verdict::Better, other.decision == Verdict::Worse);
        prop_assert!((one.effect.lower + other.effect.upper).abs() < 1e-8);
    }
}
