//! Figures over small tables, their windows, and how often their intervals hold what they promise.

use proptest::prelude::*;
use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use serde_json::json;

use super::*;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;

/// An answer that had ended at the start of time, with acts at minutes.
fn row(user: &str, acts: &[(i64, Act)]) -> Row {
    Row {
        user: (!user.is_empty()).then(|| user.to_owned()),
        acts: acts.iter().map(|(minute, act)| Seen { at_ms: minute * MINUTE, act: *act }).collect(),
        ..Row::default()
    }
}

fn at(figure: Figure, rows: &[Row], now_ms: i64) -> Measured {
    measure(figure, &rows.iter().collect::<Vec<_>>(), now_ms, 0.95).unwrap()
}

fn counts(measured: &Measured) -> (f64, u64, u64, u64) {
    (measured.numerator, measured.denominator, measured.ripening, measured.unseen)
}

#[test]
fn what_was_in_view_is_the_denominator_and_the_rest_is_told() {
    let rows = [
        row("a", &[(0, Act::Shown), (1, Act::Accepted(1.0))]),
        row("a", &[(0, Act::Shown), (1, Act::Accepted(0.25))]),
        row("b", &[(0, Act::Shown), (2, Act::Rejected)]),
        row("b", &[(0, Act::Shown)]),
        row("b", &[(1, Act::Accepted(1.0))]),
        row("c", &[]),
    ];
    let measured = at(Figure::AcceptRate, &rows, DAY);
    assert_eq!(counts(&measured), (1.25, 4, 0, 1));
    assert_eq!(measured.value, Some(0.3125));
    assert_eq!(measured.exposure, Exposure::Shown);
    assert_eq!(at(Figure::RejectRate, &rows, DAY).value, Some(0.25));
    assert_eq!(at(Figure::IgnoreRate, &rows, DAY).value, Some(0.4375));
    let per_user = measured.per_user.unwrap();
    assert_eq!((per_user.mean, per_user.n_users), (0.3125, 2));
}

#[test]
fn a_heavy_user_moves_the_pooled_rate_and_not_the_mean_of_users() {
    let mut rows = vec![row("a", &[(0, Act::Shown)]), row("b", &[(0, Act::Shown)])];
    rows.extend((0..98).map(|_| row("c", &[(0, Act::Shown), (1, Act::Accepted(1.0))])));
    let measured = at(Figure::AcceptRate, &rows, DAY);
    assert_eq!(measured.value, Some(0.98));
    assert!((measured.per_user.unwrap().mean - 1.0 / 3.0).abs() < 1e-12);
    let interval = measured.interval.unwrap();
    assert_eq!(measured.method, Method::FewUsers);
    assert!(interval.lower < 0.3, "three people promise little: {interval:?}");
}

#[test]
fn young_answers_ripen_until_their_window_or_the_next_turn() {
    let mut rows = vec![row("a", &[(0, Act::Shown)]), row("a", &[(8, Act::Shown)])];
    let measured = at(Figure::AcceptRate, &rows, 11 * MINUTE);
    assert_eq!(counts(&measured), (0.0, 1, 1, 0));
    rows[1].next_turn_at_ms = Some(9 * MINUTE);
    assert_eq!(counts(&at(Figure::AcceptRate, &rows, 11 * MINUTE)), (0.0, 2, 0, 0));
    let measured = at(Figure::ThumbsUpRate, &rows, 11 * MINUTE);
    assert_eq!((measured.ripening, measured.value, measured.interval), (2, None, None));
}

#[test]
fn an_act_after_the_window_is_none() {
    let rows = [
        row("a", &[(0, Act::Applied), (5, Act::Undone)]),
        row("b", &[(0, Act::Accepted(1.0)), (0, Act::Undone)]),
        row("c", &[(0, Act::Applied), (1, survival(30, 0.9, Some(0.1)))]),
        row("d", &[(0, Act::Shown)]),
    ];
    let undone = |ms| at(Figure::UndoRate(ms), &rows, 2 * DAY);
    assert_eq!(counts(&undone(MINUTE)), (2.0, 3, 0, 0));
    assert_eq!(counts(&undone(DAY)), (3.0, 3, 0, 0));
    let late = [row("a", &[(0, Act::Shown), (11, Act::Accepted(1.0))])];
    assert_eq!(at(Figure::AcceptRate, &late, DAY).value, Some(0.0));
}

#[test]
fn the_last_word_counts() {
    let rows = [
        row("a", &[(0, Act::Shown), (1, Act::Accepted(1.0)), (2, Act::Rejected)]),
        row("b", &[(0, Act::Shown), (1, Act::Thumb(false)), (3, Act::Thumb(true))]),
    ];
    assert_eq!(at(Figure::RejectRate, &rows, DAY).value, Some(0.5));
    assert_eq!(at(Figure::ThumbsUpRate, &rows, DAY).value, Some(1.0));
}

