//! Pure. The Shiryaev–Roberts e-detector: alarms when a stream's mean has fallen below a level, rarely when it has not.
//!
//! For a level m0, bets `d_j` of [`crate::betting`] and observations x in [0, 1],
//!
//! ```text
//! M_j <- (M_j + w) (1 - d_j + d_j (1-x) / (1-m0)),   M = mean_j M_j,   alarm when M reaches the threshold
//! ```
//!
//! With w = 1 this is the sum over all possible starts of the betting e-process from that start, so M minus the
//! number of observations is a supermartingale while `E[x | past] >= m0`, and the expected number of observations
//! until a false alarm is at least the threshold (Shin, Ramdas and Rinaldo 2022, *E-detectors*).
//! With w = 1 / (k (k+1)) at the k-th observation M is itself an e-process, and the probability of ever raising a
//! false alarm is at most 1 / threshold.
//! Nothing else is assumed: no distribution, no independence between streams.
//!
//! The sums are kept as they are, not as logarithms: they are positive and only added and multiplied, so nothing
//! cancels. They are capped at 1e250, which can only take evidence away, long after any threshold was reached.

use crate::betting::{Betting, N_BETS, Side};
use crate::invalid::{self, Invalid};

/// Sums stay below this, far above every threshold that is accepted.
const MOST: f64 = 1e250;

/// Which promise the alarms keep.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Control {
    /// On average at least this many observations between false alarms, at least 1; for a monitor that runs on.
    ///
    /// "At most one false alarm in 90 days" is the number of observations expected in 90 days.
    /// It should be several times 1 / `min_gap`: a smaller number is reached on a perfect stream too, in its time
    /// ([`crate::watch`](mod@crate::watch) raises no alarm then).
    RunLength(f64),
    /// A false alarm ever with at most this probability, in (0, 0.5]; slower the longer the stream was good.
    ///
    /// For what may not cry wolf in a lifetime; a reset begins a new lifetime.
    Lifetime(f64),
}

/// The question that a detector watches.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// The level in (0, 1) that the mean must not fall below: a floor minus slack, or a baseline's bound minus a margin.
    pub level: f64,
    /// The fall below the level that is worth finding quickly.
    pub min_gap: f64,
    /// Which promise the alarms keep.
    pub control: Control,
    /// How many streams share the promise, at least 1: each then needs that many times the evidence.
    ///
    /// With K streams any alarm at K times the threshold is an alarm of their average too, so the promise holds
    /// for the first alarm of all of them, counted in observations of each, under any dependence.
    pub n_streams: u32,
}

impl Detection {
    /// The usual question: a gap of 0.02, one stream, one false alarm in `observations` at most on average.
    pub fn below(level: f64, observations: f64) -> Self {
        Self { level, min_gap: 0.02, control: Control::RunLength(observations), n_streams: 1 }
    }

    /// The evidence that raises an alarm.
    pub fn threshold(&self) -> Result<f64, Invalid> {
        let threshold = match self.control {
            Control::RunLength(observations) => observations,
            Control::Lifetime(alpha) => 1.0 / invalid::error_rate("alpha", alpha)?,
        };
        if !(threshold >= 1.0 && invalid::is_tame(threshold)) {
            let accepted = "at least 1 and at most 1e100";
            return Err(Invalid::OutOfRange { what: "run length", value: threshold, accepted });
        }
        if self.n_streams == 0 {
            let accepted = "at least 1";
            return Err(Invalid::OutOfRange { what: "streams", value: 0.0, accepted });
        }
        Ok(threshold * f64::from(self.n_streams))
    }

    /// The bets against the level.
    pub fn betting(&self) -> Result<Betting, Invalid> {
        invalid::open_unit("level", self.level)?;
        Betting::new(self.level, self.min_gap)
    }
}

/// All that a detector remembers: its size does not depend on the stream, and every number is finite.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct DetectorState {
    /// The sum of each bet, 0 at the start.
    pub sums: [f64; N_BETS],
    /// Observations since the start or the last reset.
    pub n: u64,
}

/// A detector in progress.
#[derive(Clone, Debug, PartialEq)]
pub struct Detector {
    bets: [f64; N_BETS],
    level: f64,
    threshold: f64,
    lifetime: bool,
    state: DetectorState,
}

impl Detector {
    /// Nothing seen yet: no evidence.
    pub fn new(question: &Detection) -> Result<Self, Invalid> {
        Self::resume(question, DetectorState::default())
    }

    /// Continues from a stored state of the same question.
    pub fn resume(question: &Detection, state: DetectorState) -> Result<Self, Invalid> {
        if let Some(&value) = state.sums.iter().find(|sum| !(0.0..=MOST).contains(*sum)) {
            let accepted = "between 0 and 1e250";
            return Err(Invalid::OutOfRange { what: "stored sum", value, accepted });
        }
        Ok(Self {
            bets: *question.betting()?.bets(Side::Below),
            level: question.level,
            threshold: question.threshold()?,
            lifetime: matches!(question.control, Control::Lifetime(_)),
            state,
        })
    }

    /// Adds one observation in [0, 1] and says whether the alarm is raised now.
    ///
    /// The alarm does not reset anything; an alarm that is acted on is followed by [`Detector::reset`].
    pub fn observe(&mut self, x: f64) -> Result<bool, Invalid> {
        invalid::unit("observation", x)?;
        self.state.n = self.state.n.saturating_add(1);
        let k = self.state.n as f64;
        let start = if self.lifetime { 1.0 / (k * (k + 1.0)) } else { 1.0 };
        let gain = (1.0 - x) / (1.0 - self.level) - 1.0;
        for (sum, bet) in self.state.sums.iter_mut().zip(self.bets) {
            *sum = grown(*sum, start, 1.0 + bet * gain);
        }
        Ok(self.alarms())
    }

    /// Whether the evidence has reached the threshold.
    pub fn alarms(&self) -> bool {
        self.state.sums.iter().sum::<f64>() >= self.threshold * N_BETS as f64
    }

    /// ln M: the evidence now; minus infinity before the first observation.
    pub fn log_evidence(&self) -> f64 {
        (self.state.sums.iter().sum::<f64>() / N_BETS as f64).ln()
    }

    /// ln of the evidence that raises an alarm.
    pub fn log_threshold(&self) -> f64 {
        self.threshold.ln()
    }

    /// What to store, so that the detector can be resumed.
    pub fn state(&self) -> DetectorState {
        self.state
    }

    /// Forgets all evidence, as after an alarm that opened an incident.
    pub fn reset(&mut self) {
        self.state = DetectorState::default();
    }
}

/// One step of a Shiryaev–Roberts sum: a new start joins, then all starts are multiplied; never above the cap.
pub(crate) fn grown(sum: f64, start: f64, factor: f64) -> f64 {
    ((sum + start) * factor).min(MOST)
}
