//! Pure. What is remembered of a stream's newest observations: when they were, what they were about, and who answered.

use std::collections::VecDeque;

use karat_stats::change::KEPT;

use super::mix::{Kinds, Shift, Traits, shift};

/// A change so many observations before the estimated beginning of a fall may be its cause: the estimate errs.
const LEEWAY: usize = 50;

/// Clocks and reloads are late by this.
const LEEWAY_MS: i64 = 5 * 60 * 1000;

/// Models, systems and contents that are known again; more would be one for each answer.
const MOST_KNOWN: usize = 16;

/// Systems behind a model that start a fresh process; some providers name a new one with each answer.
const MOST_FINGERPRINTS: usize = 5;

/// Changes that are kept.
const MOST_CHANGES: usize = 8;

/// One observation.
#[derive(Clone, Copy, Debug)]
pub struct Observation<'a> {
    /// When the answer was asked for, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// From 0 to 1 with 1 as good; milliseconds or US dollars where there is a limit.
    pub raw: f64,
    /// Who answered.
    pub origin: Origin<'a>,
    /// What was asked.
    pub asked: Asked<'a>,
    /// The content of what measured, where that can change.
    pub instrument: Option<&'a str>,
    /// True where a scripted server answered.
    pub simulated: bool,
}

/// Who answered, as far as it is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Origin<'a> {
    /// The model, as its provider named it.
    pub served: Option<&'a str>,
    /// The provider's fingerprint of the system behind it.
    pub fingerprint: Option<&'a str>,
    /// The variant's content.
    pub content: Option<&'a str>,
}

/// What was asked, in so far as it may change the answers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// Tokens of the request.
    pub n_tokens: u64,
    /// What the application says about it.
    pub tags: Option<&'a std::collections::BTreeMap<String, String>>,
}

/// What changed in whatever answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// When it was seen first, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// What.
    pub what: What,
}

/// What changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The provider names another model.
    Served {
        /// The one before.
        from: String,
        /// The new one.
        to: String,
    },
    /// The system behind the model is another one.
    Fingerprint {
        /// The model.
        of: String,
    },
    /// The variant's prompt, parameters, rules or model were edited.
    Content,
}

/// The newest observations of a stream.
#[derive(Clone, Debug, Default)]
pub struct Trail {
    seen: VecDeque<(i64, Traits, f64)>,
    kinds: Kinds,
    known: [VecDeque<String>; 3],
    n_fingerprints: usize,
    changes: VecDeque<Changed>,
}

/// What lies around the beginning of a fall.
#[derive(Clone, Debug, PartialEq)]
pub struct Since {
    /// When it seems to have begun.
    pub began_at_ms: i64,
    /// Changes from here on are near it.
    pub near_ms: i64,
    /// Changes that are kept.
    pub changes: Vec<Changed>,
    /// Other requests than before, where these explain the fall.
    pub shift: Option<Shift>,
}

impl Trail {
    /// Notes who answered; whether that is somebody new.
    pub fn changes(&mut self, seen: &Observation<'_>) -> bool {
        let Origin { served, fingerprint, content } = seen.origin;
        let before = self.known[0].back().cloned();
        let is_new_model = known(&mut self.known[0], served);
        let is_new_system = known(&mut self.known[1], fingerprint) && !is_new_model;
        let is_new_content = known(&mut self.known[2], content);
        let mut changed = Vec::new();
        if is_new_content {
            changed.push(What::Content);
        }
        if let (true, Some(from), Some(to)) = (is_new_model, before, served) {
            changed.push(What::Served { from, to: to.to_owned() });
        }
        if is_new_system {
            self.n_fingerprints += 1;
            if self.n_fingerprints <= MOST_FINGERPRINTS {
                let of = served.unwrap_or("a model without a name").to_owned();
                changed.push(What::Fingerprint { of });
            }
        }
        let has_changed = !changed.is_empty();
        for what in changed {
            if self.changes.len() >= MOST_CHANGES {
                self.changes.pop_front();
            }
            self.changes.push_back(Changed { at_ms: seen.at_ms, what });
        }
        has_changed
    }

    /// Adds an observation; the oldest leaves when there are too many.
    pub fn add(&mut self, seen: &Observation<'_>, value: f64) {
        if self.seen.len() >= KEPT {
            self.seen.pop_front();
        }
        self.seen.push_back((seen.at_ms, self.kinds.traits(seen.asked), value));
    }

    /// What lies around the newest `n` observations.
    pub fn since(&self, n: u64) -> Since {
        let start = self.seen.len().saturating_sub(n as usize);
        let at = |index: usize| self.seen.get(index).map_or(0, |(at_ms, ..)| *at_ms);
        let (before, since): (Vec<_>, Vec<_>) = {
            let parts = |from: usize, to: usize| {
                self.seen.range(from..to).map(|(_, traits, value)| (*traits, *value)).collect()
            };
            (parts(0, start), parts(start, self.seen.len()))
        };
        Since {
            began_at_ms: at(start),
            near_ms: at(start.saturating_sub(LEEWAY)).saturating_sub(LEEWAY_MS),
            changes: self.changes.iter().cloned().collect(),
            shift: shift(&self.kinds, &before, &since),
        }
    }
}

/// Whether a name is another one than all that were known; the first one is no change.
fn known(names: &mut VecDeque<String>, name: Option<&str>) -> bool {
    let Some(name) = name else { return false };
    if names.iter().any(|known| known == name) {
        return false;
    }
    if names.len() >= MOST_KNOWN {
        names.pop_front();
    }
    names.push_back(name.to_owned());
    names.len() > 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen<'a>(at_ms: i64, served: &'a str, fingerprint: &'a str) -> Observation<'a> {
        let origin =
            Origin { served: Some(served), fingerprint: Some(fingerprint), content: Some("c") };
        let asked = Asked::default();
        Observation { at_ms, raw: 1.0, origin, asked, instrument: None, simulated: false }
    }

    #[test]
    fn only_what_was_never_seen_is_a_change_and_endless_fingerprints_are_none() {
        let mut trail = Trail::default();
        let changed: Vec<bool> = [("a", "f"), ("a", "f"), ("b", "g"), ("a", "f"), ("b", "h")]
            .into_iter()
            .zip(0..)
            .map(|((model, system), at_ms)| trail.changes(&seen(at_ms, model, system)))
            .collect();
        assert_eq!(changed, [false, false, true, false, true]);
        let names: Vec<String> = (0..99).map(|index| format!("x{index}")).collect();
        let n = names.iter().filter(|name| trail.changes(&seen(9, "b", name))).count();
        assert_eq!(n, MOST_FINGERPRINTS - 1);
        assert!(trail.since(1).changes.len() <= MOST_CHANGES);
    }
}
