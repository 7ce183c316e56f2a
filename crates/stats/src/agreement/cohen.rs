//! Pure. Cohen's kappa of exactly two raters, plain or weighted by how far apart the answers are.

use super::ratings::Ratings;
use crate::interval::Interval;
use crate::invalid::{self, Invalid};
use crate::normal::normal_quantile;

/// How much an answer that is off counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weights {
    /// Every difference counts the same.
    None,
    /// By the distance of the answers' positions.
    Linear,
    /// By its square.
    Quadratic,
}

/// Kappa and its error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Cohen {
    /// 1 is full agreement, 0 is what the raters' own habits give by chance.
    pub kappa: f64,
    /// Large-sample standard error (Fleiss, Cohen and Everitt 1969); 0 when the raters never differ.
    pub standard_error: f64,
    /// Standard error if there were only chance agreement.
    pub null_error: f64,
    /// Two-sided normal interval, not cut; with few units prefer the resampled one.
    pub interval: Interval,
    /// How many units both have rated.
    pub n: u64,
}

/// Cohen (1960, 1968) from `table[first rater's answer][second rater's answer]`, answers in the same order.
///
/// Nothing when the table is empty or chance agreement is certain (each rater uses one and the same answer).
pub fn cohen_kappa(
    table: &[Vec<u64>],
    weights: Weights,
    confidence: f64,
) -> Result<Option<Cohen>, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    for row in table {
        if row.len() != table.len() {
            return Err(Invalid::LengthsDiffer { left: table.len(), right: row.len() });
        }
    }
    let cells: Vec<Vec<f64>> =
        table.iter().map(|row| row.iter().map(|&count| count as f64).collect()).collect();
    let Some(kappa) = kappa(&cells, weights) else { return Ok(None) };
    let n: f64 = cells.iter().flatten().sum();
    let (rows, columns) = margins(&cells);
    let categories = cells.len();
    let weight = |i: usize, j: usize| weights.of(i, j, categories);
    let (row, column) = (|i: usize| rows[i] / n, |j: usize| columns[j] / n);
    let pairs = || (0..categories).flat_map(move |i| (0..categories).map(move |j| (i, j)));

    let of_row: Vec<f64> =
        (0..categories).map(|i| (0..categories).map(|j| column(j) * weight(i, j)).sum()).collect();
    let of_column: Vec<f64> =
        (0..categories).map(|j| (0..categories).map(|i| row(i) * weight(i, j)).sum()).collect();
    let chance: f64 = pairs().map(|(i, j)| row(i) * column(j) * weight(i, j)).sum();
    let habit = |i: usize, j: usize| of_row[i] + of_column[j];
    let spread = |i: usize, j: usize| (weight(i, j) - habit(i, j) * (1.0 - kappa)).powi(2);
    let seen: f64 = pairs().map(|(i, j)| cells[i][j] / n * spread(i, j)).sum();
    let by_chance: f64 =
        pairs().map(|(i, j)| row(i) * column(j) * (weight(i, j) - habit(i, j)).powi(2)).sum();
    let error = |sum: f64, centre: f64| {
        (sum - centre * centre).max(0.0).sqrt() / ((1.0 - chance) * n.sqrt())
    };
    let standard_error = error(seen, kappa - chance * (1.0 - kappa));
    let half = normal_quantile(f64::midpoint(1.0, confidence)) * standard_error;
    Ok(Some(Cohen {
        kappa,
        standard_error,
        null_error: error(by_chance, chance),
        interval: Interval { lower: kappa - half, upper: kappa + half },
        n: n as u64,
    }))
}

impl Weights {
    /// The credit for answers i and j of `categories`, from 0 to 1.
    fn of(self, i: usize, j: usize, categories: usize) -> f64 {
        let widest = (categories.max(2) - 1) as f64;
        let apart = i.abs_diff(j) as f64 / widest;
        match self {
            Self::None => f64::from(u8::from(i == j)),
            Self::Linear => 1.0 - apart,
            Self::Quadratic => 1.0 - apart * apart,
        }
    }
}

fn margins(cells: &[Vec<f64>]) -> (Vec<f64>, Vec<f64>) {
    let rows = cells.iter().map(|row| row.iter().sum()).collect();
    let columns =
        (0..cells.len()).map(|column| cells.iter().map(|row| row[column]).sum()).collect();
    (rows, columns)
}

/// The coefficient alone, from weights of a square table.
pub(super) fn kappa(cells: &[Vec<f64>], weights: Weights) -> Option<f64> {
    let (rows, columns) = margins(cells);
    let n: f64 = rows.iter().sum();
    let (mut differing, mut by_chance) = (0.0, 0.0);
    for (i, row) in cells.iter().enumerate() {
        for (j, count) in row.iter().enumerate() {
            let fault = 1.0 - weights.of(i, j, cells.len());
            differing += fault * count;
            by_chance += fault * rows[i] * (columns[j] / n);
        }
    }
    (by_chance > 0.0).then(|| 1.0 - differing / by_chance)
}

/// The table of the first two raters over `units` that both have rated.
pub(super) fn table(units: &[&[(usize, usize)]], ratings: &Ratings) -> Vec<Vec<f64>> {
    let categories = ratings.values().len();
    let mut cells = vec![vec![0.0; categories]; categories];
    for unit in units {
        if let [(0, first), (1, second)] = unit {
            cells[*first][*second] += 1.0;
        }
    }
    cells
}
