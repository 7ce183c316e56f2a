//! A case: an input, the answer that people want for it, and what is known about both.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::Hash;

/// One example of a dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Case {
    /// Unique in its dataset.
    pub id: String,
    /// Named inputs, exactly as a request of the feature would carry them.
    pub input: Map<String, Value>,
    /// The desired output, where people wrote one down.
    #[serde(default)]
    pub expected: Option<Value>,
    /// Whatever else is known: segment, language, source.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// Free words, for example `hard` or `must-pass`.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Whether the case may tune, judge, or both.
    #[serde(default)]
    pub split: Split,
}

/// What a case may be used for: gold that tunes cannot judge.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Split {
    /// The dataset holds nothing back: the case serves both.
    #[default]
    Both,
    /// For iterating; never judged by a gate.
    Tune,
    /// Held out for the gate; hidden while people iterate.
    Gate,
}

impl Case {
    /// The hash of what a variant sees.
    pub fn input_hash(&self) -> Hash {
        Hash::of_json(&Value::Object(self.input.clone()))
    }

    /// The hash of everything that a verdict depends on: id, input, expected output, metadata and tags.
    pub fn content_hash(&self) -> Hash {
        Hash::of_json(&json!({
            "id": self.id, "input": self.input, "expected": self.expected,
            "metadata": self.metadata, "tags": self.tags,
        }))
    }

    /// Looks up `metadata.segment`, `input.language`, `expected.queue`, `id` or `split`.
    pub fn field(&self, path: &str) -> Option<Value> {
        let mut parts = path.split('.');
        let mut value = match parts.next()? {
            "id" => Value::String(self.id.clone()),
            "input" => Value::Object(self.input.clone()),
            "metadata" => Value::Object(self.metadata.clone()),
            "expected" => self.expected.clone()?,
            "tags" => json!(self.tags),
            "split" => serde_json::to_value(self.split).ok()?,
            _ => return None,
        };
        for part in parts {
            value = match value {
                Value::Object(mut map) => map.remove(part)?,
                Value::Array(mut list) => {
                    let index: usize = part.parse().ok()?;
                    (index < list.len()).then(|| list.swap_remove(index))?
                }
                _ => return None,
            };
        }
        Some(value)
    }
}
