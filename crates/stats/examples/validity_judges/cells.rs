//! Simulations of judges and clusters whose truth is known: how often an interval covers it, and how wide it is.

#![expect(clippy::unwrap_used, reason = "a simulation that cannot run has nothing to measure")]

use karat_stats::agreement::{Coefficient, Level, Ratings, agreement_interval};
use karat_stats::aipw::{Item, aipw};
use karat_stats::bootstrap::Resampling;
use karat_stats::clopper_pearson::clopper_pearson;
use karat_stats::clustered::clustered_mean;
use karat_stats::gold::{Cells, Gold, Labelled};
use karat_stats::ppi::{ppi_difference, ppi_mean, ppi_mean_stock};
use karat_stats::rogan_gladen::rogan_gladen;
use karat_stats::wilson::wilson;
use karat_stats::{Decision, Evidence, Sample, TrueFloor, corrected};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// Every interval here is one of 95 %.
const CONFIDENCE: f64 = 0.95;

/// Items that the judge has scored without anybody labelling them.
const N_UNLABELLED: u64 = 5000;

/// The coin of every simulation.
pub struct Coin(ChaCha8Rng);

impl Coin {
    /// Same seed, same throws.
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    fn throw(&mut self, rate: f64) -> bool {
        f64::from(self.0.next_u32()) < rate * 4_294_967_296.0
    }

    fn uniform(&mut self) -> f64 {
        f64::from(self.0.next_u32()) / 4_294_967_296.0
    }

    fn throws(&mut self, n: u64, rate: f64) -> u64 {
        (0..n).map(|_| u64::from(self.throw(rate))).sum()
    }
}

/// One cell of row J1.
pub struct PpiCell {
    /// How many of 1 are good.
    pub prevalence: f64,
    /// How often the judge is right, on good ones and bad ones.
    pub accuracy: f64,
    /// How many labels.
    pub n: u64,
}

/// What came out of one cell.
pub struct PpiRow {
    /// Coverage of the smoothed interval.
    pub coverage: f64,
    /// Coverage of the published interval.
    pub stock: f64,
    /// Mean width of the smoothed interval over that of the labels alone.
    pub width_ratio: f64,
    /// Share of runs in which the facade passes although the truth is at the floor only.
    pub passed: f64,
    /// Share of runs in which the facade fails although the truth is at the floor.
    pub failed: f64,
}

/// All cells of row J1.
pub fn ppi_cells() -> Vec<PpiCell> {
    let mut cells = Vec::new();
    for prevalence in [0.9, 0.8, 0.5] {
        for accuracy in [0.95, 0.85] {
            for n in [20, 50, 100, 200] {
                cells.push(PpiCell { prevalence, accuracy, n });
            }
        }
    }
    cells
}

/// Simulates one cell.
pub fn ppi_row(cell: &PpiCell, runs: u64, seed: u64) -> PpiRow {
    let mut coin = Coin::new(seed);
    let PpiCell { prevalence, accuracy, n } = *cell;
    let (mut covered, mut covered_stock, mut width, mut width_alone) = (0, 0, 0.0, 0.0);
    let (mut passed, mut failed) = (0, 0);
    for _ in 0..runs {
        let mut cells = Cells::default();
        for _ in 0..n {
            match (coin.throw(prevalence), coin.throw(accuracy)) {
                (true, true) => cells.yes_yes += 1,
                (true, false) => cells.yes_no += 1,
                (false, false) => cells.no_yes += 1,
                (false, true) => cells.no_no += 1,
            }
        }
        let says_yes = prevalence * accuracy + (1.0 - prevalence) * (1.0 - accuracy);
        let others =
            Sample::Counts { successes: coin.throws(N_UNLABELLED, says_yes), n: N_UNLABELLED };
        let gold = Gold::Cells(cells);
        let ours = ppi_mean(&gold, &others, CONFIDENCE).unwrap().unwrap();
        let stock = ppi_mean_stock(&gold, &others, None, CONFIDENCE).unwrap().unwrap();
        covered += u64::from(ours.interval.contains(prevalence));
        covered_stock += u64::from(stock.interval.contains(prevalence));
        width += ours.interval.width();
        width_alone += clopper_pearson(cells.positives(), n, CONFIDENCE).unwrap().width();
        let evidence = Evidence::Drawn { gold, unlabelled: others };
        match corrected(&evidence, &TrueFloor::at(prevalence)).unwrap().decision {
            Decision::Pass => passed += 1,
            Decision::Fail => failed += 1,
            _ => (),
        }
    }
    PpiRow {
        coverage: share(covered, runs),
        stock: share(covered_stock, runs),
        width_ratio: width / width_alone,
        passed: share(passed, runs),
        failed: share(failed, runs),
    }
}

