//! Pure. One line of the validity table, and the seeded draws that the simulations share.

use std::fmt;

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a measured number must keep.
#[derive(Clone, Copy, Debug)]
pub enum Bar {
    AtMost(f64),
    AtLeast(f64),
}

/// One line of the table.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: &'static str,
    pub what: String,
    pub runs: u64,
    pub measured: f64,
    /// Standard error of what was measured; 0 where it is exact.
    pub error: f64,
    pub bar: Bar,
}

impl Row {
    /// A rate of `events` in `runs` that may exceed `nominal` by three standard errors only.
    pub fn rate(id: &'static str, what: String, events: u64, runs: u64, nominal: f64) -> Self {
        let slack = 3.0 * (nominal * (1.0 - nominal) / runs as f64).sqrt();
        Self { bar: Bar::AtMost(nominal + slack), ..Self::share(id, what, events, runs) }
    }

    /// A rate that must be large: the same harness on a method that is known to fail.
    pub fn teeth(id: &'static str, what: String, events: u64, runs: u64, least: f64) -> Self {
        Self { bar: Bar::AtLeast(least), ..Self::share(id, what, events, runs) }
    }

    fn share(id: &'static str, what: String, events: u64, runs: u64) -> Self {
        let measured = events as f64 / runs as f64;
        let error = (measured * (1.0 - measured) / runs as f64).sqrt();
        Self { id, what, runs, measured, error, bar: Bar::AtMost(1.0) }
    }

    /// The mean of `values`.
    pub fn mean(id: &'static str, what: String, values: &[f64], bar: Bar) -> Self {
        let n = values.len() as f64;
        let measured = values.iter().sum::<f64>() / n;
        let squares: f64 = values.iter().map(|v| (v - measured).powi(2)).sum();
        let error = (squares / n / n).sqrt();
        Self { id, what, runs: values.len() as u64, measured, error, bar }
    }

    /// Whether it keeps the bar up to so many standard errors: 0, or 3 for fewer runs than the bar was made for.
    pub fn holds_within(&self, standard_errors: f64) -> bool {
        let slack = standard_errors * self.error;
        match self.bar {
            Bar::AtMost(bar) => self.measured <= bar + slack,
            Bar::AtLeast(bar) => self.measured >= bar - slack,
        }
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { id, what, runs, measured, error, bar } = self;
        let digits = if measured.abs() < 2.0 { 4 } else { 1 };
        let bar = match bar {
            Bar::AtMost(bar) => format!("≤ {bar:.digits$}"),
            Bar::AtLeast(bar) => format!("≥ {bar:.digits$}"),
        };
        write!(f, "| {id} | {what} | {runs} | {measured:.digits$} | {error:.digits$} | {bar} |")
    }
}

/// Seeded draws.
pub struct Random(ChaCha12Rng);

impl Random {
    pub fn seeded(seed: u64) -> Self {
        Self(ChaCha12Rng::seed_from_u64(seed))
    }

    /// In [0, 1).
    pub fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    pub fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// 1 with this probability, otherwise 0.
    pub fn bernoulli(&mut self, probability: f64) -> f64 {
        f64::from(u8::from(self.chance(probability)))
    }

    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// Marsaglia and Tsang (2000), with the power trick below shape 1.
    fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * (1.0 - self.uniform()).powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        loop {
            let z = self.normal();
            let v = (1.0 + z / (9.0 * d).sqrt()).powi(3);
            if v > 0.0 && (1.0 - self.uniform()).ln() < 0.5 * z * z + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// Beta with this mean; `concentration` is the sum of its two parameters.
    pub fn beta(&mut self, mean: f64, concentration: f64) -> f64 {
        let (a, b) = (self.gamma(mean * concentration), self.gamma((1.0 - mean) * concentration));
        if a + b > 0.0 { a / (a + b) } else { self.bernoulli(mean) }
    }
}
