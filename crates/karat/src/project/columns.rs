//! Pure. Which column of a sheet is which: the names that the reader of datasets knows, then what the values look like.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value;

use super::dataset;
use super::init::plan::{kebab, short_kebab, unique};
use super::problem::{Place, Problems};
use super::rows::{Row, cell};

/// Which column is which.
#[derive(Clone, Debug)]
pub struct Roles {
    /// Column of the id, where one is known.
    pub id: Option<String>,
    /// Column of the input.
    pub input: String,
    /// Column of the desired output, where one is known.
    pub expected: Option<String>,
    /// Columns of answers, each a variant.
    pub answers: Vec<AnswerColumn>,
    /// Column of the tags, where one is known.
    pub tags: Option<String>,
    /// All others; they become metadata.
    pub metadata: Vec<String>,
    /// Every column, empty ones included, as the reader will see them.
    all: Vec<String>,
}

/// A column of answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AnswerColumn {
    /// As the file names it.
    pub column: String,
    /// The variant's name.
    pub variant: String,
}

/// Words that speak of a desired output.
const DESIRED: &[&str] =
    &["expected", "ideal", "gold", "golden", "reference", "truth", "desired", "target"];

/// Words that speak of a request.
const ASKED: &[&str] = &[
    "input",
    "question",
    "query",
    "message",
    "prompt",
    "request",
    "text",
    "email",
    "ticket",
    "utterance",
    "document",
];

/// Words that speak of an answer.
const ANSWERED: &[&str] = &[
    "answer",
    "answers",
    "output",
    "outputs",
    "response",
    "reply",
    "completion",
    "candidate",
    "prediction",
    "predicted",
    "generated",
    "variant",
    "bot",
    "assistant",
];

/// Beginnings of words that name a model.
const MODELS: &[&str] = &[
    "gpt", "claude", "gemini", "llama", "mistral", "qwen", "deepseek", "haiku", "sonnet", "opus",
    "gemma", "grok", "chatgpt", "copilot",
];

/// Words that say something about a case or an answer, but are none.
const ABOUT: &[&str] = &[
    "latency",
    "ms",
    "seconds",
    "cost",
    "usd",
    "price",
    "tokens",
    "time",
    "date",
    "score",
    "rating",
    "id",
    "url",
    "source",
    "author",
    "annotator",
    "language",
    "lang",
    "version",
    "note",
    "notes",
    "comment",
    "created",
    "format",
    "type",
    "length",
    "count",
];

impl Roles {
    /// Chooses once for the whole file; an error says what to rename.
    pub fn of(rows: &[Row]) -> Result<Self, String> {
        let mut names: Vec<&str> = Vec::new();
        for name in rows.iter().flat_map(|row| row.fields.keys()) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let is_empty = |name: &&str| values(rows, name).is_empty();
        let filled: Vec<&str> = names.iter().copied().filter(|name| !is_empty(name)).collect();
        let id = pick(&filled, dataset::ID).filter(|name| is_key(rows, name));
        let service: Vec<&str> = [dataset::SPLIT, dataset::TAGS]
            .into_iter()
            .filter_map(|known| pick(&filled, known))
            .chain(filled.iter().copied().filter(|name| is_service(name)))
            .collect();
        let free: Vec<&str> = filled
            .iter()
            .copied()
            .filter(|name| id != Some(*name) && !service.contains(name))
            .collect();
        // A column that says "desired" wins over a usual name such as "answer", which may be a candidate.
        let desired: Vec<&str> = free.iter().copied().filter(|name| is_desired(name)).collect();
        let expected = pick(&desired, dataset::EXPECTED)
            .or_else(|| desired.first().copied())
            .or_else(|| pick(&free, dataset::EXPECTED));
        let others: Vec<&str> =
            free.iter().copied().filter(|name| expected != Some(*name)).collect();
        let input = pick(&others, dataset::INPUT)
            .or_else(|| {
                others.iter().copied().find(|name| speaks_of(name, ASKED) && !is_answer_name(name))
            })
            .or_else(|| longest(rows, &others))
            .ok_or_else(|| no_input(&names))?;
        let desired = expected.map(|name| values(rows, name)).unwrap_or_default();
        let mut taken = Vec::new();
        let (mut answers, mut metadata) = (Vec::new(), Vec::new());
        for name in others.into_iter().filter(|name| *name != input) {
            if holds_answers(name, &values(rows, name), &desired) {
                let short = short_kebab(name, 30);
                let variant = unique(if short.is_empty() { "answers" } else { &short }, &mut taken);
                answers.push(AnswerColumn { column: name.to_owned(), variant });
            } else {
                metadata.push(name.to_owned());
            }
        }
        Ok(Self {
            id: id.map(str::to_owned),
            input: input.to_owned(),
            expected: expected.map(str::to_owned),
            answers,
            tags: pick(&filled, dataset::TAGS).map(str::to_owned),
            metadata,
            all: names.into_iter().map(str::to_owned).collect(),
        })
    }

