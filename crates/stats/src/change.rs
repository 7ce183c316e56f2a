//! Pure. When did the fall begin? The start since which the evidence is largest, over the newest observations.
//!
//! The estimate is the start s with the largest mixture evidence on `x_s..x_t` ([`crate::betting`], side below):
//! the e-value form of Page's maximum likelihood estimate. It is a point estimate; no interval for s is claimed.
//! Only a bounded number of observations is kept, so an older change is dated to the oldest one that is kept.

use std::collections::VecDeque;

use crate::betting::{Betting, N_BETS, Observations, Side, log_mean_exp};
use crate::interval::Interval;
use crate::invalid::{self, Invalid};

/// How many observations are kept by default.
pub const KEPT: usize = 5000;

/// The newest observations, oldest first, at most a fixed number of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Recent {
    most: usize,
    values: VecDeque<f64>,
}

/// The estimated beginning of a fall.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Change {
    /// How many observations lie at or after it, at least 1.
    pub n: u64,
    /// Their mean.
    pub mean: f64,
    /// Bounds of that mean, `alpha` on each side, as if the start had been known beforehand.
    ///
    /// The start was chosen because the mean looks low since then, so the bounds lean low.
    pub interval: Interval,
    /// ln of the evidence since then.
    pub log_e: f64,
}

impl Recent {
    /// Keeps the newest `most` observations.
    pub fn keeping(most: usize) -> Self {
        Self { most, values: VecDeque::new() }
    }

    /// Adds one observation in [0, 1]; the oldest leaves when there are too many.
    pub fn observe(&mut self, x: f64) -> Result<(), Invalid> {
        invalid::unit("observation", x)?;
        if self.values.len() >= self.most {
            self.values.pop_front();
        }
        if self.most > 0 {
            self.values.push_back(x);
        }
        Ok(())
    }

    /// What is kept, oldest first.
    pub fn values(&self) -> &VecDeque<f64> {
        &self.values
    }

    /// Where the evidence for "below the threshold of `betting`" began; nothing when no start has evidence above 1.
    ///
    /// Of equally good starts the latest. `alpha` in (0, 0.5] is for the bounds. Time is linear in what is kept.
    pub fn change(&self, betting: &Betting, alpha: f64) -> Result<Option<Change>, Invalid> {
        invalid::error_rate("alpha", alpha)?;
        let level = invalid::open_unit("level", betting.tau())?;
        let mut wealth = [0.0; N_BETS];
        let (mut best, mut n_best) = (0.0, 0);
        for (i, &x) in self.values.iter().rev().enumerate() {
            for (log, step) in wealth.iter_mut().zip(betting.steps(Side::Below, x, level)) {
                *log += step;
            }
            let log_e = log_mean_exp(&wealth);
            if log_e > best {
                (best, n_best) = (log_e, i + 1);
            }
        }
        let since: Vec<f64> = self.values.iter().rev().take(n_best).copied().collect();
        let observations = Observations::values(&since)?;
        let Some(mean) = observations.mean() else { return Ok(None) };
        let interval = Interval {
            lower: betting.lower(&observations, alpha)?,
            upper: betting.upper(&observations, alpha)?,
        };
        Ok(Some(Change { n: n_best as u64, mean, interval, log_e: best }))
    }
}
