//! What the monitor knows, for people: open incidents first, canaries, and what was decided.

use anyhow::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::baseline::Baseline;
use super::decision::{self, Decision};
use super::incident::{self, CloseIncident, Incident};
use super::metric::Metric;
use super::suite::{CanaryRun, Kept};
use super::{canary, kept, notice};
use crate::app::App;

/// What is asked.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AskMonitor {
    /// Only this feature.
    pub feature: Option<String>,
}

/// What the monitor knows.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Monitored {
    /// Open ones first, then the newest; at most 100.
    pub incidents: Vec<Incident>,
    /// Canaries by feature and variant.
    pub canaries: Vec<CanaryShown>,
    /// The last decision about each feature, and whether it holds.
    pub decisions: Vec<DecisionShown>,
    /// Levels that were learnt from variants' own past, because no criterion and no gate gives one.
    pub levels: Vec<LevelShown>,
    /// Messages that nobody has taken yet.
    pub n_notices_waiting: u64,
}

/// A canary with its last runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CanaryShown {
    /// The feature.
    pub feature: String,
    /// The variant.
    pub variant: String,
    /// Whether its alarm is raised.
    pub is_alarm: bool,
    /// The last 50 runs, oldest first.
    pub runs: Vec<CanaryRun>,
}

/// A decision, and whether it holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DecisionShown {
    /// The decision.
    #[serde(flatten)]
    pub decision: Decision,
    /// Whether requests are answered in its order now.
    pub holds: bool,
}

/// A level that was learnt from a variant's own past.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LevelShown {
    /// The feature.
    pub feature: String,
    /// The variant.
    pub variant: String,
    /// What is measured, with 1 as good.
    pub metric: String,
    /// What of it is so, in words.
    pub says: String,
    /// Observations that it was learnt from.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// What the mean was surely not below.
    pub lower: f64,
    /// The mean may not fall below this.
    pub level: f64,
    /// When it was learnt, in milliseconds since the Unix epoch.
    pub learnt_at_ms: i64,
}

/// Incidents that are shown.
const MOST_INCIDENTS: usize = 100;

/// Runs of a canary that are shown.
const MOST_RUNS: usize = 50;

/// Tells what the monitor knows.
pub async fn show(app: App, input: AskMonitor) -> Result<Monitored> {
    let Some(store) = app.existing_store()? else { return Ok(Monitored::default()) };
    let is_asked = |feature: &str| input.feature.as_ref().is_none_or(|asked| asked == feature);
    let mut incidents = incident::all(&store).await?;
    let learnt = kept::list::<Baseline>(&store).await?.into_iter();
    let levels = learnt
        .filter_map(|(name, baseline)| level(&name, &baseline, &incidents))
        .filter(|level| is_asked(&level.feature))
        .collect();
    incidents.retain(|incident| is_asked(&incident.feature));
    incidents.sort_by_key(|incident| !incident.is_open());
    incidents.truncate(MOST_INCIDENTS);
    let mut canaries = Vec::new();
    for (name, kept) in kept::list::<Kept>(&store).await? {
        let Some((feature, variant)) = name.split_once('/') else { continue };
        if is_asked(feature) {
            let from = kept.runs.len().saturating_sub(MOST_RUNS);
            canaries.push(CanaryShown {
                feature: feature.to_owned(),
                variant: variant.to_owned(),
                is_alarm: kept.alarm().is_some(),
                runs: kept.runs[from..].to_vec(),
            });
        }
    }
    let project = app.project().ok();
    let decisions = decision::all(&store).await?.into_iter();
    let decisions = decisions
        .filter(|decision| is_asked(&decision.feature))
        .map(|decision| {
            let feature = project.as_ref().and_then(|project| project.feature(&decision.feature));
            let holds = feature.is_some_and(|feature| decision.holds(&feature.waterfall));
            DecisionShown { decision, holds }
        })
        .collect();
    let notices = kept::list::<notice::Notice>(&store).await?;
    let waiting = notices.iter().filter(|(_, notice)| notice.delivered_at_ms.is_none()).count();
    Ok(Monitored { incidents, canaries, decisions, levels, n_notices_waiting: waiting as u64 })
}

/// A level as people read it; nothing where an incident about it was closed, because it is learnt again.
fn level(name: &str, baseline: &Baseline, incidents: &[Incident]) -> Option<LevelShown> {
    let (feature, rest) = name.split_once('/')?;
    let (variant, metric) = rest.split_once('/')?;
    let is_void = incidents.iter().any(|incident| {
        incident.is_about(feature, Some(variant), metric)
            && incident.closed_at_ms.is_some_and(|at_ms| at_ms >= baseline.until_ms)
    });
    let goal = baseline.goal();
    (!is_void).then(|| LevelShown {
        feature: feature.to_owned(),
        variant: variant.to_owned(),
        metric: metric.to_owned(),
        says: Metric::named(metric).map_or_else(String::new, |one| one.says(goal.limit)),
        n: baseline.n,
        mean: baseline.mean,
        lower: baseline.lower,
        level: goal.level,
        learnt_at_ms: baseline.until_ms,
    })
}

/// Closes an incident; what it was about is watched anew.
pub async fn close(app: App, input: CloseIncident) -> Result<Incident> {
    let closed = incident::close(app.clone(), input).await?;
    canary::settle(&app, &closed).await?;
    Ok(closed)
}
