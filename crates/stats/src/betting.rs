//! Pure. The fixed-grid mixture betting e-process: evidence about a mean in [0, 1] that may be looked at any time.
//!
//! For a threshold m and observations x in [0, 1],
//!
//! ```text
//! E+(m) = (1/J) sum_j prod_i (1 - c_j + c_j x_i / m)              evidence that the mean is above m
//! E-(m) = (1/J) sum_j prod_i (1 - d_j + d_j (1-x_i) / (1-m))      evidence that the mean is below m
//! ```
//!
//! Each factor has expectation at most 1 when `E[x | past] <= m` (for E+; `>= m` for E-), so each E is a
//! non-negative supermartingale that starts at 1, and by Ville's inequality it ever reaches 1/alpha
//! with probability at most alpha, whatever the sample size and however often one looks.
//! Nothing else is assumed: no variance, no distribution, no order.
//! It is the betting martingale of Waudby-Smith and Ramdas (2024, *Estimating means of bounded random
//! variables by betting*) with constant bets, mixed over a fixed grid as in Cover's universal portfolio.
//!
//! The grid depends on the threshold `tau` and on `min_gap` only, and is reused at every m.
//! So factors are monotone in m, the rejected thresholds form an interval, and a bound is found by bisection.
//! E+ above 1 needs a sample mean above m, E- above 1 one below m (ln(1+u) <= u):
//! both cannot hold at once, and the bounds always enclose the sample mean.

mod boundary;
mod observations;
mod operating;
mod stream;

pub use boundary::Boundary;
pub use observations::Observations;
pub use operating::{Operating, operating_characteristics};
pub use stream::Stream;

use crate::invalid::{self, Invalid};

/// How many bets are mixed.
pub const N_BETS: usize = 12;

/// The largest bet: a fraction of the wealth that one observation can cost.
const LARGEST_BET: f64 = 0.99;

/// Bounds are bisected to this width, and the end that is rejected is reported.
const BOUND_WIDTH: f64 = 1e-11;

/// One number per bet of the grid.
pub(crate) type PerBet = [f64; N_BETS];

/// Which claim the evidence is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The mean is above the threshold.
    Above,
    /// The mean is below the threshold.
    Below,
}

/// The bets that belong to one threshold: fractions of the room above it and of the room below it.
#[derive(Clone, Debug, PartialEq)]
pub struct Betting {
    tau: f64,
    above: PerBet,
    below: PerBet,
}

/// Geometric grid from `min(0.5, min_gap / headroom)` to 0.99; `headroom` is the room on the claimed side.
fn grid(headroom: f64, min_gap: f64) -> [f64; N_BETS] {
    let smallest = if headroom > 0.0 { (min_gap / headroom).min(0.5) } else { 0.5 };
    let (from, to) = (smallest.ln(), LARGEST_BET.ln());
    std::array::from_fn(|j| (from + (to - from) * j as f64 / (N_BETS - 1) as f64).exp())
}

/// ln of the mean of the exponentials, without overflow.
pub(crate) fn log_mean_exp(logs: &PerBet) -> f64 {
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if top.is_infinite() {
        return top;
    }
    let sum: f64 = logs.iter().map(|l| (l - top).exp()).sum();
    top + (sum / N_BETS as f64).ln()
}

/// What one observation multiplies the wealth of one bet by, as a logarithm; finite for every m in (0, 1).
fn log_factor(side: Side, bet: f64, x: f64, m: f64) -> f64 {
    let odds = match side {
        Side::Above => x / m,
        Side::Below => (1.0 - x) / (1.0 - m),
    };
    (bet * (odds.min(f64::MAX) - 1.0)).ln_1p()
}

impl Betting {
    /// Bets for threshold `tau` in [0, 1] that are quickest when the truth is at least `min_gap` away from it.
    pub fn new(tau: f64, min_gap: f64) -> Result<Self, Invalid> {
        invalid::unit("threshold", tau)?;
        invalid::open_unit("minimum gap", min_gap)?;
        Ok(Self { tau, above: grid(1.0 - tau, min_gap), below: grid(tau, min_gap) })
    }

