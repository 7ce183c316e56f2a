//! What is stored already: answers of the same content on the same cases are never asked for twice.

use std::collections::HashMap;

use karat_records::{EvalRun, Hash, RunState, Score, Trial};
use karat_store::Store;

use super::plan::{Work, key, order};
use super::start::{Candidate, Prepared, Wish};

/// One trial of one variant, with what is known of it.
#[derive(Clone, Debug)]
pub struct Piece {
    /// Which case and repetition.
    pub work: Work,
    /// What makes it the same work as a stored one.
    pub key: Hash,
    /// The stored trial.
    pub stored: Option<Trial>,
    /// Stored scores in the order of the scorers.
    pub scores: Vec<Option<Score>>,
}

/// The run that this one continues: the latest of the same identity that has not ended well.
pub async fn unfinished(
    store: &Store,
    prepared: &Prepared,
    wish: &Wish,
) -> anyhow::Result<Option<EvalRun>> {
    let run = store.ledger.latest_run(&prepared.plan.identity()).await?;
    // A fresh run that was cut short goes on as the fresh run that it was; asking for `--fresh` again does as well.
    Ok(run.filter(|run| run.state != RunState::Complete && (run.fresh || !wish.fresh)))
}

/// All trials of a variant in the run's order, with what is stored of them.
pub async fn pieces(
    store: &Store,
    prepared: &Prepared,
    candidate: &Candidate,
    wish: &Wish,
    run: &EvalRun,
    was_complete: bool,
) -> anyhow::Result<Vec<Piece>> {
    let order = order(prepared.cases.len(), candidate.trials, prepared.plan.seed);
    let keys: Vec<Hash> = order
        .iter()
        .map(|work| {
            key(
                &candidate.hash,
                &prepared.cases[work.case_index],
                &prepared.inputs[work.case_index],
                work.trial_index,
            )
        })
        .collect();
    let mut stored = store.ledger.newest_trials(&keys).await?;
    stored.retain(|_, trial| is_usable(trial, wish, run, was_complete));
    let ids: Vec<String> = stored.values().map(|trial| trial.id.clone()).collect();
    let hashes: Vec<Hash> = prepared.scorers.iter().map(|ready| ready.hash.clone()).collect();
    let mut scores: HashMap<(String, Hash), Score> = HashMap::new();
    if !wish.rescore {
        for score in store.ledger.scores(&ids, &hashes).await? {
            scores.insert((score.trial_id.clone(), score.scorer_hash.clone()), score);
        }
    }
    Ok(order
        .into_iter()
        .zip(keys)
        .map(|(work, key)| {
            let trial = stored.remove(&key);
            let scores = match &trial {
                None => vec![None; hashes.len()],
                Some(trial) => hashes
                    .iter()
                    .map(|hash| {
                        scores
                            .remove(&(trial.id.clone(), hash.clone()))
                            .filter(|score| score.value.is_some())
                    })
                    .collect(),
            };
            Piece { work, key, stored: trial, scores }
        })
        .collect())
}

/// Whether a stored trial stands for the one that is planned.
fn is_usable(trial: &Trial, wish: &Wish, run: &EvalRun, was_complete: bool) -> bool {
    if run.fresh && trial.run_id != run.id {
        return false;
    }
    match &trial.answer.failure {
        None => true,
        // A wrong key or a dead host says nothing about the variant: it is asked again once that is mended.
        Some(failure) => !wish.retry_errors && (was_complete || !failure.kind.is_fatal()),
    }
}
