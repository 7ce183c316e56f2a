//! Erasure, retention, size and copies: what every engine promises, and what stays in the embedded one's files.

use std::path::PathBuf;

use karat_records::{Inference, LiveScore, Signal};
use karat_store::{
    Durability, Erased, Fact, Forgotten, HourFilter, InferenceFilter, Options, Store, StoreError,
};

use crate::inferences::append;
use crate::samples::{full_inference, inference, live_score, open, runtime, thumb};
use crate::signals::{about, send};
use crate::sqlite::noise;

async fn rows(store: &Store) -> Vec<(String, bool)> {
    let filter = InferenceFilter { limit: 10_000, ..InferenceFilter::default() };
    let page = store.ledger.inferences(filter).await.unwrap();
    page.items.into_iter().map(|row| (row.inference.id, row.erased)).collect()
}

pub async fn erasure(store: Store) {
    let ann = || Some("ann".to_owned());
    let talk = || Some("Ann's talk".to_owned());
    let mine = |id: &str| Inference { user: ann(), conversation: talk(), ..full_inference(id) };
    // More than one step holds.
    append(&store, (0..450).map(|i| mine(&format!("a{i}")))).await;
    let theirs = Inference { user: Some("ben".to_owned()), ..full_inference("b") };
    append(&store, [theirs.clone()]).await;
    let said = |id: &str, of: &str| Signal {
        user: ann(),
        session: talk(),
        ..thumb(id, false, 99, about(of))
    };
    let by_ben = Signal { user: Some("ben".to_owned()), ..thumb("s4", true, 99, about("a9")) };
    send(&store, [said("s1", "a7"), said("s2", "b"), said("s3", "late"), by_ben]).await;
    let score = LiveScore { explanation: ann(), ..live_score("a7", Some(0.5), 9) };
    store.ledger.append(vec![Fact::LiveScore(score.clone())]).await.unwrap();
    let hours = store.ledger.hours(HourFilter::default()).await.unwrap();

    let nobody = store.ledger.erase_user("nobody").await.unwrap();
    assert_eq!(nobody, Erased::default());
    let erased = store.ledger.erase_user("ann").await.unwrap();
    assert_eq!(erased, Erased { inferences: 450, signals: 4 });
    assert_eq!(store.ledger.erase_user("ann").await.unwrap(), Erased::default());

    let found = store.ledger.inference("a7").await.unwrap().unwrap();
    let full = full_inference("a7");
    let wanted = Inference {
        user: None,
        conversation: None,
        tags: std::collections::BTreeMap::new(),
        request: String::new(),
        text: String::new(),
        inputs: None,
        attempts: Vec::new(),
        tool_calls: Vec::new(),
        ..full
    };
    assert_eq!(found, wanted);
    assert_eq!(store.ledger.inference("b").await.unwrap(), Some(theirs));
    assert_eq!(store.ledger.hours(HourFilter::default()).await.unwrap(), hours);
    let of = ["a7", "a9", "b"].map(str::to_owned);
    for bound in store.ledger.signals_of(&of).await.unwrap() {
        assert_eq!((bound.user, bound.signal.user, bound.signal.session), (None, None, None));
        assert!(bound.signal.data.is_empty());
        assert!(!bound.class.is_empty(), "what is counted stays");
    }
    let scores = store.ledger.live_scores_of(&of).await.unwrap();
    assert_eq!(scores[0].score, LiveScore { explanation: None, ..score });
    // What was erased is bound to nothing that comes later.
    append(&store, [inference("late", 100)]).await;
    assert!(store.ledger.signals_of(&["late".to_owned()]).await.unwrap().is_empty());
    let filter = InferenceFilter { user: ann(), limit: 1, ..InferenceFilter::default() };
    assert!(store.ledger.inferences(filter).await.unwrap().items.is_empty());
}

