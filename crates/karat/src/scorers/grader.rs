//! Pure. `OpenAI`'s grader JSON, as people have it today: `string_check`, `text_similarity` and `multi`.

use karat_records::{Answer, Case};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::formula;
use super::method::{
    Combine, Method, Part, StringCheck, StringOperation, TextMetric, TextSimilarity, Weighted,
};
use super::score::{Judged, shorten};
use super::similarity::compare;
use super::template::Template;

/// Why a grader cannot become a deterministic method.
#[derive(Debug, thiserror::Error)]
pub enum GraderError {
    /// A judge or a program, which other rooms run.
    #[error(
        "grader `{name}`: `{kind}` asks a model or runs a program and is no deterministic scorer"
    )]
    NotDeterministic {
        /// The grader's name.
        name: String,
        /// `score_model`, `label_model` or `python`.
        kind: String,
    },
    /// Anything else, with the field and what is wrong with it.
    #[error("grader `{name}`: {problem}")]
    Invalid {
        /// The grader's name.
        name: String,
        /// What is wrong.
        problem: String,
    },
}

#[derive(Deserialize)]
struct StringCheckJson {
    input: String,
    reference: String,
    operation: String,
}

#[derive(Deserialize)]
struct TextSimilarityJson {
    input: String,
    reference: String,
    evaluation_metric: String,
    pass_threshold: Option<f64>,
}

#[derive(Deserialize)]
struct MultiJson {
    graders: Map<String, Value>,
    calculate_output: String,
    pass_threshold: Option<f64>,
}

impl Method {
    /// Reads `OpenAI`'s grader JSON.
    pub fn from_grader(grader: &Value) -> Result<Self, GraderError> {
        let text = |key: &str| grader.get(key).and_then(Value::as_str).unwrap_or_default();
        let name = text("name").to_owned();
        let method = match text("type") {
            "string_check" => string_check(grader),
            "text_similarity" => text_similarity(grader),
            "multi" => return multi(grader, &name),
            kind @ ("score_model" | "label_model" | "python") => {
                return Err(GraderError::NotDeterministic { name, kind: kind.to_owned() });
            }
            "" => Err("it has no `type`".to_owned()),
            other => Err(format!("the type `{other}` is unknown")),
        };
        method.map_err(|problem| GraderError::Invalid { name, problem })
    }
}

fn string_check(grader: &Value) -> Result<Method, String> {
    let json = StringCheckJson::deserialize(grader).map_err(|error| error.to_string())?;
    let operation = match json.operation.as_str() {
        "eq" => StringOperation::Eq,
        "ne" => StringOperation::Ne,
        "like" => StringOperation::Like,
        "ilike" => StringOperation::Ilike,
        other => return Err(format!("`operation` is `{other}`; use eq, ne, like or ilike")),
    };
    let (input, reference) = (template(&json.input)?, template(&json.reference)?);
    Ok(Method::StringCheck(StringCheck { input, reference, operation }))
}

fn text_similarity(grader: &Value) -> Result<Method, String> {
    let json = TextSimilarityJson::deserialize(grader).map_err(|error| error.to_string())?;
    let metric = match json.evaluation_metric.as_str() {
        "fuzzy_match" => TextMetric::Fuzzy,
        "bleu" => TextMetric::Bleu,
        "rouge_1" => TextMetric::RougeN(1),
        "rouge_2" => TextMetric::RougeN(2),
        "rouge_3" => TextMetric::RougeN(3),
        "rouge_4" => TextMetric::RougeN(4),
        "rouge_5" => TextMetric::RougeN(5),
        "rouge_l" => TextMetric::RougeL,
        other => {
            return Err(format!(
                "`evaluation_metric` is `{other}`; use fuzzy_match, bleu, rouge_1 to rouge_5 or rouge_l"
            ));
        }
    };
    let (input, reference) = (template(&json.input)?, template(&json.reference)?);
    Ok(Method::TextSimilarity(TextSimilarity {
        input,
        reference,
        metric,
        threshold: json.pass_threshold,
    }))
}

fn multi(grader: &Value, name: &str) -> Result<Method, GraderError> {
    let invalid = |problem: String| GraderError::Invalid { name: name.to_owned(), problem };
    let json = MultiJson::deserialize(grader).map_err(|error| invalid(error.to_string()))?;
    let sum = formula::parse(&json.calculate_output)
        .map_err(|error| invalid(format!("`calculate_output`: {error}")))?;
    let mut parts = Vec::new();
    for (part, weight) in sum.weights {
        let Some(inner) = json.graders.get(&part) else {
            return Err(invalid(format!(
                "`calculate_output` names `{part}`, which is no grader of it"
            )));
        };
        let mut method = Method::from_grader(inner)?;
        // A formula counts with similarities, not with whether they pass.
        if let Method::TextSimilarity(similarity) = &mut method {
            similarity.threshold = None;
        }
        parts.push(Part { name: part, weight, method });
    }
    let combine = Combine::Sum { constant: sum.constant };
    Ok(Method::Weighted(Weighted { parts, combine, threshold: json.pass_threshold }))
}

fn template(text: &str) -> Result<Template, String> {
    Template::parse(text).map_err(|error| error.to_string())
}

