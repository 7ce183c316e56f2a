//! Pure. What a judge must not react to: which answer comes first, which repeat it is, how long the answer is.

use crate::clopper_pearson::clopper_pearson;
use crate::interval::Interval;
use crate::invalid::{self, Invalid};
use crate::mcnemar::mcnemar;
use crate::normal::normal_quantile;
use crate::rank::spearman;
use crate::repeats;

/// What a judge prefers when the same two answers are shown in both orders, as counts of pairs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swapped {
    /// The same answer wins in both orders, or both are ties.
    pub same: u64,
    /// Whichever stands first wins (or ties once and wins once from the first place).
    pub first_place: u64,
    /// Whichever stands second wins (or ties once and wins once from the second place).
    pub second_place: u64,
}

/// How a judge reacts to the order.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PositionBias {
    /// How many pairs there are.
    pub n: u64,
    /// Share of pairs whose verdict depends on the order; nothing without pairs.
    pub rate: Option<f64>,
    /// Clopper and Pearson's interval of that share.
    pub interval: Interval,
    /// Exact p-value that neither place is favoured; 1 when no verdict depends on the order.
    pub p_no_favourite: f64,
}

/// Reads a swap audit, at a number of pairs fixed beforehand.
pub fn position_bias(pairs: &Swapped, confidence: f64) -> Result<PositionBias, Invalid> {
    let moved = pairs.first_place + pairs.second_place;
    let n = moved + pairs.same;
    Ok(PositionBias {
        n,
        rate: (n > 0).then(|| moved as f64 / n as f64),
        interval: clopper_pearson(moved, n, confidence)?,
        p_no_favourite: mcnemar(pairs.first_place, pairs.second_place).p_two_sided,
    })
}

/// How often two judgements of the same item differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FlipRate {
    /// How many items were judged at least twice.
    pub n: u64,
    /// Mean over those items of the probability that two judgements differ.
    pub rate: f64,
    /// Share of those items that were ever judged both ways.
    pub ever: f64,
    /// Clopper and Pearson's interval of `ever`, items as units.
    pub ever_interval: Interval,
}

/// Reads repeated judgements, `(yes, n)` per item; items judged once are dropped. Nothing when no item is left.
pub fn flip_rate(items: &[(u64, u64)], confidence: f64) -> Result<Option<FlipRate>, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    let rates: Result<Vec<_>, Invalid> =
        items.iter().map(|&(yes, n)| repeats::flip_rate(yes, n)).collect();
    let rates: Vec<f64> = rates?.into_iter().flatten().collect();
    let (n, ever) = (rates.len() as u64, rates.iter().filter(|rate| **rate > 0.0).count() as u64);
    if n == 0 {
        return Ok(None);
    }
    Ok(Some(FlipRate {
        n,
        rate: rates.iter().sum::<f64>() / n as f64,
        ever: ever as f64 / n as f64,
        ever_interval: clopper_pearson(ever, n, confidence)?,
    }))
}

/// How scores follow lengths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LengthBias {
    /// How many answers there are.
    pub n: u64,
    /// Spearman's rank correlation of score and length, from -1 to 1.
    pub correlation: f64,
    /// Bonett and Wright's (2000) approximate interval through Fisher's z.
    pub interval: Interval,
}

/// Rank correlation of scores and lengths; nothing for fewer than four answers or when either is constant.
///
/// For the interval a correlation counts as at most 1 - 1 / n, so that a few answers in order are no certainty.
/// A correlation is no proof of a bias: longer answers may be better. Compare it with that of people's labels.
pub fn length_bias(
    scores: &[f64],
    lengths: &[f64],
    confidence: f64,
) -> Result<Option<LengthBias>, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    invalid::finite("score", scores)?;
    invalid::finite("length", lengths)?;
    if scores.len() != lengths.len() {
        return Err(Invalid::LengthsDiffer { left: scores.len(), right: lengths.len() });
    }
    let n = scores.len() as f64;
    let Some(correlation) = spearman(scores, lengths)? else { return Ok(None) };
    if scores.len() < 4 {
        return Ok(None);
    }
    let error = ((1.0 + correlation * correlation / 2.0) / (n - 3.0)).sqrt();
    let half = normal_quantile(f64::midpoint(1.0, confidence)) * error;
    let most = 1.0 - 1.0 / n;
    let z = correlation.clamp(-most, most).atanh();
    let interval = Interval {
        lower: (z - half).tanh().min(correlation),
        upper: (z + half).tanh().max(correlation),
    };
    Ok(Some(LengthBias { n: scores.len() as u64, correlation, interval }))
}
