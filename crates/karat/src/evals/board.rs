//! What a run knows so far: outcomes, counts, and whether going on makes sense.

use std::collections::HashMap;

use karat_records::{Answer, Failure, FailureKind, Hash, Score, Trial};
use karat_stats::{Floor, Sample};

use super::progress::Progress;
use super::resume::Piece;
use super::run::Stopped;
use super::work::{Shared, seed_of};
use crate::gate::{Outcome, describe};

/// So many identical failures that cannot be retried, without a success between them, end a run.
const FATAL_IN_A_ROW: u32 = 3;

/// What is known so far.
pub(super) struct Board {
    pub(super) outcomes: Vec<Vec<Vec<Option<Outcome>>>>,
    pub(super) done: u64,
    pub(super) n_stored: u64,
    pub(super) n_made: u64,
    pub(super) failures: u64,
    pub(super) cost_usd: f64,
    pub(super) cost_is_partial: bool,
    pub(super) errors: HashMap<(usize, FailureKind), (u64, String)>,
    pub(super) undecided: HashMap<(String, String), String>,
    pub(super) in_a_row: HashMap<usize, (FailureKind, String, u32)>,
    pub(super) last_failure: Option<String>,
    pub(super) stopped: Option<Stopped>,
}

impl Shared {
    /// Notes a trial that is on disk.
    pub(super) fn note(
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

    pub(super) fn progress(&self, is_last: bool) -> Progress {
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
        let Some(index) = self.prepared.feature.primary() else { return String::new() };
        let alpha = self.prepared.project.alpha();
        let question = Floor { alpha_pass: alpha, alpha_fail: alpha, ..Floor::at(0.5) };
        let parts = self.prepared.candidates.iter().zip(&board.outcomes).filter_map(
            |(candidate, cases)| {
                let means = cases.iter().filter_map(|trials| {
                    let done: Vec<&Outcome> = trials.iter().flatten().collect();
                    let sum: f64 = done.iter().map(|outcome| outcome.score(index)).sum();
                    (!done.is_empty()).then(|| (sum / done.len() as f64).clamp(0.0, 1.0))
                });
                let answer = karat_stats::gate(&Sample::Values(means.collect()), &question).ok()?;
                Some(format!(
                    "{} {} {} n {}",
                    candidate.variant.name,
                    describe::rate(answer.mean?),
                    describe::interval(answer.lower, answer.upper),
                    answer.n
                ))
            },
        );
        parts.take(2).collect::<Vec<_>>().join(", ")
    }
}

impl Board {
    pub(super) fn new(outcomes: Vec<Vec<Vec<Option<Outcome>>>>) -> Self {
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
    pub(super) fn count_fatal(
        &mut self,
        candidate_index: usize,
        failure: &Failure,
    ) -> Option<String> {
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

/// Equal answers have equal fingerprints.
fn fingerprint(answer: &Answer) -> u64 {
    let content = serde_json::json!([
        answer.output,
        answer.tool_calls,
        answer.failure.as_ref().map(|failure| failure.kind)
    ]);
    seed_of(&Hash::of_json(&content))
}
