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
