//! What every engine promises, written against `Store` alone: an engine joins by a constructor.

use std::future::Future;

use karat_records::{Answer, Hash, RunState, Scope, Verdict, Version};
use karat_store::{Counts, Fact, Page, RunFilter, Store, StoreError, Tally};
use serde_json::{Value, json};

use crate::samples::{full_answer, hash, run, runtime, score, trial, version};
use crate::{cases, inferences, signals, upkeep};

/// Runs every claim on a new, empty store.
pub fn conformance(make: impl Fn() -> Store) {
    let runtime = runtime();
    let holds = |claim: &str, check: Claim| {
        println!("claim: {claim}");
        let store = make();
        runtime.block_on(check(store.clone()));
        runtime.block_on(store.close()).unwrap();
    };
    for (claim, check) in claims() {
        holds(claim, check);
    }
}

type Claim = Box<dyn FnOnce(Store) -> std::pin::Pin<Box<dyn Future<Output = ()>>>>;

fn claim<F: Future<Output = ()> + 'static>(
    words: &'static str,
    check: impl FnOnce(Store) -> F + 'static,
) -> (&'static str, Claim) {
    (words, Box::new(|store| Box::pin(check(store))))
}

fn claims() -> Vec<(&'static str, Claim)> {
    vec![
        claim("an empty store answers with nothing", empty),
        claim("facts come back as they were appended", round_trip),
        claim("a fact appended twice is stored once", idempotent),
        claim("the latest end of a run counts", ends),
        claim("a run is found by a prefix that only it has", prefixes),
        claim("runs are listed newest first, page by page", run_pages),
        claim("runs are filtered by cases and verdict, page by page", run_filters),
        claim("the latest run of an identity is the one that started last", latest),
        claim("a run uses trials of earlier runs", used_trials),
        claim("a trial's cost counts once, for the feature whose run made it", spent),
        claim("trials are listed page by page", trial_pages),
        claim("the newest trial of a key is the one that ended last", newest_trials),
        claim("only the newest score of a trial and scorer counts", newest_scores),
        claim("scores are found by trial and scorer", scores_by_pair),
        claim("the position grows with every fact that is new", position),
        claim("an append is stored whole or not at all", unstorable),
        claim("an answer comes back however deep it is nested", deep),
        claim("concurrent appends are all stored", concurrent),
        claim("content that is put again becomes the newest again", catalog_history),
        claim("the catalog lists the newest version of each name", catalog_list),
        claim("of rivals for one version only one wins", compare_and_set),
        claim(
            "loads of some kinds are listed newest first, with what stood there before",
            cases::load_pages,
        ),
        claim("pages hold exactly the cases that fit, each once, in order", cases::pages),
        claim(
            "a version is not among the versions before it is finished",
            cases::hidden_until_finished,
        ),
        claim("a version that comes back becomes the newest again", cases::loads_again),
        claim("two versions are compared case by case, wherever they stand", cases::differences),
        claim("a finished version does not change", cases::unstorable),
        claim("an inference comes back as it was appended, once", inferences::round_trip),
        claim("an inference is found by a prefix that only it has", inferences::prefixes),
        claim("inferences are listed as they arrived, page by page", inferences::pages),
        claim("inferences are filtered by all that a filter says", inferences::filters),
        claim("inferences are searched by what they say", inferences::texts),
        claim("who reads after a place misses nothing that is late", inferences::news),
        claim("the sums of an hour count each inference once", inferences::hours),
        claim("spending is exact to the millisecond", inferences::spent),
        claim("what cannot come back as it was is refused", inferences::unstorable),
        claim("a signal finds its inference by each of its names, once", signals::targets),
        claim("a signal of a conversation is about the answer before it", signals::conversations),
        claim("a signal waits a day for its inference", signals::late),
        claim("signals are counted by variant, kind and class", signals::counts),
        claim("signals are summed by the hour of their inference", signals::hours),
        claim("each served model and fingerprint is first seen once", signals::served_firsts),
        claim("only the newest live score of an inference and scorer counts", signals::live_scores),
        claim("losses are counted by reason", signals::drops),
        claim("what one user left is erased, and nothing else", upkeep::erasure),
        claim("what is old is forgotten, and no place is given twice", upkeep::retention),
        claim("the oldest bodies are forgotten first, and rows stay", upkeep::bodies),
        claim("a closed store says that it is closed", closed),
    ]
}

