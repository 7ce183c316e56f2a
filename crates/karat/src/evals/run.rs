//! Runs what is missing: bounded concurrency, every trial on disk when it ends, stopped early when it makes no sense.

use std::collections::HashMap;
use std::fs::{File, TryLockError};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use karat_records::{Answer, EvalRun, Failure, FailureKind, Hash, RunState, Score, Trial};
use karat_store::{Fact, Store, StoreError};

use super::progress::{Before, Progress, Update};
use super::resume::{self, Piece};
use super::start::{Prepared, Wish};
use crate::app::App;
use crate::gate::{Outcome, Outcomes, VariantOutcomes};
use crate::scorers::score_all;
use crate::tasks::{self, Stop, StopSwitch, Tasks};
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

/// Answers are scored and stored by several workers where a variant or a scorer waits for somebody.
const WORKERS_FOR_SCORERS: usize = 32;

/// Facts that are stored together where nobody waits.
const BATCH: usize = 500;

/// So many identical failures that cannot be retried, without a success between them, end a run.
const FATAL_IN_A_ROW: u32 = 3;

struct Shared {
    app: App,
    store: Store,
    prepared: Prepared,
    run: EvalRun,
    stop: Stop,
    switch: StopSwitch,
    begun: Instant,
    board: Mutex<Board>,
}

/// What is known so far.
struct Board {
    outcomes: Vec<Vec<Vec<Option<Outcome>>>>,
    done: u64,
    n_stored: u64,
    n_made: u64,
    failures: u64,
    cost_usd: f64,
    cost_is_partial: bool,
    errors: HashMap<(usize, FailureKind), (u64, String)>,
    undecided: HashMap<(String, String), String>,
    in_a_row: HashMap<usize, (FailureKind, String, u32)>,
    last_failure: Option<String>,
    stopped: Option<Stopped>,
}

/// Runs a prepared eval to its end, or as far as it comes.
pub async fn run(app: &App, prepared: Prepared, wish: &Wish) -> anyhow::Result<(Prepared, Ran)> {
    let store = app.store()?;
    let identity = prepared.plan.identity();
    let _lock = lock(app, &identity)?;
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
    if let Some(watch) = &app.watch {
        watch(&Update::Before(before(&prepared, &pieces, is_resumed)));
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
        board: Mutex::new(Board::new(outcomes)),
    });
    work_off(&shared, pieces).await;
    finish(shared).await
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
        smallest_difference: power.smallest_difference,
        is_resumed,
    }
}

/// One process at a time works on a run; another one is told so.
fn lock(app: &App, identity: &Hash) -> anyhow::Result<File> {
    let folder = app.data_folder().join("locks");
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("{} cannot be made", folder.display()))?;
    let path = folder.join(identity.short());
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("{} cannot be opened", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            bail!(
                "another karat is working on this very run in this folder\n  next: wait for it; its answers are stored, and this command will then use them"
            )
        }
        // A file system without locks is no reason not to run.
        Err(TryLockError::Error(_)) => Ok(file),
    }
}

async fn work_off(shared: &Arc<Shared>, pieces: Vec<Vec<Piece>>) {
    let mut helpers = Tasks::default();
    let forward = Arc::clone(shared);
    helpers.start(async move {
        let mut asked = forward.app.stop.clone();
        asked.wait().await;
        forward.end(Stopped::Asked);
    });
    if let Some(watch) = shared.app.watch.clone() {
        let shared = Arc::clone(shared);
        helpers.start(async move {
            let mut tick = tokio::time::interval(Duration::from_millis(200));
            loop {
                tick.tick().await;
                watch(&Update::Now(shared.progress(false)));
            }
        });
    }
    let mut workers = Tasks::default();
    for (candidate_index, pieces) in pieces.into_iter().enumerate() {
        let shared = Arc::clone(shared);
        let waits_for_scorers =
            shared.prepared.scorers.iter().any(crate::scorers::Ready::takes_time);
        let concurrency = shared.prepared.candidates[candidate_index]
            .producer
            .concurrency()
            .or_else(|| waits_for_scorers.then_some(WORKERS_FOR_SCORERS));
        // What is stored and scored already needs no worker.
        let (ready, missing): (Vec<Piece>, Vec<Piece>) = pieces.into_iter().partition(|piece| {
            piece.stored.is_some()
                && (!waits_for_scorers || piece.scores.iter().all(Option::is_some))
        });
        match concurrency {
            None => workers.start(async move {
                in_line(&shared, candidate_index, ready).await;
                in_line(&shared, candidate_index, missing).await;
            }),
            Some(concurrency) => {
                let n_workers = concurrency.min(missing.len());
                let missing = Arc::new(missing);
                let next = Arc::new(AtomicUsize::new(0));
                for _ in 0..n_workers {
                    let (shared, missing, next) =
                        (Arc::clone(&shared), Arc::clone(&missing), Arc::clone(&next));
                    workers.start(async move {
                        while !shared.stop.is_set()
                            && let Some(piece) = missing.get(next.fetch_add(1, Ordering::Relaxed))
                        {
                            one(&shared, candidate_index, piece).await;
                        }
                    });
                }
                workers.start(async move { in_line(&shared, candidate_index, ready).await });
            }
        }
    }
    workers.join().await;
    helpers.abort().await;
    if let Some(watch) = &shared.app.watch {
        watch(&Update::Now(shared.progress(true)));
    }
}