#[test]
fn thumbs_stand_beside_how_many_gave_one() {
    let mut rows: Vec<Row> = (0..98).map(|_| row("", &[(0, Act::Shown)])).collect();
    rows.push(row("", &[(0, Act::Shown), (1, Act::Thumb(true))]));
    rows.push(row("", &[(0, Act::Shown), (1, Act::Thumb(false))]));
    let measured = at(Figure::ThumbsUpRate, &rows, 2 * DAY);
    assert_eq!((measured.value, measured.denominator), (Some(0.5), 2));
    let response = measured.response.unwrap();
    assert_eq!((response.asked, response.rate), (100, 0.02));
    assert_eq!((response.bounds.lower, response.bounds.upper), (0.01, 0.99));
}

fn survival(seconds: i64, containment: f64, no_revert: Option<f64>) -> Act {
    Act::Survival { t_ms: seconds as f64 * 1e3, containment, no_revert }
}

#[test]
fn survival_counts_looks_at_that_time_and_says_how_many_there_were() {
    let rows = [
        row("a", &[(0, Act::Applied), (1, survival(30, 1.0, None)), (5, survival(301, 0.4, None))]),
        row("b", &[(0, Act::Applied), (5, survival(300, 0.6, None))]),
        row("c", &[(0, Act::Applied)]),
        row("d", &[]),
    ];
    let five = at(Figure::Survival(5 * MINUTE), &rows, DAY);
    assert_eq!((five.value, five.denominator), (Some(0.5), 2));
    assert_eq!(five.response.unwrap().asked, 3);
    assert_eq!(at(Figure::Survival(30_000), &rows, DAY).value, Some(1.0));
    assert_eq!(at(Figure::KeptRate(5 * MINUTE), &rows, DAY).value, Some(0.5));
}

#[test]
fn edits_are_measured_among_the_edited() {
    let edit = |distance| row("", &[(1, Act::Edited(distance))]);
    let rows = [edit(0.0), edit(0.1), edit(0.8), row("", &[])];
    let distance = at(Figure::EditDistance, &rows, 2 * DAY);
    assert!((distance.value.unwrap() - 0.3).abs() < 1e-12);
    assert_eq!(distance.denominator, 3);
    let light = at(Figure::LightEditRate, &rows, 2 * DAY);
    assert_eq!(counts(&light), (1.0, 3, 0, 0));
}

#[test]
fn what_the_server_finds_needs_no_sign_of_what_was_in_view() {
    let talk = |acts: &[(i64, Act)]| Row { is_in_conversation: true, ..row("a", acts) };
    let rows = [
        talk(&[(1, Act::Followup(true))]),
        talk(&[(1, Act::Followup(false))]),
        talk(&[(0, Act::Abandoned)]),
        row("b", &[(1, Act::Retried)]),
        row("", &[]),
    ];
    assert_eq!(counts(&at(Figure::RephraseRate, &rows, DAY)), (1.0, 3, 0, 0));
    assert_eq!(counts(&at(Figure::AbandonRate, &rows, DAY)), (1.0, 3, 0, 0));
    let retried = at(Figure::RetryRate, &rows, DAY);
    assert_eq!(counts(&retried), (1.0, 4, 0, 0));
    assert_eq!(retried.exposure, Exposure::Answered);
}

#[test]
fn only_what_somebody_tells_of_is_measured() {
    let rows = [row("a", &[(0, Act::Shown), (1, Act::Copied)]), row("b", &[(0, Act::Shown)])];
    let rows: Vec<&Row> = rows.iter().collect();
    let names: Vec<String> =
        measure_all(&rows, DAY, 0.95).unwrap().into_iter().map(|it| it.name).collect();
    assert_eq!(names, ["retry-rate", "copy-rate"]);
    assert_eq!(measure_all(&[], DAY, 0.95).unwrap(), []);
}

#[test]
fn every_figure_has_a_name_of_its_own() {
    for figure in FIGURES {
        assert_eq!(Figure::named(&figure.name()), Some(*figure));
        assert!(!figure.label().is_empty() && figure.window_ms() > 0);
    }
}

