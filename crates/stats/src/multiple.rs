//! Pure. Many questions at once: adjusted p-values and the e-value form of Benjamini and Hochberg.

use crate::invalid::{self, Invalid};

/// What is kept under control over all questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Adjustment {
    /// Any false claim at all, by multiplying; any dependence.
    Bonferroni,
    /// Any false claim at all, step-down (Holm 1979); any dependence, never worse than Bonferroni.
    Holm,
    /// Share of false claims (Benjamini and Hochberg 1995); independent or positively dependent p-values.
    BenjaminiHochberg,
    /// Share of false claims (Benjamini and Yekutieli 2001); any dependence.
    BenjaminiYekutieli,
}

/// Adjusted p-values in the order given: claim those at or below alpha.
pub fn adjust(p_values: &[f64], adjustment: Adjustment) -> Result<Vec<f64>, Invalid> {
    for &p in p_values {
        invalid::unit("p-value", p)?;
    }
    let n = p_values.len();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let harmonic: f64 = (1..=n).map(|i| 1.0 / i as f64).sum();

    let mut adjusted = vec![0.0; n];
    let mut bound: f64 = match adjustment {
        Adjustment::Bonferroni | Adjustment::Holm => 0.0,
        Adjustment::BenjaminiHochberg | Adjustment::BenjaminiYekutieli => 1.0,
    };
    let ascending = order.iter().copied().enumerate();
    match adjustment {
        Adjustment::Bonferroni => {
            for (adjusted, p) in adjusted.iter_mut().zip(p_values) {
                *adjusted = (p * n as f64).min(1.0);
            }
        }
        Adjustment::Holm => {
            for (rank, index) in ascending {
                bound = bound.max((p_values[index] * (n - rank) as f64).min(1.0));
                adjusted[index] = bound;
            }
        }
        Adjustment::BenjaminiHochberg | Adjustment::BenjaminiYekutieli => {
            let penalty = if adjustment == Adjustment::BenjaminiHochberg { 1.0 } else { harmonic };
            for (rank, index) in ascending.rev() {
                bound = bound.min(p_values[index] * penalty * n as f64 / (rank + 1) as f64);
                adjusted[index] = bound;
            }
        }
    }
    Ok(adjusted)
}

/// e-BH (Wang and Ramdas 2022): which claims to make so that the share of false ones is at most `alpha`.
///
/// Takes natural logarithms of e-values, of any dependence, and claims the k largest with `e_(k) >= K / (k alpha)`.
pub fn e_bh(log_e_values: &[f64], alpha: f64) -> Result<Vec<bool>, Invalid> {
    invalid::open_unit("alpha", alpha)?;
    if let Some(&value) = log_e_values.iter().find(|e| e.is_nan()) {
        return Err(Invalid::OutOfRange { what: "log e-value", value, accepted: "a number" });
    }
    let n = log_e_values.len();
    let mut descending = log_e_values.to_vec();
    descending.sort_by(|a, b| b.total_cmp(a));
    let needed = |rank: usize| (n as f64 / (rank as f64 * alpha)).ln();
    let claims = (1..=n).rev().find(|&rank| descending[rank - 1] >= needed(rank));
    Ok(match claims {
        Some(rank) => log_e_values.iter().map(|&e| e >= needed(rank)).collect(),
        None => vec![false; n],
    })
}
