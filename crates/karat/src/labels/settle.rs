//! Pure. What a new queue asks, as far as nobody says it: from the output's schema, the primary scorer and the cases.

use karat_records::Case;
use serde_json::{Value, json};

use super::queue::{Kind, Source, text_of};
use crate::project::path::Path;
use crate::project::{Feature, Metric};

/// Most values that people can choose from with ease.
const MOST_OPTIONS: usize = 20;

/// Question, kind, options and where the value stands in the desired output.
#[derive(Clone, Debug, PartialEq)]
pub struct Asked {
    /// What an answer looks like.
    pub kind: Kind,
    /// What is asked.
    pub question: String,
    /// The values that may answer.
    pub options: Vec<Value>,
    /// Keys that lead to the value.
    pub path: Vec<String>,
}

/// What the caller wishes.
#[derive(Clone, Debug, Default)]
pub struct Wished {
    /// What an answer looks like.
    pub kind: Option<Kind>,
    /// What is asked.
    pub question: Option<String>,
    /// The values that may answer.
    pub options: Vec<String>,
}

/// Settles what is asked; the error says what is missing.
pub fn settle(
    feature: &Feature,
    cases: &[Case],
    source: Source,
    wished: Wished,
) -> Result<Asked, String> {
    let path = primary_path(feature);
    let found =
        if source == Source::Answers { None } else { values(feature, cases, path.as_ref()) };
    let kind = wished.kind.unwrap_or(match source {
        Source::Answers => Kind::YesNo,
        _ if found.is_some() || !wished.options.is_empty() => Kind::Choice,
        _ => Kind::Text,
    });
    let path = path.as_ref().and_then(Path::keys).unwrap_or_default();
    let options = match kind {
        Kind::YesNo | Kind::Text => Vec::new(),
        Kind::Scale if wished.options.is_empty() => (1..=5).map(Value::from).collect(),
        Kind::Scale => numbers(&wished.options)?,
        Kind::Choice if wished.options.is_empty() => found.ok_or_else(|| {
            "nothing says which values may be chosen: the output has no list of values, and no case has a desired output\n  next: name the options, or ask for text".to_owned()
        })?,
        Kind::Choice => chosen(&wished.options, found.as_deref().unwrap_or_default()),
    };
    if matches!(kind, Kind::Choice | Kind::Scale) && options.len() < 2 {
        return Err("a choice needs at least two options\n  next: name two or more".into());
    }
    if source == Source::Answers && matches!(kind, Kind::Choice | Kind::Text) {
        return Err("an answer is judged by yes-no or on a scale\n  next: leave the kind away, or open a queue of source cases to label the inputs".into());
    }
    let question = match wished.question.map(|question| question.trim().to_owned()) {
        Some(question) if !question.is_empty() => question,
        _ => question(kind, path.last(), &options),
    };
    Ok(Asked { kind, question, options, path })
}

fn question(kind: Kind, key: Option<&String>, options: &[Value]) -> String {
    let thing = key.map_or("answer", String::as_str);
    match kind {
        Kind::Choice => format!("Which {thing} is right?"),
        Kind::Text => format!("What is the right {thing}?"),
        Kind::YesNo => "Is this answer good?".into(),
        Kind::Scale => format!(
            "How good is this answer, from {} to {}?",
            options.first().map(text_of).unwrap_or_default(),
            options.last().map(text_of).unwrap_or_default()
        ),
    }
}

/// The part of the output that says what a success is: the path of the first criterion's scorer, else of the first.
pub fn primary_path(feature: &Feature) -> Option<Path> {
    let named = feature.mvq.iter().find_map(|criterion| match &criterion.metric {
        Metric::Scorer(name) => Some(name.as_str()),
        _ => None,
    });
    let scorer = match named {
        Some(name) => feature.scorer(name),
        None => feature.scorers.first(),
    };
    Path::parse(scorer?.text("path")?).ok().filter(|path| path.keys().is_some())
}

/// The part of an output that the queue asks for; all of it where it has no such part.
pub fn part<'a>(keys: &[String], output: &'a Value) -> &'a Value {
    keys.iter().try_fold(output, |value, key| value.get(key)).unwrap_or(output)
}

/// The values that the output's schema lists at the path, else those that the cases have.
fn values(feature: &Feature, cases: &[Case], path: Option<&Path>) -> Option<Vec<Value>> {
    let keys = path.and_then(Path::keys).unwrap_or_default();
    let in_schema = feature.output.as_ref().and_then(|schema| {
        let at = keys.iter().try_fold(schema, |schema, key| schema.get("properties")?.get(key))?;
        match (at.get("enum"), at.get("type")) {
            (Some(Value::Array(values)), _) => Some(values.clone()),
            (_, Some(kind)) if kind == "boolean" => Some(vec![json!(true), json!(false)]),
            _ => None,
        }
    });
    if let Some(values) = in_schema {
        return (2..=MOST_OPTIONS).contains(&values.len()).then_some(values);
    }
    let mut found: Vec<Value> = Vec::new();
    let mut n = 0;
    for expected in cases.iter().filter_map(|case| case.expected.as_ref()) {
        let value = part(&keys, expected);
        if value.is_object() || value.is_array() || value.is_null() {
            return None;
        }
        n += 1;
        if !found.contains(value) {
            found.push(value.clone());
        }
    }
    // Values that hardly ever come back are answers in free words, not a choice.
    let is_choice = (2..=MOST_OPTIONS).contains(&found.len()) && n >= 2 * found.len();
    found.sort_by_key(text_of);
    is_choice.then_some(found)
}

/// Named options, in the form that the values have in the data.
fn chosen(wished: &[String], known: &[Value]) -> Vec<Value> {
    let mut options: Vec<Value> = Vec::new();
    for text in wished.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
        let value = known.iter().find(|value| text_of(value) == text);
        let value = value.cloned().unwrap_or_else(|| Value::String(text.to_owned()));
        if !options.contains(&value) {
            options.push(value);
        }
    }
    options
}

fn numbers(wished: &[String]) -> Result<Vec<Value>, String> {
    let mut numbers: Vec<Value> = Vec::new();
    for text in wished {
        let number = text.trim().parse::<serde_json::Number>().map_err(|_| {
            format!("\"{text}\" is no number\n  next: give the numbers of the scale, such as 1 2 3")
        })?;
        numbers.push(Value::Number(number));
    }
    numbers.sort_by(|a, b| a.as_f64().unwrap_or(0.0).total_cmp(&b.as_f64().unwrap_or(0.0)));
    numbers.dedup();
    Ok(numbers)
}
