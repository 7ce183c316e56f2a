//! Claims of `karat_stats::watch`: alarms, events, cursors and intervals.

use karat_stats::change::Recent;
use karat_stats::detector::Detection;
use karat_stats::watch::{Trigger, WatchState};
use karat_stats::{Sequence, Standing, Watch, Watched, watch};
use proptest::prelude::*;

fn question() -> Watched {
    Watched::below(0.9, 1000.0)
}

#[test]
fn an_empty_stream_stands_and_says_how_little_is_known() {
    let reading = watch(Sequence::Values(&[]), &question()).unwrap();
    assert_eq!((reading.standing, reading.alarm, reading.n), (Standing::NoAlarm, None, 0));
    assert_eq!((reading.mean, reading.change), (None, None));
    assert_eq!((reading.interval.lower, reading.interval.upper), (0.0, 1.0));
    assert_eq!(reading.log_evidence, f64::NEG_INFINITY);
}

#[test]
fn a_fall_is_found_dated_and_measured() {
    let mut stream = vec![1.0; 300];
    stream.extend((0..100).map(|i| f64::from(i % 2)));
    let reading = watch(Sequence::Values(&stream), &question()).unwrap();
    assert_eq!(reading.standing, Standing::Fallen);
    let alarm = reading.alarm.unwrap();
    assert!(alarm.at > 300 && alarm.at < 330 && alarm.by == Trigger::Detector, "{alarm:?}");
    assert_eq!(reading.change.unwrap().n, 100);
    assert_eq!((reading.n_recent, reading.mean), (100, Some(0.5)));
    assert!(reading.interval.upper < 0.9, "the interval is about what fell");
    assert_eq!(reading.method, "Shiryaev–Roberts e-detector");
}

#[test]
fn an_alarm_stays_open_until_it_is_reset() {
    let mut watch = Watch::new(&question()).unwrap();
    watch.observe(Sequence::Values(&[0.0; 50])).unwrap();
    let raised = watch.reading().unwrap();
    watch.observe(Sequence::Values(&[1.0; 500])).unwrap();
    let later = watch.reading().unwrap();
    assert_eq!((later.alarm, later.standing), (raised.alarm, Standing::Fallen));
    assert_eq!(later.log_evidence, raised.log_evidence);
    watch.reset();
    let after = watch.reading().unwrap();
    assert_eq!((after.standing, after.n, after.n_recent), (Standing::NoAlarm, 550, 0));
    assert_eq!(watch.state().n_before_reset, 550);
}

#[test]
fn a_known_event_finds_a_fall_sooner_than_waiting() {
    let detection = Detection::below(0.9, 100_000.0);
    let mut watch = Watch::new(&Watched { detection, alpha: 0.05 }).unwrap();
    watch.observe(Sequence::Values(&[1.0; 400])).unwrap();
    watch.event().unwrap();
    assert_eq!(watch.reading().unwrap().log_e_since_event, Some(0.0));
    watch.observe(Sequence::Values(&[1.0, 0.0, 0.0, 0.0, 1.0, 0.0])).unwrap();
    let reading = watch.reading().unwrap();
    assert_eq!(reading.alarm.unwrap().by, Trigger::Event);
    assert_eq!(reading.method, "betting e-process since the event");
}

#[test]
fn streams_that_share_a_promise_share_the_risk_of_an_event() {
    for n_streams in [1, 8, 1000] {
        let detection = Detection { n_streams, ..Detection::below(0.9, 1e12) };
        let mut watch = Watch::new(&Watched { detection, alpha: 0.05 }).unwrap();
        watch.event().unwrap();
        let needed = (f64::from(n_streams) / 0.05).ln();
        for _ in 0..100 {
            watch.observe(Sequence::Values(&[0.0])).unwrap();
            let reading = watch.reading().unwrap();
            let has_enough = reading.log_e_since_event.unwrap() >= needed;
            assert_eq!(reading.alarm.is_some(), has_enough, "{n_streams}: {reading:?}");
            if has_enough {
                break;
            }
        }
        assert_eq!(watch.reading().unwrap().alarm.unwrap().by, Trigger::Event);
    }
}

#[test]
fn a_stream_that_never_was_low_raises_no_alarm_however_short_the_run_length() {
    for x in [1.0, 0.95, 0.9] {
        let reading = watch(Sequence::Values(&[x; 300]), &Watched::below(0.9, 5.0)).unwrap();
        assert_eq!(reading.standing, Standing::NoAlarm, "{x}");
        assert!(reading.log_evidence > reading.log_needed, "{x}");
    }
}

#[test]
fn a_cluster_counts_once_and_an_empty_one_not_at_all() {
    let clusters = [vec![1.0, 0.0], vec![], vec![0.25; 1000]];
    let of_clusters = watch(Sequence::Clusters(&clusters), &question()).unwrap();
    assert_eq!(of_clusters, watch(Sequence::Values(&[0.5, 0.25]), &question()).unwrap());
}

#[test]
fn one_bad_value_leaves_the_watch_as_it_was() {
    let mut watch = Watch::new(&question()).unwrap();
    let before = watch.clone();
    assert!(watch.observe(Sequence::Values(&[0.5, f64::NAN])).is_err());
    assert!(watch.observe(Sequence::Clusters(&[vec![0.5], vec![0.0, 2.0]])).is_err());
    assert_eq!(watch, before);
    assert!(Watch::new(&Watched { alpha: 0.6, ..question() }).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn when_an_alarm_is_raised_the_interval_reaches_below_the_level(
        good in 0..300_usize,
        x in prop::collection::vec(prop_oneof![Just(0.0), 0.0..=1.0_f64], 0..60),
        level in 0.05..0.95_f64,
        run_length in 1.0..500.0_f64,
    ) {
        let mut watch = Watch::new(&Watched::below(level, run_length)).unwrap();
        watch.observe(Sequence::Values(&vec![1.0; good])).unwrap();
        for x in x {
            watch.observe(Sequence::Values(&[x])).unwrap();
            let reading = watch.reading().unwrap();
            if let Some(alarm) = reading.alarm {
                prop_assert_eq!(alarm.at, reading.n);
                prop_assert!(reading.interval.lower < level, "{:?}", reading);
                break;
            }
        }
    }

    #[test]
    fn reading_on_after_a_cursor_equals_reading_at_once(
        x in prop::collection::vec(prop_oneof![Just(0.0), Just(1.0), 0.0..=1.0_f64], 0..60),
        cut in 0..60_usize,
        level in 0.05..0.95_f64,
    ) {
        let question = Watched::below(level, 20.0);
        let cut = cut.min(x.len());
        let mut first = Watch::new(&question).unwrap();
        first.observe(Sequence::Values(&x[..cut])).unwrap();
        let mut recent = Recent::keeping(5000);
        for x in &x[..cut] {
            recent.observe(*x).unwrap();
        }
        let state: WatchState = first.state();
        prop_assert_eq!(state.n, cut as u64);
        let mut second = Watch::resume(&question, &state, recent).unwrap();
        second.observe(Sequence::Values(&x[cut..])).unwrap();
        let reading = second.reading().unwrap();
        prop_assert_eq!(reading, watch(Sequence::Values(&x), &question).unwrap());
        prop_assert_eq!(reading.standing == Standing::Fallen, reading.alarm.is_some());
        prop_assert!(reading.mean.is_none_or(|mean| reading.interval.contains(mean)));
        prop_assert!(reading.change.is_none_or(|change| change.mean < level && change.interval.contains(change.mean)));
    }
}
