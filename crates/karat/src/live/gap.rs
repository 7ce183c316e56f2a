//! Pure. How far production is from the gate: what the gate measured beside what scorers say about live answers.
//!
//! Live answers are drawn with known probabilities, so each counts by the inverse of its own.

use karat_stats::Interval;
use karat_stats::weighted::{Drawn, difference, weighted};
use karat_store::{Hour, PlacedScore};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evals::gated::GatedVariant;
use crate::evals::report::MetricReport;

/// One metric of one variant, offline and live.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveGap {
    /// The variant.
    pub variant: String,
    /// The scorer.
    pub scorer: String,
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

/// Every scorer of every judged variant that had requests in the window.
pub fn gaps(gated: &[GatedVariant], scores: &[PlacedScore], hours: &[Hour]) -> Vec<LiveGap> {
    let is_used = |variant: &&GatedVariant| {
        hours.iter().any(|hour| hour.variant.as_deref() == Some(variant.report.name.as_str()))
    };
    let used = gated.iter().filter(is_used);
    used.flat_map(|variant| {
        variant.report.metrics.iter().filter_map(|metric| gap(variant, metric, scores))
    })
    .collect()
}

fn gap(variant: &GatedVariant, metric: &MetricReport, scores: &[PlacedScore]) -> Option<LiveGap> {
    let name = &variant.report.name;
    // Bounds of a gate are one-sided; both together leave out twice as much.
    let confidence = (2.0 * variant.confidence - 1.0).clamp(0.5, 0.999);
    let gate =
        LiveMean { mean: metric.mean?, lower: metric.lower, upper: metric.upper, n: metric.n };
    let hash = variant.scorers.iter().find(|scorer| scorer.name == metric.name)?.hash.clone();
    let of_it = || {
        scores.iter().filter(|placed| {
            placed.variant.as_ref() == Some(name) && placed.score.scorer == metric.name
        })
    };
    let same: Vec<&PlacedScore> =
        of_it().filter(|placed| placed.score.scorer_hash == hash).collect();
    let drawn: Vec<Drawn> = same
        .iter()
        .map(|placed| Drawn {
            value: placed.score.value.unwrap_or(0.0).clamp(0.0, 1.0),
            chance: placed.score.chance,
        })
        .collect();
    let live = weighted(&drawn, confidence).ok().flatten();
    let found = live.map(|live| {
        let of_gate = Interval { lower: gate.lower, upper: gate.upper };
        let (estimate, Interval { lower, upper }) =
            difference((gate.mean, of_gate), (live.mean, live.interval));
        let verdict = match (lower, upper) {
            (_, upper) if upper < 0.0 => GapShown::Worse,
            (lower, _) if lower > 0.0 => GapShown::Better,
            _ => GapShown::NotShown,
        };
        LiveDifference { estimate, lower, upper, verdict }
    });
    let live = live.map(|live| LiveMean {
        mean: live.mean,
        lower: live.interval.lower,
        upper: live.interval.upper,
        n: live.n,
    });
    let criteria = variant.report.verdict.iter().flat_map(|verdict| &verdict.criteria);
    let criterion = criteria
        .filter(|one| one.metric == metric.name && one.segment.is_none() && one.n == metric.n)
        .find(|one| (0.0..1.0).contains(&one.bound) && one.estimate.is_some());
    Some(LiveGap {
        says: says(name, &metric.name, &gate, live.as_ref().zip(found.as_ref()), of_it().count()),
        variant: name.clone(),
        scorer: metric.name.clone(),
        criterion: criterion.map(|one| one.name.clone()),
        demand: criterion.map(|one| one.demand.clone()),
        floor: criterion.map(|one| one.bound),
        gate,
        gated_at_ms: variant.at_ms,
        live,
        n_undecided: same.iter().filter(|placed| placed.score.value.is_none()).count() as u64,
        difference: found,
        confidence,
        simulated: variant.report.simulated || same.iter().any(|placed| placed.score.simulated),
    })
}

fn says(
    variant: &str,
    scorer: &str,
    gate: &LiveMean,
    live: Option<(&LiveMean, &LiveDifference)>,
    n_of_others: usize,
) -> String {
    let mean = |mean: &LiveMean| format!("{:.2} [{:.2}, {:.2}]", mean.mean, mean.lower, mean.upper);
    let gated = format!("{scorer} of {variant}: {} in the gate (n {})", mean(gate), gate.n);
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
