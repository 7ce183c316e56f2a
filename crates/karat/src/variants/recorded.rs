//! Answers that were collected elsewhere, by a system or by a person: found by case id and repetition.

use std::collections::{BTreeMap, HashMap};

use karat_records::{Answer, Failure, FailureKind, Fault, ToolCall, Usage};
use serde_json::{Map, Value};

use super::{Request, our_failure};
use crate::project::Problems;
use crate::project::files::Files;
use crate::project::problem::{Place, suggestion};
use crate::project::rows;
use crate::project::variant::AnswerColumns;

/// All answers of one recorded variant.
#[derive(Debug)]
pub struct Answers {
    by_case: HashMap<String, Vec<Option<Answer>>>,
    n_trials: u32,
}

const ID: &[&str] = &["id", "case_id", "ID"];
const TRIAL: &[&str] = &["trial", "repeat", "epoch"];
const OUTPUT: &[&str] = &["output", "answer", "response", "completion"];

impl Answers {
    /// Reads a file of answers; notes everything that is wrong with its line.
    pub fn from_file(
        file: &str,
        columns: &AnswerColumns,
        place: &Place,
        files: Files<'_>,
    ) -> Option<Self> {
        let rows = rows::read(file, &place.below("file"), files)?;
        let before = files.problems.n_errors();
        let names: Vec<String> =
            rows.iter().take(100).flat_map(|row| row.fields.keys().cloned()).collect();
        let pick = |mapped: &Option<String>, usual: &[&str]| {
            mapped.clone().or_else(|| {
                usual
                    .iter()
                    .find(|name| names.iter().any(|known| known == *name))
                    .map(|name| (*name).to_owned())
            })
        };
        for mapped in
            [&columns.id, &columns.trial, &columns.output, &columns.error, &columns.annotator]
                .into_iter()
                .flatten()
        {
            if !names.contains(mapped) {
                files.problems.error(
                    &place.below("columns"),
                    format!("{file} has no column {mapped}"),
                    suggestion(mapped, names.iter().map(String::as_str).collect::<Vec<_>>()),
                );
            }
        }
        let Some(id_column) = pick(&columns.id, ID) else {
            if !rows.is_empty() {
                files.problems.error(
                    &Place::line(file, 1),
                    "no column says which case was answered",
                    "name it id, or map it with columns = { id = \"…\" }",
                );
            }
            return None;
        };
        let trial_column = pick(&columns.trial, TRIAL);
        let output_column = pick(&columns.output, OUTPUT);
        let mut by_case: HashMap<String, Vec<Option<Answer>>> = HashMap::new();
        for row in rows {
            let place = Place::line(file, row.line);
            let mut fields = row.fields;
            let id = match fields.remove(&id_column) {
                Some(Value::String(text)) if !text.is_empty() => text,
                Some(Value::Number(number)) => number.to_string(),
                _ => {
                    files.problems.error(
                        &place,
                        format!("{id_column} is empty"),
                        "write the id of the case",
                    );
                    continue;
                }
            };
            let answers = by_case.entry(id.clone()).or_default();
            let trial = match trial_column.as_ref().and_then(|name| fields.remove(name)) {
                None | Some(Value::Null) => Some(answers.len()),
                Some(Value::Number(number)) => number.as_u64().map(|trial| trial as usize),
                Some(Value::String(text)) => text.trim().parse().ok(),
                Some(_) => None,
            };
            let Some(trial) = trial.filter(|trial| *trial < 1000) else {
                files.problems.error(
                    &place,
                    "the trial is no number from 0 to 999",
                    "count repetitions from 0",
                );
                continue;
            };
            if answers.len() <= trial {
                answers.resize(trial + 1, None);
            }
            if answers[trial].is_some() {
                files.problems.error(
                    &place,
                    format!("case {id} has a second answer for trial {trial}"),
                    "remove one of them, or count repetitions from 0",
                );
                continue;
            }
            let output = output_column.as_ref().and_then(|name| fields.remove(name));
            answers[trial] = Some(answer(output, fields, columns));
        }
        if by_case.is_empty() && files.problems.n_errors() == before {
            files.problems.error(
                &Place::file(file),
                "there are no answers in this file",
                "write one {\"id\": …, \"output\": …} a line",
            );
        }
        let n_trials = by_case.values().map(Vec::len).max().unwrap_or(0) as u32;
        (files.problems.n_errors() == before).then_some(Self { by_case, n_trials })
    }

    /// Takes the answers from a column of the dataset.
    pub fn from_column(
        column: &str,
        answers: Option<&BTreeMap<String, Value>>,
        place: &Place,
        problems: &Problems,
    ) -> Option<Self> {
        let Some(answers) = answers else {
            problems.error(
                &place.below("column"),
                format!("the dataset has no answers in a column {column}"),
                format!("add answers = [\"{column}\"] to the dataset"),
            );
            return None;
        };
        let by_case = answers
            .iter()
            .map(|(id, output)| {
                (id.clone(), vec![Some(Answer { output: output.clone(), ..Answer::default() })])
            })
            .collect();
        Some(Self { by_case, n_trials: 1 })
    }

    /// How many repetitions were recorded at most.
    pub fn n_trials(&self) -> u32 {
        self.n_trials
    }

    /// Ids of the cases that were answered.
    pub fn case_ids(&self) -> Vec<&str> {
        self.by_case.keys().map(String::as_str).collect()
    }

    /// The recorded answer, or a failure that names what is missing.
    pub fn answer(&self, request: Request<'_>) -> Answer {
        self.by_case
            .get(request.case_id)
            .and_then(|answers| answers.get(request.trial_index as usize)?.clone())
            .unwrap_or_else(|| {
                Answer::failed(our_failure(
                    FailureKind::Missing,
                    format!(
                        "no answer was recorded for case {}, trial {}",
                        request.case_id, request.trial_index
                    ),
                ))
            })
    }
}

fn answer(
    output: Option<Value>,
    mut fields: Map<String, Value>,
    columns: &AnswerColumns,
) -> Answer {
    let mut take = |name: &str| fields.remove(name);
    let error = take(columns.error.as_deref().unwrap_or("error"));
    let latency_ms = take("latency_ms").and_then(|value| number(&value));
    let cost_usd = take("cost_usd").and_then(|value| number(&value));
    let usage = take("usage").and_then(|value| serde_json::from_value::<Usage>(value).ok());
    let tool_calls = take("tool_calls")
        .and_then(|value| serde_json::from_value::<Vec<ToolCall>>(value).ok())
        .unwrap_or_default();
    let simulated = take("simulated") == Some(Value::Bool(true));
    if let Some(column) = &columns.annotator
        && let Some(annotator) = fields.remove(column)
    {
        fields.insert("annotator".to_owned(), annotator);
    }
    let failure = match error {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.is_empty() => None,
        Some(error) => {
            let words = error.as_str().map_or_else(|| error.to_string(), str::to_owned);
            Some(Failure {
                kind: FailureKind::Recorded,
                message: words.chars().take(500).collect(),
                fault: Fault::Provider,
            })
        }
    };
    let output = match output {
        // A cell of a spreadsheet that holds JSON is JSON.
        Some(Value::String(text)) if text.trim_start().starts_with(['{', '[']) => {
            serde_json::from_str(&text).unwrap_or(Value::String(text))
        }
        Some(output) => output,
        None => Value::Null,
    };
    Answer {
        output,
        tool_calls,
        failure,
        latency_ms,
        cost_usd,
        usage,
        attempts: Vec::new(),
        simulated,
        extra: fields,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
