//! Everything about a queue's labels as text: JSON Lines with one item a line, or CSV with one label a line.

use anyhow::{Context, Result};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::item::Item;
use super::queue::{Queue, text_of};
use super::task::Task;
use super::{keep, resolve};
use crate::app::App;

/// How labels are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// One item a line, with all its labels.
    Jsonl,
    /// One label a line.
    Csv,
}

/// What to write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExportLabels {
    /// The queue.
    pub queue: String,
    /// How.
    pub format: Form,
}

/// Labels as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Exported {
    /// The text.
    pub text: String,
}

/// Writes all labels of a queue with how their items were drawn and who said what.
pub async fn export(app: App, input: ExportLabels) -> Result<Exported> {
    let store = app.store()?;
    let queue = keep::queue(&store, &input.queue).await?;
    let items = keep::items(&store, &queue).await?;
    let mut tasks = keep::tasks(&store, &queue).await?;
    let mut rows: Vec<(String, Item, Task)> = items
        .into_iter()
        .filter_map(|(id, item)| tasks.remove(&id).map(|task| (id, item, task)))
        .collect();
    rows.sort_by_key(|(id, item, _)| (item.position, id.clone()));
    let now_ms = app.clock.now_ms();
    let text = match input.format {
        Form::Jsonl => rows
            .iter()
            .map(|(id, item, task)| format!("{}\n", whole(&queue, id, item, task, now_ms)))
            .collect(),
        Form::Csv => csv(&queue, &rows)?,
    };
    Ok(Exported { text })
}

fn whole(queue: &Queue, id: &str, item: &Item, task: &Task, now_ms: i64) -> Value {
    json!({
        "queue": queue.name, "feature": queue.feature, "question": queue.question, "item": id,
        "state": item.state(queue.overlap, now_ms), "value": resolve::outcome(item, queue.overlap),
        "case": task.case_id, "input": task.input, "answer": task.answer, "drawn": task.drawn,
        "provenance": task.provenance, "labels": item.labels, "repeats": item.repeats,
        "withdrawn": item.withdrawn, "skips": item.skips, "adjudication": item.adjudication,
        "gold": item.gold,
    })
}

const HEADER: [&str; 18] = [
    "queue",
    "item",
    "case",
    "input",
    "answer",
    "person",
    "value",
    "correction",
    "comment",
    "rules",
    "guideline_version",
    "assisted",
    "seconds",
    "at_ms",
    "sampler",
    "stratum",
    "inclusion_probability",
    "final_value",
];

fn csv(queue: &Queue, rows: &[(String, Item, Task)]) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(HEADER).context("a header is always CSV")?;
    for (id, item, task) in rows {
        let value = resolve::outcome(item, queue.overlap).map(text_of).unwrap_or_default();
        for label in &item.labels {
            let optional = |value: &Option<Value>| value.as_ref().map(text_of).unwrap_or_default();
            writer
                .write_record([
                    queue.name.clone(),
                    id.clone(),
                    task.case_id.clone().unwrap_or_default(),
                    json!(task.input).to_string(),
                    optional(&task.answer),
                    label.name.clone(),
                    text_of(&label.value),
                    optional(&label.correction),
                    label.comment.clone().unwrap_or_default(),
                    label.rules.join(" "),
                    label.guideline_version.to_string(),
                    label.assisted.to_string(),
                    label.seconds.map(|seconds| format!("{seconds:.1}")).unwrap_or_default(),
                    label.at_ms.to_string(),
                    task.drawn.sampler.clone(),
                    task.drawn.stratum.clone(),
                    task.drawn.inclusion_probability.to_string(),
                    value.clone(),
                ])
                .context("a label is always CSV")?;
        }
    }
    let bytes = writer.into_inner().context("a text in memory is always written")?;
    String::from_utf8(bytes).context("labels are UTF-8")
}
