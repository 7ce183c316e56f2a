//! Runs what is missing: bounded concurrency, every trial on disk when it ends, stopped early when it makes no sense.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::io::{Read as _, Write as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, bail};
use karat_records::{EvalRun, FailureKind, Hash, RunState};
use karat_store::{Fact, StoreError};

use super::active::Ticket;
use super::board::Board;
use super::progress::{Before, Update};
use super::resume::{self, Piece};
use super::start::{Prepared, Wish};
use super::work::{Shared, work_off};
use crate::app::{App, Refusal};
use crate::clock;
use crate::gate::{Outcomes, VariantOutcomes};
use crate::tasks;
use crate::variants::Request;

/// What a run came to.
#[derive(Debug)]
pub struct Ran {
    /// The run, with its id.
    pub run: EvalRun,
    /// Everything that was measured.
    pub outcomes: Outcomes,
    /// Frequent reasons for missing answers: variant, kind, count, example.
    pub errors: Vec<(String, FailureKind, u64, String)>,
    /// Why a scorer could not decide: variant, scorer, example.
    pub undecided: HashMap<(String, String), String>,
    /// Why it ended early.
    pub stopped: Option<Stopped>,
    /// Trials that were made in this run.
    pub n_made: u64,
    /// Trials whose answers were stored before.
    pub n_stored: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// Its place among the runs that are under way, kept until the report is stored.
    pub ticket: Ticket,
}

/// Why a run ended early.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stopped {
    /// Somebody asked for it.
    Asked,
    /// Every call fails in the same way.
    Failing(String),
    /// The answers could not be stored.
    NotStored(String),
}

/// Runs a prepared eval to its end, or as far as it comes.
pub async fn run(app: &App, prepared: Prepared, wish: &Wish) -> anyhow::Result<(Prepared, Ran)> {
    let store = app.store()?;
    let identity = prepared.plan.identity();
    let mut lock = lock(app, &identity)?;
    let last = store.ledger.latest_run(&identity).await?;
    let was_complete = last.as_ref().is_some_and(|run| run.state == RunState::Complete);
    let unfinished = resume::unfinished(&store, &prepared, wish).await?;
    let is_resumed = unfinished.is_some();
    let run = match unfinished {
        Some(run) => run,
        None => EvalRun {
            id: app.clock.new_id(),
            plan: prepared.plan.clone(),
            fresh: wish.fresh,
            started_at_ms: app.clock.now_ms(),
            ended_at_ms: None,
            state: RunState::Running,
            report: None,
        },
    };
    let mut pieces = Vec::new();
    for candidate in &prepared.candidates {
        let found = resume::pieces(&store, &prepared, candidate, wish, &run, was_complete).await?;
        if wish.rescore {
            let missing = found.iter().filter(|piece| piece.stored.is_none()).count();
            if missing > 0 {
                bail!(
                    "{missing} of {} answers of {} are not stored, so they cannot be scored again\n  next: run karat eval without --rescore",
                    found.len(),
                    candidate.variant.name
                );
            }
        }
        pieces.push(found);
    }
    let before = before(&prepared, &pieces, is_resumed);
    let ticket = app.active.begin(&run, before.title.clone(), before.n_trials, &app.actor.name)?;
    sign(&mut lock, &run, &app.actor.name);
    if let Some(watch) = &app.watch {
        watch(&Update::Before(before));
    }
    store.ledger.append(vec![Fact::RunStarted(run.clone())]).await?;
    let (switch, stop) = tasks::stop_switch();
    let n_cases = prepared.cases.len();
    let outcomes = prepared
        .candidates
        .iter()
        .map(|candidate| vec![vec![None; candidate.trials as usize]; n_cases])
        .collect();
    let shared = Arc::new(Shared {
        app: app.clone(),
        store,
        begun: app.clock.instant(),
        prepared,
        run,
        stop,
        switch,
        ticket,
        board: Mutex::new(Board::new(outcomes)),
    });
    work_off(&shared, pieces).await;
    finish(shared)
}

