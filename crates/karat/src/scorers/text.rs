//! Pure. `contains` and its relatives, `starts-with` and `regex`.

use karat_records::{Answer, Case};
use regex::Regex;

use super::method::{Contains, Pattern, Quantifier, StartsWith};
use super::score::{Judged, shorten};

pub(super) fn judge_contains(settings: &Contains, case: &Case, answer: &Answer) -> Judged {
    let needles = match settings.wanted.texts(case, answer) {
        Ok(needles) => needles,
        Err(missing) => return Judged::undecided(missing),
    };
    if needles.iter().any(String::is_empty) {
        return Judged::undecided("every output contains the empty text");
    }
    if settings.quantifier == Quantifier::One && needles.len() > 1 {
        return Judged::undecided(
            "there are several texts; use contains-any or contains-all to say how many must appear",
        );
    }
    let fold =
        |text: &str| if settings.ignore_case { text.to_lowercase() } else { text.to_owned() };
    let text = fold(&answer.text());
    let (found, absent): (Vec<&String>, Vec<&String>) =
        needles.iter().partition(|needle| text.contains(&fold(needle)));
    let passed = match settings.quantifier {
        Quantifier::Any => !found.is_empty(),
        Quantifier::One | Quantifier::All => absent.is_empty(),
    };
    Judged::holds(
        passed,
        if passed {
            format!("contains {}", list(&found))
        } else {
            format!("does not contain {}", list(&absent))
        },
    )
}

pub(super) fn judge_starts_with(settings: &StartsWith, case: &Case, answer: &Answer) -> Judged {
    let start = match settings.wanted.texts(case, answer) {
        Ok(texts) if texts.len() > 1 => {
            return Judged::undecided("there are several texts to start with");
        }
        Ok(texts) => texts.concat(),
        Err(missing) => return Judged::undecided(missing),
    };
    if start.is_empty() {
        return Judged::undecided("every output starts with the empty text");
    }
    let text = answer.text();
    let passed = text.starts_with(&start) || text.trim_start().starts_with(&start);
    let relation = if passed { "starts" } else { "does not start" };
    let found = shorten(&text);
    Judged::holds(passed, format!("{relation} with {}: {found}", shorten(&start)))
}

pub(super) fn judge_regex(settings: &Pattern, case: &Case, answer: &Answer) -> Judged {
    match settings {
        Pattern::Fixed(pattern) => judge_match(pattern, answer),
        Pattern::Wanted(wanted) => {
            let text = match wanted.texts(case, answer) {
                Ok(texts) if texts.len() > 1 => {
                    return Judged::undecided("there are several patterns");
                }
                Ok(texts) => texts.concat(),
                Err(missing) => return Judged::undecided(missing),
            };
            match Regex::new(&text) {
                Ok(pattern) => judge_match(&pattern, answer),
                Err(error) => {
                    let reason = error.to_string();
                    let reason = reason.lines().last().unwrap_or_default();
                    Judged::undecided(format!("`{}` is no pattern: {reason}", shorten(&text)))
                }
            }
        }
    }
}

fn judge_match(pattern: &Regex, answer: &Answer) -> Judged {
    match pattern.find(&answer.text()) {
        Some(found) => Judged::new(
            1.0,
            format!("`{}` matches {}", shorten(pattern.as_str()), shorten(found.as_str())),
        ),
        None => Judged::new(0.0, format!("`{}` matches nowhere", shorten(pattern.as_str()))),
    }
}

fn list(texts: &[&String]) -> String {
    const SHOWN: usize = 3;
    let shown: Vec<String> = texts.iter().take(SHOWN).map(|text| shorten(text)).collect();
    let more = if texts.len() > SHOWN {
        format!(" and {} more", texts.len() - SHOWN)
    } else {
        String::new()
    };
    format!("{}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::vectors::{answer, case};
    use super::super::wanted::Wanted;
    use super::*;

    fn contains(
        quantifier: Quantifier,
        ignore_case: bool,
        expected: Value,
        output: &str,
    ) -> Option<f64> {
        let settings = Contains { wanted: Wanted::Expected, quantifier, ignore_case };
        judge_contains(&settings, &case(Some(expected)), &answer(json!(output))).value
    }

    #[test]
    fn contains_looks_for_one_any_or_all_texts() {
        use Quantifier::{All, Any, One};
        for (quantifier, ignore_case, expected, output, wanted) in [
            (One, false, json!("cat"), "concatenate", Some(1.0)),
            (One, false, json!("Cat"), "concatenate", Some(0.0)),
            (One, true, json!("ÉCOLE"), "une école", Some(1.0)),
            (One, false, json!(42), "the answer is 42.", Some(1.0)),
            (One, false, json!(""), "anything", None),
            (One, false, json!(["a", "b"]), "ab", None),
            (Any, false, json!(["x", "b"]), "abc", Some(1.0)),
            (Any, false, json!(["x", "y"]), "abc", Some(0.0)),
            (Any, false, json!([]), "abc", None),
            (Any, false, json!("b"), "abc", Some(1.0)),
            (All, false, json!(["a", "c"]), "abc", Some(1.0)),
            (All, false, json!(["a", "x"]), "abc", Some(0.0)),
            (All, true, json!(["A", "C"]), "abc", Some(1.0)),
        ] {
            assert_eq!(
                contains(quantifier, ignore_case, expected.clone(), output),
                wanted,
                "{expected} {output}"
            );
        }
    }

    #[test]
    fn an_explanation_names_the_texts_that_are_absent() {
        let settings =
            Contains { wanted: Wanted::Expected, quantifier: Quantifier::All, ignore_case: false };
        let wanted = json!(["a", "v", "w", "x", "y"]);
        let judged = judge_contains(&settings, &case(Some(wanted)), &answer(json!("abc")));
        assert_eq!(judged.explanation.unwrap(), "does not contain v, w, x and 1 more");
    }

    #[test]
    fn starts_with_forgives_white_space_before_the_text() {
        let settings = StartsWith { wanted: Wanted::Expected };
        let value = |output: &str| {
            judge_starts_with(&settings, &case(Some(json!("Dear"))), &answer(json!(output))).value
        };
        assert_eq!(value("Dear Ada"), Some(1.0));
        assert_eq!(value("\n Dear Ada"), Some(1.0));
        assert_eq!(value("Oh dear, Dear Ada"), Some(0.0));
    }

    #[test]
    fn a_pattern_may_stand_in_the_settings_or_in_the_case() {
        let fixed = Pattern::Fixed(Regex::new(r"^\d{4}-\d{2}$").unwrap());
        let wanted = Pattern::Wanted(Wanted::Expected);
        let output = answer(json!("2026-11"));
        assert_eq!(judge_regex(&fixed, &case(None), &output).value, Some(1.0));
        assert_eq!(judge_regex(&wanted, &case(Some(json!(r"^\d+$"))), &output).value, Some(0.0));
        let judged = judge_regex(&wanted, &case(Some(json!("(a"))), &output);
        assert_eq!(judged.value, None);
        assert_eq!(judged.explanation.unwrap(), "`(a` is no pattern: error: unclosed group");
        assert_eq!(judge_regex(&wanted, &case(None), &output).value, None);
    }
}
