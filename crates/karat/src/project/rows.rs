//! Rows of a data file, JSON Lines or CSV, each with its line; cases and recorded answers are read from them.

use std::io::{BufRead, BufReader, Read};

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
    /// Bytes that it takes in the file, about.
    pub n_bytes: usize,
}

/// Most bytes of one row: more is no case but a document, and belongs into a file beside the data.
pub const MOST_ROW_BYTES: usize = 4 << 20;

/// The mark with which some programs begin a file.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// Most problems that are worth reporting for one file.
const MOST_PROBLEMS: usize = 20;

/// Takes rows as they are read; false ends the reading.
pub type TakeRow<'a> = &'a mut dyn FnMut(Row) -> bool;

/// Reads a `.csv` or `.tsv` file as CSV, every other as JSON Lines.
pub fn read(file: &str, place: &Place, files: Files<'_>) -> Option<Vec<Row>> {
    let mut rows = Vec::new();
    each(file, place, files, &mut |row| {
        rows.push(row);
        true
    })
    .then_some(rows)
}

/// As `read`, row by row, so that a file may be larger than the memory; answers whether nothing was wrong.
pub fn each(file: &str, place: &Place, files: Files<'_>, take: TakeRow<'_>) -> bool {
    let Some(opened) = files.open(file, place) else { return false };
    let mut reader = BufReader::with_capacity(1 << 17, opened);
    if let Some(delimiter) = delimiter(file) {
        return csv(file, reader, delimiter, files.problems, take);
    }
    let begins_list = match reader.fill_buf() {
        Ok(head) => is_list(head),
        Err(error) => {
            files.note_broken(file, place, &error);
            return false;
        }
    };
    if begins_list {
        let rows = files.text(file, place).and_then(|text| json_list(file, &text, files.problems));
        return rows.is_some_and(|rows| {
            rows.into_iter().all(&mut *take);
            true
        });
    }
    lines(file, reader, files.problems, take)
}

/// Pure. Rows of a text that has, or would have, this file name.
pub fn of_text(file: &str, text: &str, problems: &Problems) -> Option<Vec<Row>> {
    let Some(delimiter) = delimiter(file) else { return json_lines(file, text, problems) };
    let mut rows = Vec::new();
    csv(file, text.as_bytes(), delimiter, problems, &mut |row| {
        rows.push(row);
        true
    })
    .then_some(rows)
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

fn is_list(head: &[u8]) -> bool {
    let head = head.strip_prefix(BOM).unwrap_or(head);
    head.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'[')
}

/// Pure. Rows of a JSON Lines text; one JSON list of objects is understood as well.
pub fn json_lines(file: &str, text: &str, problems: &Problems) -> Option<Vec<Row>> {
    if is_list(text.as_bytes()) {
        return json_list(file, text, problems);
    }
    let mut rows = Vec::new();
    lines(file, text.as_bytes(), problems, &mut |row| {
        rows.push(row);
        true
    })
    .then_some(rows)
}

fn lines(file: &str, mut text: impl BufRead, problems: &Problems, take: TakeRow<'_>) -> bool {
    let (mut n_problems, mut number) = (0, 0);
    let mut bytes = Vec::new();
    loop {
        let length = match read_line(&mut text, &mut bytes) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) => {
                let message = format!("{file} cannot be read: {error}");
                problems.error(&Place::file(file), message, "check the disk");
                return false;
            }
        };
        number += 1;
        let place = Place::line(file, number);
        let line = if number == 1 { bytes.strip_prefix(BOM).unwrap_or(&bytes) } else { &bytes };
        let problem = if length > MOST_ROW_BYTES {
            Some(too_large(length))
        } else {
            let Ok(line) = std::str::from_utf8(line) else {
                not_utf8(&place, problems);
                return false;
            };
            if line.trim().is_empty() {
                continue;
            }
            match serde_json::from_str::<Value>(line) {
                Ok(Value::Object(fields)) => {
                    if !take(Row { line: number, fields, n_bytes: length }) {
                        return n_problems == 0;
                    }
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
    n_problems == 0
}

/// Reads a line without its end, and answers how long it is; of one that is too long only the beginning is kept.
fn read_line(text: &mut impl BufRead, line: &mut Vec<u8>) -> std::io::Result<usize> {
    line.clear();
    let mut length = 0;
    loop {
        let buffer = text.fill_buf()?;
        let end = buffer.iter().position(|byte| *byte == b'\n');
        let part = end.map_or(buffer.len(), |at| at + 1);
        if part == 0 {
            return Ok(length);
        }
        length += part;
        if line.len() <= MOST_ROW_BYTES {
            line.extend_from_slice(&buffer[..end.unwrap_or(part)]);
        }
        text.consume(part);
        if end.is_some() {
            return Ok(length);
        }
    }
}

fn not_utf8(place: &Place, problems: &Problems) {
    problems.error(
        place,
        "this file is not valid UTF-8",
        "save it as UTF-8, for example with `iconv -t UTF-8`",
    );
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
            rows.push(Row { line: index + 1, fields, n_bytes: 0 });
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

/// Rows of a CSV text with a header; every field is text.
fn csv(file: &str, text: impl Read, delimiter: u8, problems: &Problems, take: TakeRow<'_>) -> bool {
    let mut reader =
        csv::ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text);
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header
            .iter()
            .map(|name| name.trim_start_matches('\u{feff}').trim().to_owned())
            .collect(),
        Err(error) if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) => {
            not_utf8(&Place::line(file, 1), problems);
            return false;
        }
        Err(error) => {
            problems.error(
                &Place::line(file, 1),
                format!("the header cannot be read: {error}"),
                "write column names in the first line",
            );
            return false;
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
        return false;
    }
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
                    if !take(Row { line, fields, n_bytes: record.as_slice().len() + record.len() })
                    {
                        return n_problems == 0;
                    }
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
                if matches!(error.kind(), csv::ErrorKind::Utf8 { .. }) {
                    not_utf8(&Place::line(file, line), problems);
                    return false;
                }
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
    n_problems == 0
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
