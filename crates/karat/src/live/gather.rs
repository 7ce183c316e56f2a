//! Reads what the page shows of one feature: sums, signals, and what changed.

use std::collections::BTreeMap;

use anyhow::Result;
use karat_store::{Hour, HourFilter, InferenceFilter, PlacedScore, SignalHour, Store};

/// Live scores of all features that are looked through, the newest ones.
const MOST_SCORES: u64 = 20_000;

/// Live scores that are read at once.
const PAGE: usize = 2_000;

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

/// Live scores of a feature that were given in the window, of the newest ones of all features.
pub async fn scores(store: &Store, feature: &str, window: Window) -> Result<Vec<PlacedScore>> {
    let mut after = store.ledger.places().await?.live_scores.saturating_sub(MOST_SCORES);
    let mut scores = Vec::new();
    loop {
        let news = store.ledger.live_scores_after(after, Some(feature), PAGE).await?;
        after = news.after;
        let is_inside = |placed: &PlacedScore| {
            (window.from_ms..window.until_ms).contains(&placed.score.scored_at_ms)
        };
        scores.extend(news.items.into_iter().filter(is_inside));
        if news.is_end {
            return Ok(scores);
        }
    }
}
