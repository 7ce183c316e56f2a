//! Pure. How far production is from the gate: what the gate measured beside what scorers say about live answers.
//!
//! Live answers are drawn with known probabilities, so each counts by the inverse of its own.
//! Whether there was an answer at all is known of each request.

use karat_stats::Interval;
use karat_stats::weighted::{Drawn, difference, weighted};
use karat_stats::wilson::wilson;
use karat_store::{Hour, PlacedScore};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evals::gated::GatedVariant;
use crate::evals::report::MetricReport;
use crate::gate::CriterionVerdict;
use crate::project::Metric;

/// One metric of one variant, offline and live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveGap {
    /// The variant.
    pub variant: String,
    /// The scorer; `answered` for the share of requests with an answer.
    pub metric: String,
    /// The criterion about all cases that it decides, where there is one.
    pub criterion: Option<String>,
    /// What that demands, as a short sentence.
    pub demand: Option<String>,
    /// The criterion's floor, 0 to 1.
    pub floor: Option<f64>,
    /// What the gate measured on its cases.
    pub gate: LiveMean,
    /// When the gate did, in milliseconds since the Unix epoch.
    pub gated_at_ms: i64,
    /// What the same scorer says about live answers; absent where it said nothing in the window.
    pub live: Option<LiveMean>,
    /// Live answers about which it could not decide; each counts as 0, as in a gate.
    pub n_undecided: u64,
    /// Live minus gate.
    pub difference: Option<LiveDifference>,
    /// Two-sided, for each interval.
    pub confidence: f64,
    /// True where a scripted server answered or judged on either side.
    pub simulated: bool,
    /// All of it in a sentence.
    pub says: String,
}

/// A mean with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveMean {
    /// The mean, 0 to 1.
    pub mean: f64,
    /// Its lower bound.
    pub lower: f64,
    /// Its upper bound.
    pub upper: f64,
    /// Cases of the gate, or live answers.
    pub n: u64,
}

/// A difference with its interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveDifference {
    /// The difference, -1 to 1; below zero it is worse live.
    pub estimate: f64,
    /// Its lower bound.
    pub lower: f64,
    /// Its upper bound.
    pub upper: f64,
    /// What follows, where the interval leaves no doubt.
    pub verdict: GapShown,
}

/// What a difference shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum GapShown {
    /// Surely worse live.
    Worse,
    /// Surely better live.
    Better,
    /// Neither is shown.
    NotShown,
}

/// Every metric of every judged variant that had requests in the window.
pub fn gaps(gated: &[GatedVariant], scores: &[PlacedScore], hours: &[Hour]) -> Vec<LiveGap> {
    let of = |variant: &GatedVariant| -> Vec<Hour> {
        let name = Some(variant.report.name.as_str());
        hours.iter().filter(|hour| hour.variant.as_deref() == name).cloned().collect()
    };
    let used = gated.iter().map(|variant| (variant, of(variant)));
    used.filter(|(_, hours)| !hours.is_empty())
        .flat_map(|(variant, hours)| {
            let metrics = variant.report.metrics.iter();
            let scored = metrics.filter_map(|metric| scored(variant, metric, scores));
            answered(variant, &hours).into_iter().chain(scored).collect::<Vec<_>>()
        })
        .collect()
}

/// What is known of both sides.
struct Sides<'a> {
    metric: &'a str,
    gate: LiveMean,
    live: Option<LiveMean>,
    criterion: Option<&'a CriterionVerdict>,
    floor: Option<f64>,
    n_undecided: u64,
    /// Live values that cannot stand beside the gate's.
    n_others: usize,
    simulated: bool,
}

/// Bounds of a gate are one-sided; both together leave out twice as much.
fn confidence(variant: &GatedVariant) -> f64 {
    (2.0 * variant.confidence - 1.0).clamp(0.5, 0.999)
}

/// What the criterion about errors promised, and how many requests had an answer; who hung up is not counted.
fn answered(variant: &GatedVariant, hours: &[Hour]) -> Option<LiveGap> {
    let criterion = criteria(variant)
        .find(|one| one.metric == Metric::ErrorRate.name() && one.segment.is_none())?;
    let gate = LiveMean {
        mean: 1.0 - criterion.estimate?,
        lower: 1.0 - criterion.upper?,
        upper: 1.0 - criterion.lower?,
        n: criterion.n,
    };
    let n: u64 = hours.iter().map(|hour| hour.n.saturating_sub(hour.n_cancelled)).sum();
    let n_bad: u64 = hours.iter().map(|hour| hour.n_failed + hour.n_cut).sum();
    let n_good = n.saturating_sub(n_bad);
    let interval = wilson(n_good, n, confidence(variant)).ok().filter(|_| n > 0);
    let live = interval.map(|Interval { lower, upper }| LiveMean {
        mean: n_good as f64 / n as f64,
        lower,
        upper,
        n,
    });
    let floor = (0.0..1.0).contains(&criterion.bound).then_some(1.0 - criterion.bound);
    let simulated = variant.report.simulated || hours.iter().any(|hour| hour.simulated);
    let (criterion, metric) = (Some(criterion), "answered");
    let sides =
        Sides { metric, gate, live, criterion, floor, n_undecided: 0, n_others: 0, simulated };
    Some(beside(variant, &sides))
}

