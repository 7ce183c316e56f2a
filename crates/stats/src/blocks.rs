//! Pure. Is the second variant better than the first on live units? Betting on blocks of units, valid whenever one looks.
//!
//! Units (users, conversations) arrive one after the other, each in one arm, in the order in which their outcome
//! matured. A block closes as soon as each arm has a unit in it; its difference of means d in [-1, 1] then counts as
//! one pair of [`crate::paired`]. Given the past, d has the difference of the arms' means as its expectation whatever
//! the split, so the split may change from block to block with what was seen (but not within a block), and the
//! evidence stays exact. Units of the open block are pending and not used yet.
//! One unit is one observation: several outcomes of a unit are averaged before.

use crate::betting::{Betting, N_BETS, Side, log_mean_exp};
use crate::gate::Decision;
use crate::invalid::{self, Invalid};
use crate::paired::{Effect, Margin, Pairs, Verdict, compare, not_worse};

/// Which variant a unit saw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arm {
    /// The variant that is compared with.
    First,
    /// The variant in question.
    Second,
}

/// One unit with a matured outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Unit {
    /// Which variant it saw.
    pub arm: Arm,
    /// Its outcome in [0, 1].
    pub value: f64,
}

/// The block that is filling: plain numbers, so that it can be stored.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OpenBlock {
    /// Units of the first and of the second arm.
    pub n: [u64; 2],
    /// Sums of their outcomes.
    pub sums: [f64; 2],
}

impl OpenBlock {
    /// Adds a unit; gives the difference second minus first when that closes the block, and starts the next one.
    pub fn push(&mut self, unit: Unit) -> Result<Option<f64>, Invalid> {
        invalid::unit("outcome", unit.value)?;
        let arm = match unit.arm {
            Arm::First => 0,
            Arm::Second => 1,
        };
        self.n[arm] += 1;
        self.sums[arm] += unit.value;
        if self.n[0] == 0 || self.n[1] == 0 {
            return Ok(None);
        }
        let mean = |arm: usize| (self.sums[arm] / self.n[arm] as f64).min(1.0);
        let difference = mean(1) - mean(0);
        *self = Self::default();
        Ok(Some(difference))
    }
}

/// The answer for units, with everything that it rests on; `D` is a [`Verdict`] or a [`Decision`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BlocksAnswer<D> {
    /// What may be concluded.
    pub decision: D,
    /// The effect of the second over the first; its `n` counts closed blocks.
    pub effect: Effect,
    /// Units of the first and of the second arm.
    pub n_units: [u64; 2],
    /// Units of the open block, which are not used yet.
    pub n_pending: [u64; 2],
    /// The method's name.
    pub method: &'static str,
}

/// Is the second better by at least the margin (superiority)? [`compare`] on the closed blocks.
pub fn compare_units(units: &[Unit], question: &Margin) -> Result<BlocksAnswer<Verdict>, Invalid> {
    answer(units, |pairs| compare(pairs, question))
}

/// Is the second at most the margin worse (non-inferiority)? [`not_worse`] on the closed blocks.
pub fn units_not_worse(
    units: &[Unit],
    question: &Margin,
) -> Result<BlocksAnswer<Decision>, Invalid> {
    answer(units, |pairs| not_worse(pairs, question))
}

fn answer<D>(
    units: &[Unit],
    ask: impl Fn(&Pairs) -> Result<(D, Effect), Invalid>,
) -> Result<BlocksAnswer<D>, Invalid> {
    let (mut open, mut differences, mut n_units) = (OpenBlock::default(), Vec::new(), [0, 0]);
    for unit in units {
        differences.extend(open.push(*unit)?);
        n_units[usize::from(unit.arm == Arm::Second)] += 1;
    }
    let (decision, effect) = ask(&Pairs::Differences(differences))?;
    let method = "betting on block differences";
    Ok(BlocksAnswer { decision, effect, n_units, n_pending: open.n, method })
}

/// The comparison as running state of constant size: the same evidence as [`compare_units`], block by block.
#[derive(Clone, Debug, PartialEq)]
pub struct LiveComparison {
    rising: Betting,
    falling: Betting,
    log_needed: f64,
    log_above: [f64; N_BETS],
    log_below: [f64; N_BETS],
    open: OpenBlock,
    n_blocks: u64,
    verdict: Verdict,
}

impl LiveComparison {
    /// No units yet. The margin must be below 1.
    pub fn new(question: &Margin) -> Result<Self, Invalid> {
        invalid::unit("margin", question.margin)?;
        let alpha = invalid::error_rate("alpha on each side", question.alpha_each_side)?;
        let min_gap = invalid::open_unit("minimum effect", question.min_effect)? / 2.0;
        let (high, low) = (0.5 + question.margin / 2.0, 0.5 - question.margin / 2.0);
        invalid::open_unit("threshold", high)?;
        Ok(Self {
            rising: Betting::new(high, min_gap)?,
            falling: Betting::new(low, min_gap)?,
            log_needed: -alpha.ln(),
            log_above: [0.0; N_BETS],
            log_below: [0.0; N_BETS],
            open: OpenBlock::default(),
            n_blocks: 0,
            verdict: Verdict::TooClose,
        })
    }

    /// Adds a unit; the first verdict stays.
    pub fn push(&mut self, unit: Unit) -> Result<Verdict, Invalid> {
        let Some(difference) = self.open.push(unit)? else { return Ok(self.verdict) };
        self.n_blocks += 1;
        let y = f64::midpoint(1.0, difference);
        let step = |logs: &mut [f64; N_BETS], betting: &Betting, side| {
            for (log, step) in logs.iter_mut().zip(betting.steps(side, y, betting.tau())) {
                *log += step;
            }
        };
        step(&mut self.log_above, &self.rising, Side::Above);
        step(&mut self.log_below, &self.falling, Side::Below);
        if self.verdict == Verdict::TooClose {
            self.verdict = if self.log_e(Side::Above) >= self.log_needed {
                Verdict::Better
            } else if self.log_e(Side::Below) >= self.log_needed {
                Verdict::Worse
            } else {
                Verdict::TooClose
            };
        }
        Ok(self.verdict)
    }

    /// ln of the evidence that the second is better by more than the margin (above) or worse by more (below).
    pub fn log_e(&self, side: Side) -> f64 {
        match side {
            Side::Above => log_mean_exp(&self.log_above),
            Side::Below => log_mean_exp(&self.log_below),
        }
    }

    /// Closed blocks so far.
    pub fn n_blocks(&self) -> u64 {
        self.n_blocks
    }

    /// The block that is filling.
    pub fn open(&self) -> OpenBlock {
        self.open
    }
}
