//! Pure. The e-process at a fixed threshold as running state: constant size, one update per observation.

use super::{Betting, PerBet, Side, log_mean_exp};
use crate::invalid::{self, Invalid};

/// Log wealth of every bet so far, and the most that was ever reached.
///
/// Gives the same evidence as the whole sample in any order.
/// The running maxima make the anytime p-values of the path: `min(1, 1 / sup E)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Stream {
    betting: Betting,
    above: PerBet,
    below: PerBet,
    n: u64,
    peak_above: f64,
    peak_below: f64,
}

impl Stream {
    /// No observations yet. `betting` needs a threshold strictly between 0 and 1: at the edges there is nothing to bet on.
    pub fn new(betting: Betting) -> Result<Self, Invalid> {
        invalid::open_unit("threshold", betting.tau())?;
        let none = [0.0; super::N_BETS];
        Ok(Self { betting, above: none, below: none, n: 0, peak_above: 0.0, peak_below: 0.0 })
    }

    /// Adds one observation in [0, 1].
    pub fn observe(&mut self, x: f64) -> Result<(), Invalid> {
        invalid::unit("observation", x)?;
        let tau = self.betting.tau();
        for (side, wealth) in [(Side::Above, &mut self.above), (Side::Below, &mut self.below)] {
            for (log, step) in wealth.iter_mut().zip(self.betting.steps(side, x, tau)) {
                *log += step;
            }
        }
        self.n += 1;
        self.peak_above = self.peak_above.max(self.log_e(Side::Above));
        self.peak_below = self.peak_below.max(self.log_e(Side::Below));
        Ok(())
    }

    /// How many observations were added.
    pub fn n(&self) -> u64 {
        self.n
    }

    /// ln E for one side now.
    pub fn log_e(&self, side: Side) -> f64 {
        match side {
            Side::Above => log_mean_exp(&self.above),
            Side::Below => log_mean_exp(&self.below),
        }
    }

    /// The anytime p-value of one side: 1 over the largest E so far, at most 1.
    pub fn p_value(&self, side: Side) -> f64 {
        match side {
            Side::Above => (-self.peak_above).exp(),
            Side::Below => (-self.peak_below).exp(),
        }
    }
}
