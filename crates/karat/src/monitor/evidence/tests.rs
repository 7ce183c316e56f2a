//! The promises of the watch, on seeded streams through the same type that production uses.

use super::super::plan::{Goal, level};
use super::super::trail::{Asked, Origin};
use super::*;

/// A small generator with a fixed seed: as random as these tests need.
struct Dice(u64);

impl Dice {
    fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03)
    }

    /// splitmix64, as a number in [0, 1).
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn right(&mut self, rate: f64) -> f64 {
        f64::from(u8::from(self.next() < rate))
    }
}

fn stream() -> Stream {
    let metric = Metric::Score("right".into());
    Stream { feature: "ask".into(), variant: Some("mini".into()), metric }
}

fn question(demanded: f64, run_length: f64, n_metrics: u32) -> Question {
    let goal = Goal { level: level(demanded), limit: None, why: String::new(), is_demanded: true };
    Question { aim: Aim::Goal(goal), run_length, n_metrics }
}

fn seen(at_ms: i64, raw: f64, served: &str) -> Observation<'_> {
    let origin = Origin { served: Some(served), ..Origin::default() };
    let asked = Asked::default();
    Observation { at_ms, raw, origin, asked, instrument: None, simulated: false }
}

/// After how many observations a stream falls; `None` if it does not within `most`.
fn falls(rate: impl Fn(u64) -> f64, question: &Question, seed: u64, most: u64) -> Option<u64> {
    let (mut streams, mut dice) = (Streams::default(), Dice::new(seed));
    (1..=most).find(|n| {
        let value = dice.right(rate(*n));
        let found = streams.add(&stream(), question, &seen(n.cast_signed(), value, "m"));
        matches!(found, Some(Found::Fell(_)))
    })
}

/// A thousand streams at their level, watched for as long as the promise is about (STATS 3.1, D1).
#[test]
fn a_thousand_streams_at_their_level_raise_no_more_alarms_than_promised() {
    const STREAMS: u64 = 1000;
    for (run_length, n_metrics) in [(1000.0, 1), (250.0, 4)] {
        let question = question(0.9, run_length, n_metrics);
        // The mean time to the first alarm is at least this; cut at four times it, the mean can only be smaller.
        let promised = run_length * f64::from(n_metrics);
        let most = 4 * promised as u64;
        let times: Vec<f64> = (0..STREAMS)
            .map(|seed| falls(|_| 0.9, &question, seed, most).unwrap_or(most) as f64)
            .collect();
        let mean = times.iter().sum::<f64>() / STREAMS as f64;
        let variance =
            times.iter().map(|time| (time - mean).powi(2)).sum::<f64>() / (STREAMS - 1) as f64;
        let error = (variance / STREAMS as f64).sqrt();
        assert!(mean + 3.0 * error >= promised, "{mean} ± {error} for {promised}");
    }
}

/// .90 to .85 after 500 observations, A = 5000: a mean delay of 273, 90 of 100 within 532 (STATS 3.1, D2).
#[test]
fn a_silent_loss_of_five_points_is_found_as_soon_as_the_design_says() {
    const STREAMS: u64 = 1000;
    const CHANGE: u64 = 500;
    let question = question(0.9, 5000.0, 1);
    let rate = |n: u64| if n <= CHANGE { 0.9 } else { 0.85 };
    let found = (0..STREAMS).filter_map(|seed| falls(rate, &question, seed, 20_000));
    let mut delays: Vec<f64> = found.filter(|n| *n > CHANGE).map(|n| (n - CHANGE) as f64).collect();
    assert!(delays.len() > 900, "{} of {STREAMS}: the others alarmed before", delays.len());
    delays.sort_by(f64::total_cmp);
    let n = delays.len() as f64;
    let mean = delays.iter().sum::<f64>() / n;
    let variance = delays.iter().map(|delay| (delay - mean).powi(2)).sum::<f64>() / (n - 1.0);
    let error = (variance / n).sqrt();
    assert!(mean <= 273.0 + 3.0 * error, "mean delay {mean} ± {error}");
    // The share within 532 is nine of ten, with three standard errors of a share.
    let within = delays.iter().filter(|delay| **delay <= 532.0).count() as f64 / n;
    assert!(within >= 0.9 - 3.0 * (0.9 * 0.1 / n).sqrt(), "{within} within 532");
}

