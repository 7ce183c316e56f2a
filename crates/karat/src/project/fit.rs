//! Pure. Which scorer fits the desired outputs.

use std::collections::BTreeSet;

use serde_json::Value;

use super::columns::{Roles, canonical, values};
use super::rows::Row;

/// How the answers can be judged.
#[derive(Debug)]
pub struct Fit {
    /// The kind of scorer.
    pub judged_by: JudgedBy,
    /// What the desired outputs are, in words.
    pub about: String,
    /// Rows without a desired output.
    pub n_without: usize,
}

/// The scorer that fits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JudgedBy {
    /// There is nothing to compare with.
    Nothing,
    /// The same text or JSON, or the same value at a path.
    Equals {
        /// Where in the answer.
        path: Option<String>,
        /// Some answers differ from the desired output only in case.
        ignore_case: bool,
    },
    /// The same number.
    Numeric,
    /// Long texts: shared words.
    RougeL,
}

/// Texts above this mean length are sentences, and no two people write the same.
const SENTENCE: usize = 60;

impl Fit {
    /// Looks at desired outputs and answers.
    pub fn of(rows: &[Row], roles: &Roles) -> Self {
        let mut fit = Self::of_desired(rows, roles.expected.as_deref());
        if let (JudgedBy::Equals { path: None, ignore_case }, Some(column)) =
            (&mut fit.judged_by, &roles.expected)
        {
            *ignore_case = differs_only_in_case(rows, column, roles);
        }
        fit
    }

    /// Looks at desired outputs alone, so that nothing is known about any answer.
    pub fn of_desired(rows: &[Row], expected: Option<&str>) -> Self {
        let Some(column) = expected else {
            return Self {
                judged_by: JudgedBy::Nothing,
                about: String::new(),
                n_without: rows.len(),
            };
        };
        let desired = values(rows, column);
        let n_without = rows.len() - desired.len();
        let different: BTreeSet<String> = desired.iter().map(canonical).collect();
        let n = different.len();
        let (judged_by, about) = if let Some(key) = only_key(&desired) {
            let path = Some(path_to(&key));
            (JudgedBy::Equals { path, ignore_case: false }, format!("JSON with {key}"))
        } else if desired.iter().any(|value| value.is_object() || value.is_array()) {
            (JudgedBy::Equals { path: None, ignore_case: false }, "JSON".to_owned())
        } else if desired.iter().all(|value| canonical(value).parse::<f64>().is_ok()) {
            (JudgedBy::Numeric, "numbers".to_owned())
        } else if mean_length(&desired) > SENTENCE {
            (JudgedBy::RougeL, "long texts".to_owned())
        } else {
            let judged_by = JudgedBy::Equals { path: None, ignore_case: false };
            (judged_by, format!("short texts, {n} different"))
        };
        Self { judged_by, about, n_without }
    }
}

fn mean_length(values: &[Value]) -> usize {
    values.iter().map(|value| canonical(value).chars().count()).sum::<usize>() / values.len().max(1)
}

/// The key that all desired objects have, and have alone.
fn only_key(desired: &[Value]) -> Option<String> {
    let keys: Option<BTreeSet<&String>> = desired
        .iter()
        .map(|value| value.as_object().filter(|map| map.len() == 1)?.keys().next())
        .collect();
    let keys = keys?;
    (keys.len() == 1).then(|| keys.into_iter().next().cloned()).flatten()
}

fn path_to(key: &str) -> String {
    let is_plain = key.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '-');
    if is_plain { format!("$.{key}") } else { format!("$['{}']", key.replace('\'', "\\'")) }
}

fn differs_only_in_case(rows: &[Row], expected: &str, roles: &Roles) -> bool {
    let text = |row: &Row, name: &str| {
        let text = row.fields.get(name).and_then(Value::as_str).map(str::trim)?;
        (!text.starts_with(['{', '['])).then(|| text.to_owned())
    };
    rows.iter().any(|row| {
        roles.answers.iter().any(|answer| match (text(row, expected), text(row, &answer.column)) {
            (Some(wanted), Some(found)) => {
                wanted != found && wanted.to_lowercase() == found.to_lowercase()
            }
            _ => false,
        })
    })
}
