//! Pure. Where the value that an output is compared with comes from.

use karat_records::{Answer, Case};
use serde_json::Value;

use super::template::Template;

/// The value that an output is compared with.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// The case's `expected`.
    Expected,
    /// The same value for every case.
    Value(Value),
    /// A text with `{{item.field}}` in it.
    Template(Template),
}

impl Wanted {
    /// The value for this case, or a sentence that names what is missing.
    pub fn resolve(&self, case: &Case, answer: &Answer) -> Result<Value, String> {
        match self {
            Self::Expected => match &case.expected {
                Some(Value::Null) | None => Err(format!("case {} has no `expected`", case.id)),
                Some(value) => Ok(value.clone()),
            },
            Self::Value(value) => Ok(value.clone()),
            Self::Template(template) => template.value(case, answer),
        }
    }

    /// The value as texts: a list as its elements, anything else as one.
    pub fn texts(&self, case: &Case, answer: &Answer) -> Result<Vec<String>, String> {
        match self.resolve(case, answer)? {
            Value::Array(values) if values.is_empty() => Err("the list of texts is empty".into()),
            Value::Array(values) => Ok(values.iter().map(text_of).collect()),
            value => Ok(vec![text_of(&value)]),
        }
    }
}

/// A value as text: a string as it is, null as nothing, other JSON compactly.
pub fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}