/// Coverage of the corrected difference of two variants of known rates, with `n` labelled pairs.
pub fn ppi_difference_coverage(
    rates: [f64; 2],
    accuracy: f64,
    n: u64,
    runs: u64,
    seed: u64,
) -> f64 {
    let mut coin = Coin::new(seed);
    let pair = |coin: &mut Coin| {
        let [a, b] = rates.map(|rate| coin.throw(rate));
        let [f, g] = [a, b].map(|good| good == coin.throw(accuracy));
        let minus = |x: bool, y: bool| f64::from(u8::from(x)) - f64::from(u8::from(y));
        Labelled { truth: minus(b, a), judge: minus(g, f) }
    };
    let covered = (0..runs).filter(|_| {
        let gold: Vec<Labelled> = (0..n).map(|_| pair(&mut coin)).collect();
        let others: Vec<f64> = (0..1000).map(|_| pair(&mut coin).judge).collect();
        let found = ppi_difference(&gold, &others, CONFIDENCE).unwrap().unwrap();
        found.interval.contains(rates[1] - rates[0])
    });
    share(covered.count() as u64, runs)
}

/// Coverage with labels drawn where the judge is unsure, about `labels` of 1,000 items.
pub fn aipw_coverage(labels: f64, runs: u64, seed: u64) -> f64 {
    let mut coin = Coin::new(seed);
    let covered = (0..runs).filter(|_| {
        let items: Vec<Item> = (0..1000)
            .map(|_| {
                let score = coin.uniform().sqrt();
                // The judge is overconfident: the truth is nearer to one half than its score.
                let good = coin.throw(0.1 + 0.8 * score);
                let unsure = 2.0 * score.min(1.0 - score);
                let probability = (labels / 1000.0 * (0.5 + unsure)).clamp(0.02, 1.0);
                let label = coin.throw(probability).then_some(f64::from(u8::from(good)));
                Item { judge: score, probability, label }
            })
            .collect();
        // The mean of the square root of a uniform number is 2/3.
        aipw(&items, CONFIDENCE).unwrap().unwrap().interval.contains(0.1 + 0.8 * 2.0 / 3.0)
    });
    share(covered.count() as u64, runs)
}

/// One setting of row J2: the truth, the judge, and how much was seen of both.
pub struct RoganGladenSetting {
    /// The true rate of good ones.
    pub rate: f64,
    /// Sensitivity and specificity.
    pub judge: (f64, f64),
    /// How many items the judge judged.
    pub n: u64,
    /// How many good and how many bad ones were labelled elsewhere.
    pub labels: (u64, u64),
}

/// All settings of row J2; two have few bad ones.
pub const ROGAN_GLADEN: [RoganGladenSetting; 6] = [
    RoganGladenSetting { rate: 0.8, judge: (0.9, 0.85), n: 1000, labels: (100, 100) },
    RoganGladenSetting { rate: 0.95, judge: (0.96, 0.8), n: 1000, labels: (50, 50) },
    RoganGladenSetting { rate: 0.6, judge: (0.75, 0.83), n: 200, labels: (40, 30) },
    RoganGladenSetting { rate: 0.9, judge: (0.85, 0.8), n: 1000, labels: (45, 5) },
    RoganGladenSetting { rate: 0.5, judge: (0.95, 0.8), n: 500, labels: (50, 50) },
    RoganGladenSetting { rate: 0.9, judge: (0.9, 0.7), n: 2000, labels: (90, 10) },
];

/// What came out of one setting.
pub struct RoganGladenRow {
    /// Coverage of the corrected interval; a refusal counts as not covered.
    pub coverage: f64,
    /// Coverage of the judge's own rate taken at face value (Wilson).
    pub raw: f64,
    /// Share of runs in which the facade passes although the truth is at the floor only.
    pub passed: f64,
    /// Share of runs in which the facade fails although the truth is at the floor.
    pub failed: f64,
}

