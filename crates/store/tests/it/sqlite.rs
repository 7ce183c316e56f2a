//! What only the embedded engine can get wrong: files, locks and the disk.

use std::path::Path;
use std::time::Duration;

use karat_store::{Durability, Fact, Options, Store, StoreError};
use rusqlite::TransactionBehavior;

use crate::conformance::conformance;
use crate::samples::{open, run, runtime, trial, version};

/// Stores in folders of their own below one that is removed at the end.
fn conforms(durability: Durability) {
    let folder = tempfile::tempdir().unwrap();
    let n_stores = std::cell::Cell::new(0);
    conformance(|| {
        n_stores.set(n_stores.get() + 1);
        open(&folder.path().join(n_stores.get().to_string()), durability)
    });
}

#[test]
fn sqlite_conforms_when_a_killed_process_may_lose_nothing() {
    conforms(Durability::Process);
}

#[test]
fn sqlite_conforms_when_a_power_cut_may_lose_nothing() {
    conforms(Durability::Power);
}

#[test]
fn sqlite_conforms_when_facts_are_acknowledged_in_memory() {
    conforms(Durability::Fast);
}

#[test]
fn a_full_database_refuses_further_facts_and_keeps_the_earlier_ones() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("karat.db");
    let options = Options { durability: Durability::Process, max_pages: Some(80) };
    let store = Store::open(&path, options).unwrap();
    runtime().block_on(async {
        let mut kept = Vec::new();
        let error = loop {
            let id = format!("t{:04}", kept.len());
            match store.ledger.append(vec![Fact::Trial(trial(&id, "r1", &id, 1))]).await {
                Ok(()) => kept.push(id),
                Err(error) => break error,
            }
        };
        assert!(kept.len() > 50, "{}", kept.len());
        assert_eq!(error, StoreError::NoSpace { path: path.clone() });
        assert!(error.to_string().contains("karat.db: no space left; free some"), "{error}");
        // It goes on answering, and what fits is stored.
        let again = store.ledger.append(vec![Fact::RunStarted(run("r1", "triage", 1))]).await;
        assert!(matches!(again, Ok(()) | Err(StoreError::NoSpace { .. })), "{again:?}");
        let ids = |trials: Vec<karat_records::Trial>| {
            trials.into_iter().map(|trial| trial.id).collect::<Vec<_>>()
        };
        assert_eq!(ids(store.ledger.trials_of_run("r1").await.unwrap()), kept);
        store.close().await.unwrap();
        let roomy = open(folder.path(), Durability::Process);
        roomy.ledger.append(vec![Fact::Trial(trial("z", "r1", "z", 1))]).await.unwrap();
        kept.push("z".to_owned());
        assert_eq!(ids(roomy.ledger.trials_of_run("r1").await.unwrap()), kept);
    });
}

#[test]
fn in_a_full_database_one_large_append_does_not_take_its_neighbours_with_it() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { durability: Durability::Process, max_pages: Some(200) };
    let store = Store::open(&folder.path().join("karat.db"), options).unwrap();
    runtime().block_on(async {
        let large =
            (0..3_000).map(|i| Fact::Trial(trial(&format!("l{i}"), "r1", "k", i))).collect();
        let small = |id: &str| vec![Fact::Trial(trial(id, "r2", id, 1))];
        let (a, b, c) = tokio::join!(
            store.ledger.append(small("a")),
            store.ledger.append(large),
            store.ledger.append(small("c")),
        );
        a.unwrap();
        assert!(matches!(b, Err(StoreError::NoSpace { .. })), "{b:?}");
        c.unwrap();
        assert_eq!(store.ledger.counts().await.unwrap().trials, 2);
    });
}

#[test]
fn facts_that_were_lost_after_an_acknowledgement_in_memory_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { durability: Durability::Fast, max_pages: Some(40) };
    let store = Store::open(&folder.path().join("karat.db"), options).unwrap();
    runtime().block_on(async {
        for i in 0..500 {
            let id = format!("t{i}");
            store.ledger.append(vec![Fact::Trial(trial(&id, "r1", &id, 1))]).await.unwrap();
        }
        let counts = store.ledger.counts().await.unwrap();
        assert!(counts.lost > 0);
        assert_eq!(counts.trials + counts.lost, 500);
        assert!(matches!(store.close().await, Err(StoreError::NoSpace { .. })));
    });
}

