//! Pure. How many more observations until a decision, if they look like those so far.
//!
//! The evidence of each bet grows by a fixed amount per expected observation, so ln E is a convex function of
//! the number of further observations and crosses the needed level at most once: doubling, then bisection.

use crate::betting::{Betting, N_BETS, Observations, PerBet, Side, log_mean_exp};
use crate::gate::{Decision, Floor, Sample, gate};
use crate::invalid::{self, Invalid};

/// Beyond this many further observations the answer is "none": the mean is effectively at the floor.
pub const TOO_MANY: u64 = 10_000_000;

/// Below this many observations their mean says too little, and a planning rate takes its place.
const FEW: f64 = 10.0;

/// A forecast of the observations that are still needed; every count is nothing above ten million.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct More {
    /// The decision that the forecast leads to.
    pub toward: Decision,
    /// The mean that further observations are assumed to have.
    pub assumed_mean: f64,
    /// Whether `assumed_mean` is the planning value halfway between floor and 1, because n is below 10.
    pub planned: bool,
    /// Further observations needed at the assumed mean.
    pub expected: Option<u64>,
    /// The same if the mean is one posterior standard deviation farther from the floor.
    pub soonest: Option<u64>,
    /// The same if it is one standard deviation nearer; nothing when that reaches the floor.
    pub latest: Option<u64>,
    /// Further observations needed to pass if every one is 1.
    pub all_pass: Option<u64>,
    /// Further observations that fail if every one is 0.
    pub all_fail: Option<u64>,
    /// The method, for whoever reads the answer.
    pub method: &'static str,
}

/// How the number of further observations is found.
const METHOD: &str = "extrapolated evidence at the present mean";

/// Forecasts the decision about `question` from these observations.
///
/// Booleans are assumed to go on at `(S + 1/2) / (n + 1)`; values repeat the histogram seen so far.
/// Below 10 observations both are assumed to be booleans of rate `floor + (1 - floor) / 2`.
/// When the decision is already reached, `expected`, `soonest` and `latest` are 0.
pub fn more(sample: &Sample, question: &Floor) -> Result<More, Invalid> {
    let answer = gate(sample, question)?;
    let observations = sample.observations()?;
    let forecast = Forecast::new(question, &observations)?;
    let planned = observations.n() < FEW;
    let assumed_mean = forecast.assumed_mean(planned);
    let toward = if assumed_mean > question.floor { Side::Above } else { Side::Below };

    let mut out = More {
        toward: decision_of(toward),
        assumed_mean,
        planned,
        expected: None,
        soonest: None,
        latest: None,
        all_pass: forecast.further(Side::Above, &forecast.growth_at(Side::Above, 1.0)),
        all_fail: forecast.further(Side::Below, &forecast.growth_at(Side::Below, 0.0)),
        method: METHOD,
    };
    match answer.decision {
        Decision::Pass | Decision::Fail => {
            out.toward = answer.decision;
            (out.expected, out.soonest, out.latest) = (Some(0), Some(0), Some(0));
            if answer.decision == Decision::Pass {
                out.all_pass = Some(0);
            } else {
                out.all_fail = Some(0);
            }
        }
        Decision::Unprovable => out.all_fail = Some(1),
        Decision::Undecided => {
            let spread = forecast.spread(assumed_mean);
            let (near, far) = match toward {
                Side::Above => (assumed_mean - spread, (assumed_mean + spread).min(1.0)),
                Side::Below => (assumed_mean + spread, (assumed_mean - spread).max(0.0)),
            };
            let at = |mean| forecast.further(toward, &forecast.growth(toward, mean, planned));
            out.expected = at(assumed_mean);
            out.soonest = at(far);
            let reaches_floor = match toward {
                Side::Above => near <= question.floor,
                Side::Below => near >= question.floor,
            };
            out.latest = if reaches_floor { None } else { at(near) };
        }
    }
    Ok(out)
}

/// The split of a fixed number of further booleans into those that decide and those that do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Passes if at most this many of the further booleans are false; nothing when it cannot pass.
    pub pass_if_failures_at_most: Option<u64>,
    /// Fails if at least this many of the further booleans are false; nothing when it cannot fail.
    pub fail_if_failures_at_least: Option<u64>,
}

/// What `further` booleans can decide, when looking once after the last of them.
pub fn budget(successes: u64, n: u64, further: u64, question: &Floor) -> Result<Budget, Invalid> {
    invalid::part_of(successes, n)?;
    let betting = question.betting()?;
    if question.floor <= 0.0 {
        return Ok(Budget {
            pass_if_failures_at_most: Some(further),
            fail_if_failures_at_least: None,
        });
    }
    if question.floor >= 1.0 {
        let missing = u64::from(successes == n);
        return Ok(Budget {
            pass_if_failures_at_most: None,
            fail_if_failures_at_least: (missing <= further).then_some(missing),
        });
    }
    let total = n.saturating_add(further);
    let most = successes.saturating_add(further);
    let pass = betting.pass_count(question.alpha_pass, total)?;
    let fail = betting.fail_count(question.alpha_fail, total)?;
    Ok(Budget {
        pass_if_failures_at_most: pass
            .and_then(|fewest| most.checked_sub(fewest))
            .map(|spare| spare.min(further)),
        fail_if_failures_at_least: fail
            .filter(|&fewest| fewest >= successes)
            .map(|fewest| most.saturating_sub(fewest)),
    })
}

