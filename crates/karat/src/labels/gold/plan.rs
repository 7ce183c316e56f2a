//! Pure. Which labels become which lines of the dataset's files, and which are left out for what reason.

use std::collections::{BTreeMap, HashMap};

use karat_records::{Case, Hash, Split};
use serde_json::{Map, Value, json};

use super::{Cell, Change};
use crate::datasets::import::Chosen;
use crate::labels::item::Item;
use crate::labels::queue::{Kind, Queue, Side, text_of};
use crate::labels::resolve::{correction, is_blind, is_same, outcome};
use crate::labels::settle::part;
use crate::labels::task::Task;
use crate::project::rows::Row;

/// One file of the dataset.
#[derive(Debug)]
pub struct DataFile {
    /// Its path in the project.
    pub path: String,
    /// Which column is which.
    pub columns: Chosen,
    /// Its rows.
    pub rows: Vec<Row>,
    /// True for CSV and TSV.
    pub is_table: bool,
    /// True where all its cases are held out.
    pub is_gate: bool,
}

/// The dataset as it stands.
#[derive(Debug)]
pub struct Standing<'a> {
    /// Its cases, in the order of the rows of its files.
    pub cases: &'a [Case],
    /// Its files.
    pub files: &'a [DataFile],
    /// True where some cases are held out.
    pub holds_back: bool,
    /// True where a desired output is an object even though no case has one yet.
    pub is_object: bool,
}

/// An item whose value holds.
#[derive(Clone, Copy, Debug)]
pub struct Settled<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its labels.
    pub item: &'a Item,
    /// What was labelled.
    pub task: &'a Task,
}

/// What becomes of one item.
#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    /// Its value is, or will be, that of this case.
    Case {
        /// The case.
        id: String,
        /// Whether a line is new, changed or stays.
        how: How,
    },
    /// It is left out for this reason.
    LeftOut(&'static str),
}

/// What happens to the line of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It is new.
    Added,
    /// It has another desired output.
    Changed,
    /// It said so already.
    Same,
}

/// What is to be written.
#[derive(Debug, Default)]
pub struct Plan {
    /// Changes of each file.
    pub changes: Vec<Vec<Change>>,
    /// New rows of each file.
    pub new: Vec<Vec<Vec<Cell>>>,
    /// What becomes of each item.
    pub fates: Vec<(String, Fate)>,
    /// Desired outputs that are to be read back: case, keys inside it, value.
    pub wanted: Vec<(String, Vec<String>, Value)>,
    /// Inputs of new cases that are to be read back.
    pub inputs: Vec<(String, Hash)>,
}

const NOT_BLIND: &str =
    "labels made with a model's answer in view never judge, so they go to tuning cases only";
const OTHER_SIDE: &str = "cases of the other side of the split";
const NO_VALUE: &str = "answers that are wrong, without a correction that people agree on";
const NO_OUTPUT: &str =
    "marks on a scale, which say how good an answer is and not what it should be";
const NO_OBJECT: &str = "texts where the desired outputs are objects";
const NO_COLUMN: &str = "inputs with fields for which the file has no column";
const OTHER_INPUT: &str = "cases whose input was changed after people had labelled it";
const TWO_VOICES: &str = "items that say something else than another item about the same case";

impl Standing<'_> {
    /// Whether desired outputs are objects.
    fn has_objects(&self) -> bool {
        let mut known = self.cases.iter().filter_map(|case| case.expected.as_ref()).peekable();
        if known.peek().is_none() {
            return self.is_object;
        }
        known.any(|expected| expected.is_object() || expected.is_array())
    }

    /// File and row of the case with this index.
    fn place(&self, case_index: usize) -> (usize, usize) {
        let mut row = case_index;
        for (file, data) in self.files.iter().enumerate() {
            if row < data.rows.len() {
                return (file, row);
            }
            row -= data.rows.len();
        }
        (0, 0)
    }
}

