//! Pure. Is a mean at or above a floor? Pass, fail or undecided, with an interval that never contradicts the answer.

use crate::betting::{Betting, Observations, Side};
use crate::invalid::{self, Invalid};

/// Observations of one quantity in [0, 1], in no order.
#[derive(Clone, Debug, PartialEq)]
pub enum Sample {
    /// Booleans, already counted.
    Counts {
        /// How many are true.
        successes: u64,
        /// How many there are.
        n: u64,
    },
    /// Single values in [0, 1].
    Values(Vec<f64>),
    /// Distinct values in [0, 1] and how often each occurred.
    Tally(Vec<(f64, u64)>),
}

impl Sample {
    /// Checks every value and forgets the order.
    pub fn observations(&self) -> Result<Observations, Invalid> {
        match self {
            Self::Counts { successes, n } => Observations::counts(*successes, *n),
            Self::Values(values) => Observations::values(values),
            Self::Tally(tally) => Observations::tally(tally),
        }
    }
}

/// The question: is the mean at or above `floor`?
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Floor {
    /// The floor of the mean, in [0, 1].
    pub floor: f64,
    /// Largest probability of ever passing when the mean is at or below the floor.
    pub alpha_pass: f64,
    /// Largest probability of ever failing when the mean is at or above the floor.
    pub alpha_fail: f64,
    /// The distance from the floor that is worth finding quickly.
    pub min_gap: f64,
}

impl Floor {
    /// The usual question: both errors 0.05, so a 90 % interval, and a gap of 0.02.
    pub fn at(floor: f64) -> Self {
        Self { floor, alpha_pass: 0.05, alpha_fail: 0.05, min_gap: 0.02 }
    }

    pub(crate) fn betting(&self) -> Result<Betting, Invalid> {
        invalid::error_rate("alpha to pass", self.alpha_pass)?;
        invalid::error_rate("alpha to fail", self.alpha_fail)?;
        Betting::new(self.floor, self.min_gap)
    }
}

/// What the observations say about the floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The mean is at or above the floor.
    Pass,
    /// The mean is below the floor.
    Fail,
    /// More observations are needed.
    Undecided,
    /// The floor is 1 and nothing fell short yet: no number of observations can prove it.
    Unprovable,
}

/// The answer, with everything that it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answer {
    /// What may be concluded.
    pub decision: Decision,
    /// How many observations there are.
    pub n: u64,
    /// Their mean, nothing when there are none.
    pub mean: Option<f64>,
    /// Lower confidence bound at level `1 - alpha_pass`, for all sample sizes at once.
    pub lower: f64,
    /// Upper confidence bound at level `1 - alpha_fail`, for all sample sizes at once.
    pub upper: f64,
    /// Natural logarithm of the evidence that the mean is above the floor; 0 is none.
    pub log_e_pass: f64,
    /// Natural logarithm of the evidence that the mean is below the floor; 0 is none.
    pub log_e_fail: f64,
    /// Anytime p-value of passing: `min(1, 1/E+)` on these observations.
    pub p_pass: f64,
    /// Anytime p-value of failing: `min(1, 1/E-)` on these observations.
    pub p_fail: f64,
    /// Whether the decision is one of logic (a floor of 0 or 1), not of evidence: the evidence is then 0, the p-values 1.
    pub by_logic: bool,
    /// The method, for whoever reads the answer.
    pub method: &'static str,
}

/// How a mean is compared with a floor.
pub const METHOD: &str = "anytime-valid betting on a mean";

/// Answers for these observations, whatever was looked at before.
///
/// Pass if and only if `lower >= floor`; fail if and only if `upper < floor`.
/// That holds in floating point too: the evidence at the floor decides, and each bound is then searched on
/// the side of the floor that the decision leaves.
/// A floor of 0 always passes. A floor of 1 fails at the first value below 1 and is unprovable until then.
/// The answer is a snapshot; a caller that looks more than once keeps the first decision (it stays valid).
pub fn gate(sample: &Sample, question: &Floor) -> Result<Answer, Invalid> {
    let betting = question.betting()?;
    let observations = sample.observations()?;
    let Floor { floor, alpha_pass, alpha_fail, .. } = *question;

    if floor <= 0.0 || floor >= 1.0 {
        return by_logic(&betting, &observations, question);
    }
    let log_e_pass = betting.evidence(Side::Above, &observations, floor);
    let log_e_fail = betting.evidence(Side::Below, &observations, floor);
    let passes = log_e_pass >= -alpha_pass.ln();
    let fails = log_e_fail >= -alpha_fail.ln();
    let mean = observations.mean();

    let lower = if passes {
        betting.lower_within(&observations, alpha_pass, floor, mean.unwrap_or(floor).max(floor))
    } else {
        betting.lower_within(&observations, alpha_pass, 0.0, mean.unwrap_or(0.0).min(floor))
    };
    let upper = if fails {
        let from = mean.unwrap_or(floor).min(floor);
        betting.upper_within(&observations, alpha_fail, from, floor).min(floor.next_down())
    } else {
        betting.upper_within(&observations, alpha_fail, mean.unwrap_or(1.0).max(floor), 1.0)
    };
    let decision = match (passes, fails) {
        (true, _) => Decision::Pass,
        (false, true) => Decision::Fail,
        (false, false) => Decision::Undecided,
    };
    Ok(Answer {
        decision,
        n: observations.n() as u64,
        mean,
        lower,
        upper,
        log_e_pass,
        log_e_fail,
        p_pass: (-log_e_pass).exp().min(1.0),
        p_fail: (-log_e_fail).exp().min(1.0),
        by_logic: false,
        method: METHOD,
    })
}

fn by_logic(
    betting: &Betting,
    observations: &Observations,
    question: &Floor,
) -> Result<Answer, Invalid> {
    let upper = betting.upper(observations, question.alpha_fail)?;
    let lower = betting.lower(observations, question.alpha_pass)?;
    let (decision, lower, upper) = if question.floor <= 0.0 {
        (Decision::Pass, lower, upper)
    } else if observations.refutes_edge(Side::Below) {
        (Decision::Fail, lower.min(1.0_f64.next_down()), upper.min(1.0_f64.next_down()))
    } else {
        (Decision::Unprovable, lower.min(1.0_f64.next_down()), upper)
    };
    Ok(Answer {
        decision,
        n: observations.n() as u64,
        mean: observations.mean(),
        lower,
        upper,
        log_e_pass: 0.0,
        log_e_fail: 0.0,
        p_pass: 1.0,
        p_fail: 1.0,
        by_logic: decision != Decision::Unprovable,
        method: METHOD,
    })
}
