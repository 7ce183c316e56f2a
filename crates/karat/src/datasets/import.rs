//! Reads cases from JSON Lines or CSV: usual column names are understood, others are mapped in the project file.

use std::collections::{BTreeMap, HashMap};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use karat_records::{Case, Split};
use serde_json::{Map, Value, json};

use super::{Dataset, images};
use crate::project::dataset::{EXPECTED, ID, INPUT, SPLIT, TAGS};
use crate::project::files::Files;
use crate::project::problem::{Place, suggestion};
use crate::project::rows::{self, Row, cell, name_of};
use crate::project::{DatasetFile, Problems};

/// Reads all cases of a dataset; notes everything that is wrong with its line.
pub fn import(file: &DatasetFile, files: Files<'_>) -> Option<Dataset> {
    let mut dataset =
        Dataset { name: file.name.clone(), cases: Vec::new(), answers: BTreeMap::new() };
    let is_fine = each(file, files, &mut |read| {
        for (column, answer) in read.answers {
            dataset.answers.entry(column).or_default().insert(read.case.id.clone(), answer);
        }
        dataset.cases.push(read.case);
        true
    });
    settle_split(&mut dataset.cases);
    is_fine.then_some(dataset)
}

/// A case as it is read.
#[derive(Debug)]
pub struct ReadCase {
    /// The case; whether those that say nothing of a split tune, only the whole dataset knows.
    pub case: Case,
    /// Answers in columns of its row.
    pub answers: Vec<(String, Value)>,
    /// Bytes that its row takes in the file, about.
    pub n_bytes: usize,
}

/// Rows from which the columns of a file are known.
const HEAD: usize = 1000;

/// As `import`, case by case, so that a dataset may be larger than the memory; false from `take` ends the reading.
/// Answers whether nothing was wrong.
pub fn each(file: &DatasetFile, files: Files<'_>, take: &mut dyn FnMut(ReadCase) -> bool) -> bool {
    let before = files.problems.n_errors();
    let mut reading = Reading { file, files, n: 0, seen: HashMap::new(), goes_on: true, take };
    for (path, is_gate) in
        std::iter::once((&file.file, false)).chain(file.gate_file.iter().map(|path| (path, true)))
    {
        if !reading.goes_on {
            break;
        }
        let reader = RowReader { file, path, problems: files.problems };
        let (mut head, mut columns, mut fits) = (Vec::new(), None, true);
        let is_read = rows::each(path, &file.place.below("file"), files, &mut |row| {
            if let Some(columns) = &columns {
                return reading.case(&reader, row, columns, is_gate);
            }
            head.push(row);
            if head.len() == HEAD {
                columns = reader.columns(&head);
                fits = columns.is_some();
                if let Some(columns) = &columns {
                    return head.drain(..).all(|row| reading.case(&reader, row, columns, is_gate));
                }
            }
            fits
        });
        if !is_read {
            return false;
        }
        if fits && !head.is_empty() || head.is_empty() && columns.is_none() {
            let Some(columns) = reader.columns(&head) else { continue };
            head.into_iter().all(|row| reading.case(&reader, row, &columns, is_gate));
        }
    }
    if reading.n == 0 && files.problems.n_errors() == before {
        files.problems.error(
            &Place::file(&file.file),
            "there are no cases in this file",
            "write at least one {\"id\": …, \"input\": …, \"expected\": …} a line; some forty give a first verdict",
        );
    }
    files.problems.n_errors() == before
}

/// A dataset on its way in.
struct Reading<'a> {
    file: &'a DatasetFile,
    files: Files<'a>,
    n: usize,
    /// Where each id was used: the file's number and the line. Fingerprints, because a million ids are many bytes.
    seen: HashMap<u128, (bool, usize)>,
    goes_on: bool,
    take: &'a mut dyn FnMut(ReadCase) -> bool,
}

impl Reading<'_> {
    fn case(&mut self, reader: &RowReader<'_>, row: Row, columns: &Chosen, is_gate: bool) -> bool {
        let place = Place::line(reader.path, row.line);
        let (mut answers, n_bytes) = (Vec::new(), row.n_bytes);
        let Some(mut case) = reader.case(row, columns, self.n + 1, &mut answers) else {
            return true;
        };
        if is_gate {
            case.split = Split::Gate;
        }
        let problems = self.files.problems;
        pin_images(&mut case, &place, self.files);
        if let Some((was_gate, line)) =
            self.seen.insert(fingerprint(&case.id), (is_gate, place.line))
        {
            let other = if was_gate { self.file.gate_file.as_ref() } else { None };
            let other = other.unwrap_or(&self.file.file);
            problems.error(
                &place,
                format!("the id {} was already used in {other}:{line}", case.id),
                "give every case an id of its own",
            );
        }
        self.n += 1;
        self.goes_on = (self.take)(ReadCase { case, answers, n_bytes });
        self.goes_on
    }
}