fn scored(
    variant: &GatedVariant,
    metric: &MetricReport,
    scores: &[PlacedScore],
) -> Option<LiveGap> {
    let gate =
        LiveMean { mean: metric.mean?, lower: metric.lower, upper: metric.upper, n: metric.n };
    let hash = &variant.scorers.iter().find(|scorer| scorer.name == metric.name)?.hash;
    let of_it: Vec<&PlacedScore> = scores
        .iter()
        .filter(|placed| placed.variant.as_ref() == Some(&variant.report.name))
        .filter(|placed| placed.score.scorer == metric.name)
        .collect();
    let (same, others): (Vec<&PlacedScore>, Vec<_>) =
        of_it.into_iter().partition(|placed| placed.score.scorer_hash == *hash);
    let drawn: Vec<Drawn> = same
        .iter()
        .map(|placed| Drawn {
            value: placed.score.value.unwrap_or(0.0).clamp(0.0, 1.0),
            chance: placed.score.chance,
        })
        .collect();
    let live = weighted(&drawn, confidence(variant)).ok().flatten().map(|live| LiveMean {
        mean: live.mean,
        lower: live.interval.lower,
        upper: live.interval.upper,
        n: live.n,
    });
    let criterion = criteria(variant)
        .filter(|one| one.metric == metric.name && one.segment.is_none() && one.n == metric.n)
        .find(|one| (0.0..1.0).contains(&one.bound) && one.estimate.is_some());
    let sides = Sides {
        metric: &metric.name,
        gate,
        live,
        criterion,
        floor: criterion.map(|one| one.bound),
        n_undecided: same.iter().filter(|placed| placed.score.value.is_none()).count() as u64,
        n_others: others.len(),
        simulated: variant.report.simulated || same.iter().any(|placed| placed.score.simulated),
    };
    Some(beside(variant, &sides))
}

fn criteria(variant: &GatedVariant) -> impl Iterator<Item = &CriterionVerdict> {
    variant.report.verdict.iter().flat_map(|verdict| &verdict.criteria)
}

fn beside(variant: &GatedVariant, sides: &Sides<'_>) -> LiveGap {
    let Sides { metric, gate, live, .. } = sides;
    let found = live.map(|live| {
        let of = |mean: &LiveMean| (mean.mean, Interval { lower: mean.lower, upper: mean.upper });
        let (estimate, Interval { lower, upper }) = difference(of(gate), of(&live));
        let verdict = match (lower, upper) {
            (_, upper) if upper < 0.0 => GapShown::Worse,
            (lower, _) if lower > 0.0 => GapShown::Better,
            _ => GapShown::NotShown,
        };
        LiveDifference { estimate, lower, upper, verdict }
    });
    let name = &variant.report.name;
    LiveGap {
        says: says(name, metric, gate, live.as_ref().zip(found.as_ref()), sides.n_others),
        variant: name.clone(),
        metric: (*metric).to_owned(),
        criterion: sides.criterion.map(|one| one.name.clone()),
        demand: sides.criterion.map(|one| one.demand.clone()),
        floor: sides.floor,
        gate: *gate,
        gated_at_ms: variant.at_ms,
        live: *live,
        n_undecided: sides.n_undecided,
        difference: found,
        confidence: confidence(variant),
        simulated: sides.simulated,
    }
}

fn says(
    variant: &str,
    metric: &str,
    gate: &LiveMean,
    live: Option<(&LiveMean, &LiveDifference)>,
    n_of_others: usize,
) -> String {
    let mean = |mean: &LiveMean| format!("{:.2} [{:.2}, {:.2}]", mean.mean, mean.lower, mean.upper);
    let gated = format!("{metric} of {variant}: {} in the gate (n {})", mean(gate), gate.n);
    let Some((live, gap)) = live else {
        return match n_of_others {
            0 => format!("{gated}; not measured live in this time"),
            _ => format!(
                "{gated}; the scorer was changed since then, so live scores cannot stand beside it; next: karat gate"
            ),
        };
    };
    let both = format!("{gated}, {} live (n {})", mean(live), live.n);
    let LiveDifference { estimate, lower, upper, verdict } = *gap;
    match verdict {
        GapShown::Worse => format!(
            "{both}: performance dropped by {:.2} [{:.2}, {:.2}]",
            -estimate, -upper, -lower
        ),
        GapShown::Better => {
            format!("{both}: performance is better by {estimate:.2} [{lower:.2}, {upper:.2}]")
        }
        GapShown::NotShown => {
            format!("{both}: no difference is shown ({estimate:+.2} [{lower:+.2}, {upper:+.2}])")
        }
    }
}

#[cfg(test)]
mod tests;
