//! Pure. The standard normal distribution: tails accurate to the last digits, and their inverse.

use std::f64::consts::{PI, SQRT_2};

/// P(Z <= z), accurate in both tails (through erfc).
pub fn normal_cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z / SQRT_2)
}

/// The z with P(Z <= z) = p; infinite at 0 and 1, and p outside [0, 1] is taken as the nearer edge.
///
/// Start from Abramowitz and Stegun 26.2.23 (error below 4.5e-4), then Halley steps on erfc to full precision.
pub fn normal_quantile(p: f64) -> f64 {
    if p >= 1.0 {
        return f64::INFINITY;
    }
    if p > 0.5 {
        return -lower_quantile(1.0 - p);
    }
    if p > 0.0 { lower_quantile(p) } else { f64::NEG_INFINITY }
}

/// For p in (0, 0.5].
fn lower_quantile(p: f64) -> f64 {
    let t = (-2.0 * p.ln()).sqrt();
    let numerator = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let denominator = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut z = numerator / denominator - t;
    for _ in 0..4 {
        let density = (-0.5 * z * z).exp() / (2.0 * PI).sqrt();
        if density <= 0.0 {
            break;
        }
        let error = (normal_cdf(z) - p) / density;
        z -= error / (1.0 + 0.5 * z * error);
    }
    z
}

#[cfg(test)]
mod tests {
    use super::{normal_cdf, normal_quantile};

    #[test]
    fn quantiles_have_their_textbook_values() {
        assert!((normal_quantile(0.975) - 1.959_963_984_540_054).abs() < 1e-14);
        assert!((normal_quantile(0.95) - 1.644_853_626_951_472_2).abs() < 1e-14);
        assert!(normal_quantile(0.5).abs() < 1e-15);
    }

    #[test]
    fn the_quantile_inverts_far_tails() {
        for exponent in 1..300 {
            let p = 10.0_f64.powi(-exponent);
            assert!((normal_cdf(normal_quantile(p)) / p - 1.0).abs() < 1e-10, "{p}");
        }
        assert!(normal_quantile(0.0).is_infinite() && normal_quantile(1.0).is_infinite());
    }
}