/// The smallest distances from the floor that `n` booleans decide when their mean is exactly that far away.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct DecidableGap {
    /// Above the floor, to pass; nothing when even a mean of 1 does not pass.
    pub to_pass: Option<f64>,
    /// Below the floor, to fail; nothing when even a mean of 0 does not fail.
    pub to_fail: Option<f64>,
}

/// What a budget of `n` booleans can tell apart from the floor; floors of 0 and 1 are decided by logic, at no gap.
pub fn smallest_decidable_gap(n: u64, question: &Floor) -> Result<DecidableGap, Invalid> {
    let betting = question.betting()?;
    let floor = question.floor;
    if floor <= 0.0 || floor >= 1.0 {
        let certain = |edge: bool| edge.then_some(0.0);
        return Ok(DecidableGap { to_pass: certain(floor <= 0.0), to_fail: certain(floor >= 1.0) });
    }
    let decides = |side, alpha: f64, mean: f64| {
        betting.evidence_of_counts(side, mean * n as f64, n as f64) >= -alpha.ln()
    };
    let search = |side, alpha, edge: f64| {
        let (mut near, mut far) = (floor, edge);
        if !decides(side, alpha, far) {
            return None;
        }
        for _ in 0..60 {
            let middle = f64::midpoint(near, far);
            if decides(side, alpha, middle) {
                far = middle;
            } else {
                near = middle;
            }
        }
        Some((far - floor).abs())
    };
    Ok(DecidableGap {
        to_pass: search(Side::Above, question.alpha_pass, 1.0),
        to_fail: search(Side::Below, question.alpha_fail, 0.0),
    })
}

/// Wealth so far and how each further observation is assumed to change it.
struct Forecast<'a> {
    betting: Betting,
    question: &'a Floor,
    observations: &'a Observations,
}

impl<'a> Forecast<'a> {
    fn new(question: &'a Floor, observations: &'a Observations) -> Result<Self, Invalid> {
        Ok(Self { betting: question.betting()?, question, observations })
    }

    fn assumed_mean(&self, planned: bool) -> f64 {
        let (n, sum) = (self.observations.n(), self.observations.sum());
        match self.observations.mean() {
            _ if planned => self.question.floor + (1.0 - self.question.floor) / 2.0,
            Some(mean) if !self.observations.is_binary() => mean,
            _ => (sum + 0.5) / (n + 1.0),
        }
    }

    /// One posterior standard deviation of the mean (Beta(S + 1/2, F + 1/2) for booleans).
    fn spread(&self, mean: f64) -> f64 {
        let variance = if self.observations.is_binary() {
            mean * (1.0 - mean)
        } else {
            self.observations.variance().unwrap_or(0.25)
        };
        (variance / (self.observations.n() + 2.0)).sqrt()
    }

    /// Growth per boolean of rate `mean`.
    fn growth_at(&self, side: Side, mean: f64) -> PerBet {
        let success = self.betting.steps(side, 1.0, self.question.floor);
        let failure = self.betting.steps(side, 0.0, self.question.floor);
        std::array::from_fn(|j| mean * success[j] + (1.0 - mean) * failure[j])
    }

    /// Growth per observation of mean `mean`: booleans, or the histogram mixed with 1 or 0 to reach that mean.
    fn growth(&self, side: Side, mean: f64, planned: bool) -> PerBet {
        let Some(seen) = self.observations.mean().filter(|_| !planned) else {
            return self.growth_at(side, mean);
        };
        if self.observations.is_binary() {
            return self.growth_at(side, mean);
        }
        let wealth = self.betting.wealth(side, self.observations, self.question.floor);
        let (pull, share) = if mean > seen {
            (1.0, (mean - seen) / (1.0 - seen))
        } else {
            (0.0, if seen > 0.0 { (seen - mean) / seen } else { 0.0 })
        };
        let pulled = self.growth_at(side, pull);
        let n = self.observations.n();
        std::array::from_fn(|j| (1.0 - share) * wealth[j] / n + share * pulled[j])
    }

    /// The smallest count of further observations that reaches the level of `side`.
    fn further(&self, side: Side, growth: &PerBet) -> Option<u64> {
        let floor = self.question.floor;
        if floor <= 0.0 || floor >= 1.0 {
            return (floor >= 1.0 && side == Side::Below).then_some(1);
        }
        let needed = match side {
            Side::Above => -self.question.alpha_pass.ln(),
            Side::Below => -self.question.alpha_fail.ln(),
        };
        let wealth = self.betting.wealth(side, self.observations, floor);
        let reached = |further: u64| {
            let logs: [f64; N_BETS] =
                std::array::from_fn(|j| wealth[j] + further as f64 * growth[j]);
            log_mean_exp(&logs) >= needed
        };
        if reached(0) {
            return Some(0);
        }
        let (mut short, mut enough) = (0, 1);
        while !reached(enough) {
            if enough >= TOO_MANY {
                return None;
            }
            short = enough;
            enough = (enough * 2).min(TOO_MANY);
        }
        while enough - short > 1 {
            let middle = u64::midpoint(short, enough);
            if reached(middle) {
                enough = middle;
            } else {
                short = middle;
            }
        }
        Some(enough)
    }
}

fn decision_of(side: Side) -> Decision {
    match side {
        Side::Above => Decision::Pass,
        Side::Below => Decision::Fail,
    }
}