pub async fn retention(store: Store) {
    let nothing = store.ledger.forget_before(i64::MAX).await.unwrap();
    assert_eq!(nothing, Forgotten::default());
    let hour_ms = 3_600_000;
    append(&store, (0..500).map(|i| inference(&format!("old{i}"), i))).await;
    append(&store, [inference("young", 9 * hour_ms), inference("late", 7)]).await;
    append(&store, [inference("newest", 8 * hour_ms)]).await;
    let signal = |id: &str, at_ms, of: &str| thumb(id, true, at_ms, about(of));
    send(&store, [signal("s1", 8, "old1"), signal("s2", 9 * hour_ms, "young")]).await;
    store.ledger.append(vec![Fact::LiveScore(live_score("old1", None, 9))]).await.unwrap();
    let hours = store.ledger.hours(HourFilter::default()).await.unwrap();
    let before = store.ledger.places().await.unwrap();

    let forgotten = store.ledger.forget_before(5 * hour_ms).await.unwrap();
    assert_eq!(forgotten, Forgotten { inferences: 501, signals: 1 });
    let left = [("newest".to_owned(), false), ("young".to_owned(), false)];
    assert_eq!(rows(&store).await, left);
    assert_eq!(store.ledger.inference("old1").await.unwrap(), None);
    assert!(store.ledger.live_scores_of(&["old1".to_owned()]).await.unwrap().is_empty());
    assert_eq!(store.ledger.signals_after(0, 9).await.unwrap().items.len(), 1);
    assert_eq!(store.ledger.hours(HourFilter::default()).await.unwrap(), hours);

    let forgotten = store.ledger.forget_before(i64::MAX).await.unwrap();
    assert_eq!(forgotten, Forgotten { inferences: 1, signals: 1 });
    assert_eq!(rows(&store).await, [("newest".to_owned(), true)]);
    assert_eq!(store.ledger.forget_before(i64::MAX).await.unwrap(), Forgotten::default());
    // No place is given twice, so whoever read up to here sees what comes.
    assert_eq!(store.ledger.places().await.unwrap(), before);
    append(&store, [inference("next", 1)]).await;
    send(&store, [signal("s3", 2, "next")]).await;
    let any = InferenceFilter { limit: 9, ..InferenceFilter::default() };
    let news = store.ledger.inferences_after(before.inferences, any).await.unwrap();
    assert_eq!(news.items.len(), 1);
    assert_eq!(store.ledger.signals_after(before.signals, 9).await.unwrap().items.len(), 1);
}

pub async fn bodies(store: Store) {
    append(&store, (0..450).map(|i| full_inference(&format!("i{i:03}")))).await;
    let has_body = async |id: &str| {
        let found = store.ledger.inference(id).await.unwrap().unwrap();
        !found.request.is_empty()
    };
    assert_eq!(store.ledger.forget_bodies(0).await.unwrap(), 0);
    assert_eq!(store.ledger.forget_bodies(300).await.unwrap(), 300);
    assert!(!has_body("i299").await, "those that arrived first go first");
    assert!(has_body("i300").await);
    assert_eq!(rows(&store).await.len(), 450, "their rows stay");
    assert_eq!(store.ledger.forget_bodies(1_000).await.unwrap(), 150);
    assert_eq!(store.ledger.forget_bodies(1_000).await.unwrap(), 0);
    let found = store.ledger.inference("i449").await.unwrap().unwrap();
    assert_eq!(found.user, full_inference("i449").user);
}

#[test]
fn a_copy_takes_the_place_of_a_database_that_nobody_uses_and_only_a_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let store = open(folder.path(), Durability::Process);
    let db = std::fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().path());
    let db = db.into_iter().find(|path| path.extension().is_some_and(|it| it == "db")).unwrap();
    let (copy, fresh) = (path("copy.db.kept"), path("fresh.db.kept"));
    let restore = |from: &PathBuf, to: &PathBuf, may| Store::restore(from, to, may);
    let ids =
        async |store: &Store| rows(store).await.into_iter().map(|row| row.0).collect::<Vec<_>>();
    runtime().block_on(async {
        append(&store, [inference("kept", 1)]).await;
        store.backup(&copy).await.unwrap();
        append(&store, [inference("later", 2)]).await;

        // In a new place at once; over what is there only where that is said, and never under its hands.
        let restored = restore(&copy, &fresh, false).unwrap();
        assert_eq!(restored.inferences, 1);
        let exists = restore(&copy, &db, false).unwrap_err();
        assert_eq!(exists, StoreError::Exists { path: db.clone() });
        let busy = restore(&copy, &db, true).unwrap_err();
        assert_eq!(busy, StoreError::Busy { path: db.clone() });
        assert_eq!(ids(&store).await, ["later", "kept"]);
        // A database in use is no copy.
        assert!(matches!(restore(&db, &path("x"), false), Err(StoreError::Busy { .. })));
        store.close().await.unwrap();
        drop(store);

        // What is no whole copy leaves everything as it was.
        let bytes = std::fs::read(&copy).unwrap();
        std::fs::write(path("half"), &bytes[..bytes.len() / 2]).unwrap();
        std::fs::write(path("text"), "not a database, but longer than nothing").unwrap();
        std::fs::write(path("empty"), "").unwrap();
        for wrong in ["half", "text", "empty", "absent"] {
            let refused = restore(&path(wrong), &db, true).unwrap_err();
            assert!(refused.to_string().contains(wrong), "{refused}");
        }
        let before = Store::open(&db, Options::default()).unwrap();
        assert_eq!(ids(&before).await, ["later", "kept"]);
        before.close().await.unwrap();
        drop(before);

        restore(&copy, &db, true).unwrap();
        let after = Store::open(&db, Options::default()).unwrap();
        assert_eq!(ids(&after).await, ["kept"]);
        after.close().await.unwrap();
        drop(after);
        // A damaged database may go, and a log that it left is not read as part of the copy.
        std::fs::write(&db, &bytes[..bytes.len() / 2]).unwrap();
        std::fs::write(path("left"), "").unwrap();
        restore(&copy, &db, true).unwrap();
        let mended = Store::open(&db, Options::default()).unwrap();
        assert_eq!(ids(&mended).await, ["kept"]);
        let leftovers = std::fs::read_dir(folder.path()).unwrap();
        let names: Vec<String> = leftovers
            .map(|file| file.unwrap().file_name().to_string_lossy().into_owned())
            .filter(|name| name.contains("restoring"))
            .collect();
        assert!(names.is_empty(), "{names:?}");
    });
}

