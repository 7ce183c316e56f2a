//! Pure. Cases with equal inputs: repeated ones, contradicting ones, and those on both sides of the split.

use std::collections::HashMap;

use karat_records::{Case, Hash, Split};

use super::{CheckKind, CheckState, HealthCheck, HealthRow, MOST_NAMED};
use crate::gate::describe::{count, plural};

/// Held-out cases that are looked up by id.
const MOST_CROSSING: usize = 10_000;

/// Inputs that were met, by fingerprint.
#[derive(Debug, Default)]
pub struct Repeats {
    inputs: HashMap<[u8; 16], Met>,
    repeated: Found,
    conflicting: Found,
    crossing: Vec<u64>,
    n_crossing: u64,
}

#[derive(Debug)]
struct Met {
    first: u64,
    expected: Option<u64>,
    is_in_tune: bool,
    is_in_gate: bool,
    first_gate: u64,
}

#[derive(Debug, Default)]
struct Found {
    n: u64,
    ids: Vec<String>,
    rows: Vec<HealthRow>,
}

impl Found {
    fn add(&mut self, id: &str, first: u64) {
        self.n += 1;
        if self.ids.len() < MOST_NAMED {
            self.ids.push(id.to_owned());
            let label = format!("{id} has the input of row {}", count(first + 1));
            self.rows.push(HealthRow { label, n: 1, of: 1, note: None });
        }
    }
}

impl Repeats {
    /// Looks at a case.
    pub fn add(&mut self, position: u64, case: &Case) {
        let is_gate = case.split == Split::Gate;
        let expected = case.expected.as_ref().map(|value| prefix(&Hash::of_json(value)));
        let Some(bytes) = case.input_hash().bytes() else { return };
        let key = *bytes.first_chunk().unwrap_or(&[0; 16]);
        let Some(met) = self.inputs.get_mut(&key) else {
            let (is_in_tune, is_in_gate) = (!is_gate, is_gate);
            let met =
                Met { first: position, expected, is_in_tune, is_in_gate, first_gate: position };
            self.inputs.insert(key, met);
            return;
        };
        match (met.expected, expected) {
            (Some(known), Some(new)) if known != new => self.conflicting.add(&case.id, met.first),
            _ => self.repeated.add(&case.id, met.first),
        }
        met.expected = met.expected.or(expected);
        // A held-out case counts once another one of the same input tunes, whichever came first.
        let held_out = match (is_gate, met.is_in_tune, met.is_in_gate) {
            (true, true, _) => Some(position),
            (false, false, true) => Some(met.first_gate),
            _ => None,
        };
        if let Some(held_out) = held_out {
            self.n_crossing += 1;
            if self.crossing.len() < MOST_CROSSING {
                self.crossing.push(held_out);
            }
        }
        if is_gate && !met.is_in_gate {
            met.first_gate = position;
        }
        met.is_in_tune |= !is_gate;
        met.is_in_gate |= is_gate;
    }

    /// Positions of the first held-out cases whose input some case that tunes has.
    pub fn crossing(&self) -> Vec<u64> {
        self.crossing.clone()
    }

    /// How many of them there are.
    pub fn n_crossing(&self) -> u64 {
        self.n_crossing
    }

    /// Cases that repeat an earlier one.
    pub fn duplicates(&self, n: u64) -> HealthCheck {
        let found = &self.repeated;
        let says = match found.n {
            0 => format!("no two of {} have the same input and desired output", plural(n, "case")),
            k => {
                format!("{} of {} repeat the input of an earlier one", count(k), plural(n, "case"))
            }
        };
        HealthCheck {
            kind: CheckKind::Duplicates,
            state: if found.n == 0 { CheckState::Fine } else { CheckState::Look },
            says,
            n: found.n,
            of: n,
            cases: found.ids.clone(),
            rows: found.rows.clone(),
            next: (found.n > 0).then(|| {
                "remove repeated cases: they count twice and make intervals look narrower than they are".into()
            }),
        }
    }

    /// Cases that want something else than an earlier one with the same input.
    pub fn conflicts(&self, n: u64) -> HealthCheck {
        let found = &self.conflicting;
        let says = match found.n {
            0 => "no equal inputs with different desired outputs".to_owned(),
            k => format!(
                "{} of {} want another output than an earlier one with the same input",
                count(k),
                plural(n, "case")
            ),
        };
        HealthCheck {
            kind: CheckKind::Conflicts,
            state: if found.n == 0 { CheckState::Fine } else { CheckState::Mend },
            says,
            n: found.n,
            of: n,
            cases: found.ids.clone(),
            rows: found.rows.clone(),
            next: (found.n > 0)
                .then(|| "decide which output is right: no variant can meet both".into()),
        }
    }
}

fn prefix(hash: &Hash) -> u64 {
    hash.bytes().and_then(|bytes| bytes.first_chunk().copied()).map_or(0, u64::from_be_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn case(id: &str, text: &str, expected: &str, split: Split) -> Case {
        serde_json::from_value(json!({
            "id": id, "input": { "message": text }, "expected": expected, "split": split,
        }))
        .unwrap()
    }

    #[test]
    fn repeats_conflicts_and_crossings_are_told_apart() {
        let mut repeats = Repeats::default();
        let cases = [
            case("a", "x", "1", Split::Tune),
            case("b", "x", "1", Split::Tune),
            case("c", "x", "2", Split::Gate),
            case("d", "y", "1", Split::Gate),
            case("e", "y", "1", Split::Tune),
            case("f", "z", "1", Split::Gate),
        ];
        for (position, case) in cases.iter().enumerate() {
            repeats.add(position as u64, case);
        }
        let (duplicates, conflicts) = (repeats.duplicates(6), repeats.conflicts(6));
        assert_eq!((duplicates.n, duplicates.cases), (2, vec!["b".to_owned(), "e".to_owned()]));
        assert_eq!((conflicts.n, conflicts.cases), (1, vec!["c".to_owned()]));
        assert_eq!(conflicts.state, CheckState::Mend);
        assert_eq!((repeats.crossing(), repeats.n_crossing()), (vec![2, 3], 2));
    }
}
