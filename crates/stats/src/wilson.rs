//! Pure. Wilson's score interval for a rate: short and close to its level on average, at a fixed sample size.

use crate::interval::Interval;
use crate::invalid::{self, Invalid};
use crate::normal::normal_quantile;

/// Wilson (1927), two-sided, without continuity correction. No observations give [0, 1].
///
/// Not valid when looked at repeatedly: at a floor of 0.9, looking after every observation gives a false
/// verdict about one time in three.
pub fn wilson(successes: u64, n: u64, confidence: f64) -> Result<Interval, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    invalid::part_of(successes, n)?;
    if n == 0 {
        return Ok(Interval::UNIT);
    }
    let count = n as f64;
    let rate = successes as f64 / count;
    let z = -normal_quantile((1.0 - confidence) / 2.0);
    let share = z * z / count;
    let centre = (rate + share / 2.0) / (1.0 + share);
    let half = z / (1.0 + share) * (rate * (1.0 - rate) / count + share / (4.0 * count)).sqrt();
    Ok(Interval {
        lower: if successes == 0 { 0.0 } else { (centre - half).clamp(0.0, rate) },
        upper: if successes == n { 1.0 } else { (centre + half).clamp(rate, 1.0) },
    })
}
