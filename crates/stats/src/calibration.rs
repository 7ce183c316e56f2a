//! Pure. Is the judge's score a probability? Isotonic calibration on labels, Brier score and calibration error.
//!
//! Fit and evaluate on different labels ([`cross_fitted`]); labels that fitted the curve flatter it, and labels that
//! correct a rate by [`crate::ppi`] must not have fitted the scores that they correct.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;

use crate::bootstrap::below;
use crate::invalid::{self, Invalid};

/// Bins of equal width in the calibration error.
const N_BINS: usize = 10;

/// A rising step curve from score to probability, straight between the fitted scores.
#[derive(Clone, Debug, PartialEq)]
pub struct Isotonic {
    /// Distinct scores, ascending.
    scores: Vec<f64>,
    /// The fitted probability at each, never falling.
    fitted: Vec<f64>,
}

impl Isotonic {
    /// Least squares among rising curves, by pooling adjacent violators (Ayer et al. 1955); nothing without labels.
    ///
    /// `scores` and `labels` in [0, 1] belong together in order. Equal scores are averaged first.
    pub fn fit(scores: &[f64], labels: &[f64]) -> Result<Option<Self>, Invalid> {
        let mut points = paired(scores, labels)?;
        points.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        // Blocks of (sum of labels, weight, number of distinct scores in it).
        let mut blocks: Vec<(f64, f64, usize)> = Vec::new();
        let mut distinct: Vec<f64> = Vec::new();
        let mut rest = points.as_slice();
        while let Some(&(score, _)) = rest.first() {
            let equal = rest.partition_point(|&(other, _)| other <= score);
            let sum = rest[..equal].iter().map(|(_, label)| label).sum();
            distinct.push(score);
            blocks.push((sum, equal as f64, 1));
            while let [.., (low, n_low, k_low), (high, n_high, k_high)] = blocks[..]
                && low * n_high >= high * n_low
            {
                blocks.truncate(blocks.len() - 2);
                blocks.push((low + high, n_low + n_high, k_low + k_high));
            }
            rest = &rest[equal..];
        }
        let levels = |&(sum, weight, k): &(f64, f64, usize)| vec![sum / weight; k];
        let fitted: Vec<f64> = blocks.iter().flat_map(levels).collect();
        Ok((!fitted.is_empty()).then_some(Self { scores: distinct, fitted }))
    }

    /// The calibrated probability: straight between fitted scores, flat beyond them.
    pub fn at(&self, score: f64) -> Result<f64, Invalid> {
        invalid::unit("judge score", score)?;
        let above = self.scores.partition_point(|&known| known < score);
        let right = above.min(self.scores.len() - 1);
        let left = above.saturating_sub(1);
        let (from, to) = (self.scores[left], self.scores[right]);
        let share = if to > from { ((score - from) / (to - from)).clamp(0.0, 1.0) } else { 0.0 };
        Ok(self.fitted[left] + share * (self.fitted[right] - self.fitted[left]))
    }
}

/// Brier (1950): mean squared distance of score and label, 0 is best; nothing without labels.
pub fn brier(scores: &[f64], labels: &[f64]) -> Result<Option<f64>, Invalid> {
    let points = paired(scores, labels)?;
    let sum = points.iter().map(|(score, label)| (score - label).powi(2)).sum::<f64>();
    Ok((!points.is_empty()).then(|| sum / points.len() as f64))
}

/// Expected calibration error over ten bins of equal width, each with its lower edge; nothing without labels.
///
/// Biased upward with few labels per bin: compare judges on the same labels, do not read it alone.
pub fn calibration_error(scores: &[f64], labels: &[f64]) -> Result<Option<f64>, Invalid> {
    let points = paired(scores, labels)?;
    let mut gaps = [0.0; N_BINS];
    for (score, label) in &points {
        gaps[((score * N_BINS as f64) as usize).min(N_BINS - 1)] += score - label;
    }
    let sum = gaps.iter().map(|gap| gap.abs()).sum::<f64>();
    Ok((!points.is_empty()).then(|| sum / points.len() as f64))
}

/// Calibrated scores, each from a curve that was fitted without its own label; nothing for fewer than `folds` labels.
///
/// Folds are drawn with `seed`; five are usual. At least two.
pub fn cross_fitted(
    scores: &[f64],
    labels: &[f64],
    folds: usize,
    seed: u64,
) -> Result<Option<Vec<f64>>, Invalid> {
    let points = paired(scores, labels)?;
    if folds < 2 {
        let accepted = "at least 2";
        return Err(Invalid::OutOfRange { what: "number of folds", value: folds as f64, accepted });
    }
    if points.len() < folds {
        return Ok(None);
    }
    let mut order: Vec<usize> = (0..points.len()).collect();
    let mut random = ChaCha12Rng::seed_from_u64(seed);
    for last in (1..order.len()).rev() {
        order.swap(last, below(&mut random, last + 1));
    }
    let mut calibrated = vec![0.0; points.len()];
    for fold in 0..folds {
        let others = order.iter().enumerate().filter(|(place, _)| place % folds != fold);
        let (x, y): (Vec<f64>, Vec<f64>) = others.map(|(_, &index)| points[index]).unzip();
        let Some(curve) = Isotonic::fit(&x, &y)? else { return Ok(None) };
        for &index in order.iter().skip(fold).step_by(folds) {
            calibrated[index] = curve.at(points[index].0)?;
        }
    }
    Ok(Some(calibrated))
}

fn paired(scores: &[f64], labels: &[f64]) -> Result<Vec<(f64, f64)>, Invalid> {
    if scores.len() != labels.len() {
        return Err(Invalid::LengthsDiffer { left: scores.len(), right: labels.len() });
    }
    for (&score, &label) in scores.iter().zip(labels) {
        invalid::unit("judge score", score)?;
        invalid::unit("label", label)?;
    }
    Ok(scores.iter().copied().zip(labels.iter().copied()).collect())
}
