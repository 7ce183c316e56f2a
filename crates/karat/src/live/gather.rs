//! Reads what the page shows of one feature: sums, signals, and what changed.

use std::collections::BTreeMap;

use anyhow::Result;
use karat_store::{Hour, HourFilter, InferenceFilter, LoadFilter, SignalHour, Store};

use super::marks::Changed;
use crate::history::KINDS;

/// Loads that are looked through for changes.
const MOST_LOADS: usize = 100;

/// A span of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// The beginning of its first hour, in milliseconds since the Unix epoch.
    pub from_ms: i64,
    /// Its end.
    pub until_ms: i64,
}

/// Sums of a feature.
pub async fn hours(store: &Store, feature: &str, window: Window) -> Result<Vec<Hour>> {
    let filter = HourFilter {
        feature: Some(feature.to_owned()),
        since_ms: Some(window.from_ms),
        until_ms: Some(window.until_ms),
    };
    Ok(store.ledger.hours(filter).await?)
}

/// Sums of its signals.
pub async fn signals(store: &Store, feature: &str, window: Window) -> Result<Vec<SignalHour>> {
    Ok(store.ledger.signal_hours(feature, window.from_ms, window.until_ms).await?)
}

/// Whether the newest answer of each variant was unproven.
pub async fn unproven(
    store: &Store,
    feature: &str,
    hours: &[Hour],
) -> Result<BTreeMap<Option<String>, bool>> {
    let mut known = BTreeMap::new();
    for variant in hours.iter().filter_map(|hour| hour.variant.clone()) {
        if known.contains_key(&Some(variant.clone())) {
            continue;
        }
        let filter = InferenceFilter {
            feature: Some(feature.to_owned()),
            variant: Some(variant.clone()),
            limit: 1,
            ..InferenceFilter::default()
        };
        let newest = store.ledger.inferences(filter).await?.items.pop();
        let Some(newest) = newest else { continue };
        known.insert(Some(variant), newest.inference.unproven);
    }
    Ok(known)
}

/// Files and datasets whose content changed in the window; what was seen for the first time did not.
pub async fn changed(store: &Store, window: Window) -> Result<Vec<Changed>> {
    let kinds = KINDS.map(str::to_owned).to_vec();
    let filter = LoadFilter { kinds, limit: MOST_LOADS, cursor: None };
    let mut changed = Vec::new();
    for load in store.catalog.loads(filter).await?.items {
        if load.seen_at_ms < window.from_ms {
            break;
        }
        let before = store.catalog.with_before(&load.kind, &load.name, &load.hash).await?;
        if before.is_some_and(|(_, before)| before.is_some()) {
            changed.push(Changed { at_ms: load.seen_at_ms, kind: load.kind, name: load.name });
        }
    }
    Ok(changed)
}
