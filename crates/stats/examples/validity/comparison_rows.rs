//! Pure. X1, X2 and X3: two live variants, compared block by block and looked at after every block.

use karat_stats::blocks::{Arm, LiveComparison, Unit};
use karat_stats::{Margin, Verdict};

use super::row::{Bar, Random, Row};

/// How units are split between the arms.
#[derive(Clone, Copy, PartialEq)]
enum Split {
    /// One unit of each arm after the other.
    Alternating,
    /// By the chance that the second is better (Thompson), from a tenth to nine tenths, chosen anew for each block.
    Adaptive,
}

/// X1: two equal variants, two-sided alpha 0.05, up to `n_blocks` blocks.
pub fn false_alarms(runs: u64, n_blocks: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for rate in [0.5, 0.8, 0.95, 0.99] {
        for (split, name) in [(Split::Alternating, "one by one"), (Split::Adaptive, "adaptive")] {
            let mut random = Random::seeded(21);
            let n_alarms = (0..runs)
                .filter(|_| {
                    let (verdict, _) = race(&mut random, [rate, rate], split, n_blocks);
                    verdict != Verdict::TooClose
                })
                .count();
            let what = format!("false alarm, both {rate}, split {name}");
            rows.push(Row::rate("X1", what, n_alarms as u64, runs, 0.05));
        }
    }
    rows
}

/// X2: pairs until a decision; X3: decisions for the worse variant.
pub fn decisions(runs: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for (first, second, bar) in
        [(0.8, 0.85, 1110.0), (0.9, 0.95, 530.0), (0.8, 0.9, 260.0), (0.5, 0.6, 500.0)]
    {
        let mut random = Random::seeded(22);
        let races: Vec<(Verdict, u64)> = (0..runs)
            .map(|_| race(&mut random, [first, second], Split::Alternating, 1_000_000))
            .collect();
        let pairs: Vec<f64> = races.iter().map(|race| race.1 as f64).collect();
        let wrong = races.iter().filter(|race| race.0 == Verdict::Worse).count() as u64;
        let what = format!("pairs until a decision, {first} and {second}");
        rows.push(Row::mean("X2", what, &pairs, Bar::AtMost(bar)));
        let what = format!("decision for the worse, {first} and {second}");
        rows.push(Row::rate("X3", what, wrong, runs, 0.025));
    }
    rows
}

/// The first verdict and the blocks that it took.
fn race(random: &mut Random, rates: [f64; 2], split: Split, n_blocks: u64) -> (Verdict, u64) {
    let mut live = LiveComparison::new(&Margin::of(0.0)).expect("a valid margin");
    let (mut n, mut successes) = ([0.0_f64; 2], [0.0_f64; 2]);
    let mut next_is_second = false;
    let (mut chance, mut seen) = (0.5, 0);
    while live.n_blocks() < n_blocks {
        if split == Split::Adaptive {
            if live.n_blocks() > seen {
                seen = live.n_blocks();
                chance = thompson(n, successes);
            }
            next_is_second = random.chance(chance);
        }
        let arm = usize::from(next_is_second);
        let value = random.bernoulli(rates[arm]);
        n[arm] += 1.0;
        successes[arm] += value;
        let unit = Unit { arm: if next_is_second { Arm::Second } else { Arm::First }, value };
        let verdict = live.push(unit).expect("a value in [0, 1]");
        if verdict != Verdict::TooClose {
            return (verdict, live.n_blocks());
        }
        next_is_second = !next_is_second;
    }
    (Verdict::TooClose, n_blocks)
}

/// The chance that the second rate is larger, from normal approximations of Beta(1 + S, 1 + F), in [0.1, 0.9].
fn thompson(n: [f64; 2], successes: [f64; 2]) -> f64 {
    let mean = |arm: usize| (1.0 + successes[arm]) / (2.0 + n[arm]);
    let variance = |arm: usize| mean(arm) * (1.0 - mean(arm)) / (3.0 + n[arm]);
    let z = (mean(1) - mean(0)) / (variance(0) + variance(1)).sqrt();
    // Logistic approximation of the normal distribution.
    (1.0 / (1.0 + (-1.702 * z).exp())).clamp(0.1, 0.9)
}
