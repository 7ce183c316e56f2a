//! Pure. The multiset of observations that the e-process needs: distinct values and how often each occurred.

use super::Side;
use crate::invalid::{self, Invalid};

/// Above this many distinct values they are rounded to a lattice of this many steps, against the claim.
const MAX_DISTINCT: usize = 4096;

/// A value and how often it occurred (a fraction when an expected future is added).
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Mass {
    pub value: f64,
    pub weight: f64,
}

/// Validated observations in [0, 1], in no order.
///
/// With more than 4096 distinct values, evidence for "above" sees each value rounded down to 1/4096 and
/// evidence for "below" sees it rounded up, so rounding can only delay a verdict.
#[derive(Clone, Debug, PartialEq)]
pub struct Observations {
    n: f64,
    sum: f64,
    binary: bool,
    exact: Vec<Mass>,
    /// Rounded down and rounded up, where rounding was needed.
    rounded: Option<[Vec<Mass>; 2]>,
}

impl Observations {
    /// `successes` of `n` booleans.
    pub fn counts(successes: u64, n: u64) -> Result<Self, Invalid> {
        invalid::part_of(successes, n)?;
        Ok(Self::fractional(successes as f64, n as f64))
    }

    /// Booleans with fractional counts; callers guarantee `0 <= successes <= n`.
    pub(crate) fn fractional(successes: f64, n: f64) -> Self {
        let exact = vec![
            Mass { value: 1.0, weight: successes },
            Mass { value: 0.0, weight: n - successes },
        ];
        Self { n, sum: successes, binary: true, exact, rounded: None }
    }

    /// Single observations, each in [0, 1].
    pub fn values(values: &[f64]) -> Result<Self, Invalid> {
        let mut sorted = values.to_vec();
        for &value in values {
            invalid::unit("observation", value)?;
        }
        sorted.sort_unstable_by(|a, b| b.total_cmp(a));
        Ok(Self::from_sorted(sorted.into_iter().map(|value| Mass { value, weight: 1.0 })))
    }

    /// Distinct values in [0, 1] with how often each occurred.
    pub fn tally(tally: &[(f64, u64)]) -> Result<Self, Invalid> {
        let mut sorted = tally.to_vec();
        for &(value, _) in tally {
            invalid::unit("observation", value)?;
        }
        sorted.sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
        let masses = sorted.into_iter().map(|(value, count)| Mass { value, weight: count as f64 });
        Ok(Self::from_sorted(masses))
    }

    fn from_sorted(masses: impl Iterator<Item = Mass>) -> Self {
        let exact = merge(masses.filter(|mass| mass.weight > 0.0));
        let n = exact.iter().map(|mass| mass.weight).sum();
        let sum = exact.iter().map(|mass| mass.weight * mass.value).sum();
        if exact.iter().all(|mass| is_edge(mass.value)) {
            return Self::fractional(sum, n);
        }
        let rounded = (exact.len() > MAX_DISTINCT)
            .then(|| [round(&exact, f64::floor), round(&exact, f64::ceil)]);
        Self { n, sum, binary: false, exact, rounded }
    }

    /// How many observations there are.
    pub fn n(&self) -> f64 {
        self.n
    }

    /// The sum of the observations.
    pub fn sum(&self) -> f64 {
        self.sum
    }

    /// The mean of the observations, nothing when there are none.
    pub fn mean(&self) -> Option<f64> {
        (self.n > 0.0).then(|| (self.sum / self.n).clamp(0.0, 1.0))
    }

    /// The mean squared distance from the mean, nothing when there are no observations.
    pub fn variance(&self) -> Option<f64> {
        let mean = self.mean()?;
        let squares: f64 =
            self.exact.iter().map(|mass| mass.weight * (mass.value - mean).powi(2)).sum();
        Some(squares / self.n)
    }

    /// Whether every observation is exactly 0 or 1.
    pub fn is_binary(&self) -> bool {
        self.binary
    }

    /// What the evidence for one side may use.
    pub(crate) fn masses(&self, side: Side) -> &[Mass] {
        match (&self.rounded, side) {
            (None, _) => &self.exact,
            (Some([down, _]), Side::Above) => down,
            (Some([_, up]), Side::Below) => up,
        }
    }

    /// Whether some observation proves that the mean is not at the edge (0 for above, 1 for below).
    pub(crate) fn refutes_edge(&self, side: Side) -> bool {
        let proves = |mass: &Mass| match side {
            Side::Above => mass.value > 0.0,
            Side::Below => mass.value < 1.0,
        };
        self.exact.iter().any(|mass| mass.weight > 0.0 && proves(mass))
    }
}

fn is_edge(value: f64) -> bool {
    value <= 0.0 || value >= 1.0
}

/// Joins neighbours of equal value.
fn merge(masses: impl Iterator<Item = Mass>) -> Vec<Mass> {
    let mut merged: Vec<Mass> = Vec::new();
    for mass in masses {
        match merged.last_mut() {
            Some(last) if last.value <= mass.value => last.weight += mass.weight,
            _ => merged.push(mass),
        }
    }
    merged
}

fn round(masses: &[Mass], to_step: fn(f64) -> f64) -> Vec<Mass> {
    let steps = MAX_DISTINCT as f64;
    merge(masses.iter().map(|m| Mass { value: to_step(m.value * steps) / steps, ..*m }))
}
