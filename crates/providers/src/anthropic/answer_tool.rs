//! Pure. Structured output on every Claude model: a tool whose arguments are the answer.
//!
//! Its name marks it, so that the answer can be read back without the request at hand.

use serde_json::{Map, Value, json};

use crate::chat::OutputSchema;

const PLAIN: &str = "final_answer_as_";
/// For a schema whose root is no object: the answer is the argument `value`.
const WRAPPED: &str = "final_answer_value_as_";
const LONGEST_NAME: usize = 64;

/// The tool's definition.
pub(crate) fn tool(output: &OutputSchema) -> Value {
    json!({
        "name": name(output),
        "description": "Gives the final answer as its arguments. Call it exactly once.",
        "input_schema": if is_object(&output.schema) { output.schema.clone() } else { wrap(&output.schema) },
    })
}

/// The tool's name, within the characters and the length that the API accepts.
pub(crate) fn name(output: &OutputSchema) -> String {
    let prefix = if is_object(&output.schema) { PLAIN } else { WRAPPED };
    let is_allowed = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let rest = output.name.chars().map(|c| if is_allowed(c) { c } else { '_' });
    prefix.chars().chain(rest).take(LONGEST_NAME).collect()
}

/// Whether a call of that tool is the answer.
pub(crate) fn is_answer(tool_name: &str) -> bool {
    tool_name.starts_with(PLAIN) || is_wrapped(tool_name)
}

/// Whether the answer is the argument `value` and not the arguments themselves.
pub(crate) fn is_wrapped(tool_name: &str) -> bool {
    tool_name.starts_with(WRAPPED)
}

/// The text of the answer, from the arguments of the call.
pub(crate) fn answer_text(tool_name: &str, arguments: &Value) -> String {
    let value = if is_wrapped(tool_name) { arguments.get("value") } else { None };
    value.unwrap_or(arguments).to_string()
}

/// The arguments of the call, from the text of the answer.
pub(crate) fn arguments(tool_name: &str, text: &str) -> Value {
    let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    if is_wrapped(tool_name) || !value.is_object() { json!({"value": value}) } else { value }
}

/// The schema that a tool's definition asks for, if the tool is the answer.
pub(crate) fn read(tool: &Value) -> Option<OutputSchema> {
    let name = tool.get("name")?.as_str()?;
    let schema = tool.get("input_schema")?;
    if let Some(rest) = name.strip_prefix(WRAPPED) {
        return Some(OutputSchema { name: rest.to_owned(), schema: unwrap(schema) });
    }
    let rest = name.strip_prefix(PLAIN)?;
    Some(OutputSchema { name: rest.to_owned(), schema: schema.clone() })
}

fn is_object(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("object")
}

/// Definitions stay at the root, where references look for them.
fn wrap(schema: &Value) -> Value {
    let mut value = schema.clone();
    let mut outer = Map::new();
    outer.insert("type".to_owned(), "object".into());
    for keyword in ["$defs", "definitions"] {
        if let Some(found) = value.as_object_mut().and_then(|fields| fields.shift_remove(keyword)) {
            outer.insert(keyword.to_owned(), found);
        }
    }
    outer.insert("properties".to_owned(), json!({"value": value}));
    outer.insert("required".to_owned(), json!(["value"]));
    Value::Object(outer)
}

fn unwrap(schema: &Value) -> Value {
    let mut value = schema.pointer("/properties/value").cloned().unwrap_or(Value::Null);
    for keyword in ["$defs", "definitions"] {
        if let (Some(found), Some(fields)) = (schema.get(keyword), value.as_object_mut()) {
            fields.insert(keyword.to_owned(), found.clone());
        }
    }
    value
}
