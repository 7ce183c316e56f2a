//! Pure. V2, V3 and the editing of prompts: the gate at its floor, looked at after every observation.

use std::f64::consts::PI;

use karat_stats::betting::{Betting, Side, Stream, operating_characteristics};

use super::row::{Bar, Random, Row};

const ALPHA: f64 = 0.05;

/// A name, a mean and a way to draw: the number of the observation is given.
type Source<'a> = (String, f64, &'a dyn Fn(&mut Random, u64) -> f64);

fn stream(tau: f64) -> Stream {
    let betting = Betting::new(tau, 0.02).expect("a valid floor");
    Stream::new(betting).expect("a floor inside (0, 1)")
}

/// Beta with this mean and standard deviation.
fn beta(random: &mut Random, mean: f64, deviation: f64) -> f64 {
    random.beta(mean, mean * (1.0 - mean) / deviation.powi(2) - 1.0)
}

/// How many of `runs` streams of `n` ever reach p <= alpha for "above" and for "below" the mean that they have.
fn verdicts(source: &Source, runs: u64, n: u64, alpha: f64) -> [u64; 3] {
    let mut random = Random::seeded(2);
    let [mut passes, mut fails, mut either] = [0; 3];
    for _ in 0..runs {
        let mut stream = stream(source.1);
        for i in 0..n {
            stream.observe(source.2(&mut random, i)).expect("a value in [0, 1]");
        }
        let pass = stream.p_value(Side::Above) <= alpha;
        let fail = stream.p_value(Side::Below) <= alpha;
        passes += u64::from(pass);
        fails += u64::from(fail);
        either += u64::from(pass || fail);
    }
    [passes, fails, either]
}

/// V2: at the floor, looked at after each of `n` observations, few pass and few fail.
pub fn false_verdicts(runs: u64, n: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for tau in [0.8, 0.9] {
        let three = |r: &mut Random, _| {
            let u = r.uniform();
            if u < (1.0 - tau) / 2.0 {
                0.0
            } else if u < 1.5 * (1.0 - tau) {
                0.5
            } else {
                1.0
            }
        };
        let clustered = |r: &mut Random, _| {
            let rate = r.beta(tau, 1.0);
            (0..5).map(|_| r.bernoulli(rate)).sum::<f64>() / 5.0
        };
        let sources: [Source; 5] = [
            (format!("Bernoulli {tau}"), tau, &|r, _| r.bernoulli(tau)),
            (format!("Beta {tau}, deviation 0.09"), tau, &|r, _| beta(r, tau, 0.09)),
            (format!("Beta {tau}, deviation 0.23"), tau, &|r, _| beta(r, tau, 0.23)),
            (format!("three points, mean {tau}"), tau, &three),
            (format!("means of clusters, {tau}"), tau, &clustered),
        ];
        for source in &sources {
            let [passes, fails, _] = verdicts(source, runs, n, ALPHA);
            rows.push(Row::rate("V2", format!("false pass, {}", source.0), passes, runs, ALPHA));
            rows.push(Row::rate("V2", format!("false fail, {}", source.0), fails, runs, ALPHA));
        }
        // A mean that falls from the floor stays within the hypothesis of passing.
        let drift: Source =
            (String::new(), tau, &|r, i| r.bernoulli(if i < 500 { tau } else { tau - 0.02 }));
        let passes = verdicts(&drift, runs, n, ALPHA)[0];
        let what = format!("false pass, {tau} falling to {:.2}", tau - 0.02);
        rows.push(Row::rate("V2", what, passes, runs, ALPHA));
    }
    rows
}

