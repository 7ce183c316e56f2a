//! What every engine promises about signals, live scores and losses.

use karat_records::{Inference, LiveScore, Signal, Target};
use karat_store::{BoundSignal, Drops, Fact, PlacedScore, SignalCount, Store, StoreError};

use crate::inferences::append;
use crate::samples::{inference, live_score, thumb};

const DAY_MS: i64 = 24 * 3_600_000;

pub fn about(inference_id: &str) -> Target {
    Target { inference_id: Some(inference_id.to_owned()), ..Target::default() }
}

fn answers(response_id: &str) -> Target {
    Target { response_id: Some(response_id.to_owned()), ..Target::default() }
}

fn talks(conversation_id: &str) -> Target {
    Target { conversation_id: Some(conversation_id.to_owned()), ..Target::default() }
}

pub async fn send(store: &Store, signals: impl IntoIterator<Item = Signal>) {
    store.ledger.append(signals.into_iter().map(Fact::Signal).collect()).await.unwrap();
}

/// Ids of signals and of the inferences that they are about, as they arrived.
async fn bound(store: &Store) -> Vec<String> {
    let news = store.ledger.signals_after(0, 100).await.unwrap();
    assert!(news.is_end);
    let words =
        |it: BoundSignal| format!("{} {}", it.signal.id, it.inference_id.as_deref().unwrap_or("-"));
    news.items.into_iter().map(words).collect()
}

pub async fn targets(store: Store) {
    let user = Some("ann".to_owned());
    let conversation = Some("talk".to_owned());
    append(&store, [Inference { user, conversation, ..inference("i1", 10) }]).await;
    append(&store, [inference("i2", 20)]).await;
    let mut rich = thumb("s1", false, 30, about("i1"));
    rich.feature = Some("what the sender thinks".to_owned());
    rich.session = Some("x".to_owned());
    rich.release = Some("1.2".to_owned());
    let mut exact_first = talks("talk");
    exact_first.response_id = Some("chatcmpl-i2".to_owned());
    let mut absent_first = talks("talk");
    absent_first.inference_id = Some("none".to_owned());
    let all = [
        rich.clone(),
        thumb("s2", true, 31, answers("chatcmpl-i2")),
        thumb("s3", true, 32, talks("talk")),
        thumb("s4", true, 33, exact_first),
        thumb("s5", true, 34, absent_first),
        thumb("s6", true, 35, Target::default()),
    ];
    send(&store, all.clone()).await;
    send(&store, all.clone()).await;
    send(&store, [Signal { kind: "other".to_owned(), ..rich.clone() }]).await;
    assert_eq!(bound(&store).await, ["s1 i1", "s2 i2", "s3 i1", "s4 i2", "s5 -", "s6 -"]);
    assert_eq!(store.ledger.n_waiting_signals().await.unwrap(), 1);

    let of = async |ids: &[&str]| {
        let ids: Vec<String> = ids.iter().map(|id| (*id).to_owned()).collect();
        store.ledger.signals_of(&ids).await.unwrap()
    };
    let signals = of(&["i1"]).await;
    assert_eq!(signals.len(), 2);
    let wanted = BoundSignal {
        signal: rich,
        class: "down".to_owned(),
        inference_id: Some("i1".to_owned()),
        inference_received_at_ms: Some(10),
        feature: Some("triage".to_owned()),
        variant: Some("mini".to_owned()),
        user: Some("ann".to_owned()),
    };
    assert_eq!(signals[0], wanted);
    let both: Vec<_> = of(&["i2", "i1", "none"]).await.into_iter().map(|it| it.signal.id).collect();
    assert_eq!(both.join(" "), "s1 s2 s3 s4");

    let page = store.ledger.signals_after(0, 4).await.unwrap();
    assert_eq!((page.items.len(), page.is_end), (4, false));
    let page = store.ledger.signals_after(page.after, 4).await.unwrap();
    assert_eq!((page.items.len(), page.is_end), (2, true));
    assert_eq!(page.after, store.ledger.places().await.unwrap().signals);
}

pub async fn conversations(store: Store) {
    let talk =
        |id: &str, ms| Inference { conversation: Some("talk".to_owned()), ..inference(id, ms) };
    append(&store, [talk("first", 10_000), talk("third", 30_000), talk("second", 20_000)]).await;
    let signals = [
        ("early", 8_000),
        ("at once", 9_000),
        ("between", 18_999),
        ("next", 19_000),
        ("after", 25_000),
        ("last", 99_000),
    ];
    send(&store, signals.map(|(id, at_ms)| thumb(id, true, at_ms, talks("talk")))).await;
    let wanted =
        ["early -", "at once first", "between first", "next second", "after second", "last third"];
    assert_eq!(bound(&store).await, wanted);
}

