//! Pure. Does the offline metric predict what happens online? Rank correlation over launches, and agreement of signs.
//!
//! Each launch has an offline change and an online change. Kendall's tau-b and Spearman's rho with a permutation
//! p-value assume only that launches are exchangeable when the two have nothing to do with each other.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::clopper_pearson::clopper_pearson;
use crate::interval::Interval;
use crate::invalid::{self, Invalid};

/// Below this many launches nothing is concluded.
pub const FEWEST_LAUNCHES: usize = 6;

/// Up to this many launches all orders are tried (5040), above it random ones.
const MOST_EXACT: usize = 7;

/// What the launches show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// Offline and online move together.
    Follows,
    /// They move against each other.
    Opposes,
    /// Nothing is shown.
    NotShown,
    /// Fewer than six launches, or one side never changed.
    Insufficient,
}

/// How to judge the launches; the seed belongs into the record of the outcome.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankQuestion {
    /// Largest two-sided p-value that shows something, in (0, 0.5].
    pub alpha: f64,
    /// Random orders, where not all are tried; at least 1.
    pub permutations: u32,
    /// Same seed, same data, same answer.
    pub seed: u64,
}

impl Default for RankQuestion {
    fn default() -> Self {
        Self { alpha: 0.05, permutations: 9999, seed: 0 }
    }
}

/// The answer, with everything that it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RankAnswer {
    /// What may be concluded, from Kendall's tau.
    pub trust: Trust,
    /// Launches.
    pub n: u64,
    /// Kendall's tau-b, nothing when one side never changes.
    pub kendall: Option<f64>,
    /// Spearman's rho, nothing when one side never changes.
    pub spearman: Option<f64>,
    /// Two-sided permutation p-value of tau, the observed order counted; nothing without tau.
    pub p_value: Option<f64>,
    /// Launches in which both changed.
    pub n_signs: u64,
    /// Those in which both changed in the same direction.
    pub n_same_sign: u64,
    /// Clopper and Pearson's interval of the share of same signs, at `1 - alpha`.
    pub same_sign: Interval,
    /// The method's name.
    pub method: &'static str,
}

/// Judges the offline changes by the online changes of the same launches, in the same order.
pub fn rank_agreement(
    offline: &[f64],
    online: &[f64],
    question: &RankQuestion,
) -> Result<RankAnswer, Invalid> {
    invalid::error_rate("alpha", question.alpha)?;
    invalid::positive("permutations", f64::from(question.permutations))?;
    let tau = kendall_tau_b(offline, online)?;
    let p_value = tau.map(|_| permutation_p(offline, online, question));
    let changed: Vec<bool> = offline
        .iter()
        .zip(online)
        .filter_map(|(&a, &b)| {
            let product = a.signum() * b.signum();
            (a.abs() > 0.0 && b.abs() > 0.0).then_some(product > 0.0)
        })
        .collect();
    let n_same_sign = changed.iter().filter(|same| **same).count() as u64;
    let trust = match (tau, p_value) {
        _ if offline.len() < FEWEST_LAUNCHES => Trust::Insufficient,
        (Some(tau), Some(p)) if p <= question.alpha && tau > 0.0 => Trust::Follows,
        (Some(tau), Some(p)) if p <= question.alpha && tau < 0.0 => Trust::Opposes,
        (Some(_), _) => Trust::NotShown,
        (None, _) => Trust::Insufficient,
    };
    Ok(RankAnswer {
        trust,
        n: offline.len() as u64,
        kendall: tau,
        spearman: spearman(offline, online)?,
        p_value,
        n_signs: changed.len() as u64,
        n_same_sign,
        same_sign: clopper_pearson(n_same_sign, changed.len() as u64, 1.0 - question.alpha)?,
        method: "Kendall's tau-b with permutations",
    })
}

/// Kendall's tau-b (1945), with ties; nothing when one side is constant or there are fewer than two.
pub fn kendall_tau_b(x: &[f64], y: &[f64]) -> Result<Option<f64>, Invalid> {
    check(x, y)?;
    let pairs = (0..x.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    let untied = |v: &[f64]| pairs.clone().filter(|&(i, j)| order(v, i, j) != 0).count() as f64;
    let scale = (untied(x) * untied(y)).sqrt();
    Ok((scale > 0.0).then(|| (concordance(x, y) as f64 / scale).clamp(-1.0, 1.0)))
}

/// Spearman's rho: Pearson's correlation of mid-ranks; nothing when one side is constant or there are fewer than two.
pub fn spearman(x: &[f64], y: &[f64]) -> Result<Option<f64>, Invalid> {
    check(x, y)?;
    let (x, y) = (centred_ranks(x), centred_ranks(y));
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let scale = (product(&x, &x) * product(&y, &y)).sqrt();
    Ok((scale > 0.0).then(|| (product(&x, &y) / scale).clamp(-1.0, 1.0)))
}

fn check(x: &[f64], y: &[f64]) -> Result<(), Invalid> {
    if x.len() != y.len() {
        return Err(Invalid::LengthsDiffer { left: x.len(), right: y.len() });
    }
    invalid::finite("change", x)?;
    invalid::finite("change", y)
}

/// -1, 0 or 1; minus zero equals zero.
fn order(v: &[f64], i: usize, j: usize) -> i64 {
    i64::from(v[i] > v[j]) - i64::from(v[i] < v[j])
}

/// Pairs in the same order minus pairs in the opposite order.
fn concordance(x: &[f64], y: &[f64]) -> i64 {
    let pairs = (0..x.len()).flat_map(|i| (0..i).map(move |j| (i, j)));
    pairs.map(|(i, j)| order(x, i, j) * order(y, i, j)).sum()
}

/// Mid-rank of each value minus the mean rank.
fn centred_ranks(v: &[f64]) -> Vec<f64> {
    let below = |i: usize| (0..v.len()).map(|j| order(v, i, j) as f64).sum::<f64>() / 2.0;
    (0..v.len()).map(below).collect()
}

/// Share of orders of `y` whose concordance is at least as far from 0, either way.
///
/// Exact over all orders for few launches, otherwise over random ones and the observed one.
fn permutation_p(x: &[f64], y: &[f64], question: &RankQuestion) -> f64 {
    let observed = concordance(x, y).abs();
    let mut shuffled = y.to_vec();
    let (mut n, mut n_extreme) = (0_u64, 0_u64);
    let mut count = |y: &[f64]| {
        n += 1;
        n_extreme += u64::from(concordance(x, y).abs() >= observed);
    };
    if y.len() <= MOST_EXACT {
        all_orders(&mut shuffled, 0, &mut count);
    } else {
        count(y);
        let mut random = ChaCha12Rng::seed_from_u64(question.seed);
        for _ in 0..question.permutations {
            for last in (1..shuffled.len()).rev() {
                let other = (u128::from(random.next_u64()) * (last as u128 + 1)) >> 64;
                shuffled.swap(last, other as usize);
            }
            count(&shuffled);
        }
    }
    n_extreme as f64 / n as f64
}

fn all_orders(values: &mut Vec<f64>, fixed: usize, visit: &mut impl FnMut(&[f64])) {
    if fixed + 1 >= values.len() {
        visit(values);
        return;
    }
    for i in fixed..values.len() {
        values.swap(fixed, i);
        all_orders(values, fixed + 1, visit);
        values.swap(fixed, i);
    }
}