async fn empty(store: Store) {
    let ledger = &store.ledger;
    ledger.append(Vec::new()).await.unwrap();
    assert_eq!(ledger.counts().await.unwrap(), Counts::default());
    assert_eq!(ledger.run("").await.unwrap(), None);
    assert_eq!(ledger.run("0").await.unwrap(), None);
    assert_eq!(ledger.latest_run(&hash("x")).await.unwrap(), None);
    assert!(ledger.newest_trials(&[]).await.unwrap().is_empty());
    assert!(ledger.newest_trials(&[hash("x")]).await.unwrap().is_empty());
    assert!(ledger.trials_of_run("r").await.unwrap().is_empty());
    assert!(ledger.scores_of_run("r").await.unwrap().is_empty());
    let page = ledger.runs(RunFilter { limit: 10, ..RunFilter::default() }).await.unwrap();
    assert_eq!(page, Page { items: Vec::new(), next: None });
    assert_eq!(store.catalog.newest("mvq", "triage").await.unwrap(), None);
    assert!(store.catalog.list("mvq").await.unwrap().is_empty());
}

async fn round_trip(store: Store) {
    let mut full = trial("t1", "r1", "k1", i64::MAX);
    full.answer = full_answer();
    let mut infinite = trial("t2", "r1", "k2", i64::MIN);
    infinite.answer.latency_ms = Some(f64::INFINITY);
    let mut scored = score("t1", "exact", Some(1.0 / 3.0));
    scored.label = Some("bad".to_owned());
    scored.explanation = Some("It's “wrong”\0 twice".to_owned());
    scored.cost_usd = Some(1e-9);
    scored.simulated = true;
    let facts = vec![
        Fact::RunStarted(run("r1", "triage", 5)),
        Fact::Trial(full.clone()),
        Fact::Trial(infinite.clone()),
        Fact::Score(scored.clone()),
        Fact::Score(score("t2", "exact", None)),
    ];
    store.ledger.append(facts).await.unwrap();
    assert_eq!(store.ledger.run("r1").await.unwrap(), Some(run("r1", "triage", 5)));
    assert_eq!(store.ledger.trials_of_run("r1").await.unwrap(), [full, infinite]);
    let scores = store.ledger.scores_of_run("r1").await.unwrap();
    assert_eq!(scores, [scored, score("t2", "exact", None)]);
}

async fn idempotent(store: Store) {
    let facts = vec![
        Fact::RunStarted(run("r1", "triage", 5)),
        Fact::Trial(trial("t1", "r1", "k1", 6)),
        Fact::Score(score("t1", "exact", None)),
        Fact::RunEnded {
            run_id: "r1".to_owned(),
            ended_at_ms: 9,
            state: RunState::Complete,
            report: Some(json!({"n": 1})),
        },
    ];
    let once = Counts { runs: 1, trials: 1, scores: 1, lost: 0 };
    let twice_in_one: Vec<_> = facts.iter().chain(&facts).cloned().collect();
    store.ledger.append(twice_in_one).await.unwrap();
    assert_eq!(store.ledger.counts().await.unwrap(), once);
    store.ledger.append(facts).await.unwrap();
    assert_eq!(store.ledger.counts().await.unwrap(), once);
    assert_eq!(store.ledger.trials_of_run("r1").await.unwrap().len(), 1);

    // The first fact with an id stands.
    let mut other = trial("t1", "r1", "k1", 7);
    other.answer.output = json!("sales");
    store.ledger.append(vec![Fact::Trial(other)]).await.unwrap();
    let trials = store.ledger.trials_of_run("r1").await.unwrap();
    assert_eq!(trials, [trial("t1", "r1", "k1", 6)]);
}

