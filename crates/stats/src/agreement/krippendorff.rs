//! Pure. Krippendorff's alpha: one minus observed disagreement over the disagreement of answers drawn at random.

use super::ratings::{Ratings, counts};

/// What the distance of two answers means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// Names: any two different answers are equally far apart.
    Nominal,
    /// Ranks: the distance is how many ratings lie between.
    Ordinal,
    /// Numbers: the distance is their difference.
    Interval,
}

/// Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability": 1 is full agreement, 0 is chance, negative is worse.
///
/// Units with fewer than two ratings are dropped. Nothing when no unit is left or all ratings in them are the same:
/// there is then no disagreement to expect, and neither 1 nor 0 would be true.
pub fn krippendorff_alpha(ratings: &Ratings, level: Level) -> Option<f64> {
    alpha(&ratings.pairable(), ratings.values(), level)
}

/// Alpha over `units`, all with two ratings or more, as indices into `values`.
///
/// The squared ordinal distance `(sum of n_c..n_k - (n_c + n_k) / 2)^2` is that of mid-ranks, so ordinal is interval
/// on mid-ranks; sums of squares about means then replace the coincidence matrix.
pub(super) fn alpha(units: &[&[(usize, usize)]], values: &[f64], level: Level) -> Option<f64> {
    let mut totals = vec![0.0; values.len()];
    for &(_, answer) in units.iter().copied().flatten() {
        totals[answer] += 1.0;
    }
    if totals.iter().filter(|&&total| total > 0.0).count() < 2 {
        return None;
    }
    let n: f64 = totals.iter().sum();
    let (observed, expected) = match level {
        Level::Nominal => {
            let differing = |unit: &&[(usize, usize)]| {
                let m = unit.len() as f64;
                counts(unit).iter().map(|(_, c)| c * (m - c)).sum::<f64>() / (m - 1.0)
            };
            let expected = totals.iter().map(|total| total * (n - total)).sum::<f64>();
            (units.iter().map(differing).sum::<f64>(), expected)
        }
        Level::Ordinal => squares(units, &mid_ranks(&totals), n),
        Level::Interval => {
            let size = values.iter().fold(0.0_f64, |size, v| size.max(v.abs()));
            let scaled: Vec<f64> = values.iter().map(|v| v / size).collect();
            squares(units, &scaled, n)
        }
    };
    let found = 1.0 - (n - 1.0) * observed / expected;
    found.is_finite().then_some(found)
}

/// Observed and expected sums of squared distances over ordered pairs.
fn squares(units: &[&[(usize, usize)]], values: &[f64], n: f64) -> (f64, f64) {
    let about_mean = |unit: &[(usize, usize)]| {
        let mean = unit.iter().map(|&(_, answer)| values[answer]).sum::<f64>() / unit.len() as f64;
        unit.iter().map(|&(_, answer)| (values[answer] - mean).powi(2)).sum::<f64>()
    };
    let of_unit = |unit: &&[(usize, usize)]| {
        let m = unit.len() as f64;
        2.0 * m / (m - 1.0) * about_mean(unit)
    };
    let all: Vec<(usize, usize)> = units.iter().copied().flatten().copied().collect();
    (units.iter().map(of_unit).sum(), 2.0 * n * about_mean(&all))
}

/// The place of each answer when all ratings are ranked, ties sharing the middle.
pub(super) fn mid_ranks(totals: &[f64]) -> Vec<f64> {
    let mut before = 0.0;
    let rank = |total: &f64| {
        before += total;
        before - total / 2.0
    };
    totals.iter().map(rank).collect()
}
