//! Queues, tasks, items and guidelines in the catalog; every change of an item is one compare-and-set.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use futures_util::future::try_join_all;
use karat_records::{Hash, Version};
use karat_store::Store;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::item::{Denied, Item};
use super::queue::{Queue, shortened};
use super::shown::Guideline;
use super::task::Task;
use crate::app::{App, Refusal};
use crate::project::problem::suggestion;

const QUEUES: &str = "label-queue";

/// Somebody else's change comes between reading and writing seldom so often.
const MOST_TRIES: usize = 200;

/// Items that are written at once: the store commits together what waits together.
const BATCH: usize = 256;

fn tasks_of(queue: &str) -> String {
    format!("label-task:{queue}")
}

fn items_of(queue: &str) -> String {
    format!("label-item:{queue}")
}

fn guideline_of(queue: &str) -> String {
    format!("guideline:{queue}")
}

fn version(kind: &str, name: &str, content: &impl Serialize, now_ms: i64) -> Result<Version> {
    let content = serde_json::to_value(content).context("labels are always JSON")?;
    let hash = Hash::of_json(&content);
    Ok(Version { kind: kind.into(), name: name.into(), hash, content, seen_at_ms: now_ms })
}

fn read<T: DeserializeOwned>(version: Version) -> Result<T> {
    let (kind, name) = (version.kind, version.name);
    serde_json::from_value(version.content)
        .with_context(|| format!("{kind} {name} was written by another version of karat"))
}

/// All queues, by name.
pub async fn queues(store: &Store) -> Result<Vec<Queue>> {
    store.catalog.list(QUEUES).await?.into_iter().map(read).collect()
}

/// The queue of that name, where there is one.
pub async fn existing_queue(store: &Store, name: &str) -> Result<Option<Queue>> {
    store.catalog.newest(QUEUES, name).await?.map(read).transpose()
}

/// The queue of that name, or a refusal with the nearest one.
pub async fn queue(store: &Store, name: &str) -> Result<Queue> {
    if let Some(queue) = existing_queue(store, name).await? {
        return Ok(queue);
    }
    let names: Vec<String> = queues(store).await?.into_iter().map(|queue| queue.name).collect();
    let next = match suggestion(name, names.iter().map(String::as_str)) {
        next if next.is_empty() => "open one with `karat label open FEATURE`".to_owned(),
        next => next,
    };
    Err(Refusal::not_found(format!("there is no queue {}\n  next: {next}", shortened(name))))
}

/// Keeps a new queue; answers whether its name was free.
pub async fn add_queue(store: &Store, queue: &Queue) -> Result<bool> {
    let version = version(QUEUES, &queue.name, queue, queue.made_at_ms)?;
    Ok(store.catalog.compare_and_set(None, version).await?)
}

/// Keeps new items with their tasks.
pub async fn add_items(
    store: &Store,
    queue: &Queue,
    new: &[(String, Task, Item)],
    now_ms: i64,
) -> Result<()> {
    let (tasks, items) = (tasks_of(&queue.name), items_of(&queue.name));
    for batch in new.chunks(BATCH) {
        let mut versions = Vec::new();
        for (id, task, item) in batch {
            versions.push(version(&tasks, id, task, now_ms)?);
            versions.push(version(&items, id, item, now_ms)?);
        }
        try_join_all(versions.into_iter().map(|version| store.catalog.put(version))).await?;
    }
    Ok(())
}

/// Keeps one new item; answers whether it is new.
pub async fn add_item(
    store: &Store,
    queue: &Queue,
    id: &str,
    task: &Task,
    item: &Item,
    now_ms: i64,
) -> Result<bool> {
    let added = version(&items_of(&queue.name), id, item, now_ms)?;
    if store.catalog.newest(&items_of(&queue.name), id).await?.is_some() {
        return Ok(false);
    }
    // The task first: an item without one could not be labelled.
    store.catalog.put(version(&tasks_of(&queue.name), id, task, now_ms)?).await?;
    Ok(store.catalog.compare_and_set(None, added).await?)
}

/// The items of a queue, by id.
pub async fn items(store: &Store, queue: &Queue) -> Result<BTreeMap<String, Item>> {
    let mut items = BTreeMap::new();
    for version in store.catalog.list(&items_of(&queue.name)).await? {
        let id = version.name.clone();
        let item: Item = read(version)?;
        if item.queue_id == queue.id {
            items.insert(id, item);
        }
    }
    Ok(items)
}

