//! Disputes: items on which people differ, and how somebody who did not label them settles each.

use anyhow::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::draw::unit;
use super::item::{Adjudication, Cause, Item, ItemState};
use super::keep;
use super::next::OfQueue;
use super::queue::MOST_BYTES;
use super::shown::Stands;
use crate::app::{App, Refusal};

/// Most disputes that are shown at once.
const MOST: usize = 100;

/// Open disputes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Disputes {
    /// Those that the caller may settle; one's own items are not offered.
    pub disputes: Vec<Dispute>,
    /// Open disputes in all.
    pub n_waiting: u64,
}

/// One item on which people differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Dispute {
    /// The item.
    pub item: String,
    /// What the feature would get.
    pub input: Map<String, Value>,
    /// The answer that is judged.
    pub answer: Option<Value>,
    /// What people said, without their names, in an order that tells nothing.
    pub labels: Vec<DisputedLabel>,
    /// The newest version of the guideline.
    pub guideline_version: u32,
}

/// What one person said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DisputedLabel {
    /// The value.
    pub value: Value,
    /// What the answer should have been.
    pub correction: Option<Value>,
    /// A remark.
    pub comment: Option<String>,
    /// Rules that the person cites.
    pub rules: Vec<String>,
}

/// Lists the disputes that the caller may settle.
pub async fn disputes(app: App, input: OfQueue) -> Result<Disputes> {
    let store = app.store()?;
    let queue = keep::queue(&store, &input.queue).await?;
    let guideline_version = keep::guideline(&store, &queue.name).await?.version;
    let now_ms = app.clock.now_ms();
    let items = keep::items(&store, &queue).await?;
    let mut open: Vec<(String, Item)> = items
        .into_iter()
        .filter(|(_, item)| item.state(queue.overlap, now_ms) == ItemState::Disputed)
        .collect();
    let n_waiting = open.len() as u64;
    open.sort_by_key(|(_, item)| item.position);
    open.retain(|(_, item)| !item.has_opinion_of(&app.actor.id));
    let mut disputes = Vec::new();
    for (id, mut item) in open.into_iter().take(MOST) {
        let task = keep::task(&store, &queue, &id).await?;
        let chance = |label: &str| unit(queue.seed, "dispute", label);
        item.labels.sort_by(|a, b| chance(&a.id).total_cmp(&chance(&b.id)));
        let labels = item.labels.into_iter().map(|label| DisputedLabel {
            value: label.value,
            correction: label.correction,
            comment: label.comment,
            rules: label.rules,
        });
        disputes.push(Dispute {
            item: id,
            input: task.input,
            answer: task.answer,
            labels: labels.collect(),
            guideline_version,
        });
    }
    Ok(Disputes { disputes, n_waiting })
}

/// How a dispute is settled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Adjudicate {
    /// The queue.
    pub queue: String,
    /// The item.
    pub item: String,
    /// The value that holds.
    pub value: Value,
    /// Why there was a dispute.
    pub cause: Cause,
    /// A remark.
    #[serde(default)]
    pub note: Option<String>,
}

/// Settles a dispute; refused for items that the caller labelled.
pub async fn adjudicate(app: App, input: Adjudicate) -> Result<Stands> {
    let store = app.store()?;
    let queue = keep::queue(&store, &input.queue).await?;
    let value = queue.accept(&input.value).map_err(Refusal::invalid)?;
    if input.note.as_ref().is_some_and(|note| note.len() > MOST_BYTES) {
        return Err(Refusal::invalid(format!(
            "the note is longer than {MOST_BYTES} bytes\n  next: shorten it"
        )));
    }
    let ((), item) = keep::changed(&app, &store, &queue, &input.item, |item, now_ms| {
        let adjudication = Adjudication {
            by: app.actor.id.clone(),
            name: app.actor.name.clone(),
            value: value.clone(),
            cause: input.cause,
            note: input.note.clone(),
            at_ms: now_ms,
        };
        item.adjudicate(adjudication, queue.overlap)
    })
    .await?;
    Ok(Stands { state: item.state(queue.overlap, app.clock.now_ms()) })
}
