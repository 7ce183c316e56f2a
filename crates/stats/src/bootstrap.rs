//! Pure. The seeded bootstrap with the `BCa` interval, for what has no formula: ratios, differences of quantiles.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::interval::Interval;
use crate::invalid::{self, Invalid};
use crate::normal::{normal_cdf, normal_quantile};

/// How to resample; the seed belongs into the record of the outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Resampling {
    /// How many resamples; 20 000 keep the ends within about 2 % of the width.
    pub resamples: usize,
    /// Same seed, same data, same answer.
    pub seed: u64,
    /// Two-sided confidence.
    pub confidence: f64,
}

/// What the resamples say about a statistic.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    /// The statistic of the data.
    pub estimate: f64,
    /// Standard deviation of the statistic over resamples.
    pub standard_error: f64,
    /// Plain percentile interval.
    pub percentile: Interval,
    /// Bias-corrected and accelerated interval.
    pub bca: Interval,
}

/// Efron (1987): resamples whole rows (pairs, clusters) with replacement.
///
/// Nothing for fewer than two rows or resamples, or when the statistic is not finite on the data, on a resample
/// or with one row left out. Approximate: prefer an exact method where there is one.
pub fn bootstrap<T: Clone>(
    rows: &[T],
    statistic: impl Fn(&[T]) -> f64,
    resampling: &Resampling,
) -> Result<Option<Bootstrap>, Invalid> {
    invalid::open_unit("confidence", resampling.confidence)?;
    if rows.len() < 2 || resampling.resamples < 2 {
        return Ok(None);
    }
    let estimate = statistic(rows);
    let mut random = ChaCha12Rng::seed_from_u64(resampling.seed);
    let mut drawn = Vec::with_capacity(rows.len());
    let mut statistics: Vec<f64> = (0..resampling.resamples)
        .map(|_| {
            drawn.clear();
            drawn.extend((0..rows.len()).map(|_| rows[below(&mut random, rows.len())].clone()));
            statistic(&drawn)
        })
        .collect();
    let without: Vec<f64> = (0..rows.len())
        .map(|left_out| {
            drawn.clear();
            drawn.extend_from_slice(&rows[..left_out]);
            drawn.extend_from_slice(&rows[left_out + 1..]);
            statistic(&drawn)
        })
        .collect();
    let tame = |values: &[f64]| values.iter().all(|&v| invalid::is_tame(v));
    if !invalid::is_tame(estimate) || !tame(&statistics) || !tame(&without) {
        return Ok(None);
    }
    statistics.sort_unstable_by(f64::total_cmp);

    let tail = (1.0 - resampling.confidence) / 2.0;
    let percentile = ends(&statistics, tail, 1.0 - tail);
    let bias = bias(&statistics, estimate);
    let bca = if bias.is_finite() {
        let acceleration = acceleration(&without);
        let level = |share: f64| {
            let z = bias + normal_quantile(share);
            normal_cdf(bias + z / (1.0 - acceleration * z))
        };
        ends(&statistics, level(tail), level(1.0 - tail))
    } else {
        percentile
    };
    Ok(Some(Bootstrap { estimate, standard_error: deviation(&statistics), percentile, bca }))
}

/// A uniform index below `bound`, without bias (Lemire 2019).
pub(crate) fn below(random: &mut impl Rng, bound: usize) -> usize {
    let bound = bound as u64;
    let threshold = bound.wrapping_neg() % bound;
    loop {
        let product = u128::from(random.next_u64()) * u128::from(bound);
        if product as u64 >= threshold {
            return (product >> 64) as usize;
        }
    }
}

/// z of the share of resamples below the estimate, ties counted half; what differs by rounding only is a tie.
fn bias(sorted: &[f64], estimate: f64) -> f64 {
    let rounding = 1e-12 * (sorted[sorted.len() - 1] - sorted[0]).max(estimate.abs());
    let less = sorted.partition_point(|&s| s < estimate - rounding);
    let at_most = sorted.partition_point(|&s| s <= estimate + rounding);
    normal_quantile((less + at_most) as f64 / (2 * sorted.len()) as f64)
}

/// A sixth of the skewness of the leave-one-out statistics; 0 when they are all equal.
fn acceleration(without: &[f64]) -> f64 {
    let mean = without.iter().sum::<f64>() / without.len() as f64;
    let cubes = without.iter().map(|s| (mean - s).powi(3)).sum::<f64>();
    let squares = without.iter().map(|s| (mean - s).powi(2)).sum::<f64>();
    let scale = 6.0 * squares.powf(1.5);
    if scale > 0.0 { cubes / scale } else { 0.0 }
}

fn ends(sorted: &[f64], low: f64, high: f64) -> Interval {
    let (a, b) = (at_share(sorted, low), at_share(sorted, high));
    Interval { lower: a.min(b), upper: a.max(b) }
}

/// The quantile by linear interpolation between order statistics.
pub(crate) fn at_share(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len() - 1;
    let position = share.clamp(0.0, 1.0) * last as f64;
    let index = (position.floor() as usize).min(last);
    let next = (index + 1).min(last);
    sorted[index] + (position - index as f64) * (sorted[next] - sorted[index])
}

fn deviation(values: &[f64]) -> f64 {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (values.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt()
}
