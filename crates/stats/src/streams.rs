//! Pure. A stream of questions, each decided when it comes: e-LOND and LOND keep the share of false claims small.
//!
//! The t-th question is tested at level `alpha gamma_t (R + 1)`, where R is the number of claims before it and the
//! gammas sum to at most 1. With e-values of any dependence (Xu and Ramdas 2024, *e-LOND*), or with independent or
//! positively dependent p-values (Javanmard and Montanari 2018, *LOND*), the expected share of false claims among
//! all claims is at most alpha at every time. Questions that are known at once: [`crate::multiple`].

use crate::invalid::{self, Invalid};

/// How the level is spread over an endless stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Series {
    /// `1 / (t (t + 1))`: most for the first questions.
    Steep,
    /// `0.07720838 ln(max(t, 2)) / (t exp(sqrt(ln t)))`: more for later ones.
    Slow,
}

/// The stream so far; plain numbers, so that it can be stored.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lond {
    /// Largest expected share of false claims, in (0, 1).
    pub alpha: f64,
    /// How the level is spread.
    pub series: Series,
    /// Questions so far.
    pub n_tested: u64,
    /// Claims so far.
    pub n_claimed: u64,
}

impl Lond {
    /// A stream that has not begun.
    pub fn new(alpha: f64, series: Series) -> Result<Self, Invalid> {
        invalid::open_unit("alpha", alpha)?;
        Ok(Self { alpha, series, n_tested: 0, n_claimed: 0 })
    }

    /// The level of the next question: a claim needs `e >= 1 / level`, or `p <= level`.
    pub fn level(&self) -> f64 {
        let t = self.n_tested as f64 + 1.0;
        let gamma = match self.series {
            Series::Steep => 1.0 / (t * (t + 1.0)),
            Series::Slow => 0.077_208_38 * t.max(2.0).ln() / (t * t.ln().sqrt().exp()),
        };
        self.alpha * gamma * (self.n_claimed as f64 + 1.0)
    }

    /// Decides the next question by the natural logarithm of its e-value, of any dependence on the earlier ones.
    pub fn claims_e(&mut self, log_e: f64) -> Result<bool, Invalid> {
        if log_e.is_nan() {
            let accepted = "a number";
            return Err(Invalid::OutOfRange { what: "log e-value", value: log_e, accepted });
        }
        Ok(self.decide(log_e >= -self.level().ln()))
    }

    /// Decides the next question by its p-value, independent of the earlier ones or positively dependent.
    pub fn claims_p(&mut self, p: f64) -> Result<bool, Invalid> {
        invalid::unit("p-value", p)?;
        Ok(self.decide(p <= self.level()))
    }

    fn decide(&mut self, claims: bool) -> bool {
        self.n_tested += 1;
        self.n_claimed += u64::from(claims);
        claims
    }
}
