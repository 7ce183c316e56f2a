//! What every engine promises about inferences.

use karat_records::{FailureKind, Inference, Outcome, Target, Usage};
use karat_store::{
    Fact, HourFilter, InferenceFilter, InferenceRow, Page, Places, SignalFilter, Spender, Store,
    StoreError,
};

use crate::samples::{attempted, full_inference, inference, thumb};

const HOUR_MS: i64 = 3_600_000;

pub fn fact(inference: Inference) -> Fact {
    Fact::Inference(Box::new(inference))
}

pub async fn append(store: &Store, inferences: impl IntoIterator<Item = Inference>) {
    store.ledger.append(inferences.into_iter().map(fact).collect()).await.unwrap();
}

/// Ids of the rows that fit, whatever the pages.
async fn ids(store: &Store, filter: InferenceFilter) -> String {
    let mut ids = Vec::new();
    let mut filter = InferenceFilter { limit: 2, ..filter };
    loop {
        let page = store.ledger.inferences(filter.clone()).await.unwrap();
        ids.extend(page.items.into_iter().map(|row| row.inference.id));
        filter.cursor = page.next;
        if filter.cursor.is_none() {
            return ids.join(" ");
        }
    }
}

pub async fn round_trip(store: Store) {
    assert_eq!(store.ledger.inference("").await.unwrap(), None);
    assert_eq!(store.ledger.places().await.unwrap(), Places::default());
    let (full, plain) = (full_inference("i1"), inference("i2", i64::MAX));
    let mut bare = inference("i3", i64::MIN);
    bare.feature = None;
    bare.usage = None;
    bare.attempts.clear();
    bare.request.clear();
    bare.text.clear();
    let all = [full.clone(), plain.clone(), bare.clone()];
    append(&store, all.clone()).await;
    append(&store, [Inference { text: "other".to_owned(), ..full.clone() }]).await;
    append(&store, all.iter().chain(&all).cloned()).await;
    for wanted in &all {
        let found = store.ledger.inference(&wanted.id).await.unwrap();
        assert_eq!(found.as_ref(), Some(wanted), "the first with an id stands");
    }
    let wanted = ["i3", "none", "i1"].map(str::to_owned);
    assert_eq!(store.ledger.inferences_of(&wanted).await.unwrap(), [bare, full.clone()]);

    let page = store.ledger.inferences(InferenceFilter { limit: 9, ..Default::default() });
    let page = page.await.unwrap();
    assert_eq!((page.items.len(), page.next), (3, None));
    let row = InferenceRow {
        number: 1,
        n_attempts: 2,
        failure: Some(FailureKind::ServerError),
        erased: false,
        inference: Inference {
            attempts: Vec::new(),
            inputs: None,
            request: String::new(),
            text: String::new(),
            tool_calls: Vec::new(),
            ..full
        },
    };
    assert_eq!(page.items[2], row);
    assert_eq!(store.ledger.places().await.unwrap().inferences, 3);
}

pub async fn prefixes(store: Store) {
    append(&store, ["018f-aaaa", "018f-abbb", "018f"].map(|id| inference(id, 5))).await;
    let id = async |prefix: &str| store.ledger.inference(prefix).await.unwrap().map(|it| it.id);
    assert_eq!(id("018f-ab").await.as_deref(), Some("018f-abbb"));
    assert_eq!(id("018f").await.as_deref(), Some("018f"), "a whole id wins over a prefix");
    assert_eq!(id("%").await, None);
    let error = store.ledger.inference("018f-a").await.unwrap_err();
    let ids = vec!["018f-aaaa".to_owned(), "018f-abbb".to_owned()];
    assert_eq!(error, StoreError::Ambiguous { prefix: "018f-a".to_owned(), ids });
}

pub async fn pages(store: Store) {
    // The order is that of arrival, whatever the times say.
    append(&store, (0..5).map(|i| inference(&format!("i{i}"), 100 - i))).await;
    let list = async |limit, cursor| {
        let filter = InferenceFilter { limit, cursor, ..InferenceFilter::default() };
        let page = store.ledger.inferences(filter).await.unwrap();
        let ids = page.items.into_iter().map(|row| row.inference.id).collect::<Vec<_>>();
        (ids.join(" "), page.next)
    };
    let (ids, next) = list(2, None).await;
    assert_eq!(ids, "i4 i3");
    append(&store, [inference("late", 200)]).await;
    let (ids, next) = list(3, next).await;
    assert_eq!((ids.as_str(), next), ("i2 i1 i0", None), "nothing moves, nothing follows");
    assert_eq!(list(0, None).await, (String::new(), None));
}