/// Plans the promotion; the error says what in the files forbids it.
pub fn plan(
    queue: &Queue,
    standing: &Standing<'_>,
    settled: &[Settled<'_>],
    side: Option<Side>,
) -> Result<Plan, String> {
    let mut plan = Plan {
        changes: vec![Vec::new(); standing.files.len()],
        new: vec![Vec::new(); standing.files.len()],
        ..Plan::default()
    };
    let by_id: HashMap<&str, usize> =
        standing.cases.iter().enumerate().map(|(at, case)| (case.id.as_str(), at)).collect();
    let by_input: HashMap<Hash, usize> =
        standing.cases.iter().enumerate().map(|(at, case)| (case.input_hash(), at)).collect();
    let mut said: BTreeMap<String, Value> = BTreeMap::new();
    for one in settled {
        let input = Hash::of_json(&Value::Object(one.task.input.clone()));
        let named = one.task.case_id.as_deref().and_then(|id| by_id.get(id)).copied();
        if named.is_some_and(|at| standing.cases[at].input_hash() != input) {
            plan.fates.push((one.id.to_owned(), Fate::LeftOut(OTHER_INPUT)));
            continue;
        }
        let known = named.or_else(|| by_input.get(&input).copied());
        let fate = match fate(queue, standing, *one, known, side) {
            Err(reason) => Fate::LeftOut(reason),
            Ok((keys, value)) => {
                let id = match known {
                    Some(at) => standing.cases[at].id.clone(),
                    None => new_id(queue, one, &by_id, &plan, standing),
                };
                match said.get(&id) {
                    Some(other) if !is_same(other, &value) => Fate::LeftOut(TWO_VOICES),
                    Some(_) => Fate::Case { id, how: How::Same },
                    None => {
                        said.insert(id.clone(), value.clone());
                        plan.put(queue, standing, *one, known, side, (id, keys, value))?
                    }
                }
            }
        };
        plan.fates.push((one.id.to_owned(), fate));
    }
    check_order(standing, &plan)?;
    Ok(plan)
}

/// The desired output that follows from the item, or why there is none for this case.
fn fate(
    queue: &Queue,
    standing: &Standing<'_>,
    one: Settled<'_>,
    known: Option<usize>,
    side: Option<Side>,
) -> Result<(Vec<String>, Value), &'static str> {
    let split = match known {
        Some(at) => standing.cases[at].split,
        None => side_of_new(standing, side),
    };
    if known.is_some() {
        match (side, split) {
            (Some(Side::Tune), Split::Gate) | (Some(Side::Gate), Split::Tune) => {
                return Err(OTHER_SIDE);
            }
            _ => {}
        }
    }
    let is_seen = one.task.answer.is_some() || !is_blind(one.item, queue.overlap);
    if split != Split::Tune && is_seen {
        return Err(NOT_BLIND);
    }
    desired(queue, one, standing.has_objects())
}

fn side_of_new(standing: &Standing<'_>, side: Option<Side>) -> Split {
    match side {
        Some(Side::Gate) => Split::Gate,
        // Where nothing is held out, every case judges as well, whatever its line says.
        _ if standing.holds_back => Split::Tune,
        _ => Split::Both,
    }
}

/// Keys and value of the desired output.
fn desired(
    queue: &Queue,
    one: Settled<'_>,
    has_objects: bool,
) -> Result<(Vec<String>, Value), &'static str> {
    let Some(value) = outcome(one.item, queue.overlap) else { return Err(NO_VALUE) };
    let whole_or_part = |output: &Value| {
        let value = if has_objects { output } else { part(&queue.path, output) };
        let fits = has_objects == (value.is_object() || value.is_array());
        if fits { Ok((Vec::new(), value.clone())) } else { at_path(queue, value, has_objects) }
    };
    let Some(answer) = &one.task.answer else {
        return match value {
            Value::Object(_) | Value::Array(_) => Ok((Vec::new(), value.clone())),
            _ => at_path(queue, value, has_objects),
        };
    };
    match (queue.kind, value) {
        (Kind::YesNo, Value::Bool(true)) => whole_or_part(answer),
        (Kind::YesNo, _) => match correction(one.item) {
            Some(correction) => whole_or_part(correction),
            None => Err(NO_VALUE),
        },
        _ => Err(NO_OUTPUT),
    }
}

fn at_path(
    queue: &Queue,
    value: &Value,
    has_objects: bool,
) -> Result<(Vec<String>, Value), &'static str> {
    match (has_objects, queue.path.is_empty()) {
        (false, _) => Ok((Vec::new(), value.clone())),
        (true, false) => Ok((queue.path.clone(), value.clone())),
        (true, true) => {
            let parsed = value.as_str().and_then(|text| serde_json::from_str::<Value>(text).ok());
            let object = parsed.filter(|value| value.is_object() || value.is_array());
            object.map(|value| (Vec::new(), value)).ok_or(NO_OBJECT)
        }
    }
}