pub async fn late(store: Store) {
    let mut both = about("i1");
    both.response_id = Some("chatcmpl-i1".to_owned());
    send(
        &store,
        [
            thumb("exact", true, 5, both),
            thumb("answer", false, 6, answers("chatcmpl-i1")),
            thumb("talk before", true, 7, talks("talk")),
            thumb("talk", true, 20_000, talks("talk")),
            thumb("never", true, 8, about("i9")),
        ],
    )
    .await;
    assert_eq!(store.ledger.n_waiting_signals().await.unwrap(), 5);
    let before = store.ledger.places().await.unwrap().signals;
    let conversation = Some("talk".to_owned());
    let late = Inference { conversation, user: Some("ann".to_owned()), ..inference("i1", 10_000) };
    append(&store, [inference("i0", 9_000), late.clone()]).await;
    append(&store, [late]).await;
    let news = store.ledger.signals_after(before, 100).await.unwrap();
    let found: Vec<_> = news.items.iter().map(|it| it.signal.id.as_str()).collect();
    assert_eq!(found, ["exact", "answer", "talk"]);
    assert!(news.items.iter().all(|it| it.inference_id.as_deref() == Some("i1")));
    assert!(news.items.iter().all(|it| it.user.as_deref() == Some("ann")));
    assert_eq!(news.items[1].class, "down");
    assert_eq!(store.ledger.n_waiting_signals().await.unwrap(), 2);
    // A day later nobody waits any more.
    append(&store, [inference("i2", DAY_MS + 9)]).await;
    assert_eq!(store.ledger.n_waiting_signals().await.unwrap(), 0);
    append(&store, [inference("i9", DAY_MS + 10)]).await;
    let nothing = store.ledger.signals_of(&["i9".to_owned()]).await.unwrap();
    assert!(nothing.is_empty(), "{nothing:?}");
}

pub async fn counts(store: Store) {
    let user = |name: &str| Some(name.to_owned());
    append(
        &store,
        [
            Inference { user: user("ann"), ..inference("a", 10) },
            Inference { user: user("ben"), ..inference("b", 20) },
            Inference { variant: Some("rules".to_owned()), ..inference("c", 30) },
            Inference { feature: Some("reply".to_owned()), ..inference("d", 30) },
            inference("e", 99),
        ],
    )
    .await;
    let copied = |id: &str, of: &str| Signal {
        kind: "response.copied".to_owned(),
        ..thumb(id, true, 50, about(of))
    };
    send(
        &store,
        [
            thumb("1", true, 50, about("a")),
            thumb("2", true, 51, about("a")),
            thumb("3", true, 52, about("b")),
            thumb("4", false, 53, about("b")),
            Signal { user: user("eve"), ..thumb("5", true, 54, about("a")) },
            thumb("6", true, 55, about("c")),
            copied("7", "c"),
            copied("8", "c"),
            thumb("9", true, 56, about("d")),
            thumb("10", true, 57, about("e")),
            thumb("11", true, 58, about("nothing")),
        ],
    )
    .await;
    let count = |variant: &str, kind: &str, class: &str, [n, n_inferences, n_users]: [u64; 3]| {
        let (kind, class) = (kind.to_owned(), class.to_owned());
        SignalCount { variant: Some(variant.to_owned()), kind, class, n, n_inferences, n_users }
    };
    assert_eq!(
        store.ledger.signal_counts("triage", 10, 99).await.unwrap(),
        [
            count("mini", "feedback.thumb", "down", [1, 1, 1]),
            count("mini", "feedback.thumb", "up", [4, 2, 3]),
            count("rules", "feedback.thumb", "up", [1, 1, 1]),
            count("rules", "response.copied", "", [2, 1, 1]),
        ]
    );
    assert!(store.ledger.signal_counts("triage", 100, 1_000).await.unwrap().is_empty());
}

pub async fn hours(store: Store) {
    append(&store, [inference("a", -1), inference("b", 3_600_000), inference("c", 3_600_009)])
        .await;
    let without = Signal { feature: None, ..thumb("0", true, 50, about("nothing")) };
    let early = [thumb("1", true, 50, about("late")), without];
    send(&store, early).await;
    let others = [
        thumb("2", true, 50, about("a")),
        thumb("3", true, 51, about("b")),
        thumb("4", true, 52, about("b")),
        thumb("5", false, 53, about("b")),
        thumb("6", true, 54, about("c")),
    ];
    send(&store, others.clone()).await;
    send(&store, others).await;
    append(&store, [inference("late", 3_600_010)]).await;
    let list = async |since, until| {
        let hours = store.ledger.signal_hours("triage", since, until).await.unwrap();
        let words = hours.into_iter().map(|hour| {
            (hour.begins_at_ms / 3_600_000, hour.class.clone(), hour.n, hour.n_inferences)
        });
        words.collect::<Vec<_>>()
    };
    let wanted =
        [(-1, "up".to_owned(), 1, 1), (1, "down".to_owned(), 1, 1), (1, "up".to_owned(), 4, 3)];
    assert_eq!(list(-3_600_000, 7_200_000).await, wanted);
    assert_eq!(list(0, 7_200_000).await, wanted[1..]);
    assert!(list(0, 3_600_000).await.is_empty());
    assert!(store.ledger.signal_hours("reply", -9, 9_999_999).await.unwrap().is_empty());
    store.ledger.forget_before(i64::MAX).await.unwrap();
    assert_eq!(list(-3_600_000, 7_200_000).await, wanted, "sums stay");
}

