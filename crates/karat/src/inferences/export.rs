//! The operation `inferences.export`: rows of text, page by page in the order of arrival, up to the moment of the first page.

use std::collections::HashMap;

use anyhow::Result;
use karat_records::{Inference, LiveScore, Signal};
use karat_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::pick::{Pick, limit};
use super::sheet::{self, Row};
use crate::app::{App, Refusal};

/// How inferences are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "InferenceForm")]
pub enum Form {
    /// One inference a line, with attempts, signals and live scores.
    Jsonl,
    /// One inference a row; lists stand as JSON in their cells.
    Csv,
}

/// What to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportInferences {
    /// How.
    pub format: Form,
    /// Which ones; all where absent.
    #[serde(default, deserialize_with = "super::pick::object")]
    pub pick: Pick,
    /// At most so many rows in a page; 500 where absent and at most. Long texts make pages shorter.
    #[serde(default)]
    pub limit: Option<u64>,
    /// The `next` of the page before.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// A part of the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ExportedInferences {
    /// Whole lines; those of CSV begin with a header on the first page.
    pub text: String,
    /// How many inferences it has; a page may have none although there is a next one.
    pub n: u64,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// Rows whose texts are in memory at once.
const STEP: usize = 16;

/// Bytes after which a page ends.
const MOST_BYTES: usize = 4 << 20;

/// Writes a page.
pub async fn export(app: App, input: ExportInferences) -> Result<ExportedInferences> {
    let Some(store) = app.existing_store()? else {
        let text = written(input.format, &[], true)?;
        return Ok(ExportedInferences { text, n: 0, next: None });
    };
    let (after, last) = match &input.cursor {
        Some(cursor) => read(cursor)?,
        None => (0, store.ledger.places().await?.inferences),
    };
    let is_first = input.cursor.is_none();
    let filter = input.pick.filter(limit(input.limit, 500), None);
    let news = store.ledger.inferences_after(after, filter).await?;
    // What arrived since the first page belongs to the next export.
    let is_over = news.is_end || news.after >= last;
    let places: Vec<(u64, String)> = news
        .items
        .into_iter()
        .filter(|row| row.number <= last)
        .map(|row| (row.number, row.inference.id))
        .collect();
    let mut text = written(input.format, &[], is_first)?;
    let mut n = 0;
    for (index, step) in places.chunks(STEP).enumerate() {
        let ids: Vec<String> = step.iter().map(|(_, id)| id.clone()).collect();
        let rows = rows(&store, &ids).await?;
        text.push_str(&written(input.format, &rows, false)?);
        n += rows.len() as u64;
        let is_last_step = (index + 1) * STEP >= places.len();
        if text.len() >= MOST_BYTES && !is_last_step {
            let place = step.last().map_or(after, |(place, _)| *place);
            return Ok(ExportedInferences { text, n, next: Some(cursor(place, last)) });
        }
    }
    let next = (!is_over).then(|| cursor(news.after, last));
    Ok(ExportedInferences { text, n, next })
}

fn written(form: Form, rows: &[Row], has_header: bool) -> Result<String> {
    match form {
        Form::Jsonl => rows.iter().map(sheet::json_line).collect(),
        Form::Csv => sheet::csv(rows, has_header),
    }
}

async fn rows(store: &Store, ids: &[String]) -> Result<Vec<Row>> {
    let inferences: Vec<Inference> = store.ledger.inferences_of(ids).await?;
    let mut signals: HashMap<String, Vec<Signal>> = HashMap::new();
    for bound in store.ledger.signals_of(ids).await? {
        if let Some(id) = bound.inference_id {
            signals.entry(id).or_default().push(bound.signal);
        }
    }
    let mut scores: HashMap<String, Vec<LiveScore>> = HashMap::new();
    for placed in store.ledger.live_scores_of(ids).await? {
        scores.entry(placed.score.inference_id.clone()).or_default().push(placed.score);
    }
    let rows = inferences.into_iter().map(|inference| Row {
        signals: signals.remove(&inference.id).unwrap_or_default(),
        live_scores: scores.remove(&inference.id).unwrap_or_default(),
        inference,
    });
    Ok(rows.collect())
}

/// The place to go on after, and the last place of the whole export.
fn cursor(after: u64, last: u64) -> String {
    format!("{after}-{last}")
}

fn read(cursor: &str) -> Result<(u64, u64)> {
    let places = cursor
        .split_once('-')
        .and_then(|(after, last)| Some((after.parse().ok()?, last.parse().ok()?)));
    places.ok_or_else(|| {
        Refusal::invalid(
            "that is no cursor of an export\n  next: pass the `next` of the page before, or none",
        )
    })
}
