//! Files and datasets whose content changed since some time; what was seen for the first time did not.

use anyhow::Result;
use karat_store::{LoadFilter, Store};

use super::KINDS;

/// Loads that are looked through for changes.
const MOST_LOADS: usize = 100;

/// A file or dataset whose content changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// When the change was seen, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// What it is, for example `prompt`.
    pub kind: String,
    /// The file, the feature or the dataset.
    pub name: String,
}

/// What changed at this time or later, the newest first.
pub async fn changed(store: &Store, since_ms: i64) -> Result<Vec<Changed>> {
    let kinds = KINDS.map(str::to_owned).to_vec();
    let filter = LoadFilter { kinds, limit: MOST_LOADS, cursor: None };
    let mut changed = Vec::new();
    for load in store.catalog.loads(filter).await?.items {
        if load.seen_at_ms < since_ms {
            break;
        }
        let before = store.catalog.with_before(&load.kind, &load.name, &load.hash).await?;
        if before.is_some_and(|(_, before)| before.is_some()) {
            changed.push(Changed { at_ms: load.seen_at_ms, kind: load.kind, name: load.name });
        }
    }
    Ok(changed)
}
