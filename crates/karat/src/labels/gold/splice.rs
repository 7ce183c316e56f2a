//! Pure. One value inside a JSON text is replaced where it stands; everything around it stays as it was written.

use std::fmt;
use std::ops::Range;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;

/// The fields of an object in the order of the text.
struct Fields<'a>(Vec<(String, &'a RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Walk;
        impl<'de> Visitor<'de> for Walk {
            type Value = Fields<'de>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(entry) = map.next_entry::<String, &'de RawValue>()? {
                    fields.push(entry);
                }
                Ok(Fields(fields))
            }
        }
        deserializer.deserialize_map(Walk)
    }
}

/// Where a part of the text lies in it; both come from the same string.
pub(super) fn span(whole: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr() as usize - whole.as_ptr() as usize;
    start..start + part.len()
}

fn fields(object: &str) -> Option<Vec<(String, Range<usize>)>> {
    let fields: Fields<'_> = serde_json::from_str(object).ok()?;
    Some(fields.0.into_iter().map(|(key, raw)| (key, span(object, raw.get()))).collect())
}

/// Whether the text puts a space behind its colons.
pub(super) fn is_spaced(object: &str) -> bool {
    fields(object)
        .and_then(|fields| fields.first().map(|(_, at)| object[..at.start].ends_with(' ')))
        .unwrap_or(true)
}

/// The object with this value at the end of the keys; objects on the way are made where they are missing.
///
/// A text that holds an object, as spreadsheets have it, is changed inside the text.
pub(super) fn set(raw: Option<&str>, keys: &[String], value: &Value, spaced: bool) -> String {
    let Some((key, rest)) = keys.split_first() else { return written(value, spaced) };
    if let Some(Ok(Value::String(text))) = raw.map(serde_json::from_str)
        && fields(&text).is_some()
    {
        return Value::String(set(Some(&text), keys, value, is_spaced(&text))).to_string();
    }
    let Some((raw, fields)) = raw.and_then(|raw| Some((raw, fields(raw)?))) else {
        return set(Some("{}"), keys, value, spaced);
    };
    // The last of equal keys is the one that counts.
    if let Some((_, at)) = fields.iter().rfind(|(name, _)| name == key) {
        let inner = set(Some(&raw[at.clone()]), rest, value, spaced);
        return format!("{}{inner}{}", &raw[..at.start], &raw[at.end..]);
    }
    let inner = set(None, rest, value, spaced);
    let (colon, comma) = if spaced { (": ", ", ") } else { (":", ",") };
    let field = format!("{}{colon}{inner}", Value::String(key.clone()));
    match fields.last() {
        Some((_, at)) => format!("{}{comma}{field}{}", &raw[..at.end], &raw[at.end..]),
        None => format!("{{{field}}}"),
    }
}

/// JSON on one line, with or without spaces behind colons and commas.
pub(super) fn written(value: &Value, spaced: bool) -> String {
    if !spaced {
        return value.to_string();
    }
    match value {
        Value::Object(map) => {
            let fields: Vec<String> = map
                .iter()
                .map(|(key, value)| {
                    format!("{}: {}", Value::String(key.clone()), written(value, spaced))
                })
                .collect();
            format!("{{{}}}", fields.join(", "))
        }
        Value::Array(values) => {
            let values: Vec<String> = values.iter().map(|value| written(value, spaced)).collect();
            format!("[{}]", values.join(", "))
        }
        other => other.to_string(),
    }
}
