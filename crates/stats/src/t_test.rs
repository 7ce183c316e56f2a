//! Pure. Student's paired test and Welch's test of two means, at sample sizes fixed beforehand.

use crate::interval::Interval;
use crate::invalid::{self, Invalid};
use crate::student;

/// Values whose spread is below this share of their size count as all equal: the rest is rounding.
const NO_SPREAD: f64 = 1e-12;

/// A difference of means, second minus first.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TTest {
    /// Mean of the second minus mean of the first.
    pub difference: f64,
    /// Standard error of the difference; 0 when nothing varies.
    pub standard_error: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Difference over standard error; nothing when nothing varies.
    pub t: Option<f64>,
    /// Two-sided p-value; 1 when nothing varies and the means are equal, nothing when they then differ.
    pub p: Option<f64>,
    /// Two-sided confidence interval; nothing when nothing varies, since a width of 0 would not be evidence.
    pub interval: Option<Interval>,
}

/// Student's test on the differences `second[i] - first[i]`; nothing below two pairs.
///
/// Assumes independent pairs whose mean difference is close to normal.
pub fn paired_t(first: &[f64], second: &[f64], confidence: f64) -> Result<Option<TTest>, Invalid> {
    if first.len() != second.len() {
        return Err(Invalid::LengthsDiffer { left: first.len(), right: second.len() });
    }
    invalid::open_unit("confidence", confidence)?;
    invalid::finite("observation", first)?;
    invalid::finite("observation", second)?;
    let size = largest(first).max(largest(second));
    let differences: Vec<f64> = second.iter().zip(first).map(|(b, a)| b - a).collect();
    let Some(moments) = Moments::of(&differences, size) else {
        return Ok(None);
    };
    let standard_error = (moments.variance / moments.n).sqrt();
    Ok(Some(conclude(moments.mean, standard_error, moments.n - 1.0, confidence, size)))
}

/// Welch's test of two independent samples with variances of their own; nothing when one has fewer than two.
pub fn welch(first: &[f64], second: &[f64], confidence: f64) -> Result<Option<TTest>, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    invalid::finite("observation", first)?;
    invalid::finite("observation", second)?;
    let size = largest(first).max(largest(second));
    let (Some(a), Some(b)) = (Moments::of(first, size), Moments::of(second, size)) else {
        return Ok(None);
    };
    let (u, v) = (a.variance / a.n, b.variance / b.n);
    let spread = u + v;
    // Shares first, so that tiny variances do not underflow when squared.
    let df = if spread > 0.0 {
        1.0 / ((u / spread).powi(2) / (a.n - 1.0) + (v / spread).powi(2) / (b.n - 1.0))
    } else {
        a.n + b.n - 2.0
    };
    Ok(Some(conclude(b.mean - a.mean, spread.sqrt(), df, confidence, size)))
}

fn conclude(difference: f64, standard_error: f64, df: f64, confidence: f64, size: f64) -> TTest {
    if standard_error <= 0.0 {
        let equal = difference.abs() <= NO_SPREAD * size;
        let p = equal.then_some(1.0);
        return TTest { difference, standard_error: 0.0, df, t: None, p, interval: None };
    }
    let t = difference / standard_error;
    let half = student::two_sided_quantile(1.0 - confidence, df) * standard_error;
    TTest {
        difference,
        standard_error,
        df,
        t: Some(t),
        p: Some(student::two_sided_p(t, df)),
        interval: Some(Interval { lower: difference - half, upper: difference + half }),
    }
}

fn largest(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |largest, v| v.abs().max(largest))
}

struct Moments {
    n: f64,
    mean: f64,
    variance: f64,
}

impl Moments {
    /// Mean and unbiased variance; the variance is 0 when the spread is mere rounding. Nothing below two values.
    fn of(values: &[f64], size: f64) -> Option<Self> {
        if values.len() < 2 {
            return None;
        }
        let n = values.len() as f64;
        let mean = values.iter().map(|v| v / n).sum::<f64>();
        let low = values.iter().copied().fold(f64::INFINITY, f64::min);
        let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if high - low <= NO_SPREAD * size {
            return Some(Self { n, mean, variance: 0.0 });
        }
        let variance = values.iter().map(|v| (v - mean).powi(2) / (n - 1.0)).sum::<f64>();
        Some(Self { n, mean, variance })
    }
}
