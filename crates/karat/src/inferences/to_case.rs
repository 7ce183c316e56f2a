//! The operation `inferences.to_case`: an inference becomes a candidate case, which waits for people to label it.
//!
//! A user's correction goes along as what one person would want, and never as gold: only labels make a desired output.

use anyhow::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::case::{as_output, correction_of, input_of};
use super::show::{find, has_body};
use crate::app::{App, Refusal};
use crate::labels::propose::{Proposal, propose};
use crate::labels::task::FromInference;

/// Which inference, and what should become of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InferenceToCase {
    /// Its id, or the beginning of it.
    pub inference: String,
    /// The feature; that of the inference where absent.
    #[serde(default)]
    pub feature: Option<String>,
    /// What would have been right, where the caller knows; a user's correction where absent.
    #[serde(default)]
    pub expected: Option<Value>,
    /// Why it should be a case.
    #[serde(default)]
    pub note: Option<String>,
    /// How many people label it; 1 where absent. The first candidate of a feature says it for all that follow.
    #[serde(default)]
    pub overlap: Option<u32>,
}

/// Where the candidate waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InferenceCase {
    /// The queue.
    pub queue: String,
    /// Its id there.
    pub item: String,
    /// False where the same input was proposed before.
    pub is_new: bool,
    /// What somebody suggests as the output; labellers do not see it.
    pub suggested: Option<Value>,
    /// What happens next, as a sentence.
    pub says: String,
}

/// Longest remark.
const LONGEST_NOTE: usize = 4000;

/// Makes a candidate case.
pub async fn to_case(app: App, input: InferenceToCase) -> Result<InferenceCase> {
    let store = app.store()?;
    let inference = find(&store, &input.inference).await?;
    let short: String = inference.id.chars().take(13).collect();
    if !has_body(&inference) {
        return Err(Refusal::conflict(format!(
            "request and answer of {short} were erased or forgotten\n  next: choose a newer inference"
        )));
    }
    if input.note.as_ref().is_some_and(|note| note.chars().count() > LONGEST_NOTE) {
        return Err(Refusal::invalid(
            "the note is longer than 4,000 characters\n  next: shorten it",
        ));
    }
    let named = input.feature.as_ref().or(inference.feature.as_ref());
    let Some(name) = named else {
        return Err(Refusal::invalid(format!(
            "{short} named a model and no feature\n  next: say which feature the case is for"
        )));
    };
    let project = app.project()?;
    let feature = project.choose(Some(name))?;
    let made = input_of(&inference)
        .map_err(|reason| Refusal::invalid(format!("{short} makes no case: {reason}")))?;
    let bound = store.ledger.signals_of(std::slice::from_ref(&inference.id)).await?;
    let signals: Vec<_> = bound.into_iter().map(|bound| bound.signal).collect();
    let correction = correction_of(&signals).filter(|_| input.expected.is_none());
    let from = FromInference {
        id: inference.id.clone(),
        variant: inference.variant.clone(),
        received_at_ms: inference.received_at_ms,
        correction: correction.as_ref().map(|correction| correction.kind.clone()),
    };
    let corrected = correction.map(|it| as_output(&it.text, feature.output.is_some()));
    let suggested = input.expected.or(corrected);
    let proposal = Proposal {
        feature: feature.name.clone(),
        input: made.input,
        expected: suggested.clone(),
        note: input.note,
        from: "production".into(),
        from_case: None,
        inference: Some(from),
        overlap: input.overlap,
    };
    let proposed = propose(&app, proposal).await?;
    let left_out = if made.had_instructions {
        " The application's own instructions were left out; the variant's stand in their place."
    } else {
        ""
    };
    Ok(InferenceCase {
        says: format!("It {}; until then no run and no gate uses it.{left_out}", proposed.says),
        queue: proposed.queue,
        item: proposed.item,
        is_new: proposed.is_new,
        suggested,
    })
}