    /// The id's column, where the reader would not find it by itself.
    pub fn mapped_id(&self) -> Option<String> {
        self.id.clone().filter(|name| !dataset::ID.contains(&name.as_str()))
    }

    /// The input's column, where the reader would choose another or none.
    pub fn mapped_input(&self) -> Option<String> {
        self.mapped(Some(&self.input), dataset::INPUT)
    }

    /// The desired output's column, where the reader would choose another or none.
    pub fn mapped_expected(&self) -> Option<String> {
        self.mapped(self.expected.as_ref(), dataset::EXPECTED)
    }

    /// Notes rows without an input, and ids that are used twice.
    pub fn note_bad_rows(&self, rows: &[Row], file: &str, problems: &Problems) {
        let usual_id = dataset::ID.iter().find(|name| self.all.iter().any(|own| own == *name));
        let id_column = self.id.as_deref().or(usual_id.copied());
        let mut seen: HashMap<String, usize> = HashMap::new();
        for row in rows {
            let place = Place::line(file, row.line);
            let cell = |name: &str| row.fields.get(name).map(canonical).unwrap_or_default();
            if matches!(cell(&self.input).as_str(), "" | "null" | "[]" | "{}") {
                problems.error(
                    &place.below(&self.input),
                    "the input is empty",
                    "write what a user would send, or remove the row",
                );
            }
            let Some(column) = id_column else { continue };
            let id = row.fields.get(column).map(text_of).unwrap_or_default();
            if id.is_empty() {
                problems.error(
                    &place.below(column),
                    "the id is empty",
                    "write a short name, or leave the column out",
                );
            } else if let Some(line) = seen.insert(id.clone(), row.line) {
                problems.error(
                    &place.below(column),
                    format!("the id {id} was already used in line {line}"),
                    "give every row an id of its own, or rename the column",
                );
            }
        }
    }

    fn mapped(&self, chosen: Option<&String>, known: &[&str]) -> Option<String> {
        let there = |name: &str| {
            self.all.iter().any(|own| own == name)
                && !self.answers.iter().any(|answer| answer.column == name)
        };
        let usual = known.iter().find(|name| there(name)).copied();
        chosen.filter(|name| usual != Some(name.as_str())).cloned()
    }
}

/// What the cells of a column say; empty ones are left out.
pub fn values(rows: &[Row], name: &str) -> Vec<Value> {
    rows.iter()
        .filter_map(|row| row.fields.get(name))
        .filter(|value| {
            !value.is_null() && value.as_str().is_none_or(|text| !text.trim().is_empty())
        })
        .map(|value| cell(value.clone()))
        .collect()
}

/// A value as it is compared: text in lower case, other JSON compactly.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_lowercase(),
        other => other.to_string(),
    }
}

