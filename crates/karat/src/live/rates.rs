//! Pure. Signals from their sums by the hour: each with numerator, denominator, interval, and the answers that still ripen.

use std::collections::BTreeMap;

use karat_store::{Hour, SignalHour};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kinds::{APPLIED, IN_VIEW, Over, SHOWN, Shown};
use super::volume::{LiveShare, span_at};
use crate::signals::kinds::{Direction, kind};

const HOUR_MS: i64 = 3_600_000;

/// One signal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveSignal {
    /// Its name, for example `thumbs-up`.
    pub name: String,
    /// The kind of its signals, for example `feedback.thumb`.
    pub kind: String,
    /// What it says about an answer.
    pub says: String,
    /// Whether more of it is good; absent where neither way is.
    pub is_good: Option<bool>,
    /// What it is counted over: answers, answers in view, answers applied, thumbs.
    pub over: String,
    /// Over answers that are ripe.
    pub share: LiveShare,
    /// After so long without it, it did not happen.
    pub window_ms: i64,
    /// Answers that are younger, and so are not counted.
    pub n_ripening: u64,
    /// How many of these have it already.
    pub n_ripening_with: u64,
    /// How it misleads.
    pub bias: String,
    /// By span of time; spans without answers are left out.
    pub points: Vec<LiveSignalPoint>,
}

/// One span of time of a signal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveSignalPoint {
    /// When it begins, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// Answers with the signal.
    pub numerator: u64,
    /// Over so many.
    pub denominator: u64,
    /// False where signals may still arrive.
    pub is_ripe: bool,
}

/// How the time is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spans {
    /// Where the first span begins.
    pub from_ms: i64,
    /// How long each is.
    pub step_ms: i64,
    /// Now.
    pub now_ms: i64,
}

/// Numerator and denominator of each hour.
type Counted = BTreeMap<i64, (u64, u64)>;

/// All signals that somebody sends, the most telling first.
pub fn rates(hours: &[Hour], signals: &[SignalHour], spans: Spans) -> Vec<LiveSignal> {
    let told = |shown: &&Shown| signals.iter().any(|one| one.kind == shown.kind);
    SHOWN.iter().filter(told).map(|shown| rate(shown, hours, signals, spans)).collect()
}

fn rate(shown: &Shown, hours: &[Hour], signals: &[SignalHour], spans: Spans) -> LiveSignal {
    let is_in_view = signals.iter().any(|one| one.kind == IN_VIEW);
    let mut counted = Counted::new();
    match shown.over {
        Over::Answers if is_in_view => {
            add(&mut counted, signals, |one| one.kind == IN_VIEW);
        }
        Over::Answers => {
            for hour in hours {
                counted.entry(hour.begins_at_ms).or_default().1 += hour.n - hour.n_failed;
            }
        }
        Over::SameKind => add(&mut counted, signals, |one| one.kind == shown.kind),
        Over::Applied => {
            // An answer that was taken and applied is one answer: the kind that more of them have stands for both.
            let n = |kind: &str| -> u64 {
                signals.iter().filter(|one| one.kind == kind).map(|one| one.n_inferences).sum()
            };
            let kind = APPLIED.into_iter().max_by_key(|kind| n(kind)).unwrap_or(APPLIED[0]);
            add(&mut counted, signals, |one| one.kind == kind);
        }
    }
    let fits = |one: &SignalHour| {
        one.kind == shown.kind
            && (shown.classes.is_empty() || shown.classes.contains(&one.class.as_str()))
    };
    for one in signals.iter().filter(|one| fits(one)) {
        counted.entry(one.begins_at_ms).or_default().0 += one.n_inferences;
    }
    let over = match shown.over {
        Over::Answers if is_in_view => "answers in view",
        Over::Answers => "answers",
        Over::SameKind => "thumbs",
        Over::Applied => "answers applied",
    };
    summed(shown, over, &counted, spans)
}

fn add(counted: &mut Counted, signals: &[SignalHour], fits: impl Fn(&SignalHour) -> bool) {
    for one in signals.iter().filter(|one| fits(one)) {
        counted.entry(one.begins_at_ms).or_default().1 += one.n_inferences;
    }
}

fn summed(shown: &Shown, over: &str, counted: &Counted, spans: Spans) -> LiveSignal {
    let kind = kind(shown.kind);
    let window_ms = kind.map_or(0, |kind| kind.window_ms);
    let is_good = match kind.map(|kind| kind.direction) {
        _ if shown.is_bad => Some(false),
        Some(Direction::Good) => Some(true),
        Some(Direction::Bad) => Some(false),
        Some(Direction::Neither) | None => None,
    };
    let (mut ripe, mut ripening) = ((0, 0), (0, 0));
    let mut points: BTreeMap<i64, LiveSignalPoint> = BTreeMap::new();
    for (at_ms, (numerator, denominator)) in counted {
        // Two answers of one hour are as ripe as the younger one.
        let is_ripe = at_ms + HOUR_MS + window_ms <= spans.now_ms;
        let numerator = (*numerator).min(*denominator);
        let sum = if is_ripe { &mut ripe } else { &mut ripening };
        sum.0 += numerator;
        sum.1 += denominator;
        let span_ms = span_at(*at_ms, spans.from_ms, spans.step_ms);
        let blank = LiveSignalPoint { at_ms: span_ms, numerator: 0, denominator: 0, is_ripe: true };
        let point = points.entry(span_ms).or_insert(blank);
        point.numerator += numerator;
        point.denominator += denominator;
        point.is_ripe &= is_ripe;
    }
    LiveSignal {
        name: shown.name.to_owned(),
        kind: shown.kind.to_owned(),
        says: shown.says.to_owned(),
        is_good,
        over: over.to_owned(),
        share: LiveShare::of(ripe.0, ripe.1),
        window_ms,
        n_ripening: ripening.1,
        n_ripening_with: ripening.0,
        bias: kind.map(|kind| kind.bias.to_owned()).unwrap_or_default(),
        points: points.into_values().filter(|point| point.denominator > 0).collect(),
    }
}