/// Trials that wait for nobody: many are stored together.
async fn in_line(shared: &Arc<Shared>, candidate_index: usize, pieces: Vec<Piece>) {
    let mut facts = Vec::new();
    let mut done = Vec::new();
    let n_pieces = pieces.len();
    for (index, piece) in pieces.into_iter().enumerate() {
        if shared.stop.is_set() {
            break;
        }
        let (trial, is_stored) = shared.trial(candidate_index, &piece).await;
        let scores = shared.score(&piece, &trial).await;
        facts.extend(shared.facts(&piece, &trial, &scores, is_stored));
        done.push((piece, trial, scores, is_stored));
        if facts.len() >= BATCH || index + 1 == n_pieces {
            if !shared.append(std::mem::take(&mut facts)).await {
                return;
            }
            for (piece, trial, scores, is_stored) in done.drain(..) {
                shared.note(candidate_index, &piece, &trial, &scores, is_stored);
            }
        }
    }
    if shared.append(facts).await {
        for (piece, trial, scores, is_stored) in done {
            shared.note(candidate_index, &piece, &trial, &scores, is_stored);
        }
    }
}

/// One trial of a variant or scorer that waits for somebody.
async fn one(shared: &Arc<Shared>, candidate_index: usize, piece: &Piece) {
    let mut stop = shared.stop.clone();
    let (trial, is_stored) = tokio::select! {
        biased;
        () = stop.wait() => return,
        made = shared.trial(candidate_index, piece) => made,
    };
    // An answer that failed because somebody asked to stop is no answer.
    if trial.answer.failure.is_some() && shared.stop.is_set() && !is_stored {
        return;
    }
    let takes_time = shared.prepared.scorers.iter().any(crate::scorers::Ready::takes_time);
    if takes_time && !is_stored && !shared.append(vec![Fact::Trial(trial.clone())]).await {
        return;
    }
    let scores = tokio::select! {
        biased;
        () = stop.wait() => return,
        scores = shared.score(piece, &trial) => scores,
    };
    let facts = shared.facts(piece, &trial, &scores, is_stored);
    if shared.append(facts).await {
        shared.note(candidate_index, piece, &trial, &scores, is_stored);
    }
}

impl Shared {
    /// The stored trial, or a new one.
    async fn trial(&self, candidate_index: usize, piece: &Piece) -> (Trial, bool) {
        if let Some(trial) = &piece.stored {
            return (trial.clone(), true);
        }
        let candidate = &self.prepared.candidates[candidate_index];
        let case = &self.prepared.cases[piece.work.case_index];
        let request = Request::of(case, piece.work.trial_index, seed_of(&piece.key));
        let answer: Answer = candidate.producer.answer(request).await;
        let trial = Trial {
            id: self.app.clock.new_id(),
            run_id: self.run.id.clone(),
            feature: self.prepared.feature.name.clone(),
            variant: candidate.variant.name.clone(),
            case_id: case.id.clone(),
            trial_index: piece.work.trial_index,
            key: piece.key.clone(),
            ended_at_ms: self.app.clock.now_ms(),
            answer,
        };
        (trial, false)
    }

    async fn score(&self, piece: &Piece, trial: &Trial) -> Vec<Score> {
        let case = &self.prepared.cases[piece.work.case_index];
        score_all(
            &self.prepared.scorers,
            &piece.scores,
            &trial.id,
            case,
            &trial.answer,
            seed_of(&piece.key),
        )
        .await
    }

    /// What is to be stored: only what is new.
    fn facts(&self, piece: &Piece, trial: &Trial, scores: &[Score], is_stored: bool) -> Vec<Fact> {
        let mut facts = Vec::with_capacity(scores.len() + 1);
        if !is_stored {
            facts.push(Fact::Trial(trial.clone()));
        } else if trial.run_id != self.run.id {
            facts.push(Fact::UsedTrial { run_id: self.run.id.clone(), trial_id: trial.id.clone() });
        }
        let new = scores
            .iter()
            .enumerate()
            .filter(|(index, _)| piece.scores.get(*index).is_none_or(Option::is_none));
        facts.extend(new.map(|(_, score)| Fact::Score(score.clone())));
        facts
    }

    async fn append(&self, facts: Vec<Fact>) -> bool {
        if facts.is_empty() {
            return true;
        }
        match self.store.ledger.append(facts).await {
            Ok(()) => true,
            Err(error) => {
                self.end(Stopped::NotStored(error.to_string()));
                false
            }
        }
    }

    /// Ends the run early; the first reason counts.
    fn end(&self, reason: Stopped) {
        self.board().stopped.get_or_insert(reason);
        self.switch.stop();
    }

