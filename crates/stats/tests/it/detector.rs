//! Reference values and claims of `karat_stats::detector`, `since_event`, `change` and the yardstick `cusum`.

use karat_stats::betting::{Betting, Observations, Side};
use karat_stats::change::Recent;
use karat_stats::cusum::Cusum;
use karat_stats::detector::{Control, Detection, Detector, DetectorState};
use karat_stats::since_event::{SinceEvent, SinceEventState};
use proptest::prelude::*;

use crate::vectors;

const NEVER: f64 = 1e100;

#[test]
fn evidence_and_alarms_equal_the_reference() {
    for case in vectors::read("edetector_cusum").iter().filter(|case| !case.input("x").is_null()) {
        let question = Detection::below(case.f("m0"), 1000.0);
        let betting = question.betting().unwrap();
        for (ours, reference) in betting.bets(Side::Below).iter().zip(case.list("grid")) {
            assert!((ours - reference).abs() < 1e-12);
        }
        let mut detector = Detector::new(&question).unwrap();
        let (mut path, mut alarm) = (Vec::new(), None);
        for (i, x) in case.list("x").into_iter().enumerate() {
            if detector.observe(x).unwrap() {
                alarm = alarm.or(Some(i as u64 + 1));
            }
            path.push(detector.log_evidence());
        }
        case.assert("log_sr_last", detector.log_evidence());
        assert_eq!(alarm, case.output("alarm_sr_1000").as_u64());
        // The reference holds ten points of the path, evenly spaced from the first one on.
        let reference = case.output("log_sr").as_array().unwrap();
        let step = path.len() / reference.len();
        for (i, value) in reference.iter().enumerate() {
            assert!((path[i * step] - value.as_f64().unwrap()).abs() < 1e-8, "{i}");
        }
    }
}

#[test]
fn run_lengths_of_the_yardstick_equal_the_reference() {
    for case in vectors::read("edetector_cusum").iter().filter(|case| case.input("x").is_null()) {
        let (before, after) = (case.f("p0"), case.f("p1"));
        let cusum = Cusum::new(before, after, case.f("h")).unwrap();
        case.assert("arl0", cusum.average_run_length(before).unwrap());
        case.assert("arl1", cusum.average_run_length(after).unwrap());
    }
}

#[test]
fn a_yardstick_that_sees_no_failure_never_alarms() {
    let mut cusum = Cusum::new(0.9, 0.8, 4.0).unwrap();
    assert_eq!(cusum.average_run_length(1.0).unwrap(), f64::INFINITY);
    assert_eq!(cusum.average_run_length(0.0).unwrap(), 6.0);
    let alarm = (1..=10).find(|_| cusum.observe(false));
    assert_eq!(alarm, Some(6));
    assert!(Cusum::new(0.8, 0.9, 4.0).is_err() && Cusum::new(1.0, 0.9, 4.0).is_err());
    assert!(Cusum::new(0.9, 0.8, 0.0).is_err());
}

#[test]
fn nothing_seen_is_no_evidence_and_a_reset_is_nothing_seen() {
    let question = Detection::below(0.9, 1.0);
    let fresh = Detector::new(&question).unwrap();
    assert!(!fresh.alarms());
    assert_eq!(fresh.log_evidence(), f64::NEG_INFINITY);
    let mut used = fresh.clone();
    for _ in 0..100 {
        used.observe(0.0).unwrap();
    }
    assert!(used.alarms());
    used.reset();
    assert_eq!(used, fresh);
}

#[test]
fn each_further_stream_needs_its_share_of_evidence() {
    let one = Detection::below(0.9, 5000.0);
    let ten = Detection { n_streams: 10, ..one };
    assert_eq!(ten.threshold().unwrap(), 10.0 * one.threshold().unwrap());
    let lifetime = Detection { control: Control::Lifetime(0.05), ..one };
    assert!((lifetime.threshold().unwrap() - 20.0).abs() < 1e-9);
}

#[test]
fn lifetime_evidence_is_the_weighted_sum_over_starts() {
    let question = Detection { control: Control::Lifetime(0.05), ..Detection::below(0.8, 1.0) };
    let betting = question.betting().unwrap();
    let xs = [1.0, 0.0, 0.25, 1.0, 0.0, 0.0, 0.7];
    let mut detector = Detector::new(&question).unwrap();
    for x in xs {
        detector.observe(x).unwrap();
    }
    let sum: f64 = (0..xs.len())
        .map(|start| {
            let since = Observations::values(&xs[start..]).unwrap();
            let k = start as f64 + 1.0;
            betting.log_e(Side::Below, &since, 0.8).unwrap().exp() / (k * (k + 1.0))
        })
        .sum();
    assert!((detector.log_evidence() - sum.ln()).abs() < 1e-12);
}

#[test]
fn a_lifetime_of_perfect_answers_never_alarms_and_a_collapse_does() {
    let question = Detection { control: Control::Lifetime(0.01), ..Detection::below(0.9, 1.0) };
    let mut detector = Detector::new(&question).unwrap();
    assert!((0..100_000).all(|_| !detector.observe(1.0).unwrap()));
    let alarm = (1..=100).find(|_| detector.observe(0.0).unwrap());
    assert!(alarm.is_some_and(|alarm| alarm < 30), "{alarm:?}");
}

