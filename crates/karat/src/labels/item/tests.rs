//! What holds whatever people do in whatever order.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const MINUTE: i64 = 60_000;

fn label(person: &str, lease: &str, value: &str) -> Label {
    Label {
        id: format!("label-{person}-{lease}"),
        by: person.into(),
        name: person.into(),
        value: json!(value),
        correction: None,
        comment: None,
        rules: Vec::new(),
        guideline_version: 0,
        assisted: false,
        revealed: false,
        seconds: None,
        at_ms: 0,
        lease: lease.into(),
    }
}

fn taking(lease: &str) -> Taking {
    Taking { lease: lease.into(), guideline_version: 1, is_assisted: false }
}

fn person(id: &str) -> Person {
    Person { id: id.into(), name: id.into(), role: karat_records::Role::Labeller }
}

fn settle(by: &str, at_ms: i64) -> Adjudication {
    Adjudication {
        by: by.into(),
        name: by.into(),
        value: json!("x"),
        cause: Cause::Slip,
        note: None,
        at_ms,
    }
}

#[test]
fn two_equal_labels_agree_and_two_different_ones_wait_for_somebody_else() {
    for (second, wanted) in [("x", ItemState::Agreed), ("y", ItemState::Disputed)] {
        let mut item = Item::default();
        assert_eq!(item.state(2, 0), ItemState::Queued);
        item.take("a", taking("1"), 2, 0).unwrap();
        assert_eq!(item.state(2, 1), ItemState::Leased);
        item.submit(label("a", "1", "x"), 2, 1).unwrap();
        assert_eq!(item.state(2, 1), ItemState::Labelled);
        item.take("b", taking("2"), 2, 2).unwrap();
        assert_eq!(item.take("c", taking("3"), 2, 2), Err(Denied::Taken));
        item.submit(label("b", "2", second), 2, 3).unwrap();
        assert_eq!(item.state(2, 3), wanted);
        assert_eq!(item.take("c", taking("3"), 2, 2), Err(Denied::Closed));
        assert_eq!(item.adjudicate(settle("a", 9), 2), Err(Denied::OwnItem));
        let settled = item.adjudicate(settle("c", 9), 2);
        assert_eq!(settled.is_ok(), wanted == ItemState::Disputed);
    }
}

#[test]
fn a_late_submit_counts_while_the_place_is_free_and_is_refused_when_it_is_not() {
    let late = LEASE_MS + MINUTE;
    let mut free = Item::default();
    free.take("a", taking("1"), 1, 0).unwrap();
    assert_eq!(free.state(1, late), ItemState::Queued, "an expired lease frees the place");
    free.clone().submit(label("a", "1", "x"), 1, late).unwrap();
    free.take("b", taking("2"), 1, late).unwrap();
    assert_eq!(free.submit(label("a", "1", "x"), 1, late), Err(Denied::Taken));
    free.submit(label("b", "2", "x"), 1, late).unwrap();
    assert_eq!(free.submit(label("a", "1", "x"), 1, late), Err(Denied::Taken));
}

#[test]
fn nobody_labels_twice_and_nobody_without_a_lease() {
    let mut item = Item::default();
    assert_eq!(item.submit(label("a", "1", "x"), 2, 0), Err(Denied::NoLease));
    item.take("a", taking("1"), 2, 0).unwrap();
    assert_eq!(item.submit(label("b", "1", "x"), 2, 0), Err(Denied::NoLease));
    item.submit(label("a", "1", "x"), 2, 0).unwrap();
    assert_eq!(item.submit(label("a", "1", "x"), 2, 0), Err(Denied::AlreadyLabelled));
    assert_eq!(item.take("a", taking("2"), 2, 0), Err(Denied::AlreadyLabelled));
}

#[test]
fn undo_works_for_ten_seconds_and_gives_the_place_back_to_the_same_person() {
    let mut item = Item::default();
    item.take("a", taking("1"), 1, 0).unwrap();
    item.submit(label("a", "1", "x"), 1, 0).unwrap();
    assert_eq!(item.clone().undo("a", "2", 1, UNDO_MS + 1), Err(Denied::NothingToUndo));
    assert_eq!(item.clone().undo("b", "2", 1, 1), Err(Denied::NothingToUndo));
    let lease = item.undo("a", "2", 1, UNDO_MS).unwrap();
    assert_eq!(item.withdrawn.len(), 1, "what was taken back stays on record");
    assert!(!item.can_be_taken("b", 1, UNDO_MS));
    item.submit(label("a", &lease.id, "y"), 1, UNDO_MS).unwrap();
    assert_eq!(item.labels[0].value, "y");
}

#[test]
fn a_label_that_follows_a_reveal_is_assisted_and_the_blind_one_is_kept() {
    let mut item = Item::default();
    item.take("a", taking("1"), 1, 0).unwrap();
    item.submit(Label { revealed: true, ..label("a", "1", "x") }, 1, 0).unwrap();
    assert!(!item.labels[0].assisted);
    let lease = item.undo("a", "2", 1, 1).unwrap();
    item.submit(label("a", &lease.id, "y"), 1, 2).unwrap();
    assert!(item.labels[0].assisted);
    assert_eq!(item.withdrawn[0].value, "x");
}