pub async fn filters(store: Store) {
    let base = |id: &str, ms| inference(id, ms);
    append(
        &store,
        [
            Inference { user: Some("ann".to_owned()), ..base("a", 0) },
            Inference { variant: Some("rules".to_owned()), ..base("b", HOUR_MS + 1) },
            Inference { feature: Some("reply".to_owned()), ..base("c", HOUR_MS) },
            Inference {
                outcome: Outcome::Failed,
                key: Some("k".to_owned()),
                ..base("d", 10 * HOUR_MS)
            },
            Inference {
                user: Some("ann".to_owned()),
                conversation: Some("talk".to_owned()),
                ..base("e", 5 * HOUR_MS)
            },
            Inference {
                feature: None,
                variant: None,
                outcome: Outcome::Cancelled,
                conversation: Some("talk".to_owned()),
                ..base("f", -1)
            },
        ],
    )
    .await;
    let about = |id: &str| Target { inference_id: Some(id.to_owned()), ..Target::default() };
    let thumbs = [("1", true, "a"), ("2", false, "a"), ("3", true, "e"), ("4", true, "a")];
    let signals = thumbs.map(|(id, up, of)| Fact::Signal(thumb(id, up, 20 * HOUR_MS, about(of))));
    store.ledger.append(signals.to_vec()).await.unwrap();

    let text = |text: &str| Some(text.to_owned());
    let any = InferenceFilter::default;
    let signal = |class: Option<&str>| {
        let class = class.map(str::to_owned);
        Some(SignalFilter { kind: "feedback.thumb".to_owned(), class })
    };
    for (filter, wanted) in [
        (any(), "f e d c b a"),
        (InferenceFilter { feature: text("triage"), ..any() }, "e d b a"),
        (InferenceFilter { feature: text("none"), ..any() }, ""),
        (InferenceFilter { variant: text("mini"), ..any() }, "e d c a"),
        (InferenceFilter { variant: text("rules"), feature: text("reply"), ..any() }, ""),
        (InferenceFilter { outcome: Some(Outcome::Answered), ..any() }, "e c b a"),
        (InferenceFilter { outcome: Some(Outcome::Failed), ..any() }, "d"),
        (InferenceFilter { outcome: Some(Outcome::Cut), ..any() }, ""),
        (InferenceFilter { outcome: Some(Outcome::Failed), feature: text("reply"), ..any() }, ""),
        (InferenceFilter { conversation: text("talk"), ..any() }, "f e"),
        (InferenceFilter { conversation: text("talk"), feature: text("triage"), ..any() }, "e"),
        (InferenceFilter { user: text("ann"), ..any() }, "e a"),
        (InferenceFilter { user: text("ann"), conversation: text("talk"), ..any() }, "e"),
        (InferenceFilter { key: text("k"), ..any() }, "d"),
        (InferenceFilter { since_ms: Some(HOUR_MS), ..any() }, "e d c b"),
        (InferenceFilter { since_ms: Some(HOUR_MS + 1), ..any() }, "e d b"),
        (InferenceFilter { until_ms: Some(HOUR_MS + 1), ..any() }, "f c a"),
        (InferenceFilter { until_ms: Some(HOUR_MS), ..any() }, "f a"),
        (InferenceFilter { since_ms: Some(0), until_ms: Some(6 * HOUR_MS), ..any() }, "e c b a"),
        (InferenceFilter { since_ms: Some(20 * HOUR_MS), ..any() }, ""),
        (InferenceFilter { signal: signal(None), ..any() }, "e a"),
        (InferenceFilter { signal: signal(Some("down")), ..any() }, "a"),
        (InferenceFilter { signal: signal(None), since_ms: Some(1), ..any() }, "e"),
        (InferenceFilter { signal: signal(Some("up")), user: text("ann"), ..any() }, "e a"),
        (InferenceFilter { signal: signal(Some("down")), user: text("ann"), ..any() }, "a"),
    ] {
        assert_eq!(ids(&store, filter.clone()).await, wanted, "{filter:?}");
        let mut arrived = Vec::new();
        let mut after = 0;
        loop {
            let filter = InferenceFilter { limit: 1, ..filter.clone() };
            let news = store.ledger.inferences_after(after, filter).await.unwrap();
            arrived.splice(0..0, news.items.into_iter().map(|row| row.inference.id));
            after = news.after;
            if news.is_end {
                break;
            }
        }
        assert_eq!(arrived.join(" "), wanted, "in the order of arrival: {filter:?}");
    }
}

