//! Pure. Held-out inputs where people tune: in prompts with their examples, in rules, among the cases that tune.

use std::collections::BTreeSet;

use karat_records::{Case, Split};
use serde_json::Value;

use super::near::normalise;
use super::{CheckKind, CheckState, HealthCheck, HealthRow, MOST_NAMED, Named};
use crate::gate::describe::{count, plural};
use crate::project::sources::Source;

/// A shorter text occurs by chance.
const SHORTEST: usize = 20;

/// What was found of held-out inputs.
#[derive(Debug)]
pub struct Leakage {
    sources: Vec<(String, String, u64)>,
    known: BTreeSet<String>,
    near: BTreeSet<String>,
    n_equal: u64,
    n_more: u64,
}

impl Leakage {
    /// Will look into these files.
    pub fn new(sources: &[Source]) -> Self {
        let sources = sources.iter().filter(|source| source.kind != "project").map(|source| {
            let mut text = String::new();
            // Line by line, so that a long file is not cut where a long input is.
            for line in source.text.lines() {
                let mut normal = String::new();
                normalise(line, &mut normal);
                text.push_str(&normal);
                if !text.is_empty() && !text.ends_with(' ') {
                    text.push(' ');
                }
            }
            (source.file.clone(), text, 0)
        });
        Self {
            sources: sources.collect(),
            known: BTreeSet::new(),
            near: BTreeSet::new(),
            n_equal: 0,
            n_more: 0,
        }
    }

    /// Looks at a case.
    pub fn add(&mut self, case: &Case) {
        if case.split != Split::Gate || self.sources.is_empty() {
            return;
        }
        let mut texts = Vec::new();
        case.input.values().for_each(|value| strings(value, &mut texts));
        texts.retain(|text| text.trim_end().len() >= SHORTEST);
        let mut is_found = false;
        for (_, source, n) in &mut self.sources {
            if texts.iter().any(|text| source.contains(text.trim_end())) {
                *n += 1;
                is_found = true;
            }
        }
        if is_found {
            self.known.insert(case.id.clone());
        }
    }

    /// Takes nearly equal cases, of which one may be held out.
    pub fn add_pair(&mut self, first: &Named, second: &Named) {
        let held_out = match (first.split, second.split) {
            (Split::Gate, Split::Tune) => &first.id,
            (Split::Tune, Split::Gate) => &second.id,
            _ => return,
        };
        self.near.insert(held_out.clone());
        self.known.insert(held_out.clone());
    }

    /// Takes held-out cases whose input some case that tunes has: the first ones by id, and how many there are.
    pub fn add_equal(&mut self, ids: &[String], n: u64) {
        self.n_equal = n;
        self.n_more = n.saturating_sub(ids.len() as u64);
        self.known.extend(ids.iter().cloned());
    }

    /// What was found.
    pub fn check(self, n_gate: u64) -> HealthCheck {
        let kind = CheckKind::Leakage;
        if n_gate == 0 {
            return HealthCheck {
                kind,
                state: CheckState::Look,
                says: "nothing is held out, so the gate judges on cases that everybody tunes on"
                    .into(),
                n: 0,
                of: 0,
                cases: Vec::new(),
                rows: Vec::new(),
                next: Some("hold some cases out with split = \"gate\", or a gate_file".into()),
            };
        }
        let row = |label: String, n: u64| HealthRow { label, n, of: n_gate, note: None };
        let n_near = self.near.len() as u64;
        let sources = self.sources.into_iter().map(|(file, _, n)| row(format!("in {file}"), n));
        let among = [
            row("equal to a case that tunes".into(), self.n_equal),
            row("nearly equal to a case that tunes".into(), n_near),
        ];
        let rows: Vec<HealthRow> = sources.chain(among).filter(|row| row.n > 0).collect();
        let n = (self.known.len() as u64 + self.n_more).min(n_gate);
        HealthCheck {
            kind,
            state: if n == 0 { CheckState::Fine } else { CheckState::Mend },
            says: match n {
                0 => format!(
                    "none of {} occurs in prompts, in rules or among the cases that tune",
                    plural(n_gate, "held-out input")
                ),
                k => format!(
                    "{} of {} are known where people tune",
                    count(k),
                    plural(n_gate, "held-out input")
                ),
            },
            n,
            of: n_gate,
            cases: self.known.into_iter().take(MOST_NAMED).collect(),
            rows,
            next: (n > 0).then(|| {
                "take them out of prompts, rules and tuning cases, or let these cases tune and hold out others".into()
            }),
        }
    }
}

fn strings(value: &Value, out: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let mut normal = String::new();
            normalise(text, &mut normal);
            out.push(normal);
        }
        Value::Array(values) => values.iter().for_each(|value| strings(value, out)),
        Value::Object(map) => map.values().for_each(|value| strings(value, out)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn case(id: &str, text: &str, split: Split) -> Case {
        let case = json!({ "id": id, "input": { "message": text }, "split": split });
        serde_json::from_value(case).unwrap()
    }

    #[test]
    fn a_held_out_input_in_a_prompt_is_found_whatever_its_signs() {
        let source = Source {
            kind: "prompt",
            file: "triage.md".into(),
            text: "# user\nFor example: \"My parcel is late,\nwhere is it now?\"\n".into(),
        };
        let mut leakage = Leakage::new(&[source]);
        leakage.add(&case("a", "my parcel is late where is it now", Split::Gate));
        leakage.add(&case("b", "my parcel is late where is it now", Split::Tune));
        leakage.add(&case("c", "late", Split::Gate));
        let named = |id: &str, split| Named { id: id.into(), split };
        leakage.add_pair(&named("d", Split::Tune), &named("e", Split::Gate));
        leakage.add_pair(&named("f", Split::Gate), &named("g", Split::Gate));
        let check = leakage.check(10);
        assert_eq!((check.n, check.of, check.state), (2, 10, CheckState::Mend));
        assert_eq!(check.cases, ["a", "e"]);
        assert_eq!(check.rows[0].label, "in triage.md");
    }
}
