//! Pure. One criterion's observations: a value in [0, 1] for each case, higher is better.
//! Cases are the unit: the trials of a case become one value.

use karat_records::Case;
use karat_stats::Sample;

use super::outcomes::{Outcome, Outcomes, VariantOutcomes};
use crate::project::{Bound, Criterion, Metric};

/// What is known about one criterion for one variant on some cases.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    /// One value for each case.
    pub values: Vec<f64>,
    /// Raw values of all trials, for quantiles and means of latency and cost; infinite for errors.
    pub raw: Vec<f64>,
    /// How many trials there are.
    pub n_trials: u64,
    /// How many of them had no answer.
    pub n_errors: u64,
    /// How many answers the scorer could not decide about.
    pub n_undecided: u64,
    /// How many trials failed the scorer, for exact counts.
    pub n_failures: u64,
    /// Cases with a failed trial.
    pub failed_cases: Vec<String>,
    /// A field that some answers lack, so that nothing can be said.
    pub lacks: Option<&'static str>,
}

impl Measured {
    /// The values as the statistics take them.
    pub fn sample(&self) -> Sample {
        // Whole numbers in [0, 1] are 0 or 1.
        if self.values.iter().all(|value| value.fract() == 0.0) {
            let successes = self.values.iter().filter(|value| **value > 0.5).count() as u64;
            Sample::Counts { successes, n: self.values.len() as u64 }
        } else {
            Sample::Values(self.values.clone())
        }
    }
}

/// Measures a criterion on the cases that it looks at.
pub fn measure(
    outcomes: &Outcomes,
    variant: &VariantOutcomes,
    criterion: &Criterion,
    wants: impl Fn(&Case) -> bool,
) -> Measured {
    let mut measured = Measured::default();
    let scorer = outcomes.scorer_index(criterion.metric.name());
    for (case, trials) in outcomes.cases.iter().zip(&variant.trials) {
        if trials.is_empty() || !wants(case) {
            continue;
        }
        measured.n_trials += trials.len() as u64;
        measured.n_errors += trials.iter().filter(|trial| trial.failure.is_some()).count() as u64;
        let value = match &criterion.metric {
            Metric::Scorer(_) => {
                let Some(scorer) = scorer else { continue };
                measured.n_undecided +=
                    trials.iter().filter(|trial| trial.is_undecided(scorer)).count() as u64;
                let failures =
                    trials.iter().filter(|trial| !trial.succeeded(scorer)).count() as u64;
                measured.n_failures += failures;
                if failures > 0 {
                    measured.failed_cases.push(case.id.clone());
                }
                scored(trials, scorer, criterion)
            }
            Metric::ErrorRate => {
                let errors = trials.iter().filter(|trial| trial.failure.is_some()).count();
                measured.n_failures += errors as u64;
                if errors > 0 {
                    measured.failed_cases.push(case.id.clone());
                }
                1.0 - errors as f64 / trials.len() as f64
            }
            Metric::Latency => {
                within(trials, &mut measured, criterion, "latency_ms", |trial| trial.latency_ms)
            }
            Metric::Cost => {
                within(trials, &mut measured, criterion, "cost_usd", |trial| trial.cost_usd)
            }
        };
        measured.values.push(value);
    }
    measured
}

/// The value of one case by a scorer.
fn scored(trials: &[Outcome], scorer: usize, criterion: &Criterion) -> f64 {
    let n = trials.len() as u64;
    if let Some(k) = criterion.pass_hat {
        let successes = trials.iter().filter(|trial| trial.succeeded(scorer)).count() as u64;
        let k = u64::from(k);
        return karat_stats::repeats::pass_hat_k(successes, n, k).ok().flatten().unwrap_or_else(
            || {
                // Fewer repeats than k: only a case that never failed may count.
                f64::from(u8::from(successes == n))
            },
        );
    }
    let is_smaller_better = matches!(criterion.bound, Bound::Max(_));
    let total: f64 = trials
        .iter()
        .map(|trial| {
            let is_known = trial.failure.is_none() && !trial.is_undecided(scorer);
            match (is_smaller_better, is_known) {
                (true, true) => 1.0 - trial.score(scorer),
                (true, false) => 0.0,
                (false, _) => trial.score(scorer),
            }
        })
        .sum();
    (total / n as f64).clamp(0.0, 1.0)
}

/// The share of a case's trials that stay within the limit; an error never does.
fn within(
    trials: &[Outcome],
    measured: &mut Measured,
    criterion: &Criterion,
    field: &'static str,
    amount: impl Fn(&Outcome) -> Option<f64>,
) -> f64 {
    let Bound::Max(limit) = criterion.bound else { return 0.0 };
    let mut n_within = 0_usize;
    for trial in trials {
        match (trial.failure.is_some(), amount(trial)) {
            // Money that a failed trial cost is money; time that it took is lost.
            (true, Some(cost)) if field == "cost_usd" => {
                measured.raw.push(cost);
                n_within += usize::from(cost <= limit);
            }
            (true, _) if field == "cost_usd" => {}
            (true, _) => measured.raw.push(f64::INFINITY),
            (false, Some(amount)) => {
                measured.raw.push(amount);
                n_within += usize::from(amount <= limit);
            }
            (false, None) => measured.lacks = Some(field),
        }
    }
    n_within as f64 / trials.len() as f64
}

/// Stands for an error's latency: beyond everything that was measured, and still a number.
pub const FOR_EVER: f64 = 1e99;

/// A quantile with its bounds; each is absent where it is beyond everything that was measured.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quantile {
    /// The quantile itself.
    pub estimate: Option<f64>,
    /// Lower bound.
    pub lower: Option<f64>,
    /// Upper bound.
    pub upper: Option<f64>,
}

/// The quantile of all trials; the trials of one case are no independent observations,
/// so the bounds are those of as many as there are cases.
pub fn quantile(raw: &[f64], n_cases: usize, share: f64, alpha: f64) -> Quantile {
    let mut sorted: Vec<f64> = raw.iter().map(|value| value.min(FOR_EVER)).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = n_cases.clamp(1, sorted.len().max(1));
    let thinned: Vec<f64> = (0..n)
        .filter_map(|index| {
            sorted.get(((index as f64 + 0.5) / n as f64 * sorted.len() as f64) as usize).copied()
        })
        .collect();
    let known = |value: f64| (value.is_finite() && value < FOR_EVER).then_some(value);
    match karat_stats::quantile::quantile_bounds(&thinned, share, alpha) {
        Ok(bounds) => Quantile {
            estimate: bounds.estimate.and_then(known),
            lower: known(bounds.lower),
            upper: known(bounds.upper),
        },
        Err(_) => Quantile::default(),
    }
}
