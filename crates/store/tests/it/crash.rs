//! What needs a process of its own: being killed, and being a user without rights.
#![expect(clippy::disallowed_methods, reason = "these tests start the test binary again")]

use std::collections::HashSet;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use karat_records::Target;
use karat_store::{Durability, Fact, HourFilter, InferenceFilter, Options, Store, StoreError};

use crate::samples::{inference, open, runtime, score, thumb, trial};

/// Tells a test that it is the child, and in which folder.
const FOLDER: &str = "KARAT_STORE_TEST_FOLDER";

/// This binary, running one test as a child.
fn child(test: &str, folder: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", &format!("crash::{test}"), "--nocapture"]).env(FOLDER, folder);
    command
}

#[test]
fn facts_acknowledged_before_a_kill_are_there_exactly_once() {
    if let Ok(folder) = std::env::var(FOLDER) {
        append_until_killed(Path::new(&folder));
    }
    for n_acknowledged in [1, 40, 700] {
        let folder = tempfile::tempdir().unwrap();
        let mut process =
            child("facts_acknowledged_before_a_kill_are_there_exactly_once", folder.path())
                .stdout(Stdio::piped())
                .spawn()
                .unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut lines = output.lines().map_while(Result::ok).filter(|line| line.starts_with("t-"));
        let mut acknowledged: Vec<String> = lines.by_ref().take(n_acknowledged).collect();
        process.kill().unwrap();
        // What was on its way when the process died was acknowledged as well; a torn line was not.
        acknowledged.extend(lines.filter(|line| line.ends_with('.')));
        process.wait().unwrap();
        assert!(acknowledged.len() >= n_acknowledged);

        runtime().block_on(async {
            let store = open(folder.path(), Durability::Process);
            let trials = store.ledger.trials_of_run("r1").await.unwrap();
            let ids: HashSet<&str> = trials.iter().map(|trial| trial.id.as_str()).collect();
            assert_eq!(ids.len(), trials.len());
            let scores = store.ledger.scores_of_run("r1").await.unwrap();
            assert_eq!(scores.len(), trials.len(), "an append is whole");
            let before = store.ledger.counts().await.unwrap();
            assert_eq!(before.trials, trials.len() as u64);
            for id in &acknowledged {
                assert!(ids.contains(id.as_str()), "{id} was acknowledged and is not there");
                store.ledger.append(facts(id)).await.unwrap();
            }
            assert_eq!(store.ledger.counts().await.unwrap(), before);
        });
    }
}

fn facts(id: &str) -> Vec<Fact> {
    vec![Fact::Trial(trial(id, "r1", id, 1)), Fact::Score(score(id, "exact", Some(1.0)))]
}

/// Says each id as soon as it is acknowledged.
fn append_until_killed(folder: &Path) {
    let store = open(folder, Durability::Process);
    runtime().block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for task in 0..8 {
            let ledger = store.ledger.clone();
            tasks.spawn(async move {
                for i in 0_u64.. {
                    let id = format!("t-{task}-{i}.");
                    ledger.append(facts(&id)).await.unwrap();
                    println!("{id}");
                }
            });
        }
        tasks.join_all().await;
    });
}

