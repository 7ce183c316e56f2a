//! A decision: a waterfall in another order than the files say, with its evidence; it stands until somebody undoes it.

use anyhow::Result;
use karat_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kept::{self, Keep};
use crate::app::{App, Refusal};

/// An order of a waterfall that was decided.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "WaterfallDecision")]
pub struct Decision {
    /// Its id.
    pub id: String,
    /// The feature.
    pub feature: String,
    /// The order that holds instead of the file's.
    pub order: Vec<String>,
    /// The file's order when it was decided.
    pub before: Vec<String>,
    /// Why, in a sentence.
    pub because: String,
    /// The incident with its evidence.
    pub incident: String,
    /// Milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// When it was undone.
    #[serde(default)]
    pub undone_at_ms: Option<i64>,
    /// Who undid it.
    #[serde(default)]
    pub undone_by: Option<String>,
}

impl Keep for Decision {
    const KIND: &'static str = "decision";
}

impl Decision {
    /// Whether it holds: nobody undid it, and the file still says what it said.
    pub fn holds(&self, waterfall: &[String]) -> bool {
        self.undone_at_ms.is_none() && self.before == waterfall
    }
}

/// The last decision about a feature, whether it holds or not.
pub async fn last(store: &Store, feature: &str) -> Result<Option<Decision>> {
    Ok(kept::read::<Decision>(store, feature).await?.map(|(decision, _)| decision))
}

/// The last decision about each feature.
pub async fn all(store: &Store) -> Result<Vec<Decision>> {
    let decisions = kept::list::<Decision>(store).await?;
    Ok(decisions.into_iter().map(|(_, decision)| decision).collect())
}

/// Decides, unless somebody else decided in the meantime; answers whether it did.
pub async fn decide(store: &Store, decision: &Decision) -> Result<bool> {
    let before = kept::read::<Decision>(store, &decision.feature).await?;
    let is_newer = before.as_ref().is_some_and(|(before, _)| before.at_ms > decision.at_ms);
    if is_newer {
        return Ok(false);
    }
    let hash = before.map(|(_, hash)| hash);
    kept::replace(store, &decision.feature, hash, decision, decision.at_ms).await
}

/// Which decision is undone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoDecision {
    /// The feature.
    pub feature: String,
}

/// Undoes the last decision about a feature: from the next request on the file's order holds.
pub async fn undo(app: App, input: UndoDecision) -> Result<Decision> {
    let nothing = || {
        Refusal::not_found(format!(
            "nothing is decided about {} that could be undone\n  next: `karat monitor` shows what is decided",
            input.feature
        ))
    };
    let store = app.existing_store()?.ok_or_else(nothing)?;
    let (decision, hash) =
        kept::read::<Decision>(&store, &input.feature).await?.ok_or_else(nothing)?;
    if decision.undone_at_ms.is_some() {
        return Err(nothing());
    }
    let now_ms = app.clock.now_ms();
    let undone = Decision {
        undone_at_ms: Some(now_ms),
        undone_by: Some(app.actor.name.clone()),
        ..decision
    };
    if !kept::replace(&store, &input.feature, Some(hash), &undone, now_ms).await? {
        return Err(Refusal::conflict(
            "somebody changed it in the same moment\n  next: look again",
        ));
    }
    Ok(undone)
}
