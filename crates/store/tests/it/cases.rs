//! What every engine promises about versions of datasets and the order of loads.

use karat_records::{Case, Hash, Split};
use karat_store::{
    After, CasePage, CaseQuery, CaseSort, Chunk, Chunker, Finish, LoadFilter, Store,
};
use serde_json::{Value, json};

use crate::samples::{hash, version};

pub fn case(id: &str, message: &str) -> Case {
    let input = json!({ "message": message, "customer": { "tier": "gold" } });
    Case {
        id: id.to_owned(),
        input: input.as_object().unwrap().clone(),
        expected: Some(json!("billing")),
        metadata: [("channel".to_owned(), json!("mail"))].into_iter().collect(),
        tags: vec!["easy".to_owned()],
        split: Split::Both,
    }
}

/// So many cases: every third is held out, every fifth is hard, every seventh came by chat.
fn cases(n: usize) -> Vec<Case> {
    (0..n)
        .map(|index| {
            let mut case =
                case(&format!("c{:05}", (index * 7919) % 100_000), &format!("Größe {index}"));
            if index % 3 == 0 {
                case.split = Split::Gate;
            }
            if index % 5 == 0 {
                case.tags.push("hard".to_owned());
            }
            if index % 7 == 0 {
                case.metadata.insert("channel".to_owned(), json!("chat"));
            }
            case.metadata.insert("order".to_owned(), json!(index));
            case
        })
        .collect()
}

pub fn chunks(cases: &[Case]) -> Vec<Chunk> {
    let mut chunker = Chunker::default();
    let mut chunks = Vec::new();
    for case in cases {
        chunks.extend(chunker.push(case.clone(), &case.content_hash()).unwrap());
    }
    chunks.extend(chunker.close());
    chunks
}

/// Writes a whole version; its hash is made of the ids and contents.
async fn put(store: &Store, id: &str, cases: &[Case], at_ms: i64) -> Hash {
    store.cases.begin(id, "golden", at_ms).await.unwrap();
    for chunk in chunks(cases) {
        store.cases.add(id, chunk).await.unwrap();
    }
    let content: Vec<Value> =
        cases.iter().map(|case| json!([case.content_hash(), case.split])).collect();
    let hash = Hash::of_json(&Value::Array(content));
    let finish = Finish { hash: hash.clone(), stamp: json!({"of": id}), about: json!([1]), at_ms };
    store.cases.finish(id, finish).await.unwrap();
    hash
}

async fn all(store: &Store, id: &str, query: CaseQuery) -> (Vec<String>, Option<u64>) {
    let (mut ids, mut n, mut after) = (Vec::new(), None, None);
    loop {
        let counts = after.is_none();
        let query = CaseQuery { limit: 70, counts, after, ..query.clone() };
        let page: CasePage = store.cases.page(id, query.clone()).await.unwrap();
        n = n.or(page.n);
        assert!(page.cases.len() <= 70);
        ids.extend(page.cases.iter().map(|placed| placed.case.id.clone()));
        let Some(last) = page.cases.last().filter(|_| page.has_more) else { return (ids, n) };
        after = Some(match query.sort {
            CaseSort::Position => After::Position(last.position),
            CaseSort::Id => After::Id(last.case.id.clone()),
        });
    }
}

type Fits = fn(&Case) -> bool;