fn fingerprint(id: &str) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        (salt, id).hash(&mut hasher);
        u128::from(hasher.finish())
    };
    half(0) << 64 | half(1)
}

/// Reads rows that stand in no file yet, such as pasted ones, as cases of a dataset would be read.
/// Columns that the project file maps and these rows do not have are taken for granted.
pub fn rows_of(file: &DatasetFile, name: &str, text: &str, files: Files<'_>) -> Option<Vec<Case>> {
    let before = files.problems.n_errors();
    let rows = rows::of_text(name, text, files.problems)?;
    let has = |column: &String| rows.iter().any(|row| row.fields.contains_key(column));
    let mut file = file.clone();
    let columns = &mut file.columns;
    for column in [&mut columns.id, &mut columns.expected, &mut columns.tags, &mut columns.split] {
        *column = column.take().filter(|name| has(name));
    }
    columns.input.retain(|name| has(name));
    columns.metadata.retain(|name| has(name));
    file.answers.retain(|name| has(name));
    let reader = RowReader { file: &file, path: name, problems: files.problems };
    let columns = reader.columns(&rows)?;
    let mut cases = Vec::new();
    for (index, row) in rows.into_iter().enumerate() {
        let place = Place::line(name, row.line);
        if let Some(mut case) = reader.case(row, &columns, index + 1, &mut Vec::new()) {
            pin_images(&mut case, &place, files);
            cases.push(case);
        }
    }
    (files.problems.n_errors() == before).then_some(cases)
}

/// Which column is which in a file of the dataset with these rows.
pub fn columns_of(
    file: &DatasetFile,
    path: &str,
    rows: &[Row],
    problems: &Problems,
) -> Option<Chosen> {
    RowReader { file, path, problems }.columns(rows)
}

fn pin_images(case: &mut Case, place: &Place, files: Files<'_>) {
    let mut input = Value::Object(std::mem::take(&mut case.input));
    for missing in images::pin(&mut input, files.root) {
        files.problems.error(
            place,
            format!("there is no image {missing}"),
            "paths of images are relative to the project's folder",
        );
    }
    if let Value::Object(input) = input {
        case.input = input;
    }
}

/// Once some cases are held out, all others are for tuning.
fn settle_split(cases: &mut [Case]) {
    if cases.iter().any(|case| case.split == Split::Gate) {
        for case in cases.iter_mut().filter(|case| case.split == Split::Both) {
            case.split = Split::Tune;
        }
    } else {
        for case in cases {
            case.split = Split::Both;
        }
    }
}

/// Which column is which in one file.
#[derive(Clone, Debug)]
pub struct Chosen {
    /// The id, where there is a column for it.
    pub id: Option<String>,
    /// The input's parts.
    pub input: Vec<String>,
    /// The desired output.
    pub expected: Option<String>,
    /// Fields that are kept; all where empty.
    pub metadata: Vec<String>,
    /// Tags.
    pub tags: Option<String>,
    /// Whether the case is held out.
    pub split: Option<String>,
}

struct RowReader<'a> {
    file: &'a DatasetFile,
    path: &'a str,
    problems: &'a Problems,
}

