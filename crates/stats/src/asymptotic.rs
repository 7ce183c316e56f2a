//! Pure. Normal-mixture confidence sequences for means without bounds (cost, latency): approximate, from n of 100 on.
//!
//! Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas (2021, arXiv:2103.06476), in the tuning of the gbstats package.
//! Not for rates near 0 or 1 and not for small n: there the error probability exceeds its nominal value.

use crate::invalid::{self, Invalid};

/// Below this many observations the approximation is not to be shown.
pub const FEWEST: u64 = 100;

/// On how many sides the sequence bounds the mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sides {
    /// One bound, all of alpha on it.
    One,
    /// Two bounds, alpha shared.
    Two,
}

/// A confidence sequence that is tightest near a planned sample size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asymptotic {
    /// Error probability over all sample sizes.
    pub alpha: f64,
    /// The sample size at which it is tightest; 5000 is usual.
    pub n_planned: u64,
    /// One bound or two.
    pub sides: Sides,
}

impl Asymptotic {
    /// The scale of the normal mixture, above 0.
    pub fn rho(&self) -> Result<f64, Invalid> {
        invalid::error_rate("alpha", self.alpha)?;
        invalid::positive("planned sample size", self.n_planned as f64)?;
        let alpha = match self.sides {
            Sides::One => (2.0 * self.alpha).min(1.0),
            Sides::Two => self.alpha,
        };
        let odds = -2.0 * alpha.ln();
        // An alpha of one half on one side leaves nothing to tune: keep the scale above zero.
        Ok(((odds + (odds + 1.0).ln()) / self.n_planned as f64).sqrt().max(1e-9))
    }

    /// Half the width around the mean of `n` observations, in the unit of the observations.
    ///
    /// `variance` is n times the squared standard error (cluster-robust where there are clusters).
    /// Infinite without observations and without variance: a width of 0 would not be evidence.
    pub fn half_width(&self, variance: f64, n: u64) -> Result<f64, Invalid> {
        let rho = self.rho()?;
        if n == 0 || variance.is_nan() || variance <= 0.0 {
            return Ok(f64::INFINITY);
        }
        let count = n as f64;
        let spread = count * rho * rho + 1.0;
        let log = match self.sides {
            Sides::Two => (spread.sqrt() / self.alpha).ln(),
            Sides::One => (spread.sqrt() / (2.0 * self.alpha)).ln_1p(),
        };
        Ok((variance * 2.0 * spread * log).sqrt() / (count * rho))
    }

    /// Anytime p-value of a mean of 0, for `estimate` with `standard_error` from `n` observations; 1 when undefined.
    pub fn p_value(&self, estimate: f64, standard_error: f64, n: u64) -> Result<f64, Invalid> {
        let rho = self.rho()?;
        let defined = estimate.is_finite() && standard_error > 0.0;
        if n == 0 || !defined {
            return Ok(1.0);
        }
        let scaled = n as f64 * rho * rho;
        let z = estimate / standard_error;
        let log = 0.5 * scaled.ln_1p() - scaled * z * z / (2.0 * (scaled + 1.0));
        Ok(log.exp().min(1.0))
    }
}
