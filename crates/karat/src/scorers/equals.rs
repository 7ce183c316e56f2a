//! Pure. `equals`: the output, or one value inside it, is the expected one.

use karat_records::{Answer, Case};
use serde_json::Value;

use super::json::{output_json, same_json_by, text_json};
use super::method::Equals;
use super::score::{Judged, shorten};
use super::wanted::{Wanted, text_of};
use crate::project::path::Path;

pub(super) fn judge(settings: &Equals, case: &Case, answer: &Answer) -> Judged {
    let expected = match expected(settings, case, answer) {
        Ok(expected) => expected,
        Err(missing) => return Judged::undecided(missing),
    };
    let found = match &settings.path {
        None => answer.output.clone(),
        Some(path) => match select_output(path, answer) {
            Ok(value) => value,
            Err(missing) => {
                let wanted = shorten(&text_of(&expected));
                return Judged::new(0.0, format!("expected {wanted}, but {missing}"));
            }
        },
    };
    if matches(settings, &expected, &found) {
        return Judged::new(1.0, format!("equals {}", shorten(&text_of(&expected))));
    }
    let (wanted, found) = (shorten(&text_of(&expected)), shorten(&text_of(&found)));
    Judged::new(0.0, format!("expected {wanted}, found {found}"))
}

/// The value at a path of the output, or a sentence that says why there is none.
pub(super) fn select_output(path: &Path, answer: &Answer) -> Result<Value, String> {
    let Some(output) = output_json(answer) else {
        return Err(format!("the output is no JSON: {}", shorten(&answer.text())));
    };
    let selected = path.select(&output).cloned();
    selected.ok_or_else(|| format!("the output has no `{}`", path.as_str()))
}

/// The path also leads into the case's expected object or list, but not into a value from the settings.
fn expected(settings: &Equals, case: &Case, answer: &Answer) -> Result<Value, String> {
    let whole = settings.wanted.resolve(case, answer)?;
    let (Some(path), Wanted::Expected) = (&settings.path, &settings.wanted) else {
        return Ok(whole);
    };
    let whole = match &whole {
        Value::String(text) => match text_json(text) {
            Some(inner @ (Value::Object(_) | Value::Array(_))) => inner,
            _ => whole,
        },
        _ => whole,
    };
    if !whole.is_object() && !whole.is_array() {
        return Ok(whole);
    }
    let selected = path.select(&whole).cloned();
    selected.ok_or_else(|| format!("case {}: `expected` has no `{}`", case.id, path.as_str()))
}