pub async fn served_firsts(store: Store) {
    let by = |id: &str, ms, served: Option<&str>, fingerprint: &str| Inference {
        served: served.map(str::to_owned),
        fingerprint: Some(fingerprint.to_owned()).filter(|text| !text.is_empty()),
        ..inference(id, ms)
    };
    append(&store, [by("a", 9, Some("m1"), "f1"), by("b", 10, Some("m1"), "f1")]).await;
    append(&store, [by("c", 11, Some("m1"), "f2"), by("d", 12, None, ""), by("e", 13, None, "")])
        .await;
    append(&store, [by("f", 14, Some("m1"), "f1")]).await;
    append(&store, (0..200).map(|i| by(&format!("x{i}"), 99, Some("m2"), &format!("{i}")))).await;
    let firsts = store.ledger.served_firsts("triage").await.unwrap();
    let words: Vec<_> = firsts
        .iter()
        .map(|first| (first.at_ms, first.served.as_deref(), first.fingerprint.as_deref()))
        .collect();
    assert_eq!(
        words[..3],
        [
            (9, Some("m1"), Some("f1")),
            (11, Some("m1"), Some("f2")),
            (12, Some("openai/gpt-5-mini"), None),
        ]
    );
    assert_eq!(words.len(), 103, "a model with a fingerprint for each answer stays bounded");
    assert!(store.ledger.served_firsts("reply").await.unwrap().is_empty());
}

pub async fn live_scores(store: Store) {
    append(&store, [inference("a", 1)]).await;
    append(&store, [Inference { feature: Some("reply".to_owned()), ..inference("b", 2) }]).await;
    let full = LiveScore {
        label: Some("bad".to_owned()),
        explanation: Some("It says “no”\0".to_owned()),
        cost_usd: Some(1e-9),
        simulated: true,
        ..live_score("a", Some(1.0 / 3.0), 5)
    };
    let scores = [
        live_score("a", None, 4),
        full.clone(),
        live_score("b", Some(1.0), 6),
        live_score("gone", Some(0.0), 7),
    ];
    for score in scores.iter().chain(&scores[1..]) {
        store.ledger.append(vec![Fact::LiveScore(score.clone())]).await.unwrap();
    }
    let placed = |score: &LiveScore, feature: Option<&str>| PlacedScore {
        score: score.clone(),
        feature: feature.map(str::to_owned),
        variant: feature.map(|_| "mini".to_owned()),
    };
    let ids = ["b", "a", "none"].map(str::to_owned);
    let found = store.ledger.live_scores_of(&ids).await.unwrap();
    assert_eq!(found, [placed(&scores[2], Some("reply")), placed(&full, Some("triage"))]);
    let all = store.ledger.live_scores_after(0, None, 3).await.unwrap();
    assert_eq!((all.items.len(), all.is_end), (3, false));
    let rest = store.ledger.live_scores_after(all.after, None, 3).await.unwrap();
    assert_eq!((rest.items, rest.is_end), (vec![placed(&scores[3], None)], true));
    assert_eq!(rest.after, store.ledger.places().await.unwrap().live_scores);
    let some = store.ledger.live_scores_after(0, Some("triage"), 9).await.unwrap();
    assert_eq!(some.items, [placed(&scores[0], Some("triage")), placed(&full, Some("triage"))]);

    let odd = LiveScore { chance: f64::NAN, ..full };
    let error = store.ledger.append(vec![Fact::LiveScore(odd)]).await.unwrap_err();
    assert!(matches!(error, StoreError::Unstorable { .. }), "{error}");
}

pub async fn drops(store: Store) {
    assert!(store.ledger.drops(i64::MIN).await.unwrap().is_empty());
    let lost = |reason: &str, n, at_ms| Fact::Drops { reason: reason.to_owned(), n, at_ms };
    let facts = vec![lost("full disk", 3, 10), lost("full disk", 4, 20), lost("queue", 8, 30)];
    store.ledger.append(facts).await.unwrap();
    let drops = |reason: &str, n, last_at_ms| Drops { reason: reason.to_owned(), n, last_at_ms };
    assert_eq!(
        store.ledger.drops(0).await.unwrap(),
        [drops("queue", 8, 30), drops("full disk", 7, 20)]
    );
    assert_eq!(store.ledger.drops(20).await.unwrap()[1], drops("full disk", 4, 20));
}