/// Pages of every order and filter hold exactly the cases that fit, each once, in order, and are counted.
pub async fn pages(store: Store) {
    let cases = cases(2_500);
    put(&store, "v1", &cases, 1).await;
    let field = |name: &str, value: &str| CaseQuery {
        fields: vec![(name.to_owned(), value.to_owned())],
        ..CaseQuery::default()
    };
    let text = |text: &str| CaseQuery { text: Some(text.to_owned()), ..CaseQuery::default() };
    let hard_mail = CaseQuery { tag: Some("hard".into()), ..field("metadata.channel", "mail") };
    let filters: Vec<(CaseQuery, Fits)> = vec![
        (CaseQuery::default(), |_| true),
        (CaseQuery { is_held_out: Some(true), ..CaseQuery::default() }, |c| c.split == Split::Gate),
        (CaseQuery { is_held_out: Some(false), ..CaseQuery::default() }, |c| {
            c.split == Split::Tune
        }),
        (CaseQuery { tag: Some("hard".into()), ..CaseQuery::default() }, |c| c.tags.len() == 2),
        (hard_mail, |c| c.tags.len() == 2 && c.metadata["channel"] == "mail"),
        (field("expected", "billing"), |_| true),
        (field("expected", "bill"), |_| false),
        // Too many values to be listed, and a field deeper than what is listed.
        (field("metadata.order", "1234"), |c| c.metadata["order"] == 1234),
        (field("input.customer.tier", "gold"), |_| true),
        (field("input.customer.tier", "gol"), |_| false),
        (text("GRÖSSE"), |_| false),
        (text("grÖße 12"), |c| c.input["message"].as_str().unwrap().starts_with("Größe 12")),
        (text("customer"), |_| false),
        (text("größe 12\nnothing"), |_| false),
    ];
    for (filter, fits) in filters {
        let mut expected: Vec<String> = cases
            .iter()
            .map(|case| Case { split: split(case), ..case.clone() })
            .filter(fits)
            .map(|case| case.id)
            .collect();
        for sort in [CaseSort::Position, CaseSort::Id] {
            if sort == CaseSort::Id {
                expected.sort_unstable();
            }
            for is_descending in [false, true] {
                let query = CaseQuery { sort, is_descending, ..filter.clone() };
                let mut wanted = expected.clone();
                if is_descending {
                    wanted.reverse();
                }
                let n = wanted.len() as u64;
                assert_eq!(all(&store, "v1", query.clone()).await, (wanted, Some(n)), "{query:?}");
            }
        }
    }
    let some = store.cases.at("v1", &[2_499, 0, 5_000, 1]).await.unwrap();
    let positions: Vec<u64> = some.iter().map(|placed| placed.position).collect();
    assert_eq!(positions, [2_499, 0, 1]);
    assert_eq!(some[2].case, Case { split: Split::Tune, ..cases[1].clone() });
}

fn split(case: &Case) -> Split {
    if case.split == Split::Gate { Split::Gate } else { Split::Tune }
}

pub async fn hidden_until_finished(store: Store) {
    assert!(store.cases.versions("golden").await.unwrap().is_empty());
    assert_eq!(store.cases.version("v1").await.unwrap(), None);
    assert_eq!(store.cases.page("v1", CaseQuery::default()).await.unwrap(), CasePage::default());
    let chunks = chunks(&cases(2_000));
    store.cases.begin("v1", "golden", 1).await.unwrap();
    let mut n = 0;
    for chunk in chunks {
        n += chunk.n() as u64;
        store.cases.add("v1", chunk).await.unwrap();
        let version = store.cases.version("v1").await.unwrap().unwrap();
        assert_eq!((version.n, version.is_whole), (n, false));
        // Who knows its id may look at what is there.
        let query = CaseQuery { limit: 3, counts: true, ..CaseQuery::default() };
        assert_eq!(store.cases.page("v1", query).await.unwrap().n, Some(n));
    }
    assert!(store.cases.versions("golden").await.unwrap().is_empty());
    store.cases.abandon("v1").await.unwrap();
    assert_eq!(store.cases.version("v1").await.unwrap(), None);
    // A second try is not in the way of the first one's chunks.
    put(&store, "v2", &cases(2_000), 2).await;
    assert_eq!(store.cases.versions("golden").await.unwrap()[0].n, 2_000);
    // What is finished stays.
    store.cases.abandon("v2").await.unwrap();
    assert_eq!(store.cases.versions("golden").await.unwrap().len(), 1);
}