/// The signal that speaks most clearly against the answers: the bad share that is surely largest, and at least 2 of 100.
pub fn worst(signals: &[LiveSignal]) -> Option<LiveSignal> {
    const LEAST: f64 = 0.02;
    let surely_bad = |one: &&LiveSignal| match one.is_good {
        Some(false) => one.share.lower,
        Some(true) if one.name == "thumbs-up" => one.share.upper.map(|upper| 1.0 - upper),
        _ => None,
    };
    let ranked = signals.iter().filter_map(|one| Some((surely_bad(&one)?, one)));
    let bad = ranked.filter(|(least, _)| *least >= LEAST);
    bad.max_by(|(first, _), (second, _)| first.total_cmp(second)).map(|(_, one)| one.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(at: i64, n: u64, n_failed: u64) -> Hour {
        Hour { begins_at_ms: at * HOUR_MS, n, n_failed, ..Hour::default() }
    }

    fn signal(at: i64, kind: &str, class: &str, n: u64) -> SignalHour {
        SignalHour {
            begins_at_ms: at * HOUR_MS,
            variant: None,
            kind: kind.to_owned(),
            class: class.to_owned(),
            n: n + 1,
            n_inferences: n,
        }
    }

    fn spans(now: i64) -> Spans {
        Spans { from_ms: 0, step_ms: HOUR_MS, now_ms: now * HOUR_MS }
    }

    #[test]
    fn a_thumb_is_divided_by_thumbs_and_young_ones_ripen() {
        let hours = [answers(0, 100, 0), answers(30, 50, 0)];
        let signals = [
            signal(0, "feedback.thumb", "up", 3),
            signal(0, "feedback.thumb", "down", 1),
            signal(30, "feedback.thumb", "down", 2),
        ];
        let found = rates(&hours, &signals, spans(31));
        assert_eq!(found.len(), 1, "nobody sends another signal");
        let thumbs = &found[0];
        assert_eq!((thumbs.share.numerator, thumbs.share.denominator), (3, 4));
        assert_eq!((thumbs.n_ripening_with, thumbs.n_ripening), (0, 2));
        let ripe: Vec<_> = thumbs.points.iter().map(|point| point.is_ripe).collect();
        assert_eq!(ripe, [true, false]);
    }

    #[test]
    fn answers_in_view_are_counted_over_where_somebody_tells_of_them() {
        let hours = [answers(0, 100, 10)];
        let copied = signal(0, "response.copied", "", 9);
        let share = |signals: &[SignalHour]| {
            let all = rates(&hours, signals, spans(9));
            let one = all.iter().find(|one| one.name == "copied").unwrap();
            (one.over.clone(), one.share.numerator, one.share.denominator)
        };
        assert_eq!(share(std::slice::from_ref(&copied)), ("answers".to_owned(), 9, 90));
        let in_view = signal(0, "response.shown", "", 40);
        assert_eq!(share(&[copied, in_view]), ("answers in view".to_owned(), 9, 40));
    }

    #[test]
    fn what_was_taken_back_is_divided_by_what_was_applied() {
        let signals = [
            signal(0, "response.undone", "", 2),
            signal(0, "response.applied", "", 8),
            signal(0, "response.accepted", "", 5),
        ];
        let all = rates(&[answers(0, 100, 0)], &signals, spans(99));
        let undone = all.iter().find(|one| one.name == "undone").unwrap();
        assert_eq!((undone.share.numerator, undone.share.denominator), (2, 8));
        assert_eq!(undone.over, "answers applied");
    }

    #[test]
    fn the_worst_signal_is_surely_bad() {
        let hours = [answers(0, 100, 0)];
        let some = [
            signal(0, "response.retried", "", 20),
            signal(0, "feedback.thumb", "down", 1),
            signal(0, "response.copied", "", 90),
        ];
        let worst_of =
            |signals: &[SignalHour]| worst(&rates(&hours, signals, spans(99))).map(|one| one.name);
        assert_eq!(worst_of(&some).as_deref(), Some("thumbs-up"), "one of one is down");
        assert_eq!(worst_of(&some[..1]).as_deref(), Some("retried"));
        assert_eq!(worst_of(&some[2..]), None, "what is good is never the worst");
        assert_eq!(worst_of(&[signal(0, "response.retried", "", 3)]), None, "may be chance");
    }
}