#[test]
fn inferences_acknowledged_before_a_kill_are_there_and_counted_exactly_once() {
    let test = "inferences_acknowledged_before_a_kill_are_there_and_counted_exactly_once";
    if let Ok(folder) = std::env::var(FOLDER) {
        infer_until_killed(Path::new(&folder));
    }
    for n_acknowledged in [1, 40, 700] {
        let folder = tempfile::tempdir().unwrap();
        let mut process = child(test, folder.path()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let mut lines = output.lines().map_while(Result::ok).filter(|line| line.starts_with("t-"));
        let mut acknowledged: Vec<String> = lines.by_ref().take(n_acknowledged).collect();
        process.kill().unwrap();
        // What was on its way when the process died was acknowledged as well; a torn line was not.
        acknowledged.extend(lines.filter(|line| line.ends_with('.')));
        process.wait().unwrap();
        assert!(acknowledged.len() >= n_acknowledged);

        runtime().block_on(async {
            let store = open(folder.path(), Durability::Process);
            let filter = InferenceFilter { limit: usize::MAX, ..InferenceFilter::default() };
            let rows = store.ledger.inferences(filter.clone()).await.unwrap().items;
            let ids: HashSet<&str> = rows.iter().map(|row| row.inference.id.as_str()).collect();
            assert_eq!(ids.len(), rows.len());
            for id in &acknowledged {
                assert!(ids.contains(id.as_str()), "{id} was acknowledged and is not there");
                let found = store.ledger.inference(id).await.unwrap();
                assert_eq!(found, Some(inference(id, 1)), "with its body");
                let signals = store.ledger.signals_of(std::slice::from_ref(id)).await.unwrap();
                assert_eq!(signals.len(), 1, "an append is whole");
                store.ledger.append(infer(id)).await.unwrap();
            }
            let hours = store.ledger.hours(HourFilter::default()).await.unwrap();
            let n: u64 = hours.iter().map(|hour| hour.n).sum();
            assert_eq!(n, rows.len() as u64, "the sums belong to the rows");
            assert_eq!(store.ledger.inferences(filter).await.unwrap().items, rows);
        });
    }
}

/// The signal comes before its inference, as one that waits.
fn infer(id: &str) -> Vec<Fact> {
    let target = Target { inference_id: Some(id.to_owned()), ..Target::default() };
    vec![Fact::Signal(thumb(id, true, 2, target)), Fact::Inference(Box::new(inference(id, 1)))]
}

/// Says each id as soon as it is acknowledged.
fn infer_until_killed(folder: &Path) {
    let store = open(folder, Durability::Process);
    runtime().block_on(async {
        let mut tasks = tokio::task::JoinSet::new();
        for task in 0..8 {
            let ledger = store.ledger.clone();
            tasks.spawn(async move {
                for i in 0_u64.. {
                    let id = format!("t-{task}-{i}.");
                    ledger.append(infer(&id)).await.unwrap();
                    println!("{id}");
                }
            });
        }
        tasks.join_all().await;
    });
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    if let Ok(folder) = std::env::var(FOLDER) {
        return refuse(Path::new(&folder));
    }
    let folder = tempfile::tempdir().unwrap();
    drop(open(&folder.path().join("old"), Durability::Process));
    std::fs::create_dir(folder.path().join("new")).unwrap();
    drop(open(&folder.path().join("file"), Durability::Process));
    for (name, mode) in [
        ("old/karat.db", 0o444),
        ("old", 0o555),
        ("new", 0o555),
        ("file/karat.db", 0o444),
        ("file", 0o777),
        ("", 0o755),
    ] {
        let path = folder.path().join(name);
        std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
    }
    let mut process = child("a_folder_that_cannot_be_written_is_named", folder.path());
    if writable(&folder.path().join("new")) {
        // Rights do not bind root, so try as nobody, from a copy of this binary that nobody may start.
        let copy = folder.path().join("it");
        std::fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
        let arguments: Vec<_> = process.get_args().map(ToOwned::to_owned).collect();
        process = Command::new(copy);
        process.args(arguments).env(FOLDER, folder.path()).uid(65_534).gid(65_534);
    }
    let output = process.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("1 passed"), "{said}{}", String::from_utf8_lossy(&output.stderr));
    std::fs::set_permissions(folder.path().join("new"), PermissionsExt::from_mode(0o755)).unwrap();
    std::fs::set_permissions(folder.path().join("old"), PermissionsExt::from_mode(0o755)).unwrap();
}

fn refuse(folder: &Path) {
    for name in ["new/karat.db", "new/below/karat.db", "old/karat.db", "file/karat.db"] {
        let path = folder.join(name);
        let error = Store::open(&path, Options::default()).unwrap_err();
        assert_eq!(error, StoreError::ReadOnly { path: path.clone() }, "{name}");
        assert!(error.to_string().contains("give this user write access"), "{error}");
    }
}

fn writable(folder: &Path) -> bool {
    let probe = folder.join("probe");
    let writable = std::fs::write(&probe, "").is_ok();
    let _ = std::fs::remove_file(probe);
    writable
}
