//! Pure. What a run is going to do: which trials in which order, and what can be known about it before the first call.

use karat_records::{Case, Hash};
use karat_stats::{Floor, power};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::gate::{describe, judge};
use crate::project::{Bound, Criterion};

/// One trial that is to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    /// Position of the case.
    pub case_index: usize,
    /// Zero-based repetition.
    pub trial_index: u32,
}

/// What makes two trials the same work: variant content, case, what the variant sees, repetition.
pub fn key(variant: &Hash, case: &Case, input: &Hash, trial_index: u32) -> Hash {
    Hash::of_bytes(format!("{variant}\n{}\n{input}\n{trial_index}", case.id).as_bytes())
}

/// All trials of one variant, cases in a seeded order so that any beginning is a fair sample;
/// the trials of a case follow each other, since only whole cases count.
pub fn order(n_cases: usize, trials: u32, seed: u64) -> Vec<Work> {
    let mut cases: Vec<usize> = (0..n_cases).collect();
    cases.shuffle(&mut ChaCha8Rng::seed_from_u64(seed));
    cases
        .into_iter()
        .flat_map(|case_index| (0..trials).map(move |trial_index| Work { case_index, trial_index }))
        .collect()
}

/// What these cases can show, before anything is spent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Power {
    /// One sentence for each criterion with a floor.
    pub criteria: Vec<String>,
    /// The smallest paired difference that shows about half of the time, if three of ten pairs differ.
    pub smallest_difference: Option<f64>,
}

/// Looks at the power of the criteria with a floor, at the error of the next candidate.
pub fn power(
    criteria: &[Criterion],
    n_cases: impl Fn(&Criterion) -> u64,
    alpha: f64,
    candidate: u32,
) -> Power {
    let alpha_pass = judge::alpha_of(alpha, candidate);
    let sentences =
        criteria.iter().filter(|criterion| criterion.each.is_none()).filter_map(|criterion| {
            let Bound::Min(floor) = criterion.bound else { return None };
            let n = n_cases(criterion);
            let question = Floor { floor, alpha_pass, alpha_fail: alpha_pass, min_gap: 0.02 };
            let rate = power::passing_rate(n, &question, 0.8).ok().flatten();
            Some(match rate {
                Some(rate) => format!(
                    "{}: {} show a pass where the true rate is {} or better (4 times in 5)",
                    criterion.name,
                    describe::plural(n, "case"),
                    describe::rate((rate * 100.0).ceil() / 100.0),
                ),
                None => format!(
                    "{}: {} cannot show a pass at {}, even without a failure",
                    criterion.name,
                    describe::plural(n, "case"),
                    describe::number(floor),
                ),
            })
        });
    let n_all = criteria.first().map_or(0, &n_cases);
    let criteria_sentences = sentences.collect();
    Power { criteria: criteria_sentences, smallest_difference: smallest_difference(n_all, alpha) }
}

/// The smallest difference between two variants that so many cases show, if three of ten pairs differ.
pub fn smallest_difference(n: u64, alpha: f64) -> Option<f64> {
    let margin =
        karat_stats::Margin { margin: 0.0, alpha_each_side: alpha / 2.0, min_effect: 0.04 };
    power::decidable_difference(n, 0.3, &margin).ok().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trial_is_planned_once_and_the_seed_decides_the_order() {
        let a = order(50, 3, 7);
        assert_eq!(a.len(), 150);
        assert_eq!(a, order(50, 3, 7));
        assert_ne!(a, order(50, 3, 8));
        let mut seen: Vec<(usize, u32)> =
            a.iter().map(|work| (work.case_index, work.trial_index)).collect();
        seen.sort_unstable();
        seen.dedup();
        assert_eq!(seen.len(), 150);
        assert!(
            a.chunks(3)
                .all(|trials| trials.iter().all(|work| work.case_index == trials[0].case_index))
        );
    }
}