#[test]
fn the_extremes_stay_finite() {
    for level in [f64::MIN_POSITIVE, 1e-9, 0.5, 1.0_f64.next_down()] {
        for x in [0.0, 1.0, 0.5] {
            let mut detector = Detector::new(&Detection::below(level, NEVER)).unwrap();
            for _ in 0..20_000 {
                detector.observe(x).unwrap();
            }
            assert!(detector.state().sums.iter().all(|sum| sum.is_finite() && *sum >= 0.0));
            assert!(Detector::resume(&Detection::below(level, NEVER), detector.state()).is_ok());
        }
    }
}

#[test]
fn questions_observations_and_states_out_of_range_are_refused() {
    for bad in [0.0, 1.0, -0.1, 1.1, f64::NAN] {
        assert!(Detector::new(&Detection::below(bad, 100.0)).is_err(), "{bad}");
    }
    for bad in [0.0, 0.5, f64::NAN, f64::INFINITY, -3.0] {
        assert!(Detector::new(&Detection::below(0.9, bad)).is_err(), "{bad}");
        let control = Control::Lifetime(if bad > 0.4 && bad < 0.6 { 0.6 } else { bad });
        assert!(Detector::new(&Detection { control, ..Detection::below(0.9, 1.0) }).is_err());
    }
    let none = Detection { n_streams: 0, ..Detection::below(0.9, 100.0) };
    assert!(Detector::new(&none).is_err());
    let question = Detection::below(0.9, 100.0);
    for bad in [f64::NAN, f64::INFINITY, -1.0] {
        let state = DetectorState { sums: [bad; 12], n: 1 };
        assert!(Detector::resume(&question, state).is_err());
        assert!(Detector::new(&question).unwrap().observe(bad).is_err());
        assert!(Recent::keeping(3).observe(bad).is_err());
        let state = SinceEventState { log_wealth: [bad; 12], n: 1 };
        assert_eq!(
            SinceEvent::resume(question.betting().unwrap(), state).is_err(),
            !bad.is_finite()
        );
    }
}

#[test]
fn the_change_is_dated_to_where_the_fall_begins() {
    let mut recent = Recent::keeping(500);
    let betting = Betting::new(0.9, 0.02).unwrap();
    assert_eq!(recent.change(&betting, 0.05).unwrap(), None);
    for _ in 0..1000 {
        recent.observe(1.0).unwrap();
    }
    assert_eq!(recent.change(&betting, 0.05).unwrap(), None);
    for i in 0..60 {
        recent.observe(f64::from(i % 2)).unwrap();
    }
    let change = recent.change(&betting, 0.05).unwrap().unwrap();
    assert_eq!((change.n, change.mean), (60, 0.5));
    assert!(change.interval.contains(0.5) && change.interval.upper < 0.9);
    assert_eq!(recent.values().len(), 500);
}

#[test]
fn a_change_older_than_what_is_kept_is_dated_to_the_oldest() {
    let mut recent = Recent::keeping(40);
    for _ in 0..100 {
        recent.observe(0.3).unwrap();
    }
    let betting = Betting::new(0.9, 0.02).unwrap();
    assert_eq!(recent.change(&betting, 0.05).unwrap().unwrap().n, 40);
    let mut nothing = Recent::keeping(0);
    nothing.observe(0.0).unwrap();
    assert_eq!(nothing.change(&betting, 0.05).unwrap(), None);
}

fn values() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![Just(0.0), Just(1.0), Just(0.5), 0.0..=1.0_f64];
    prop::collection::vec(value, 0..80)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_evidence_is_the_sum_over_starts(x in values(), level in 0.05..0.95_f64) {
        let question = Detection::below(level, NEVER);
        let (mut detector, betting) = (Detector::new(&question).unwrap(), question.betting().unwrap());
        for x in &x {
            detector.observe(*x).unwrap();
        }
        let since = |start| betting.log_e(Side::Below, &Observations::values(&x[start..]).unwrap(), level).unwrap();
        let sum: f64 = (0..x.len()).map(|start| since(start).exp()).sum();
        prop_assert!((detector.log_evidence() - sum.ln()).abs() < 1e-9 || x.is_empty());
    }

    #[test]
    fn stopping_and_resuming_changes_nothing(x in values(), cut in 0..80_usize, level in 0.05..0.95_f64) {
        let question = Detection::below(level, 50.0);
        let mut whole = Detector::new(&question).unwrap();
        let mut resumed = whole.clone();
        for (i, x) in x.iter().enumerate() {
            if i == cut {
                resumed = Detector::resume(&question, resumed.state()).unwrap();
            }
            whole.observe(*x).unwrap();
            resumed.observe(*x).unwrap();
        }
        prop_assert_eq!(whole, resumed);
    }

    #[test]
    fn a_worse_stream_has_no_less_evidence(x in values(), level in 0.05..0.95_f64) {
        let question = Detection::below(level, NEVER);
        let (mut better, mut worse) = (Detector::new(&question).unwrap(), Detector::new(&question).unwrap());
        for x in &x {
            better.observe(*x).unwrap();
            worse.observe(x * 0.9).unwrap();
            prop_assert!(worse.log_evidence() >= better.log_evidence() - 1e-12);
        }
    }

    #[test]
    fn the_process_since_an_event_is_the_evidence_of_the_sample(x in values(), level in 0.05..0.95_f64) {
        let betting = Betting::new(level, 0.02).unwrap();
        let mut process = SinceEvent::resume(betting.clone(), SinceEventState::default()).unwrap();
        prop_assert_eq!(process.log_e(), 0.0);
        for x in &x {
            process.observe(*x).unwrap();
        }
        let sample = Observations::values(&x).unwrap();
        prop_assert!((process.log_e() - betting.log_e(Side::Below, &sample, level).unwrap()).abs() < 1e-9);
    }
}
