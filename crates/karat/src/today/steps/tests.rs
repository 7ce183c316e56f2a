//! Which step comes first, and what each says.

use super::*;
use crate::evals::runs::summary;
use crate::live::volume::LiveShare;
use crate::live::watch::WatchedFeature;
use crate::reports::fixtures;
use crate::today::facts::VariantFacts;

fn run(state: RunState, scope: Scope) -> crate::evals::runs::RunSummary {
    let run = karat_records::EvalRun {
        id: "01a2098f-2055-7000".into(),
        plan: karat_records::RunPlan {
            feature: "triage".into(),
            scope,
            variants: Vec::new(),
            dataset: karat_records::NamedHash {
                name: "d".into(),
                hash: karat_records::Hash::of_bytes(b"d"),
            },
            n_cases: 1,
            scorers: Vec::new(),
            trials: 1,
            seed: 1,
        },
        fresh: false,
        started_at_ms: 1,
        ended_at_ms: Some(2),
        state,
        report: None,
    };
    summary(&run)
}

fn feature() -> FeatureFacts {
    FeatureFacts {
        name: "triage".into(),
        has_criteria: true,
        last_run: Some(run(RunState::Complete, Scope::HeldOut)),
        ..FeatureFacts::default()
    }
}

fn facts(feature: FeatureFacts) -> Facts {
    Facts { has_project: true, features: vec![feature], ..Facts::default() }
}

fn first(facts: &Facts) -> (String, Option<String>) {
    let steps = steps(facts);
    (steps[0].title.clone(), steps[0].command.clone())
}

#[test]
fn the_first_step_follows_from_where_the_project_stands() {
    let one = |title: &str, command: &str| (title.to_owned(), Some(command.to_owned()));
    let none = Facts::default();
    assert_eq!(first(&none), one("Begin with a bet", "karat init"));
    let broken = Facts { n_errors: 2, ..facts(feature()) };
    assert_eq!(first(&broken), one("Mend 2 errors in the project's files", "karat check"));
    let new = facts(FeatureFacts { last_run: None, ..feature() });
    assert_eq!(first(&new), one("Run triage", "karat eval triage --gate"));
    let cut = FeatureFacts { last_run: Some(run(RunState::Stopped, Scope::Tune)), ..feature() };
    assert_eq!(first(&facts(cut)), one("Go on with the last run of triage", "karat eval triage"));
    assert_eq!(first(&facts(feature())), one("Judge triage", "karat gate triage"));
    let open = FeatureFacts { has_criteria: false, ..feature() };
    assert_eq!(first(&facts(open)).0, "Say what is good enough for triage");
}

#[test]
fn a_judged_feature_leads_on_by_its_verdict() {
    let open = FeatureFacts { report: Some(fixtures::undecided()), ..feature() };
    assert_eq!(first(&facts(open)).0, "Decide what to do about triage", "too close to a floor");
    let mut report = fixtures::undecided();
    for variant in &mut report.variants {
        if let Some(verdict) = &mut variant.verdict {
            verdict.criteria.retain(|criterion| criterion.name == "fast");
        }
    }
    let undecided = FeatureFacts { report: Some(report), ..feature() };
    let (title, command) = first(&facts(undecided.clone()));
    assert!(title.starts_with("Label ") && title.contains("more"), "{title}");
    assert_eq!(command.as_deref(), Some("karat verdict triage"));
    let drifted = FeatureFacts { drift: vec!["The variant a was changed.".into()], ..undecided };
    assert_eq!(first(&facts(drifted)).0, "Judge triage again");

    let report = fixtures::pass();
    let name = report.headline.variant.clone().unwrap();
    let holds =
        VariantFacts { name: name.clone(), verdict: Some(Verdict::Pass), has_drifted: false };
    let passed = FeatureFacts { report: Some(report), variants: vec![holds], ..feature() };
    assert_eq!(first(&facts(passed.clone())).0, format!("Sign off {name}"));
    let signed = FeatureFacts { signed: vec![name], ..passed };
    assert_eq!(first(&facts(signed)).0, "Forward the page of triage");

    let fail = FeatureFacts { report: Some(fixtures::fail()), ..feature() };
    let looked =
        FeatureFacts { tuned: Some((run(RunState::Complete, Scope::Tune), None)), ..fail.clone() };
    assert_eq!(first(&facts(looked)).1.as_deref(), Some("karat show 01a2098f-2055 --failed"));
    assert_eq!(first(&facts(fail)).1.as_deref(), Some("karat eval triage"));
}

#[test]
fn what_needs_a_network_never_comes_first_where_something_else_can_be_done() {
    let mut both = facts(FeatureFacts { last_run: None, needs_network: true, ..feature() });
    both.bets = vec![TodayBet {
        name: "tone".into(),
        feature: None,
        hypothesis: String::new(),
        deadline: None,
        days_left: Some(2),
        spent_usd: 41.0,
        spend_cap_usd: Some(200.0),
        state: BetState::Running,
    }];
    let found = steps(&both);
    assert_eq!(found[0].title, "Decide on the bet tone");
    assert_eq!(found[0].why, "It ends in 2 days. $41.00 of $200.00 spent.");
    assert_eq!(found[1].title, "Run triage");
    assert_eq!(for_terminal(&found).unwrap().1, "karat eval triage --gate");
}

#[test]
fn what_fails_in_production_comes_before_labels() {
    let watched = |n_failed, n| WatchedFeature {
        name: "triage".into(),
        n,
        n_simulated: 0,
        failing: LiveShare::of(n_failed, n),
        cost_usd: 0.0,
        n_cost_unknown: 0,
        p95_ms: None,
        worst_signal: None,
    };
    let of = |n_failed, n| {
        let feature = FeatureFacts { watched: Some(watched(n_failed, n)), ..feature() };
        steps(&facts(feature)).remove(0)
    };
    let step = of(30, 200);
    assert_eq!(step.title, "Look at what fails in triage");
    assert_eq!(step.why, "30 of 200 requests failed or broke off in the last 24 hours.");
    assert_eq!(step.page, "/live?feature=triage&tab=requests&outcome=failed");
    for (n_failed, n) in [(3, 4), (11, 200), (0, 200)] {
        assert_eq!(of(n_failed, n).title, "Judge triage", "{n_failed} of {n}");
    }
}

#[test]
fn labels_that_decide_come_before_everything_and_five_are_enough() {
    let mut many = facts(FeatureFacts { report: Some(fixtures::undecided()), ..feature() });
    many.queues = (0..6)
        .map(|index| QueueFacts {
            name: format!("q{index}"),
            feature: "triage".into(),
            n_mine: 60,
            n_disputed: 1,
            seconds_left: Some(700.0),
            stop_rule: (index == 5).then(|| "23 more labels until this gate can decide.".into()),
        })
        .collect();
    let found = steps(&many);
    assert_eq!(found.len(), MOST);
    assert_eq!(found[0].title, "Label 60 in q5");
    assert_eq!(found[0].why, "About 12 minutes. 23 more labels until this gate can decide.");
    assert!(found[1].title.starts_with("Settle 1 dispute"));
}
