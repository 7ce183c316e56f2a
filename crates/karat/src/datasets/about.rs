//! Pure. What a dataset holds, counted while its cases pass by: input fields, segments, tags, answers.

use std::collections::{BTreeMap, BTreeSet};

use karat_records::{Case, Split};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// More values than this are no segments and no classes of answers.
const MOST_VALUES: usize = 50;
/// Neither are longer texts.
const LONGEST_VALUE: usize = 80;
/// Tags and fields of which more are not counted.
const MOST_NAMES: usize = 500;

/// What a dataset holds.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct About {
    /// Names of the inputs, in the order in which they were met.
    pub fields: Vec<String>,
    /// Metadata by which cases fall into groups.
    pub segments: Vec<Segment>,
    /// Tags, the most frequent first.
    pub tags: Vec<ValueCount>,
    /// Desired outputs, where they are few.
    pub answers: Vec<String>,
}

/// A field of the metadata and its values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Segment {
    /// Its path, for example `metadata.channel`.
    pub field: String,
    /// Values, the most frequent first.
    pub values: Vec<ValueCount>,
}

/// A value and how many cases have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ValueCount {
    /// The value as text.
    pub value: String,
    /// Cases that have it.
    pub n: u64,
}

/// Counts while cases pass by, in bounded memory.
#[derive(Clone, Debug, Default)]
pub struct Counting {
    fields: Vec<String>,
    metadata: BTreeMap<String, Values>,
    tags: Values,
    answers: Values,
    /// Cases.
    pub n: u64,
    /// Held-out cases.
    pub n_gate: u64,
}

/// Counts of values; nothing any more where they are too many.
#[derive(Clone, Debug, Default)]
struct Values {
    counts: BTreeMap<String, u64>,
    is_too_many: bool,
}

impl Values {
    fn add(&mut self, value: &str, most: usize) {
        if self.is_too_many {
            return;
        }
        if let Some(n) = self.counts.get_mut(value) {
            *n += 1;
        } else if self.counts.len() >= most || value.chars().count() > LONGEST_VALUE {
            self.is_too_many = true;
            self.counts.clear();
        } else {
            self.counts.insert(value.to_owned(), 1);
        }
    }

    fn sorted(self) -> Vec<ValueCount> {
        let counts = self.counts.into_iter().map(|(value, n)| ValueCount { value, n });
        let mut counts: Vec<_> = counts.collect();
        counts.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.value.cmp(&b.value)));
        counts
    }
}

impl Counting {
    /// Counts a case.
    pub fn add(&mut self, case: &Case) {
        self.n += 1;
        self.n_gate += u64::from(case.split == Split::Gate);
        for name in case.input.keys() {
            if self.fields.len() < MOST_NAMES && !self.fields.contains(name) {
                self.fields.push(name.clone());
            }
        }
        for tag in case.tags.iter().collect::<BTreeSet<_>>() {
            self.tags.add(tag, MOST_NAMES);
        }
        match case.expected.as_ref().map(plain) {
            None => {}
            Some(Some(text)) => self.answers.add(&text, MOST_VALUES),
            Some(None) => self.answers.is_too_many = true,
        }
        for (name, value) in &case.metadata {
            if self.metadata.len() >= MOST_NAMES && !self.metadata.contains_key(name) {
                continue;
            }
            let values = self.metadata.entry(name.clone()).or_default();
            match plain(value) {
                Some(text) => values.add(&text, MOST_VALUES),
                None => values.is_too_many |= !value.is_null(),
            }
        }
    }

    /// What was counted.
    pub fn about(self) -> About {
        let n = self.n;
        let segments = self.metadata.into_iter().filter_map(|(name, values)| {
            // A field with another value for each case groups nothing.
            let is_grouping = n < 3 || (values.counts.len() as u64) * 2 <= n;
            if values.is_too_many || values.counts.is_empty() || !is_grouping || name.contains('.')
            {
                return None;
            }
            Some(Segment { field: format!("metadata.{name}"), values: values.sorted() })
        });
        let answers = if self.answers.is_too_many { Values::default() } else { self.answers };
        About {
            fields: self.fields,
            segments: segments.collect(),
            tags: self.tags.sorted(),
            answers: answers.sorted().into_iter().map(|it| it.value).collect(),
        }
    }
}

/// A plain value as text.
pub fn plain(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn fields_that_group_cases_are_segments_and_others_are_not() {
        let mut counting = Counting::default();
        for index in 0..200 {
            let case = json!({
                "id": index.to_string(), "input": { "message": "hi" }, "expected": index % 3,
                "tags": if index == 0 { json!(["hard", "hard"]) } else { json!([]) },
                "metadata": { "channel": if index % 4 == 0 { "chat" } else { "mail" }, "order": index },
            });
            counting.add(&serde_json::from_value(case).unwrap());
        }
        let about = counting.about();
        assert_eq!(about.fields, ["message"]);
        let mail = ValueCount { value: "mail".into(), n: 150 };
        let chat = ValueCount { value: "chat".into(), n: 50 };
        let channel = Segment { field: "metadata.channel".into(), values: vec![mail, chat] };
        assert_eq!(about.segments, [channel]);
        assert_eq!(about.tags, [ValueCount { value: "hard".into(), n: 1 }]);
        assert_eq!(about.answers, ["0", "1", "2"]);
    }
}
