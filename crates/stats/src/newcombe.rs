//! Pure. Newcombe's interval for the difference of two independent rates, at fixed sample sizes.

use crate::interval::Interval;
use crate::invalid::Invalid;
use crate::wilson::wilson;

/// A difference of rates, first minus second, and its interval; all between -1 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// First rate minus second; nothing when one of them has no observations.
    pub estimate: Option<f64>,
    /// Two-sided confidence interval of the difference.
    pub interval: Interval,
}

/// Newcombe (1998), method 10: Wilson's intervals of both rates, joined by squares.
///
/// `first` and `second` are (successes, n).
pub fn newcombe(
    first: (u64, u64),
    second: (u64, u64),
    confidence: f64,
) -> Result<Difference, Invalid> {
    let (one, two) =
        (wilson(first.0, first.1, confidence)?, wilson(second.0, second.1, confidence)?);
    let rate = |(k, n): (u64, u64)| (n > 0).then(|| k as f64 / n as f64);
    let (Some(p), Some(q)) = (rate(first), rate(second)) else {
        let interval = Interval { lower: one.lower - two.upper, upper: one.upper - two.lower };
        return Ok(Difference { estimate: None, interval });
    };
    let estimate = p - q;
    let lower = estimate - (p - one.lower).hypot(two.upper - q);
    let upper = estimate + (one.upper - p).hypot(q - two.lower);
    let interval = Interval { lower: lower.max(-1.0), upper: upper.min(1.0) };
    Ok(Difference { estimate: Some(estimate), interval })
}
