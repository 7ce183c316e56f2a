//! How long each question takes, and how many observations a second the running states take.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use karat_stats::agreement::{Level, Ratings};
use karat_stats::betting::{Betting, Stream};
use karat_stats::blocks::{Arm, LiveComparison};
use karat_stats::canary::{Canary, CanaryState};
use karat_stats::detector::{Control, Detection, Detector};
use karat_stats::gap::{Part, Stratum, offline_online_gap};
use karat_stats::gold::{Cells, Gold};
use karat_stats::quantile::quantile_bounds;
use karat_stats::rank::{RankQuestion, rank_agreement};
use karat_stats::streams::{Lond, Series};
use karat_stats::{
    AgreementFloor, Evidence, Floor, Margin, Pairs, Sample, Sentinel, Sequence, TrueFloor, Unit,
    Watched, agree, canary, compare, compare_units, corrected, gate, more, promise,
    units_not_worse, watch,
};

/// Values that repeat after a while, nine tenths of them 1.
fn values(n: usize) -> Vec<f64> {
    (0..n).map(|i| if i * 7 % 10 == 0 { (i * 13 % 17) as f64 / 17.0 } else { 1.0 }).collect()
}

fn units(n: usize) -> Vec<Unit> {
    let arm = |i: usize| if i.is_multiple_of(2) { Arm::First } else { Arm::Second };
    values(n).into_iter().enumerate().map(|(i, value)| Unit { arm: arm(i), value }).collect()
}

fn questions(c: &mut Criterion) {
    let floor = Floor::at(0.9);
    let counts = Sample::Counts { successes: 890, n: 1000 };
    let scores = Sample::Values(values(1000));
    let pairs = Pairs::Counts { wins: 80, losses: 60, ties: 860 };
    let (stream, live) = (values(5000), units(2000));
    let runs: Vec<Vec<f64>> =
        (0..30).map(|run| (0..50).map(|i| ((i + run) % 3) as f64 * 0.1 - 0.1).collect()).collect();
    let part = |k| Part::counts(k, 100).expect("a part of the whole");
    let strata: Vec<Stratum> =
        (0..20).map(|i| Stratum { offline: part(60 + i), online: part(50 + i) }).collect();
    let offline: Vec<f64> = (0..20).map(|i| f64::from(i * 7 % 20)).collect();
    let online: Vec<f64> = (0..20).map(|i| f64::from(i * 3 % 20)).collect();
    let (margin, watched) = (Margin::of(0.02), Watched::below(0.9, 5000.0));

    c.bench_function("gate, 1000 booleans", |b| b.iter(|| gate(black_box(&counts), &floor)));
    c.bench_function("gate, 1000 scores", |b| b.iter(|| gate(black_box(&scores), &floor)));
    c.bench_function("promise, 1000 booleans", |b| {
        b.iter(|| promise(black_box(&counts), Some(0.9), 0.05, 0.02))
    });
    c.bench_function("more, 1000 booleans", |b| b.iter(|| more(black_box(&counts), &floor)));
    c.bench_function("compare, 1000 pairs", |b| b.iter(|| compare(black_box(&pairs), &margin)));
    c.bench_function("compare_units, 2000 units", |b| {
        b.iter(|| compare_units(black_box(&live), &margin));
    });
    c.bench_function("units_not_worse, 2000 units", |b| {
        b.iter(|| units_not_worse(black_box(&live), &margin));
    });
    c.bench_function("watch, 5000 observations and a reading", |b| {
        b.iter(|| watch(Sequence::Values(black_box(&stream)), &watched));
    });
    c.bench_function("canary, 30 runs of 50 items", |b| {
        b.iter(|| canary(black_box(&runs), &Sentinel::default()));
    });
    c.bench_function("offline_online_gap, 20 topics", |b| {
        b.iter(|| offline_online_gap(black_box(&strata), 0.95));
    });
    c.bench_function("rank_agreement, 20 launches", |b| {
        b.iter(|| rank_agreement(black_box(&offline), &online, &RankQuestion::default()));
    });
}

