//! Pure. Who gave which unit which answer, with holes: the one shape that every coefficient reads.

use crate::invalid::{self, Invalid};

/// Ratings of units by raters; answers are numbers, or codes for names.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratings {
    /// The distinct answers, ascending.
    values: Vec<f64>,
    /// Per unit the rater and the index of the answer.
    units: Vec<Vec<(usize, usize)>>,
    n_raters: usize,
}

impl Ratings {
    /// `units[u][r]` is the answer of rater r on unit u, nothing where there is none.
    ///
    /// Every unit lists the same raters in the same order. Answers are finite.
    pub fn new(units: &[Vec<Option<f64>>]) -> Result<Self, Invalid> {
        let n_raters = units.first().map_or(0, Vec::len);
        let mut values = Vec::new();
        for unit in units {
            if unit.len() != n_raters {
                return Err(Invalid::LengthsDiffer { left: n_raters, right: unit.len() });
            }
            values.extend(unit.iter().flatten().map(|value| value + 0.0));
        }
        invalid::finite("rating", &values)?;
        values.sort_unstable_by(f64::total_cmp);
        values.dedup();
        let index = |value: f64| values.partition_point(|&known| known < value);
        let rated = |unit: &Vec<Option<f64>>| {
            let answers = unit.iter().enumerate();
            answers.filter_map(|(rater, value)| Some((rater, index((*value)?)))).collect()
        };
        let units = units.iter().map(rated).collect();
        Ok(Self { values, units, n_raters })
    }

    /// How many units there are, rated or not.
    pub fn n_units(&self) -> usize {
        self.units.len()
    }

    /// How many units have at least two ratings; only these say anything about agreement.
    pub fn n_pairable(&self) -> usize {
        self.units.iter().filter(|unit| unit.len() > 1).count()
    }

    /// How many raters there are.
    pub fn n_raters(&self) -> usize {
        self.n_raters
    }

    /// The distinct answers, ascending.
    pub fn values(&self) -> &[f64] {
        &self.values
    }

    /// The units with at least two ratings.
    pub(crate) fn pairable(&self) -> Vec<&[(usize, usize)]> {
        self.units.iter().map(Vec::as_slice).filter(|unit| unit.len() > 1).collect()
    }
}

/// How often each answer occurs in one unit, as (answer, count), unsorted.
pub(crate) fn counts(unit: &[(usize, usize)]) -> Vec<(usize, f64)> {
    let mut counts: Vec<(usize, f64)> = Vec::with_capacity(unit.len());
    for &(_, answer) in unit {
        match counts.iter_mut().find(|(known, _)| *known == answer) {
            Some((_, count)) => *count += 1.0,
            None => counts.push((answer, 1.0)),
        }
    }
    counts
}