/// The id that a new row brought along where it is free, else one that follows from the item.
fn new_id(
    queue: &Queue,
    one: &Settled<'_>,
    by_id: &HashMap<&str, usize>,
    plan: &Plan,
    standing: &Standing<'_>,
) -> String {
    let is_free = |id: &&String| {
        !by_id.contains_key(id.as_str()) && !plan.inputs.iter().any(|(other, _)| other == *id)
    };
    let own = one.task.own_id.as_ref().filter(is_free).cloned();
    let made = || format!("{}-{}", queue.name, one.id);
    let id = own.unwrap_or_else(made);
    // A table without a column for ids numbers its rows.
    let is_numbered = standing.files.len() == 1
        && standing.files[0].is_table
        && standing.files[0].columns.id.is_none();
    if is_numbered {
        return format!("row-{}", standing.cases.len() + plan.inputs.len() + 1);
    }
    id
}

impl Plan {
    fn put(
        &mut self,
        queue: &Queue,
        standing: &Standing<'_>,
        one: Settled<'_>,
        known: Option<usize>,
        side: Option<Side>,
        (id, keys, value): (String, Vec<String>, Value),
    ) -> Result<Fate, String> {
        let origin = origin(queue, one.item);
        let expected = |columns: &Chosen| Cell {
            column: columns.expected.clone().unwrap_or_else(|| "expected".into()),
            keys: keys.clone(),
            value: value.clone(),
        };
        if let Some(at) = known {
            let case = &standing.cases[at];
            let current = case.expected.as_ref().map(|expected| part(&keys, expected));
            let is_there = current.is_some_and(|current| {
                is_same(current, &value) || text_of(current) == text_of(&value)
            });
            if is_there {
                return Ok(Fate::Case { id, how: How::Same });
            }
            let (file, row) = standing.place(at);
            let data = &standing.files[file];
            let mut cells = vec![expected(&data.columns)];
            cells.extend(labelled(data, data.rows.get(row), &origin));
            self.changes[file].push(Change { row, cells });
            self.wanted.push((id.clone(), keys, value));
            return Ok(Fate::Case { id, how: How::Changed });
        }
        let split = side_of_new(standing, side);
        let own_file = standing.files.iter().position(|data| data.is_gate);
        let file = if split == Split::Gate { own_file.unwrap_or(0) } else { 0 };
        let Some(data) = standing.files.get(file) else {
            return Err("the dataset has no file".into());
        };
        let Some(mut cells) = input_cells(data, &one.task.input) else {
            return Ok(Fate::LeftOut(NO_COLUMN));
        };
        let columns = &data.columns;
        if let Some(column) = columns.id.clone().or_else(|| (!data.is_table).then(|| "id".into())) {
            cells.insert(0, Cell { column, keys: Vec::new(), value: json!(id) });
        }
        cells.push(expected(columns));
        cells.extend(known_fields(data, one.task));
        cells.extend(labelled(data, None, &origin));
        let word = match split {
            Split::Gate if !data.is_gate => Some("gate"),
            Split::Tune if columns.split.is_some() => Some("tune"),
            _ => None,
        };
        if let Some(word) = word {
            let column = columns.split.clone().unwrap_or_else(|| "split".into());
            cells.push(Cell { column, keys: Vec::new(), value: json!(word) });
        }
        self.new[file].push(cells);
        self.wanted.push((id.clone(), keys, value));
        self.inputs.push((id.clone(), Hash::of_json(&Value::Object(one.task.input.clone()))));
        Ok(Fate::Case { id, how: How::Added })
    }
}

/// Where a value comes from.
pub fn origin(queue: &Queue, item: &Item) -> Value {
    let mut people: Vec<&str> = item.labels.iter().map(|label| label.by.as_str()).collect();
    people.sort_unstable();
    people.dedup();
    let guideline = item.labels.iter().map(|label| label.guideline_version).max().unwrap_or(0);
    json!({
        "queue": queue.name, "labels": item.labels.len(), "people": people.len(),
        "guideline": guideline, "adjudicated": item.adjudication.is_some(),
        "blind": item.labels.iter().all(|label| !label.assisted),
    })
}

