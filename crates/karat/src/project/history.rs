//! Pure. What was promised before the first run, and what was amended afterwards.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One state of a feature's criteria and desired outputs, from the day on which it first judged.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Registered {
    /// The feature's name.
    pub feature: String,
    /// The day, for example 2026-11-23.
    pub since: String,
    /// Each criterion as a short sentence, `name: demand`.
    pub criteria: Vec<String>,
    /// Hash of the desired outputs of the held-out cases, by case id.
    pub desired_outputs: String,
    /// Ids of the held-out cases whose desired outputs were hashed; a longer list is no amendment.
    pub n_cases: u64,
}

/// Something that was changed after it had first judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Amendment {
    /// The day.
    pub day: String,
    /// What was changed, for example `correct: right-queue at least 0.9 → right-queue at least 0.85`.
    pub what: String,
}

/// Compares each state with the one before it.
pub fn amendments(history: &[Registered]) -> Vec<Amendment> {
    let mut amendments = Vec::new();
    for pair in history.windows(2) {
        let (old, new) = (&pair[0], &pair[1]);
        let mut note = |what: String| amendments.push(Amendment { day: new.since.clone(), what });
        for line in &old.criteria {
            let name = name_of(line);
            match new.criteria.iter().find(|line| name_of(line) == name) {
                None => note(format!("{line} was removed")),
                Some(now) if now != line => {
                    note(format!(
                        "{line} → {}",
                        now.split_once(": ").map_or(now.as_str(), |(_, demand)| demand)
                    ));
                }
                Some(_) => {}
            }
        }
        for line in &new.criteria {
            if !old.criteria.iter().any(|known| name_of(known) == name_of(line)) {
                note(format!("{line} was added"));
            }
        }
        if old.desired_outputs != new.desired_outputs && old.n_cases == new.n_cases {
            note("desired outputs of held-out cases were edited".into());
        }
    }
    amendments
}

/// Adds the present state where it differs from the last one.
pub fn register(history: &mut Vec<Registered>, now: Registered) {
    let is_same = history.last().is_some_and(|last| {
        last.criteria == now.criteria && last.desired_outputs == now.desired_outputs
    });
    if !is_same {
        history.push(now);
    }
}

fn name_of(line: &str) -> &str {
    line.split(": ").next().unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn state(day: &str, criteria: &[&str]) -> Registered {
        Registered {
            since: day.into(),
            criteria: criteria.iter().map(|line| (*line).to_owned()).collect(),
            ..Registered::default()
        }
    }

    #[test]
    fn a_lowered_floor_shows_as_an_amendment() {
        let history = [
            state("2026-11-01", &["correct: right at least 0.9", "fast: latency at most 2 s"]),
            state("2026-11-20", &["correct: right at least 0.85"]),
        ];
        let found: Vec<String> =
            amendments(&history).into_iter().map(|amendment| amendment.what).collect();
        assert_eq!(
            found,
            [
                "correct: right at least 0.9 → right at least 0.85",
                "fast: latency at most 2 s was removed"
            ]
        );
    }

    #[test]
    fn the_same_state_is_registered_once() {
        let mut history = Vec::new();
        register(&mut history, state("a", &["x: y"]));
        register(&mut history, state("b", &["x: y"]));
        assert_eq!(history.len(), 1);
    }
}
