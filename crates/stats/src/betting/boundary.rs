//! Pure. The betting verdict for booleans as two counts per sample size: how many successes pass, how few fail.

use super::{Betting, PerBet, Side, log_mean_exp};
use crate::invalid::{self, Invalid};

/// For each n from 0: the fewest successes that pass and the most that fail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boundary {
    /// `pass[n]` is the fewest successes of n that pass; nothing when even n of n do not.
    pub pass: Vec<Option<u64>>,
    /// `fail[n]` is the most successes of n that fail; nothing when even 0 of n do not.
    pub fail: Vec<Option<u64>>,
}

/// What one success and one failure do to the log wealth of each bet at the threshold.
struct Steps {
    success: PerBet,
    failure: PerBet,
    needed: f64,
}

impl Steps {
    fn new(betting: &Betting, side: Side, alpha: f64) -> Self {
        let tau = betting.tau();
        Self {
            success: betting.steps(side, 1.0, tau),
            failure: betting.steps(side, 0.0, tau),
            needed: -alpha.ln(),
        }
    }

    /// The same sum as `Betting::wealth` on counts, so that table and verdict agree to the last bit.
    fn decided(&self, successes: u64, n: u64) -> bool {
        let (k, rest) = (successes as f64, (n - successes) as f64);
        let logs = std::array::from_fn(|j| k * self.success[j] + rest * self.failure[j]);
        log_mean_exp(&logs) >= self.needed
    }
}

impl Betting {
    /// The verdict's counts for every n up to `n_max`; the threshold must lie strictly between 0 and 1.
    ///
    /// One more observation moves each count by 0 or 1, so the table costs time linear in `n_max`.
    pub fn boundary(
        &self,
        alpha_pass: f64,
        alpha_fail: f64,
        n_max: u64,
    ) -> Result<Boundary, Invalid> {
        let (above, below) = self.both_steps(alpha_pass, alpha_fail)?;
        let (mut pass, mut fail) = (Vec::new(), Vec::new());
        // Fewest successes that pass, fewest failures that fail.
        let (mut fewest, mut fewest_failures) = (0, 0);
        for n in 0..=n_max {
            while fewest <= n && !above.decided(fewest, n) {
                fewest += 1;
            }
            pass.push((fewest <= n).then_some(fewest));
            while fewest_failures <= n && !below.decided(n - fewest_failures, n) {
                fewest_failures += 1;
            }
            fail.push(n.checked_sub(fewest_failures));
        }
        Ok(Boundary { pass, fail })
    }

    /// The fewest successes of `n` that pass, by bisection; nothing when even all do not.
    pub fn pass_count(&self, alpha: f64, n: u64) -> Result<Option<u64>, Invalid> {
        let (above, _) = self.both_steps(alpha, alpha)?;
        Ok(above.decided(n, n).then(|| first(n, |k| above.decided(k, n))))
    }

    /// The most successes of `n` that fail, by bisection; nothing when even none do not.
    pub fn fail_count(&self, alpha: f64, n: u64) -> Result<Option<u64>, Invalid> {
        let (_, below) = self.both_steps(alpha, alpha)?;
        Ok(below.decided(0, n).then(|| n - first(n, |failures| below.decided(n - failures, n))))
    }

    fn both_steps(&self, alpha_pass: f64, alpha_fail: f64) -> Result<(Steps, Steps), Invalid> {
        invalid::open_unit("threshold", self.tau)?;
        invalid::error_rate("alpha to pass", alpha_pass)?;
        invalid::error_rate("alpha to fail", alpha_fail)?;
        let above = Steps::new(self, Side::Above, alpha_pass);
        Ok((above, Steps::new(self, Side::Below, alpha_fail)))
    }
}

/// The first count up to `last` for which `holds`, given that it holds for `last` and stays true.
fn first(last: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (0, last);
    while low < high {
        let middle = u64::midpoint(low, high);
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    high
}
