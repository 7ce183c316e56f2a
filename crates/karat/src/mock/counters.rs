//! Pure. What a script counts: how often each request came, and how many requests each rule has met.

use std::collections::HashMap;

use super::choose::Asked;
use super::script::{Script, Trigger};

/// More different requests than this and their repetitions are counted from the beginning, so that memory stays small.
const MOST_REQUESTS: usize = 1_000_000;

/// The counts of one server.
#[derive(Debug, Clone, Default)]
pub(super) struct Counters {
    repetitions: HashMap<u64, Repetitions>,
    faults: Vec<u64>,
    drifts: Vec<u64>,
}

/// How often the same request came.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Repetitions {
    /// In all, this time included.
    pub(super) asked: u64,
    /// And was answered, this time included; faults do not shift what is answered.
    pub(super) answered: u64,
}

impl Counters {
    /// Counts one arrival of this request.
    pub(super) fn arrive(&mut self, identity: u64) -> Repetitions {
        if self.repetitions.len() >= MOST_REQUESTS && !self.repetitions.contains_key(&identity) {
            self.repetitions.clear();
        }
        let entry = self.repetitions.entry(identity).or_default();
        entry.asked += 1;
        *entry
    }

    /// Counts one answer to this request.
    pub(super) fn answer(&mut self, identity: u64) -> u64 {
        let entry = self.repetitions.entry(identity).or_default();
        entry.answered += 1;
        entry.answered
    }

    /// Counts the request at every fault that it matches and finds the first whose turn it is; `happens` draws by chance.
    pub(super) fn first_fault(
        &mut self,
        script: &Script,
        asked: &Asked,
        repetitions: Repetitions,
        happens: impl Fn(usize, f64) -> bool,
    ) -> Option<usize> {
        self.faults.resize(script.faults.len(), 0);
        let mut found = None;
        for (index, fault) in script.faults.iter().enumerate() {
            if !asked.fits(&fault.to) {
                continue;
            }
            self.faults[index] += 1;
            let count = if fault.per_request { repetitions.asked } else { self.faults[index] };
            let is_turn =
                count.checked_sub(fault.after).filter(|turn| *turn > 0).is_some_and(|turn| {
                    match &fault.trigger {
                        Trigger::Always => true,
                        Trigger::Every(n) => turn.is_multiple_of(*n),
                        Trigger::First(n) => turn <= *n,
                        Trigger::Nth(positions) => positions.contains(&turn),
                        Trigger::Probability(probability) => happens(index, *probability),
                    }
                });
            if is_turn && found.is_none() {
                found = Some(index);
            }
        }
        found
    }

    /// Counts the request at every drift of its model and gives the highest probability of those that have begun.
    pub(super) fn drift(&mut self, script: &Script, model: &str) -> f64 {
        self.drifts.resize(script.drifts.len(), 0);
        let mut wrong = 0.0_f64;
        for (count, drift) in self.drifts.iter_mut().zip(&script.drifts) {
            if drift.model.as_ref().is_none_or(|name| name.fits(model)) {
                *count += 1;
                if *count > drift.after {
                    wrong = wrong.max(drift.wrong);
                }
            }
        }
        wrong
    }
}
