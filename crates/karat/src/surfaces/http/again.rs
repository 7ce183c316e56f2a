//! Writes that are sent twice happen once: the first answer is kept under the caller's own key, in memory and for a day.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use karat_records::Hash;
use tokio::sync::watch;

use super::answer::Answer;

/// An answer that is still to come.
pub type Coming = watch::Receiver<Option<Answer>>;

/// Where it will come from.
pub type Sender = watch::Sender<Option<Answer>>;

/// Keys that are remembered at once.
const MOST_KEYS: usize = 10_000;

/// Bytes of answers that are remembered at once.
const MOST_BYTES: usize = 64 << 20;

const LONGEST: Duration = Duration::from_hours(24);

/// Answers by person and key.
#[derive(Debug, Default)]
pub struct Again(Mutex<HashMap<(String, String), Kept>>);

#[derive(Debug)]
struct Kept {
    request: Hash,
    answer: Coming,
    since: Instant,
}

/// What is to be done with a request.
#[derive(Debug)]
pub enum Turn {
    /// It is the first: do it, and send its answer here.
    First(Sender, Coming),
    /// It was sent before: this is or will be the answer.
    Again(Coming),
    /// The key belongs to another request.
    Other,
}

impl Again {
    /// Looks a key up, and takes it where it is free.
    pub fn turn(&self, person: &str, key: &str, request: Hash, now: Instant) -> Turn {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|_, one| is_worth_keeping(one, now));
        let at = (person.to_owned(), key.to_owned());
        if let Some(known) = kept.get(&at) {
            let is_same = known.request == request;
            return if is_same { Turn::Again(known.answer.clone()) } else { Turn::Other };
        }
        make_room(&mut kept);
        let (sender, answer) = watch::channel(None);
        kept.insert(at, Kept { request, answer: answer.clone(), since: now });
        Turn::First(sender, answer)
    }
}

/// An answer is kept for a day; one that a repetition may mend is not kept at all.
fn is_worth_keeping(kept: &Kept, now: Instant) -> bool {
    let is_under_way = kept.answer.has_changed().is_ok();
    let answer = kept.answer.borrow();
    match answer.as_ref() {
        None => is_under_way,
        Some(answer) => {
            now.duration_since(kept.since) < LONGEST && ![429, 500].contains(&answer.status)
        }
    }
}

/// Forgets the oldest answers until there is room for one more.
fn make_room(kept: &mut HashMap<(String, String), Kept>) {
    let size = |one: &Kept| one.answer.borrow().as_ref().map_or(0, |answer| answer.body.len());
    let mut bytes: usize = kept.values().map(size).sum();
    while kept.len() >= MOST_KEYS || bytes > MOST_BYTES {
        let finished = kept.iter().filter(|(_, one)| one.answer.borrow().is_some());
        let Some(oldest) = finished.min_by_key(|(_, one)| one.since).map(|(key, _)| key.clone())
        else {
            break;
        };
        bytes -= kept.remove(&oldest).map_or(0, |one| size(&one));
    }
}

/// Waits for an answer; `None` where the one who was to give it has ended without.
pub async fn wait(mut coming: Coming) -> Option<Answer> {
    coming.wait_for(Option::is_some).await.ok().and_then(|answer| answer.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    fn answer(status: u16) -> Answer {
        Answer { status, body: vec![b'x'; 1000].into() }
    }

    fn hash(text: &str) -> Hash {
        Hash::of_bytes(text.as_bytes())
    }

    #[test]
    fn the_first_answer_is_given_again_to_the_same_person_and_request_only() {
        let (again, now) = (Again::default(), Clock.instant());
        let Turn::First(sender, _) = again.turn("ada", "k", hash("a"), now) else { panic!() };
        assert!(matches!(again.turn("ada", "k", hash("b"), now), Turn::Other));
        let Turn::Again(waiting) = again.turn("ada", "k", hash("a"), now) else { panic!() };
        assert_eq!(*waiting.borrow(), None);
        sender.send_replace(Some(answer(200)));
        drop(sender);
        let Turn::Again(done) = again.turn("ada", "k", hash("a"), now) else { panic!() };
        assert_eq!(*done.borrow(), Some(answer(200)));
        assert!(matches!(again.turn("bob", "k", hash("a"), now), Turn::First(..)));
        let tomorrow = now + LONGEST;
        assert!(matches!(again.turn("ada", "k", hash("a"), tomorrow), Turn::First(..)));
    }

    #[test]
    fn what_broke_or_was_cut_off_may_be_tried_again() {
        let (again, now) = (Again::default(), Clock.instant());
        for status in [500, 429] {
            let Turn::First(sender, _) = again.turn("ada", "k", hash("a"), now) else { panic!() };
            sender.send_replace(Some(answer(status)));
        }
        let Turn::First(sender, coming) = again.turn("ada", "k", hash("a"), now) else { panic!() };
        drop((sender, coming));
        assert!(matches!(again.turn("ada", "k", hash("a"), now), Turn::First(..)));
    }

    #[test]
    fn a_request_is_kept_as_its_hash_only() {
        let again = Again::default();
        let request = Hash::of_json(&serde_json::json!(["keys.set", { "key": "qz-planted" }]));
        let turn = again.turn("ada", "k", request, Clock.instant());
        assert!(matches!(turn, Turn::First(..)));
        assert!(!format!("{again:?}").contains("qz-planted"));
    }

    #[test]
    fn memory_is_bounded() {
        let (again, now) = (Again::default(), Clock.instant());
        for index in 0..MOST_KEYS + 10 {
            let key = index.to_string();
            let Turn::First(sender, _) = again.turn("ada", &key, hash("a"), now) else { panic!() };
            if index % 100 == 0 {
                sender.send_replace(Some(answer(200)));
            } else {
                sender.send_replace(Some(Answer { status: 200, body: Vec::new().into() }));
            }
            if index > MOST_KEYS {
                break;
            }
        }
        assert!(again.0.lock().unwrap().len() <= MOST_KEYS);
    }
}