impl RowReader<'_> {
    /// Chooses the columns once for the whole file.
    fn columns(&self, rows: &[Row]) -> Option<Chosen> {
        let mut names: Vec<&str> = Vec::new();
        for name in rows.iter().take(1000).flat_map(|row| row.fields.keys()) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        if names.is_empty() {
            return (!rows.is_empty()).then(|| self.no_input(&names)).flatten();
        }
        let columns = &self.file.columns;
        let mut fits = true;
        for mapped in columns
            .id
            .iter()
            .chain(&columns.input)
            .chain(&columns.expected)
            .chain(&columns.metadata)
            .chain(&columns.tags)
            .chain(&columns.split)
            .chain(&self.file.answers)
        {
            if !names.contains(&mapped.as_str()) {
                fits = false;
                self.problems.error(
                    &Place { line: self.file.place.line, ..Place::file("karat.toml") },
                    format!("{} has no column {mapped}", self.path),
                    suggestion(mapped, names.iter().copied()),
                );
            }
        }
        let usual = |known: &[&str]| {
            known
                .iter()
                .find(|name| {
                    names.contains(name) && !self.file.answers.iter().any(|answer| answer == *name)
                })
                .map(|name| (*name).to_owned())
        };
        let input = if columns.input.is_empty() {
            usual(INPUT).into_iter().collect()
        } else {
            columns.input.clone()
        };
        if input.is_empty() {
            return self.no_input(&names);
        }
        fits.then(|| Chosen {
            id: columns.id.clone().or_else(|| usual(ID)),
            expected: columns.expected.clone().or_else(|| usual(EXPECTED)),
            metadata: columns.metadata.clone(),
            tags: columns.tags.clone().or_else(|| usual(TAGS)),
            split: columns.split.clone().or_else(|| usual(SPLIT)),
            input,
        })
    }

    fn no_input(&self, names: &[&str]) -> Option<Chosen> {
        self.problems.error(
            &Place::line(self.path, 1),
            format!("no column is known as the input (columns: {})", names.join(", ")),
            format!(
                "name it input, or add columns = {{ input = \"…\" }} to [datasets.{}]",
                self.file.name
            ),
        );
        None
    }

    fn case(
        &self,
        mut row: Row,
        columns: &Chosen,
        position: usize,
        answers: &mut Vec<(String, Value)>,
    ) -> Option<Case> {
        let place = Place::line(self.path, row.line);
        let error = |field: &str, message: String, next: &str| {
            self.problems.error(&place.below(field), message, next);
        };
        let id = match columns.id.as_ref().and_then(|name| row.fields.remove(name)) {
            Some(Value::String(text)) if !text.trim().is_empty() => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            None | Some(Value::Null) => format!("row-{position}"),
            Some(Value::String(_)) => {
                error(
                    "id",
                    "the id is empty".into(),
                    "write a short name, or leave the column out",
                );
                return None;
            }
            Some(other) => {
                error(
                    "id",
                    format!("an id is text or a number, not {}", name_of(&other)),
                    "write for example \"t-001\"",
                );
                return None;
            }
        };
        let input = self.input(&mut row, columns, &place)?;
        let expected =
            columns.expected.as_ref().and_then(|name| row.fields.remove(name)).map(cell).and_then(
                |value| {
                    let is_assertion = columns.expected.as_deref() == Some("__expected");
                    if is_assertion { promptfoo_expected(value) } else { Some(value) }
                },
            );
        let expected = expected
            .or_else(|| promptfoo_assert(&row.fields))
            .filter(|value| !value.is_null() && value.as_str().is_none_or(|text| !text.is_empty()));
        let tags = match columns.tags.as_ref().and_then(|name| row.fields.remove(name)) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(text)) => text
                .split([',', ';'])
                .map(str::trim)
                .filter(|tag| !tag.is_empty())
                .map(str::to_owned)
                .collect(),
            Some(Value::Array(values)) if values.iter().all(Value::is_string) => {
                values.iter().filter_map(Value::as_str).map(str::to_owned).collect()
            }
            Some(other) => {
                error(
                    "tags",
                    format!("tags are a list of texts, not {}", name_of(&other)),
                    "write [\"hard\", \"german\"]",
                );
                return None;
            }
        };
        let split = match columns.split.as_ref().and_then(|name| row.fields.remove(name)) {
            None | Some(Value::Null) => Split::Both,
            Some(Value::String(text)) => match text.trim().to_lowercase().as_str() {
                "" => Split::Both,
                "gate" | "held-out" | "heldout" | "test" => Split::Gate,
                "tune" | "train" | "dev" | "validation" => Split::Tune,
                _ => {
                    error("split", format!("\"{text}\" is no split"), "write gate or tune");
                    return None;
                }
            },
            Some(other) => {
                error(
                    "split",
                    format!("a split is gate or tune, not {}", name_of(&other)),
                    "write gate or tune",
                );
                return None;
            }
        };
        for column in &self.file.answers {
            if let Some(answer) = row
                .fields
                .remove(column)
                .map(cell)
                .filter(|answer| !answer.is_null() && answer.as_str() != Some(""))
            {
                answers.push((column.clone(), answer));
            }
        }
        Some(Case {
            id,
            input,
            expected,
            metadata: metadata(row.fields, &columns.metadata),
            tags,
            split,
        })
    }

    fn input(&self, row: &mut Row, columns: &Chosen, place: &Place) -> Option<Map<String, Value>> {
        let mut taken: Vec<(String, Value)> = columns
            .input
            .iter()
            .filter_map(|name| Some((name.clone(), cell(row.fields.remove(name)?))))
            .collect();
        let place = place.below(&columns.input.join(", "));
        let is_empty = |value: &Value| match value {
            Value::Null => true,
            Value::String(text) => text.trim().is_empty(),
            Value::Array(values) => values.is_empty(),
            Value::Object(map) => map.is_empty(),
            _ => false,
        };
        if taken.iter().all(|(_, value)| is_empty(value)) {
            self.problems.error(
                &place,
                "the input is empty",
                "write what a user would send, or remove the case",
            );
            return None;
        }
        if taken.len() > 1 {
            return Some(taken.into_iter().collect());
        }
        let (name, value) = taken.remove(0);
        let is_generic = matches!(name.as_str(), "input" | "inputs" | "vars");
        match value {
            Value::Object(map) if is_generic => Some(map),
            Value::Array(messages) if is_generic || name == "messages" => {
                self.messages(messages, &place)
            }
            Value::String(text) => {
                let name = if is_generic { "message".to_owned() } else { name };
                Some(Map::from_iter([(name, Value::String(text))]))
            }
            value if is_generic && !value.is_object() => {
                self.problems.error(
                    &place,
                    format!(
                        "an input is text, an object or a list of messages, not {}",
                        name_of(&value)
                    ),
                    "write {\"message\": \"…\"}",
                );
                None
            }
            value => Some(Map::from_iter([(name, value)])),
        }
    }

    /// A conversation: kept whole, and its last user text under a name of its own.
    fn messages(&self, messages: Vec<Value>, place: &Place) -> Option<Map<String, Value>> {
        if let Some(odd) =
            messages.iter().find(|message| message.get("role").and_then(Value::as_str).is_none())
        {
            self.problems.error(
                place,
                format!("a message is an object with a role, not {}", name_of(odd)),
                "write [{\"role\": \"user\", \"content\": \"…\"}]",
            );
            return None;
        }
        let message = messages
            .iter()
            .rev()
            .find(|message| message["role"] == "user")
            .map(|message| match &message["content"] {
                Value::Array(parts) => parts
                    .iter()
                    .filter_map(|part| part["text"].as_str())
                    .collect::<Vec<_>>()
                    .join("\n"),
                content => content.as_str().unwrap_or_default().to_owned(),
            })
            .unwrap_or_default();
        Some(Map::from_iter([
            ("message".to_owned(), json!(message)),
            ("messages".to_owned(), Value::Array(messages)),
        ]))
    }
}

