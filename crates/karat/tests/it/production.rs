//! The page Live: what features do in production, from a ledger that was filled as the gateway fills it.

use karat::app::RefusalKind;
use karat::monitor::baseline::Baseline;
use karat::monitor::evidence::Fall;
use karat::monitor::follow::Following;
use karat::monitor::kept;
use karat::monitor::metric::Metric;
use karat_records::{
    Attempt, Endpoint, Failure, FailureKind, Fault, Hash, Inference, LiveScore, Outcome, Role,
    Signal, Step, Target, Usage,
};
use karat_store::Fact;
use serde_json::{Value, json};

use crate::inside::{app, call, refusal};
use crate::program::Folder;

const HOUR_MS: i64 = 3_600_000;

pub fn inference(id: &str, received_at_ms: i64) -> Inference {
    Inference {
        id: id.to_owned(),
        received_at_ms,
        endpoint: Endpoint::ChatCompletions,
        feature: Some("triage".into()),
        variant: Some("mini".into()),
        variant_hash: None,
        unproven: true,
        simulated: false,
        asked: Some("openai/gpt-5-mini".into()),
        served: Some("gpt-5-mini-2026-08".into()),
        fingerprint: None,
        response_id: None,
        outcome: Outcome::Answered,
        status: 200,
        streamed: false,
        first_chunk_ms: None,
        latency_ms: 100.0,
        usage: Some(Usage { input_tokens: 100, output_tokens: 20, ..Usage::default() }),
        usage_estimated: false,
        cost_usd: Some(0.25),
        conversation: None,
        user: None,
        key: None,
        tags: std::collections::BTreeMap::new(),
        attempts: Vec::new(),
        inputs: None,
        request: json!({"messages": [{"role": "user", "content": format!("question {id}")}]})
            .to_string(),
        text: format!("answer {id}"),
        tool_calls: Vec::new(),
    }
}

fn signal(id: &str, kind: &str, about: &str, at_ms: i64, data: Value) -> Fact {
    let Value::Object(data) = data else { panic!("data is an object") };
    Fact::Signal(Signal {
        id: id.to_owned(),
        kind: kind.to_owned(),
        at_ms,
        received_at_ms: at_ms,
        feature: None,
        target: Target { inference_id: Some(about.to_owned()), ..Target::default() },
        user: None,
        session: None,
        release: None,
        data,
        source: String::new(),
    })
}

fn score(about: &str, value: Option<f64>) -> Fact {
    Fact::LiveScore(LiveScore {
        inference_id: about.to_owned(),
        chance: 1.0,
        scored_at_ms: 1,
        scorer: "tone".into(),
        scorer_hash: Hash::of_bytes(b"tone"),
        value,
        label: None,
        explanation: None,
        cost_usd: None,
        simulated: false,
    })
}