/// V3: the 95 % confidence sequence holds the mean at all sizes up to `n_max` at once.
pub fn coverage(runs: u64, n_max: u64) -> Vec<Row> {
    let mut rows: Vec<Row> = [0.5, 0.9, 0.95]
        .into_iter()
        .map(|tau| {
            let betting = Betting::new(tau, 0.02).expect("a valid floor");
            let boundary = betting.boundary(ALPHA / 2.0, ALPHA / 2.0, n_max).expect("valid rates");
            let found = operating_characteristics(&boundary, tau).expect("a valid rate");
            Row {
                id: "V3",
                what: format!("coverage of all n ≤ {n_max}, Bernoulli {tau}, exact"),
                runs: 0,
                measured: 1.0 - found.pass - found.fail,
                error: 0.0,
                bar: Bar::AtLeast(1.0 - ALPHA),
            }
        })
        .collect();
    let graded: Source = (String::new(), 0.9, &|r, _| beta(r, 0.9, 0.23));
    let missed = verdicts(&graded, runs, n_max, ALPHA / 2.0)[2];
    let what = format!("mean outside at some n ≤ {n_max}, Beta 0.9");
    rows.push(Row::rate("V3", what, missed, runs, ALPHA));
    rows
}

/// How a prompt is edited after a candidate did not pass.
#[derive(Clone, Copy, PartialEq)]
enum Editing {
    /// Knowing only that nothing passed yet.
    Blind,
    /// Keeping most behaviour of the best candidate so far on the held-out cases.
    KeepsTheBest,
    /// Keeping what passes and trying again what does not: learning the held-out cases by heart.
    Memorises,
}

/// E1: twenty candidates at the floor, one after the other on the same 200 held-out cases; how often any passes.
///
/// Cases differ in difficulty, so candidates hang together. The k-th is judged at `alpha 6 / (pi^2 k^2)`.
/// Until the first pass an editor who sees verdicts only learns nothing, so his candidates are as good as chosen
/// beforehand and the levels add up to alpha. Whoever sees single held-out cases has no such proof: an editor who
/// keeps the best still stays below here, one who memorises the cases passes nearly always, and must.
pub fn edited_prompts(runs: u64) -> Vec<Row> {
    let shared = |k: f64| ALPHA * 6.0 / (PI * PI * k * k);
    let blind = any_passes(runs, Editing::Blind, &shared);
    let best = any_passes(runs, Editing::KeepsTheBest, &shared);
    let memorised = any_passes(runs, Editing::Memorises, &shared);
    let naive = any_passes(runs, Editing::Blind, &|_| ALPHA);
    let what = |how: &str| format!("any of 20 candidates at the floor passes, {how}");
    vec![
        Row::rate("E1", what("verdicts seen"), blind, runs, ALPHA),
        Row::rate("E1", what("cases seen, the best kept"), best, runs, ALPHA),
        Row::teeth("E1", what("cases memorised: no protection"), memorised, runs, 0.5),
        Row::teeth("E1", what("each at the full alpha"), naive, runs, ALPHA),
    ]
}

fn any_passes(runs: u64, editing: Editing, alpha_of: &dyn Fn(f64) -> f64) -> u64 {
    let (floor, n_cases) = (0.9, 200);
    let mut random = Random::seeded(3);
    let mut any = 0;
    for _ in 0..runs {
        let rates: Vec<f64> = (0..n_cases).map(|_| random.beta(floor, 5.0)).collect();
        let mut best: Vec<f64> = Vec::new();
        for k in 1..=20_u32 {
            let answers: Vec<f64> = rates
                .iter()
                .enumerate()
                .map(|(case, rate)| match best.get(case) {
                    Some(&kept) if editing == Editing::KeepsTheBest && random.chance(0.8) => kept,
                    Some(&kept) if editing == Editing::Memorises && kept > 0.5 => kept,
                    _ => random.bernoulli(*rate),
                })
                .collect();
            let mut stream = stream(floor);
            for answer in &answers {
                stream.observe(*answer).expect("a value in [0, 1]");
            }
            if stream.p_value(Side::Above) <= alpha_of(f64::from(k)) {
                any += 1;
                break;
            }
            if best.is_empty() || answers.iter().sum::<f64>() > best.iter().sum::<f64>() {
                best = answers;
            }
        }
    }
    any
}