    /// The threshold that the bets were chosen for.
    pub fn tau(&self) -> f64 {
        self.tau
    }

    /// The bets of one side, smallest first.
    pub fn bets(&self, side: Side) -> &[f64; N_BETS] {
        match side {
            Side::Above => &self.above,
            Side::Below => &self.below,
        }
    }

    /// Log wealth of every bet after one observation of `x` at threshold `m`.
    pub(crate) fn steps(&self, side: Side, x: f64, m: f64) -> PerBet {
        self.bets(side).map(|bet| log_factor(side, bet, x, m))
    }

    /// Log wealth of every bet after all observations at threshold `m`.
    pub(crate) fn wealth(&self, side: Side, observations: &Observations, m: f64) -> PerBet {
        let masses = observations.masses(side);
        self.bets(side).map(|bet| {
            masses.iter().map(|mass| mass.weight * log_factor(side, bet, mass.value, m)).sum()
        })
    }

    /// ln E for the claim at threshold `m` in [0, 1], natural logarithm.
    ///
    /// No observations give 0. At the edge where the claim's opposite is a single point (above 0, below 1)
    /// one contrary observation is a proof, and the answer is infinite; at the other edge it is at most 0.
    pub fn log_e(&self, side: Side, observations: &Observations, m: f64) -> Result<f64, Invalid> {
        invalid::unit("threshold", m)?;
        Ok(self.evidence(side, observations, m))
    }

    /// [`Betting::log_e`] for a threshold that is known to lie in [0, 1].
    pub(crate) fn evidence(&self, side: Side, observations: &Observations, m: f64) -> f64 {
        let certain = match side {
            Side::Above => m <= 0.0,
            Side::Below => m >= 1.0,
        };
        if certain {
            return if observations.refutes_edge(side) { f64::INFINITY } else { 0.0 };
        }
        log_mean_exp(&self.wealth(side, observations, m))
    }

    /// ln E for the claim at `tau` when `successes` of `n` booleans are true; both may be fractional.
    pub(crate) fn evidence_of_counts(&self, side: Side, successes: f64, n: f64) -> f64 {
        self.evidence(side, &Observations::fractional(successes, n), self.tau)
    }

    /// Lower confidence bound of the mean: the largest threshold that `E+ >= 1/alpha` rejects, 0 if none.
    ///
    /// Holds for all sample sizes at once with probability `1 - alpha`.
    pub fn lower(&self, observations: &Observations, alpha: f64) -> Result<f64, Invalid> {
        invalid::error_rate("alpha", alpha)?;
        Ok(self.lower_within(observations, alpha, 0.0, observations.mean().unwrap_or(0.0)))
    }

    /// Upper confidence bound of the mean: the smallest threshold that `E- >= 1/alpha` rejects, 1 if none.
    pub fn upper(&self, observations: &Observations, alpha: f64) -> Result<f64, Invalid> {
        invalid::error_rate("alpha", alpha)?;
        Ok(self.upper_within(observations, alpha, observations.mean().unwrap_or(1.0), 1.0))
    }

    /// The lower bound when it is known to be at least `from` (rejected) and below `to` (not rejected).
    pub(crate) fn lower_within(&self, obs: &Observations, alpha: f64, from: f64, to: f64) -> f64 {
        let needed = -alpha.ln();
        bisect(from, to, |m| self.evidence(Side::Above, obs, m) >= needed).0
    }

    /// The upper bound when it is known to be above `from` (not rejected) and at most `to` (rejected).
    pub(crate) fn upper_within(&self, obs: &Observations, alpha: f64, from: f64, to: f64) -> f64 {
        let needed = -alpha.ln();
        bisect(from, to, |m| self.evidence(Side::Below, obs, m) < needed).1
    }
}

/// Narrows `[left, right]` around the place where `holds` turns from true to false.
fn bisect(mut left: f64, mut right: f64, holds: impl Fn(f64) -> bool) -> (f64, f64) {
    while right - left > BOUND_WIDTH {
        let middle = f64::midpoint(left, right);
        if holds(middle) {
            left = middle;
        } else {
            right = middle;
        }
    }
    (left, right)
}
