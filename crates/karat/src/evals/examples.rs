//! Pure. Three answers that stand for a variant: picked by rule, never by hand.

use karat_records::Hash;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::gate::{Outcomes, VariantOutcomes};

/// One answer that is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Example {
    /// What it stands for.
    pub stands_for: StandsFor,
    /// The case.
    pub case_id: String,
    /// The input, shortened.
    pub input: String,
    /// The answer, shortened; or why there is none.
    pub answer: String,
    /// The desired output, shortened.
    pub expected: Option<String>,
    /// Mean score of the case's trials by the primary metric.
    pub score: f64,
    /// Why it got that score, in the scorer's words.
    pub why: Option<String>,
}

/// What an example stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum StandsFor {
    /// The case whose score is nearest to the mean of all.
    Typical,
    /// A case with the best score.
    Best,
    /// A case with the worst score.
    Worst,
}

/// Positions of the cases that stand for typical, best and worst; ties are broken by the hash of the case's id.
pub fn pick(
    outcomes: &Outcomes,
    variant: &VariantOutcomes,
    scorer: usize,
) -> Vec<(StandsFor, usize)> {
    let mut scored: Vec<(usize, f64, Hash)> = outcomes
        .cases
        .iter()
        .zip(&variant.trials)
        .enumerate()
        .filter(|(_, (_, trials))| !trials.is_empty())
        .map(|(index, (case, trials))| {
            let mean =
                trials.iter().map(|trial| trial.score(scorer)).sum::<f64>() / trials.len() as f64;
            (index, mean, Hash::of_bytes(case.id.as_bytes()))
        })
        .collect();
    scored.sort_by(|a, b| a.2.cmp(&b.2));
    let mean = scored.iter().map(|(_, score, _)| score).sum::<f64>() / scored.len().max(1) as f64;
    let mut picked: Vec<(StandsFor, usize)> = Vec::new();
    let mut take = |stands_for, distance: &dyn Fn(f64) -> f64| {
        let best = scored
            .iter()
            .filter(|(index, _, _)| !picked.iter().any(|(_, taken)| taken == index))
            .min_by(|a, b| distance(a.1).total_cmp(&distance(b.1)));
        if let Some((index, _, _)) = best {
            picked.push((stands_for, *index));
        }
    };
    take(StandsFor::Typical, &|score| (score - mean).abs());
    take(StandsFor::Best, &|score| -score);
    take(StandsFor::Worst, &|score| score);
    picked
}
