//! Pure. How many more labels shrink the corrected interval to a wanted width.

use crate::invalid::{self, Invalid};
use crate::ppi::Ppi;
use crate::student;

/// Above this many labels the advice is not to label but to improve the judge or score more items.
pub const TOO_MANY_LABELS: u64 = 10_000_000;

/// Two half-items per class and answer count as labels in [`crate::ppi::ppi_mean`].
const PSEUDO: f64 = 2.0;

/// Half of the interval's width that is expected with `labels` labels in all, other things as in `pilot`.
///
/// `sqrt(residual / n' + judge)` times the t quantile, with n' = labels + 2; before the ends are cut to [0, 1].
/// Infinite without labels.
pub fn half_width_with(pilot: &Ppi, labels: u64, confidence: f64) -> Result<f64, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    if labels == 0 {
        return Ok(f64::INFINITY);
    }
    let n = labels as f64 + PSEUDO;
    let error = (pilot.residual_variance / n + pilot.judge_variance).sqrt();
    Ok(student::two_sided_quantile(1.0 - confidence, n - 1.0) * error)
}

/// How many more labels shrink the interval to plus or minus `half_width`; 0 when it is that narrow already.
///
/// Nothing when no number of labels up to [`TOO_MANY_LABELS`] does: the scores on unlabelled items are then what limits.
/// It assumes that further items resemble the labelled ones, and that the judge stays the same.
pub fn more_labels(pilot: &Ppi, half_width: f64, confidence: f64) -> Result<Option<u64>, Invalid> {
    invalid::positive("half width", half_width)?;
    let wide = |labels: u64| Ok(half_width_with(pilot, labels, confidence)? > half_width);
    let (mut low, mut high) = (pilot.n_gold, pilot.n_gold.max(1));
    if !wide(low)? {
        return Ok(Some(0));
    }
    while wide(high)? {
        if high >= TOO_MANY_LABELS {
            return Ok(None);
        }
        low = high;
        high = (2 * high).min(TOO_MANY_LABELS);
    }
    while high - low > 1 {
        let middle = u64::midpoint(low, high);
        if wide(middle)? {
            low = middle;
        } else {
            high = middle;
        }
    }
    Ok(Some(high - pilot.n_gold))
}
