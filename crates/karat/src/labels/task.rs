//! Pure. The unchanging part of an item: what is to be labelled, where it comes from, and how it was drawn.

use karat_records::{Case, Split};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// What is to be labelled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Task {
    /// The queue's id.
    pub queue_id: String,
    /// What the feature would get.
    pub input: Map<String, Value>,
    /// The answer that is judged.
    #[serde(default)]
    pub answer: Option<Value>,
    /// A model's answer that is suggested or revealed, never shown for held-out cases.
    #[serde(default)]
    pub suggestion: Option<Value>,
    /// The case in the dataset, where it is one.
    pub case_id: Option<String>,
    /// The id that a new row brought along.
    #[serde(default)]
    pub own_id: Option<String>,
    /// What the case may be used for.
    pub split: Split,
    /// What else is known about the case.
    #[serde(default)]
    pub metadata: Map<String, Value>,
    /// Tags of a new row.
    #[serde(default)]
    pub tags: Vec<String>,
    /// How the item was drawn.
    pub drawn: Drawn,
    /// Who proposed it, when and from where.
    #[serde(default)]
    pub provenance: Option<Provenance>,
}

/// How an item was drawn.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Drawn {
    /// The rule by which it was drawn.
    pub sampler: String,
    /// The group within which it was drawn.
    pub stratum: String,
    /// The probability that an item of that group was drawn.
    pub inclusion_probability: f64,
}

/// Who proposed a candidate case.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Provenance {
    /// Id of the person.
    pub by: String,
    /// Name of the person then.
    pub name: String,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// Where, for example `play`.
    pub from: String,
    /// The case that it was made from.
    pub from_case: Option<String>,
    /// What the person would want as the output; not a label, because it may follow a model's answer.
    pub expected: Option<Value>,
    /// A remark.
    pub note: Option<String>,
    /// The inference that it was made from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inference: Option<FromInference>,
}

/// The answer in production that a candidate case was made from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FromInference {
    /// Its id.
    pub id: String,
    /// The variant that answered.
    pub variant: Option<String>,
    /// When it was received, in milliseconds since the Unix epoch.
    pub received_at_ms: i64,
    /// The kind of signal with which a user corrected the answer, where `expected` comes from one.
    pub correction: Option<String>,
}

/// Parts of names of fields that may say who or what is behind a case, or what others think of it.
const TELLING: &[&str] = &[
    "author",
    "annotat",
    "label",
    "rater",
    "review",
    "model",
    "variant",
    "provider",
    "vendor",
    "answer",
    "output",
    "completion",
    "generation",
    "response",
    "expected",
    "gold",
    "score",
    "judge",
    "verdict",
    "prediction",
    "created_by",
];

/// Most characters of a field that is shown beside the input.
const MOST_CONTEXT: usize = 200;

/// What may be shown beside the input: short fields whose names do not tell who or what is behind the case.
pub fn context(metadata: &Map<String, Value>) -> Map<String, Value> {
    metadata
        .iter()
        .filter(|(name, value)| {
            let name = name.to_lowercase();
            let is_short = match value {
                Value::String(text) => text.chars().count() <= MOST_CONTEXT,
                Value::Number(_) | Value::Bool(_) => true,
                _ => false,
            };
            is_short && !TELLING.iter().any(|part| name.contains(part))
        })
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

/// The group of a case: the value of the field by which criteria are judged apart.
pub fn stratum(case: &Case, field: Option<&str>) -> String {
    let Some(field) = field else { return "all".into() };
    match case.field(field) {
        Some(Value::String(text)) => text,
        None | Some(Value::Null) => "(none)".into(),
        Some(other) => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_context_names_neither_people_nor_models_nor_answers() {
        let metadata = json!({
            "segment": "app", "language": "de", "age": 3, "Annotator": "ann", "model_a": "billing",
            "long": "x".repeat(500), "labelled": {"by": 2}, "reviewed-by": "bob", "gold": true,
        });
        let shown = context(metadata.as_object().unwrap());
        assert_eq!(json!(shown), json!({"segment": "app", "language": "de", "age": 3}));
    }
}
