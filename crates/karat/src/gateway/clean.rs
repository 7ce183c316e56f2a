//! Pure. What is taken out of everything before it is written down: matches of patterns, and the keys of providers.

use std::borrow::Cow;

use regex::Regex;
use serde_json::Value;

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

    /// Cleans every text inside JSON in its place.
    pub fn clean_json(&self, value: &mut Value) {
        match value {
            Value::String(text) => self.clean(text),
            Value::Array(items) => items.iter_mut().for_each(|item| self.clean_json(item)),
            Value::Object(fields) => fields.values_mut().for_each(|field| self.clean_json(field)),
            _ => {}
        }
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
        let mut json = json!({"a": ["sk-canary-1"], "b": 1});
        cleaner.clean_json(&mut json);
        assert_eq!(json, json!({"a": ["[redacted]"], "b": 1}));
    }
}
