//! Pure. Who is tried next: each candidate once, in order; then those again whose provider asked for a wait.

use std::collections::VecDeque;
use std::time::Duration;

/// Candidates of one request, and when each may be tried; moments count from the request's arrival.
#[derive(Clone, Debug)]
pub struct Turns<T> {
    line: VecDeque<T>,
    waiting: Vec<(Duration, T)>,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn<T> {
    /// This one is tried now.
    Now(T),
    /// Nobody may be tried before so long.
    Wait(Duration),
}

/// A provider that says "at once" after a refusal does not mean it.
const SHORTEST_WAIT: Duration = Duration::from_millis(100);

impl<T> Turns<T> {
    /// Nobody was tried yet.
    pub fn new(candidates: impl IntoIterator<Item = T>) -> Self {
        Self { line: candidates.into_iter().collect(), waiting: Vec::new() }
    }

    /// Who is tried at this moment; nobody where all had their turn, or where a wait would outlast the deadline.
    pub fn next(&mut self, now: Duration, deadline: Duration) -> Option<Turn<T>> {
        if let Some(candidate) = self.line.pop_front() {
            return Some(Turn::Now(candidate));
        }
        let (index, at) = self
            .waiting
            .iter()
            .enumerate()
            .map(|(index, (at, _))| (index, *at))
            .min_by_key(|(_, at)| *at)?;
        if at >= deadline {
            return None;
        }
        let wait = at.saturating_sub(now);
        if !wait.is_zero() {
            return Some(Turn::Wait(wait));
        }
        Some(Turn::Now(self.waiting.remove(index).1))
    }

    /// The provider asked for a wait: the candidate has another turn after it, if nobody else answers before.
    pub fn after(&mut self, candidate: T, now: Duration, wait: Duration) {
        self.waiting.push((now.saturating_add(wait.max(SHORTEST_WAIT)), candidate));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn all_have_a_turn_before_anybody_waits_and_the_shortest_wait_comes_first() {
        let mut turns = Turns::new(["a", "b", "c"]);
        let next = |turns: &mut Turns<_>, at: u32| turns.next(SECOND * at, SECOND * 60);
        assert_eq!(next(&mut turns, 0), Some(Turn::Now("a")));
        turns.after("a", Duration::ZERO, SECOND * 20);
        assert_eq!(next(&mut turns, 1), Some(Turn::Now("b")));
        turns.after("b", SECOND, SECOND * 9);
        assert_eq!(next(&mut turns, 2), Some(Turn::Now("c")));
        assert_eq!(next(&mut turns, 2), Some(Turn::Wait(SECOND * 8)));
        assert_eq!(next(&mut turns, 10), Some(Turn::Now("b")));
        assert_eq!(next(&mut turns, 11), Some(Turn::Wait(SECOND * 9)));
        assert_eq!(next(&mut turns, 20), Some(Turn::Now("a")));
        assert_eq!(next(&mut turns, 21), None);
    }

    #[test]
    fn a_wait_that_outlasts_the_deadline_is_not_begun() {
        let mut turns = Turns::new(["a"]);
        assert_eq!(turns.next(Duration::ZERO, SECOND), Some(Turn::Now("a")));
        turns.after("a", Duration::ZERO, SECOND);
        assert_eq!(turns.next(Duration::ZERO, SECOND), None);
        assert_eq!(turns.next(Duration::ZERO, SECOND * 2), Some(Turn::Wait(SECOND)));
    }

    proptest! {
        #[test]
        fn whatever_is_asked_for_the_deadline_holds(waits in prop::collection::vec(0u64..5_000, 1..40)) {
            let (mut turns, mut now) = (Turns::new(0..3), Duration::ZERO);
            let deadline = SECOND * 10;
            let mut waits = waits.into_iter();
            while let Some(turn) = turns.next(now, deadline) {
                match turn {
                    Turn::Wait(wait) => {
                        prop_assert!(!wait.is_zero());
                        now += wait;
                        prop_assert!(now < deadline);
                    }
                    Turn::Now(candidate) => {
                        let Some(wait) = waits.next() else { break };
                        turns.after(candidate, now, Duration::from_millis(wait));
                    }
                }
            }
        }
    }
}
