//! Pure. The shape that a feature demands of every answer: JSON that follows its schema.

use karat_records::{Answer, Failure, FailureKind, Fault};
use serde_json::Value;

/// A compiled JSON Schema.
#[derive(Debug)]
pub struct Shape(Option<jsonschema::Validator>);

impl Shape {
    /// Compiles a schema that was checked when the project was read.
    pub fn new(schema: &Value) -> Self {
        Self(jsonschema::validator_for(schema).ok())
    }

    /// Turns text that is JSON into JSON, and an answer of another shape into a failure that says so.
    pub fn hold(&self, mut answer: Answer) -> Answer {
        if answer.failure.is_some() || !answer.tool_calls.is_empty() && answer.output.is_null() {
            return answer;
        }
        if let Value::String(text) = &answer.output
            && let Some(json) = json_in(text)
        {
            answer.output = json;
        }
        let Some(validator) = &self.0 else { return answer };
        if let Err(error) = validator.validate(&answer.output) {
            let words: String = error.to_string().chars().take(200).collect();
            answer.failure = Some(Failure {
                kind: FailureKind::Malformed,
                message: format!("the answer breaks the feature's output schema: {words}"),
                fault: Fault::Provider,
            });
        }
        answer
    }
}

/// JSON in a text: the text itself, or the inside of a Markdown fence around it.
pub fn json_in(text: &str) -> Option<Value> {
    let text = text.trim();
    if let Ok(json) = serde_json::from_str::<Value>(text) {
        return (!json.is_string()).then_some(json);
    }
    let inner =
        text.strip_prefix("```json").or_else(|| text.strip_prefix("```"))?.strip_suffix("```")?;
    serde_json::from_str(inner.trim()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn text(output: &str) -> Answer {
        Answer { output: json!(output), ..Answer::default() }
    }

    #[test]
    fn text_that_is_json_becomes_json_and_other_shapes_fail() {
        let shape = Shape::new(&json!({"type": "object", "required": ["queue"]}));
        assert_eq!(
            shape.hold(text("```json\n{\"queue\":\"a\"}\n```")).output,
            json!({"queue": "a"})
        );
        let broken = shape.hold(text("the queue is a"));
        assert_eq!(broken.failure.map(|failure| failure.kind), Some(FailureKind::Malformed));
    }
}
