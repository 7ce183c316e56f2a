//! Pure. TOML as people write it: short texts in double quotes, patterns in single ones, tables on one line.

use std::fmt::Write as _;

use serde_json::{Map, Value};

/// A text; with single quotes where that saves backslashes.
pub fn text(text: &str) -> String {
    let is_literal = (text.contains('\\') || text.contains('"'))
        && !text.contains('\'')
        && !text.chars().any(char::is_control);
    if is_literal { format!("'{text}'") } else { quoted(text) }
}

/// A text in double quotes.
fn quoted(text: &str) -> String {
    let mut written = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => written.push_str("\\\""),
            '\\' => written.push_str("\\\\"),
            '\n' => written.push_str("\\n"),
            '\t' => written.push_str("\\t"),
            '\r' => written.push_str("\\r"),
            c if c.is_control() => {
                let _ = write!(written, "\\u{:04X}", u32::from(c));
            }
            c => written.push(c),
        }
    }
    written.push('"');
    written
}

/// A key: bare where that is allowed.
pub fn key(name: &str) -> String {
    let is_bare = !name.is_empty()
        && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if is_bare { name.to_owned() } else { quoted(name) }
}

/// Any JSON value on one line; TOML has no null, so fields without a value are left out.
pub fn value(json: &Value) -> String {
    match json {
        Value::Null => "\"\"".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        // A number beyond 64 bits has no place in TOML as an integer.
        Value::Number(number) if number.is_u64() && number.as_i64().is_none() => {
            format!("{:?}", number.as_f64().unwrap_or(f64::MAX))
        }
        Value::Number(number) => number.to_string(),
        Value::String(string) => text(string),
        Value::Array(values) => {
            let kept: Vec<String> =
                values.iter().filter(|inner| !inner.is_null()).map(value).collect();
            format!("[{}]", kept.join(", "))
        }
        Value::Object(map) => table(map),
    }
}

/// A table on one line.
pub fn table(map: &Map<String, Value>) -> String {
    let fields: Vec<String> = map
        .iter()
        .filter(|(_, inner)| !inner.is_null())
        .map(|(name, inner)| format!("{} = {}", key(name), value(inner)))
        .collect();
    if fields.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", fields.join(", ")) }
}

/// `name = value` lines with the equal signs under each other.
pub fn aligned(rows: &[(String, String)]) -> String {
    let width = rows.iter().map(|(name, _)| key(name).chars().count()).max().unwrap_or(0);
    rows.iter().map(|(name, value)| format!("{:width$} = {value}\n", key(name))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn values_are_written_as_people_write_them() {
        for (json, toml) in [
            (json!("plain"), r#""plain""#),
            (json!(r"^\d+$"), r"'^\d+$'"),
            (json!("it's \"x\""), r#""it's \"x\"""#),
            (json!(["a", 1, null]), r#"["a", 1]"#),
            (json!({"a b": true, "c": null}), r#"{ "a b" = true }"#),
            (json!({}), "{}"),
        ] {
            assert_eq!(value(&json), toml);
        }
    }

    proptest! {
        #[test]
        fn every_text_is_read_back_as_it_was(name in ".{0,12}", content in "(?s).{0,40}") {
            let line = format!("{} = {}", key(&name), text(&content));
            let read: toml::Table = toml::from_str(&line).unwrap();
            prop_assert_eq!(read[&name].as_str(), Some(content.as_str()));
        }
    }
}
