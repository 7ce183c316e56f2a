//! Pure. Fleiss' kappa: a fixed number of ratings per unit, by whichever raters.

use crate::invalid::Invalid;

/// Kappa with two views of what chance is; each undefined when chance alone would always agree.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fleiss {
    /// Fleiss (1971): chance follows how often each answer occurs.
    pub kappa: Option<f64>,
    /// Randolph (2005): chance is the same for every answer.
    pub uniform: Option<f64>,
}

/// From `table[unit][answer]`, counts of ratings; nothing without units or with fewer than two ratings per unit.
///
/// Every unit needs the same number of ratings and the same list of answers.
pub fn fleiss_kappa(table: &[Vec<u64>]) -> Result<Option<Fleiss>, Invalid> {
    let Some(first) = table.first() else { return Ok(None) };
    let (answers, ratings) = (first.len(), first.iter().sum::<u64>());
    for unit in table {
        let found = unit.iter().sum::<u64>();
        if unit.len() != answers {
            return Err(Invalid::LengthsDiffer { left: answers, right: unit.len() });
        }
        if found != ratings {
            return Err(Invalid::LengthsDiffer { left: ratings as usize, right: found as usize });
        }
    }
    if ratings < 2 {
        return Ok(None);
    }
    let (units, r) = (table.len() as f64, ratings as f64);
    let agreeing = |unit: &Vec<u64>| {
        unit.iter().map(|&c| c as f64 * (c as f64 - 1.0)).sum::<f64>() / (r * (r - 1.0))
    };
    let observed = table.iter().map(agreeing).sum::<f64>() / units;
    let shares = (0..answers).map(|a| table.iter().map(|u| u[a] as f64).sum::<f64>() / (units * r));
    let chance = shares.map(|share| share * share).sum::<f64>();
    Ok(Some(Fleiss {
        kappa: beyond(observed, chance),
        uniform: beyond(observed, 1.0 / answers as f64),
    }))
}

/// Agreement beyond chance as a share of what was possible; nothing when chance always agrees.
pub(super) fn beyond(observed: f64, chance: f64) -> Option<f64> {
    (chance < 1.0 - 1e-12).then(|| (observed - chance) / (1.0 - chance))
}