    fn board(&self) -> std::sync::MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes a trial that is on disk.
    fn note(
        &self,
        candidate_index: usize,
        piece: &Piece,
        trial: &Trial,
        scores: &[Score],
        is_stored: bool,
    ) {
        let answer = &trial.answer;
        let outcome = Outcome {
            trial_id: trial.id.clone(),
            failure: answer.failure.as_ref().map(|failure| failure.kind),
            latency_ms: answer.latency_ms,
            cost_usd: answer.cost_usd,
            fingerprint: fingerprint(answer),
            simulated: answer.simulated || scores.iter().any(|score| score.simulated),
            scores: scores.iter().map(|score| score.value).collect(),
        };
        let variant = &self.prepared.candidates[candidate_index].variant.name;
        let mut board = self.board();
        board.done += 1;
        *(if is_stored { &mut board.n_stored } else { &mut board.n_made }) += 1;
        board.cost_usd += scores.iter().filter_map(|score| score.cost_usd).sum::<f64>();
        if !is_stored {
            board.cost_usd += answer.cost_usd.unwrap_or(0.0);
            board.cost_is_partial |= answer.cost_usd.is_none() && answer.failure.is_none();
        }
        for score in scores.iter().filter(|score| score.value.is_none()) {
            let words = score.explanation.clone().unwrap_or_default();
            board.undecided.entry((variant.clone(), score.scorer.clone())).or_insert(words);
        }
        let mut is_hopeless = None;
        match &answer.failure {
            None => {
                board.in_a_row.remove(&candidate_index);
            }
            Some(failure) => {
                board.failures += 1;
                board.last_failure = Some(failure.message.clone());
                board
                    .errors
                    .entry((candidate_index, failure.kind))
                    .or_insert_with(|| (0, failure.message.clone()))
                    .0 += 1;
                if !is_stored {
                    is_hopeless = board.count_fatal(candidate_index, failure);
                }
            }
        }
        if let Some(slot) = board.outcomes[candidate_index][piece.work.case_index]
            .get_mut(piece.work.trial_index as usize)
        {
            *slot = Some(outcome);
        }
        drop(board);
        if let Some(message) = is_hopeless {
            self.end(Stopped::Failing(format!("{variant}: {message}")));
        }
    }

    fn progress(&self, is_last: bool) -> Progress {
        let board = self.board();
        Progress {
            done: board.done,
            total: self.prepared.n_trials(),
            cached: board.n_stored,
            failures: board.failures,
            cost_usd: board.cost_usd,
            cost_is_partial: board.cost_is_partial,
            elapsed: self.begun.elapsed(),
            standing: if is_last { String::new() } else { self.standing(&board) },
            last_failure: board.last_failure.clone(),
            is_last,
        }
    }

    /// How the variants stand by the first criterion, from what is done so far.
    fn standing(&self, board: &Board) -> String {
        let Some(index) = super::judged::primary(&self.prepared) else { return String::new() };
        let parts = self.prepared.candidates.iter().zip(&board.outcomes).filter_map(
            |(candidate, cases)| {
                let mut n = 0_u32;
                let mut sum = 0.0;
                for trials in cases {
                    let done: Vec<&Outcome> = trials.iter().flatten().collect();
                    if !done.is_empty() {
                        n += 1;
                        sum += done.iter().map(|outcome| outcome.score(index)).sum::<f64>()
                            / done.len() as f64;
                    }
                }
                (n > 0).then(|| {
                    format!("{} {:.2} (n {n})", candidate.variant.name, sum / f64::from(n))
                })
            },
        );
        parts.take(3).collect::<Vec<_>>().join(", ")
    }
}

impl Board {
    fn new(outcomes: Vec<Vec<Vec<Option<Outcome>>>>) -> Self {
        Self {
            outcomes,
            done: 0,
            n_stored: 0,
            n_made: 0,
            failures: 0,
            cost_usd: 0.0,
            cost_is_partial: false,
            errors: HashMap::new(),
            undecided: HashMap::new(),
            in_a_row: HashMap::new(),
            last_failure: None,
            stopped: None,
        }
    }

    /// Counts identical failures that no retry mends; says so when there were enough of them.
    fn count_fatal(&mut self, candidate_index: usize, failure: &Failure) -> Option<String> {
        if !failure.kind.is_fatal() {
            return None;
        }
        let entry = self
            .in_a_row
            .entry(candidate_index)
            .or_insert_with(|| (failure.kind, failure.message.clone(), 0));
        if entry.0 != failure.kind {
            *entry = (failure.kind, failure.message.clone(), 0);
        }
        entry.2 += 1;
        (entry.2 >= FATAL_IN_A_ROW).then(|| failure.message.clone())
    }
}

async fn finish(shared: Arc<Shared>) -> anyhow::Result<(Prepared, Ran)> {
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

/// A seed that belongs to a piece of work.
fn seed_of(key: &Hash) -> u64 {
    u64::from_str_radix(key.as_str().get(..16).unwrap_or("0"), 16).unwrap_or(0)
}

/// Equal answers have equal fingerprints.
fn fingerprint(answer: &Answer) -> u64 {
    let content = serde_json::json!([
        answer.output,
        answer.tool_calls,
        answer.failure.as_ref().map(|failure| failure.kind)
    ]);
    seed_of(&Hash::of_json(&content))
}
