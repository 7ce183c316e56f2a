//! The operation `live.show`: what features do in production. It reads sums, and of single answers a bounded number.

use std::collections::BTreeMap;

use anyhow::Result;
use karat_store::{Hour, HourFilter, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::conflict::{LiveConflict, conflicts};
use super::figures::{LiveFigures, figures};
use super::gap::{LiveGap, gaps};
use super::gather::{self, Window};
use super::marks::{LiveMark, marks};
use super::rates::{LiveSignal, Spans, rates};
use super::volume::{LivePoint, LiveShare, LiveSum, LiveVariant, failing, points, total, variants};
use super::worst::{self, LiveWorst};
use crate::app::{App, Refusal};
use crate::evals::gated;
use crate::history::changed::changed;
use crate::project::problem::suggestion;
use crate::project::read;

const HOUR_MS: i64 = 3_600_000;

/// Longest window: 92 days.
const MOST_HOURS: u64 = 92 * 24;

/// Up to so many hours each is shown; beyond, days are.
const MOST_HOURS_SHOWN: i64 = 72;

/// Of a project with more features the busiest are shown.
const MOST_FEATURES: usize = 50;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AskLive {
    /// The feature; all of them, without single answers, where absent.
    pub feature: Option<String>,
    /// How many days back, 92 at most; 7 where neither days nor hours are given.
    pub days: Option<u64>,
    /// How many hours back.
    pub hours: Option<u64>,
}

/// What features do in production.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Live {
    /// Where the window begins, in milliseconds since the Unix epoch.
    pub from_ms: i64,
    /// Now.
    pub now_ms: i64,
    /// How long each point of the series is, in milliseconds.
    pub step_ms: i64,
    /// Features, those of the files first, in their order.
    pub features: Vec<LiveFeature>,
    /// What was lost in the window, and why.
    pub lost: Vec<LiveLost>,
    /// Signals that wait for the inference that they are about.
    pub n_waiting_signals: u64,
}

/// One feature.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveFeature {
    /// Its name.
    pub name: String,
    /// True where it ever had a request.
    pub is_used: bool,
    /// What was summed over the window.
    pub total: LiveSum,
    /// How many requests failed or broke off.
    pub failing: LiveShare,
    /// By span of time; spans without requests are left out.
    pub points: Vec<LivePoint>,
    /// By variant, the one with most requests first.
    pub variants: Vec<LiveVariant>,
    /// Signals, the most telling first.
    pub signals: Vec<LiveSignal>,
    /// What changed in the window, the oldest first.
    pub marks: Vec<LiveMark>,
    /// The worst answers; absent where all features are asked for.
    pub worst: Option<Vec<LiveWorst>>,
    /// Judges beside people; absent where all features are asked for.
    pub conflicts: Option<Vec<LiveConflict>>,
    /// The gate's values beside those of live answers, by variant; absent where all features are asked for.
    pub gaps: Option<Vec<LiveGap>>,
    /// Signals of the newest answers with people as the units; absent where all features are asked for.
    pub figures: Option<LiveFigures>,
}

/// Something that was lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LiveLost {
    /// Why.
    pub reason: String,
    /// How often.
    pub n: u64,
    /// The last time, in milliseconds since the Unix epoch.
    pub last_at_ms: i64,
}

/// Tells what features do in production.
pub async fn show(app: App, input: AskLive) -> Result<Live> {
    let now_ms = app.clock.now_ms();
    let n_hours = n_hours(&input)?;
    // The hour that is not over is part of the window, so that a first request is seen at once.
    let until_ms = now_ms.div_euclid(HOUR_MS) * HOUR_MS + HOUR_MS;
    let step_ms = if n_hours <= MOST_HOURS_SHOWN { HOUR_MS } else { 24 * HOUR_MS };
    let window = Window { from_ms: until_ms - n_hours * HOUR_MS, until_ms };
    let known = features(&app);
    let mut live = Live {
        from_ms: window.from_ms,
        now_ms,
        step_ms,
        features: Vec::new(),
        lost: Vec::new(),
        n_waiting_signals: 0,
    };
    let Some(store) = app.existing_store()? else {
        let asked = asked(&input, &known, &[])?;
        live.features = asked.into_iter().map(LiveFeature::unused).collect();
        return Ok(live);
    };
    // One reading serves all features; that of one feature looks only its own sums up.
    let mut hours = match &input.feature {
        Some(name) => [(name.clone(), gather::hours(&store, name, window).await?)].into(),
        None => by_feature(&store, window).await?,
    };
    let used = busiest(&hours);
    let spans = Spans { from_ms: window.from_ms, step_ms, now_ms };
    for name in asked(&input, &known, &used)? {
        let sums = hours.remove(&name).unwrap_or_default();
        let feature =
            of_feature(&store, &name, &sums, window, spans, input.feature.is_some()).await?;
        live.features.push(feature);
    }
    let lost = store.ledger.drops(window.from_ms).await?.into_iter();
    live.lost = lost
        .map(|lost| LiveLost { reason: lost.reason, n: lost.n, last_at_ms: lost.last_at_ms })
        .collect();
    live.n_waiting_signals = store.ledger.n_waiting_signals().await?;
    Ok(live)
}

