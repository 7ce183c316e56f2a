//! Pure. Has the model changed? The sign-symmetry e-value on paired differences, detected over runs.
//!
//! A suite of frozen prompts is run again and again. For run t, `d_i = today_i - baseline_i` in [-1, 1], where the
//! baseline is a replicate that no other run uses. If nothing changed, today and baseline are exchangeable item by
//! item, so each sign is a fair coin given the sizes, and
//!
//! ```text
//! e_t(lambda) = prod_i exp(-lambda d_i) / cosh(lambda d_i)        evidence that today is worse
//! ```
//!
//! has expectation exactly 1 for every lambda. Each lambda feeds a Shiryaev–Roberts sum over runs, as in
//! [`crate::detector`]; the expected number of runs until a false alarm is at least the threshold.
//! Assumed: items are independent given their sizes, and the replicate is FRESH for each run. With one baseline
//! for all runs the runs hang together and the promise fails; then compare with a level ([`crate::watch`](mod@crate::watch)) or
//! filter single runs with [`crate::streams`].

use crate::detector::grown;
use crate::interval::Interval;
use crate::invalid::{self, Invalid};
use crate::paired::{Margin, Pairs, compare};

/// The bets on the size of the change, equally weighted.
pub const LAMBDAS: [f64; 5] = [0.1, 0.2, 0.4, 0.8, 1.6];

/// Which changes count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Only a change for the worse.
    Worse,
    /// Any change; costs a factor 2 of evidence.
    Either,
}

/// The question that a canary answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sentinel {
    /// Which changes count.
    pub direction: Direction,
    /// Expected number of runs until a false alarm, at least 1.
    pub runs_between_false_alarms: f64,
    /// Error of each side of the interval, in (0, 0.5].
    pub alpha_each_side: f64,
}

impl Default for Sentinel {
    /// For the worse, one false alarm in 1000 runs, a 95 % interval.
    fn default() -> Self {
        let direction = Direction::Worse;
        Self { direction, runs_between_false_alarms: 1000.0, alpha_each_side: 0.025 }
    }
}

/// Whether the model is the one that made the baseline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Changed {
    /// No alarm; that is no proof of being the same.
    NoAlarm,
    /// It has become worse.
    Worse,
    /// It has become better.
    Better,
}

/// The answer, with everything that it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CanaryAnswer {
    /// What may be concluded.
    pub changed: Changed,
    /// In which run the alarm was raised, counted from 1.
    pub at: Option<u64>,
    /// Runs so far.
    pub n_runs: u64,
    /// Items of the newest run.
    pub n_items: u64,
    /// Mean difference of the newest run, nothing without items.
    pub mean: Option<f64>,
    /// Bounds of the mean difference in the newest run, over items like these.
    ///
    /// One run tells less than all together: with an alarm they may still contain 0.
    pub interval: Interval,
    /// ln of the evidence, minus infinity before the first run.
    pub log_evidence: f64,
    /// ln of the evidence that raises the alarm.
    pub log_needed: f64,
    /// The method's name.
    pub method: &'static str,
}

/// All that a canary remembers; every number is finite.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CanaryState {
    /// The sum of each bet on "worse".
    pub worse: [f64; LAMBDAS.len()],
    /// The sum of each bet on "better"; 0 where it does not count.
    pub better: [f64; LAMBDAS.len()],
    /// Runs so far.
    pub n_runs: u64,
    /// In which run the alarm was raised.
    pub alarm: Option<u64>,
}

/// ln e(lambda) for each lambda: evidence that the mean difference is negative. No differences give 0.
pub fn log_e_by_bet(differences: &[f64], lambdas: &[f64]) -> Result<Vec<f64>, Invalid> {
    check(differences)?;
    invalid::finite("bet", lambdas)?;
    Ok(lambdas.iter().map(|&lambda| log_e(differences, lambda)).collect())
}

/// ln of the e-value of one run, mixed over [`LAMBDAS`] (and both signs where any change counts).
pub fn log_e_of_run(differences: &[f64], direction: Direction) -> Result<f64, Invalid> {
    check(differences)?;
    let worse = LAMBDAS.map(|lambda| log_e(differences, lambda));
    Ok(match direction {
        Direction::Worse => log_mean(&worse),
        Direction::Either => {
            let better = LAMBDAS.map(|lambda| log_e(differences, -lambda));
            log_mean(&[log_mean(&worse), log_mean(&better)])
        }
    })
}

/// Evidence of a change from distances alone, as for texts without scores: the soft-rank e-value, in logarithms.
///
/// `observed` is a statistic of (today, baseline), larger for a larger change, `permuted` the same after labels were
/// exchanged at random; all are at least 0. e = observed / mean of all of them with the observed one, whose
/// expectation is at most 1 when the labels are exchangeable. At least 200 permutations are advised. All 0 gives 0.
pub fn log_soft_rank(observed: f64, permuted: &[f64]) -> Result<f64, Invalid> {
    for &value in permuted.iter().chain([&observed]) {
        if !(value >= 0.0 && invalid::is_tame(value)) {
            let accepted = "between 0 and 1e100";
            return Err(Invalid::OutOfRange { what: "statistic", value, accepted });
        }
    }
    let mean = (observed + permuted.iter().sum::<f64>()) / (permuted.len() + 1) as f64;
    Ok(if mean > 0.0 { (observed / mean).ln() } else { 0.0 })
}

