//! Causes as a table: what was near the beginning of a fall, and what is then said.

use super::super::evidence::Stream;
use super::super::mix::Shift;
use super::super::plan::Goal;
use super::*;

const BEGAN: i64 = 1_800_000_000_000;
const MINUTE: i64 = 60_000;

fn fall(metric: Metric, changes: &[(i64, What)], shift: Option<Shift>) -> Fall {
    let of = |(minutes, what): &(i64, What)| Changed {
        at_ms: BEGAN + minutes * MINUTE,
        what: what.clone(),
    };
    Fall {
        stream: Stream { feature: "ask".into(), variant: Some("mini".into()), metric },
        mean: 0.8,
        lower: 0.7,
        upper: 0.85,
        n: 100,
        goal: Goal { level: 0.9, limit: None, why: String::new(), is_demanded: true },
        simulated: false,
        began_at_ms: BEGAN,
        near_ms: BEGAN - 10 * MINUTE,
        until_ms: BEGAN + 60 * MINUTE,
        changes: changes.iter().map(of).collect(),
        shift,
    }
}

fn served() -> What {
    What::Served { from: "m-1".into(), to: "m-2".into() }
}

fn shift(mix: f64, new: f64) -> Shift {
    Shift { by: "the tag topic".into(), mix, within: -0.01, new }
}

fn around(canary_minutes: Option<i64>, file_minutes: Option<i64>) -> Around {
    Around {
        canary: canary_minutes.map(|minutes| CanaryFell {
            at_ms: BEGAN + minutes * MINUTE,
            mean: 0.7,
            baseline_mean: 0.9,
            n: 50,
        }),
        files: file_minutes
            .map(|minutes| (BEGAN + minutes * MINUTE, "karat.toml".to_owned()))
            .into_iter()
            .collect(),
    }
}

#[test]
fn what_changed_near_the_beginning_is_named_and_the_rest_is_not_guessed() {
    let score = || Metric::Score("right".into());
    let system = || What::Fingerprint { of: "m-1".into() };
    let none: &[(i64, What)] = &[];
    for (changes, shift, around, words) in [
        (
            &[(-1, served())][..],
            None,
            around(None, None),
            "provider: the served model changed from m-1 to m-2",
        ),
        (&[(2, system())], None, around(None, None), "provider: the fingerprint of m-1"),
        (
            &[(1, What::Content)],
            None,
            around(None, None),
            "our change: prompt, parameters or rules of mini",
        ),
        (&[(-3, served()), (1, What::Content)], None, around(None, None), "our change: prompt"),
        (&[(-99, served())], None, around(None, None), "unknown: "),
        (&[(99, served())], None, around(None, None), "unknown: "),
        (
            &[(-1, served())],
            Some(shift(-0.1, 0.0)),
            around(Some(5), Some(1)),
            "provider: the served",
        ),
        (
            none,
            None,
            around(Some(5), None),
            "provider: nothing of ours changed, and the canary of mini fell to 0.70 from 0.90 (n 50)",
        ),
        (none, None, around(Some(-30), None), "unknown: "),
        (
            none,
            Some(shift(-0.1, 0.0)),
            around(None, Some(1)),
            "input mix: requests differ in the tag topic",
        ),
        (none, Some(shift(0.0, 0.4)), around(None, None), "input mix: 40 of 100 requests"),
        (none, None, around(None, Some(-5)), "our change: karat.toml was changed"),
        (none, None, around(Some(5), Some(-5)), "our change: karat.toml was changed"),
        (none, None, around(None, Some(-50)), "unknown: neither"),
        (none, None, around(None, None), "unknown: neither model, system, content nor mix changed"),
    ] {
        let said = cause(&fall(score(), changes, shift.clone()), &around);
        assert!(said.starts_with(words), "{changes:?} {shift:?} {around:?}: {said}");
    }
}

#[test]
fn two_changes_at_once_are_both_named() {
    let both = fall(Metric::Latency, &[(-3, served()), (1, What::Content)], None);
    let said = cause(&both, &Around::default());
    assert!(said.contains("near it also, provider: the served model"), "{said}");
}

#[test]
fn attempts_that_fail_without_a_change_are_the_providers() {
    let said = cause(&fall(Metric::Answered, &[], None), &Around::default());
    assert!(said.starts_with("provider: attempts fail"), "{said}");
}
