//! Pure. Is the second better than the first on the same items? Paired betting, valid whenever one looks.
//!
//! A difference d = second - first in [-1, 1] becomes y = (d + 1) / 2 in [0, 1], and the betting e-process of
//! [`crate::betting`] tests the mean of y. A tie is y = 1/2: at margin 0 it multiplies the evidence by 1.

use crate::betting::{Betting, Observations, Side};
use crate::gate::Decision;
use crate::invalid::{self, Invalid};

/// Differences of the same items under two systems, second minus first, in no order.
#[derive(Clone, Debug, PartialEq)]
pub enum Pairs {
    /// Booleans, already counted.
    Counts {
        /// Only the second is true.
        wins: u64,
        /// Only the first is true.
        losses: u64,
        /// Both are the same.
        ties: u64,
    },
    /// Differences in [-1, 1].
    Differences(Vec<f64>),
}

/// How large a difference counts, and how sure to be of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Margin {
    /// The difference in [0, 1] that must be exceeded in either direction.
    pub margin: f64,
    /// Largest probability of a wrong claim in each direction, ever.
    pub alpha_each_side: f64,
    /// The distance beyond the margin that is worth finding quickly, as a difference.
    pub min_effect: f64,
}

impl Margin {
    /// The usual question: 0.025 on each side, so a 95 % interval, and an effect of 0.04.
    pub fn of(margin: f64) -> Self {
        Self { margin, alpha_each_side: 0.025, min_effect: 0.04 }
    }
}

/// Who is ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The second is better by more than the margin.
    Better,
    /// The second is worse by more than the margin.
    Worse,
    /// Neither is shown yet.
    TooClose,
}

/// The effect of the second over the first, in difference units from -1 to 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Effect {
    /// How many pairs there are.
    pub n: u64,
    /// Mean difference, nothing without pairs.
    pub mean: Option<f64>,
    /// Lower confidence bound, for all sample sizes at once.
    pub lower: f64,
    /// Upper confidence bound, for all sample sizes at once.
    pub upper: f64,
    /// ln of the evidence that the effect is above the upper threshold.
    pub log_e_above: f64,
    /// ln of the evidence that the effect is below the lower threshold.
    pub log_e_below: f64,
    /// The method, for whoever reads the answer.
    pub method: &'static str,
}

/// How two systems are compared on the same items.
pub const METHOD: &str = "anytime-valid betting on paired differences";

/// Better if and only if `lower >= margin`; worse if and only if `upper <= -margin`.
///
/// The mean of y is tested against (1 + margin) / 2 from above and (1 - margin) / 2 from below.
/// Exchanging the two systems exchanges the answers.
pub fn compare(pairs: &Pairs, question: &Margin) -> Result<(Verdict, Effect), Invalid> {
    invalid::unit("margin", question.margin)?;
    let (above, below, effect) = evidence(pairs, question, question.margin, -question.margin)?;
    let verdict = match (above, below) {
        (true, _) => Verdict::Better,
        (false, true) => Verdict::Worse,
        (false, false) => Verdict::TooClose,
    };
    Ok((verdict, effect))
}

/// Is the second at most `margin` worse than the first (non-inferiority)?
///
/// Pass if and only if `lower >= -margin`; fail if and only if `upper <= -margin`. Ties count for passing when
/// the margin is above 0. A margin of 1 always passes.
pub fn not_worse(pairs: &Pairs, question: &Margin) -> Result<(Decision, Effect), Invalid> {
    invalid::unit("margin", question.margin)?;
    let (above, below, effect) = evidence(pairs, question, -question.margin, -question.margin)?;
    let decision = match (above, below) {
        (true, _) => Decision::Pass,
        (false, true) => Decision::Fail,
        (false, false) => Decision::Undecided,
    };
    Ok((decision, effect))
}

/// Whether the effect is shown above `upper_threshold`, whether below `lower_threshold`, and its bounds.
fn evidence(
    pairs: &Pairs,
    question: &Margin,
    upper_threshold: f64,
    lower_threshold: f64,
) -> Result<(bool, bool, Effect), Invalid> {
    let alpha = invalid::error_rate("alpha on each side", question.alpha_each_side)?;
    let min_gap = invalid::open_unit("minimum effect", question.min_effect)? / 2.0;
    let observations = pairs.observations()?;
    let (high, low) = (f64::midpoint(1.0, upper_threshold), f64::midpoint(1.0, lower_threshold));
    let (rising, falling) = (Betting::new(high, min_gap)?, Betting::new(low, min_gap)?);

    // At a threshold of -1 everything is above, by logic; there is then no evidence to speak of.
    let certain = high <= 0.0;
    let log_e_above = if certain { 0.0 } else { rising.evidence(Side::Above, &observations, high) };
    let log_e_below = falling.evidence(Side::Below, &observations, low);
    let above = certain || log_e_above >= -alpha.ln();
    let below = log_e_below >= -alpha.ln();

    let effect_of = |y: f64| 2.0 * y - 1.0;
    let (n, sum) = (observations.n(), observations.sum());
    let mean = (n > 0.0).then(|| ((2.0 * sum - n) / n).clamp(-1.0, 1.0));
    let lower = effect_of(rising.lower(&observations, alpha)?);
    let upper = effect_of(falling.upper(&observations, alpha)?);
    // The evidence at the thresholds decides; bisection and rounding may not contradict it.
    let lower =
        if above { lower.max(upper_threshold) } else { lower.min(upper_threshold.next_down()) };
    let upper =
        if below { upper.min(lower_threshold) } else { upper.max(lower_threshold.next_up()) };
    let effect = Effect {
        n: observations.n() as u64,
        mean,
        lower: lower.max(-1.0).min(mean.unwrap_or(1.0)),
        upper: upper.min(1.0).max(mean.unwrap_or(-1.0)),
        log_e_above,
        log_e_below,
        method: METHOD,
    };
    Ok((above, below, effect))
}

impl Pairs {
    /// The differences as observations of y in [0, 1].
    pub fn observations(&self) -> Result<Observations, Invalid> {
        match self {
            Self::Counts { wins, losses, ties } => {
                Observations::tally(&[(1.0, *wins), (0.5, *ties), (0.0, *losses)])
            }
            Self::Differences(differences) => {
                let outside = differences.iter().find(|d| !(-1.0..=1.0).contains(*d));
                if let Some(&value) = outside {
                    let accepted = "between -1 and 1";
                    return Err(Invalid::OutOfRange { what: "difference", value, accepted });
                }
                let halves: Vec<f64> = differences.iter().map(|d| f64::midpoint(1.0, *d)).collect();
                Observations::values(&halves)
            }
        }
    }
}
