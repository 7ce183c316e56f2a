//! What labellers do with an item in hand: submit, skip, take back, keep for longer.

use anyhow::Result;
use karat_records::Split;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::item::{ItemState, Label};
use super::keep;
use super::queue::{MOST_BYTES, Mode, Queue, shortened, text_of};
use super::shown::{Reveal, Stands, Submitted};
use crate::app::{App, Refusal};
use crate::project::problem::suggestion;

/// A label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Submit {
    /// The queue.
    pub queue: String,
    /// The item.
    pub item: String,
    /// The lease under which it was handed out.
    pub lease: String,
    /// The value: one of the options, yes or no, or text.
    pub value: Value,
    /// What the answer should have been.
    #[serde(default)]
    pub correction: Option<Value>,
    /// A remark.
    #[serde(default)]
    pub comment: Option<String>,
    /// Ids of rules of the guideline.
    #[serde(default)]
    pub rules: Option<Vec<String>>,
    /// Seconds that it took; measured from the lease when absent.
    #[serde(default)]
    pub seconds: Option<f64>,
}

/// Takes a label.
pub async fn submit(app: App, input: Submit) -> Result<Submitted> {
    let store = app.store()?;
    let queue = keep::queue(&store, &input.queue).await?;
    let value = queue.accept(&input.value).map_err(Refusal::invalid)?;
    let correction = checked_correction(&queue, input.correction)?;
    let comment = checked_text("comment", input.comment)?;
    let rules = input.rules.unwrap_or_default();
    if !rules.is_empty() {
        check_rules(&store, &queue, &rules).await?;
    }
    let task = keep::task(&store, &queue, &input.item).await?;
    let reveals = queue.mode == Mode::BlindThenReveal && task.split != Split::Gate;
    let reveal = task.suggestion.filter(|_| reveals);
    let id = app.clock.new_id();
    let person = &app.actor;
    let ((), item) = keep::changed(&app, &store, &queue, &input.item, |item, now_ms| {
        let lease = item.lease(&person.id, &input.lease, queue.overlap, now_ms)?;
        let measured = (now_ms - lease.since_ms) as f64 / 1000.0;
        let told = input.seconds.filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
        let label = Label {
            id: id.clone(),
            by: person.id.clone(),
            name: person.name.clone(),
            value: value.clone(),
            correction: correction.clone(),
            comment: comment.clone(),
            rules: rules.clone(),
            guideline_version: lease.guideline_version,
            assisted: false,
            revealed: reveal.is_some(),
            seconds: Some(told.unwrap_or(measured)),
            at_ms: now_ms,
            lease: lease.id,
        };
        item.submit(label, queue.overlap, now_ms)
    })
    .await?;
    Ok(Submitted {
        label: id,
        state: item.state(queue.overlap, app.clock.now_ms()),
        reveal: reveal.map(|value| Reveal { value, by: "the answer under test".to_owned() }),
    })
}

fn checked_correction(queue: &Queue, correction: Option<Value>) -> Result<Option<Value>> {
    let Some(correction) = correction.filter(|value| !value.is_null()) else { return Ok(None) };
    let text = text_of(&correction);
    if text.trim().is_empty() {
        return Ok(None);
    }
    if text.len() > MOST_BYTES {
        return Err(Refusal::invalid(format!(
            "the correction has {} bytes; at most {MOST_BYTES} fit\n  next: shorten it, {} takes the right answer alone",
            text.len(),
            queue.name
        )));
    }
    Ok(Some(correction))
}

fn checked_text(what: &str, text: Option<String>) -> Result<Option<String>> {
    match text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) {
        Some(text) if text.len() > MOST_BYTES => Err(Refusal::invalid(format!(
            "the {what} has {} bytes; at most {MOST_BYTES} fit\n  next: shorten it",
            text.len()
        ))),
        text => Ok(text),
    }
}

async fn check_rules(store: &karat_store::Store, queue: &Queue, cited: &[String]) -> Result<()> {
    let known = keep::guideline(store, &queue.name).await?.rules;
    let Some(odd) = cited.iter().find(|id| !known.contains(id)) else { return Ok(()) };
    let next = match suggestion(odd, known.iter().map(String::as_str)) {
        next if next.is_empty() => {
            "rules are lines of the guideline that begin with R1:".to_owned()
        }
        next => next,
    };
    Err(Refusal::invalid(format!(
        "the guideline of {} has no rule {}\n  next: {next}",
        queue.name,
        shortened(odd)
    )))
}

/// Why an item cannot be labelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SkipItem {
    /// The queue.
    pub queue: String,
    /// The item.
    pub item: String,
    /// The lease under which it was handed out.
    pub lease: String,
    /// Why.
    pub reason: String,
}

/// Passes an item on, with a reason.
pub async fn skip(app: App, input: SkipItem) -> Result<Stands> {
    let Some(reason) = checked_text("reason", Some(input.reason))? else {
        return Err(Refusal::invalid(
            "a skip needs a reason\n  next: say what is missing or wrong, in a few words",
        ));
    };
    let store = app.store()?;
    let queue = keep::queue(&store, &input.queue).await?;
    let ((), item) = keep::changed(&app, &store, &queue, &input.item, |item, now_ms| {
        item.skip(&app.actor, &input.lease, &reason, queue.overlap, now_ms)
    })
    .await?;
    Ok(Stands { state: item.state(queue.overlap, app.clock.now_ms()) })
}

/// Which item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UndoItem {
    /// The queue.
    pub queue: String,
    /// The item.
    pub item: String,
}

/// What was taken back, and the lease under which it is in hand again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Undone {
    /// The item's state.
    pub state: ItemState,
    /// To be named when the item is labelled.
    pub lease: String,
    /// When others may have it, in milliseconds since the Unix epoch.
    pub lease_until_ms: i64,
}

/// Takes one's own submit or skip of the last ten seconds back; the item is in hand again.
pub async fn undo(app: App, input: UndoItem) -> Result<Undone> {
    let store = app.store()?;
    let queue = keep::queue(&store, &input.queue).await?;
    let lease = app.clock.new_id();
    let (leased, item) = keep::changed(&app, &store, &queue, &input.item, |item, now_ms| {
        item.undo(&app.actor.id, &lease, queue.overlap, now_ms)
    })
    .await?;
    Ok(Undone {
        state: item.state(queue.overlap, app.clock.now_ms()),
        lease: leased.id,
        lease_until_ms: leased.until_ms,
    })
}

/// Which item is needed for longer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeepItem {
    /// The queue.
    pub queue: String,
    /// The item.
    pub item: String,
    /// The lease under which it was handed out.
    pub lease: String,
}

/// Until when the item is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Kept {
    /// When others may have it, in milliseconds since the Unix epoch.
    pub lease_until_ms: i64,
}

/// Keeps an item for another ten minutes.
pub async fn keep_item(app: App, input: KeepItem) -> Result<Kept> {
    let store = app.store()?;
    let queue = keep::queue(&store, &input.queue).await?;
    let (lease_until_ms, _) = keep::changed(&app, &store, &queue, &input.item, |item, now_ms| {
        item.keep(&app.actor.id, &input.lease, queue.overlap, now_ms)
    })
    .await?;
    Ok(Kept { lease_until_ms })
}
