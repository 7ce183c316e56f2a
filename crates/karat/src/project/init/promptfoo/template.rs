//! Pure. promptfoo's templates (nunjucks) as Karat's (minijinja).

use std::sync::LazyLock;

use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value as Filled};
use regex::Regex;
use serde_json::{Map, Value};

static DUMP: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\|\s*dump\b(?:\s*\(\s*\d*\s*\))?").expect("a fixed pattern that was tested")
});

/// Steps that one rendering may take.
const FUEL: u64 = 1_000_000;

/// The same template in the other dialect; the two agree on nearly everything.
pub fn translate(text: &str) -> String {
    let text = DUMP.replace_all(text, "| tojson");
    let inside = |from: &str, to: &str, text: &str| {
        // Only inside {% … %} and {{ … }}: outside it is the prompt's own text.
        let mut written = String::new();
        let mut rest = text;
        while let Some(at) = rest.find("{%").into_iter().chain(rest.find("{{")).min() {
            let close = if rest[at..].starts_with("{%") { "%}" } else { "}}" };
            let Some(end) = rest[at..].find(close) else { break };
            written.push_str(&rest[..at]);
            written.push_str(&rest[at..at + end].replace(from, to));
            rest = &rest[at + end..];
        }
        written + rest
    };
    inside("!==", "!=", &inside("===", "==", &text))
}

/// Whether anything would be filled in.
pub fn has_places(text: &str) -> bool {
    text.contains("{{") || text.contains("{%")
}

/// Fills in a text as promptfoo does: what is not there is empty.
pub fn fill(text: &str, vars: &Map<String, Value>) -> Result<String, String> {
    if !has_places(text) {
        return Ok(text.to_owned());
    }
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(FUEL));
    environment
        .render_str(&translate(text), Filled::from(Serde(vars)))
        .map_err(|error| format!("{error:#}"))
}

/// Fills in every text inside a value.
pub fn fill_value(value: &Value, vars: &Map<String, Value>) -> Result<Value, String> {
    Ok(match value {
        Value::String(text) => Value::String(fill(text, vars)?),
        Value::Array(values) => Value::Array(
            values.iter().map(|value| fill_value(value, vars)).collect::<Result<_, _>>()?,
        ),
        Value::Object(map) => Value::Object(
            map.iter()
                .map(|(key, value)| Ok((key.clone(), fill_value(value, vars)?)))
                .collect::<Result<_, String>>()?,
        ),
        other => other.clone(),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn nunjucks_words_become_their_counterparts_and_text_stays() {
        assert_eq!(
            translate("a === b {{ x | dump }} {{ y|dump(2) }} {% if a === 'b' %}{% endif %}"),
            "a === b {{ x | tojson }} {{ y| tojson }} {% if a == 'b' %}{% endif %}"
        );
        let vars = json!({"x": {"a": 1}, "n": 3});
        let vars = vars.as_object().unwrap();
        assert_eq!(
            fill("{{ x | dump }} {{n}} {{ gone.deeper }}!", vars).unwrap(),
            "{\"a\": 1} 3 !"
        );
        assert!(fill("{{ n | nope }}", vars).is_err());
        assert!(fill("{% for i in range(1000000000) %}x{% endfor %}", vars).is_err());
    }
}
