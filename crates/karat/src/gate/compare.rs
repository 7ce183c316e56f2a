//! Pure. Two variants on the same cases: paired, corrected for how many pairs are looked at.

use karat_records::Case;
use karat_stats::{Margin, Pairs, Verdict as Ahead, mcnemar::mcnemar, multiple};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::outcomes::{Outcomes, VariantOutcomes};

/// A paired comparison of two variants by one scorer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Comparison {
    /// The variant that is compared with.
    pub first: String,
    /// The variant that is compared.
    pub second: String,
    /// The scorer.
    pub metric: String,
    /// Cases that both answered.
    pub n: u64,
    /// Cases that only the first got right, where every score is 0 or 1 and there is one trial.
    pub only_first: Option<u64>,
    /// Cases that only the second got right.
    pub only_second: Option<u64>,
    /// Mean of second minus first.
    pub difference: f64,
    /// Lower bound of the difference, valid for all pairs together.
    pub lower: f64,
    /// Upper bound of the difference.
    pub upper: f64,
    /// Exact `McNemar` p-value, two-sided, where the scores are 0 or 1.
    pub mcnemar_p: Option<f64>,
    /// The same after Holm's correction over all pairs.
    pub mcnemar_p_holm: Option<f64>,
    /// Who is ahead.
    pub outcome: Standing,
}

/// Who is ahead in a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// The first is better.
    FirstBetter,
    /// The second is better.
    SecondBetter,
    /// These cases do not tell them apart.
    TooCloseToCall,
}

/// Second minus first for each case that both answered.
pub fn differences(
    outcomes: &Outcomes,
    first: &VariantOutcomes,
    second: &VariantOutcomes,
    scorer: usize,
    wants: impl Fn(&Case) -> bool,
) -> Vec<f64> {
    outcomes
        .cases
        .iter()
        .zip(first.trials.iter().zip(&second.trials))
        .filter(|(case, (a, b))| !a.is_empty() && !b.is_empty() && wants(case))
        .map(|(_, (a, b))| case_mean(b, scorer) - case_mean(a, scorer))
        .map(|difference| difference.clamp(-1.0, 1.0))
        .collect()
}

fn case_mean(trials: &[super::Outcome], scorer: usize) -> f64 {
    trials.iter().map(|trial| trial.score(scorer)).sum::<f64>() / trials.len() as f64
}

/// Compares the named pairs; their number corrects the error of each.
pub fn compare(
    outcomes: &Outcomes,
    pairs: &[(usize, usize)],
    metric: &str,
    alpha: f64,
) -> Vec<Comparison> {
    let Some(scorer) = outcomes.scorer_index(metric) else { return Vec::new() };
    let alpha_each_side = alpha / 2.0 / pairs.len().max(1) as f64;
    let mut comparisons: Vec<Comparison> = pairs
        .iter()
        .filter_map(|(first, second)| {
            let (first, second) = (outcomes.variants.get(*first)?, outcomes.variants.get(*second)?);
            let differences = differences(outcomes, first, second, scorer, |_| true);
            if differences.is_empty() {
                return None;
            }
            let is_binary = differences.iter().all(|difference| difference.fract() == 0.0);
            let count = |holds: &dyn Fn(f64) -> bool| {
                differences.iter().filter(|difference| holds(**difference)).count() as u64
            };
            let (only_first, only_second) = (count(&|d| d < -0.5), count(&|d| d > 0.5));
            let question = Margin { margin: 0.0, alpha_each_side, min_effect: 0.04 };
            let n = differences.len() as u64;
            let pairs = if is_binary {
                Pairs::Counts {
                    wins: only_second,
                    losses: only_first,
                    ties: n - only_first - only_second,
                }
            } else {
                Pairs::Differences(differences)
            };
            let (ahead, effect) = karat_stats::compare(&pairs, &question).ok()?;
            Some(Comparison {
                first: first.name.clone(),
                second: second.name.clone(),
                metric: metric.to_owned(),
                n,
                only_first: is_binary.then_some(only_first),
                only_second: is_binary.then_some(only_second),
                difference: effect.mean.unwrap_or(0.0),
                lower: effect.lower,
                upper: effect.upper,
                mcnemar_p: is_binary.then(|| mcnemar(only_first, only_second).p_two_sided),
                mcnemar_p_holm: None,
                outcome: match ahead {
                    Ahead::Better => Standing::SecondBetter,
                    Ahead::Worse => Standing::FirstBetter,
                    Ahead::TooClose => Standing::TooCloseToCall,
                },
            })
        })
        .collect();
    let p_values: Vec<f64> =
        comparisons.iter().filter_map(|comparison| comparison.mcnemar_p).collect();
    if let Ok(adjusted) = multiple::adjust(&p_values, multiple::Adjustment::Holm) {
        let with_p = comparisons.iter_mut().filter(|comparison| comparison.mcnemar_p.is_some());
        for (comparison, p) in with_p.zip(adjusted) {
            comparison.mcnemar_p_holm = Some(p);
        }
    }
    comparisons
}

/// The baseline against every other, then every other pair; all in the order of the file.
pub fn all_pairs(outcomes: &Outcomes, baseline: Option<&str>) -> Vec<(usize, usize)> {
    let n = outcomes.variants.len();
    let base =
        baseline.and_then(|name| outcomes.variants.iter().position(|variant| variant.name == name));
    let mut pairs: Vec<(usize, usize)> = base
        .into_iter()
        .flat_map(|base| (0..n).filter(move |other| *other != base).map(move |other| (base, other)))
        .collect();
    // With many variants all pairs are a table that nobody reads and that costs every comparison its power.
    if n <= 6 {
        for first in 0..n {
            for second in first + 1..n {
                if Some(first) != base && Some(second) != base {
                    pairs.push((first, second));
                }
            }
        }
    }
    pairs
}