/// What can be known before the first call.
fn before(prepared: &Prepared, pieces: &[Vec<Piece>], is_resumed: bool) -> Before {
    let missing =
        |index: usize| pieces[index].iter().filter(|piece| piece.stored.is_none()).count() as u64;
    let calling = || {
        prepared
            .candidates
            .iter()
            .enumerate()
            .filter(|(_, candidate)| candidate.producer.calls_a_model())
    };
    let sample: Vec<&karat_records::Case> = prepared.cases.iter().take(20).collect();
    let estimate_usd = calling()
        .map(|(index, candidate)| {
            let each: Option<f64> = sample
                .iter()
                .map(|case| candidate.producer.estimate_usd(Request::of(case, 0, 0)))
                .sum();
            Some(each? / sample.len().max(1) as f64 * missing(index) as f64)
        })
        .sum();
    let alpha = prepared.project.alpha();
    let n_cases = |criterion: &crate::project::Criterion| {
        let wanted = prepared
            .cases
            .iter()
            .filter(|case| criterion.only.as_ref().is_none_or(|filter| filter.matches(case)));
        wanted.count() as u64
    };
    let power = super::plan::power(&prepared.feature.mvq, n_cases, alpha, 1);
    Before {
        title: format!(
            "{}: {} × {}",
            prepared.feature.name,
            crate::gate::describe::plural(
                prepared.cases.len() as u64,
                super::report::Report::case_word(&prepared.plan)
            ),
            crate::gate::describe::plural(prepared.candidates.len() as u64, "variant"),
        ),
        n_trials: prepared.n_trials(),
        n_stored: pieces.iter().flatten().filter(|piece| piece.stored.is_some()).count() as u64,
        n_calls: calling().map(|(index, _)| missing(index)).sum(),
        estimate_usd,
        power: power.criteria,
        smallest_difference: power.smallest_difference.filter(|_| prepared.candidates.len() > 1),
        is_resumed,
    }
}

/// One process at a time works on a run; another one is told so.
fn lock(app: &App, identity: &Hash) -> anyhow::Result<File> {
    let folder = app.data_folder().join("locks");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    let path = folder.join(identity.short());
    let mut file = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(&path)
        .with_context(|| format!("{} cannot be opened", path.display()))?;
    match file.try_lock() {
        Ok(()) => {
            // What an earlier holder wrote is no longer true.
            let _ = file.set_len(0);
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut holder = String::new();
            let _ = file.read_to_string(&mut holder);
            let which = if holder.is_empty() { "" } else { ": " };
            Err(Refusal::conflict(format!(
                "this very run is under way in this folder{which}{}\n  next: wait for it; its answers are stored, and this command will then use them",
                holder.trim_end()
            )))
        }
        // A file system without locks is no reason not to run.
        Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// Writes into the lock whose run it guards, so that whoever is refused is told; a disk that is full refuses nobody.
fn sign(lock: &mut File, run: &EvalRun, by: &str) {
    let _ = writeln!(
        lock,
        "run {}, started by {by} at {} UTC",
        super::unknowns::short(&run.id),
        clock::minute(run.started_at_ms)
    );
}

fn finish(shared: Arc<Shared>) -> anyhow::Result<(Prepared, Ran)> {
    let shared =
        Arc::try_unwrap(shared).map_err(|_| anyhow::anyhow!("a worker outlived its run"))?;
    let elapsed = shared.begun.elapsed();
    let board = shared.board.into_inner().unwrap_or_else(PoisonError::into_inner);
    let prepared = shared.prepared;
    let variants = prepared
        .candidates
        .iter()
        .zip(board.outcomes)
        .map(|(candidate, cases)| VariantOutcomes {
            name: candidate.variant.name.clone(),
            kind: candidate.variant.kind.word(),
            hash: candidate.hash.clone(),
            trials: cases
                .into_iter()
                .map(|trials| trials.into_iter().flatten().collect())
                .collect(),
        })
        .collect();
    let outcomes = Outcomes {
        cases: prepared.cases.clone(),
        scorers: prepared.scorers.iter().map(|ready| ready.name.clone()).collect(),
        variants,
    };
    let mut errors: Vec<(String, FailureKind, u64, String)> = board
        .errors
        .into_iter()
        .map(|((index, kind), (n, example))| {
            (prepared.candidates[index].variant.name.clone(), kind, n, example)
        })
        .collect();
    errors.sort_by_key(|(_, _, n, _)| std::cmp::Reverse(*n));
    let ran = Ran {
        run: shared.run,
        outcomes,
        errors,
        undecided: board.undecided,
        stopped: board.stopped,
        n_made: board.n_made,
        n_stored: board.n_stored,
        elapsed,
        ticket: shared.ticket,
    };
    Ok((prepared, ran))
}

/// Stores how a run ended; a store that is full already is no second error.
pub async fn end(
    app: &App,
    ran: &Ran,
    report: Option<serde_json::Value>,
) -> Result<(), StoreError> {
    let state = if ran.stopped.is_none() { RunState::Complete } else { RunState::Stopped };
    let Ok(store) = app.store() else { return Ok(()) };
    let ended = Fact::RunEnded {
        run_id: ran.run.id.clone(),
        ended_at_ms: app.clock.now_ms(),
        state,
        report,
    };
    match (store.ledger.append(vec![ended]).await, &ran.stopped) {
        (Err(error), None) => Err(error),
        _ => Ok(()),
    }
}
