//! Pure. Fills `{{ name }}` in the texts of a script; a name that is unknown was refused when the script was read.

use serde_json::Value;

/// The names that can be filled in.
pub(super) const NAMES: &[&str] = &["last_user", "model", "n", "occurrence", "found"];

/// What is filled in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fill<'a> {
    /// The last text of the user.
    pub(super) last_user: &'a str,
    /// The model that was asked for.
    pub(super) model: &'a str,
    /// The number of the request at this server, from 1.
    pub(super) n: u64,
    /// How often this same request has come, from 1.
    pub(super) occurrence: u64,
    /// What the answer's table has for this text.
    pub(super) found: Option<&'a str>,
}

impl Fill<'_> {
    fn value(&self, name: &str) -> Option<String> {
        match name {
            "last_user" => Some(self.last_user.to_owned()),
            "model" => Some(self.model.to_owned()),
            "n" => Some(self.n.to_string()),
            "occurrence" => Some(self.occurrence.to_string()),
            "found" => self.found.map(str::to_owned),
            _ => None,
        }
    }

    /// Fills a text in; what is filled in is not looked at again.
    pub(super) fn text(&self, template: &str) -> String {
        let mut filled = String::with_capacity(template.len());
        let mut rest = template;
        while let Some((before, name, after)) = next_name(rest) {
            filled.push_str(before);
            match self.value(name) {
                Some(value) => filled.push_str(&value),
                None => filled.push_str(&rest[before.len()..rest.len() - after.len()]),
            }
            rest = after;
        }
        filled.push_str(rest);
        filled
    }

    /// Fills in every text of a JSON value.
    pub(super) fn json(&self, template: &Value) -> Value {
        match template {
            Value::String(text) => Value::String(self.text(text)),
            Value::Array(items) => items.iter().map(|item| self.json(item)).collect(),
            Value::Object(fields) => {
                fields.iter().map(|(name, value)| (name.clone(), self.json(value))).collect()
            }
            other => other.clone(),
        }
    }
}

/// Names of a template that nothing is known for.
pub(super) fn unknown_names(template: &str) -> Vec<&str> {
    let mut unknown = Vec::new();
    let mut rest = template;
    while let Some((_, name, after)) = next_name(rest) {
        if !NAMES.contains(&name) {
            unknown.push(name);
        }
        rest = after;
    }
    unknown
}

/// The text before the next `{{ name }}`, the name, and the text after it.
fn next_name(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("{{")?;
    let (name, after) = rest.split_once("}}")?;
    Some((before, name.trim(), after))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const FILL: Fill<'_> =
        Fill { last_user: "say {{ n }}", model: "m", n: 7, occurrence: 2, found: Some("billing") };

    #[test]
    fn names_are_filled_in_once() {
        assert_eq!(
            FILL.text("{{last_user}} / {{ n }} / {{ occurrence }} {{ model }} {{ found }}!"),
            "say {{ n }} / 7 / 2 m billing!"
        );
    }

    #[test]
    fn braces_without_an_end_stay() {
        assert_eq!(FILL.text("a {{ n"), "a {{ n");
        assert_eq!(FILL.text("{\"a\": {}}"), "{\"a\": {}}");
    }

    #[test]
    fn json_is_filled_in_without_being_torn() {
        let fill = Fill { last_user: "a \"b\"", ..FILL };
        let filled = fill.json(&json!({"reply": ["{{ last_user }}", 1]}));
        assert_eq!(filled.to_string(), r#"{"reply":["a \"b\"",1]}"#);
    }

    #[test]
    fn unknown_names_are_found() {
        assert_eq!(unknown_names("{{ n }} {{ lastuser }}"), ["lastuser"]);
    }
}
