//! Guidelines: Markdown in versions; labels keep the version that people saw.

use anyhow::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::keep;
use super::next::{OfQueue, n_stale};
use super::queue::MOST_BYTES;
use super::shown::Guideline;
use crate::app::{App, Refusal};

/// All versions of a guideline.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Guidelines {
    /// Newest first.
    pub versions: Vec<Guideline>,
}

/// Lists the versions of a guideline.
pub async fn guideline(app: App, input: OfQueue) -> Result<Guidelines> {
    let store = app.store()?;
    let queue = keep::queue(&store, &input.queue).await?;
    let items = keep::items(&store, &queue).await?;
    let mut versions = keep::guidelines(&store, &queue.name).await?;
    for guideline in &mut versions {
        guideline.n_stale = n_stale(items.values(), guideline.version);
    }
    Ok(Guidelines { versions })
}

/// The next version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct WriteGuideline {
    /// The queue.
    pub queue: String,
    /// Markdown; lines that begin with an id such as `R1:` are rules that labels may cite.
    pub text: String,
}

/// Writes the next version of a guideline; labels under older versions are counted as stale.
pub async fn write_guideline(app: App, input: WriteGuideline) -> Result<Guideline> {
    let text = input.text.trim_end();
    if text.trim().is_empty() {
        return Err(Refusal::invalid(
            "the guideline is empty\n  next: write at least one rule, such as R1: …",
        ));
    }
    if text.len() > MOST_BYTES {
        return Err(Refusal::invalid(format!(
            "the guideline has {} bytes; at most {MOST_BYTES} fit\n  next: shorten it, nobody reads so much between two items",
            text.len()
        )));
    }
    let store = app.store()?;
    let queue = keep::queue(&store, &input.queue).await?;
    let written = keep::write_guideline(&app, &store, &queue.name, text).await?;
    let items = keep::items(&store, &queue).await?;
    Ok(Guideline { n_stale: n_stale(items.values(), written.version), ..written })
}
