//! Pure. Clopper and Pearson's exact interval for a rate, at a sample size fixed beforehand.

use crate::beta;
use crate::interval::Interval;
use crate::invalid::{self, Invalid};

/// Clopper and Pearson (1934): the two-sided interval, half of the error on each side.
///
/// Covers at least `confidence` whatever the rate; conservative. No observations give [0, 1].
pub fn clopper_pearson(successes: u64, n: u64, confidence: f64) -> Result<Interval, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    bounds(successes, n, (1.0 - confidence) / 2.0)
}

/// The same bounds read one at a time: each alone holds with `confidence`.
pub fn clopper_pearson_one_sided(
    successes: u64,
    n: u64,
    confidence: f64,
) -> Result<Interval, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    bounds(successes, n, 1.0 - confidence)
}

fn bounds(successes: u64, n: u64, alpha: f64) -> Result<Interval, Invalid> {
    invalid::part_of(successes, n)?;
    if n == 0 {
        return Ok(Interval::UNIT);
    }
    let (k, failures) = (successes as f64, (n - successes) as f64);
    Ok(Interval {
        lower: if successes == 0 { 0.0 } else { beta::quantile(k, failures + 1.0, alpha) },
        upper: if successes == n { 1.0 } else { beta::quantile(k + 1.0, failures, 1.0 - alpha) },
    })
}
