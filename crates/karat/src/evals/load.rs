//! A stored run as the gate needs it.

use std::collections::{BTreeMap, HashMap};

use anyhow::Result;
use karat_records::{Case, EvalRun, Hash, Score, Split, Trial};
use karat_store::{Store, StoreError};

use crate::app::Refusal;
use crate::gate::{Outcome, Outcomes, VariantOutcomes};

/// A run with its trials and scores.
#[derive(Debug)]
pub struct Loaded {
    /// The run.
    pub run: EvalRun,
    /// Trials in the order in which they were made.
    pub trials: Vec<Trial>,
    /// Scores by trial, in the order of the run's scorers.
    pub scores: HashMap<String, Vec<Option<Score>>>,
}

/// Loads the run with this id, or the only one whose id begins with it; `latest` is the newest of all.
pub async fn load(store: &Store, id: &str) -> Result<Loaded> {
    let run = find(store, id).await?;
    let trials = store.ledger.trials_of_run(&run.id).await?;
    let position: HashMap<&Hash, usize> =
        run.plan.scorers.iter().enumerate().map(|(index, scorer)| (&scorer.hash, index)).collect();
    let mut scores: HashMap<String, Vec<Option<Score>>> = HashMap::new();
    for score in store.ledger.scores_of_run(&run.id).await? {
        if let Some(index) = position.get(&score.scorer_hash) {
            let row = scores
                .entry(score.trial_id.clone())
                .or_insert_with(|| vec![None; run.plan.scorers.len()]);
            row[*index] = Some(score);
        }
    }
    Ok(Loaded { run, trials, scores })
}

/// Finds a run by id, by the beginning of an id, or as `latest`.
pub async fn find(store: &Store, id: &str) -> Result<EvalRun> {
    if id == "latest" {
        let filter = karat_store::RunFilter { limit: 1, ..karat_store::RunFilter::default() };
        let newest = store.ledger.runs(filter).await?.items.into_iter().next();
        return newest.ok_or_else(none_yet);
    }
    match store.ledger.run(id).await {
        Ok(Some(run)) => Ok(run),
        Ok(None) => {
            Err(Refusal::not_found(format!("there is no run {id}\n  next: karat runs lists them")))
        }
        Err(error @ StoreError::Ambiguous { .. }) => Err(Refusal::invalid(error.to_string())),
        Err(error) => Err(error.into()),
    }
}

/// The refusal of whoever asks for a run where there is none.
pub fn none_yet() -> anyhow::Error {
    Refusal::not_found("there is no run yet\n  next: karat eval")
}

impl Loaded {
    /// The score of a trial by the scorer at this position; an error and an undecided score are failures.
    /// Without a scorer an answer is a success.
    pub fn score(&self, trial: &Trial, scorer: Option<usize>) -> f64 {
        match scorer {
            _ if trial.answer.failure.is_some() => 0.0,
            None => 1.0,
            Some(scorer) => self
                .scores
                .get(&trial.id)
                .and_then(|scores| scores.get(scorer)?.as_ref()?.value)
                .unwrap_or(0.0),
        }
    }

    /// Everything that was measured; cases have only their ids.
    pub fn outcomes(&self) -> Outcomes {
        self.outcomes_with(&BTreeMap::new())
    }

    /// Everything that was measured, with those of these cases that the run answered; the others have only their ids.
    pub fn outcomes_with(&self, cases: &BTreeMap<String, Case>) -> Outcomes {
        let mut ids: Vec<&str> = self.trials.iter().map(|trial| trial.case_id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        let position: HashMap<&str, usize> =
            ids.iter().enumerate().map(|(index, id)| (*id, index)).collect();
        let variants = self.run.plan.variants.iter().map(|variant| {
            let mut trials: Vec<Vec<Outcome>> = vec![Vec::new(); ids.len()];
            for trial in self.trials.iter().filter(|trial| trial.variant == variant.name) {
                let scores = self.scores.get(&trial.id).map_or_else(Vec::new, |scores| {
                    scores
                        .iter()
                        .map(|score| score.as_ref().and_then(|score| score.value))
                        .collect()
                });
                trials[position[trial.case_id.as_str()]].push(Outcome {
                    trial_id: trial.id.clone(),
                    failure: trial.answer.failure.as_ref().map(|failure| failure.kind),
                    latency_ms: trial.answer.latency_ms,
                    cost_usd: trial.answer.cost_usd,
                    fingerprint: 0,
                    simulated: trial.answer.simulated,
                    scores,
                });
            }
            VariantOutcomes {
                name: variant.name.clone(),
                kind: "stored",
                hash: variant.hash.clone(),
                trials,
            }
        });
        Outcomes {
            cases: ids
                .iter()
                .map(|id| cases.get(*id).cloned().unwrap_or_else(|| bare_case(id)))
                .collect(),
            scorers: self.run.plan.scorers.iter().map(|scorer| scorer.name.clone()).collect(),
            variants: variants.collect(),
        }
    }
}

/// A case of which only the id is known.
pub fn bare_case(id: &str) -> Case {
    Case {
        id: id.to_owned(),
        input: serde_json::Map::new(),
        expected: None,
        metadata: serde_json::Map::new(),
        tags: Vec::new(),
        split: Split::Both,
    }
}
