//! Pure. A mean from labels that were not drawn evenly: known probabilities, a judge for the rest, and honest bounds without.
//!
//! Robins, Rotnitzky and Zhao (1994); with a judge as the model of the outcome it is active inference
//! (Zrnic and Candès 2024). Manski (1990) for the bounds that assume nothing. All values are in [0, 1].

use crate::interval::Interval;
use crate::invalid::{self, Invalid};
use crate::normal::normal_quantile;

/// Smaller probabilities are refused: one label would then stand for more than 50 items.
pub const SMALLEST_PROBABILITY: f64 = 0.02;

/// One item of the stream, labelled or not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Item {
    /// What the judge says.
    pub judge: f64,
    /// The logged probability with which the item was chosen to be labelled, at least [`SMALLEST_PROBABILITY`].
    pub probability: f64,
    /// What a person says, where the item was chosen.
    pub label: Option<f64>,
}

/// What labels of unequal probability say about the mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Aipw {
    /// Mean of `judge + (label - judge) / probability`: unbiased whatever the judge.
    pub estimate: f64,
    /// Its standard error.
    pub standard_error: f64,
    /// Two-sided normal interval, not cut to [0, 1]; approximate, distrust it below some 50 labels.
    pub interval: Interval,
    /// How many items there are.
    pub n: u64,
    /// How many have a label.
    pub n_labels: u64,
    /// Horvitz and Thompson: labels over probabilities, without a judge.
    pub horvitz_thompson: f64,
    /// Hájek: the same, divided by the sum of the weights; nothing without labels.
    pub hajek: Option<f64>,
}

/// The mean over all items; nothing for fewer than two items.
///
/// The probabilities must be those that were really used, and each item must be chosen on its own.
pub fn aipw(items: &[Item], confidence: f64) -> Result<Option<Aipw>, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    for item in items {
        invalid::unit("judge score", item.judge)?;
        invalid::unit("label", item.label.unwrap_or(0.0))?;
        if !(SMALLEST_PROBABILITY..=1.0).contains(&item.probability) {
            let accepted = "between 0.02 and 1";
            let value = item.probability;
            return Err(Invalid::OutOfRange { what: "labelling probability", value, accepted });
        }
    }
    if items.len() < 2 {
        return Ok(None);
    }
    let n = items.len() as f64;
    let corrected = |item: &Item| {
        item.judge + item.label.map_or(0.0, |label| (label - item.judge) / item.probability)
    };
    let estimate = items.iter().map(corrected).sum::<f64>() / n;
    let squares = items.iter().map(|item| (corrected(item) - estimate).powi(2)).sum::<f64>();
    let standard_error = (squares / (n - 1.0) / n).sqrt();
    let half = normal_quantile(f64::midpoint(1.0, confidence)) * standard_error;

    let labelled = || items.iter().filter_map(|i| Some((i.label?, 1.0 / i.probability)));
    let weighted = labelled().map(|(label, weight)| label * weight).sum::<f64>();
    let weights = labelled().map(|(_, weight)| weight).sum::<f64>();
    Ok(Some(Aipw {
        estimate,
        standard_error,
        interval: Interval { lower: estimate - half, upper: estimate + half },
        n: items.len() as u64,
        n_labels: labelled().count() as u64,
        horvitz_thompson: weighted / n,
        hajek: (weights > 0.0).then(|| weighted / weights),
    }))
}

/// What answers of some say about all, when nobody knows why the others were silent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answered {
    /// Share of those asked who answered; nothing when nobody was asked.
    pub response_rate: Option<f64>,
    /// Mean of the answers; nothing without answers.
    pub naive: Option<f64>,
    /// Manski's bounds of the mean over all: every silent one 0, or every silent one 1. No sampling error in them.
    pub bounds: Interval,
}

/// Bounds from `answered` answers in [0, 1] that add up to `sum`, of `asked` people asked.
pub fn manski(sum: f64, answered: u64, asked: u64) -> Result<Answered, Invalid> {
    invalid::part_of(answered, asked)?;
    if !(0.0..=answered as f64).contains(&sum) {
        let accepted = "between 0 and the number of answers";
        return Err(Invalid::OutOfRange { what: "sum of answers", value: sum, accepted });
    }
    if asked == 0 {
        return Ok(Answered { response_rate: None, naive: None, bounds: Interval::UNIT });
    }
    let (answers, all) = (answered as f64, asked as f64);
    let bounds = Interval { lower: sum / all, upper: (sum + (all - answers)) / all };
    Ok(Answered {
        response_rate: Some(answers / all),
        naive: (answered > 0).then(|| sum / answers),
        bounds,
    })
}