/// Answers for all runs so far, each the differences of its items.
pub fn canary(runs: &[Vec<f64>], question: &Sentinel) -> Result<CanaryAnswer, Invalid> {
    let mut canary = Canary::resume(question, CanaryState::default())?;
    for run in runs {
        canary.run(run)?;
    }
    canary.answer(runs.last().map_or(&[], Vec::as_slice))
}

/// A canary in progress.
#[derive(Clone, Debug, PartialEq)]
pub struct Canary {
    question: Sentinel,
    state: CanaryState,
}

impl Canary {
    /// Starts (from the default state) or continues from a stored one.
    pub fn resume(question: &Sentinel, state: CanaryState) -> Result<Self, Invalid> {
        let value = question.runs_between_false_alarms;
        if !(value >= 1.0 && invalid::is_tame(value)) {
            let accepted = "at least 1 and at most 1e100";
            return Err(Invalid::OutOfRange { what: "run length", value, accepted });
        }
        invalid::error_rate("alpha on each side", question.alpha_each_side)?;
        let sums = [state.worse, state.better].concat();
        if let Some(&value) = sums.iter().find(|sum| !(0.0..=1e250).contains(*sum)) {
            let accepted = "between 0 and 1e250";
            return Err(Invalid::OutOfRange { what: "stored sum", value, accepted });
        }
        Ok(Self { question: *question, state })
    }

    /// Adds the differences of one run, made with a replicate of the baseline that no other run used.
    ///
    /// The first alarm stays; after it, or after a new baseline, begin from the default state.
    pub fn run(&mut self, differences: &[f64]) -> Result<(), Invalid> {
        check(differences)?;
        self.state.n_runs += 1;
        if self.state.alarm.is_some() {
            return Ok(());
        }
        let add = |sums: &mut [f64; LAMBDAS.len()], sign: f64| {
            for (sum, lambda) in sums.iter_mut().zip(LAMBDAS) {
                *sum = grown(*sum, 1.0, log_e(differences, sign * lambda).min(570.0).exp());
            }
        };
        add(&mut self.state.worse, 1.0);
        if self.question.direction == Direction::Either {
            add(&mut self.state.better, -1.0);
        }
        if self.log_evidence() >= self.question.runs_between_false_alarms.ln() {
            self.state.alarm = Some(self.state.n_runs);
        }
        Ok(())
    }

    /// ln M now; minus infinity before the first run.
    pub fn log_evidence(&self) -> f64 {
        let mean = |sums: &[f64; LAMBDAS.len()]| sums.iter().sum::<f64>() / LAMBDAS.len() as f64;
        let (worse, better) = (mean(&self.state.worse), mean(&self.state.better));
        match self.question.direction {
            Direction::Worse => worse.ln(),
            Direction::Either => f64::midpoint(worse, better).ln(),
        }
    }

    /// What to store.
    pub fn state(&self) -> CanaryState {
        self.state
    }

    /// The answer now; `newest` are the differences of the newest run.
    pub fn answer(&self, newest: &[f64]) -> Result<CanaryAnswer, Invalid> {
        let margin = Margin { alpha_each_side: self.question.alpha_each_side, ..Margin::of(0.0) };
        let (_, effect) = compare(&Pairs::Differences(newest.to_vec()), &margin)?;
        let total = |sums: [f64; LAMBDAS.len()]| sums.iter().sum::<f64>();
        let changed = match self.state.alarm {
            None => Changed::NoAlarm,
            Some(_) if total(self.state.better) > total(self.state.worse) => Changed::Better,
            Some(_) => Changed::Worse,
        };
        Ok(CanaryAnswer {
            changed,
            at: self.state.alarm,
            n_runs: self.state.n_runs,
            n_items: effect.n,
            mean: effect.mean,
            interval: Interval { lower: effect.lower, upper: effect.upper },
            log_evidence: self.log_evidence(),
            log_needed: self.question.runs_between_false_alarms.ln(),
            method: "sign-symmetry e-detector",
        })
    }
}

fn log_e(differences: &[f64], lambda: f64) -> f64 {
    differences.iter().map(|d| -lambda * d - log_cosh(lambda * d)).sum()
}

/// ln cosh x without overflow.
fn log_cosh(x: f64) -> f64 {
    x.abs() + (0.5 * (-2.0 * x.abs()).exp_m1()).ln_1p()
}

fn log_mean(logs: &[f64]) -> f64 {
    let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    top + (logs.iter().map(|log| (log - top).exp()).sum::<f64>() / logs.len() as f64).ln()
}

fn check(differences: &[f64]) -> Result<(), Invalid> {
    match differences.iter().find(|d| !(-1.0..=1.0).contains(*d)) {
        Some(&value) => {
            let accepted = "between -1 and 1";
            Err(Invalid::OutOfRange { what: "difference", value, accepted })
        }
        None => Ok(()),
    }
}
