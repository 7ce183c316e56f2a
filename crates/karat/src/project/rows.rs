//! Rows of a data file, JSON Lines or CSV, each with its line; cases and recorded answers are read from them.

use serde_json::{Map, Value};

use super::files::Files;
use super::problem::{Place, Problems};

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// One-based line on which it begins.
    pub line: usize,
    /// Fields by column.
    pub fields: Map<String, Value>,
}

/// Most bytes of one row: more is no case but a document, and belongs into a file beside the data.
pub const MOST_ROW_BYTES: usize = 4 << 20;

/// Most problems that are worth reporting for one file.
const MOST_PROBLEMS: usize = 20;

/// Reads a `.csv` or `.tsv` file as CSV, every other as JSON Lines.
pub fn read(file: &str, place: &Place, files: Files<'_>) -> Option<Vec<Row>> {
    let text = files.text(file, place)?;
    of_text(file, &text, files.problems)
}

/// Pure. Rows of a text that has, or would have, this file name.
pub fn of_text(file: &str, text: &str, problems: &Problems) -> Option<Vec<Row>> {
    match delimiter(file) {
        Some(delimiter) => csv(file, text, delimiter, problems),
        None => json_lines(file, text, problems),
    }
}

/// What separates the fields of a `.csv` or `.tsv` file; every other file is JSON Lines.
pub fn delimiter(file: &str) -> Option<u8> {
    let extension = file.rsplit('.').next().unwrap_or_default().to_lowercase();
    match extension.as_str() {
        "csv" => Some(b','),
        "tsv" => Some(b'\t'),
        _ => None,
    }
}

/// Pure. Rows of a JSON Lines text; one JSON list of objects is understood as well.
pub fn json_lines(file: &str, text: &str, problems: &Problems) -> Option<Vec<Row>> {
    if text.trim_start().starts_with('[') {
        return json_list(file, text, problems);
    }
    let mut rows = Vec::new();
    let mut n_problems = 0;
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() {
            continue;
        }
        let place = Place::line(file, index + 1);
        let problem = if line.len() > MOST_ROW_BYTES {
            Some(too_large(line.len()))
        } else {
            match serde_json::from_str::<Value>(line) {
                Ok(Value::Object(fields)) => {
                    rows.push(Row { line: index + 1, fields });
                    None
                }
                Ok(other) => Some((
                    format!("this line is {}, not an object", name_of(&other)),
                    "write one {\"id\": …, \"input\": …} a line".to_owned(),
                )),
                Err(error) => Some((
                    format!("not valid JSON at column {}: {}", error.column(), reason(&error)),
                    "write one JSON object a line".to_owned(),
                )),
            }
        };
        if let Some((message, next)) = problem {
            n_problems += 1;
            if n_problems <= MOST_PROBLEMS {
                problems.error(&place, message, next);
            }
        }
    }
    note_rest(file, n_problems, problems);
    (n_problems == 0).then_some(rows)
}

fn json_list(file: &str, text: &str, problems: &Problems) -> Option<Vec<Row>> {
    let values: Vec<Value> = match serde_json::from_str(text) {
        Ok(values) => values,
        Err(error) => {
            problems.error(
                &Place::line(file, error.line()),
                format!("not valid JSON at column {}: {}", error.column(), reason(&error)),
                "write one JSON object a line",
            );
            return None;
        }
    };
    let mut rows = Vec::new();
    for (index, value) in values.into_iter().enumerate() {
        if let Value::Object(fields) = value {
            rows.push(Row { line: index + 1, fields });
        } else {
            problems.error(
                &Place::file(file),
                format!("entry {} of the list is {}, not an object", index + 1, name_of(&value)),
                "write a list of objects, or one object a line",
            );
            return None;
        }
    }
    Some(rows)
}

/// Pure. Rows of a CSV text with a header; every field is text.
fn csv(file: &str, text: &str, delimiter: u8, problems: &Problems) -> Option<Vec<Row>> {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(|name| name.trim().to_owned()).collect(),
        Err(error) => {
            problems.error(
                &Place::line(file, 1),
                format!("the header cannot be read: {error}"),
                "write column names in the first line",
            );
            return None;
        }
    };
    if let Some(twice) =
        header.iter().enumerate().find(|(index, name)| header[..*index].contains(name))
    {
        problems.error(
            &Place::line(file, 1),
            format!("the column {} stands there twice", twice.1),
            "rename one of them",
        );
        return None;
    }
    let mut rows = Vec::new();
    let mut n_problems = 0;
    for record in reader.records() {
        let (line, problem) = match record {
            Ok(record) => {
                let line = record.position().map_or(0, |position| position.line() as usize);
                if record.as_slice().len() > MOST_ROW_BYTES {
                    (line, Some(too_large(record.as_slice().len())))
                } else if record.len() == header.len() {
                    let fields = header
                        .iter()
                        .zip(record.iter())
                        .map(|(name, cell)| (name.clone(), Value::String(cell.to_owned())))
                        .collect();
                    rows.push(Row { line, fields });
                    (line, None)
                } else {
                    let message = format!(
                        "this row has {} fields, the header has {}",
                        record.len(),
                        header.len()
                    );
                    (
                        line,
                        Some((
                            message,
                            "put quotes around texts with a comma or a line break".to_owned(),
                        )),
                    )
                }
            }
            Err(error) => {
                let line = error.position().map_or(0, |position| position.line() as usize);
                (line, Some((format!("not valid CSV: {error}"), "check the quotes".to_owned())))
            }
        };
        if let Some((message, next)) = problem {
            n_problems += 1;
            if n_problems <= MOST_PROBLEMS {
                problems.error(&Place::line(file, line), message, next);
            }
        }
    }
    note_rest(file, n_problems, problems);
    (n_problems == 0).then_some(rows)
}

fn note_rest(file: &str, n_problems: usize, problems: &Problems) {
    if n_problems > MOST_PROBLEMS {
        problems.error(
            &Place::file(file),
            format!("and {} more lines like these", n_problems - MOST_PROBLEMS),
            "correct the first ones and check again",
        );
    }
}

fn too_large(n_bytes: usize) -> (String, String) {
    (
        format!(
            "this row holds {:.1} MB; at most {} MB fit into one",
            n_bytes as f64 / 1e6,
            MOST_ROW_BYTES >> 20
        ),
        "put large content into a file beside the data, or split the case".to_owned(),
    )
}

/// A cell of a spreadsheet that holds a JSON object or list is that; all other text stays text.
pub fn cell(value: Value) -> Value {
    match &value {
        Value::String(text) if text.trim_start().starts_with(['{', '[']) => {
            serde_json::from_str(text).unwrap_or(value)
        }
        _ => value,
    }
}

/// What a JSON value is called in a message.
pub fn name_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn reason(error: &serde_json::Error) -> String {
    let words = error.to_string();
    words.split(" at line ").next().unwrap_or(&words).to_owned()
}
