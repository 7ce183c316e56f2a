//! Measures appends and reads of the ledger; `bench/store/run.sh` runs it optimised.
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
#![expect(clippy::unwrap_used, reason = "a measurement ends where something unexpected happens")]

use std::time::Instant;

use karat_records::Hash;
use karat_store::{Durability, Fact};
use serde_json::json;

#[path = "../tests/it/samples.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod samples;

use samples::{open, runtime, score, trial};

const TASKS: usize = 64;
const TRIALS: usize = 10_000;

fn main() {
    for durability in [Durability::Process, Durability::Power, Durability::Fast] {
        let folder = tempfile::tempdir().unwrap();
        let store = open(folder.path(), durability);
        let runtime = runtime();
        runtime.block_on(async {
            let begun = Instant::now();
            let cpu = cpu_ms();
            let mut tasks = tokio::task::JoinSet::new();
            for task in 0..TASKS {
                let ledger = store.ledger.clone();
                tasks.spawn(async move {
                    for i in (task..TRIALS).step_by(TASKS) {
                        let id = format!("0190a5b0-0000-7000-8000-{i:012}");
                        let mut fact = trial(&id, "r1", &id, 1);
                        fact.answer.output = json!("x".repeat(200));
                        ledger.append(vec![Fact::Trial(fact)]).await.unwrap();
                    }
                });
            }
            tasks.join_all().await;
            store.ledger.counts().await.unwrap();
            let took = begun.elapsed();
            println!(
                "{durability:?}: {:.0} trials/s one at a time from {TASKS} tasks, {} ms of CPU",
                TRIALS as f64 / took.as_secs_f64(),
                cpu_ms() - cpu,
            );

            let scores = (0..TRIALS)
                .map(|i| {
                    let id = format!("0190a5b0-0000-7000-8000-{i:012}");
                    Fact::Score(score(&id, "exact", Some(1.0)))
                })
                .collect::<Vec<_>>();
            let begun = Instant::now();
            for chunk in scores.chunks(100) {
                store.ledger.append(chunk.to_vec()).await.unwrap();
            }
            store.ledger.counts().await.unwrap();
            println!("  scores: {:.0}/s", TRIALS as f64 / begun.elapsed().as_secs_f64());

            let begun = Instant::now();
            let trials = store.ledger.trials_of_run("r1").await.unwrap();
            println!("  trials_of_run({}): {:?}", trials.len(), begun.elapsed());
            let keys: Vec<Hash> = trials.into_iter().map(|trial| trial.key).collect();
            let begun = Instant::now();
            let found = store.ledger.newest_trials(&keys).await.unwrap();
            println!("  newest_trials({}): {:?}", found.len(), begun.elapsed());
            let begun = Instant::now();
            let found = store.ledger.scores_of_run("r1").await.unwrap();
            println!("  scores_of_run({}): {:?}", found.len(), begun.elapsed());

            let begun = Instant::now();
            for i in 0..200 {
                let id = format!("single-{i}");
                store.ledger.append(vec![Fact::Trial(trial(&id, "r2", &id, 1))]).await.unwrap();
            }
            println!("  one append after the other: {:?} each", begun.elapsed() / 200);
            let begun = Instant::now();
            store.close().await.unwrap();
            println!("  close: {:?}", begun.elapsed());
        });
        let begun = Instant::now();
        let again = open(folder.path(), durability);
        println!("  open: {:?}", begun.elapsed());
        drop(again);
        let size = std::fs::metadata(folder.path().join("karat.db")).unwrap().len();
        println!("  {} bytes per trial with its score", size / TRIALS as u64);
    }
}

/// User and system time of this process, from the kernel's table; 0 where there is none.
fn cpu_ms() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    let ticks = |index: usize| fields.get(index).and_then(|t| t.parse::<u64>().ok()).unwrap_or(0);
    (ticks(12) + ticks(13)) * 10
}