/// Simulates one setting.
pub fn rogan_gladen_row(setting: &RoganGladenSetting, runs: u64, seed: u64) -> RoganGladenRow {
    let mut coin = Coin::new(seed);
    let RoganGladenSetting { rate, judge: (se, sp), n, labels } = *setting;
    let (mut covered, mut raw, mut passed, mut failed) = (0, 0, 0, 0);
    for _ in 0..runs {
        let (found_good, found_bad) = (coin.throws(labels.0, se), coin.throws(labels.1, sp));
        let calibration = Cells {
            yes_yes: found_good,
            yes_no: labels.0 - found_good,
            no_yes: labels.1 - found_bad,
            no_no: found_bad,
        };
        let yes = coin.throws(n, rate * se + (1.0 - rate) * (1.0 - sp));
        let found = rogan_gladen(yes, n, &calibration, CONFIDENCE).unwrap();
        covered += u64::from(found.is_ok_and(|found| found.interval.contains(rate)));
        raw += u64::from(wilson(yes, n, CONFIDENCE).unwrap().contains(rate));
        let evidence = Evidence::Elsewhere { calibration, yes, n };
        match corrected(&evidence, &TrueFloor::at(rate)).unwrap().decision {
            Decision::Pass => passed += 1,
            Decision::Fail => failed += 1,
            _ => (),
        }
    }
    RoganGladenRow {
        coverage: share(covered, runs),
        raw: share(raw, runs),
        passed: share(passed, runs),
        failed: share(failed, runs),
    }
}

/// How often the interval of alpha covers the true one, for two people who each err on their own.
///
/// Booleans, `share_good` of them good, each person wrong with probability `error`, `n` units both rated.
/// An interval that does not exist (all ratings the same) counts as covering: it claims nothing.
pub fn alpha_coverage(share_good: f64, error: f64, n: usize, runs: u64, seed: u64) -> f64 {
    let mut coin = Coin::new(seed);
    let yes = share_good * (1.0 - error) + (1.0 - share_good) * error;
    let truth = 1.0 - 2.0 * error * (1.0 - error) / (2.0 * yes * (1.0 - yes));
    let alpha = Coefficient::Alpha(Level::Nominal);
    let covered = (0..runs).filter(|run| {
        let units: Vec<Vec<Option<f64>>> = (0..n)
            .map(|_| {
                let good = coin.throw(share_good);
                (0..2).map(|_| Some(f64::from(u8::from(good != coin.throw(error))))).collect()
            })
            .collect();
        let ratings = Ratings::new(&units).unwrap();
        let resampling = Resampling { resamples: 500, seed: *run, confidence: CONFIDENCE };
        let interval = agreement_interval(&ratings, alpha, &resampling).unwrap();
        interval.is_none_or(|interval| interval.contains(truth))
    });
    share(covered.count() as u64, runs)
}

/// Row C1: coverage of the clustered interval and of the interval that takes all for independent.
///
/// Booleans of rate 0.7; each copies its cluster's own throw so often that two of a cluster correlate by `icc`.
pub fn clustered_coverage(
    clusters: usize,
    size: usize,
    icc: f64,
    runs: u64,
    seed: u64,
) -> (f64, f64) {
    let mut coin = Coin::new(seed);
    let (rate, copies) = (0.7, icc.sqrt());
    let (mut covered, mut naive) = (0, 0);
    for _ in 0..runs {
        let cluster = |coin: &mut Coin| -> Vec<f64> {
            let own = coin.throw(rate);
            let member = |coin: &mut Coin| if coin.throw(copies) { own } else { coin.throw(rate) };
            (0..size).map(|_| f64::from(u8::from(member(coin)))).collect()
        };
        let data: Vec<Vec<f64>> = (0..clusters).map(|_| cluster(&mut coin)).collect();
        let found = clustered_mean(&data, CONFIDENCE).unwrap().unwrap();
        covered += u64::from(found.interval.is_some_and(|interval| interval.contains(rate)));
        naive += u64::from((found.mean - rate).abs() <= 1.96 * found.naive_error);
    }
    (share(covered, runs), share(naive, runs))
}

fn share(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}
