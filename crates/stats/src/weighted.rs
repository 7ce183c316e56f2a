//! Pure. The mean of values that were drawn with known probabilities: what was drawn seldom stands for more.
//!
//! Hájek (1971): sum w x / sum w with w = 1 / probability. The interval is Wilson's score interval at Kish's (1965)
//! effective number (sum w)^2 / sum w^2; values in [0, 1] vary at most as much as booleans of the same mean, so for
//! scores it is wide rather than narrow, and it has a width where all values are equal.

use crate::interval::Interval;
use crate::invalid::{self, Invalid};
use crate::normal::normal_quantile;

/// One value that was drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    /// In [0, 1].
    pub value: f64,
    /// With which probability it was drawn, above 0 and at most 1.
    pub chance: f64,
}

/// What the values say about all that could have been drawn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weighted {
    /// The weighted mean.
    pub mean: f64,
    /// Its two-sided interval.
    pub interval: Interval,
    /// Values.
    pub n: u64,
    /// How many values drawn evenly would say as much.
    pub n_effective: f64,
}

/// The mean over all that could have been drawn; nothing without values.
pub fn weighted(drawn: &[Drawn], confidence: f64) -> Result<Option<Weighted>, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    for one in drawn {
        invalid::unit("value", one.value)?;
        if !(one.chance > 0.0 && one.chance <= 1.0) {
            let accepted = "above 0 and at most 1";
            return Err(Invalid::OutOfRange { what: "chance", value: one.chance, accepted });
        }
    }
    // The smallest chance is divided out, so that no weight can run over.
    let Some(least) = drawn.iter().map(|one| one.chance).min_by(f64::total_cmp) else {
        return Ok(None);
    };
    let weights = || drawn.iter().map(|one| least / one.chance);
    let sum: f64 = weights().sum();
    let mean = weights().zip(drawn).map(|(weight, one)| weight * one.value).sum::<f64>() / sum;
    let mean = mean.clamp(0.0, 1.0);
    let n_effective = sum * sum / weights().map(|weight| weight * weight).sum::<f64>();
    let z2 = normal_quantile(f64::midpoint(1.0, confidence)).powi(2);
    let middle = (mean + z2 / (2.0 * n_effective)) / (1.0 + z2 / n_effective);
    let half = (z2 * (mean * (1.0 - mean) / n_effective + z2 / (4.0 * n_effective.powi(2)))).sqrt()
        / (1.0 + z2 / n_effective);
    let interval = Interval { lower: (middle - half).max(0.0), upper: (middle + half).min(1.0) };
    Ok(Some(Weighted { mean, interval, n: drawn.len() as u64, n_effective }))
}

/// The difference of two means from their own intervals (Zou and Donner 2008), second minus first.
///
/// It is as valid as the intervals are, and as wide where one of them is.
pub fn difference(first: (f64, Interval), second: (f64, Interval)) -> (f64, Interval) {
    let ((one, of_one), (other, of_other)) = (first, second);
    let between = other - one;
    let below = (other - of_other.lower).hypot(of_one.upper - one);
    let above = (of_other.upper - other).hypot(one - of_one.lower);
    let interval =
        Interval { lower: (between - below).max(-1.0), upper: (between + above).min(1.0) };
    (between, interval)
}
