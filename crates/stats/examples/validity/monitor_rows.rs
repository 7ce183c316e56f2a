//! Pure. D1, D2 and K1: detectors and canaries, what they cost and how soon they find a fall.

use karat_stats::canary::{Canary, CanaryState, Sentinel};
use karat_stats::cusum::Cusum;
use karat_stats::detector::{Detection, Detector};

use super::row::{Bar, Random, Row};

/// Observations before a change.
const BEFORE: u32 = 500;

/// D1 and D2.
pub fn detectors(runs: u64) -> Vec<Row> {
    let mut rows = vec![run_length(runs)];
    for (before, after, bar) in
        [(0.9, 0.85, 1.35), (0.9, 0.8, 1.35), (0.9, 0.7, 1.35), (0.95, 0.8, 1.35)]
    {
        rows.extend(delays(runs, before, after, bar));
    }
    rows
}

/// D1: at the level, observations until a false alarm at a threshold of 1000.
fn run_length(runs: u64) -> Row {
    let mut random = Random::seeded(11);
    let question = Detection::below(0.9, 1000.0);
    let lengths: Vec<f64> = (0..runs)
        .map(|_| {
            let mut detector = Detector::new(&question).expect("a valid question");
            let alarm = (1..=u32::MAX).find(|_| observe(&mut detector, random.bernoulli(0.9)));
            f64::from(alarm.unwrap_or(u32::MAX))
        })
        .collect();
    let what = "observations until a false alarm, threshold 1000".to_owned();
    Row::mean("D1", what, &lengths, Bar::AtLeast(1000.0))
}

fn observe(detector: &mut Detector, x: f64) -> bool {
    detector.observe(x).expect("a value in [0, 1]")
}

/// D2: observations after a change until the alarm, at a threshold of 5000 and a level of 0.9.
///
/// The oracle is the CUSUM that knows the rate after the change, at a run length of 5000 before it.
/// Runs with an alarm before the change are drawn again.
fn delays(runs: u64, before: f64, after: f64, bar: f64) -> Vec<Row> {
    let question = Detection::below(0.9, 5000.0);
    let height = height_for(0.9, after, 5000.0);
    let ours = mean_delay(runs, before, after, || {
        let mut detector = Detector::new(&question).expect("a valid question");
        move |x| observe(&mut detector, x)
    });
    let oracle = mean_delay(runs, before, after, || {
        let mut cusum = Cusum::new(0.9, after, height).expect("valid rates");
        move |x| cusum.observe(x > 0.5)
    });
    let delay = Row::mean("D2", String::new(), &ours, Bar::AtMost(f64::INFINITY));
    let yardstick = Row::mean("D2", String::new(), &oracle, Bar::AtMost(f64::INFINITY));
    let ratio = delay.measured / yardstick.measured;
    let relative =
        (delay.error / delay.measured).hypot(yardstick.error / yardstick.measured) * ratio;
    let what = format!(
        "delay over the oracle's, {before} to {after} ({:.1} and {:.1} observations, oracle height {height:.3})",
        delay.measured, yardstick.measured
    );
    vec![Row { what, measured: ratio, error: relative, bar: Bar::AtMost(bar), ..delay }]
}

fn mean_delay<D: FnMut(f64) -> bool>(
    runs: u64,
    before: f64,
    after: f64,
    start: impl Fn() -> D,
) -> Vec<f64> {
    let mut random = Random::seeded(12);
    let mut delays = Vec::new();
    while (delays.len() as u64) < runs {
        let mut detector = start();
        if (0..BEFORE).any(|_| detector(random.bernoulli(before))) {
            continue;
        }
        let alarm = (1..=u32::MAX).find(|_| detector(random.bernoulli(after)));
        delays.push(f64::from(alarm.unwrap_or(u32::MAX)));
    }
    delays
}

/// The height at which the oracle's run length is this many observations.
fn height_for(level: f64, after: f64, run_length: f64) -> f64 {
    let (mut low, mut high) = (1.0, 10.0);
    while high - low > 0.001 {
        let height = f64::midpoint(low, high);
        let cusum = Cusum::new(level, after, height).expect("valid rates");
        if cusum.average_run_length(level).expect("a valid rate") < run_length {
            low = height;
        } else {
            high = height;
        }
    }
    high
}

/// K1: suites of frozen prompts whose items pass at rates around 0.9, run against the baseline.
pub fn canaries(runs: u64) -> Vec<Row> {
    let mut rows = Vec::new();
    for n_items in [50, 200] {
        let fresh = false_alarms(runs, n_items, false);
        let what = format!("false alarm in 90 runs, {n_items} items, fresh baseline");
        rows.push(Row::rate("K1", what, fresh, runs, 0.05));
    }
    let frozen = false_alarms(runs, 50, true);
    let what = "false alarm in 90 runs, 50 items, one frozen baseline".to_owned();
    rows.push(Row::teeth("K1", what, frozen, runs, 0.2));
    for (n_items, bar) in [(50, 9.0), (200, 4.0)] {
        let mut random = Random::seeded(14);
        let delays: Vec<f64> = (0..runs).map(|_| runs_to_find(&mut random, n_items)).collect();
        let what = format!("runs until a loss of 10 % is found, {n_items} items");
        rows.push(Row::mean("K1", what, &delays, Bar::AtMost(bar)));
    }
    rows
}

fn suite(random: &mut Random, n_items: u32) -> Vec<f64> {
    (0..n_items).map(|_| random.beta(0.9, 5.0)).collect()
}

fn outcomes(random: &mut Random, rates: &[f64], share: f64) -> Vec<f64> {
    rates.iter().map(|rate| random.bernoulli(rate * share)).collect()
}

fn differences(today: &[f64], baseline: &[f64]) -> Vec<f64> {
    today.iter().zip(baseline).map(|(today, baseline)| today - baseline).collect()
}

fn start() -> Canary {
    Canary::resume(&Sentinel::default(), CanaryState::default()).expect("a valid question")
}

fn false_alarms(runs: u64, n_items: u32, frozen: bool) -> u64 {
    let mut random = Random::seeded(13);
    let mut alarms = 0;
    for _ in 0..runs {
        let rates = suite(&mut random, n_items);
        let mut baseline = outcomes(&mut random, &rates, 1.0);
        let mut canary = start();
        for _ in 0..90 {
            if !frozen {
                baseline = outcomes(&mut random, &rates, 1.0);
            }
            let today = outcomes(&mut random, &rates, 1.0);
            canary.run(&differences(&today, &baseline)).expect("differences in [-1, 1]");
        }
        alarms += u64::from(canary.state().alarm.is_some());
    }
    alarms
}

/// After 30 good runs all rates fall by a tenth; runs from there to the alarm (false ones are drawn again).
fn runs_to_find(random: &mut Random, n_items: u32) -> f64 {
    loop {
        let rates = suite(random, n_items);
        let mut canary = start();
        for run in 0..10_000_u32 {
            let baseline = outcomes(random, &rates, 1.0);
            let today = outcomes(random, &rates, if run < 30 { 1.0 } else { 0.9 });
            canary.run(&differences(&today, &baseline)).expect("differences in [-1, 1]");
            match canary.state().alarm {
                Some(at) if at <= 30 => break,
                Some(at) => return at as f64 - 30.0,
                None => {}
            }
        }
    }
}