fn matches(settings: &Equals, expected: &Value, found: &Value) -> bool {
    let same_text = |a: &str, b: &str| {
        let (a, b) = if settings.trim { (a.trim(), b.trim()) } else { (a, b) };
        a == b || settings.ignore_case && a.to_lowercase() == b.to_lowercase()
    };
    if same_json_by(expected, found, &same_text) {
        return true;
    }
    match (expected, found) {
        // Structured expectations also arrive as text, for example from CSV.
        (Value::String(wanted), Value::String(found)) => {
            let is_structure = |value: &Value| value.is_object() || value.is_array();
            text_json(wanted).filter(is_structure).is_some_and(|wanted| {
                text_json(found).is_some_and(|found| same_json_by(&wanted, &found, &same_text))
            })
        }
        (Value::String(wanted), found) => {
            same_text(wanted, &text_of(found))
                || text_json(wanted).is_some_and(|wanted| same_json_by(&wanted, found, &same_text))
        }
        (wanted, Value::String(found)) => {
            text_json(found).is_some_and(|found| same_json_by(wanted, &found, &same_text))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::vectors::{answer, case};
    use super::*;

    fn plain() -> Equals {
        Equals { wanted: Wanted::Expected, path: None, ignore_case: false, trim: true }
    }

    fn at(path: &str) -> Equals {
        Equals { path: Some(Path::parse(path).unwrap()), ..plain() }
    }

    fn value(settings: &Equals, expected: Value, output: Value) -> Option<f64> {
        judge(settings, &case(Some(expected)), &answer(output)).value
    }

    #[test]
    fn texts_are_trimmed_and_json_is_compared_as_json() {
        for (expected, output, wanted) in [
            (json!("yes"), json!(" yes\n"), 1.0),
            (json!("yes"), json!("Yes"), 0.0),
            (json!("yes"), json!("yes."), 0.0),
            (json!(18), json!("18"), 1.0),
            (json!(18), json!("18.0"), 1.0),
            (json!("18"), json!(18), 1.0),
            (json!(true), json!("true"), 1.0),
            (json!({"a": 1, "b": 2}), json!("{\"b\": 2, \"a\": 1.0}"), 1.0),
            (json!({"a": 1}), json!("```json\n{\"a\": 1}\n```"), 1.0),
            (json!("{\"a\": 1}"), json!("{ \"a\": 1 }"), 1.0),
            (json!("{\"a\": 1}"), json!({"a": 1}), 1.0),
            (json!({"a": 1}), json!({"a": 1, "b": 2}), 0.0),
            (json!([1, 2]), json!([2, 1]), 0.0),
            (json!(""), json!(""), 1.0),
            (json!("x"), json!(null), 0.0),
        ] {
            assert_eq!(
                value(&plain(), expected.clone(), output.clone()),
                Some(wanted),
                "{expected} {output}"
            );
        }
    }

    #[test]
    fn case_and_trimming_are_settings() {
        let relaxed = Equals { ignore_case: true, ..plain() };
        assert_eq!(value(&relaxed, json!("ÜBER"), json!("über")), Some(1.0));
        assert_eq!(value(&relaxed, json!(["A"]), json!("[\"a\"]")), Some(1.0));
        let strict = Equals { trim: false, ..plain() };
        assert_eq!(value(&strict, json!("a"), json!("a ")), Some(0.0));
    }

    #[test]
    fn a_path_leads_into_output_and_expected() {
        for (expected, output, wanted) in [
            (
                json!({"queue": "billing", "note": "x"}),
                json!("{\"queue\": \"billing\"}"),
                Some(1.0),
            ),
            (json!("{\"queue\": \"billing\"}"), json!({"queue": "billing"}), Some(1.0)),
            (json!("billing"), json!("```json\n{\"queue\": \"billing\"}\n```"), Some(1.0)),
            (json!("3"), json!({"queue": 3}), Some(1.0)),
            (json!("billing"), json!({"queue": "refund"}), Some(0.0)),
            (json!("billing"), json!({"other": 1}), Some(0.0)),
            (json!("billing"), json!("billing"), Some(0.0)),
            (json!({"other": 1}), json!({"queue": "billing"}), None),
        ] {
            assert_eq!(
                value(&at("$.queue"), expected.clone(), output.clone()),
                wanted,
                "{expected} {output}"
            );
        }
        let literal = Equals { wanted: Wanted::Value(json!({"a": 1})), ..at("$.queue") };
        assert_eq!(value(&literal, json!(null), json!({"queue": {"a": 1}})), Some(1.0));
    }

    #[test]
    fn an_explanation_says_what_was_expected_and_found() {
        let explain = |settings: &Equals, expected: Option<Value>, output: Value| {
            judge(settings, &case(expected), &answer(output)).explanation.unwrap()
        };
        assert_eq!(explain(&plain(), Some(json!(18)), json!("26")), "expected 18, found 26");
        assert_eq!(explain(&plain(), None, json!("26")), "case c1 has no `expected`");
        assert_eq!(
            explain(&at("$.queue"), Some(json!("billing")), json!({})),
            "expected billing, but the output has no `$.queue`"
        );
        assert_eq!(
            explain(&at("$.queue"), Some(json!({"a": 1})), json!({})),
            "case c1: `expected` has no `$.queue`"
        );
    }
}
