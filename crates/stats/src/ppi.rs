//! Pure. Prediction-powered inference: a few labels correct a judge that has scored everything.
//!
//! Angelopoulos, Duchi and Zrnic (2023), "PPI++: Efficient Prediction-Powered Inference". With labels Y and judge
//! scores f on n items, and scores alone on N others, the estimate is `lambda mean_N(f) + mean_n(Y - lambda f)`.
//! It assumes that the labelled items are a random sample of the same stream, and a sample size fixed beforehand.
//! All values are in [0, 1].

use crate::betting::Observations;
use crate::gate::Sample;
use crate::gold::{Gold, Labelled};
use crate::interval::Interval;
use crate::invalid::{self, Invalid};
use crate::normal::normal_quantile;
use crate::student;

/// Below this many labels the correction is refused; the labels alone answer then ([`Gold::alone`]).
pub const FEWEST_LABELS: u64 = 20;

/// Weight added to each corner of (label, score), so that a few labels without a mistake do not look certain.
const SMOOTHING: f64 = 0.5;

/// A mean, corrected.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ppi {
    /// The corrected mean.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Two-sided confidence interval.
    pub interval: Interval,
    /// How much of the judge is used, from 0 (nothing: the labels alone) to 1.
    pub lambda: f64,
    /// Degrees of freedom of the t quantile; infinite where the normal is used.
    pub df: f64,
    /// How many labels there are.
    pub n_gold: u64,
    /// How many items have a score only.
    pub n_unlabelled: u64,
    /// Variance of `Y - lambda f` from label to label: what more labels average out.
    pub residual_variance: f64,
    /// Squared standard error of `lambda mean_N(f)`: what no number of labels averages out.
    pub judge_variance: f64,
}

/// The corrected mean that Karat uses; nothing below [`FEWEST_LABELS`] labels.
///
/// PPI++ with half an item added to each corner of (label, score), the gold variance over n' - 1 with n' = n + 2,
/// a t quantile with n' - 1 degrees of freedom, and ends cut to [0, 1].
/// The stock interval covers only 71 to 89 % instead of 95 % with 20 to 50 labels, a rate of 0.8 or more and a judge that is
/// right 95 % of the time; this one covers at least 94.8 % in every cell that was simulated.
/// Without unlabelled items lambda is 0.
pub fn ppi_mean(gold: &Gold, unlabelled: &Sample, confidence: f64) -> Result<Option<Ppi>, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    let points = gold.weighted(SMOOTHING)?;
    let others = unlabelled.observations()?;
    if gold.n() < FEWEST_LABELS {
        return Ok(None);
    }
    let moments = Moments::of(&points);
    let lambda = moments.lambda(&others, 0.0);
    let df = moments.n - 1.0;
    let quantile = student::two_sided_quantile(1.0 - confidence, df);
    let mut found = combine(&moments, &others, lambda, df, quantile);
    let cut = |x: f64| x.clamp(0.0, 1.0);
    found.estimate = cut(found.estimate);
    found.interval =
        Interval { lower: cut(found.interval.lower), upper: cut(found.interval.upper) };
    found.n_gold = gold.n();
    Ok(Some(found))
}

/// The published estimator with its normal interval, for comparison; nothing without labels.
///
/// `lambda` fixes the use of the judge (1 is the first PPI paper, 0 the labels alone); nothing fits it.
/// Not cut to [0, 1]. Covers too little with few labels: see [`ppi_mean`].
pub fn ppi_mean_stock(
    gold: &Gold,
    unlabelled: &Sample,
    lambda: Option<f64>,
    confidence: f64,
) -> Result<Option<Ppi>, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    let points = gold.weighted(0.0)?;
    let others = unlabelled.observations()?;
    if gold.n() == 0 {
        return Ok(None);
    }
    let moments = Moments::of(&points);
    let lambda = match lambda {
        Some(lambda) => invalid::unit("lambda", lambda)?,
        None => moments.lambda(&others, 1.0),
    };
    let lambda = if others.n() > 0.0 { lambda } else { 0.0 };
    let quantile = normal_quantile(f64::midpoint(1.0, confidence));
    Ok(Some(combine(&moments, &others, lambda, f64::INFINITY, quantile)))
}

