//! The operation `inferences.show`: one inference with its attempts, request, answer, signals and live scores.

use anyhow::Result;
use karat_records::{Inference, LiveScore, Signal};
use karat_store::{Store, StoreError};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::{App, Refusal};

/// Which inference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowInference {
    /// Its id, or the beginning of it.
    pub inference: String,
}

/// All that is known of an inference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShownInference {
    /// The inference.
    pub inference: Inference,
    /// False where request and answer were erased, or forgotten because their time or the room was over.
    pub has_body: bool,
    /// What people did with the answer or said about it, in the order of arrival.
    pub signals: Vec<Signal>,
    /// What scorers say about it.
    pub live_scores: Vec<LiveScore>,
}

/// Shows an inference.
pub async fn show(app: App, input: ShowInference) -> Result<ShownInference> {
    let Some(store) = app.existing_store()? else { return Err(unknown(&input.inference)) };
    let inference = find(&store, &input.inference).await?;
    let ids = [inference.id.clone()];
    let signals = store.ledger.signals_of(&ids).await?;
    let live_scores = store.ledger.live_scores_of(&ids).await?;
    Ok(ShownInference {
        has_body: has_body(&inference),
        inference,
        signals: signals.into_iter().map(|bound| bound.signal).collect(),
        live_scores: live_scores.into_iter().map(|placed| placed.score).collect(),
    })
}

/// The inference with this id or beginning of one, or a refusal.
pub async fn find(store: &Store, id: &str) -> Result<Inference> {
    match store.ledger.inference(id).await {
        Ok(Some(inference)) => Ok(inference),
        Ok(None) => Err(unknown(id)),
        Err(error @ StoreError::Ambiguous { .. }) => Err(Refusal::invalid(error.to_string())),
        Err(error) => Err(error.into()),
    }
}

/// Whether request and answer are still there: no request is empty.
pub fn has_body(inference: &Inference) -> bool {
    !inference.request.is_empty()
}

fn unknown(id: &str) -> anyhow::Error {
    let id: String = id.chars().take(60).collect();
    Refusal::not_found(format!(
        "there is no inference {id}\n  next: `karat inferences` lists them; what is older than `keep_days` is forgotten"
    ))
}
