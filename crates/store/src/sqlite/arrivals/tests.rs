//! What the files of arrivals hold, and who brings it into the database.

use std::path::Path;

use karat_records::{Endpoint, Inference, Outcome};

use super::{SUFFIX, of_database};
use crate::sqlite::upkeep::beside;
use crate::{Durability, Fact, HourFilter, InferenceFilter, Options, Store, StoreError};

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap()
}

fn open(path: &Path, max_pages: Option<u32>) -> Store {
    let options = Options { durability: Durability::Process, max_pages };
    Store::open(path, options).unwrap()
}

fn inference(id: &str) -> Inference {
    serde_json::from_value(serde_json::json!({
        "id": id, "received_at_ms": 1, "endpoint": Endpoint::ChatCompletions, "feature": "triage",
        "unproven": false, "simulated": false, "outcome": Outcome::Answered, "status": 200, "streamed": false,
        "latency_ms": 0.1, "usage_estimated": false, "tags": {}, "attempts": [], "request": "{\"a\":\"\n\"}",
        "text": "two\nlines", "tool_calls": []
    }))
    .unwrap()
}

fn line(id: &str) -> Vec<u8> {
    super::lines(&[Fact::Inference(Box::new(inference(id)))]).unwrap()
}

async fn append(store: &Store, id: &str) -> Result<(), StoreError> {
    store.ledger.append(vec![Fact::Inference(Box::new(inference(id)))]).await
}

async fn ids(store: &Store) -> Vec<String> {
    let filter = InferenceFilter { limit: 100_000, ..InferenceFilter::default() };
    let rows = store.ledger.inferences(filter).await.unwrap().items;
    let hours = store.ledger.hours(HourFilter::default()).await.unwrap();
    assert_eq!(hours.iter().map(|hour| hour.n).sum::<u64>(), rows.len() as u64);
    let mut ids: Vec<String> = rows.into_iter().map(|row| row.inference.id).collect();
    ids.sort();
    ids
}

#[test]
fn what_a_dead_process_left_is_brought_in_once() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("karat.db");
    drop(open(&path, None));
    let left = beside(&path, &format!("{SUFFIX}7"));
    let torn = &line("c")[..40];
    std::fs::write(&left, [&line("a")[..], &line("b"), &line("a"), torn].concat()).unwrap();
    runtime().block_on(async {
        let store = open(&path, None);
        assert_eq!(ids(&store).await, ["a", "b"], "a line without its end was never acknowledged");
        assert_eq!(store.ledger.inference("b").await.unwrap(), Some(inference("b")));
        std::fs::write(&left, line("b")).unwrap();
        let second = open(&path, None);
        assert_eq!(ids(&second).await, ["a", "b"]);
    });
    assert_eq!(of_database(&path), Vec::<std::path::PathBuf>::new());
}

#[test]
fn a_line_that_cannot_be_read_is_kept_under_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("karat.db");
    drop(open(&path, None));
    let left = beside(&path, &format!("{SUFFIX}1"));
    std::fs::write(&left, [&line("a")[..], b"\0\0\0\n", &line("b")].concat()).unwrap();
    runtime().block_on(async { assert_eq!(ids(&open(&path, None)).await, ["a"]) });
    assert!(!left.exists() && beside(&left, ".damaged").exists());
}

#[test]
fn the_files_of_a_living_process_are_its_own_and_end_empty() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("karat.db");
    runtime().block_on(async {
        let (one, two) = (open(&path, None), open(&path, None));
        for i in 0..50 {
            append(&one, &format!("one-{i:02}")).await.unwrap();
            append(&two, &format!("two-{i:02}")).await.unwrap();
        }
        assert_eq!(of_database(&path).len(), 4, "two for each");
        drop(open(&path, None));
        assert_eq!(of_database(&path).len(), 4, "a third takes nobody's");
        assert_eq!(ids(&one).await.len(), 100, "what another process has is waited for");
        assert_eq!(ids(&two).await.len(), 100);
        let length = |path| std::fs::metadata(path).unwrap().len();
        assert!(of_database(&path).into_iter().map(length).all(|length| length == 0));
        one.close().await.unwrap();
        two.close().await.unwrap();
    });
    assert!(of_database(&path).is_empty());
}

#[test]
fn what_is_acknowledged_stays_while_the_database_is_full_and_what_follows_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("karat.db");
    drop(open(&path, None));
    let pages = |path: &Path| {
        let connection = rusqlite::Connection::open(path).unwrap();
        connection.query_row("PRAGMA page_count", [], |row| row.get::<_, u32>(0)).unwrap()
    };
    let most = pages(&path);
    let acknowledged = runtime().block_on(async {
        let store = open(&path, Some(most));
        let mut acknowledged = Vec::new();
        let refused = loop {
            let id = format!("i-{:05}", acknowledged.len());
            match append(&store, &id).await {
                Ok(()) => acknowledged.push(id),
                Err(error) => break error,
            }
            assert!(acknowledged.len() < 10_000, "it never fills");
        };
        assert_eq!(refused, StoreError::NoSpace { path: path.clone() });
        acknowledged
    });
    assert!(!of_database(&path).is_empty(), "it waits beside the database");
    runtime().block_on(async { assert_eq!(ids(&open(&path, None)).await, acknowledged) });
}
