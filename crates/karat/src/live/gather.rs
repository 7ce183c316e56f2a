//! Reads what the page shows of one feature: sums, signals, and what changed.

use std::collections::BTreeMap;

use anyhow::Result;
use karat_store::{Hour, HourFilter, InferenceFilter, SignalHour, Store};

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