pub async fn texts(store: Store) {
    append(&store, [full_inference("full"), inference("plain", 1)]).await;
    let torn = Inference { request: "{\"content\": \"TORN".to_owned(), ..inference("torn", 2) };
    append(&store, [torn]).await;
    for (text, wanted) in [
        ("CHARGED twice", "plain"),
        ("twice", "plain full"),
        ("billing", "torn plain"),
        ("Grüße \"twice\"", "full"),
        ("grÜSSE", ""),
        ("☕ grüße", "full"),
        ("user", ""),
        ("content", "torn"),
        ("torn", "torn"),
        ("look_up", ""),
    ] {
        let filter = InferenceFilter { text: Some(text.to_owned()), ..InferenceFilter::default() };
        assert_eq!(ids(&store, filter).await, wanted, "{text}");
    }
}

pub async fn news(store: Store) {
    let after = async |after| {
        let filter = InferenceFilter { limit: 2, ..InferenceFilter::default() };
        let news = store.ledger.inferences_after(after, filter).await.unwrap();
        let ids: Vec<_> = news.items.into_iter().map(|row| row.inference.id).collect();
        (ids.join(" "), news.after, news.is_end)
    };
    assert_eq!(after(0).await, (String::new(), 0, true));
    append(&store, [inference("a", 3), inference("b", 2), inference("c", 1)]).await;
    assert_eq!(after(0).await, ("a b".to_owned(), 2, false));
    assert_eq!(after(2).await, ("c".to_owned(), 3, true));
    append(&store, [inference("long ago", -9_999)]).await;
    assert_eq!(after(3).await, ("long ago".to_owned(), 4, true));
    assert_eq!(after(4).await, (String::new(), 4, true));
    assert_eq!(after(u64::MAX).await, (String::new(), u64::MAX, true));
}

pub async fn hours(store: Store) {
    let base = |id: &str, ms| inference(id, ms);
    let all = [
        base("a", 0),
        Inference {
            latency_ms: 100.0,
            cost_usd: None,
            attempts: Vec::new(),
            ..base("b", HOUR_MS - 1)
        },
        Inference { outcome: Outcome::Failed, usage: None, cost_usd: None, ..base("c", 5) },
        Inference { outcome: Outcome::Cut, first_chunk_ms: Some(90.0), ..base("d", 6) },
        Inference {
            outcome: Outcome::Cancelled,
            attempts: vec![attempted("x", 1.0), attempted("mini", 1.0)],
            ..base("e", 7)
        },
        Inference { served: None, ..base("f", 8) },
        Inference { simulated: true, ..base("g", 9) },
        base("h", HOUR_MS),
        Inference { feature: None, variant: None, ..base("i", -1) },
    ];
    // In one append and in several, in new hours and in known ones, and twice.
    append(&store, all[..3].iter().cloned()).await;
    for one in &all[2..] {
        append(&store, [one.clone()]).await;
    }
    append(&store, all.clone()).await;

    let list = async |filter| store.ledger.hours(filter).await.unwrap();
    let hours = list(HourFilter::default()).await;
    let keys: Vec<_> = hours
        .iter()
        .map(|hour| {
            let served = hour.served.as_deref();
            (hour.begins_at_ms, hour.feature.as_deref(), served, hour.simulated, hour.n)
        })
        .collect();
    let dated = Some("gpt-5-mini-2026-08-07");
    let triage = Some("triage");
    assert_eq!(
        keys,
        [
            (-HOUR_MS, None, dated, false, 1),
            (0, triage, dated, false, 5),
            (0, triage, dated, true, 1),
            (0, triage, Some("openai/gpt-5-mini"), false, 1),
            (HOUR_MS, triage, dated, false, 1),
        ]
    );
    let hour = &hours[1];
    assert_eq!((hour.n_failed, hour.n_cut, hour.n_cancelled, hour.n_retried), (1, 1, 1, 1));
    assert_eq!((hour.input_tokens, hour.output_tokens), (400, 80));
    assert_eq!((hour.cost_usd, hour.n_cost_unknown), (0.75, 2));
    assert_eq!((hour.latency.n(), hour.first_chunk.n()), (2, 1));
    for (p, ms) in [(0.5, 100.0), (0.99, 840.5)] {
        let said = hour.latency.quantile(p).unwrap();
        assert!((said - ms).abs() / ms < 0.05, "{said} for {ms}");
    }
    let some =
        list(HourFilter { feature: Some("triage".to_owned()), since_ms: Some(1), until_ms: None });
    assert_eq!(some.await.len(), 1);
    let some =
        list(HourFilter { since_ms: Some(0), until_ms: Some(HOUR_MS), ..Default::default() });
    assert_eq!(some.await.len(), 3);
    let feature = Some("triage".to_owned());
    for (since, until) in [(0, 2 * HOUR_MS), (-9, HOUR_MS), (HOUR_MS, HOUR_MS), (HOUR_MS, 0)] {
        let (since_ms, until_ms) = (Some(since), Some(until));
        let all = list(HourFilter { feature: None, since_ms, until_ms }).await;
        let wanted: Vec<_> = all.into_iter().filter(|hour| hour.feature == feature).collect();
        let found = list(HourFilter { feature: feature.clone(), since_ms, until_ms }).await;
        assert_eq!(found, wanted, "{since} to {until}");
    }
}