#[expect(clippy::too_many_lines, reason = "one story, told in the order in which it happens")]
#[tokio::test]
async fn live_tells_volume_signals_changes_the_worst_and_where_judges_and_people_differ() {
    let folder = Folder::example("support-triage");
    let viewer = app(&folder, Role::Viewer);
    let ask = async |input: Value| call(&viewer, "live.show", input).await;
    let empty = ask(json!({"feature": "triage"})).await.unwrap();
    assert_eq!(empty["features"][0]["is_used"], false);

    let now = viewer.clock.now_ms();
    let old = now - 30 * HOUR_MS;
    let mut facts = vec![
        Fact::Inference(Box::new(inference("a", old))),
        Fact::Inference(Box::new(inference("b", old))),
        Fact::Inference(Box::new(inference("c", old))),
        Fact::Inference(Box::new(Inference {
            served: Some("gpt-5-mini-2026-11".into()),
            variant: Some("mini".into()),
            cost_usd: None,
            simulated: true,
            ..inference("d", now)
        })),
        Fact::Inference(Box::new(Inference {
            outcome: Outcome::Failed,
            status: 503,
            variant: Some("rules".into()),
            attempts: vec![Step {
                variant: Some("rules".into()),
                attempt: Attempt {
                    asked: "rules".into(),
                    served: None,
                    status: None,
                    latency_ms: 1.0,
                    waited_ms: None,
                    failure: Some(Failure {
                        kind: FailureKind::Unreachable,
                        message: "nobody listens".into(),
                        fault: Fault::Provider,
                    }),
                },
            }],
            ..inference("e", now)
        })),
        Fact::Inference(Box::new(Inference {
            feature: Some("gone".into()),
            ..inference("f", now)
        })),
    ];
    facts.extend([
        signal("1", "feedback.thumb", "a", old, json!({"up": true})),
        signal("2", "feedback.thumb", "b", old, json!({"up": false, "reason": "wrong queue"})),
        signal("3", "feedback.thumb", "d", now, json!({"up": true})),
        signal("4", "response.undone", "c", old, json!({})),
        score("a", Some(1.0)),
        score("b", Some(0.9)),
        score("d", None),
        Fact::Drops { reason: "the queue was full".into(), n: 7, at_ms: now },
    ]);
    let store = viewer.store().unwrap();
    store.ledger.append(facts).await.unwrap();

    let live = ask(json!({"feature": "triage"})).await.unwrap();
    assert_eq!(live["step_ms"], 24 * HOUR_MS);
    assert_eq!(live["lost"][0]["n"], 7);
    let feature = &live["features"][0];
    let total = &feature["total"];
    assert_eq!(
        (&total["n"], &total["n_failed"], &total["n_simulated"]),
        (&json!(5), &json!(1), &json!(1))
    );
    assert_eq!((&total["cost_usd"], &total["n_cost_unknown"]), (&json!(1.0), &json!(1)));
    assert_eq!(feature["failing"]["denominator"], 5);
    assert!(feature["failing"]["upper"].as_f64().unwrap() > 0.2);
    let of: Vec<_> =
        feature["variants"].as_array().unwrap().iter().map(|one| one["variant"].clone()).collect();
    assert_eq!(of, [json!("mini"), json!("rules")]);
    assert_eq!(feature["variants"][0]["unproven"], true);

    let thumbs = &feature["signals"][0];
    assert_eq!((&thumbs["name"], &thumbs["over"]), (&json!("thumbs-up"), &json!("thumbs")));
    assert_eq!(
        (&thumbs["share"]["numerator"], &thumbs["share"]["denominator"]),
        (&json!(1), &json!(2))
    );
    assert_eq!((&thumbs["n_ripening"], &thumbs["n_ripening_with"]), (&json!(1), &json!(1)));

    let says: Vec<_> = feature["marks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|mark| mark["says"].as_str().unwrap())
        .collect();
    assert!(
        says.contains(&"gpt-5-mini-2026-11 answers for mini, before gpt-5-mini-2026-08"),
        "{says:?}"
    );
    assert!(
        says.iter().any(|says| says.starts_with("rules answered for the first time")),
        "{says:?}"
    );

    let worst: Vec<_> = feature["worst"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            (one["inference"].as_str().unwrap(), one["why"].as_str().unwrap(), one["said"].clone())
        })
        .collect();
    assert_eq!(
        worst,
        [
            ("b", "thumb-down", json!("wrong queue")),
            ("c", "undone", Value::Null),
            ("e", "failed", json!("nobody listens")),
        ]
    );
    assert_eq!(feature["worst"][0]["asked"], "question b");
    let conflict = &feature["conflicts"][0];
    assert_eq!((&conflict["scorer"], &conflict["n_undecided"]), (&json!("tone"), &json!(1)));
    assert_eq!(
        conflict["cells"][1]["inferences"],
        json!(["b"]),
        "good for the judge, down for the person"
    );

    let all = ask(json!({"hours": 24})).await.unwrap();
    let names: Vec<_> =
        all["features"].as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(
        names,
        [json!("triage"), json!("gone")],
        "what is in no file any more is shown all the same"
    );
    assert!(all["features"][0]["worst"].is_null());
    assert_eq!((&all["step_ms"], &all["features"][0]["total"]["n"]), (&json!(HOUR_MS), &json!(2)));

    for (input, kind) in [
        (json!({"feature": "triag"}), RefusalKind::NotFound),
        (json!({"days": 93}), RefusalKind::Invalid),
        (json!({"days": 1, "hours": 1}), RefusalKind::Invalid),
        (json!({"hours": 0}), RefusalKind::Invalid),
    ] {
        let (found, message) = refusal(ask(input).await);
        assert_eq!(found, kind, "{message}");
        assert!(message.contains("next: "), "{message}");
    }
    viewer.close().await;
}

