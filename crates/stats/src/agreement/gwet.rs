//! Pure. Percent agreement and Gwet's AC1, which stay sensible when one answer dominates.

use super::fleiss::beyond;
use super::ratings::{Ratings, counts};

/// Share of pairs of ratings on the same unit that are equal, averaged over units with at least two; nothing without.
pub fn percent_agreement(ratings: &Ratings) -> Option<f64> {
    percent(&ratings.pairable())
}

/// Gwet (2008), AC1 for any number of raters with missing ratings; 1 is full agreement, 0 is chance.
///
/// Chance is `sum p_k (1 - p_k) / (q - 1)` over the q answers that occur. Nothing when fewer than two occur or no
/// unit has two ratings. For names: it does not know that some answers are nearer than others.
pub fn gwet_ac1(ratings: &Ratings) -> Option<f64> {
    ac1(&ratings.pairable(), ratings.values().len())
}

pub(super) fn percent(units: &[&[(usize, usize)]]) -> Option<f64> {
    let agreeing = |unit: &&[(usize, usize)]| {
        let m = unit.len() as f64;
        counts(unit).iter().map(|(_, c)| c * (c - 1.0)).sum::<f64>() / (m * (m - 1.0))
    };
    let n = units.len() as f64;
    (n > 0.0).then(|| units.iter().map(agreeing).sum::<f64>() / n)
}

pub(super) fn ac1(units: &[&[(usize, usize)]], answers: usize) -> Option<f64> {
    if answers < 2 {
        return None;
    }
    let observed = percent(units)?;
    let mut shares = vec![0.0; answers];
    for unit in units {
        for &(_, answer) in *unit {
            shares[answer] += 1.0 / (unit.len() * units.len()) as f64;
        }
    }
    let chance = shares.iter().map(|p| p * (1.0 - p)).sum::<f64>() / (answers - 1) as f64;
    beyond(observed, chance)
}