pub(super) fn judge_string_check(settings: &StringCheck, case: &Case, answer: &Answer) -> Judged {
    let (input, reference) = match texts(&settings.input, &settings.reference, case, answer) {
        Ok(texts) => texts,
        Err(judged) => return judged,
    };
    let contains = matches!(settings.operation, StringOperation::Like | StringOperation::Ilike);
    if contains && reference.is_empty() {
        return Judged::undecided("every text contains the empty reference");
    }
    let (passed, relation) = match settings.operation {
        StringOperation::Eq => (input == reference, "equal to"),
        StringOperation::Ne => (input != reference, "different from"),
        StringOperation::Like => (input.contains(&reference), "containing"),
        StringOperation::Ilike => {
            (input.to_lowercase().contains(&reference.to_lowercase()), "containing, in any case,")
        }
    };
    let (input, reference) = (shorten(&input), shorten(&reference));
    Judged::holds(passed, format!("expected a text {relation} {reference}, found {input}"))
}

pub(super) fn judge_text_similarity(
    settings: &TextSimilarity,
    case: &Case,
    answer: &Answer,
) -> Judged {
    match texts(&settings.input, &settings.reference, case, answer) {
        Ok((input, reference)) => {
            compare(settings.metric, &input, &[&reference], settings.threshold)
        }
        Err(judged) => judged,
    }
}

/// A field that the case lacks leaves undecided; one that the output lacks is the output's fault.
fn texts(
    input: &Template,
    reference: &Template,
    case: &Case,
    answer: &Answer,
) -> Result<(String, String), Judged> {
    let reference = reference.text(case, answer).map_err(Judged::undecided)?;
    let input = input.text(case, answer).map_err(|missing| {
        if input.reads_output() { Judged::new(0.0, missing) } else { Judged::undecided(missing) }
    })?;
    Ok((input, reference))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::score::score;
    use super::super::vectors::{answer, case};
    use super::*;

    fn value(grader: &Value, output: Value) -> Option<f64> {
        let method = Method::from_grader(grader).unwrap();
        score(&method, &case(Some(json!("Paris"))), &answer(output)).value
    }

    fn string_check(operation: &str) -> Value {
        json!({"type": "string_check", "name": "s", "operation": operation,
            "input": "{{sample.output_text}}", "reference": "{{item.expected}}"})
    }

    #[test]
    fn a_string_check_compares_as_its_operation_says() {
        for (operation, output, wanted) in [
            ("eq", "Paris", 1.0),
            ("eq", "paris", 0.0),
            ("ne", "paris", 1.0),
            ("like", "It is Paris.", 1.0),
            ("like", "It is paris.", 0.0),
            ("ilike", "It is PARIS.", 1.0),
            ("ilike", "Pari", 0.0),
        ] {
            assert_eq!(
                value(&string_check(operation), json!(output)),
                Some(wanted),
                "{operation} {output}"
            );
        }
    }

    #[test]
    fn a_text_similarity_passes_at_its_threshold() {
        let grader = |metric: &str, threshold: f64| {
            json!({"type": "text_similarity", "name": "t", "evaluation_metric": metric,
                "pass_threshold": threshold, "input": "{{ sample.output_json.city }}", "reference": "{{ item.ideal }}"})
        };
        let output = json!("{\"city\": \"Pari\"}");
        assert_eq!(value(&grader("fuzzy_match", 0.88), output.clone()), Some(1.0));
        assert_eq!(value(&grader("fuzzy_match", 0.89), output.clone()), Some(0.0));
        assert_eq!(value(&grader("rouge_l", 0.5), output), Some(0.0));
        assert_eq!(value(&grader("rouge_1", 0.5), json!({"city": "paris"})), Some(1.0));
        assert_eq!(value(&grader("rouge_1", 0.5), json!({"town": "paris"})), Some(0.0));
    }

    #[test]
    fn a_multi_grader_counts_with_the_values_of_its_parts() {
        let grader = json!({"type": "multi", "name": "m", "calculate_output": "0.75 * exact + close / 4",
        "graders": {
            "exact": string_check("eq"),
            "close": {"type": "text_similarity", "name": "c", "evaluation_metric": "fuzzy_match",
                "pass_threshold": 0.99, "input": "{{sample.output_text}}", "reference": "{{item.expected}}"},
        }});
        assert_eq!(value(&grader, json!("Paris")), Some(1.0));
        assert_eq!(value(&grader, json!("Pari")), Some(0.25 * 8.0 / 9.0));
        let mut unknown = grader.clone();
        unknown["calculate_output"] = json!("exact * 0.5 + other");
        let error = Method::from_grader(&unknown).unwrap_err().to_string();
        assert_eq!(error, "grader `m`: `calculate_output` names `other`, which is no grader of it");
    }

    #[test]
    fn a_field_that_the_case_lacks_leaves_undecided() {
        let mut grader = string_check("eq");
        grader["reference"] = json!("{{item.capital}}");
        let method = Method::from_grader(&grader).unwrap();
        let judged = score(&method, &case(None), &answer(json!("Paris")));
        assert_eq!(judged.value, None);
        assert_eq!(judged.explanation.unwrap(), "case c1 has no `item.capital`");
    }

    #[test]
    fn a_grader_that_cannot_work_is_refused_with_its_name() {
        for (grader, message) in [
            (
                json!({"type": "python", "name": "p", "source": "x"}),
                "grader `p`: `python` asks a model or runs a program and is no deterministic scorer",
            ),
            (json!({"type": "vibes", "name": "v"}), "grader `v`: the type `vibes` is unknown"),
            (json!({"name": "n"}), "grader `n`: it has no `type`"),
            (
                json!({"type": "string_check", "name": "s", "input": "a", "operation": "eq"}),
                "grader `s`: missing field `reference`",
            ),
            (string_check("is"), "grader `s`: `operation` is `is`; use eq, ne, like or ilike"),
        ] {
            assert_eq!(Method::from_grader(&grader).unwrap_err().to_string(), message);
        }
    }
}