#[test]
fn a_newer_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("karat.db");
    drop(open(folder.path(), Durability::Process));
    set_version(&path, 7);
    let before = std::fs::read(&path).unwrap();
    let error = Store::open(&path, Options::default()).unwrap_err();
    assert_eq!(error, StoreError::Newer { path: path.clone(), found: 7, known: 4 });
    let message = error.to_string();
    let expected = "found schema version 7, this binary knows 4; use a newer karat";
    assert!(message.ends_with(expected), "{message}");
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("karat.db");
    let notes = "Shopping list: milk, bread, and other things. ".repeat(100);
    std::fs::write(&path, &notes).unwrap();
    let error = Store::open(&path, Options::default()).unwrap_err();
    assert_eq!(error, StoreError::NotADatabase { path: path.clone() });
    assert_eq!(std::fs::read_to_string(&path).unwrap(), notes);
}

#[test]
fn a_folder_in_the_place_of_the_file_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("karat.db");
    std::fs::create_dir(&path).unwrap();
    let error = Store::open(&path, Options::default()).unwrap_err();
    assert_eq!(error, StoreError::NotADatabase { path: path.clone() });
    assert_eq!(files(folder.path()), ["karat.db"]);
}

#[test]
fn the_database_of_another_program_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("karat.db");
    let other = rusqlite::Connection::open(&path).unwrap();
    other.execute_batch("CREATE TABLE bookmarks (url TEXT)").unwrap();
    drop(other);
    let before = std::fs::read(&path).unwrap();
    let error = Store::open(&path, Options::default()).unwrap_err();
    assert_eq!(error, StoreError::NotADatabase { path: path.clone() });
    assert_eq!(std::fs::read(&path).unwrap(), before);
}

#[test]
fn a_damaged_answer_is_named_and_costs_no_other() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("karat.db");
    let store = open(folder.path(), Durability::Process);
    runtime().block_on(async {
        let facts = ["t1", "t2"].map(|id| Fact::Trial(trial(id, id, id, 1))).to_vec();
        store.ledger.append(facts).await.unwrap();
        store.close().await.unwrap();
        let vandal = rusqlite::Connection::open(&path).unwrap();
        let sql = "UPDATE trial_bodies SET answer = x'01ff' WHERE trial = 1";
        assert_eq!(vandal.execute(sql, []).unwrap(), 1);
        drop(vandal);
        let store = open(folder.path(), Durability::Process);
        let error = store.ledger.trials_of_run("t1").await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error}");
        assert_eq!(store.ledger.trials_of_run("t2").await.unwrap().len(), 1);
    });
}

#[test]
fn a_closed_database_is_one_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Process);
    runtime().block_on(async {
        store.ledger.append(vec![Fact::Trial(trial("t1", "r1", "k1", 1))]).await.unwrap();
        store.ledger.counts().await.unwrap();
        assert_eq!(files(folder.path()), ["karat.db", "karat.db-shm", "karat.db-wal"]);
        store.close().await.unwrap();
    });
    assert_eq!(files(folder.path()), ["karat.db"]);
}

#[test]
fn a_dropped_store_writes_what_it_acknowledged_in_memory() {
    let folder = tempfile::tempdir().unwrap();
    runtime().block_on(async {
        let store = open(folder.path(), Durability::Fast);
        for i in 0..300 {
            let id = format!("t{i}");
            store.ledger.append(vec![Fact::Trial(trial(&id, "r1", &id, 1))]).await.unwrap();
        }
        drop(store);
        assert_eq!(files(folder.path()), ["karat.db"]);
        let store = open(folder.path(), Durability::Fast);
        assert_eq!(store.ledger.counts().await.unwrap().trials, 300);
    });
}

