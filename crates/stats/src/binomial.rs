//! Pure. Exact binomial tails, and the exact test of a rate against a floor at a sample size fixed beforehand.

use crate::beta;
use crate::invalid::{self, Invalid};

/// P(X >= k) for X binomial of `n` at `rate`; 1 for k = 0, 0 for k above n.
pub fn at_least(k: u64, n: u64, rate: f64) -> Result<f64, Invalid> {
    invalid::unit("rate", rate)?;
    Ok(upper_tail(k, n, rate))
}

/// P(X <= k) for X binomial of `n` at `rate`; 1 from k = n on.
pub fn at_most(k: u64, n: u64, rate: f64) -> Result<f64, Invalid> {
    invalid::unit("rate", rate)?;
    Ok(lower_tail(k, n, rate))
}

/// Exact one-sided p-values of `successes` of `n` against a floor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ExactTest {
    /// P(at least this many) at the floor: small means the rate is above it.
    pub p_pass: f64,
    /// P(at most this many) at the floor: small means the rate is below it.
    pub p_fail: f64,
}

/// Clopper and Pearson's exact test; valid only when `n` was declared before the data were seen.
pub fn exact_test(successes: u64, n: u64, floor: f64) -> Result<ExactTest, Invalid> {
    invalid::part_of(successes, n)?;
    Ok(ExactTest { p_pass: at_least(successes, n, floor)?, p_fail: at_most(successes, n, floor)? })
}

/// P(X >= k), arguments already checked.
pub(crate) fn upper_tail(k: u64, n: u64, rate: f64) -> f64 {
    if k == 0 {
        return 1.0;
    }
    if k > n {
        return 0.0;
    }
    beta::tails(k as f64, (n - k + 1) as f64, rate, 1.0 - rate).lower
}

/// P(X <= k), arguments already checked.
pub(crate) fn lower_tail(k: u64, n: u64, rate: f64) -> f64 {
    if k >= n {
        return 1.0;
    }
    beta::tails((k + 1) as f64, (n - k) as f64, rate, 1.0 - rate).upper
}
