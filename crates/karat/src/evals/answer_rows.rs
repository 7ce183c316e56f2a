//! Pure. The answers of a run as rows: the repeats of a case by one variant together, filtered, sorted, cut into pages.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};

use karat_records::{Case, Split, Trial};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::load::Loaded;
use super::runs::ShownScore;
use crate::project::Filter;

/// In which order answers are shown; ties are broken by case and variant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "AnswerSort")]
pub enum Sort {
    /// The lowest mean score first.
    #[default]
    Worst,
    /// By the case's id.
    Case,
    /// The longest wait first.
    Slowest,
    /// The highest cost first.
    Dearest,
}

/// Which answers are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Only this variant.
    pub variant: Option<String>,
    /// Only answers with less than full marks, or none.
    pub failed: bool,
    /// Only cases that match all of these.
    pub filters: Vec<Filter>,
    /// Only where this stands in the input, the desired output or an answer, whatever its case.
    pub text: Option<String>,
}

/// The repeats of one case by one variant.
#[derive(Clone, Debug)]
pub struct Row<'a> {
    /// The case's id.
    pub case_id: &'a str,
    /// The variant.
    pub variant: &'a str,
    /// The case, where it is still in the dataset.
    pub case: Option<&'a Case>,
    /// Its trials in the order of repetition.
    pub trials: Vec<&'a Trial>,
    /// Mean score by the metric; a missing answer and an undecided score count as 0.
    pub mean: f64,
}

/// One row as it is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnswerRow {
    /// The case.
    pub case_id: String,
    /// The variant.
    pub variant: String,
    /// The case's tags.
    pub tags: Vec<String>,
    /// The input, where the case is still in the dataset.
    pub input: Value,
    /// The desired output.
    pub expected: Option<Value>,
    /// One entry for each repeat.
    pub outputs: Vec<Output>,
    /// Mean score by the primary metric over the repeats.
    pub mean: f64,
}

/// One repeat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Output {
    /// The output.
    pub output: Value,
    /// Why there is none.
    pub failure: Option<String>,
    /// Milliseconds.
    pub latency_ms: Option<f64>,
    /// US dollars.
    pub cost_usd: Option<f64>,
    /// True where a scripted server answered or judged.
    pub simulated: bool,
    /// What the scorers say.
    pub scores: Vec<ShownScore>,
}

/// Every row of a run; `scorer` is the position of the metric among the run's scorers.
pub fn rows<'a>(
    loaded: &'a Loaded,
    cases: &'a BTreeMap<String, Case>,
    scorer: Option<usize>,
) -> Vec<Row<'a>> {
    let mut position: HashMap<(&str, &str), usize> = HashMap::new();
    let mut rows: Vec<Row<'a>> = Vec::new();
    for trial in &loaded.trials {
        let at = *position.entry((&trial.case_id, &trial.variant)).or_insert_with(|| {
            rows.push(Row {
                case_id: &trial.case_id,
                variant: &trial.variant,
                case: cases.get(&trial.case_id),
                trials: Vec::new(),
                mean: 0.0,
            });
            rows.len() - 1
        });
        rows[at].trials.push(trial);
    }
    for row in &mut rows {
        row.trials.sort_by_key(|trial| trial.trial_index);
        let total: f64 = row.trials.iter().map(|trial| loaded.score(trial, scorer)).sum();
        row.mean = total / row.trials.len().max(1) as f64;
    }
    rows
}

impl Row<'_> {
    /// Whether only a gate may judge on the case.
    pub fn is_held_out(&self) -> bool {
        self.case.is_some_and(|case| case.split == Split::Gate)
    }

    /// Whether it is wanted; `needle` is the wanted text in lower case.
    pub fn is_wanted(&self, wanted: &Wanted, needle: Option<&str>) -> bool {
        let is_failed =
            || self.mean < 1.0 - 1e-12 || self.trials.iter().any(|t| t.answer.failure.is_some());
        wanted.variant.as_ref().is_none_or(|variant| variant == self.variant)
            && (!wanted.failed || is_failed())
            && wanted
                .filters
                .iter()
                .all(|filter| self.case.is_some_and(|case| filter.matches(case)))
            && needle.is_none_or(|needle| self.says(needle))
    }

    fn says(&self, needle: &str) -> bool {
        let has = |value: &Value| says(value, needle);
        self.case_id.to_lowercase().contains(needle)
            || self.case.is_some_and(|case| {
                case.input.values().any(has) || case.expected.as_ref().is_some_and(has)
            })
            || self.trials.iter().any(|trial| has(&trial.answer.output))
    }

    /// What the order is by, so that the row comes before all with a greater one.
    fn rank(&self, sort: Sort) -> f64 {
        match sort {
            Sort::Worst => self.mean,
            Sort::Case => 0.0,
            Sort::Slowest => {
                -self.trials.iter().filter_map(|t| t.answer.latency_ms).fold(0.0, f64::max)
            }
            Sort::Dearest => -self.trials.iter().filter_map(|t| t.answer.cost_usd).sum::<f64>(),
        }
    }

    /// The row as it is shown.
    pub fn shown(&self, loaded: &Loaded) -> AnswerRow {
        AnswerRow {
            case_id: self.case_id.to_owned(),
            variant: self.variant.to_owned(),
            tags: self.case.map(|case| case.tags.clone()).unwrap_or_default(),
            input: self.case.map_or(Value::Null, |case| Value::Object(case.input.clone())),
            expected: self.case.and_then(|case| case.expected.clone()),
            outputs: self.trials.iter().map(|trial| output(loaded, trial)).collect(),
            mean: self.mean,
        }
    }
}

