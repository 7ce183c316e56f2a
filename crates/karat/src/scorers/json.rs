//! Pure. JSON in outputs: as the whole text, in a fence, or somewhere in prose; and schemas that it must fit.

use std::fmt;
use std::sync::Arc;

use karat_records::Answer;
use serde_json::Value;

use super::score::{Judged, shorten};

/// A compiled JSON schema; a clone shares it.
#[derive(Clone)]
pub struct Schema(Arc<jsonschema::Validator>);

impl Schema {
    /// Compiles a schema; the error says what is wrong and where.
    ///
    /// References to other documents are not fetched and are therefore an error.
    pub fn compile(schema: &Value) -> Result<Self, String> {
        match jsonschema::validator_for(schema) {
            Ok(validator) => Ok(Self(Arc::new(validator))),
            Err(error) => Err(format!("the schema is invalid at {}", describe(&error))),
        }
    }

    /// Nothing where the value fits, otherwise the first thing that does not.
    pub fn check(&self, value: &Value) -> Result<(), String> {
        self.0.validate(value).map_err(|error| describe(&error))
    }
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Schema")
    }
}

/// `is-json`.
pub(super) fn judge_is(schema: Option<&Schema>, answer: &Answer) -> Judged {
    match (whole_json(answer), schema) {
        (None, _) => no_json(answer),
        (Some(_), None) => Judged::new(1.0, "the output is JSON"),
        (Some(value), Some(schema)) => judge_fit(schema, &value),
    }
}

/// `json-schema`.
pub(super) fn judge_schema(schema: &Schema, answer: &Answer) -> Judged {
    output_json(answer).map_or_else(|| no_json(answer), |value| judge_fit(schema, &value))
}

/// `contains-json`.
pub(super) fn judge_contains(schema: Option<&Schema>, answer: &Answer) -> Judged {
    if let Some(value @ (Value::Object(_) | Value::Array(_))) = whole_json(answer) {
        return match schema {
            None => Judged::new(1.0, "the output is JSON"),
            Some(schema) => judge_fit(schema, &value),
        };
    }
    let mut misfit = None;
    let text = answer.text();
    let mut search = Search::new(&text);
    for value in &mut search {
        match schema.map_or(Ok(()), |schema| schema.check(&value)) {
            Ok(()) => return Judged::new(1.0, format!("contains {}", shorten(&value.to_string()))),
            Err(error) => misfit = misfit.or(Some(error)),
        }
    }
    match misfit {
        Some(error) => Judged::new(0.0, format!("the JSON in the output does not fit: {error}")),
        None if search.gave_up => Judged::new(0.0, "too many brackets that open no JSON"),
        None => no_json(answer),
    }
}

/// The output as JSON: structured output as it is, text that is JSON as a whole or inside a fence.
pub fn output_json(answer: &Answer) -> Option<Value> {
    match &answer.output {
        Value::String(text) => text_json(text),
        Value::Null => None,
        other => Some(other.clone()),
    }
}

/// A text as JSON, as a whole or inside the first fence that holds JSON.
pub fn text_json(text: &str) -> Option<Value> {
    if let Ok(value) = serde_json::from_str(text) {
        return Some(value);
    }
    // Pieces at odd positions stand between two fences; the first line may name the language.
    text.split("```").skip(1).step_by(2).find_map(|fenced| {
        let word = fenced.split(char::is_whitespace).next().unwrap_or_default();
        let body = if word.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            serde_json::from_str(&fenced[word.len()..]).ok()
        } else {
            None
        };
        body.or_else(|| serde_json::from_str(fenced).ok())
    })
}

/// Whether two values are the same JSON: key order does not matter, nor does 1 or 1.0.
pub fn same_json(a: &Value, b: &Value) -> bool {
    same_json_by(a, b, &|a, b| a == b)
}

