//! Weighted means: evenly drawn they are Wilson's, unevenly drawn they are right about what was not drawn.

use karat_stats::Interval;
use karat_stats::newcombe::newcombe;
use karat_stats::weighted::{Drawn, difference, weighted};
use karat_stats::wilson::wilson;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

fn even(successes: u64, n: u64, chance: f64) -> Vec<Drawn> {
    (0..n).map(|i| Drawn { value: f64::from(u8::from(i < successes)), chance }).collect()
}

#[test]
fn evenly_drawn_it_is_wilsons_whatever_the_chance() {
    for (successes, n) in [(0, 1), (7, 10), (84, 100), (100, 100)] {
        for chance in [1.0, 0.05, 1e-9] {
            let found = weighted(&even(successes, n, chance), 0.95).unwrap().unwrap();
            let known = wilson(successes, n, 0.95).unwrap();
            assert!((found.interval.lower - known.lower).abs() < 1e-9, "{found:?} {known:?}");
            assert!((found.interval.upper - known.upper).abs() < 1e-9, "{found:?} {known:?}");
            assert!((found.n_effective - n as f64).abs() < 1e-6);
        }
    }
}

#[test]
fn nothing_drawn_says_nothing_and_odd_chances_are_refused() {
    assert_eq!(weighted(&[], 0.95).unwrap(), None);
    for (value, chance) in [(1.1, 0.5), (0.5, 0.0), (0.5, 1.1), (0.5, f64::NAN)] {
        assert!(weighted(&[Drawn { value, chance }], 0.95).is_err());
    }
}

/// Two kinds of requests, drawn with 0.5 and 0.05: the interval holds for the mean over all of them.
#[test]
fn the_interval_covers_the_mean_over_what_was_not_drawn() {
    const RUNS: u32 = 1000;
    let mut dice = ChaCha12Rng::seed_from_u64(5);
    let mut next = move || f64::from(dice.next_u32()) / 4_294_967_296.0;
    let mut covered = 0;
    for _ in 0..RUNS {
        let mut drawn = Vec::new();
        let mut sum = 0.0;
        for i in 0..2000 {
            let (chance, rate) = if i % 2 == 0 { (0.5, 0.9) } else { (0.05, 0.6) };
            let value = f64::from(u8::from(next() < rate));
            sum += value;
            if next() < chance {
                drawn.push(Drawn { value, chance });
            }
        }
        let found = weighted(&drawn, 0.95).unwrap().unwrap();
        let naive = drawn.iter().map(|one| one.value).sum::<f64>() / drawn.len() as f64;
        assert!(naive > 0.8, "the unweighted mean is wrong: {naive}");
        covered +=
            u32::from((found.interval.lower..=found.interval.upper).contains(&(sum / 2000.0)));
    }
    let share = f64::from(covered) / f64::from(RUNS);
    assert!(share >= 0.95 - 3.0 * (0.95 * 0.05 / f64::from(RUNS)).sqrt(), "{share}");
}

#[test]
fn the_difference_of_two_shares_is_newcombes() {
    let of = |k: u64, n: u64| (k as f64 / n as f64, wilson(k, n, 0.95).unwrap());
    let (between, interval) = difference(of(91, 100), of(420, 500));
    let known = newcombe((420, 500), (91, 100), 0.95).unwrap().interval;
    assert!((between + 0.07).abs() < 1e-9);
    assert!((interval.lower - known.lower).abs() < 1e-9, "{interval:?} {known:?}");
    assert!((interval.upper - known.upper).abs() < 1e-9, "{interval:?} {known:?}");
    let same = (0.5, Interval { lower: 0.5, upper: 0.5 });
    assert_eq!(difference(same, same), (0.0, Interval { lower: 0.0, upper: 0.0 }));
}
