//! Facts as rows: bodies are serialised by whoever appends them, inserts run on the writer.

use karat_records::{Answer, EvalRun, LiveScore, RunState, Score, Trial};
use rusqlite::{Connection, named_params, params};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use super::inferences::write::{Gathered, InferenceFact};
use super::signals::SignalFact;
use super::{body, live_scores};
use crate::{Fact, StoreError};

/// One fact, ready to be inserted.
#[derive(Debug)]
pub(super) enum Row {
    RunStarted { run: EvalRun, identity: String, plan: Vec<u8> },
    RunEnded { run_id: String, ended_at_ms: i64, state: String, report: Option<Vec<u8>> },
    Trial { trial: Box<Trial>, answer: Vec<u8> },
    UsedTrial { run_id: String, trial_id: String },
    Score(Score),
    Inference(Box<InferenceFact>),
    Signal(Box<SignalFact>),
    LiveScore(Box<LiveScore>),
    Drops { reason: String, n: u64, at_ms: i64 },
}

impl Row {
    pub(super) fn of(fact: Fact) -> Result<Self, StoreError> {
        Ok(match fact {
            Fact::RunStarted(run) => Self::RunStarted {
                identity: run.plan.identity().as_str().to_owned(),
                plan: encode("run", &run.id, &run.plan)?,
                run,
            },
            Fact::RunEnded { run_id, ended_at_ms, state, report } => Self::RunEnded {
                state: word(&state),
                report: report.map(|report| encode("run", &run_id, &report)).transpose()?,
                run_id,
                ended_at_ms,
            },
            Fact::Trial(trial) => {
                check(&trial.id, &trial.answer)?;
                Self::Trial {
                    answer: encode("trial", &trial.id, &trial.answer)?,
                    trial: Box::new(trial),
                }
            }
            Fact::UsedTrial { run_id, trial_id } => Self::UsedTrial { run_id, trial_id },
            Fact::Score(score) => Self::Score(score),
            Fact::Inference(inference) => Self::Inference(Box::new(InferenceFact::of(*inference)?)),
            Fact::Signal(signal) => Self::Signal(Box::new(SignalFact::of(signal)?)),
            Fact::LiveScore(score) => Self::LiveScore(Box::new(live_scores::checked(score)?)),
            Fact::Drops { reason, n, at_ms } => Self::Drops { reason, n, at_ms },
        })
    }

    /// Adds the fact, unless it is already there.
    pub(super) fn insert(
        &self,
        connection: &Connection,
        gathered: &mut Gathered,
    ) -> rusqlite::Result<()> {
        match self {
            Self::RunStarted { run, identity, plan } => start(connection, run, identity, plan),
            Self::RunEnded { run_id, ended_at_ms, state, report } => {
                end(connection, run_id, *ended_at_ms, state, report.as_deref())
            }
            Self::Trial { trial, answer } => add_trial(connection, trial, answer),
            Self::UsedTrial { run_id, trial_id } => link(connection, run_id, trial_id),
            Self::Score(score) => add_score(connection, score),
            Self::Inference(inference) => inference.insert(connection, gathered),
            Self::Signal(signal) => signal.insert(connection, gathered),
            Self::LiveScore(score) => live_scores::add(connection, score),
            Self::Drops { reason, n, at_ms } => {
                live_scores::add_drops(connection, reason, *n, *at_ms)
            }
        }
    }
}

fn start(
    connection: &Connection,
    run: &EvalRun,
    identity: &str,
    plan: &[u8],
) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO run_starts (id, feature, identity, fresh, started_at_ms, plan) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
    connection
        .prepare_cached(sql)?
        .execute(params![run.id, run.plan.feature, identity, run.fresh, run.started_at_ms, plan])
        .map(|_| ())
}

fn end(
    connection: &Connection,
    run_id: &str,
    ended_at_ms: i64,
    state: &str,
    report: Option<&[u8]>,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO run_ends (run_id, ended_at_ms, state, report) SELECT ?1, ?2, ?3, ?4 \
               WHERE NOT EXISTS (SELECT 1 FROM run_ends WHERE run_id = ?1 AND ended_at_ms = ?2 \
               AND state = ?3 AND report IS ?4)";
    connection.prepare_cached(sql)?.execute(params![run_id, ended_at_ms, state, report]).map(|_| ())
}