/// promptfoo's `__expected` column: plain text, or `equals: text`; other assertions say no desired output.
fn promptfoo_expected(value: Value) -> Option<Value> {
    let Value::String(text) = &value else { return Some(value) };
    match text.split_once(':') {
        Some(("equals", wanted)) => Some(Value::String(wanted.trim().to_owned())),
        Some((kind, _)) if crate::project::scorer_fields::settings_of(kind.trim()).is_some() => {
            None
        }
        _ => Some(value),
    }
}

/// promptfoo's tests: the value of an `equals` assertion is the desired output.
fn promptfoo_assert(fields: &Map<String, Value>) -> Option<Value> {
    fields
        .get("assert")?
        .as_array()?
        .iter()
        .find(|assertion| assertion["type"] == "equals")?
        .get("value")
        .cloned()
}

/// `metadata` as an object, `metadata.x` columns, and every column that means nothing else.
fn metadata(mut fields: Map<String, Value>, chosen: &[String]) -> Map<String, Value> {
    let mut metadata = match fields.remove("metadata").map(cell) {
        Some(Value::Object(map)) => map,
        _ => Map::new(),
    };
    fields.remove("assert");
    for (name, value) in fields {
        let name = name.strip_prefix("metadata.").unwrap_or(&name).to_owned();
        if chosen.is_empty() || chosen.contains(&name) {
            metadata.insert(name, value);
        }
    }
    metadata
}