fn n_hours(input: &AskLive) -> Result<i64> {
    let n = match (input.days, input.hours) {
        (None, None) => 7 * 24,
        (Some(days), None) => days.saturating_mul(24),
        (None, Some(hours)) => hours,
        (Some(_), Some(_)) => 0,
    };
    if (1..=MOST_HOURS).contains(&n) {
        return Ok(n.cast_signed());
    }
    Err(Refusal::invalid(
        "the window is not between an hour and 92 days\n  next: give `days` or `hours`, and not both",
    ))
}

/// Names of the project's features; none where its files cannot be read, because what happened can be shown all the same.
fn features(app: &App) -> Vec<String> {
    let project = read::find_root(&app.folder).and_then(|root| read::read(&root).project);
    let features = project.map(|project| project.features).unwrap_or_default();
    features.into_iter().map(|feature| feature.name).collect()
}

/// Sums of all features with requests in the window.
async fn by_feature(store: &Store, window: Window) -> Result<BTreeMap<String, Vec<Hour>>> {
    let filter = HourFilter {
        feature: None,
        since_ms: Some(window.from_ms),
        until_ms: Some(window.until_ms),
    };
    let mut features: BTreeMap<String, Vec<Hour>> = BTreeMap::new();
    for hour in store.ledger.hours(filter).await? {
        if let Some(feature) = hour.feature.clone() {
            features.entry(feature).or_default().push(hour);
        }
    }
    Ok(features)
}

/// Names of features with requests, the busiest first.
fn busiest(hours: &BTreeMap<String, Vec<Hour>>) -> Vec<String> {
    let used = hours.iter().filter(|(_, hours)| !hours.is_empty());
    let mut counts: Vec<(&String, u64)> =
        used.map(|(name, hours)| (name, hours.iter().map(|hour| hour.n).sum())).collect();
    counts.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
    counts.into_iter().map(|(name, _)| name.clone()).collect()
}

fn asked(input: &AskLive, known: &[String], used: &[String]) -> Result<Vec<String>> {
    let all: Vec<&String> =
        known.iter().chain(used.iter().filter(|name| !known.contains(name))).collect();
    let Some(name) = &input.feature else {
        return Ok(all.into_iter().take(MOST_FEATURES).cloned().collect());
    };
    if all.contains(&name) {
        return Ok(vec![name.clone()]);
    }
    let names: Vec<&str> = all.into_iter().map(String::as_str).collect();
    Err(Refusal::not_found(format!(
        "there is no feature {name}\n  next: {}",
        suggestion(name, names)
    )))
}

async fn of_feature(
    store: &Store,
    name: &str,
    hours: &[Hour],
    window: Window,
    spans: Spans,
    with_answers: bool,
) -> Result<LiveFeature> {
    let signals = gather::signals(store, name, window).await?;
    let firsts = store.ledger.served_firsts(name).await?;
    let unproven = gather::unproven(store, name, hours).await?;
    let changed =
        if firsts.is_empty() { Vec::new() } else { changed(store, window.from_ms).await? };
    let sum = total(hours);
    let (worst, conflicts, gaps, figures) = if with_answers {
        let judged = worst::judged(store, name, window).await?;
        let scores = gather::scores(store, name, window).await?;
        let gaps = gaps(&gated::latest(store, name).await?, &scores, hours);
        let worst = worst::worst(store, name, window).await?;
        let figures = figures(store, name, window, spans.now_ms).await?;
        (Some(worst), Some(conflicts(&judged)), Some(gaps), Some(figures))
    } else {
        (None, None, None, None)
    };
    Ok(LiveFeature {
        name: name.to_owned(),
        is_used: !firsts.is_empty(),
        total: sum,
        failing: failing(&sum),
        points: points(hours, spans.from_ms, spans.step_ms),
        variants: variants(hours, &unproven),
        signals: rates(hours, &signals, spans),
        marks: marks(&firsts, &changed, window.from_ms),
        worst,
        conflicts,
        gaps,
        figures,
    })
}

impl LiveFeature {
    fn unused(name: String) -> Self {
        Self {
            name,
            is_used: false,
            total: LiveSum::default(),
            failing: LiveShare::default(),
            points: Vec::new(),
            variants: Vec::new(),
            signals: Vec::new(),
            marks: Vec::new(),
            worst: Some(Vec::new()),
            conflicts: Some(Vec::new()),
            gaps: Some(Vec::new()),
            figures: Some(LiveFigures::default()),
        }
    }
}