#[test]
fn two_stores_write_one_file_at_the_same_time() {
    let folder = tempfile::tempdir().unwrap();
    let runtime = runtime();
    // Opened at the same moment too: both find no database.
    let stores: Vec<Store> = std::thread::scope(|scope| {
        let opening: Vec<_> =
            (0..2).map(|_| scope.spawn(|| open(folder.path(), Durability::Process))).collect();
        opening.into_iter().map(|store| store.join().unwrap()).collect()
    });
    runtime.block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for (s, store) in stores.iter().enumerate() {
            for task in 0..8 {
                let ledger = store.ledger.clone();
                tasks.spawn(async move {
                    for i in 0..150 {
                        let id = format!("t{s}-{task}-{i}");
                        ledger.append(vec![Fact::Trial(trial(&id, "r1", &id, i))]).await.unwrap();
                    }
                });
            }
            let catalog = store.catalog.clone();
            tasks.spawn(async move {
                for i in 0..20 {
                    catalog.put(version("mvq", "triage", &format!("{s} {i}"), i)).await.unwrap();
                }
            });
        }
        tasks.join_all().await;
        for store in &stores {
            assert_eq!(store.ledger.counts().await.unwrap().trials, 2 * 8 * 150);
            assert_eq!(store.catalog.history("mvq", "triage").await.unwrap().len(), 40);
        }
        for store in stores {
            store.close().await.unwrap();
        }
    });
    assert_eq!(files(folder.path()), ["karat.db"]);
}

#[test]
fn a_lock_of_another_process_is_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Process);
    let mut other = rusqlite::Connection::open(folder.path().join("karat.db")).unwrap();
    runtime().block_on(async {
        let lock = other.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        let facts = vec![Fact::Trial(trial("t1", "r1", "k1", 1))];
        let mut append = std::pin::pin!(store.ledger.append(facts));
        let early = tokio::time::timeout(Duration::from_millis(50), append.as_mut()).await;
        assert!(early.is_err(), "{early:?}");
        assert_eq!(store.ledger.counts().await.unwrap().trials, 0, "reading goes on");
        drop(lock);
        append.await.unwrap();
    });
}

#[test]
fn a_lock_that_is_never_released_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Process);
    let mut other = rusqlite::Connection::open(folder.path().join("karat.db")).unwrap();
    runtime().block_on(async {
        let lock = other.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
        let facts = vec![Fact::Trial(trial("t1", "r1", "k1", 1))];
        let error = store.ledger.append(facts.clone()).await.unwrap_err();
        assert!(matches!(error, StoreError::Busy { .. }), "{error}");
        drop(lock);
        store.ledger.append(facts).await.unwrap();
    });
}

#[test]
fn the_log_stays_short_under_load() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Process);
    let log = folder.path().join("karat.db-wal");
    runtime().block_on(async {
        let mut longest = 0;
        for i in 0..60 {
            let mut fact = trial(&format!("t{i:02}"), "r1", "k", i);
            fact.answer.output = noise(2_000_000, i.unsigned_abs()).into();
            store.ledger.append(vec![Fact::Trial(fact)]).await.unwrap();
            longest = longest.max(std::fs::metadata(&log).unwrap().len());
        }
        assert!(longest < 75_000_000, "{longest}");
        store.close().await.unwrap();
        let size = std::fs::metadata(folder.path().join("karat.db")).unwrap().len();
        assert!(size > 80_000_000, "{size}");
    });
}

/// Text that hardly compresses.
pub fn noise(length: usize, seed: u64) -> String {
    let mut state = seed;
    let letter = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        char::from(b'0' + (state >> 58) as u8)
    };
    std::iter::repeat_with(letter).take(length).collect()
}

#[test]
fn a_query_sees_one_moment_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Process);
    runtime().block_on(async {
        let ledger = store.ledger.clone();
        let writing = async {
            for i in 0..200 {
                // Two facts per append: a reader may never see one without the other.
                let facts = [0, 1].map(|half| {
                    let id = format!("t{i}-{half}");
                    Fact::Trial(trial(&id, "r1", &id, i))
                });
                ledger.append(facts.to_vec()).await.unwrap();
            }
        };
        let reading = async {
            loop {
                let n = store.ledger.trials_of_run("r1").await.unwrap().len();
                assert_eq!(n % 2, 0);
                if n == 400 {
                    break;
                }
            }
        };
        tokio::join!(writing, reading);
    });
}

fn files(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort_unstable();
    names
}

fn set_version(path: &Path, version: u32) {
    let connection = rusqlite::Connection::open(path).unwrap();
    connection.pragma_update(None, "user_version", version).unwrap();
    connection.pragma_update(None, "journal_mode", "DELETE").unwrap();
}