fn output(loaded: &Loaded, trial: &Trial) -> Output {
    let scores = loaded.scores.get(&trial.id).into_iter().flatten().flatten();
    Output {
        output: trial.answer.output.clone(),
        failure: trial.answer.failure.as_ref().map(|failure| failure.message.clone()),
        latency_ms: trial.answer.latency_ms,
        cost_usd: trial.answer.cost_usd,
        simulated: trial.answer.simulated || scores.clone().any(|score| score.simulated),
        scores: scores
            .map(|score| ShownScore {
                scorer: score.scorer.clone(),
                value: score.value,
                explanation: score.explanation.clone(),
            })
            .collect(),
    }
}

/// Whether a text stands anywhere in a value, whatever its case.
fn says(value: &Value, needle: &str) -> bool {
    match value {
        Value::String(text) => text.to_lowercase().contains(needle),
        Value::Array(items) => items.iter().any(|item| says(item, needle)),
        Value::Object(map) => map.values().any(|item| says(item, needle)),
        Value::Null => false,
        other => other.to_string().contains(needle),
    }
}

/// Where a page ends: the next one begins behind it, whatever was added in between.
/// The rank stands there bit by bit, so that it comes back as the very same number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor(u64, String, String);

impl Cursor {
    fn of(rank: f64, first: &str, second: &str) -> Self {
        Self(rank.to_bits(), first.to_owned(), second.to_owned())
    }

    /// Reads the `next` of a page.
    pub fn parse(text: &str) -> Option<Self> {
        serde_json::from_str(text).ok()
    }

    fn written(&self) -> String {
        serde_json::json!(self).to_string()
    }

    fn compare(&self, other: (f64, &str, &str)) -> Ordering {
        order((f64::from_bits(self.0), &self.1, &self.2), other)
    }
}

fn order(a: (f64, &str, &str), b: (f64, &str, &str)) -> Ordering {
    a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)).then_with(|| a.2.cmp(b.2))
}

/// The rows of a page in order, and the cursor of the next one.
pub fn page<T>(
    mut rows: Vec<T>,
    key: impl Fn(&T) -> (f64, &str, &str),
    after: Option<&Cursor>,
    limit: usize,
) -> (Vec<T>, Option<String>) {
    if let Some(after) = after {
        rows.retain(|row| after.compare(key(row)) == Ordering::Less);
    }
    rows.sort_unstable_by(|a, b| order(key(a), key(b)));
    let has_more = rows.len() > limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| has_more).map(|row| {
        let (rank, first, second) = key(row);
        Cursor::of(rank, first, second).written()
    });
    (rows, next)
}

/// A page of answers.
pub fn answer_page<'a>(
    rows: Vec<Row<'a>>,
    sort: Sort,
    after: Option<&Cursor>,
    limit: usize,
) -> (Vec<Row<'a>>, Option<String>) {
    let ranked: Vec<(f64, Row<'a>)> = rows.into_iter().map(|row| (row.rank(sort), row)).collect();
    let (rows, next) =
        page(ranked, |ranked| (ranked.0, ranked.1.case_id, ranked.1.variant), after, limit);
    (rows.into_iter().map(|(_, row)| row).collect(), next)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn pages_cover_every_row_once_and_survive_rows_that_come_in_between() {
        let mut rows: Vec<(f64, String)> =
            (0..25).map(|i| (f64::from(i % 3) / 3.0, format!("c{i:02}"))).collect();
        let key = |row: &(f64, String)| row.1.clone();
        let (mut seen, mut next) = (Vec::new(), None);
        loop {
            let cursor = next.as_deref().and_then(Cursor::parse);
            let (part, after) =
                page(rows.clone(), |row| (row.0, row.1.as_str(), ""), cursor.as_ref(), 4);
            seen.extend(part.iter().map(key));
            // A row before the cursor comes too late to be seen, and shifts nothing.
            rows.push((0.0, format!("a{}", seen.len())));
            match after {
                Some(after) => next = Some(after),
                None => break,
            }
        }
        assert_eq!(seen.len(), 25, "{seen:?}");
        let distinct: std::collections::BTreeSet<&String> = seen.iter().collect();
        assert_eq!(distinct.len(), 25);
        assert_eq!(&seen[..2], ["c00", "c03"]);
    }

    #[test]
    fn a_text_is_found_at_any_depth_whatever_its_case() {
        let value = json!({"queue": ["Billing", {"note": "Grüße"}], "n": 12});
        for needle in ["billing", "grüße", "12"] {
            assert!(says(&value, needle), "{needle}");
        }
        assert!(!says(&value, "queue"), "names of fields are no text");
    }

    #[test]
    fn a_cursor_that_nobody_wrote_is_none() {
        for text in ["", "{}", "[1]", "[\"a\",\"b\",\"c\"]"] {
            assert_eq!(Cursor::parse(text), None, "{text}");
        }
        let cursor = Cursor::of(0.1 + 0.2, "a", "b");
        assert_eq!(Cursor::parse(&cursor.written()), Some(cursor));
    }
}
