//! Reference values and claims of `karat_stats::paired`.

use karat_stats::paired::not_worse;
use karat_stats::{Decision, Effect, Floor, Margin, Pairs, Sample, Verdict, compare, gate};
use proptest::prelude::*;

fn counts(wins: u64, losses: u64, ties: u64, margin: f64) -> (Verdict, Effect) {
    compare(&Pairs::Counts { wins, losses, ties }, &Margin::of(margin)).expect("valid pairs")
}

fn check(verdict: Verdict, effect: &Effect, margin: f64) {
    assert!(
        -1.0 <= effect.lower && effect.lower <= effect.upper && effect.upper <= 1.0,
        "{effect:?}"
    );
    if let Some(mean) = effect.mean {
        assert!(effect.lower <= mean && mean <= effect.upper, "{effect:?}");
    }
    assert!(!effect.log_e_above.is_nan() && !effect.log_e_below.is_nan(), "{effect:?}");
    assert_eq!(verdict == Verdict::Better, effect.lower >= margin, "{margin} {effect:?}");
    assert_eq!(verdict == Verdict::Worse, effect.upper <= -margin, "{margin} {effect:?}");
}

#[test]
fn no_pairs_and_all_ties_are_too_close_to_call() {
    assert_eq!(counts(0, 0, 0, 0.0).0, Verdict::TooClose);
    let (verdict, effect) = counts(0, 0, 1_000_000_000, 0.0);
    assert_eq!(verdict, Verdict::TooClose);
    assert!(effect.log_e_above.abs() < 1e-9 && effect.log_e_below.abs() < 1e-9);
    assert!(effect.lower > -0.001 && effect.upper < 0.001);
}

#[test]
fn ties_cost_no_evidence() {
    let (few, many) = (counts(20, 2, 0, 0.0).1, counts(20, 2, 1000, 0.0).1);
    assert!((few.log_e_above - many.log_e_above).abs() < 1e-9);
    assert!(few.log_e_above > 0.0);
}

#[test]
fn a_clear_winner_is_better_and_its_rival_worse() {
    assert_eq!(counts(30, 3, 70, 0.0).0, Verdict::Better);
    assert_eq!(counts(3, 30, 70, 0.0).0, Verdict::Worse);
    assert_eq!(counts(30, 3, 70, 0.5).0, Verdict::TooClose);
}

#[test]
fn superiority_equals_the_gate_on_halved_differences() {
    let (verdict, effect) = counts(40, 12, 30, 0.1);
    let question = Floor { floor: 0.55, alpha_pass: 0.025, alpha_fail: 0.025, min_gap: 0.02 };
    let answer = gate(&Sample::Tally(vec![(1.0, 40), (0.5, 30), (0.0, 12)]), &question).unwrap();
    assert!((effect.log_e_above - answer.log_e_pass).abs() < 1e-12);
    assert!((effect.lower - (2.0 * answer.lower - 1.0)).abs() < 1e-9);
    assert_eq!(verdict == Verdict::Better, answer.decision == Decision::Pass);
}

#[test]
fn ties_show_that_a_tolerated_loss_is_not_exceeded() {
    let all_tied = Pairs::Counts { wins: 0, losses: 0, ties: 400 };
    let (decision, effect) = not_worse(&all_tied, &Margin::of(0.05)).unwrap();
    assert_eq!(decision, Decision::Pass);
    assert!(effect.lower >= -0.05 && effect.lower < 0.0);
    let losing = Pairs::Counts { wins: 5, losses: 80, ties: 115 };
    assert_eq!(not_worse(&losing, &Margin::of(0.05)).unwrap().0, Decision::Fail);
    let nothing = Pairs::Differences(vec![]);
    assert_eq!(not_worse(&nothing, &Margin::of(0.05)).unwrap().0, Decision::Undecided);
    assert_eq!(not_worse(&nothing, &Margin::of(1.0)).unwrap().0, Decision::Pass);
}

#[test]
fn evidence_that_is_just_enough_still_puts_the_effect_on_its_side() {
    for (wins, losses, margin) in
        [(30, 3, 0.0), (3, 30, 0.0), (60, 5, 0.3), (5, 60, 0.3), (20, 6, 0.05)]
    {
        let pairs = Pairs::Counts { wins, losses, ties: 20 };
        let log_e = compare(&pairs, &Margin::of(margin)).unwrap().1;
        for nudge in [1.0 - 1e-13, 1.0 - 1e-15, 1.0, 1.0 + 1e-15, 1.0 + 1e-13] {
            let most = log_e.log_e_above.max(log_e.log_e_below);
            let alpha_each_side = ((-most).exp() * nudge).clamp(1e-12, 0.5);
            let question = Margin { alpha_each_side, ..Margin::of(margin) };
            let (verdict, effect) = compare(&pairs, &question).unwrap();
            check(verdict, &effect, margin);
        }
    }
}

#[test]
fn differences_and_questions_out_of_range_are_refused() {
    for bad in [-1.1, 1.1, f64::NAN] {
        assert!(compare(&Pairs::Differences(vec![bad]), &Margin::of(0.0)).is_err());
    }
    assert!(compare(&Pairs::Differences(vec![]), &Margin::of(-0.1)).is_err());
    assert!(not_worse(&Pairs::Differences(vec![]), &Margin::of(1.1)).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn verdict_and_bounds_agree_and_mirror(
        d in prop::collection::vec(prop_oneof![Just(0.0), Just(1.0), Just(-1.0), -1.0..=1.0_f64], 0..80),
        shift in -1.0..=1.0_f64,
        margin in prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0_f64],
    ) {
        let d: Vec<f64> = d.iter().map(|d| (d + shift).clamp(-1.0, 1.0)).collect();
        let (verdict, effect) = compare(&Pairs::Differences(d.clone()), &Margin::of(margin)).unwrap();
        check(verdict, &effect, margin);
        let mirrored = Pairs::Differences(d.iter().map(|d| -d).collect());
        let (opposite, mirror) = compare(&mirrored, &Margin::of(margin)).unwrap();
        check(opposite, &mirror, margin);
        prop_assert!((effect.lower + mirror.upper).abs() < 1e-8);
        prop_assert!((effect.log_e_above - mirror.log_e_below).abs() < 1e-8);
    }

    #[test]
    fn not_worse_agrees_with_its_bounds(d in prop::collection::vec(-1.0..=1.0_f64, 0..60), margin in 0.0..=1.0_f64) {
        let (decision, effect) = not_worse(&Pairs::Differences(d), &Margin::of(margin)).unwrap();
        prop_assert_eq!(decision == Decision::Pass, effect.lower >= -margin);
        prop_assert_eq!(decision == Decision::Fail, effect.upper <= -margin);
    }

    #[test]
    fn large_counts_neither_panic_nor_contradict(w in 0..1_000_000_000_u64, l in 0..1_000_000_000_u64, t in 0..1_000_000_000_u64, margin in 0.0..0.2_f64) {
        let (verdict, effect) = counts(w, l, t, margin);
        check(verdict, &effect, margin);
    }
}
