//! Pure. A judge's rate of yes corrected by its sensitivity and specificity, measured on items from elsewhere.

use crate::gold::Cells;
use crate::interval::Interval;
use crate::invalid::{self, Invalid};
use crate::normal::normal_quantile;

/// A judge with sensitivity + specificity - 1 at or below this carries no signal.
const LEAST_SIGNAL: f64 = 0.1;

/// Why there is no corrected rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The labelled items are all true or all untrue: one of the two error rates is unknown.
    MissingClass,
    /// Sensitivity + specificity - 1 is at most 0.1: the judge carries no signal.
    NoSignal,
    /// The judge has judged nothing.
    NothingJudged,
}

impl Refusal {
    /// The reason as a sentence for readers.
    pub fn text(self) -> &'static str {
        match self {
            Self::MissingClass => "the labelled items need both good and bad ones",
            Self::NoSignal => "the judge carries no signal: it is hardly better than chance",
            Self::NothingJudged => "the judge has judged nothing yet",
        }
    }
}

/// A corrected rate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RoganGladen {
    /// Rogan and Gladen (1978): `(p + sp - 1) / (se + sp - 1)`, not cut; outside [0, 1] it contradicts itself.
    pub raw: f64,
    /// The same, cut to [0, 1].
    pub estimate: f64,
    /// The same from counts pulled toward the middle (the judge's by z^2 / 2, the labels' by one each); not cut.
    pub adjusted: f64,
    /// Lang and Reiczigel (2014), cut to [0, 1]; of width 0 when the uncut interval lies outside.
    /// It has a centre of its own, so at a low confidence it may miss the estimate.
    pub interval: Interval,
    /// Sensitivity + specificity - 1.
    pub youden: f64,
    /// Whether the interval before cutting misses [0, 1]: the error rates do not fit this stream.
    pub contradicts: bool,
}

/// Corrects `yes` of `n` judged items by the error rates in `calibration`.
///
/// It assumes that sensitivity and specificity are the same in both places, not that the mix of good and bad is; and
/// that the judged items and the calibration items are independent.
pub fn rogan_gladen(
    yes: u64,
    n: u64,
    calibration: &Cells,
    confidence: f64,
) -> Result<Result<RoganGladen, Refusal>, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    invalid::part_of(yes, n)?;
    if n == 0 {
        return Ok(Err(Refusal::NothingJudged));
    }
    let (Some(sensitivity), Some(specificity)) =
        (calibration.sensitivity(), calibration.specificity())
    else {
        return Ok(Err(Refusal::MissingClass));
    };
    let youden = sensitivity + specificity - 1.0;
    if youden <= LEAST_SIGNAL + 1e-12 {
        return Ok(Err(Refusal::NoSignal));
    }
    let z = normal_quantile(f64::midpoint(1.0, confidence));
    let (k, n) = (yes as f64, n as f64);
    let raw = (k / n + specificity - 1.0) / youden;

    let (positives, negatives) =
        (calibration.positives() as f64 + 2.0, calibration.negatives() as f64 + 2.0);
    let (total, p) = (n + z * z, (k + z * z / 2.0) / (n + z * z));
    let se = (calibration.yes_yes as f64 + 1.0) / positives;
    let sp = (calibration.no_no as f64 + 1.0) / negatives;
    let signal = se + sp - 1.0;
    if signal <= 0.0 {
        return Ok(Err(Refusal::NoSignal));
    }
    let theta = (p + sp - 1.0) / signal;
    let (of_se, of_sp) = (se * (1.0 - se) / positives, sp * (1.0 - sp) / negatives);
    let centre = theta + 2.0 * z * z * (theta * of_se - (1.0 - theta) * of_sp);
    let variance = p * (1.0 - p) / total + (1.0 - theta).powi(2) * of_sp + theta.powi(2) * of_se;
    let half = z * variance.sqrt() / signal;
    let (lower, upper) = (centre - half, centre + half);
    let cut = |x: f64| x.clamp(0.0, 1.0);
    Ok(Ok(RoganGladen {
        raw,
        estimate: cut(raw),
        adjusted: theta,
        interval: Interval { lower: cut(lower), upper: cut(upper) },
        youden,
        contradicts: lower > 1.0 || upper < 0.0,
    }))
}