/// An id as the reader takes it.
fn text_of(value: &Value) -> String {
    match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// The first usual name that is there, as it is or in another spelling.
fn pick<'a>(names: &[&'a str], known: &[&str]) -> Option<&'a str> {
    let exact = known.iter().find_map(|known| names.iter().find(|name| *name == known));
    let alike =
        || known.iter().find_map(|known| names.iter().find(|name| kebab(name) == kebab(known)));
    exact.or_else(alike).copied()
}

fn words(name: &str) -> Vec<String> {
    kebab(name).split('-').map(str::to_owned).collect()
}

fn speaks_of(name: &str, known: &[&str]) -> bool {
    words(name).iter().any(|word| known.contains(&word.as_str()))
}

fn is_desired(name: &str) -> bool {
    let is_right_answer = speaks_of(name, &["correct", "right"]) && speaks_of(name, ANSWERED);
    (speaks_of(name, DESIRED) || is_right_answer) && !speaks_of(name, ABOUT)
}

fn is_answer_name(name: &str) -> bool {
    words(name).iter().any(|word| {
        ANSWERED.contains(&word.as_str()) || MODELS.iter().any(|model| word.starts_with(model))
    })
}

/// Columns that the reader of datasets understands by their form.
fn is_service(name: &str) -> bool {
    name == "metadata" || name.starts_with("metadata.") || name == "assert"
}

/// A column whose values are all there and all different.
fn is_key(rows: &[Row], name: &str) -> bool {
    let values = values(rows, name);
    let different: BTreeSet<String> = values.iter().map(canonical).collect();
    values.len() == rows.len() && different.len() == rows.len()
}

/// The column with the longest texts, where they differ and are longer than words.
fn longest<'a>(rows: &[Row], names: &[&'a str]) -> Option<&'a str> {
    let mean = |name: &str| {
        let values = values(rows, name);
        let different: BTreeSet<String> = values.iter().map(canonical).collect();
        let is_text = values.iter().all(Value::is_string) && different.len() * 2 > rows.len();
        let length: usize = values.iter().map(|value| canonical(value).chars().count()).sum();
        if is_text { length as f64 / rows.len() as f64 } else { 0.0 }
    };
    let candidates = names.iter().copied().filter(|name| !is_answer_name(name));
    candidates
        .map(|name| (mean(name), name))
        .filter(|(mean, _)| *mean >= 12.0)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

fn no_input(names: &[&str]) -> String {
    format!(
        "no column is known as the input (columns: {})\n  next: call the column of what was asked `input`, that of the desired output `expected`",
        names.join(", ")
    )
}

/// Whether a column holds answers that can be compared with what was desired.
fn holds_answers(name: &str, values: &[Value], desired: &[Value]) -> bool {
    if speaks_of(name, ABOUT) {
        return false;
    }
    let wanted: BTreeSet<String> = desired.iter().map(canonical).collect();
    let own: BTreeSet<String> = values.iter().map(canonical).collect();
    let n_shared = values.iter().filter(|value| wanted.contains(&canonical(value))).count();
    // One value for all cases says something about the file, unless it is a possible answer.
    if own.len() == 1 && values.len() > 3 && n_shared == 0 {
        return false;
    }
    let is_number = |value: &Value| canonical(value).parse::<f64>().is_ok();
    let numbers_fit =
        !values.iter().all(is_number) || desired.is_empty() || desired.iter().all(is_number);
    if is_answer_name(name) && numbers_fit {
        return true;
    }
    if wanted.len() > 1 && n_shared * 10 >= values.len() * 6 {
        return true;
    }
    let same_shape = |value: &Value| {
        value.as_object().is_some_and(|map| {
            desired.iter().any(|one| map.keys().any(|key| one.get(key).is_some()))
        })
    };
    if values.iter().filter(|value| same_shape(value)).count() * 10 >= values.len() * 8 {
        return true;
    }
    // Long texts beside long desired texts.
    let mean = |values: &[Value]| {
        values.iter().map(|value| canonical(value).chars().count()).sum::<usize>()
            / values.len().max(1)
    };
    own.len() * 2 > values.len() && mean(desired) >= 40 && mean(values) * 3 >= mean(desired)
}