/// The same, with another idea of when two strings are the same.
pub fn same_json_by(a: &Value, b: &Value, same_text: &dyn Fn(&str, &str) -> bool) -> bool {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter().all(|(key, value)| {
                    b.get(key).is_some_and(|other| same_json_by(value, other, same_text))
                })
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_json_by(a, b, same_text))
        }
        (Value::String(a), Value::String(b)) => same_text(a, b),
        (Value::Number(a), Value::Number(b)) => {
            a == b || (a.is_f64() || b.is_f64()) && a.as_f64() == b.as_f64()
        }
        _ => a == b,
    }
}

fn whole_json(answer: &Answer) -> Option<Value> {
    match &answer.output {
        Value::String(text) => serde_json::from_str(text).ok(),
        Value::Null => None,
        other => Some(other.clone()),
    }
}

fn judge_fit(schema: &Schema, value: &Value) -> Judged {
    match schema.check(value) {
        Ok(()) => Judged::new(1.0, "the JSON fits the schema"),
        Err(error) => Judged::new(0.0, format!("the JSON does not fit: {error}")),
    }
}

fn no_json(answer: &Answer) -> Judged {
    Judged::new(0.0, format!("expected JSON, found {}", shorten(&answer.text())))
}

fn describe(error: &jsonschema::ValidationError<'_>) -> String {
    let place = error.instance_path().as_str();
    let place = if place.is_empty() { "the root" } else { place };
    format!("{place}: {}", shorten(&error.to_string()))
}

/// Objects and lists in a text, outermost first, one after the other.
struct Search<'a> {
    rest: &'a str,
    /// Bytes that may still be read in vain, so that brackets that open nothing cost linear time.
    budget: usize,
    gave_up: bool,
}

impl<'a> Search<'a> {
    fn new(text: &'a str) -> Self {
        Self { rest: text, budget: text.len() * 8 + 100_000, gave_up: false }
    }
}