pub async fn spent(store: Store) {
    let keyed =
        |id: &str, ms, key: &str| Inference { key: Some(key.to_owned()), ..inference(id, ms) };
    append(
        &store,
        [
            keyed("a", HOUR_MS - 1, "k"),
            keyed("b", HOUR_MS, "k"),
            keyed("c", 3 * HOUR_MS, "l"),
            Inference { simulated: true, ..keyed("d", 3 * HOUR_MS, "k") },
            Inference { cost_usd: None, ..keyed("e", 3 * HOUR_MS, "k") },
            Inference {
                feature: Some("reply".to_owned()),
                key: None,
                ..inference("f", 4 * HOUR_MS)
            },
        ],
    )
    .await;
    let spent = async |spender: Spender, since_ms| {
        let spent = store.ledger.spent_since(&spender, since_ms).await.unwrap();
        (spent.usd, spent.simulated_usd, spent.n, spent.n_unknown)
    };
    let key = || Spender::Key("k".to_owned());
    assert_eq!(spent(key(), i64::MIN).await, (0.5, 0.25, 4, 1));
    assert_eq!(spent(key(), HOUR_MS - 1).await, (0.5, 0.25, 4, 1));
    assert_eq!(spent(key(), HOUR_MS).await, (0.25, 0.25, 3, 1));
    assert_eq!(spent(key(), HOUR_MS + 1).await, (0.0, 0.25, 2, 1));
    assert_eq!(spent(key(), i64::MAX).await, (0.0, 0.0, 0, 0));
    let feature = || Spender::Feature("triage".to_owned());
    assert_eq!(spent(feature(), HOUR_MS - 1).await, (0.75, 0.25, 5, 1));
    assert_eq!(spent(feature(), 3 * HOUR_MS - 1).await, (0.25, 0.25, 3, 1));
    assert_eq!(spent(Spender::All, HOUR_MS - 1).await, (1.0, 0.25, 6, 1));
    assert_eq!(spent(Spender::Key("none".to_owned()), 0).await, (0.0, 0.0, 0, 0));
}

pub async fn unstorable(store: Store) {
    let base = || inference("odd", 1);
    let mut slow = base();
    slow.attempts[0].attempt.waited_ms = Some(f64::NAN);
    for odd in [
        Inference { latency_ms: f64::INFINITY, ..base() },
        Inference { first_chunk_ms: Some(f64::NAN), ..base() },
        Inference { cost_usd: Some(f64::NEG_INFINITY), ..base() },
        Inference { usage: Some(Usage { output_tokens: u64::MAX, ..Usage::default() }), ..base() },
        slow,
    ] {
        let error = store.ledger.append(vec![fact(inference("good", 1)), fact(odd)]).await;
        let error = error.unwrap_err();
        assert!(matches!(&error, StoreError::Unstorable { fact, .. } if fact == "inference odd"));
    }
    let page = store.ledger.inferences(InferenceFilter { limit: 1, ..Default::default() });
    assert_eq!(page.await.unwrap(), Page { items: Vec::new(), next: None });
}
