//! Reference values and claims of `karat_stats::betting`.

use karat_stats::betting::{
    Betting, Boundary, Observations, Side, Stream, operating_characteristics,
};
use karat_stats::wilson::wilson;
use proptest::prelude::*;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

use crate::vectors;

const ALPHA: f64 = 0.05;

fn betting(tau: f64) -> Betting {
    Betting::new(tau, 0.02).expect("a valid threshold")
}

fn operating(tau: f64, rate: f64, n_max: u64) -> karat_stats::betting::Operating {
    let boundary = betting(tau).boundary(ALPHA, ALPHA, n_max).expect("a valid boundary");
    operating_characteristics(&boundary, rate).expect("a valid rate")
}

#[test]
fn evidence_and_bounds_equal_the_reference() {
    for case in vectors::read("betting_mixture") {
        let (tau, min_gap, alpha) = (case.f("tau"), case.f("min_gap"), case.f("alpha_each_side"));
        let bets = Betting::new(tau, min_gap).unwrap();
        let sample = Observations::values(&case.list("x")).unwrap();
        case.assert("log_e_pass", bets.log_e(Side::Above, &sample, tau).unwrap());
        case.assert("log_e_fail", bets.log_e(Side::Below, &sample, tau).unwrap());
        case.assert("cs90_lo", bets.lower(&sample, alpha).unwrap());
        case.assert("cs90_hi", bets.upper(&sample, alpha).unwrap());
        for (side, name) in [(Side::Above, "grid_plus"), (Side::Below, "grid_minus")] {
            for (ours, reference) in bets.bets(side).iter().zip(case.list(name)) {
                assert!((ours - reference).abs() < 1e-12);
            }
        }
    }
}

#[test]
fn streaming_gives_the_evidence_of_the_whole_sample() {
    for case in vectors::read("betting_mixture") {
        let bets = Betting::new(case.f("tau"), case.f("min_gap")).unwrap();
        let mut stream = Stream::new(bets).unwrap();
        for x in case.list("x") {
            stream.observe(x).unwrap();
        }
        case.assert("log_e_pass", stream.log_e(Side::Above));
        case.assert("log_e_fail", stream.log_e(Side::Below));
        assert!(stream.p_value(Side::Above) <= (-stream.log_e(Side::Above)).exp().min(1.0));
    }
}

#[test]
fn operating_characteristics_equal_the_reference() {
    for case in vectors::read("gate_operating_characteristics") {
        let bets = Betting::new(case.f("tau"), case.f("min_gap")).unwrap();
        let alpha = case.f("alpha");
        let boundary = bets.boundary(alpha, alpha, case.n("N")).unwrap();
        let found = operating_characteristics(&boundary, case.f("p")).unwrap();
        case.assert("p_pass", found.pass);
        case.assert("p_fail", found.fail);
        assert!((found.expected_n - case.expected("ET")).abs() < 1e-6);
        assert_eq!(found.median_n, case.output("p50").as_u64());
        assert_eq!(found.p90_n, case.output("p90").as_u64());
        for (n, k) in case.output("k_pass_at").as_object().unwrap() {
            let n: usize = n.parse().unwrap();
            let expected = k.as_u64().filter(|&k| k <= n as u64);
            assert_eq!(boundary.pass[n], expected);
            assert_eq!(bets.pass_count(alpha, n as u64).unwrap(), expected);
        }
        for (n, k) in case.output("k_fail_at").as_object().unwrap() {
            let n: usize = n.parse().unwrap();
            assert_eq!(boundary.fail[n], k.as_u64());
            assert_eq!(bets.fail_count(alpha, n as u64).unwrap(), k.as_u64());
        }
    }
}

#[test]
fn at_the_threshold_false_verdicts_stay_below_alpha_exactly() {
    let reference =
        [(0.5, 0.039, 0.039), (0.8, 0.045, 0.039), (0.9, 0.0475, 0.033), (0.95, 0.0493, 0.029)];
    for (tau, pass, fail) in reference {
        let found = operating(tau, tau, 3000);
        assert!(found.pass <= ALPHA && found.fail <= ALPHA, "{tau}: {found:?}");
        assert!((found.pass - pass).abs() < 0.001, "{tau}: {found:?}");
        assert!((found.fail - fail).abs() < 0.001, "{tau}: {found:?}");
    }
}

