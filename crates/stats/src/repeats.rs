//! Pure. Several runs per item: pass@k, pass^k, flip rate, and where the variance comes from.

use crate::invalid::{self, Invalid};

/// The largest number of repeats that is ever advised.
const MOST_REPEATS: u32 = 16;

/// pass@k: probability that at least one of k runs succeeds, unbiased from `successes` of `n` runs of one item.
///
/// `1 - C(n-c, k) / C(n, k)` (Chen et al. 2021); nothing when n < k or k = 0. Average it over items.
pub fn pass_at_k(successes: u64, n: u64, k: u64) -> Result<Option<f64>, Invalid> {
    invalid::part_of(successes, n)?;
    Ok(draw_all_from(n - successes, n, k).map(|all_failed| 1.0 - all_failed))
}

/// pass^k: probability that all of k runs succeed, `C(c, k) / C(n, k)` (Yao et al. 2024); nothing when n < k or k = 0.
pub fn pass_hat_k(successes: u64, n: u64, k: u64) -> Result<Option<f64>, Invalid> {
    invalid::part_of(successes, n)?;
    Ok(draw_all_from(successes, n, k))
}

/// Probability that k draws without replacement from n all fall among `part`.
fn draw_all_from(part: u64, n: u64, k: u64) -> Option<f64> {
    if k == 0 || k > n {
        return None;
    }
    if k > part {
        return Some(0.0);
    }
    // C(part, k) / C(n, k) as a product over the shorter of k and n - part factors.
    let others = n - part;
    let log = if k <= others {
        (0..k).map(|i| (-(others as f64) / (n - i) as f64).ln_1p()).sum::<f64>()
    } else {
        (0..others).map(|i| (-(k as f64) / (n - i) as f64).ln_1p()).sum::<f64>()
    };
    Some(log.exp())
}

/// Probability that two runs of one item disagree, `2 c (n - c) / (n (n - 1))`; nothing below two runs.
pub fn flip_rate(successes: u64, n: u64) -> Result<Option<f64>, Invalid> {
    invalid::part_of(successes, n)?;
    if n < 2 {
        return Ok(None);
    }
    let (c, n) = (successes as f64, n as f64);
    Ok(Some(2.0 * (c / n) * ((n - c) / (n - 1.0))))
}

/// One-way analysis of variance of items with the same number of runs each.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Variance {
    /// Mean of all scores.
    pub mean: f64,
    /// Mean square between items.
    pub ms_between: f64,
    /// Mean square within items.
    pub ms_within: f64,
    /// Variance of item means about the grand mean, run noise removed, never negative.
    pub between: f64,
    /// Variance of runs of the same item.
    pub within: f64,
    /// ICC(1), the share of the variance that is between items; nothing when there is no variance.
    pub icc: Option<f64>,
    /// Standard error of the mean, items as units.
    pub standard_error: f64,
}

/// Splits the variance of `scores[item][run]`; nothing for fewer than two items or two runs per item.
///
/// Every item needs the same number of runs.
pub fn variance_components(scores: &[Vec<f64>]) -> Result<Option<Variance>, Invalid> {
    let runs = scores.first().map_or(0, Vec::len);
    for item in scores {
        if item.len() != runs {
            return Err(Invalid::LengthsDiffer { left: runs, right: item.len() });
        }
        invalid::finite("score", item)?;
    }
    if scores.len() < 2 || runs < 2 {
        return Ok(None);
    }
    let (n_items, n_runs) = (scores.len() as f64, runs as f64);
    let means: Vec<f64> = scores.iter().map(|item| item.iter().sum::<f64>() / n_runs).collect();
    let mean = means.iter().sum::<f64>() / n_items;
    let squares = means.iter().map(|m| (m - mean).powi(2)).sum::<f64>();
    let ms_between = n_runs * squares / (n_items - 1.0);
    let residual = |item: &Vec<f64>, m: f64| item.iter().map(|x| (x - m).powi(2)).sum::<f64>();
    let ms_within = scores.iter().zip(&means).map(|(item, &m)| residual(item, m)).sum::<f64>()
        / (n_items * (n_runs - 1.0));
    let total = ms_between + (n_runs - 1.0) * ms_within;
    Ok(Some(Variance {
        mean,
        ms_between,
        ms_within,
        between: ((ms_between - ms_within) / n_runs).max(0.0),
        within: ms_within,
        icc: (total > 0.0).then(|| (ms_between - ms_within) / total),
        standard_error: (ms_between / (n_items * n_runs)).sqrt(),
    }))
}

/// Runs per item that buy the most precision for a budget: `sqrt(cost_item / cost_run * within / between)`.
///
/// `cost_item` is what a new item costs apart from its runs. Rounded, from 1 to 16; 16 when items do not differ
/// but runs do, 1 when runs do not differ.
pub fn optimal_repeats(variance: &Variance, cost_item: f64, cost_run: f64) -> Result<u32, Invalid> {
    invalid::positive("cost of an item", cost_item)?;
    invalid::positive("cost of a run", cost_run)?;
    if variance.within <= 0.0 {
        return Ok(1);
    }
    if variance.between <= 0.0 {
        return Ok(MOST_REPEATS);
    }
    let best = (cost_item / cost_run * variance.within / variance.between).sqrt().round();
    Ok(best.clamp(1.0, f64::from(MOST_REPEATS)) as u32)
}