async fn ends(store: Store) {
    let end = |ended_at_ms, state, report: Option<Value>| Fact::RunEnded {
        run_id: "r1".to_owned(),
        ended_at_ms,
        state,
        report,
    };
    let stopped = end(10, RunState::Stopped, None);
    // The end may be known before the start.
    store.ledger.append(vec![stopped.clone()]).await.unwrap();
    assert_eq!(store.ledger.run("r1").await.unwrap(), None);
    store.ledger.append(vec![Fact::RunStarted(run("r1", "triage", 5))]).await.unwrap();
    let found = store.ledger.run("r1").await.unwrap().unwrap();
    assert_eq!((found.state, found.ended_at_ms, found.report), (RunState::Stopped, Some(10), None));

    let report = json!({"text": "long ".repeat(1_000)});
    store.ledger.append(vec![end(20, RunState::Complete, Some(report.clone()))]).await.unwrap();
    store.ledger.append(vec![stopped]).await.unwrap();
    let found = store.ledger.run("r1").await.unwrap().unwrap();
    assert_eq!((found.state, found.report), (RunState::Complete, Some(report)));

    let corrected = end(20, RunState::Complete, Some(json!("corrected")));
    store.ledger.append(vec![corrected]).await.unwrap();
    let found = store.ledger.run("r1").await.unwrap().unwrap();
    assert_eq!(found.report, Some(json!("corrected")));
}

async fn prefixes(store: Store) {
    let ids = ["018f-aaaa", "018f-abbb", "018f", "0190-cccc"];
    let starts = ids.iter().map(|id| Fact::RunStarted(run(id, "triage", 5))).collect();
    store.ledger.append(starts).await.unwrap();
    let id = async |prefix: &str| store.ledger.run(prefix).await.unwrap().map(|run| run.id);
    assert_eq!(id("0190").await.as_deref(), Some("0190-cccc"));
    assert_eq!(id("018f-ab").await.as_deref(), Some("018f-abbb"));
    assert_eq!(id("018f").await.as_deref(), Some("018f"), "a whole id wins over a prefix");
    assert_eq!(id("0191").await, None);
    assert_eq!(id("%").await, None);
    let error = store.ledger.run("018f-a").await.unwrap_err();
    let ids = vec!["018f-aaaa".to_owned(), "018f-abbb".to_owned()];
    assert_eq!(error, StoreError::Ambiguous { prefix: "018f-a".to_owned(), ids });
}

async fn run_pages(store: Store) {
    let starts = (0..7).map(|i| {
        let feature = if i % 2 == 0 { "triage" } else { "reply" };
        // Equal times are told apart by id.
        Fact::RunStarted(run(&format!("r{i}"), feature, 100 + i / 2))
    });
    store.ledger.append(starts.collect()).await.unwrap();
    let list = async |feature: Option<&str>, limit, cursor| {
        let feature = feature.map(str::to_owned);
        let filter = RunFilter { feature, limit, cursor, ..RunFilter::default() };
        let page = store.ledger.runs(filter).await.unwrap();
        (page.items.into_iter().map(|run| run.id).collect::<Vec<_>>().join(" "), page.next)
    };
    let (ids, next) = list(None, 3, None).await;
    assert_eq!(ids, "r6 r5 r4");
    let (ids, next) = list(None, 3, next).await;
    assert_eq!(ids, "r3 r2 r1");
    assert_eq!(list(None, 3, next).await, ("r0".to_owned(), None));
    assert_eq!(list(None, 7, None).await, ("r6 r5 r4 r3 r2 r1 r0".to_owned(), None));
    assert_eq!(list(Some("reply"), usize::MAX, None).await, ("r5 r3 r1".to_owned(), None));
    let (ids, next) = list(Some("reply"), 2, None).await;
    assert_eq!(ids, "r5 r3");
    assert_eq!(list(Some("reply"), 2, next).await, ("r1".to_owned(), None));
    assert_eq!(list(None, 0, None).await.0, "");
}

