//! Pure. promptfoo's tests in a sheet: columns are variables, those with two underscores are assertions and settings.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::{Map, Value, json};

/// `not-contains(0.8): text`
static SHORTHAND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?s)^([a-z][a-z-]*)(?:\(([0-9.]+)\))?(?::(.*))?$")
        .expect("a fixed pattern that was tested")
});

/// The rows as tests.
pub fn read(text: &str) -> Result<Vec<Map<String, Value>>, String> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let mut tests = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        if record.len() != header.len() {
            let line = record.position().map_or(0, csv::Position::line);
            return Err(format!(
                "line {line} has {} fields, the header has {}; quotes go around a whole field",
                record.len(),
                header.len()
            ));
        }
        let mut test = Map::new();
        let (mut vars, mut metadata, mut options) = (Map::new(), Map::new(), Map::new());
        let (mut asserted, mut metric, mut threshold) = (Vec::new(), None, None);
        for (name, cell) in header.iter().map(str::trim).zip(record.iter()) {
            if let Some(key) = name.strip_prefix("__metadata:") {
                if !cell.trim().is_empty() {
                    metadata.insert(key.trim_end_matches("[]").to_owned(), json!(cell));
                }
            } else if name.starts_with("__expected") {
                asserted.extend(assertion(cell));
            } else if matches!(name, "__prefix" | "__suffix") {
                if !cell.is_empty() {
                    options.insert(name.trim_start_matches('_').to_owned(), json!(cell));
                }
            } else if name == "__description" {
                test.insert("description".into(), json!(cell));
            } else if name == "__metric" {
                metric = (!cell.is_empty()).then(|| cell.to_owned());
            } else if name == "__threshold" {
                threshold = cell.trim().parse::<f64>().ok();
            } else if !name.is_empty() {
                vars.insert(name.to_owned(), json!(cell));
            }
        }
        for assertion in &mut asserted {
            if let (Some(metric), Value::Object(map)) = (&metric, assertion) {
                map.insert("metric".into(), json!(metric));
            }
        }
        test.insert("vars".into(), Value::Object(vars));
        test.extend(threshold.map(|threshold| ("threshold".to_owned(), json!(threshold))));
        for (name, map) in [("metadata", metadata), ("options", options)] {
            if !map.is_empty() {
                test.insert(name.into(), Value::Object(map));
            }
        }
        if !asserted.is_empty() {
            test.insert("assert".into(), Value::Array(asserted));
        }
        tests.push(test);
    }
    Ok(tests)
}

/// A cell of `__expected`: `type: value`, `type(threshold): value`, or plain text that the answer must equal.
fn assertion(cell: &str) -> Option<Value> {
    let cell = cell.trim();
    if cell.is_empty() {
        return None;
    }
    let equals = || json!({ "type": "equals", "value": cell });
    let Some(parts) = SHORTHAND.captures(cell) else { return Some(equals()) };
    let part = |index| parts.get(index).map(|found| found.as_str().trim());
    let kind = match part(1).unwrap_or_default() {
        "fn" | "eval" => "javascript",
        "grade" => "llm-rubric",
        kind => kind,
    };
    if !super::assertion_types::is_type(kind) {
        return Some(equals());
    }
    let mut map = Map::new();
    map.insert("type".into(), json!(kind));
    if let Some(value) = part(3).filter(|value| !value.is_empty()) {
        map.insert("value".into(), json!(value));
    } else if !super::assertion_types::stands_alone(kind) {
        // A word such as "contains" alone is the desired text.
        return Some(equals());
    }
    if let Some(threshold) = part(2).and_then(|text| text.parse::<f64>().ok()) {
        map.insert("threshold".into(), json!(threshold));
    }
    Some(Value::Object(map))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shorthand_is_understood_and_everything_else_is_the_desired_text() {
        for (cell, wanted) in [
            ("Paris", json!({"type": "equals", "value": "Paris"})),
            ("equals: Paris", json!({"type": "equals", "value": "Paris"})),
            ("note: this is text", json!({"type": "equals", "value": "note: this is text"})),
            ("contains", json!({"type": "equals", "value": "contains"})),
            ("is-json", json!({"type": "is-json"})),
            ("not-icontains:sorry", json!({"type": "not-icontains", "value": "sorry"})),
            ("similar(0.8): hi", json!({"type": "similar", "value": "hi", "threshold": 0.8})),
            ("grade: is polite", json!({"type": "llm-rubric", "value": "is polite"})),
            ("fn: output.length", json!({"type": "javascript", "value": "output.length"})),
        ] {
            assert_eq!(assertion(cell), Some(wanted), "{cell}");
        }
        assert_eq!(assertion("  "), None);
    }

    #[test]
    fn columns_are_variables_and_settings() {
        let tests =
            read("city,__expected,__expected2,__metadata:area,__threshold\nParis,icontains:f,not-contains:x,eu,0.5\n")
                .unwrap();
        assert_eq!(
            Value::Object(tests[0].clone()),
            json!({
                "vars": {"city": "Paris"}, "threshold": 0.5, "metadata": {"area": "eu"},
                "assert": [{"type": "icontains", "value": "f"}, {"type": "not-contains", "value": "x"}],
            })
        );
    }
}