#[test]
fn expected_samples_stay_below_the_bars() {
    let bars = [
        (0.9, 0.95, 206.0),
        (0.9, 0.98, 76.0),
        (0.9, 1.0, 44.0),
        (0.9, 0.93, 620.0),
        (0.9, 0.85, 330.0),
        (0.9, 0.80, 93.0),
        (0.8, 0.85, 425.0),
        (0.8, 0.90, 103.0),
        (0.8, 0.75, 535.0),
        (0.5, 0.55, 763.0),
        (0.95, 0.99, 137.0),
    ];
    for (tau, rate, bar) in bars {
        let found = operating(tau, rate, 20_000);
        assert!(found.expected_n <= bar, "tau {tau} rate {rate}: {found:?}");
        assert!((found.pass + found.fail - 1.0).abs() < 1e-3, "tau {tau} rate {rate}: {found:?}");
    }
}

#[test]
fn peeking_at_a_wilson_interval_gives_many_false_verdicts() {
    // The same harness on the naive method: it has teeth only if it finds more than a quarter.
    for tau in [0.8, 0.9, 0.95] {
        let bounds = |k: u64, n: u64| wilson(k, n, 0.9).expect("a valid rate");
        let (mut fewest, mut failures) = (1, 1);
        let mut boundary = Boundary { pass: vec![None], fail: vec![None] };
        for n in 1..=3000_u64 {
            while fewest <= n && bounds(fewest, n).lower <= tau {
                fewest += 1;
            }
            while failures <= n && bounds(n - failures, n).upper >= tau {
                failures += 1;
            }
            boundary.pass.push((fewest <= n).then_some(fewest));
            boundary.fail.push(n.checked_sub(failures));
        }
        let found = operating_characteristics(&boundary, tau).unwrap();
        assert!(found.pass + found.fail > 0.25, "{tau}: {found:?}");
    }
}