async fn run_filters(store: Store) {
    let verdicts = [Some("pass"), None, Some("fail"), Some("pass"), Some("undecided")];
    for (i, verdict) in (0..).zip(verdicts) {
        let mut start = run(&format!("r{i}"), "triage", i);
        start.plan.scope = if verdict.is_none() { Scope::Tune } else { Scope::HeldOut };
        let end = Fact::RunEnded {
            run_id: start.id.clone(),
            ended_at_ms: 10,
            state: RunState::Complete,
            report: Some(json!({"verdict": verdict, "text": "long ".repeat(1_000)})),
        };
        store.ledger.append(vec![Fact::RunStarted(start), end]).await.unwrap();
    }
    store.ledger.append(vec![Fact::RunStarted(run("r5", "triage", 5))]).await.unwrap();
    let list = async |filter: RunFilter| {
        let page = store.ledger.runs(filter).await.unwrap();
        (page.items.into_iter().map(|run| run.id).collect::<Vec<_>>().join(" "), page.next)
    };
    let all = RunFilter { limit: 10, ..RunFilter::default() };
    let passed = RunFilter { verdict: Some(Verdict::Pass), ..all.clone() };
    assert_eq!(list(passed.clone()).await, ("r3 r0".to_owned(), None));
    let (ids, cursor) = list(RunFilter { limit: 1, ..passed.clone() }).await;
    assert_eq!(ids, "r3");
    assert_eq!(list(RunFilter { cursor, ..passed }).await, ("r0".to_owned(), None));
    let tally = Tally { runs: 6, passed: 2, failed: 1, undecided: 1 };
    assert_eq!(store.ledger.tally(0).await.unwrap(), tally);
    let late = Tally { runs: 3, passed: 1, failed: 0, undecided: 1 };
    assert_eq!(store.ledger.tally(3).await.unwrap(), late);
    let judged = RunFilter { is_judged: true, ..all.clone() };
    assert_eq!(list(judged).await.0, "r4 r3 r2 r0");
    let tuned = RunFilter { scope: Some(Scope::Tune), ..all.clone() };
    assert_eq!(list(tuned.clone()).await.0, "r1");
    assert_eq!(list(RunFilter { verdict: Some(Verdict::Fail), ..tuned }).await.0, "");
    let held_out = RunFilter { scope: Some(Scope::HeldOut), ..all };
    assert_eq!(list(held_out).await.0, "r5 r4 r3 r2 r0", "a run that goes on has its cases");
}

async fn position(store: Store) {
    let end = Fact::RunEnded {
        run_id: "r1".to_owned(),
        ended_at_ms: 9,
        state: RunState::Complete,
        report: None,
    };
    let facts = [
        Fact::RunStarted(run("r1", "triage", 1)),
        Fact::Trial(trial("t1", "r1", "k1", 1)),
        Fact::Score(score("t1", "exact", Some(1.0))),
        Fact::Score(score("t1", "exact", Some(0.0))),
        end,
    ];
    let mut before = store.ledger.position().await.unwrap();
    for fact in facts {
        store.ledger.append(vec![fact.clone()]).await.unwrap();
        let after = store.ledger.position().await.unwrap();
        assert!(after > before, "{fact:?}");
        store.ledger.append(vec![fact]).await.unwrap();
        assert_eq!(store.ledger.position().await.unwrap(), after, "nothing new");
        before = after;
    }
}

async fn latest(store: Store) {
    let mut other = run("r3", "triage", 30);
    other.plan.seed = 1;
    let starts = [run("r2", "triage", 20), run("r1", "triage", 10), other];
    let identity = starts[0].plan.identity();
    store.ledger.append(starts.into_iter().map(Fact::RunStarted).collect()).await.unwrap();
    assert_eq!(store.ledger.latest_run(&identity).await.unwrap().unwrap().id, "r2");
}