#[tokio::test]
async fn today_watches_what_is_used_and_begins_with_what_fails() {
    let folder = Folder::example("support-triage");
    let viewer = app(&folder, Role::Viewer);
    let today = async || call(&viewer, "today.show", json!({})).await.unwrap();
    assert_eq!(today().await["watch"], json!([]));
    let now = viewer.clock.now_ms();
    let store = viewer.store().unwrap();
    let facts = (0..20).map(|index| {
        let outcome = if index % 4 == 0 { Outcome::Failed } else { Outcome::Answered };
        Fact::Inference(Box::new(Inference { outcome, ..inference(&format!("i{index}"), now) }))
    });
    store.ledger.append(facts.collect()).await.unwrap();
    let shown = today().await;
    let watched = &shown["watch"][0];
    assert_eq!(
        (&watched["name"], &watched["n"], &watched["failing"]["numerator"]),
        (&json!("triage"), &json!(20), &json!(5))
    );
    let step = &shown["next"][0];
    assert_eq!(step["title"], "Look at what fails in triage");
    let command = step["command"].as_str().unwrap();
    let input = command.strip_prefix("karat call live.show '").unwrap().strip_suffix('\'').unwrap();
    viewer.close().await;
    let done = folder.karat(&["call", "live.show", input]);
    assert_eq!(done.code, 0, "the command of a step is true: {done:?}");
    assert_eq!(done.json()["features"][0]["total"]["n"], 20);
}

#[tokio::test]
async fn thumbs_count_once_when_their_time_is_over_against_what_was_learnt_at_first() {
    let folder = Folder::example("support-triage");
    let viewer = app(&folder, Role::Viewer);
    let (store, project) = (viewer.store().unwrap(), viewer.project().unwrap());
    let now = viewer.clock.now_ms();
    let begins = now - 40 * HOUR_MS;
    let thumb = |id: String, at_ms: i64, is_up: bool| {
        let up = json!({ "up": is_up });
        let said = signal(&format!("signal {id}"), "feedback.thumb", &id, at_ms + 10, up);
        [Fact::Inference(Box::new(inference(&id, at_ms))), said]
    };
    // Nine of ten are up for 300 answers, then one of two; those of the last hour may still change.
    let old = (0..500).flat_map(|n: i64| {
        let is_up = if n < 300 { n % 10 != 0 } else { n % 2 == 0 };
        thumb(format!("old {n}"), begins + n * 1000, is_up)
    });
    let young = (0..50).flat_map(|n: i64| thumb(format!("young {n}"), now - HOUR_MS + n, false));
    store.ledger.append(old.chain(young).collect()).await.unwrap();

    let found = async |following: &mut Following| -> Vec<Fall> {
        following.prepare(&store, &project, now).await.unwrap();
        following.signals(&store, &project, now).await.unwrap()
    };
    let mut following = Following::default();
    let falls = found(&mut following).await;
    let [fall] = falls.as_slice() else { panic!("{falls:?}") };
    assert_eq!(
        (&fall.stream.metric, fall.stream.variant.as_deref()),
        (&Metric::Thumbs, Some("mini"))
    );
    assert!((begins + 280_000..begins + 320_000).contains(&fall.began_at_ms), "{fall:?}");
    assert!(fall.until_ms < begins + 400_000 && fall.n >= 20, "{fall:?}");
    assert!(!fall.goal.is_demanded, "no criterion speaks of thumbs");
    assert!(found(&mut following).await.is_empty(), "each answer counts once");

    // Another process finds the same against the same level, although it cannot learn from the first ones again.
    let learnt = kept::list::<Baseline>(&store).await.unwrap();
    assert_eq!(learnt.len(), 1);
    assert_eq!((learnt[0].0.as_str(), learnt[0].1.n), ("triage/mini/thumbs-up", 200));
    let again = found(&mut Following::default()).await;
    assert_eq!(again.len(), 1);
    assert!((again[0].goal.level - fall.goal.level).abs() < 1e-9);
    assert_eq!(kept::list::<Baseline>(&store).await.unwrap(), learnt);
    let shown = call(&viewer, "monitor.show", json!({"feature": "triage"})).await.unwrap();
    let level = &shown["levels"][0];
    assert_eq!(
        (&level["metric"], &level["says"]),
        (&json!("thumbs-up"), &json!("thumbs that are up"))
    );
    assert_eq!((&level["variant"], &level["n"]), (&json!("mini"), &json!(200)));
    drop(store);
    viewer.close().await;
}

