//! Pure. Student's t distribution for any positive degrees of freedom, through the incomplete beta function.

use crate::beta;
use crate::normal::normal_quantile;

/// P(|T| >= |t|) with `df` degrees of freedom; df must be above 0.
pub(crate) fn two_sided_p(t: f64, df: f64) -> f64 {
    let square = t * t;
    if square.is_infinite() {
        return 0.0;
    }
    beta::tails(0.5 * df, 0.5, df / (df + square), square / (df + square)).lower
}

/// The t with P(|T| >= t) = p, for p in (0, 1).
pub(crate) fn two_sided_quantile(p: f64, df: f64) -> f64 {
    let (mut low, mut high) = (0.0, normal_quantile(1.0 - p / 2.0).max(1e-3));
    while two_sided_p(high, df) > p {
        low = high;
        high *= 2.0;
        if high > 1e150 {
            return high;
        }
    }
    for _ in 0..200 {
        let middle = f64::midpoint(low, high);
        if middle <= low || middle >= high {
            break;
        }
        if two_sided_p(middle, df) > p {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::{two_sided_p, two_sided_quantile};
    use crate::normal::{normal_cdf, normal_quantile};

    #[test]
    fn with_a_billion_degrees_of_freedom_it_is_the_normal() {
        for t in [0.01, 0.5, 1.96, 4.0, 8.0] {
            let normal = 2.0 * normal_cdf(-t);
            // They differ by a share of about t^4 / (4 df).
            assert!((two_sided_p(t, 1e9) / normal - 1.0).abs() < 2e-6, "{t}");
        }
        assert!((two_sided_quantile(0.05, 1e9) - normal_quantile(0.975)).abs() < 1e-8);
    }

    #[test]
    fn with_one_degree_of_freedom_it_is_the_cauchy() {
        for t in [0.1_f64, 1.0, 10.0, 1e6] {
            let cauchy = 1.0 - 2.0 * t.atan() / std::f64::consts::PI;
            assert!((two_sided_p(t, 1.0) - cauchy).abs() < 1e-14, "{t}");
        }
        assert!((two_sided_quantile(0.5, 1.0) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_quantile_inverts_the_tail() {
        for df in [1.0, 2.5, 9.0, 57.997, 1e5] {
            for p in [1e-9, 0.001, 0.05, 0.5, 0.99] {
                assert!(
                    (two_sided_p(two_sided_quantile(p, df), df) / p - 1.0).abs() < 1e-9,
                    "{df} {p}"
                );
            }
        }
    }
}
