//! Pure. The level that each metric of a feature may not fall below: from its criteria, from its gate, or from its own past.

use super::baseline::Baseline;
use super::metric::{Metric, OF_SIGNALS};
use crate::project::{Bound, Feature, Metric as Measure};

/// So far below a floor or a bound nothing is said: production is never quite like the cases.
pub const SLACK: f64 = 0.02;

/// The share of requests that has to be answered where the feature says nothing about errors.
pub const ANSWERED_LEVEL: f64 = 0.95;

/// Expected observations until a false alarm: about 90 days of a feature with a thousand requests a day.
pub const OBSERVATIONS: f64 = 90_000.0;

/// One answer in so many gets a thumb, is applied, or belongs to a conversation that goes on.
const ANSWERS_A_SIGNAL: f64 = 20.0;

/// Fewer would be reached by a perfect stream in its time.
const FEWEST_OBSERVATIONS: f64 = 1000.0;

/// The share of answers that must keep within a limit where no criterion names one: it is a 95th percentile.
pub const WITHIN: f64 = 0.95;

/// What a stream is held against.
#[derive(Clone, Debug, PartialEq)]
pub struct Goal {
    /// The mean may not be below this.
    pub level: f64,
    /// Milliseconds or US dollars; what lies above counts as 0, all else as 1.
    pub limit: Option<f64>,
    /// Where the level comes from, in words.
    pub why: String,
    /// Whether a criterion of the feature demands it, so that the waterfall may move.
    pub is_demanded: bool,
}

/// What is known of a level.
#[derive(Clone, Debug, PartialEq)]
pub enum Aim {
    /// The level.
    Goal(Goal),
    /// There is none; it is learnt from so many observations.
    Learn(usize),
}

/// What a gate measured.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gated {
    /// Lower bound of the mean.
    pub lower: f64,
    /// Cases.
    pub n: u64,
}

/// How many metrics are watched of a variant: they share the promise about false alarms.
pub fn n_metrics(feature: &Feature) -> u32 {
    let n_scorers = if feature.live_sample > 0.0 { feature.scorers.len() } else { 0 };
    (3 + OF_SIGNALS.len() + n_scorers) as u32
}

/// After how many observations of a metric one false alarm is accepted: those of about 90 days.
pub fn run_length(feature: &Feature, metric: &Metric) -> f64 {
    let observations = match metric {
        Metric::Answered | Metric::Latency | Metric::Cost | Metric::Retried => OBSERVATIONS,
        Metric::Score(_) => OBSERVATIONS * feature.live_sample,
        Metric::Thumbs | Metric::Undone | Metric::Rephrased => OBSERVATIONS / ANSWERS_A_SIGNAL,
    };
    observations.max(FEWEST_OBSERVATIONS)
}

/// What a metric of a variant is held against.
pub fn aim(
    feature: &Feature,
    metric: &Metric,
    gated: Option<Gated>,
    baseline: Option<&Baseline>,
) -> Aim {
    let demanded = match metric {
        Metric::Answered => Some(answered(feature)),
        Metric::Score(scorer) => floor(feature, scorer),
        Metric::Latency => within(feature, &Measure::Latency),
        Metric::Cost => within(feature, &Measure::Cost),
        Metric::Thumbs | Metric::Undone | Metric::Rephrased | Metric::Retried => None,
    };
    let from_gate = || {
        let gated = gated.filter(|_| matches!(metric, Metric::Score(_)))?;
        Some(Goal {
            level: level(gated.lower - SLACK),
            limit: None,
            why: format!("the gate's lower bound {:.2} (n {}) less {SLACK}", gated.lower, gated.n),
            is_demanded: false,
        })
    };
    let from_past = || baseline.map(Baseline::goal);
    match demanded.or_else(from_gate).or_else(from_past) {
        Some(goal) => Aim::Goal(goal),
        None => Aim::Learn(match metric {
            Metric::Latency | Metric::Cost | Metric::Retried => 500,
            _ => 200,
        }),
    }
}

/// A level that a stream can fall below.
pub fn level(wished: f64) -> f64 {
    wished.clamp(0.01, 0.99)
}

/// What the criterion about errors leaves, otherwise the usual.
fn answered(feature: &Feature) -> Goal {
    let most =
        feature.mvq.iter().find_map(|criterion| match (&criterion.metric, &criterion.bound) {
            (Measure::ErrorRate, Bound::Max(most)) => Some(*most),
            _ => None,
        });
    let why = most.map_or_else(
        || "the usual level".to_owned(),
        |most| format!("what error-rate at most {most} leaves"),
    );
    let level = most.map_or(ANSWERED_LEVEL, |most| level(1.0 - most));
    Goal { level, limit: None, why, is_demanded: true }
}

/// The floor of a scorer; criteria about some of the cases only say nothing about all answers.
fn floor(feature: &Feature, scorer: &str) -> Option<Goal> {
    let floors = feature.mvq.iter().filter_map(|criterion| match &criterion.metric {
        Measure::Scorer(name) if name == scorer && criterion.only.is_none() => {
            let Bound::Min(floor) = criterion.bound else { return None };
            criterion.pass_hat.is_none().then_some((floor, criterion.is_advisory))
        }
        _ => None,
    });
    let (floor, is_advisory) = floors.max_by(|one, other| one.0.total_cmp(&other.0))?;
    Some(Goal {
        level: level(floor - SLACK),
        limit: None,
        why: format!("the floor {floor} less {SLACK}"),
        is_demanded: !is_advisory,
    })
}

/// The limit of a criterion on a quantile, and the share that must keep within it.
fn within(feature: &Feature, measure: &Measure) -> Option<Goal> {
    let criterion = feature
        .mvq
        .iter()
        .find(|one| one.metric == *measure && one.only.is_none() && one.quantile.is_some())?;
    let (Bound::Max(limit), Some(share)) = (criterion.bound, criterion.quantile) else {
        return None;
    };
    Some(Goal {
        level: level(share - SLACK),
        limit: Some(limit),
        why: format!("the share {share} of {} less {SLACK}", criterion.name),
        is_demanded: !criterion.is_advisory,
    })
}

#[cfg(test)]
mod tests;
