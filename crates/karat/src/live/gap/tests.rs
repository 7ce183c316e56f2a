//! The gap as a table: how many live answers say what about a gate's value.

use karat_records::{Hash, LiveScore, NamedHash};
use serde_json::json;

use super::*;

fn variant() -> GatedVariant {
    let report = json!({
        "name": "mini", "kind": "chat", "hash": "h", "is_baseline": false, "is_unproven": false,
        "simulated": false, "n_trials": 300, "n_errors": 0, "errors": [], "metrics": [{
            "name": "tone", "mean": 0.91, "lower": 0.88, "upper": 0.94, "n": 300, "n_right": 273,
            "n_undecided": 0, "undecided_example": null
        }],
        "economy": {
            "usd_per_1000": null, "usd_per_success": null, "n_unknown": 300,
            "break_even_usd": null, "times_baseline": null
        },
        "latency": null, "consistency": null, "verdict": {
            "verdict": "pass", "candidate": 1, "alpha_pass": 0.05, "alpha_fail": 0.05, "criteria": [{
                "name": "kind", "demand": "tone at least 0.85", "metric": "tone", "bound": 0.85,
                "verdict": "pass", "advisory": false, "n": 300, "n_trials": 300, "n_errors": 0,
                "n_undecided": 0, "estimate": 0.91, "lower": 0.88, "upper": 0.94, "method": "m"
            }]
        }
    });
    GatedVariant {
        report: serde_json::from_value(report).unwrap(),
        scorers: vec![NamedHash { name: "tone".into(), hash: Hash::of_bytes(b"tone") }],
        at_ms: 7,
        confidence: 0.95,
    }
}

fn scores(n: usize, n_good: usize, hash: &[u8], chance: f64) -> Vec<PlacedScore> {
    let score = |index: usize| LiveScore {
        inference_id: index.to_string(),
        chance,
        scored_at_ms: 1,
        scorer: "tone".into(),
        scorer_hash: Hash::of_bytes(hash),
        value: (index != 0).then_some(f64::from(u8::from(index <= n_good))),
        label: None,
        explanation: None,
        cost_usd: None,
        simulated: false,
    };
    (0..n)
        .map(|index| PlacedScore {
            score: score(index),
            feature: Some("ask".into()),
            variant: Some("mini".into()),
        })
        .collect()
}

fn hours() -> [Hour; 1] {
    [Hour { variant: Some("mini".into()), n: 1000, ..Hour::default() }]
}

#[test]
fn each_sentence_has_both_numbers_their_intervals_and_what_follows() {
    for (n, n_good, hash, verdict, words) in [
        (
            400,
            336,
            &b"tone"[..],
            Some(GapShown::Worse),
            "0.84 [0.81, 0.87] live (n 400): performance dropped by 0.07 [",
        ),
        (
            400,
            364,
            b"tone",
            Some(GapShown::NotShown),
            "live (n 400): no difference is shown (+0.00 [",
        ),
        (
            400,
            396,
            b"tone",
            Some(GapShown::Better),
            "live (n 400): performance is better by 0.08 [",
        ),
        (400, 336, b"other", None, "the scorer was changed since then"),
        (0, 0, b"tone", None, "not measured live"),
    ] {
        let found = gaps(&[variant()], &scores(n, n_good, hash, 0.05), &hours());
        let [gap] = found.as_slice() else { panic!("{found:?}") };
        assert!(gap.says.starts_with("tone of mini: 0.91 [0.88, 0.94] in the gate (n 300)"));
        assert!(gap.says.contains(words), "{}", gap.says);
        assert_eq!(gap.difference.map(|difference| difference.verdict), verdict);
        assert_eq!((gap.criterion.as_deref(), gap.floor), (Some("kind"), Some(0.85)));
        assert_eq!(gap.n_undecided, u64::from(verdict.is_some()), "an undecided one counts as 0");
    }
}

#[test]
fn an_answer_that_was_drawn_seldom_stands_for_more() {
    let mut all = scores(201, 200, b"tone", 0.5);
    all.extend(scores(101, 0, b"tone", 0.05));
    let found = gaps(&[variant()], &all, &hours());
    let live = found[0].live.unwrap();
    // 400 of 400 + 2020 requests are good, although 200 of 302 that were drawn are.
    assert!((live.mean - 400.0 / 2422.0).abs() < 1e-9, "{live:?}");
    assert!(live.upper - live.lower > 0.1, "few of them say most: {live:?}");
}

#[test]
fn a_variant_that_nobody_asked_has_no_row() {
    assert!(gaps(&[variant()], &scores(9, 9, b"tone", 1.0), &[]).is_empty());
}

#[test]
fn what_the_gate_said_about_errors_stands_beside_requests_with_an_answer() {
    let mut variant = variant();
    let mut errors = variant.report.verdict.as_ref().unwrap().criteria[0].clone();
    errors.metric = "error-rate".into();
    (errors.estimate, errors.lower, errors.upper) = (Some(0.01), Some(0.0), Some(0.03));
    errors.bound = 0.05;
    variant.report.verdict.as_mut().unwrap().criteria.push(errors);
    let [hour] = hours();
    let hours = [Hour { n: 1020, n_cancelled: 20, n_failed: 60, n_cut: 40, ..hour }];
    let found = gaps(&[variant], &[], &hours);
    let answered = &found[0];
    assert_eq!((answered.metric.as_str(), answered.live.unwrap().n), ("answered", 1000));
    assert!(
        answered.says.contains("0.99 [0.97, 1.00] in the gate (n 300), 0.90 ["),
        "{}",
        answered.says
    );
    assert!((answered.floor.unwrap() - 0.95).abs() < 1e-9);
    assert_eq!(answered.difference.unwrap().verdict, GapShown::Worse);
    assert_eq!((found.len(), found[1].live), (2, None));
}
