//! Pure. How a betting boundary behaves when the true rate is known, exactly, by a dynamic programme over (n, k).

use super::Boundary;
use crate::invalid::{self, Invalid};

/// What a boundary does within its sample sizes at one true rate.
#[derive(Clone, Debug, PartialEq)]
pub struct Operating {
    /// Probability of having passed.
    pub pass: f64,
    /// Probability of having failed.
    pub fail: f64,
    /// Expected number of observations, counting undecided paths with the largest n.
    pub expected_n: f64,
    /// The n by which half of the paths are decided, nothing when fewer are.
    pub median_n: Option<u64>,
    /// The n by which nine of ten paths are decided, nothing when fewer are.
    pub p90_n: Option<u64>,
}

/// Runs the boundary on independent booleans of rate `rate`, looking after every observation.
///
/// Exact up to rounding: no simulation. Time grows with n times the width of the undecided band.
pub fn operating_characteristics(boundary: &Boundary, rate: f64) -> Result<Operating, Invalid> {
    invalid::unit("rate", rate)?;
    let n_max = boundary.pass.len().saturating_sub(1);
    let mut out = Operating { pass: 0.0, fail: 0.0, expected_n: 0.0, median_n: None, p90_n: None };
    // undecided[i] is the probability of being undecided with offset + i successes.
    let (mut undecided, mut offset) = (vec![1.0_f64], 0_usize);
    for n in 1..=n_max {
        out.expected_n += undecided.iter().sum::<f64>();
        undecided.push(0.0);
        for i in (0..undecided.len()).rev() {
            let from_success = if i == 0 { 0.0 } else { undecided[i - 1] * rate };
            undecided[i] = undecided[i] * (1.0 - rate) + from_success;
        }
        if let Some(fewest) = boundary.pass[n] {
            let keep = (fewest as usize).saturating_sub(offset).min(undecided.len());
            out.pass += undecided.drain(keep..).sum::<f64>();
        }
        if let Some(most) = boundary.fail[n] {
            let drop = (most as usize + 1).saturating_sub(offset).min(undecided.len());
            out.fail += undecided.drain(..drop).sum::<f64>();
            offset += drop;
        }
        let decided = out.pass + out.fail;
        if out.median_n.is_none() && decided >= 0.5 {
            out.median_n = Some(n as u64);
        }
        if out.p90_n.is_none() && decided >= 0.9 {
            out.p90_n = Some(n as u64);
        }
    }
    Ok(out)
}