#[test]
fn nothing_of_an_erased_user_stays_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Process);
    let secret = "xyzzy-plugh";
    let holds = || {
        let files = std::fs::read_dir(folder.path()).unwrap();
        let paths = files.map(|file| file.unwrap().path()).filter(|path| {
            let bytes = std::fs::read(path).unwrap();
            bytes.windows(secret.len()).any(|part| part == secret.as_bytes())
        });
        paths.collect::<Vec<_>>()
    };
    runtime().block_on(async {
        for i in 0..50 {
            let told = Inference {
                user: Some(secret.to_owned()),
                conversation: Some(secret.to_owned()),
                // Long enough for pages of their own, and short enough to stay plain.
                text: if i % 2 == 0 {
                    secret.to_owned()
                } else {
                    format!("{secret}{i}").repeat(2_000)
                },
                request: secret.to_owned(),
                ..inference(&format!("i{i}"), 1)
            };
            append(&store, [told, inference(&format!("j{i}"), 1)]).await;
            let about = about(&format!("i{i}"));
            send(
                &store,
                [Signal {
                    session: Some(secret.to_owned()),
                    ..thumb(&format!("s{i}"), true, 2, about)
                }],
            )
            .await;
        }
        assert!(!holds().is_empty());
        let erased = store.ledger.erase_user(secret).await.unwrap();
        assert_eq!(erased, Erased { inferences: 50, signals: 50 });
        assert_eq!(holds(), [""; 0].map(PathBuf::from), "while the store is open");
        store.close().await.unwrap();
        assert_eq!(holds(), [""; 0].map(PathBuf::from));
    });
}

#[test]
fn a_copy_made_while_others_write_is_one_moment_and_opens_like_any_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Process);
    let to = folder.path().join("copy.db");
    runtime().block_on(async {
        append(&store, (0..2_000).map(|i| inference(&format!("i{i:05}"), i))).await;
        let ledger = store.clone();
        let writing = async {
            for i in 2_000..2_300 {
                let pair =
                    [inference(&format!("i{i:05}-0"), i), inference(&format!("i{i:05}-1"), i)];
                append(&ledger, pair).await;
            }
        };
        let (copied, ()) = tokio::join!(store.backup(&to), writing);
        copied.unwrap();
        let again = store.backup(&to).await.unwrap_err();
        assert_eq!(again, StoreError::Exists { path: to.clone() });
        let nowhere = store.backup(&folder.path().join("none").join("copy.db")).await;
        assert!(nowhere.is_err());

        let copy = Store::open(&to, Options::default()).unwrap();
        let n = rows(&copy).await.len();
        assert!((2_000..=2_600).contains(&n) && n % 2 == 0, "{n}");
        let hours = copy.ledger.hours(HourFilter::default()).await.unwrap();
        assert_eq!(hours.iter().map(|hour| hour.n).sum::<u64>(), n as u64);
        append(&copy, [inference("new", 1)]).await;
        assert_eq!(rows(&store).await.len(), 2_600);
        assert!(!folder.path().join("copy.db.part").exists());
    });
}

#[test]
fn room_that_retention_freed_is_no_longer_used() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Process);
    runtime().block_on(async {
        let told = |i: i64| Inference {
            text: noise(8_000, i.unsigned_abs()),
            ..inference(&format!("i{i}"), i)
        };
        append(&store, (0..500).map(told)).await;
        let full = store.size().await.unwrap();
        store.ledger.forget_before(i64::MAX).await.unwrap();
        let freed = store.size().await.unwrap();
        let (database, free) = (freed.database_bytes, freed.free_bytes);
        assert!(free * 10 > database * 6, "{full:?} {freed:?}");
        assert!(freed.used_bytes() - freed.log_bytes < full.used_bytes() / 2, "{full:?} {freed:?}");
    });
}