#[tokio::test]
async fn one_who_clicks_much_is_one_person_and_a_detector_is_corrected() {
    let folder = Folder::example("support-triage");
    let viewer = app(&folder, Role::Viewer);
    let store = viewer.store().unwrap();
    let old = viewer.clock.now_ms() - 40 * HOUR_MS;
    // Ten people like their answer; one dislikes thirty. Of twenty conversations four go on with the same request.
    let mut facts = Vec::new();
    for n in 0..40i64 {
        let user = if n < 10 { format!("user {n}") } else { "one".to_owned() };
        let id = format!("thumb {n}");
        let asked = Inference { user: Some(user), ..inference(&id, old + n) };
        facts.push(Fact::Inference(Box::new(asked)));
        let up = json!({ "up": n < 10 });
        facts.push(signal(&format!("s {id}"), "feedback.thumb", &id, old + n + 500, up));
    }
    for n in 0..20i64 {
        let id = format!("turn {n}");
        let (user, conversation) = (Some(format!("talker {n}")), Some(format!("talk {n}")));
        let asked = Inference { user, conversation, ..inference(&id, old + n) };
        facts.push(Fact::Inference(Box::new(asked)));
        if n < 4 {
            let class = json!({ "class": "rephrase" });
            facts.push(signal(&format!("s {id}"), "message.followup", &id, old + n + 500, class));
        }
    }
    store.ledger.append(facts).await.unwrap();
    let live = call(&viewer, "live.show", json!({"feature": "triage"})).await.unwrap();
    let feature = &live["features"][0];
    assert_eq!(
        (&feature["figures"]["n_answers"], &feature["figures"]["is_cut"]),
        (&json!(60), &json!(false))
    );
    let figure = |name: &str| {
        let all = feature["figures"]["figures"].as_array().unwrap();
        all.iter().find(|one| one["measured"]["name"] == name).unwrap_or_else(|| panic!("{all:?}"))
    };
    let thumbs = &figure("thumbs-up-rate")["measured"];
    assert_eq!((&thumbs["numerator"], &thumbs["denominator"]), (&json!(10.0), &json!(40)));
    assert_eq!(thumbs["n_clusters"], 11);
    let width = |range: &Value| range["upper"].as_f64().unwrap() - range["lower"].as_f64().unwrap();
    let as_strangers = &feature["signals"][0]["share"];
    assert_eq!(
        (&as_strangers["numerator"], &as_strangers["denominator"]),
        (&json!(10), &json!(40))
    );
    assert!(width(&thumbs["interval"]) > 1.5 * width(as_strangers), "{thumbs} {as_strangers}");
    assert!(figure("thumbs-up-rate")["corrected"].is_null(), "people said it themselves");

    let again = figure("rephrase-rate");
    assert_eq!(
        (&again["measured"]["numerator"], &again["measured"]["denominator"]),
        (&json!(4.0), &json!(20))
    );
    assert_eq!(again["corrected"]["n_labelled"], 70);
    let rate = again["corrected"]["rate"].as_f64().unwrap();
    assert!((0.0..1.0).contains(&rate) && (rate - 0.2).abs() > 0.01, "{again}");
    drop(store);
    viewer.close().await;
}