async fn used_trials(store: Store) {
    let used = |run_id: &str, trial_id: &str| Fact::UsedTrial {
        run_id: run_id.to_owned(),
        trial_id: trial_id.to_owned(),
    };
    let facts = vec![
        Fact::Trial(trial("t1", "r1", "k1", 1)),
        Fact::Trial(trial("t2", "r1", "k2", 2)),
        Fact::Score(score("t2", "exact", Some(1.0))),
        Fact::Trial(trial("t3", "r2", "k3", 3)),
        used("r2", "t2"),
        used("r2", "t2"),
        used("r2", "a trial that nobody has"),
    ];
    store.ledger.append(facts).await.unwrap();
    let ids = async |run_id: &str| {
        let trials = store.ledger.trials_of_run(run_id).await.unwrap();
        trials.into_iter().map(|trial| trial.id).collect::<Vec<_>>()
    };
    assert_eq!(ids("r1").await, ["t1", "t2"]);
    assert_eq!(ids("r2").await, ["t2", "t3"]);
    assert_eq!(store.ledger.scores_of_run("r2").await.unwrap().len(), 1);
    let shared = &store.ledger.trials_of_run("r2").await.unwrap()[0];
    assert_eq!(shared.run_id, "r1", "a trial keeps the run that made it");
}

async fn spent(store: Store) {
    let ledger = &store.ledger;
    assert_eq!(ledger.spent("triage").await.unwrap(), karat_store::Spent::default());
    let costing = |id: &str, run_id: &str, cost_usd, simulated| {
        let made = trial(id, run_id, id, 1);
        let answer = karat_records::Answer { cost_usd, simulated, ..made.answer };
        Fact::Trial(karat_records::Trial { answer, ..made })
    };
    let judged = |id: &str, cost_usd, simulated| {
        Fact::Score(karat_records::Score { cost_usd, simulated, ..score(id, "judge", Some(1.0)) })
    };
    let facts = vec![
        Fact::RunStarted(run("r1", "triage", 1)),
        Fact::RunStarted(run("r2", "triage", 2)),
        Fact::RunStarted(run("r3", "reply", 3)),
        costing("t1", "r1", Some(0.5), false),
        costing("t2", "r1", None, false),
        costing("t3", "r2", Some(0.25), false),
        costing("t4", "r2", Some(100.0), true),
        costing("t5", "r3", Some(1000.0), false),
        Fact::UsedTrial { run_id: "r2".to_owned(), trial_id: "t1".to_owned() },
        Fact::UsedTrial { run_id: "r2".to_owned(), trial_id: "t5".to_owned() },
        judged("t1", Some(0.125), false),
        judged("t3", Some(50.0), true),
        judged("t5", Some(70.0), false),
    ];
    ledger.append(facts).await.unwrap();
    let expected =
        karat_store::Spent { answers_usd: 0.75, judges_usd: 0.125, n_trials: 3, n_unknown: 1 };
    assert_eq!(ledger.spent("triage").await.unwrap(), expected);
}