fn judges_and_people(c: &mut Criterion) {
    let gold = Cells { yes_yes: 78, yes_no: 4, no_yes: 6, no_no: 12 };
    let drawn = Evidence::Drawn {
        gold: Gold::Cells(gold),
        unlabelled: Sample::Counts { successes: 3300, n: 4000 },
    };
    let elsewhere = Evidence::Elsewhere { calibration: gold, yes: 3300, n: 4000 };
    let floor = TrueFloor::at(0.85);
    c.bench_function("corrected, 100 labels and 4000 scores", |b| {
        b.iter(|| corrected(black_box(&drawn), &floor))
    });
    c.bench_function("corrected, labels from elsewhere", |b| {
        b.iter(|| corrected(black_box(&elsewhere), &floor))
    });
    let units: Vec<Vec<Option<f64>>> = (0..200)
        .map(|unit| {
            (0..3).map(|rater| Some(f64::from(u8::from((unit * 7 + rater) % 9 != 0)))).collect()
        })
        .collect();
    let ratings = Ratings::new(&units).expect("every unit lists three raters");
    let question = AgreementFloor::usual(Level::Nominal, 1);
    c.bench_function("agree, 200 items, 3 people, 2000 resamples", |b| {
        b.iter(|| agree(black_box(&ratings), &question))
    });
    let mut latencies = values(5000);
    latencies.sort_unstable_by(f64::total_cmp);
    c.bench_function("quantile, 5000 latencies", |b| {
        b.iter(|| quantile_bounds(black_box(&latencies), 0.95, 0.1))
    });
}

fn updates(c: &mut Criterion) {
    let observations = values(10_000);
    let units = units(10_000);
    let differences = values(50).into_iter().map(|x| x - 0.9).collect::<Vec<_>>();
    let mut group = c.benchmark_group("updates");
    group.throughput(Throughput::Elements(10_000));
    let controls = [("run length", Control::RunLength(1e9)), ("lifetime", Control::Lifetime(1e-9))];
    for (name, control) in controls {
        let question = Detection { control, ..Detection::below(0.9, 1.0) };
        let mut detector = Detector::new(&question).expect("a valid question");
        group.bench_function(format!("detector, {name}"), |b| {
            b.iter(|| {
                for x in black_box(&observations) {
                    black_box(detector.observe(*x)).expect("a value in [0, 1]");
                }
            });
        });
    }
    let betting = Betting::new(0.9, 0.02).expect("a valid floor");
    let mut stream = Stream::new(betting).expect("a floor inside (0, 1)");
    group.bench_function("e-process", |b| {
        b.iter(|| {
            for x in black_box(&observations) {
                stream.observe(*x).expect("a value in [0, 1]");
            }
        });
    });
    let mut live = LiveComparison::new(&Margin::of(0.0)).expect("a valid margin");
    group.bench_function("live comparison, units", |b| {
        b.iter(|| {
            for unit in black_box(&units) {
                black_box(live.push(*unit)).expect("a value in [0, 1]");
            }
        });
    });
    let mut lond = Lond::new(0.05, Series::Slow).expect("a valid alpha");
    group.bench_function("e-LOND", |b| {
        b.iter(|| {
            for x in black_box(&observations) {
                black_box(lond.claims_e(*x)).expect("a number");
            }
        });
    });
    group.throughput(Throughput::Elements(50));
    let mut canary =
        Canary::resume(&Sentinel::default(), CanaryState::default()).expect("a valid question");
    group.bench_function("canary, items", |b| b.iter(|| canary.run(black_box(&differences))));
    group.finish();
}

criterion_group! {
    name = all;
    config = Criterion::default()
        .without_plots()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1));
    targets = questions, judges_and_people, updates
}
criterion_main!(all);
