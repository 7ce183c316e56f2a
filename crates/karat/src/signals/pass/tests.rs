//! The pass on a ledger: what it finds, once, however often it runs.

use karat_records::{Inference, Target};
use karat_store::Options;
use serde_json::Map;
use tempfile::TempDir;

use super::super::turn::tests::{chat, inference};
use super::*;

const MINUTE: i64 = 60_000;

/// Later than the zero of time, so that an hour before it is a time, too.
const START: i64 = 1_795_428_000_000;

fn store(folder: &TempDir) -> Store {
    Store::open(&folder.path().join("karat.db"), Options::default()).unwrap()
}

async fn append(store: &Store, inferences: Vec<Inference>) {
    let facts = inferences.into_iter().map(|it| Fact::Inference(Box::new(it))).collect();
    store.ledger.append(facts).await.unwrap();
}

/// An inference of a named conversation.
fn named(id: &str, minute: i64, conversation: &str, text: &str) -> Inference {
    let conversation = Some(conversation.to_owned());
    let asked = inference(id, START + minute * MINUTE, chat(&[("user", text)]), "an answer");
    Inference { conversation, ..asked }
}

async fn sent(store: &Store, id: &str, kind: &str, about: &str, at_ms: i64) {
    let signal = Signal {
        id: id.into(),
        kind: kind.into(),
        at_ms,
        received_at_ms: at_ms,
        feature: None,
        target: Target { inference_id: Some(about.into()), ..Target::default() },
        user: None,
        session: None,
        release: None,
        data: Map::new(),
        source: "test".into(),
    };
    store.ledger.append(vec![Fact::Signal(signal)]).await.unwrap();
}

/// Derived signals in the ledger: the inference and the detector.
async fn found(store: &Store) -> Vec<String> {
    let news = store.ledger.signals_after(0, 1_000).await.unwrap();
    let derived = news.items.into_iter().filter(|it| it.signal.source.starts_with("derived:"));
    let words = derived.map(|it| {
        let detector = it.signal.source["derived:".len()..].split('@').next().unwrap().to_owned();
        format!("{} {detector}", it.inference_id.unwrap())
    });
    let mut words: Vec<String> = words.collect();
    words.sort();
    words
}

#[tokio::test]
async fn new_traffic_says_something_about_the_answers_before_it_once() {
    let folder = TempDir::new().unwrap();
    let store = store(&folder);
    let mut pass = Pass::default();
    append(&store, vec![named("a", 0, "c", "How do I cancel my plan?")]).await;
    let looked = pass.step(&store, START + MINUTE).await.unwrap();
    assert_eq!((looked.n_turns, looked.n_signals, looked.is_end), (1, 0, true));
    append(&store, vec![named("b", 1, "c", "how can I cancel the plan")]).await;
    append(&store, vec![named("d", 2, "c", "how can I cancel the plan")]).await;
    assert_eq!(pass.step(&store, START + 3 * MINUTE).await.unwrap().n_signals, 2);
    assert_eq!(found(&store).await, ["a rephrased", "b retried"]);
    assert_eq!(pass.step(&store, START + 4 * MINUTE).await.unwrap().n_signals, 0);

    let looked = Pass::default().step(&store, START + 4 * MINUTE).await.unwrap();
    assert_eq!((looked.n_turns, looked.n_signals), (3, 2), "begun anew");
    assert_eq!(found(&store).await, ["a rephrased", "b retried"]);
}

#[tokio::test]
async fn whoever_left_without_an_act_is_noticed_after_half_an_hour() {
    let folder = TempDir::new().unwrap();
    let store = store(&folder);
    let mut pass = Pass::default();
    append(&store, vec![named("a", 0, "c", "hello"), named("b", 1, "c", "where is it")]).await;
    append(&store, vec![named("x", 0, "d", "hello"), named("y", 1, "d", "what is it")]).await;
    sent(&store, "s", "response.copied", "y", START + 2 * MINUTE).await;
    pass.step(&store, START + 2 * MINUTE).await.unwrap();
    pass.step(&store, START + 30 * MINUTE).await.unwrap();
    assert!(found(&store).await.is_empty());
    pass.step(&store, START + 40 * MINUTE).await.unwrap();
    assert_eq!(found(&store).await, ["b abandoned"]);
    let looked = pass.step(&store, START + 200 * MINUTE).await.unwrap();
    assert_eq!(looked.n_signals, 0);
    assert!(pass.turns.is_empty() && pass.ids.is_empty() && pass.links.is_empty());
}

#[tokio::test]
async fn a_conversation_is_found_where_the_application_names_none() {
    let folder = TempDir::new().unwrap();
    let store = store(&folder);
    let first = [("user", "name a cat")];
    let second = [("user", "name a cat"), ("assistant", "Tom"), ("user", "that's wrong")];
    let other = [("user", "name a cat"), ("assistant", "Kit"), ("user", "that's wrong")];
    append(
        &store,
        vec![
            inference("a", START, chat(&first), "Tom"),
            inference("b", START + MINUTE, chat(&second), "Sorry"),
            inference("x", START + MINUTE, chat(&other), "Sorry"),
        ],
    )
    .await;
    Pass::default().step(&store, START + 2 * MINUTE).await.unwrap();
    assert_eq!(found(&store).await, ["a rephrased"]);

    // Two people with the same words: nobody knows whose conversation goes on.
    let again = inference("e", START + 2 * MINUTE, chat(&first), "Tim");
    let twin = inference("f", START + 2 * MINUTE, chat(&first), "Tim");
    let next = [("user", "name a cat"), ("assistant", "Tim"), ("user", "that's wrong")];
    let next = inference("g", START + 3 * MINUTE, chat(&next), "Sorry");
    append(&store, vec![again, twin, next]).await;
    Pass::default().step(&store, START + 4 * MINUTE).await.unwrap();
    assert_eq!(found(&store).await, ["a rephrased"]);
}

#[tokio::test]
async fn much_traffic_without_names_is_passed_over_and_memory_stays_small() {
    let folder = TempDir::new().unwrap();
    let store = store(&folder);
    let many = (0..1_200).map(|n| {
        let text = format!("{n} {}", "x".repeat(990));
        inference(&format!("i{n:05}"), START + n, chat(&[("user", &text)]), "an answer")
    });
    append(&store, many.collect()).await;
    let looked = Pass::default().step(&store, START + MINUTE).await.unwrap();
    assert_eq!((looked.n_turns, looked.n_passed_over), (MOST_UNNAMED, 1_200 - MOST_UNNAMED));

    let mut pass = Pass::default();
    let many = (0..9_000).map(|n| named(&format!("n{n:05}"), 0, &n.to_string(), &"y".repeat(999)));
    append(&store, many.collect()).await;
    let looked = pass.step(&store, START + MINUTE).await.unwrap();
    assert!(looked.n_forgotten > 1_000, "{looked:?}");
    assert!(pass.turns.iter().map(bytes).sum::<usize>() <= MOST_BYTES);
    assert_eq!(pass.ids.len(), pass.turns.len());
}