/// The tasks of a queue, by the ids of their items.
pub async fn tasks(store: &Store, queue: &Queue) -> Result<BTreeMap<String, Task>> {
    let mut tasks = BTreeMap::new();
    for version in store.catalog.list(&tasks_of(&queue.name)).await? {
        let id = version.name.clone();
        let task: Task = read(version)?;
        if task.queue_id == queue.id {
            tasks.insert(id, task);
        }
    }
    Ok(tasks)
}

/// The task of one item.
pub async fn task(store: &Store, queue: &Queue, id: &str) -> Result<Task> {
    match store.catalog.newest(&tasks_of(&queue.name), id).await? {
        Some(version) => read(version),
        None => Err(no_item(queue, id)),
    }
}

fn no_item(queue: &Queue, id: &str) -> anyhow::Error {
    Refusal::not_found(format!(
        "{} has no item {}\n  next: take one with labels.next",
        queue.name,
        shortened(id)
    ))
}

/// Changes one item: reads it, changes it, and puts it if nobody else did in the meantime; otherwise again.
pub async fn change<T>(
    app: &App,
    store: &Store,
    queue: &Queue,
    id: &str,
    mut change: impl FnMut(&mut Item, i64) -> Result<T, Denied>,
) -> Result<Result<(T, Item), Denied>> {
    let kind = items_of(&queue.name);
    for _ in 0..MOST_TRIES {
        let Some(newest) = store.catalog.newest(&kind, id).await? else {
            return Err(no_item(queue, id));
        };
        let before = newest.hash.clone();
        let mut item: Item = read(newest)?;
        if item.queue_id != queue.id {
            return Err(no_item(queue, id));
        }
        let now_ms = app.clock.now_ms();
        let made = match change(&mut item, now_ms) {
            Ok(made) => made,
            Err(denied) => return Ok(Err(denied)),
        };
        let after = version(&kind, id, &item, now_ms)?;
        if store.catalog.compare_and_set(Some(before), after).await? {
            return Ok(Ok((made, item)));
        }
    }
    bail!("item {id} of {} is changed by too many people at once\n  next: try again", queue.name)
}

/// As [`change`], with a refusal in place of the reason.
pub async fn changed<T>(
    app: &App,
    store: &Store,
    queue: &Queue,
    id: &str,
    change_item: impl FnMut(&mut Item, i64) -> Result<T, Denied>,
) -> Result<(T, Item)> {
    change(app, store, queue, id, change_item).await?.map_err(refusal)
}

/// A reason as callers see it.
pub fn refusal(denied: Denied) -> anyhow::Error {
    match denied {
        Denied::OwnItem => Refusal::not_allowed(denied.to_string()),
        _ => Refusal::conflict(denied.to_string()),
    }
}

/// The newest guideline of a queue; version 0 where nothing was written.
pub async fn guideline(store: &Store, queue: &str) -> Result<Guideline> {
    let newest = store.catalog.newest(&guideline_of(queue), queue).await?;
    match newest {
        Some(version) => read(version),
        None => Ok(Guideline { queue: queue.into(), ..Guideline::default() }),
    }
}

/// All versions of a guideline, newest first.
pub async fn guidelines(store: &Store, queue: &str) -> Result<Vec<Guideline>> {
    store.catalog.history(&guideline_of(queue), queue).await?.into_iter().map(read).collect()
}

/// Writes the next version of a guideline; a writer who was faster keeps the number.
pub async fn write_guideline(
    app: &App,
    store: &Store,
    queue: &str,
    text: &str,
) -> Result<Guideline> {
    let kind = guideline_of(queue);
    for _ in 0..MOST_TRIES {
        let newest = store.catalog.newest(&kind, queue).await?;
        let before = newest.as_ref().map(|version| version.hash.clone());
        let last: Option<Guideline> = newest.map(read).transpose()?;
        if let Some(last) = last.as_ref().filter(|last| last.text == text) {
            return Ok(last.clone());
        }
        let now_ms = app.clock.now_ms();
        let next = Guideline {
            queue: queue.into(),
            version: last.map_or(1, |last| last.version + 1),
            text: text.into(),
            by: app.actor.name.clone(),
            at_ms: now_ms,
            n_stale: 0,
            rules: super::rules::ids(text),
        };
        let version = version(&kind, queue, &next, now_ms)?;
        if store.catalog.compare_and_set(before, version).await? {
            return Ok(next);
        }
    }
    bail!("the guideline of {queue} is changed by too many people at once\n  next: try again")
}

/// Keeps what a promotion did, with where each value comes from.
pub async fn remember_promotion(
    store: &Store,
    queue: &Queue,
    what: &Value,
    now_ms: i64,
) -> Result<()> {
    let kind = format!("label-promotion:{}", queue.name);
    Ok(store.catalog.put(version(&kind, &queue.name, what, now_ms)?).await?)
}
