//! Pure. What can be promised today: the lower confidence bound, said as a rate and as "so many of 100".

use crate::betting::Betting;
use crate::gate::Sample;
use crate::invalid::Invalid;

/// The threshold whose bets are used when nobody declared a floor.
const NO_FLOOR: f64 = 0.5;

/// Slack for the bisection, which reports bounds up to 1e-11 too low.
const ROUNDING: f64 = 1e-9;

/// A rate that the mean reaches, with the confidence that was asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Promise {
    /// The lower confidence bound of the mean.
    pub rate: f64,
    /// The same as whole successes of 100, rounded down.
    pub of_100: u8,
    /// The method, for whoever reads the answer.
    pub method: &'static str,
}

impl Promise {
    /// The promise that a lower bound in [0, 1] (such as `Answer::lower`) allows; anything else promises 0.
    pub fn of(lower: f64) -> Self {
        let rate = if lower > 0.0 { lower.min(1.0) } else { 0.0 };
        Self {
            rate,
            of_100: (100.0 * rate + ROUNDING).floor().min(100.0) as u8,
            method: crate::gate::METHOD,
        }
    }
}

/// The promise at confidence `1 - alpha`, valid at every sample size at once.
///
/// `floor` is the declared floor, so that promise and verdict come from the same bets; nothing means 0.5.
/// No observations promise 0.
pub fn promise(
    sample: &Sample,
    floor: Option<f64>,
    alpha: f64,
    min_gap: f64,
) -> Result<Promise, Invalid> {
    let betting = Betting::new(floor.unwrap_or(NO_FLOOR), min_gap)?;
    Ok(Promise::of(betting.lower(&sample.observations()?, alpha)?))
}
