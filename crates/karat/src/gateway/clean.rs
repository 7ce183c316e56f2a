//! Pure. What is taken out of everything before it is written down: matches of patterns, and the keys of providers.

use std::borrow::Cow;

use regex::Regex;
use serde_json::{Map, Value};

/// Takes out what nobody may read later.
#[derive(Clone, Debug, Default)]
pub struct Cleaner {
    patterns: Vec<Regex>,
    secrets: Vec<String>,
}

/// What stands in place of what was taken out.
const GONE: &str = "[redacted]";

/// Shorter texts occur by chance; no provider has such keys.
const SHORTEST_SECRET: usize = 8;

impl Cleaner {
    /// Takes out matches of the patterns, and these keys.
    pub fn new(patterns: Vec<Regex>, secrets: impl IntoIterator<Item = String>) -> Self {
        let mut secrets: Vec<String> =
            secrets.into_iter().filter(|secret| secret.len() >= SHORTEST_SECRET).collect();
        secrets.sort_unstable();
        secrets.dedup();
        Self { patterns, secrets }
    }

    /// A text without what is to be taken out.
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut clean = Cow::Borrowed(text);
        for secret in &self.secrets {
            if clean.contains(secret.as_str()) {
                clean = Cow::Owned(clean.replace(secret.as_str(), GONE));
            }
        }
        for pattern in &self.patterns {
            if pattern.is_match(&clean) {
                clean = Cow::Owned(pattern.replace_all(&clean, GONE).into_owned());
            }
        }
        clean
    }

    /// Cleans a text in its place.
    pub fn clean(&self, text: &mut String) {
        if let Cow::Owned(clean) = self.text(text) {
            *text = clean;
        }
    }

    /// Cleans every text inside JSON in its place, names of members included; true where there was something.
    pub fn clean_json(&self, value: &mut Value) -> bool {
        match value {
            Value::String(text) => match self.text(text) {
                Cow::Owned(clean) => {
                    *text = clean;
                    true
                }
                Cow::Borrowed(_) => false,
            },
            Value::Array(items) => {
                let changed = items.iter_mut().map(|item| self.clean_json(item));
                // Every one has to be looked at, also behind the first that changed.
                changed.filter(|changed| *changed).count() > 0
            }
            Value::Object(fields) => self.clean_members(fields),
            _ => false,
        }
    }

    /// Cleans the members of an object in their place.
    pub fn clean_members(&self, fields: &mut Map<String, Value>) -> bool {
        let mut changed = false;
        if fields.keys().any(|name| matches!(self.text(name), Cow::Owned(_))) {
            let renamed = std::mem::take(fields);
            *fields = renamed
                .into_iter()
                .map(|(name, value)| (self.text(&name).into_owned(), value))
                .collect();
            changed = true;
        }
        fields.values_mut().fold(changed, |changed, field| self.clean_json(field) || changed)
    }

    /// Cleans JSON text in its place, also where it says with escapes what nobody may read.
    pub fn clean_json_text(&self, text: &mut String) {
        // Keys hold nothing that has to be escaped; clients escape what is not ASCII, and slashes.
        let may_hide = if self.patterns.is_empty() {
            !self.secrets.is_empty() && (text.contains("\\u") || text.contains("\\/"))
        } else {
            text.contains('\\')
        };
        if may_hide
            && let Ok(mut value) = serde_json::from_str::<Value>(text)
            && self.clean_json(&mut value)
        {
            *text = value.to_string();
        }
        self.clean(text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn patterns_and_keys_are_taken_out_of_texts_and_of_json() {
        let pattern = Regex::new(r"\b\d{4} \d{4} \d{4} \d{4}\b").unwrap();
        let cleaner = Cleaner::new(vec![pattern], ["sk-canary-1".to_owned(), "abc".to_owned()]);
        assert_eq!(
            cleaner.text("card 1234 1234 1234 1234, key sk-canary-1, abc"),
            "card [redacted], key [redacted], abc"
        );
        assert!(matches!(cleaner.text("nothing"), Cow::Borrowed(_)));
        let mut json = json!({"a": ["sk-canary-1"], "b": 1, "sk-canary-1": 2});
        assert!(cleaner.clean_json(&mut json));
        assert_eq!(json, json!({"a": ["[redacted]"], "b": 1, "[redacted]": 2}));
        assert!(!cleaner.clean_json(&mut json));
    }

    #[test]
    fn escapes_hide_nothing() {
        let cleaner = Cleaner::new(vec![Regex::new("Müller").unwrap()], ["key/canary".to_owned()]);
        let clean = |text: &str| {
            let mut text = text.to_owned();
            cleaner.clean_json_text(&mut text);
            text
        };
        assert_eq!(clean(r#"{"a":"M\u00fcller \n"}"#), r#"{"a":"[redacted] \n"}"#);
        assert_eq!(clean(r#"{"a":"key\/canary"}"#), r#"{"a":"[redacted]"}"#);
        assert_eq!(clean(r#"{ "a":"b\n" }"#), r#"{ "a":"b\n" }"#, "what is clean stays as it is");
        assert_eq!(clean("no JSON \\ key/canary"), "no JSON \\ [redacted]");
    }
}
