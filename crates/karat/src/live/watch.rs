//! The strip Watch of Today: what each feature did in the last 24 hours, and whether something is wrong.

use anyhow::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gather::{self, Window};
use super::rates::{LiveSignal, Spans, rates, worst};
use super::volume::{LiveShare, failing, total};
use crate::app::App;

const HOUR_MS: i64 = 3_600_000;

/// Hours of the strip.
const HOURS: i64 = 24;

/// Signals ripen for a day, so theirs is a longer window.
const SIGNAL_HOURS: i64 = 7 * 24;

/// One feature in the last 24 hours.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WatchedFeature {
    /// Its name.
    pub name: String,
    /// Requests.
    pub n: u64,
    /// How many a scripted server answered.
    pub n_simulated: u64,
    /// How many failed or broke off.
    pub failing: LiveShare,
    /// US dollars, as far as they are known.
    pub cost_usd: f64,
    /// How many requests say nothing about their cost.
    pub n_cost_unknown: u64,
    /// Of a hundred, 95 answers took no longer, in milliseconds.
    pub p95_ms: Option<f64>,
    /// The signal that speaks most clearly against the answers of the last 7 days; absent where none does.
    pub worst_signal: Option<LiveSignal>,
}

/// What a feature did; nothing where nobody asked it for anything in 7 days.
pub async fn watch(app: &App, feature: &str) -> Result<Option<WatchedFeature>> {
    let Some(store) = app.existing_store()? else { return Ok(None) };
    let now_ms = app.clock.now_ms();
    let until_ms = now_ms.div_euclid(HOUR_MS) * HOUR_MS + HOUR_MS;
    let week = Window { from_ms: until_ms - SIGNAL_HOURS * HOUR_MS, until_ms };
    let hours = gather::hours(&store, feature, week).await?;
    if hours.is_empty() {
        return Ok(None);
    }
    let signals = gather::signals(&store, feature, week).await?;
    let spans = Spans { from_ms: week.from_ms, step_ms: SIGNAL_HOURS * HOUR_MS, now_ms };
    let today_ms = until_ms - HOURS * HOUR_MS;
    let sum = total(hours.iter().filter(|hour| hour.begins_at_ms >= today_ms));
    Ok(Some(WatchedFeature {
        name: feature.to_owned(),
        n: sum.n,
        n_simulated: sum.n_simulated,
        failing: failing(&sum),
        cost_usd: sum.cost_usd,
        n_cost_unknown: sum.n_cost_unknown,
        p95_ms: sum.latency.p95_ms,
        worst_signal: worst(&rates(&hours, &signals, spans)),
    }))
}
