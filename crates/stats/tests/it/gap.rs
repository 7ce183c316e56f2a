//! Reference values and claims of `karat_stats::gap`.

use karat_stats::gap::{GapVerdict, Part, Stratum, offline_online_gap};
use proptest::prelude::*;

use crate::vectors;

fn part(k: u64, n: u64) -> Part {
    Part::counts(k, n).expect("a part of the whole")
}

#[test]
fn the_parts_of_the_gap_equal_the_reference() {
    for case in vectors::read("offline_online_gap") {
        let counts = |side: &str, topic: &str| {
            let pair = &case.input(side)[topic];
            part(pair[0].as_u64().unwrap(), pair[1].as_u64().unwrap())
        };
        let topics = case.input("offline").as_object().unwrap().keys();
        let strata: Vec<Stratum> = topics
            .map(|t| Stratum { offline: counts("offline", t), online: counts("online", t) })
            .collect();
        let gap = offline_online_gap(&strata, 0.95).unwrap().unwrap();
        case.assert("offline", gap.offline);
        case.assert("online", gap.online);
        case.assert("gap", gap.gap.effect);
        case.assert("mix_effect", gap.mix.effect);
        case.assert("within_effect", gap.within.effect);
        case.assert("reweighted_offline", gap.reweighted_offline);
        case.assert("se_within", gap.within.standard_error);
        assert_eq!(gap.uncovered, 0.0);
    }
}

#[test]
fn topics_that_the_suite_lacks_are_counted_and_left_out() {
    let covered = Stratum { offline: part(40, 50), online: part(60, 100) };
    let strange = Stratum { offline: part(0, 0), online: part(0, 300) };
    let with = offline_online_gap(&[covered, strange], 0.95).unwrap().unwrap();
    let without = offline_online_gap(&[covered], 0.95).unwrap().unwrap();
    assert_eq!(with.uncovered, 0.75);
    assert_eq!((with.gap, with.within), (without.gap, without.within));
    assert_eq!(with.verdict, GapVerdict::WorseWithin);
    assert_eq!(offline_online_gap(&[strange], 0.95).unwrap(), None);
    assert_eq!(offline_online_gap(&[], 0.95).unwrap(), None);
}

#[test]
fn without_any_spread_there_is_no_interval() {
    let perfect = Stratum { offline: part(50, 50), online: part(0, 50) };
    let gap = offline_online_gap(&[perfect], 0.95).unwrap().unwrap();
    assert_eq!((gap.within.interval, gap.verdict), (None, GapVerdict::NotShown));
}

#[test]
fn parts_out_of_range_are_refused() {
    assert!(Part::counts(3, 2).is_err() && Part::values(&[f64::NAN]).is_err());
    let bad = Part { n: 3, mean: f64::NAN, variance: 0.1 };
    let stratum = Stratum { offline: bad, online: part(1, 2) };
    assert!(offline_online_gap(&[stratum], 0.95).is_err());
    assert!(offline_online_gap(&[], 1.0).is_err());
}

proptest! {
    #[test]
    fn mix_and_within_add_up_and_lie_in_their_intervals(
        raw in prop::collection::vec((0..50_u64, 0..50_u64, 0..50_u64, 0..50_u64), 0..8),
        scale in prop_oneof![Just(1_u64), Just(20_000_000)],
    ) {
        let strata: Vec<Stratum> = raw.iter()
            .map(|(a, b, c, d)| Stratum { offline: part(a * scale, (a + b) * scale), online: part(c * scale, (c + d) * scale) })
            .collect();
        if let Some(gap) = offline_online_gap(&strata, 0.9).unwrap() {
            prop_assert!((gap.mix.effect + gap.within.effect - gap.gap.effect).abs() < 1e-9);
            prop_assert!((0.0..1.0).contains(&gap.uncovered));
            for effect in [gap.gap, gap.mix, gap.within] {
                prop_assert!(effect.standard_error.is_finite());
                prop_assert!(effect.interval.is_none_or(|i| i.lower <= effect.effect + 1e-12 && effect.effect - 1e-12 <= i.upper));
            }
        }
    }
}