#[test]
fn a_second_look_takes_no_place_and_happens_once() {
    let mut item = Item::default();
    item.take("a", taking("1"), 1, 0).unwrap();
    assert_eq!(item.take_again("a", taking("2"), 1), Err(Denied::NoLease));
    item.submit(label("a", "1", "x"), 1, 0).unwrap();
    item.take_again("a", taking("2"), 1).unwrap();
    item.submit(label("a", "2", "y"), 1, 2).unwrap();
    assert_eq!((item.labels.len(), item.repeats.len()), (1, 1));
    assert_eq!(item.take_again("a", taking("3"), 3), Err(Denied::AlreadyLabelled));
    assert_eq!(item.state(1, 3), ItemState::Agreed);
}

#[test]
fn as_many_skips_as_labels_were_asked_for_end_an_item() {
    let mut item = Item::default();
    for (name, wanted) in [("a", ItemState::Queued), ("b", ItemState::Skipped)] {
        item.take(name, taking(name), 2, 0).unwrap();
        item.skip(&person(name), name, "unreadable", 2, 1).unwrap();
        assert_eq!(item.state(2, 1), wanted);
    }
    assert_eq!(item.take("c", taking("c"), 2, 2), Err(Denied::Closed));
}

#[derive(Clone, Debug)]
enum Event {
    Take(usize),
    Again(usize),
    Keep(usize),
    Submit(usize, bool),
    Skip(usize),
    Undo(usize),
    Adjudicate(usize),
    Promote,
    Wait(i64),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let person = 0..4_usize;
    let one = prop_oneof![
        4 => person.clone().prop_map(Event::Take),
        1 => person.clone().prop_map(Event::Again),
        1 => person.clone().prop_map(Event::Keep),
        6 => (person.clone(), any::<bool>()).prop_map(|(who, what)| Event::Submit(who, what)),
        1 => person.clone().prop_map(Event::Skip),
        2 => person.clone().prop_map(Event::Undo),
        2 => person.prop_map(Event::Adjudicate),
        1 => Just(Event::Promote),
        3 => prop_oneof![Just(1_000), Just(UNDO_MS + 1), Just(LEASE_MS + 1)].prop_map(Event::Wait),
    ];
    prop::collection::vec(one, 0..60)
}

proptest! {
    #[test]
    fn whatever_people_do_the_promises_hold(events in events(), overlap in 1..4_u32) {
        let mut item = Item::default();
        let mut now = 0;
        let mut leases: [Option<String>; 4] = Default::default();
        let mut made = 0;
        for event in events {
            let before = item.clone();
            let name = |who: usize| format!("p{who}");
            made += 1;
            let done = match event {
                Event::Wait(ms) => { now += ms; Ok(()) }
                Event::Take(who) => item.take(&name(who), taking(&made.to_string()), overlap, now)
                    .map(|lease| leases[who] = Some(lease.id)),
                Event::Again(who) => item.take_again(&name(who), taking(&made.to_string()), now)
                    .map(|lease| leases[who] = Some(lease.id)),
                Event::Keep(who) => item
                    .keep(&name(who), leases[who].as_deref().unwrap_or("none"), overlap, now).map(|_| ()),
                Event::Submit(who, what) => {
                    let lease = leases[who].clone().unwrap_or_else(|| "none".into());
                    let value = if what { "x" } else { "y" };
                    item.submit(label(&name(who), &lease, value), overlap, now)
                }
                Event::Skip(who) => {
                    let lease = leases[who].clone().unwrap_or_else(|| "none".into());
                    item.skip(&person(&name(who)), &lease, "why", overlap, now)
                }
                Event::Undo(who) => item.undo(&name(who), &made.to_string(), overlap, now)
                    .map(|lease| leases[who] = Some(lease.id)),
                Event::Adjudicate(who) => item.adjudicate(settle(&name(who), now), overlap),
                Event::Promote => item.promote(Gold {
                    dataset: "d".into(), version: "v".into(), case_id: "c".into(), at_ms: now,
                }, overlap),
            };
            if done.is_err() {
                prop_assert_eq!(&item, &before, "a refusal changes nothing");
            }
            prop_assert!(item.labels.len() <= overlap as usize, "never more than was asked for");
            let active = item.leases.iter()
                .filter(|lease| !lease.is_repeat && lease.until_ms > now
                    && item.label_of(&lease.by).is_none())
                .count();
            if item.is_open(overlap, now) {
                prop_assert!(item.labels.len() + active <= overlap as usize, "nor handed out");
            }
            for who in 0..4 {
                let who = name(who);
                let n = item.labels.iter().filter(|label| label.by == who).count();
                prop_assert!(n <= 1, "nobody twice");
                prop_assert!(item.repeats.iter().filter(|label| label.by == who).count() <= 1);
            }
            if let Some(adjudication) = &item.adjudication {
                prop_assert!(!item.has_opinion_of(&adjudication.by), "nobody settles their own");
                prop_assert_eq!(item.labels.len(), overlap as usize);
            }
            if item.gold.is_some() {
                prop_assert!(super::super::resolve::outcome(&item, overlap).is_some());
            }
            let encoded = serde_json::to_value(&item).unwrap();
            prop_assert_eq!(&serde_json::from_value::<Item>(encoded).unwrap(), &item);
        }
    }

    #[test]
    fn an_expired_lease_frees_the_place(overlap in 1..4_u32, wait in 1..100 * MINUTE) {
        let mut item = Item::default();
        for who in 0..overlap {
            item.take(&format!("p{who}"), taking(&who.to_string()), overlap, 0).unwrap();
        }
        prop_assert_eq!(item.can_be_taken("late", overlap, wait), wait >= LEASE_MS);
    }
}
