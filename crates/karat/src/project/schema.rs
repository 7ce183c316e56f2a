//! Pure. The JSON Schema of `karat.toml` for editors, made from the table of fields.

use serde_json::{Map, Value, json};

use super::fields::{self, Field, Shape};
use super::scorer_fields;

/// The schema of the whole file.
pub fn schema() -> Value {
    let feature = with_properties(
        fields::FEATURE,
        &[
            ("variants", named(variants())),
            ("scorers", named(scorers())),
            ("mvq", named(criterion())),
        ],
    );
    let mut root = with_properties(
        fields::ROOT,
        &[
            ("project", object(fields::PROJECT)),
            ("providers", named(object(fields::PROVIDER))),
            ("prices", named(object(fields::PRICE))),
            (
                "datasets",
                named(with_properties(fields::DATASET, &[("columns", object(fields::COLUMNS))])),
            ),
            ("bets", named(object(fields::BET))),
            ("features", named(feature)),
            ("gateway", object(fields::GATEWAY)),
        ],
    );
    root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
    root["title"] = json!("karat.toml");
    root
}

fn named(value: Value) -> Value {
    json!({ "type": "object", "additionalProperties": value })
}

fn object(fields: &[Field]) -> Value {
    with_properties(fields, &[])
}

fn with_properties(fields: &[Field], nested: &[(&str, Value)]) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let mut schema = nested
            .iter()
            .find(|(name, _)| *name == field.name)
            .map_or_else(|| shape(field.shape), |(_, schema)| schema.clone());
        schema["description"] = json!(field.doc);
        properties.insert(field.name.into(), schema);
    }
    let required: Vec<&str> =
        fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    json!({
        "type": "object", "properties": properties, "required": required,
        "additionalProperties": false,
    })
}

fn variants() -> Value {
    let kinds: Vec<Value> = fields::VARIANT_KINDS
        .iter()
        .map(|kind| {
            let all: Vec<Field> =
                fields::VARIANT.iter().chain(fields::variant_fields(kind)).copied().collect();
            with_properties(&all, &[("kind", json!({ "const": kind }))])
        })
        .collect();
    json!({ "oneOf": kinds })
}

fn scorers() -> Value {
    let kinds: Vec<Value> = scorer_fields::KINDS
        .iter()
        .map(|(kind, own)| {
            let all: Vec<Field> = scorer_fields::SCORER.iter().chain(own.iter()).copied().collect();
            with_properties(&all, &[("kind", json!({ "enum": [kind, format!("not-{kind}")] }))])
        })
        .collect();
    json!({ "oneOf": kinds })
}

fn criterion() -> Value {
    let mut schema = object(fields::CRITERION);
    schema["oneOf"] = json!(
        ["min", "max", "failures", "better_than_baseline_by"]
            .map(|bound| json!({ "required": [bound] }))
    );
    schema
}

fn shape(shape: Shape) -> Value {
    match shape {
        Shape::Text | Shape::File | Shape::Regex => json!({ "type": "string" }),
        Shape::TextOrList => {
            json!({ "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }] })
        }
        Shape::Integer => json!({ "type": "integer", "minimum": 0 }),
        Shape::Number => json!({ "type": "number" }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::TextList => json!({ "type": "array", "items": { "type": "string" } }),
        Shape::Duration => json!({ "type": "string", "pattern": DURATION }),
        // A TOML date reaches an editor's validator as a date or as text.
        Shape::Date | Shape::Any => json!({}),
        Shape::Table => json!({ "type": "object" }),
        Shape::Tables => json!({ "type": "array", "items": { "type": "object" } }),
        Shape::Bound => {
            json!({ "anyOf": [{ "type": "number" }, { "type": "string", "pattern": DURATION }] })
        }
        Shape::OneOf(words) => json!({ "enum": words }),
    }
}

const DURATION: &str = r"^\d+(\.\d+)?\s*(ms|s|m|min|h)$";
