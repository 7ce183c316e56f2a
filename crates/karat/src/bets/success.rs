//! Pure. How success can be measured, from the desired outputs alone: no answer is looked at.

use std::collections::BTreeSet;

use karat_stats::{Floor, power};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::evals::plan::smallest_difference;
use crate::gate::{describe, judge};
use crate::project::columns::values;
use crate::project::fit::{Fit, JudgedBy};
use crate::project::rows::Row;

/// One way to measure success.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SuccessScorer {
    /// The kind of scorer.
    pub kind: String,
    /// When an answer is right, as a sentence.
    pub says: String,
}

/// A scorer with its settings.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What people choose from.
    pub shown: SuccessScorer,
    /// Its settings beside the kind.
    pub settings: Map<String, Value>,
    /// Its name in the project file.
    pub name: &'static str,
}

/// Ways that fit the desired outputs, best first.
pub fn offers(rows: &[Row], expected: Option<&str>) -> Vec<Offer> {
    let desired = expected.map(|column| values(rows, column)).unwrap_or_default();
    let fit = Fit::of_desired(rows, expected);
    if !desired.is_empty() && desired.iter().all(is_list_of_texts) {
        return vec![
            offer("icontains-any", "the answer contains one of the texts in the list", json!({})),
            offer("icontains-all", "the answer contains every text in the list", json!({})),
            offer("equals", "the answer is the same list", json!({})),
        ];
    }
    match fit.judged_by {
        JudgedBy::Nothing => vec![Offer {
            name: "answers-at-all",
            ..offer(
                "not-is-refusal",
                "there is an answer that is no refusal; without a column of desired outputs nothing more can be measured here",
                json!({}),
            )
        }],
        JudgedBy::Equals { path: Some(path), .. } => vec![offer(
            "equals",
            &format!("the answer has the same {path}"),
            json!({ "path": path }),
        )],
        JudgedBy::Equals { path: None, .. } if fit.about == "JSON" => {
            vec![offer("equals", "the answer is the same JSON", json!({}))]
        }
        JudgedBy::Equals { path: None, .. } => {
            let ignores_case = !differ_only_in_case(&desired);
            let (settings, how) = if ignores_case {
                (json!({ "ignore_case": true }), ", in capitals or not")
            } else {
                (json!({}), "")
            };
            vec![
                offer("equals", &format!("the answer is the same text{how}"), settings),
                offer("icontains", "the answer contains the text somewhere", json!({})),
                offer("starts-with", "the answer begins with the text", json!({})),
                offer(
                    "levenshtein",
                    "nine of ten letters are the same",
                    json!({ "threshold": 0.9 }),
                ),
            ]
        }
        JudgedBy::Numeric => vec![
            offer("numeric", "the answer is the same number", json!({ "tolerance": 0 })),
            offer("equals", "the answer is the same text", json!({})),
        ],
        JudgedBy::RougeL => vec![
            offer(
                "rouge-l",
                "the answer shares half of its words with the text, in order; a weak judge of long texts",
                json!({ "threshold": 0.5 }),
            ),
            offer(
                "chrf",
                "the answer shares half of its letter groups with the text; a weak judge of long texts",
                json!({ "threshold": 0.5 }),
            ),
            offer("icontains", "the answer contains the whole text", json!({})),
        ],
    }
}

fn offer(kind: &str, says: &str, settings: Value) -> Offer {
    let settings = settings.as_object().cloned().unwrap_or_default();
    Offer {
        shown: SuccessScorer { kind: kind.to_owned(), says: says.to_owned() },
        settings,
        name: "right",
    }
}

fn is_list_of_texts(value: &Value) -> bool {
    value.as_array().is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_string))
}

/// Two desired outputs that only capitals tell apart.
fn differ_only_in_case(desired: &[Value]) -> bool {
    let texts: BTreeSet<&str> = desired.iter().filter_map(Value::as_str).map(str::trim).collect();
    let lower: BTreeSet<String> = texts.iter().map(|text| text.to_lowercase()).collect();
    lower.len() < texts.len()
}

/// What so many rows can show against a floor, before anything is shown.
pub fn power_words(n: u64, floor: f64, alpha: f64) -> String {
    let alpha_pass = judge::alpha_of(alpha, 1);
    let question = Floor { floor, alpha_pass, alpha_fail: alpha_pass, min_gap: 0.02 };
    let rows = describe::plural(n, "row");
    let floor = describe::number(floor);
    let rate = power::passing_rate(n, &question, 0.8).ok().flatten();
    let first = match rate {
        Some(rate) => format!(
            "{rows} show a pass at a floor of {floor} where the true rate is {} or better (4 times in 5).",
            describe::rate((rate * 100.0).ceil() / 100.0)
        ),
        None => format!(
            "{rows} cannot show a pass at a floor of {floor}, even without a failure; they can show a fail, and what can be promised."
        ),
    };
    match smallest_difference(n, alpha) {
        Some(difference) => format!(
            "{first} Two variants that differ by {} or more can be told apart.",
            describe::rate(difference)
        ),
        None => first,
    }
}

#[cfg(test)]
mod tests {
    use super::super::paste::read;
    use super::*;

    fn first(cells: &[&str]) -> (String, Map<String, Value>) {
        let text: String = cells
            .iter()
            .enumerate()
            .map(|(index, cell)| {
                json!({ "input": index.to_string(), "expected": cell }).to_string() + "\n"
            })
            .collect();
        let offer = offers(&read(&text, None).rows, Some("expected")).remove(0);
        (offer.shown.kind, offer.settings)
    }

    #[test]
    fn the_scorer_fits_the_desired_outputs() {
        let long = "A long sentence that explains in many words what the customer ought to do next, and why.";
        for (cells, kind, setting) in [
            (vec!["billing", "Shipping"], "equals", "ignore_case"),
            (vec!["1", "2.5"], "numeric", "tolerance"),
            (vec![long, long], "rouge-l", "threshold"),
            (vec!["{\"queue\":\"a\"}", "{\"queue\":\"b\"}"], "equals", "path"),
            (vec!["[\"a\",\"b\"]", "[\"c\"]"], "icontains-any", ""),
        ] {
            let (found, settings) = first(&cells);
            assert_eq!(found, kind, "{cells:?}");
            assert!(setting.is_empty() || settings.contains_key(setting), "{settings:?}");
        }
        let (_, settings) = first(&["us", "US"]);
        assert!(settings.is_empty(), "capitals tell these apart");
    }

    #[test]
    fn few_rows_say_that_they_cannot_show_a_pass() {
        assert!(power_words(10, 0.85, 0.05).contains("cannot show a pass"));
        assert!(power_words(400, 0.85, 0.05).contains("show a pass at a floor of 0.85"));
    }
}