/// An event spends 0.05, shared by the metrics, beside the promise of the detector.
#[test]
fn after_a_thousand_changes_of_the_model_no_more_false_alarms_than_promised() {
    const STREAMS: u64 = 1000;
    const AFTER: u64 = 1500;
    for n_metrics in [1, 8] {
        let question = question(0.9, 1e9, n_metrics);
        let alarms = (0..STREAMS)
            .filter(|seed| {
                let (mut streams, mut dice) = (Streams::default(), Dice::new(*seed));
                (0..AFTER).any(|n| {
                    let served = if n < 100 { "m-1" } else { "m-2" };
                    let seen = seen(n.cast_signed(), dice.right(0.9), served);
                    streams.add(&stream(), &question, &seen).is_some()
                })
            })
            .count() as f64;
        let promised = 0.05 / f64::from(n_metrics);
        let error = (promised * (1.0 - promised) / STREAMS as f64).sqrt();
        let share = alarms / STREAMS as f64;
        assert!(share <= promised + 3.0 * error, "{share} for {promised}");
    }
}

#[test]
fn a_fall_names_its_beginning_and_a_new_model_finds_it_sooner() {
    let question = question(0.9, 90_000.0, 8);
    let find = |served: &dyn Fn(i64) -> &'static str| {
        let (mut streams, mut dice) = (Streams::default(), Dice::new(3));
        (0..5000).find_map(|n| {
            let rate = if n < 1000 { 0.97 } else { 0.75 };
            let seen = seen(n, dice.right(rate), served(n));
            match streams.add(&stream(), &question, &seen) {
                Some(Found::Fell(fall)) => Some(*fall),
                _ => None,
            }
        })
    };
    let silent = find(&|_| "m-1").unwrap();
    assert!((950..1050).contains(&silent.began_at_ms), "{silent:?}");
    assert!(silent.upper < 0.9 && silent.lower < silent.mean && silent.mean < silent.upper);
    assert_eq!(silent.until_ms - silent.began_at_ms + 1, silent.n.cast_signed());
    let told = find(&|n| if n < 1000 { "m-1" } else { "m-2" }).unwrap();
    assert!(told.until_ms < silent.until_ms, "{} {}", told.until_ms, silent.until_ms);
    assert_eq!(told.changes.len(), 1);
}

#[test]
fn without_a_level_a_stream_learns_one_and_is_held_against_it() {
    let question = Question { aim: Aim::Learn(200), run_length: 1000.0, n_metrics: 1 };
    let (mut streams, mut dice) = (Streams::default(), Dice::new(1));
    let mut learnt = None;
    let fell = (0..3000).find_map(|n| {
        let rate = if n < 1000 { 0.95 } else { 0.6 };
        match streams.add(&stream(), &question, &seen(n, dice.right(rate), "m")) {
            Some(Found::Learnt(_, baseline)) => {
                learnt = Some(baseline);
                None
            }
            Some(Found::Fell(fall)) => Some(fall),
            None => None,
        }
    });
    let (learnt, fell) = (learnt.unwrap(), fell.unwrap());
    assert_eq!((learnt.n, learnt.until_ms), (200, 199));
    assert!(fell.began_at_ms > 900 && !fell.goal.is_demanded, "{fell:?}");
    assert!((fell.goal.level - (learnt.lower - 0.02)).abs() < 1e-9);
}

#[test]
fn another_level_begins_anew_and_streams_stay_few() {
    let mut streams = Streams::default();
    for n in 0..1000 {
        let stream = Stream { variant: Some(n.to_string()), ..stream() };
        streams.add(&stream, &question(0.9, 1000.0, 1), &seen(0, 1.0, "m"));
    }
    assert_eq!(streams.len(), MOST_STREAMS);
    let mut streams = Streams::default();
    let add = |streams: &mut Streams, demanded: f64, n: i64| {
        streams.add(&stream(), &question(demanded, 1000.0, 1), &seen(n, 0.0, "m")).is_some()
    };
    let n_first = (1..100).find(|n| add(&mut streams, 0.9, *n)).unwrap();
    assert!((1..100).all(|n| !add(&mut streams, 0.9, n)), "an alarm is told once");
    assert!((1..n_first).all(|n| !add(&mut streams, 0.91, n)), "another level knows nothing");
    let edited = |n| Observation { instrument: Some("edited"), ..seen(n, 0.0, "m") };
    let question = question(0.91, 1000.0, 1);
    let n_again = (1..100).find(|n| streams.add(&stream(), &question, &edited(*n)).is_some());
    assert!(n_again.unwrap() >= n_first, "an edited scorer measures something else");
}
