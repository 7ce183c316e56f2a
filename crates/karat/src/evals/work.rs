//! Works off what is missing: bounded concurrency, every trial on disk when it ends.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use karat_records::{Answer, EvalRun, Hash, Score, Trial};
use karat_store::{Fact, Store};

use super::active::Ticket;
use super::board::Board;
use super::progress::Update;
use super::resume::Piece;
use super::run::Stopped;
use super::start::Prepared;
use crate::app::App;
use crate::scorers::score_all;
use crate::tasks::{Stop, StopSwitch, Tasks};
use crate::variants::Request;

/// Answers are scored and stored by several workers where a variant or a scorer waits for somebody.
const WORKERS_FOR_SCORERS: usize = 32;

/// How often somebody who watches a run is told.
const OFTEN: Duration = Duration::from_millis(200);

/// How often it is noted how far a run is that nobody watches.
const SELDOM: Duration = Duration::from_secs(1);

/// Facts that are stored together where nobody waits.
const BATCH: usize = 500;

/// What all workers of a run share.
pub(super) struct Shared {
    pub(super) app: App,
    pub(super) store: Store,
    pub(super) prepared: Prepared,
    pub(super) run: EvalRun,
    pub(super) stop: Stop,
    pub(super) switch: StopSwitch,
    pub(super) ticket: Ticket,
    pub(super) begun: Instant,
    pub(super) board: Mutex<Board>,
}

pub(super) async fn work_off(shared: &Arc<Shared>, pieces: Vec<Vec<Piece>>) {
    let mut helpers = Tasks::default();
    let forward = Arc::clone(shared);
    helpers.start(async move {
        let (mut all, mut own) = (forward.app.stop.clone(), forward.ticket.stop());
        tokio::select! {
            () = all.wait() => {}
            () = own.wait() => {}
        }
        forward.end(Stopped::Asked);
    });
    let watched = Arc::clone(shared);
    helpers.start(async move {
        let watch = watched.app.watch.clone();
        let mut tick = tokio::time::interval(if watch.is_some() { OFTEN } else { SELDOM });
        loop {
            tick.tick().await;
            let progress = watched.progress(false);
            watched.ticket.note(progress.clone());
            if let Some(watch) = &watch {
                watch(&Update::Now(progress));
            }
        }
    });
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
    let last = shared.progress(true);
    shared.ticket.note(last.clone());
    if let Some(watch) = &shared.app.watch {
        watch(&Update::Now(last));
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
    pub(super) async fn trial(&self, candidate_index: usize, piece: &Piece) -> (Trial, bool) {
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

    pub(super) async fn score(&self, piece: &Piece, trial: &Trial) -> Vec<Score> {
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
    pub(super) fn facts(
        &self,
        piece: &Piece,
        trial: &Trial,
        scores: &[Score],
        is_stored: bool,
    ) -> Vec<Fact> {
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

    pub(super) async fn append(&self, facts: Vec<Fact>) -> bool {
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
    pub(super) fn end(&self, reason: Stopped) {
        self.board().stopped.get_or_insert(reason);
        self.switch.stop();
    }

    pub(super) fn board(&self) -> std::sync::MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A seed that belongs to a piece of work.
pub(super) fn seed_of(key: &Hash) -> u64 {
    u64::from_str_radix(key.as_str().get(..16).unwrap_or("0"), 16).unwrap_or(0)
}