/// Streams of values with mean `tau`, watched after every observation: shares that ever pass and ever fail.
fn false_verdicts(tau: f64, runs: u32, n: u32, draw: impl Fn(f64) -> f64) -> (f64, f64) {
    let mut random = ChaCha12Rng::seed_from_u64(20);
    let (mut passes, mut fails) = (0, 0);
    for _ in 0..runs {
        let mut stream = Stream::new(betting(tau)).expect("a valid threshold");
        for _ in 0..n {
            let uniform = (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
            stream.observe(draw(uniform)).expect("a valid value");
        }
        passes += u32::from(stream.p_value(Side::Above) <= ALPHA);
        fails += u32::from(stream.p_value(Side::Below) <= ALPHA);
    }
    (f64::from(passes) / f64::from(runs), f64::from(fails) / f64::from(runs))
}

#[test]
fn graded_values_at_the_threshold_rarely_get_a_verdict() {
    let three_points = |u: f64| {
        if u < 0.05 {
            0.0
        } else if u < 0.35 {
            0.5
        } else {
            1.0
        }
    };
    let power = |u: f64| u.powf(1.0 / 4.0);
    let bar = 0.05 + 3.0 * (0.05_f64 * 0.95 / 1000.0).sqrt();
    for (pass, fail) in
        [false_verdicts(0.8, 1000, 1000, three_points), false_verdicts(0.8, 1000, 1000, power)]
    {
        assert!(pass <= bar && fail <= bar, "{pass} {fail}");
        assert!(pass + fail > 0.0, "the simulation decides nothing");
    }
}

#[test]
fn the_first_all_pass_verdicts_come_where_the_specification_says() {
    for (tau, n) in [(0.9, 44), (0.8, 22), (0.95, 80), (0.5, 8)] {
        assert_eq!(betting(tau).pass_count(ALPHA, n).unwrap(), Some(n));
        assert_eq!(betting(tau).pass_count(ALPHA, n - 1).unwrap(), None);
    }
}

#[test]
fn thresholds_and_error_rates_out_of_range_are_refused() {
    let (bets, sample) = (betting(0.9), Observations::counts(5, 9).unwrap());
    for bad in [-0.1, 1.1, f64::NAN] {
        assert!(bets.log_e(Side::Above, &sample, bad).is_err());
        assert!(bets.lower(&sample, bad).is_err() && bets.upper(&sample, bad).is_err());
        assert!(bets.boundary(bad, ALPHA, 10).is_err() && Betting::new(bad, 0.02).is_err());
        assert!(Betting::new(0.9, bad).is_err());
        assert!(Stream::new(bets.clone()).unwrap().observe(bad).is_err());
    }
    assert!(Stream::new(betting(1.0)).is_err());
}

#[test]
fn a_grid_without_headroom_starts_at_one_half() {
    for tau in [1.0, 0.99] {
        assert!((betting(tau).bets(Side::Above)[0] - 0.5).abs() < 1e-12);
    }
}

#[test]
fn many_distinct_values_are_rounded_against_both_claims() {
    let values: Vec<f64> = (0..6000).map(|i| 0.7 + 0.3 * f64::from(i) / 6000.0).collect();
    let (bets, rounded) = (betting(0.8), Observations::values(&values).unwrap());
    let down: Vec<f64> = values.iter().map(|x| (x * 4096.0).floor() / 4096.0).collect();
    let up: Vec<f64> = values.iter().map(|x| (x * 4096.0).ceil() / 4096.0).collect();
    let (down, up) = (Observations::values(&down).unwrap(), Observations::values(&up).unwrap());
    assert!(
        (bets.lower(&rounded, ALPHA).unwrap() - bets.lower(&down, ALPHA).unwrap()).abs() < 1e-10
    );
    assert!((bets.upper(&rounded, ALPHA).unwrap() - bets.upper(&up, ALPHA).unwrap()).abs() < 1e-10);
}

#[test]
fn the_boundary_table_is_the_verdict_at_every_count() {
    let bets = betting(0.9);
    let boundary = bets.boundary(ALPHA, 0.025, 400).unwrap();
    for n in 0..=400_u64 {
        for k in 0..=n {
            let sample = Observations::counts(k, n).unwrap();
            let passes = bets.log_e(Side::Above, &sample, 0.9).unwrap() >= -ALPHA.ln();
            let fails = bets.log_e(Side::Below, &sample, 0.9).unwrap() >= -0.025_f64.ln();
            assert_eq!(passes, boundary.pass[n as usize].is_some_and(|fewest| k >= fewest));
            assert_eq!(fails, boundary.fail[n as usize].is_some_and(|most| k <= most));
        }
    }
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![Just(0.0), Just(1.0), Just(0.5), 0.0..=1.0_f64];
    prop::collection::vec(value, 0..60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn bounds_enclose_the_mean_and_widen_with_confidence(x in values(), tau in 0.0..=1.0_f64, gap in 0.001..0.5_f64) {
        let (bets, sample) = (Betting::new(tau, gap).unwrap(), Observations::values(&x).unwrap());
        let mean = sample.mean().unwrap_or(0.5);
        let (lower, upper) = (bets.lower(&sample, 0.05).unwrap(), bets.upper(&sample, 0.05).unwrap());
        prop_assert!((0.0..=mean).contains(&lower) && (mean..=1.0).contains(&upper));
        prop_assert!(bets.lower(&sample, 0.01).unwrap() <= lower + 1e-10);
        prop_assert!(bets.upper(&sample, 0.01).unwrap() >= upper - 1e-10);
    }

    #[test]
    fn repeating_a_sample_narrows_the_bounds(x in values(), tau in 0.05..0.95_f64) {
        let bets = betting(tau);
        let ten: Vec<f64> = x.iter().copied().cycle().take(10 * x.len()).collect();
        let (once, tenfold) = (Observations::values(&x).unwrap(), Observations::values(&ten).unwrap());
        prop_assert!(bets.lower(&tenfold, 0.05).unwrap() >= bets.lower(&once, 0.05).unwrap() - 1e-10);
        prop_assert!(bets.upper(&tenfold, 0.05).unwrap() <= bets.upper(&once, 0.05).unwrap() + 1e-10);
    }

    #[test]
    fn swapping_success_and_failure_mirrors_the_bounds(x in values(), tau in 0.05..0.95_f64) {
        let mirrored: Vec<f64> = x.iter().map(|x| 1.0 - x).collect();
        let (sample, mirror) = (Observations::values(&x).unwrap(), Observations::values(&mirrored).unwrap());
        let lower = betting(tau).lower(&sample, 0.05).unwrap();
        prop_assert!((lower - (1.0 - betting(1.0 - tau).upper(&mirror, 0.05).unwrap())).abs() < 1e-8);
    }

    #[test]
    fn order_does_not_matter(x in values(), tau in 0.05..0.95_f64) {
        let reversed: Vec<f64> = x.iter().rev().copied().collect();
        let (a, b) = (Observations::values(&x).unwrap(), Observations::values(&reversed).unwrap());
        prop_assert_eq!(betting(tau).log_e(Side::Above, &a, tau).unwrap(), betting(tau).log_e(Side::Above, &b, tau).unwrap());
    }

    #[test]
    fn evidence_falls_as_the_threshold_rises(x in values(), tau in 0.05..0.95_f64, a in 0.0..=1.0_f64, b in 0.0..=1.0_f64) {
        let (bets, sample) = (betting(tau), Observations::values(&x).unwrap());
        let (low, high) = (a.min(b), a.max(b));
        prop_assert!(bets.log_e(Side::Above, &sample, low).unwrap() >= bets.log_e(Side::Above, &sample, high).unwrap() - 1e-9);
        prop_assert!(bets.log_e(Side::Below, &sample, low).unwrap() <= bets.log_e(Side::Below, &sample, high).unwrap() + 1e-9);
    }
}
