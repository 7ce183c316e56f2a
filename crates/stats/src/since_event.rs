//! Pure. The e-process that starts at a known event (a new model, prompt or release): has the mean been below since then?
//!
//! The betting e-process of [`crate::betting`] for "below", started at the event and never restarted.
//! It is quicker than a detector right after the event, and useless for a change at an unknown time.
//! The probability that it ever reaches 1 / alpha while `E[x | past] >= m0` is at most alpha (Ville), in addition
//! to the budget of the detector that runs beside it.

use crate::betting::{Betting, N_BETS, Side, log_mean_exp};
use crate::invalid::{self, Invalid};

/// All that the process remembers; every number is finite.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SinceEventState {
    /// Log wealth of each bet, 0 at the event.
    pub log_wealth: [f64; N_BETS],
    /// Observations since the event.
    pub n: u64,
}

/// An e-process in progress, against one level.
#[derive(Clone, Debug, PartialEq)]
pub struct SinceEvent {
    betting: Betting,
    state: SinceEventState,
}

impl SinceEvent {
    /// Starts at the event, or continues from a stored state; the level of `betting` must lie inside (0, 1).
    pub fn resume(betting: Betting, state: SinceEventState) -> Result<Self, Invalid> {
        invalid::open_unit("level", betting.tau())?;
        invalid::finite("stored log wealth", &state.log_wealth)?;
        Ok(Self { betting, state })
    }

    /// Adds one observation in [0, 1].
    pub fn observe(&mut self, x: f64) -> Result<(), Invalid> {
        invalid::unit("observation", x)?;
        let steps = self.betting.steps(Side::Below, x, self.betting.tau());
        for (log, step) in self.state.log_wealth.iter_mut().zip(steps) {
            *log += step;
        }
        self.state.n = self.state.n.saturating_add(1);
        Ok(())
    }

    /// ln E now; 0 at the event.
    pub fn log_e(&self) -> f64 {
        log_mean_exp(&self.state.log_wealth)
    }

    /// What to store, so that the process can be resumed.
    pub fn state(&self) -> SinceEventState {
        self.state
    }
}
