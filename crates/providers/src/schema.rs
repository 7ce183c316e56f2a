//! Pure. Whether a JSON schema lies in the subset that `OpenAI` enforces (`strict: true`).
//!
//! A schema outside of it is sent with `strict: false`: better a hint than a refused request.
//! Source: the "Supported schemas" section of `OpenAI`'s guide to structured outputs.

use serde_json::{Map, Value};

const UNSUPPORTED: [&str; 11] = [
    "allOf",
    "oneOf",
    "not",
    "if",
    "then",
    "else",
    "dependentRequired",
    "dependentSchemas",
    "patternProperties",
    "propertyNames",
    "unevaluatedProperties",
];

/// Whether the schema may be sent with `strict: true`: its root is an object, and every object in it is closed.
pub fn qualifies_for_strict(schema: &Value) -> bool {
    schema.get("type").and_then(Value::as_str) == Some("object") && qualifies(schema)
}

fn qualifies(schema: &Value) -> bool {
    let Some(fields) = schema.as_object() else {
        return false;
    };
    let says_what = ["type", "$ref", "anyOf", "enum", "const"];
    if !says_what.iter().any(|keyword| fields.contains_key(*keyword)) {
        return false;
    }
    if UNSUPPORTED.iter().any(|keyword| fields.contains_key(*keyword)) {
        return false;
    }
    if is_object(fields) && !is_closed(fields) {
        return false;
    }
    let named = ["properties", "$defs", "definitions"].into_iter();
    let named = named.filter_map(|keyword| fields.get(keyword)?.as_object()).flat_map(Map::values);
    let alternatives = fields.get("anyOf").and_then(Value::as_array).into_iter().flatten();
    let items = fields.get("items").into_iter();
    named.chain(alternatives).chain(items).all(qualifies)
}

fn is_object(fields: &Map<String, Value>) -> bool {
    match fields.get("type") {
        Some(Value::String(name)) => name == "object",
        Some(Value::Array(names)) => names.iter().any(|name| name == "object"),
        _ => fields.contains_key("properties"),
    }
}

/// No property beyond the named ones, and all of them required.
fn is_closed(fields: &Map<String, Value>) -> bool {
    let required = fields.get("required").and_then(Value::as_array);
    let is_required =
        |name: &String| required.is_some_and(|names| names.iter().any(|other| other == name));
    let properties = fields.get("properties").and_then(Value::as_object);
    fields.get("additionalProperties") == Some(&Value::Bool(false))
        && properties.into_iter().flat_map(Map::keys).all(is_required)
}