#[test]
fn signals_become_acts() {
    let act = |kind: &str, data: serde_json::Value| {
        let signal = Signal {
            id: "s".into(),
            kind: kind.into(),
            at_ms: 0,
            received_at_ms: 0,
            feature: None,
            target: karat_records::Target::default(),
            user: None,
            session: None,
            release: None,
            data: data.as_object().unwrap().clone(),
            source: String::new(),
        };
        Act::of(&signal)
    };
    let part = json!({"accepted_chars": 5, "shown_chars": 20});
    assert_eq!(act("response.partially_accepted", part), Some(Act::Accepted(0.25)));
    assert_eq!(act("response.accepted", json!({})), Some(Act::Accepted(1.0)));
    assert_eq!(act("message.followup", json!({"class": "thanks"})), Some(Act::Followup(false)));
    assert_eq!(act("feedback.thumb", json!({"up": false})), Some(Act::Thumb(false)));
    assert_eq!(act("response.edited", json!({"final_text": "x"})), None);
    assert_eq!(act("feature.enabled", json!({})), None);
}

/// Users whose own rates differ, with very different numbers of answers.
fn draw(random: &mut ChaCha12Rng, n_users: usize, rate: f64) -> Vec<Row> {
    let mut unit = || f64::from(random.next_u32()) / f64::from(u32::MAX);
    let mut rows = Vec::new();
    for user in 0..n_users {
        let own = (rate * 2.0 * unit()).min(1.0);
        let n_answers = 1 + (unit().powi(3) * 30.0) as usize;
        for _ in 0..n_answers {
            let mut acts = vec![(0, Act::Shown)];
            if unit() < own {
                acts.push((1, Act::Accepted(1.0)));
            }
            rows.push(row(&user.to_string(), &acts));
        }
    }
    rows
}

#[test]
fn the_interval_holds_the_true_rate_as_often_as_it_says() {
    let mut random = ChaCha12Rng::seed_from_u64(7);
    for (n_users, rate) in [(4, 0.3), (12, 0.1), (25, 0.05), (60, 0.3), (200, 0.02), (200, 0.4)] {
        let n_rounds = 400;
        let mut n_held = 0;
        for _ in 0..n_rounds {
            let rows = draw(&mut random, n_users, rate);
            let measured = at(Figure::AcceptRate, &rows, DAY);
            let interval = measured.interval.unwrap();
            n_held += u32::from(interval.lower <= rate && rate <= interval.upper);
        }
        let held = f64::from(n_held) / f64::from(n_rounds);
        println!("{n_users} users at {rate}: {held}");
        assert!(held >= 0.92, "{n_users} users at {rate}: {held}");
    }
}

fn any_row() -> impl Strategy<Value = Row> {
    let act = prop_oneof![
        Just(Act::Shown),
        (0.0..=1.0).prop_map(Act::Accepted),
        Just(Act::Rejected),
        Just(Act::Applied),
        Just(Act::Copied),
        Just(Act::Undone),
        Just(Act::Retried),
        any::<bool>().prop_map(Act::Followup),
        Just(Act::Abandoned),
        any::<bool>().prop_map(Act::Thumb),
        (0.0..=1.0).prop_map(Act::Edited),
        (0.0..2e6, 0.0..=1.0, prop::option::of(0.0..=1.0)).prop_map(
            |(t_ms, containment, no_revert)| { Act::Survival { t_ms, containment, no_revert } }
        ),
    ];
    let seen = (0..DAY, act).prop_map(|(at_ms, act)| Seen { at_ms, act });
    let who = prop::option::of(prop::sample::select(vec!["a".to_owned(), "b".to_owned()]));
    let times = (0..DAY, prop::option::of(0..DAY), any::<bool>());
    (who, times, prop::collection::vec(seen, 0..5)).prop_map(|(user, times, acts)| Row {
        variant: None,
        user,
        answered_at_ms: times.0,
        next_turn_at_ms: times.1,
        is_in_conversation: times.2,
        acts,
    })
}

proptest! {
    #[test]
    fn every_figure_keeps_its_bounds(rows in prop::collection::vec(any_row(), 0..30), now in 0..3 * DAY) {
        let rows: Vec<&Row> = rows.iter().collect();
        for figure in FIGURES {
            let measured = measure(*figure, &rows, now, 0.9).unwrap();
            prop_assert!(measured.numerator <= measured.denominator as f64 + 1e-9);
            prop_assert!(measured.denominator + measured.ripening + measured.unseen <= rows.len() as u64);
            prop_assert_eq!(measured.value.is_some(), measured.denominator > 0);
            if let (Some(value), Some(interval)) = (measured.value, measured.interval) {
                prop_assert!(interval.lower <= value && value <= interval.upper, "{measured:?}");
                prop_assert!(0.0 <= interval.lower && interval.upper <= 1.0);
            }
        }
        let value = |figure| measure(figure, &rows, now, 0.9).unwrap().value;
        let all = [Figure::AcceptRate, Figure::RejectRate, Figure::IgnoreRate].map(value);
        if let [Some(accepted), Some(rejected), Some(ignored)] = all {
            prop_assert!((accepted + rejected + ignored - 1.0).abs() < 1e-9);
        }
    }
}
