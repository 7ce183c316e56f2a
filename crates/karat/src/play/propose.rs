//! The operation `play.propose_case`: something seen in Play that should become a case, kept until people label it.

use anyhow::Result;
use karat_records::Split;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::inputs;
use super::start::dataset_of;
use crate::app::{App, Refusal};
use crate::labels::{self, propose::Proposal};

/// A candidate case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeCase {
    /// The feature.
    pub feature: String,
    /// Named inputs.
    pub input: Map<String, Value>,
    /// What would have been right, where somebody knows.
    #[serde(default)]
    pub expected: Option<Value>,
    /// Why it should be a case.
    #[serde(default)]
    pub note: Option<String>,
    /// The case from which it was made.
    #[serde(default)]
    pub from_case: Option<String>,
}

/// Where a candidate waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProposedCase {
    /// The queue.
    pub queue: String,
    /// Its id there.
    pub item: String,
    /// What happens next, as a sentence.
    pub says: String,
}

/// Keeps a candidate case.
pub async fn propose(app: App, input: ProposeCase) -> Result<ProposedCase> {
    let project = app.project()?;
    let feature = project.choose(Some(&input.feature))?;
    inputs::check(&input.input).map_err(Refusal::invalid)?;
    if input.note.as_ref().is_some_and(|note| note.chars().count() > 4000) {
        return Err(Refusal::invalid(
            "the note is longer than 4,000 characters\n  next: shorten it",
        ));
    }
    if let Some(id) = &input.from_case {
        let dataset = dataset_of(&project, feature)?;
        if !dataset.cases.iter().any(|case| case.id == *id && case.split != Split::Gate) {
            return Err(Refusal::not_found(format!(
                "there is no case {id} among those that tune\n  next: leave from_case out"
            )));
        }
    }
    let proposal = Proposal {
        feature: feature.name.clone(),
        input: input.input,
        expected: input.expected,
        note: input.note,
        from: "play".into(),
        from_case: input.from_case,
        inference: None,
        overlap: None,
    };
    let proposed = labels::propose::propose(&app, proposal).await?;
    let says = format!("It {}; until then no run and no gate uses it.", proposed.says);
    Ok(ProposedCase { queue: proposed.queue, item: proposed.item, says })
}
