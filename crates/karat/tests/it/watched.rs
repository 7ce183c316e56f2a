//! What the watch says about inferences and live scores in the ledger: slower answers after a change, other requests than before.

use karat::monitor::cause::{Around, cause};
use karat::monitor::evidence::Fall;
use karat::monitor::follow::Following;
use karat::monitor::metric::Metric;
use karat_records::{Hash, Inference, LiveScore, Role};
use karat_store::Fact;

use crate::inside::app;
use crate::production::inference;
use crate::program::Folder;

const MINUTE_MS: i64 = 60_000;

#[tokio::test]
async fn slower_and_dearer_answers_of_a_new_model_are_the_providers() {
    let folder = Folder::example("support-triage");
    let viewer = app(&folder, Role::Viewer);
    let (store, project) = (viewer.store().unwrap(), viewer.project().unwrap());
    let feature = project.feature("triage").unwrap();
    let begins = viewer.clock.now_ms() - 1000 * MINUTE_MS;
    let mut following = Following::default();
    following.prepare(&store, &project, begins).await.unwrap();
    let mut falls: Vec<Fall> = Vec::new();
    for n in 0..800i64 {
        let is_new = n >= 700;
        let model = if is_new { "gpt-5-mini-2026-11" } else { "gpt-5-mini-2026-08" };
        let latency_ms = if is_new && n % 2 == 0 { 5000.0 } else { 100.0 + (n % 50) as f64 };
        let one = Inference {
            served: Some(model.to_owned()),
            latency_ms,
            cost_usd: Some(if is_new { 1.0 } else { 0.25 }),
            ..inference(&n.to_string(), begins + n * MINUTE_MS)
        };
        falls.extend(following.inference(&store, feature, &one, begins).await.unwrap());
    }
    falls.sort_by(|one, other| one.stream.metric.cmp(&other.stream.metric));
    let [slow, dear] = falls.as_slice() else { panic!("{falls:?}") };
    assert_eq!((&slow.stream.metric, &dear.stream.metric), (&Metric::Latency, &Metric::Cost));
    let goal = |fall: &Fall| (fall.goal.limit, fall.goal.is_demanded);
    assert_eq!(goal(slow), (Some(2000.0), true), "the criterion of the feature");
    assert_eq!(goal(dear), (Some(0.25), false), "learnt from the first 500");
    for fall in [slow, dear] {
        assert!(fall.until_ms < begins + 760 * MINUTE_MS, "{fall:?}");
        let said = cause(fall, &Around::default());
        let words = "provider: the served model changed from gpt-5-mini-2026-08";
        assert!(said.starts_with(words), "{said}");
    }
    drop(store);
    viewer.close().await;
}

#[tokio::test]
async fn more_hard_requests_are_the_input_mix_and_no_fault_of_the_model() {
    let folder = Folder::example("support-triage");
    let viewer = app(&folder, Role::Viewer);
    let (store, project) = (viewer.store().unwrap(), viewer.project().unwrap());
    let now = viewer.clock.now_ms();
    let begins = now - 2000 * MINUTE_MS;
    let mut facts = Vec::new();
    let (mut n_hard, mut n_easy) = (0, 0);
    for n in 0..1200i64 {
        let is_hard = if n < 800 { n % 10 == 0 } else { n % 5 < 3 };
        // Of hard ones every second goes wrong, of easy ones every fiftieth, at all times.
        let is_right = if is_hard { n_hard % 2 == 1 } else { n_easy % 50 != 0 };
        if is_hard {
            n_hard += 1;
        } else {
            n_easy += 1;
        }
        let topic = if is_hard { "contract" } else { "parcel" };
        let tags = [("topic".to_owned(), topic.to_owned())].into();
        let id = format!("i{n}");
        let one = Inference { tags, ..inference(&id, begins + n * MINUTE_MS) };
        facts.push(Fact::Inference(Box::new(one)));
        facts.push(Fact::LiveScore(LiveScore {
            inference_id: id,
            chance: 1.0,
            scored_at_ms: begins + n * MINUTE_MS,
            scorer: "tone".into(),
            scorer_hash: Hash::of_bytes(b"tone"),
            value: Some(f64::from(u8::from(is_right))),
            label: None,
            explanation: None,
            cost_usd: None,
            simulated: false,
        }));
    }
    store.ledger.append(facts).await.unwrap();
    let mut following = Following::default();
    following.prepare(&store, &project, now).await.unwrap();
    let falls = following.scores(&store, &project, |_, _| true, now).await.unwrap();
    let [fall] = falls.as_slice() else { panic!("{falls:?}") };
    assert_eq!(fall.stream.metric, Metric::Score("tone".into()));
    let said = cause(fall, &Around::default());
    assert!(said.starts_with("input mix: requests differ in the tag topic"), "{said} {fall:?}");
    assert!(following.scores(&store, &project, |_, _| true, now).await.unwrap().is_empty());
    drop(store);
    viewer.close().await;
}
