//! Pure. The regularised incomplete beta function for parameters from 0.5 to 1e10, both tails, and its inverse.
//!
//! Continued fraction of Didonato and Morris (as in *Numerical Recipes* 6.4), run until it converges; the
//! leading factor follows Loader (2000, *Fast and accurate computation of binomial probabilities*), since
//! differences of log-gammas lose every digit when counts reach a billion.

use std::f64::consts::PI;

/// Enough for parameters of 1e10: the fraction needs about the square root of the larger one.
const MOST_TERMS: u32 = 2_000_000;

/// Lower tail `I_x(a, b)` and upper tail `1 - I_x(a, b)`, each accurate when small.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Tails {
    pub lower: f64,
    pub upper: f64,
}

/// Tails of Beta(a, b) at x, with `y = 1 - x` given apart because it may be known more precisely; a, b > 0.
pub(crate) fn tails(a: f64, b: f64, x: f64, y: f64) -> Tails {
    if x <= 0.0 {
        return Tails { lower: 0.0, upper: 1.0 };
    }
    if y <= 0.0 {
        return Tails { lower: 1.0, upper: 0.0 };
    }
    let factor = log_factor(a, b, x, y).exp();
    if x < (a + 1.0) / (a + b + 2.0) {
        let lower = (factor * fraction(a, b, x) / a).clamp(0.0, 1.0);
        Tails { lower, upper: 1.0 - lower }
    } else {
        let upper = (factor * fraction(b, a, y) / b).clamp(0.0, 1.0);
        Tails { lower: 1.0 - upper, upper }
    }
}

/// The x whose lower tail is `p`; 0 and 1 at the edges.
pub(crate) fn quantile(a: f64, b: f64, p: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let (mut low, mut high) = (0.0_f64, 1.0_f64);
    let mut x = a / (a + b);
    for _ in 0..200 {
        let y = 1.0 - x;
        let at = tails(a, b, x, y);
        let error = if p < 0.5 { at.lower - p } else { (1.0 - p) - at.upper };
        if error > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let density = log_factor(a, b, x, y).exp() / (x * y);
        let newton = x - error / density;
        let next = if newton > low && newton < high { newton } else { f64::midpoint(low, high) };
        if (next - x).abs() <= 4.0 * f64::EPSILON * x || next <= low || next >= high {
            return next.clamp(low, high);
        }
        x = next;
    }
    x
}

/// ln of x^a y^b / B(a, b).
fn log_factor(a: f64, b: f64, x: f64, y: f64) -> f64 {
    let n = a + b;
    let exponent = a * log_excess(n * x, a) + b * log_excess(n * y, b);
    let scale = 0.5 * ((a / n) * b / (2.0 * PI)).ln();
    exponent + scale + stirling_error(n) - stirling_error(a) - stirling_error(b)
}

/// ln(part / whole) - (part - whole) / whole, without cancellation where they are close or far apart.
fn log_excess(part: f64, whole: f64) -> f64 {
    let u = (part - whole) / whole;
    if u.abs() > 0.05 {
        return (part / whole).ln() - u;
    }
    let mut power = u * u;
    let mut sum = 0.0;
    for k in 2..16 {
        let term = power / f64::from(k);
        sum += if k % 2 == 0 { -term } else { term };
        power *= u;
    }
    sum
}

/// ln Gamma(a) minus Stirling's formula for it.
fn stirling_error(a: f64) -> f64 {
    if a < 15.0 {
        return libm::lgamma(a) - (a - 0.5) * a.ln() + a - 0.5 * (2.0 * PI).ln();
    }
    let s = 1.0 / (a * a);
    let series = [1.0 / 12.0, -1.0 / 360.0, 1.0 / 1260.0, -1.0 / 1680.0, 1.0 / 1188.0];
    series.iter().rev().fold(0.0, |sum, c| sum * s + c) / a
}

/// The continued fraction by the modified Lentz method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let away_from_zero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / away_from_zero(1.0 - (a + b) * x / (a + 1.0));
    let mut product = d;
    for term in 1..MOST_TERMS {
        let m = f64::from(term);
        let two = 2.0 * m;
        let even = m * (b - m) * x / ((a - 1.0 + two) * (a + two));
        d = 1.0 / away_from_zero(1.0 + even * d);
        c = away_from_zero(1.0 + even / c);
        product *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + two) * (a + 1.0 + two));
        d = 1.0 / away_from_zero(1.0 + odd * d);
        c = away_from_zero(1.0 + odd / c);
        let change = d * c;
        product *= change;
        if (change - 1.0).abs() < f64::EPSILON {
            break;
        }
    }
    product
}