/// How much better the second of two variants is, corrected; nothing below [`FEWEST_LABELS`] labels.
///
/// Each value is a difference second minus first on the same item, in [-1, 1]: of labels and of judge scores in `gold`,
/// of judge scores in `unlabelled`. The differences are moved to [0, 1], so the smoothing is the same; the answer
/// is in difference units.
pub fn ppi_difference(
    gold: &[Labelled],
    unlabelled: &[f64],
    confidence: f64,
) -> Result<Option<Ppi>, Invalid> {
    let halve = |d: f64| {
        let accepted = "between -1 and 1";
        let fits = (-1.0..=1.0).contains(&d);
        let refusal = Invalid::OutOfRange { what: "difference", value: d, accepted };
        if fits { Ok(f64::midpoint(1.0, d)) } else { Err(refusal) }
    };
    let items = gold
        .iter()
        .map(|item| Ok(Labelled { truth: halve(item.truth)?, judge: halve(item.judge)? }));
    let gold = Gold::Items(items.collect::<Result<_, Invalid>>()?);
    let others = unlabelled.iter().map(|&d| halve(d)).collect::<Result<_, Invalid>>()?;
    let found = ppi_mean(&gold, &Sample::Values(others), confidence)?;
    let effect = |y: f64| 2.0 * y - 1.0;
    Ok(found.map(|ppi| Ppi {
        estimate: effect(ppi.estimate),
        standard_error: 2.0 * ppi.standard_error,
        interval: Interval { lower: effect(ppi.interval.lower), upper: effect(ppi.interval.upper) },
        residual_variance: 4.0 * ppi.residual_variance,
        judge_variance: 4.0 * ppi.judge_variance,
        ..ppi
    }))
}

/// Weighted sums over the labelled items.
struct Moments<'a> {
    points: &'a [(Labelled, f64)],
    n: f64,
    truth: f64,
    judge: f64,
}

impl<'a> Moments<'a> {
    fn of(points: &'a [(Labelled, f64)]) -> Self {
        let n: f64 = points.iter().map(|(_, w)| w).sum();
        let truth = points.iter().map(|(item, w)| w * item.truth).sum::<f64>() / n;
        let judge = points.iter().map(|(item, w)| w * item.judge).sum::<f64>() / n;
        Self { points, n, truth, judge }
    }

    /// `cov_n(Y, f) / ((1 + n / N) var_{n+N}(f))`, cut to [0, 1]; the pooled variance is over `n + N - dropped`.
    fn lambda(&self, others: &Observations, dropped: f64) -> f64 {
        let (Some(mean), Some(variance)) = (others.mean(), others.variance()) else { return 0.0 };
        let (n, more) = (self.n, others.n());
        let sum = |f: &dyn Fn(&Labelled) -> f64| {
            self.points.iter().map(|(item, w)| w * f(item)).sum::<f64>()
        };
        let covariance = sum(&|i| (i.truth - self.truth) * (i.judge - self.judge)) / n;
        let squares = sum(&|i| (i.judge - self.judge).powi(2))
            + more * variance
            + n * more / (n + more) * (self.judge - mean).powi(2);
        let pooled = squares / (n + more - dropped);
        let fitted = covariance / ((1.0 + n / more) * pooled);
        if fitted.is_finite() { fitted.clamp(0.0, 1.0) } else { 0.0 }
    }
}

fn combine(moments: &Moments, others: &Observations, lambda: f64, df: f64, quantile: f64) -> Ppi {
    let n = moments.n;
    let rectifier = moments.truth - lambda * moments.judge;
    let square = |item: &Labelled| (item.truth - lambda * item.judge - rectifier).powi(2);
    let squares = moments.points.iter().map(|(item, w)| w * square(item)).sum::<f64>();
    let residual_variance = squares / if df.is_finite() { n - 1.0 } else { n };
    let (mean, variance) = (others.mean().unwrap_or(0.0), others.variance().unwrap_or(0.0));
    let judge_variance =
        if others.n() > 0.0 { lambda * lambda * variance / others.n() } else { 0.0 };
    let standard_error = (judge_variance + residual_variance / n).sqrt();
    let estimate = lambda * mean + rectifier;
    let half = quantile * standard_error;
    Ppi {
        estimate,
        standard_error,
        interval: Interval { lower: estimate - half, upper: estimate + half },
        lambda,
        df,
        n_gold: n as u64,
        n_unlabelled: others.n() as u64,
        residual_variance,
        judge_variance,
    }
}