async fn trial_pages(store: Store) {
    let trials = (0..5).map(|i| Fact::Trial(trial(&format!("t{i}"), "r1", "k", i)));
    store.ledger.append(trials.collect()).await.unwrap();
    let mut pages = Vec::new();
    let mut cursor: Option<String> = None;
    loop {
        let page = store.ledger.trials_page("r1", cursor.as_deref(), 2).await.unwrap();
        pages.push(page.items.iter().map(|trial| trial.id.clone()).collect::<Vec<_>>().join(" "));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(pages, ["t0 t1", "t2 t3", "t4"]);
    let page = store.ledger.trials_page("r1", Some("t2"), usize::MAX).await.unwrap();
    assert_eq!(page.items.len(), 2);
}

async fn newest_trials(store: Store) {
    let facts = vec![
        Fact::Trial(trial("t2", "r1", "k1", 20)),
        Fact::Trial(trial("t1", "r1", "k1", 10)),
        Fact::Trial(trial("t3", "r1", "k2", 10)),
        Fact::Trial(trial("t4", "r1", "k2", 10)),
    ];
    store.ledger.append(facts).await.unwrap();
    let many: Vec<Hash> = (0..3_000).map(|i| hash(&format!("k{i}"))).collect();
    let found = store.ledger.newest_trials(&many).await.unwrap();
    assert_eq!(found.len(), 2);
    assert_eq!(found[&hash("k1")], trial("t2", "r1", "k1", 20));
    assert_eq!(found[&hash("k2")].id, "t4", "of equal ends the one stored last");
}

async fn newest_scores(store: Store) {
    let say = async |value| {
        store.ledger.append(vec![Fact::Score(score("t1", "judge", value))]).await.unwrap();
    };
    store.ledger.append(vec![Fact::Trial(trial("t1", "r1", "k1", 1))]).await.unwrap();
    for value in [Some(1.0), Some(1.0), Some(0.0), Some(1.0), Some(1.0)] {
        say(value).await;
    }
    let scores = store.ledger.scores_of_run("r1").await.unwrap();
    assert_eq!(scores, [score("t1", "judge", Some(1.0))], "a judge's last word counts");
    assert_eq!(store.ledger.counts().await.unwrap().scores, 3, "repetitions are not stored");
    say(None).await;
    let scores = store.ledger.scores_of_run("r1").await.unwrap();
    assert_eq!(scores, [score("t1", "judge", None)]);
}

async fn scores_by_pair(store: Store) {
    let mut facts = Vec::new();
    for trial_id in ["t1", "t2", "t3"] {
        for scorer in ["exact", "judge", "length"] {
            facts.push(Fact::Score(score(trial_id, scorer, Some(0.0))));
            facts.push(Fact::Score(score(trial_id, scorer, Some(1.0))));
        }
    }
    store.ledger.append(facts).await.unwrap();
    let trial_ids = ["t3", "t1", "t9"].map(str::to_owned);
    let scorers = [hash("judge"), hash("exact"), hash("unknown")];
    let found = store.ledger.scores(&trial_ids, &scorers).await.unwrap();
    let mut pairs: Vec<_> =
        found.iter().map(|s| (s.trial_id.as_str(), s.scorer.as_str(), s.value)).collect();
    pairs.sort_by_key(|pair| (pair.0, pair.1));
    let one = Some(1.0);
    let expected =
        [("t1", "exact", one), ("t1", "judge", one), ("t3", "exact", one), ("t3", "judge", one)];
    assert_eq!(pairs, expected);
    assert!(store.ledger.scores(&trial_ids, &[]).await.unwrap().is_empty());
}

async fn unstorable(store: Store) {
    let mut broken = trial("t2", "r1", "k2", 2);
    broken.answer = full_answer();
    broken.answer.attempts[0].latency_ms = f64::INFINITY;
    let facts = vec![Fact::Trial(trial("t1", "r1", "k1", 1)), Fact::Trial(broken)];
    let error = store.ledger.append(facts).await.unwrap_err();
    assert!(matches!(&error, StoreError::Unstorable { fact, .. } if fact == "trial t2"), "{error}");
    assert_eq!(store.ledger.counts().await.unwrap(), Counts::default());
}

async fn deep(store: Store) {
    let nested = (0..127).fold(json!("x"), |inner, _| json!([inner]));
    let mut sample = trial("t1", "r1", "k1", 1);
    sample.answer = Answer { output: nested, ..Answer::default() };
    store.ledger.append(vec![Fact::Trial(sample.clone())]).await.unwrap();
    assert_eq!(store.ledger.trials_of_run("r1").await.unwrap(), [sample]);
}

async fn concurrent(store: Store) {
    let mut tasks = tokio::task::JoinSet::new();
    for task in 0..16 {
        let ledger = store.ledger.clone();
        tasks.spawn(async move {
            for i in 0..40 {
                let id = format!("t{task}-{i}");
                let facts = vec![
                    Fact::Trial(trial(&id, "r1", &id, i)),
                    Fact::Score(score(&id, "exact", None)),
                ];
                ledger.append(facts).await.unwrap();
            }
        });
    }
    tasks.join_all().await;
    // One append that is larger than a whole group, between others.
    let many = (0..1_200).map(|i| Fact::Trial(trial(&format!("m{i}"), "r2", "k", i))).collect();
    store.ledger.append(many).await.unwrap();
    let counts = store.ledger.counts().await.unwrap();
    assert_eq!(counts, Counts { runs: 0, trials: 1_840, scores: 640, lost: 0 });
    assert_eq!(store.ledger.trials_of_run("r1").await.unwrap().len(), 640);
}

async fn catalog_history(store: Store) {
    let catalog = &store.catalog;
    let a = version("mvq", "triage", "a", 1);
    let b = version("mvq", "triage", "b", 2);
    for next in [&a, &a, &b] {
        catalog.put(next.clone()).await.unwrap();
    }
    // Known already: neither a new load nor a new time.
    catalog.put(Version { seen_at_ms: 9, ..b.clone() }).await.unwrap();
    assert_eq!(catalog.newest("mvq", "triage").await.unwrap(), Some(b.clone()));
    let back = Version { seen_at_ms: 10, ..a.clone() };
    catalog.put(back.clone()).await.unwrap();
    assert_eq!(catalog.newest("mvq", "triage").await.unwrap(), Some(back.clone()));
    assert_eq!(catalog.history("mvq", "triage").await.unwrap(), [back, b, a]);
    assert!(catalog.history("mvq", "reply").await.unwrap().is_empty());
}

async fn catalog_list(store: Store) {
    let catalog = &store.catalog;
    for (kind, name, content) in [
        ("mvq", "triage", "old"),
        ("mvq", "triage", "new"),
        ("mvq", "reply", "same"),
        ("dataset", "golden", "same"),
    ] {
        catalog.put(version(kind, name, content, 1)).await.unwrap();
    }
    let list = catalog.list("mvq").await.unwrap();
    assert_eq!(list, [version("mvq", "reply", "same", 1), version("mvq", "triage", "new", 1)]);
}

async fn compare_and_set(store: Store) {
    let mut tasks = tokio::task::JoinSet::new();
    for i in 0..8 {
        let catalog = store.catalog.clone();
        tasks.spawn(async move {
            let rival = version("waterfall", "triage", &format!("{i}"), i);
            catalog.compare_and_set(None, rival).await.unwrap()
        });
    }
    let won = tasks.join_all().await.into_iter().filter(|won| *won).count();
    assert_eq!(won, 1);
    let newest = store.catalog.newest("waterfall", "triage").await.unwrap().unwrap();
    let next = version("waterfall", "triage", "next", 9);
    assert!(!store.catalog.compare_and_set(Some(hash("stale")), next.clone()).await.unwrap());
    assert!(store.catalog.compare_and_set(Some(newest.hash), next.clone()).await.unwrap());
    assert_eq!(store.catalog.history("waterfall", "triage").await.unwrap().len(), 2);
    assert_eq!(store.catalog.newest("waterfall", "triage").await.unwrap(), Some(next));
}

async fn closed(store: Store) {
    let clone = store.clone();
    store.close().await.unwrap();
    let append = clone.ledger.append(vec![Fact::Trial(trial("t1", "r1", "k1", 1))]).await;
    assert!(matches!(append, Err(StoreError::Closed { .. })), "{append:?}");
    let read = clone.ledger.counts().await;
    assert!(matches!(read, Err(StoreError::Closed { .. })), "{read:?}");
    store.close().await.unwrap();
}