pub async fn loads_again(store: Store) {
    let (old, new) = (cases(300), cases(301));
    let first = put(&store, "a", &old, 1).await;
    let second = put(&store, "b", &new, 2).await;
    let again = put(&store, "c", &old, 3).await;
    assert_eq!(first, again);
    let versions = store.cases.versions("golden").await.unwrap();
    let seen: Vec<_> = versions
        .iter()
        .map(|it| (it.id.as_str(), it.hash.as_str(), it.n, it.first_seen_ms, it.last_seen_ms))
        .collect();
    assert_eq!(seen, [("a", first.as_str(), 300, 1, 3), ("b", second.as_str(), 301, 2, 2)]);
    assert_eq!((versions[0].n_gate, &versions[0].stamp), (100, &json!({"of": "c"})));
    store.cases.stamp("b", json!(7), 4).await.unwrap();
    let newest = store.cases.versions("golden").await.unwrap().remove(0);
    assert_eq!((newest.id.as_str(), newest.stamp, newest.last_seen_ms), ("b", json!(7), 4));
}

pub async fn differences(store: Store) {
    let before = cases(3_000);
    let mut after = before.clone();
    after[10].expected = Some(json!("sales"));
    after[2_000].split = Split::Gate;
    after.remove(1_500);
    after.insert(700, case("new", "a new one"));
    after.swap(5, 6);
    put(&store, "a", &before, 1).await;
    put(&store, "b", &after, 2).await;
    let diff = store.cases.diff("a", "b", 10).await.unwrap();
    assert_eq!((diff.n_added, diff.n_removed, diff.n_changed, diff.n_same), (1, 1, 2, 2_997));
    assert_eq!((diff.added[0].case.id.as_str(), diff.added[0].position), ("new", 700));
    assert_eq!(
        (diff.removed[0].case.id.as_str(), diff.removed[0].position),
        (before[1_500].id.as_str(), 1_500)
    );
    let (old, new) = &diff.changed[0];
    assert_eq!(
        (&old.case.expected, &new.case.expected),
        (&Some(json!("billing")), &Some(json!("sales")))
    );
    let (old, new) = &diff.changed[1];
    assert_eq!((old.case.split, new.case.split), (Split::Tune, Split::Gate));
    let back = store.cases.diff("b", "a", 1).await.unwrap();
    assert_eq!((back.n_added, back.n_removed, back.n_changed, back.changed.len()), (1, 1, 2, 1));
    let none = store.cases.diff("a", "a", 10).await.unwrap();
    assert_eq!((none.n_added, none.n_removed, none.n_changed, none.n_same), (0, 0, 0, 3_000));
}

pub async fn unstorable(store: Store) {
    store.cases.begin("v1", "golden", 1).await.unwrap();
    put(&store, "v2", &cases(10), 2).await;
    let late = chunks(&cases(10)).remove(0);
    assert!(store.cases.add("v2", late).await.is_err(), "a finished version takes no more");
    assert_eq!(store.cases.versions("golden").await.unwrap()[0].n, 10);
}

pub async fn load_pages(store: Store) {
    let catalog = &store.catalog;
    for (at, (kind, content)) in
        [("prompt", "a"), ("secret", "x"), ("prompt", "b"), ("rules", "r"), ("prompt", "a")]
            .into_iter()
            .enumerate()
    {
        catalog.put(version(kind, "one", content, i64::try_from(at).unwrap())).await.unwrap();
    }
    let (mut seen, mut cursor) = (Vec::new(), None);
    loop {
        let kinds = vec!["prompt".to_owned(), "rules".to_owned()];
        let page = catalog.loads(LoadFilter { kinds, limit: 3, cursor }).await.unwrap();
        seen.extend(page.items.into_iter().map(|version| (version.kind, version.seen_at_ms)));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let words: Vec<(&str, i64)> = seen.iter().map(|(kind, at)| (kind.as_str(), *at)).collect();
    assert_eq!(words, [("prompt", 4), ("rules", 3), ("prompt", 2), ("prompt", 0)]);
    let before = |name: &'static str| async move {
        let found = catalog.with_before("prompt", "one", &hash(name)).await.unwrap();
        found.map(|(version, before)| (version.seen_at_ms, before.map(|it| it.seen_at_ms)))
    };
    assert_eq!(before("a").await, Some((4, Some(2))));
    assert_eq!(before("b").await, Some((2, Some(0))));
    assert_eq!(before("never").await, None);
}