/// The cell of a case's metadata that says where its value comes from, where the file has room for it.
fn labelled(data: &DataFile, row: Option<&Row>, origin: &Value) -> Option<Cell> {
    let columns = &data.columns;
    let is_taken = |name: &str| {
        columns.input.iter().any(|input| input == name)
            || [&columns.id, &columns.expected, &columns.tags, &columns.split]
                .into_iter()
                .flatten()
                .any(|other| other == name)
    };
    let whole = |column: &str| Cell {
        column: column.into(),
        keys: Vec::new(),
        value: Value::String(origin.to_string()),
    };
    let inside =
        || Cell { column: "metadata".into(), keys: vec!["labelled".into()], value: origin.clone() };
    if !data.is_table {
        let old = row.and_then(|row| row.fields.get("metadata"));
        let has_room = old.is_none_or(Value::is_object) && !is_taken("metadata");
        return has_room.then(inside);
    }
    let has = |name: &str| data.rows.first().is_some_and(|row| row.fields.contains_key(name));
    if let Some(column) = ["metadata.labelled", "labelled"].into_iter().find(|name| has(name)) {
        return (!is_taken(column)).then(|| whole(column));
    }
    let old = row.and_then(|row| row.fields.get("metadata")).map(text_of);
    let has_room = old.is_none_or(|text| text.trim().is_empty() || text.trim().starts_with('{'));
    (has("metadata") && has_room && !is_taken("metadata")).then(inside)
}

/// Metadata and tags of a new row, as far as the file has room for them.
fn known_fields(data: &DataFile, task: &Task) -> Vec<Cell> {
    let mut cells = Vec::new();
    let has = |name: &str| data.rows.first().is_some_and(|row| row.fields.contains_key(name));
    for (name, value) in &task.metadata {
        let nested = format!("metadata.{name}");
        let (column, keys) = match data.is_table {
            true if has(name) => (name.clone(), Vec::new()),
            true if has(&nested) => (nested, Vec::new()),
            true => continue,
            false => ("metadata".to_owned(), vec![name.clone()]),
        };
        cells.push(Cell { column, keys, value: value.clone() });
    }
    let column = data.columns.tags.clone().or_else(|| (!data.is_table).then(|| "tags".into()));
    if let Some(column) = column.filter(|_| !task.tags.is_empty()) {
        let value = if data.is_table { json!(task.tags.join(", ")) } else { json!(task.tags) };
        cells.push(Cell { column, keys: Vec::new(), value });
    }
    cells
}

/// The cells of an input in the shape that the file's other inputs have; nothing where it does not fit.
fn input_cells(data: &DataFile, input: &Map<String, Value>) -> Option<Vec<Cell>> {
    let whole =
        |column: &String, value: Value| Cell { column: column.clone(), keys: Vec::new(), value };
    let columns = &data.columns.input;
    let [column] = columns.as_slice() else {
        let fits = input.keys().all(|key| columns.contains(key));
        let cells = input.iter().map(|(key, value)| whole(key, value.clone()));
        return fits.then(|| cells.collect());
    };
    let is_generic = matches!(column.as_str(), "input" | "inputs" | "vars");
    if let (true, Some(messages)) = (is_generic || column == "messages", input.get("messages")) {
        return Some(vec![whole(column, messages.clone())]);
    }
    if !is_generic {
        let only = input.get(column).filter(|_| input.len() == 1)?;
        return Some(vec![whole(column, only.clone())]);
    }
    let is_text = data.is_table
        || data.rows.first().and_then(|row| row.fields.get(column)).is_some_and(Value::is_string);
    match input.get("message") {
        Some(message @ Value::String(_)) if input.len() == 1 && is_text => {
            Some(vec![whole(column, message.clone())])
        }
        _ => Some(vec![whole(column, Value::Object(input.clone()))]),
    }
}

/// Rows without ids are numbered through all files, so that a row in front of them would rename them.
fn check_order(standing: &Standing<'_>, plan: &Plan) -> Result<(), String> {
    for (file, data) in standing.files.iter().enumerate() {
        let is_numbered = |row: &Row| {
            data.columns.id.as_ref().is_none_or(|id| row.fields.get(id).is_none_or(Value::is_null))
        };
        if plan.new[..file].iter().any(|new| !new.is_empty()) && data.rows.iter().any(is_numbered) {
            return Err(format!(
                "the rows of {} have no ids and would be renumbered by new cases in {}\n  next: give every row an id of its own",
                data.path, standing.files[0].path
            ));
        }
    }
    Ok(())
}