fn add_trial(connection: &Connection, trial: &Trial, answer: &[u8]) -> rusqlite::Result<()> {
    let sql = "INSERT OR IGNORE INTO trials (id, run_id, feature, variant, case_id, trial_index, key, \
               ended_at_ms, latency_ms, cost_usd, failure_kind, simulated) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
    let n_added = connection.prepare_cached(sql)?.execute(params![
        trial.id,
        trial.run_id,
        trial.feature,
        trial.variant,
        trial.case_id,
        trial.trial_index,
        trial.key.as_str(),
        trial.ended_at_ms,
        trial.answer.latency_ms,
        trial.answer.cost_usd,
        trial.answer.failure.as_ref().map(|failure| word(&failure.kind)),
        trial.answer.simulated,
    ])?;
    if n_added > 0 {
        let number = connection.last_insert_rowid();
        connection
            .prepare_cached("INSERT INTO trial_bodies (trial, answer) VALUES (?1, ?2)")?
            .execute(params![number, answer])?;
    }
    link(connection, &trial.run_id, &trial.id)
}

fn link(connection: &Connection, run_id: &str, trial_id: &str) -> rusqlite::Result<()> {
    connection
        .prepare_cached("INSERT OR IGNORE INTO run_trials (run_id, trial_id) VALUES (?1, ?2)")?
        .execute([run_id, trial_id])
        .map(|_| ())
}

/// Compares with the newest score only: a judge that changes its mind twice ends at its last word.
fn add_score(connection: &Connection, score: &Score) -> rusqlite::Result<()> {
    let sql = "INSERT INTO scores \
               (trial_id, scorer, scorer_hash, value, label, explanation, cost_usd, simulated) \
               SELECT :trial_id, :scorer, :scorer_hash, :value, :label, :explanation, :cost_usd, :simulated \
               WHERE NOT EXISTS (SELECT 1 FROM scores WHERE number = \
               (SELECT max(number) FROM scores WHERE trial_id = :trial_id AND scorer_hash = :scorer_hash) \
               AND scorer = :scorer AND value IS :value AND label IS :label \
               AND explanation IS :explanation AND cost_usd IS :cost_usd AND simulated = :simulated)";
    connection
        .prepare_cached(sql)?
        .execute(named_params! {
            ":trial_id": score.trial_id,
            ":scorer": score.scorer,
            ":scorer_hash": score.scorer_hash.as_str(),
            ":value": score.value,
            ":label": score.label,
            ":explanation": score.explanation,
            ":cost_usd": score.cost_usd,
            ":simulated": score.simulated,
        })
        .map(|_| ())
}

/// JSON has no word for infinity, so an attempt with one would not come back.
fn check(trial_id: &str, answer: &Answer) -> Result<(), StoreError> {
    let mut times = answer.attempts.iter().flat_map(|a| [Some(a.latency_ms), a.waited_ms]);
    if times.all(|time| time.is_none_or(f64::is_finite)) {
        return Ok(());
    }
    Err(StoreError::Unstorable {
        fact: format!("trial {trial_id}"),
        detail: "a time of an attempt is not a finite number".to_owned(),
    })
}

pub(super) fn encode<T: Serialize>(kind: &str, id: &str, value: &T) -> Result<Vec<u8>, StoreError> {
    body::encode(value).map_err(|error| StoreError::Unstorable {
        fact: format!("{kind} {id}"),
        detail: error.to_string(),
    })
}

/// The word that an enum has in JSON, as it stands in a column.
pub(super) fn word<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => word,
        _ => String::new(),
    }
}

/// The enum that a column's word stands for.
pub(super) fn of_word<T: DeserializeOwned>(word: String) -> rusqlite::Result<T> {
    serde_json::from_value(Value::String(word)).map_err(body::damaged)
}

/// The state of a run without an end.
pub(super) const OPEN: RunState = RunState::Running;