impl Iterator for Search<'_> {
    type Item = Value;

    fn next(&mut self) -> Option<Value> {
        while let Some(start) = self.rest.find(['{', '[']) {
            let candidate = &self.rest[start..];
            let mut values = serde_json::Deserializer::from_str(candidate).into_iter::<Value>();
            match values.next() {
                Some(Ok(value)) => {
                    self.rest = &candidate[values.byte_offset()..];
                    return Some(value);
                }
                Some(Err(error)) => {
                    let lines =
                        candidate.split_inclusive('\n').take(error.line().saturating_sub(1));
                    let read = lines.map(str::len).sum::<usize>() + error.column();
                    self.rest = &candidate[1..];
                    if read > self.budget {
                        self.gave_up = true;
                        return None;
                    }
                    self.budget -= read;
                }
                None => return None,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::vectors::answer;
    use super::*;

    fn person() -> Schema {
        Schema::compile(&json!({
            "type": "object", "required": ["name"], "properties": {"age": {"type": "integer", "minimum": 0}}
        }))
        .unwrap()
    }

    #[test]
    fn is_json_looks_at_the_whole_output() {
        for (output, value) in [
            (json!("{\"a\": 1}"), 1.0),
            (json!(" [1, 2]\n"), 1.0),
            (json!("true"), 1.0),
            (json!({"a": 1}), 1.0),
            (json!("```json\n{\"a\": 1}\n```"), 0.0),
            (json!("{'a': 1}"), 0.0),
            (json!("{\"a\": 1,}"), 0.0),
            (json!(""), 0.0),
            (json!(null), 0.0),
        ] {
            assert_eq!(judge_is(None, &answer(output.clone())).value, Some(value), "{output}");
        }
    }

    #[test]
    fn a_schema_names_the_first_thing_that_does_not_fit() {
        let person = person();
        let schema = Some(&person);
        assert_eq!(judge_is(schema, &answer(json!("{\"name\": \"Ada\"}"))).value, Some(1.0));
        let judged = judge_is(schema, &answer(json!({"name": "Ada", "age": -1})));
        assert_eq!(judged.value, Some(0.0));
        assert_eq!(
            judged.explanation.unwrap(),
            "the JSON does not fit: /age: -1 is less than the minimum of 0"
        );
    }

    #[test]
    fn a_schema_accepts_json_in_a_fence() {
        for (text, value) in [
            ("```json\n{\"name\": \"Ada\"}\n```", 1.0),
            ("Here:\n```\n{\"name\": \"Ada\"}\n```\nDone.", 1.0),
            ("```{\"name\": \"Ada\"}```", 1.0),
            ("```rust\nfn x() {}\n``` and ```JSON\n{\"name\": \"Ada\"}```", 1.0),
            ("```json\n{\"name\": \"Ada\"}", 1.0),
            ("```json\n{\"age\": 3}\n```", 0.0),
            ("Ada", 0.0),
        ] {
            assert_eq!(judge_schema(&person(), &answer(json!(text))).value, Some(value), "{text}");
        }
    }

    #[test]
    fn contains_json_finds_an_object_or_list_in_prose() {
        for (text, plain, fitting) in [
            ("Sure! {\"name\": \"Ada\"} is what I found.", 1.0, 1.0),
            ("first {\"x\": 1}, then {\"name\": \"Ada\"}", 1.0, 1.0),
            ("a {brace} and [1, 2]", 1.0, 0.0),
            ("f(x) { return [; }", 0.0, 0.0),
            ("42", 0.0, 0.0),
            ("", 0.0, 0.0),
        ] {
            let output = answer(json!(text));
            assert_eq!(judge_contains(None, &output).value, Some(plain), "{text}");
            assert_eq!(judge_contains(Some(&person()), &output).value, Some(fitting), "{text}");
        }
    }

    #[test]
    fn brackets_that_open_nothing_cost_linear_time() {
        for text in ["[".repeat(300_000), "{\"a\":[".repeat(100_000), "[0,".repeat(200_000)] {
            let judged = judge_contains(None, &answer(json!(text)));
            assert_eq!(judged.value, Some(0.0));
        }
        let nested = format!("{}{}", "[".repeat(120), "[],".repeat(200_000));
        let judged = judge_contains(Some(&person()), &answer(json!(nested)));
        assert_eq!(judged.value, Some(0.0));
    }

    #[test]
    fn an_invalid_schema_is_refused_when_it_is_compiled() {
        let error = Schema::compile(&json!({"type": "nothing"})).unwrap_err();
        assert!(error.starts_with("the schema is invalid at /type"), "{error}");
        assert!(Schema::compile(&json!({"$ref": "https://example.com/schema.json"})).is_err());
    }

    #[test]
    fn equal_json_ignores_key_order_and_the_way_a_number_is_written() {
        let a = json!({"a": 1, "b": [1.5, {"c": null}]});
        assert!(same_json(&a, &json!({"b": [1.5, {"c": null}], "a": 1.0})));
        assert!(!same_json(&a, &json!({"b": [{"c": null}, 1.5], "a": 1})));
        assert!(!same_json(&a, &json!({"a": 1, "b": [1.5, {"c": null}], "d": null})));
        assert!(!same_json(&json!(9_007_199_254_740_993_i64), &json!(9_007_199_254_740_992_i64)));
        assert!(!same_json(&json!(1), &json!(true)));
    }

    #[test]
    fn schemas_accept_what_the_package_jsonschema_accepts() {
        for vector in crate::scorers::vectors::load("json_schema") {
            let schema = Schema::compile(&vector["schema"]).unwrap();
            let answer = crate::scorers::vectors::answer(vector["instance"].clone());
            let judged = judge_schema(&schema, &answer);
            // A text is read as JSON first, and null stands for no output: neither is an instance here.
            if !vector["instance"].is_string() && !vector["instance"].is_null() {
                assert_eq!(
                    judged.value == Some(1.0),
                    vector["valid"] == true,
                    "{vector} {judged:?}"
                );
            }
        }
    }
}
