//! Pure. Confidence bounds for a quantile (a latency, a cost) as order statistics, at any sample size or at one.
//!
//! A value q is below the p-quantile when too few observations are at or below it, above when too many are:
//! the boolean "x <= q" has mean p at the quantile, so the betting boundary at threshold p gives the ranks.

use crate::betting::Betting;
use crate::binomial::{lower_tail, upper_tail};
use crate::invalid::{self, Invalid};

/// The minimum gap that the bets at threshold p are chosen for.
const MIN_GAP: f64 = 0.02;

/// 1-based ranks of the order statistics that bound a quantile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranks {
    /// The bound below; 0 stands for minus infinity.
    pub lower: u64,
    /// The bound above; n + 1 stands for infinity.
    pub upper: u64,
}

/// Bounds of a quantile in the unit of the observations; infinite where there are too few of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct QuantileBounds {
    /// The smallest observation with at least a share p at or below it; nothing without observations.
    pub estimate: Option<f64>,
    /// Lower bound, minus infinity when n is too small.
    pub lower: f64,
    /// Upper bound, infinity when n is too small.
    pub upper: f64,
}

/// Ranks that hold at every sample size at once with probability `1 - alpha`, alpha/2 on each side.
pub fn anytime_ranks(n: u64, p: f64, alpha: f64) -> Result<Ranks, Invalid> {
    invalid::open_unit("quantile level", p)?;
    invalid::error_rate("alpha", alpha)?;
    let betting = Betting::new(p, MIN_GAP)?;
    let fail = betting.fail_count(alpha / 2.0, n)?;
    let pass = betting.pass_count(alpha / 2.0, n)?;
    Ok(Ranks { lower: fail.map_or(0, |k| k + 1), upper: pass.unwrap_or(n.saturating_add(1)) })
}

/// Ranks that hold at this `n` only (exact binomial), for an n that was fixed beforehand.
pub fn fixed_ranks(n: u64, p: f64, alpha: f64) -> Result<Ranks, Invalid> {
    invalid::open_unit("quantile level", p)?;
    invalid::error_rate("alpha", alpha)?;
    let first = |holds: &dyn Fn(u64) -> bool| {
        let (mut low, mut high) = (0, n.saturating_add(1));
        while low < high {
            let middle = u64::midpoint(low, high);
            if holds(middle) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        high
    };
    let lower = if n == 0 { 0 } else { first(&|k| k >= n || lower_tail(k, n, p) > alpha / 2.0) };
    Ok(Ranks { lower, upper: first(&|k| k > n || upper_tail(k, n, p) <= alpha / 2.0) })
}

/// Bounds of the p-quantile of `sorted` (ascending, finite), valid at every sample size at once.
pub fn quantile_bounds(sorted: &[f64], p: f64, alpha: f64) -> Result<QuantileBounds, Invalid> {
    invalid::finite("observation", sorted)?;
    if let Some(pair) = sorted.windows(2).find(|pair| pair[0] > pair[1]) {
        let accepted = "in ascending order";
        return Err(Invalid::OutOfRange { what: "observation", value: pair[1], accepted });
    }
    let ranks = anytime_ranks(sorted.len() as u64, p, alpha)?;
    let at = |rank: u64| rank.checked_sub(1).and_then(|i| sorted.get(i as usize)).copied();
    Ok(QuantileBounds {
        estimate: at(((p * sorted.len() as f64).ceil() as u64).max(1)),
        lower: at(ranks.lower).unwrap_or(f64::NEG_INFINITY),
        upper: at(ranks.upper).unwrap_or(f64::INFINITY),
    })
}

/// The fewest observations with which the p-quantile has an upper bound at all.
pub fn observations_for_upper_bound(p: f64, alpha: f64) -> Result<u64, Invalid> {
    let mut n = 1;
    while anytime_ranks(n, p, alpha)?.upper > n {
        n *= 2;
    }
    let mut short = n / 2;
    while n - short > 1 {
        let middle = u64::midpoint(short, n);
        if anytime_ranks(middle, p, alpha)?.upper > middle {
            short = middle;
        } else {
            n = middle;
        }
    }
    Ok(n)
}
