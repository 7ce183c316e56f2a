//! Which schemas may be enforced.

use karat_providers::qualifies_for_strict;
use serde_json::json;

#[test]
fn a_closed_schema_qualifies() {
    assert!(qualifies_for_strict(&json!({
        "type": "object",
        "properties": {
            "not": {"type": ["string", "null"]},
            "items": {"type": "array", "items": {"$ref": "#/$defs/item"}},
            "either": {"anyOf": [{"type": "number"}, {"enum": ["a"]}]},
        },
        "required": ["not", "items", "either"],
        "additionalProperties": false,
        "$defs": {"item": {"type": "object", "properties": {}, "additionalProperties": false}},
    })));
}

#[test]
fn an_open_schema_does_not_qualify_wherever_it_is_open() {
    let closed = |inner| json!({"type": "object", "properties": {"a": inner}, "required": ["a"], "additionalProperties": false});
    assert!(qualifies_for_strict(&closed(json!({"type": "string"}))));
    for open in [
        json!({}),
        json!(true),
        json!({"type": "array"}),
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}),
        json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": false}),
        closed(json!({"type": "object"})),
        closed(json!({"description": "anything"})),
        closed(json!({"type": "array", "items": {"oneOf": [{"type": "string"}]}})),
        closed(json!({"anyOf": [{"type": "object"}]})),
    ] {
        assert!(!qualifies_for_strict(&open), "{open}");
    }
}
