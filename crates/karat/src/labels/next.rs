//! Queues with how far they are, and the next item for somebody.

use std::collections::BTreeMap;

use anyhow::Result;
use karat_records::Split;
use karat_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::draw::{self, is_repeated};
use super::item::{Item, ItemState, Label, Lease, Taking};
use super::queue::{Mode, Queue};
use super::shown::{LabelItem, LabelTask, Measured, QueueShown};
use super::task::{Task, context};
use super::{keep, pace, resolve, stop_rule};
use crate::app::App;

/// Nothing to choose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskQueues {}

/// All queues.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct QueueList {
    /// The queues, newest first.
    pub queues: Vec<QueueShown>,
}

/// Which queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfQueue {
    /// Its name.
    pub queue: String,
}

/// For which queue the next item is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct NextOf {
    /// The queue's name.
    pub queue: String,
    /// Items that are in hand already, so that the one after them can be fetched ahead.
    #[serde(default)]
    pub except: Vec<String>,
}

/// Lists all queues.
pub async fn queues(app: App, _: AskQueues) -> Result<QueueList> {
    let Some(store) = app.existing_store()? else { return Ok(QueueList { queues: Vec::new() }) };
    let mut all = keep::queues(&store).await?;
    all.sort_by_key(|queue| std::cmp::Reverse(queue.made_at_ms));
    let mut queues = Vec::new();
    for queue in &all {
        queues.push(shown(&app, &store, queue).await?);
    }
    Ok(QueueList { queues })
}

/// A queue with how far it is.
pub(super) async fn shown(app: &App, store: &Store, queue: &Queue) -> Result<QueueShown> {
    let items = keep::items(store, queue).await?;
    let version = keep::guideline(store, &queue.name).await?.version;
    let stop_rule = stop_rule::sentence(store, &queue.feature).await?;
    Ok(standing(queue, items.values(), version, stop_rule, &app.actor.id, app.clock.now_ms()))
}

/// What people did in all queues since a time.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Lately {
    /// Labels, second looks of the same person not among them.
    pub n_labels: u64,
    /// Disputes that were settled.
    pub n_settled: u64,
}

/// Counts labels and settled disputes since a time, in milliseconds since the Unix epoch.
pub async fn lately(store: &Store, since_ms: i64) -> Result<Lately> {
    let mut lately = Lately::default();
    for queue in keep::queues(store).await? {
        for item in keep::items(store, &queue).await?.into_values() {
            let new = |label: &&Label| label.at_ms >= since_ms;
            lately.n_labels += item.labels.iter().filter(new).count() as u64;
            lately.n_settled +=
                u64::from(item.adjudication.is_some_and(|settled| settled.at_ms >= since_ms));
        }
    }
    Ok(lately)
}

/// How far a queue is, for one person.
fn standing<'a>(
    queue: &Queue,
    items: impl Iterator<Item = &'a Item> + Clone,
    guideline_version: u32,
    stop_rule: Option<String>,
    person: &str,
    now_ms: i64,
) -> QueueShown {
    let mut counts: BTreeMap<ItemState, u64> = BTreeMap::new();
    for item in items.clone() {
        *counts.entry(item.state(queue.overlap, now_ms)).or_default() += 1;
    }
    let n = |states: &[ItemState]| states.iter().filter_map(|state| counts.get(state)).sum::<u64>();
    let mine = items.clone().filter(|item| item.can_be_taken(person, queue.overlap, now_ms));
    let n_mine = mine.count() as u64;
    let pace_seconds = pace_of(items, person);
    QueueShown {
        name: queue.name.clone(),
        feature: queue.feature.clone(),
        question: queue.question.clone(),
        kind: queue.kind,
        options: queue.words(),
        mode: queue.mode,
        overlap: queue.overlap,
        guideline_version,
        n_items: counts.values().sum(),
        n_queued: n(&[ItemState::Queued, ItemState::Leased, ItemState::Labelled]),
        n_agreed: n(&[ItemState::Agreed, ItemState::Adjudicated]),
        n_disputed: n(&[ItemState::Disputed]),
        n_skipped: n(&[ItemState::Skipped]),
        n_gold: n(&[ItemState::Gold]),
        n_mine,
        pace_seconds,
        seconds_left: pace_seconds.map(|pace| pace * n_mine as f64),
        stop_rule,
        made_by: queue.made_by_name.clone(),
    }
}

/// Seconds that a label takes.
fn pace_of<'a>(items: impl Iterator<Item = &'a Item>, person: &str) -> Option<f64> {
    let mut labels: Vec<&Label> = items.flat_map(|item| &item.labels).collect();
    labels.sort_by_key(|label| label.at_ms);
    let times: Vec<(bool, f64)> =
        labels.into_iter().filter_map(|label| Some((label.by == person, label.seconds?))).collect();
    pace::pace(&times)
}

/// Hands the next item out for ten minutes.
pub async fn next(app: App, input: NextOf) -> Result<LabelTask> {
    let store = app.store()?;
    let queue = keep::queue(&store, &input.queue).await?;
    let mut guideline = keep::guideline(&store, &queue.name).await?;
    let person = app.actor.id.clone();
    let stop_rule = stop_rule::sentence(&store, &queue.feature).await?;
    // Others take items while this one looks; after a few rounds whatever is left is theirs.
    for _ in 0..5 {
        let items = keep::items(&store, &queue).await?;
        guideline.n_stale = n_stale(items.values(), guideline.version);
        let now_ms = app.clock.now_ms();
        let mut order = in_order(&queue, &items, &person, now_ms);
        order.retain(|(id, _)| !input.except.contains(id));
        for (id, is_repeat) in &order {
            let Some(lease) = take(&app, &store, &queue, id, *is_repeat, guideline.version).await?
            else {
                continue;
            };
            let task = keep::task(&store, &queue, id).await?;
            let done = items.values().filter(|item| item.is_touched_by(&person)).count() as u64;
            let queue_shown =
                standing(&queue, items.values(), guideline.version, stop_rule, &person, now_ms);
            let total = done + queue_shown.n_mine.max(u64::from(!is_repeat));
            let position = if *is_repeat { done } else { done + 1 };
            let item = item_shown(id, &lease, task, (position, total.max(position)));
            return Ok(LabelTask {
                item: Some(item),
                none_because: None,
                queue: queue_shown,
                guideline,
            });
        }
        if order.is_empty() {
            let because = none_because(&queue, items.values(), &person, now_ms);
            let queue =
                standing(&queue, items.values(), guideline.version, stop_rule, &person, now_ms);
            return Ok(LabelTask { item: None, none_because: Some(because), queue, guideline });
        }
    }
    let because = "others took every item that was open; come back in a moment".to_owned();
    let queue = shown(&app, &store, &queue).await?;
    Ok(LabelTask { item: None, none_because: Some(because), queue, guideline })
}

/// What the person may label now, the first first: what is in hand, a second look that is due, the rest by the seed.
fn in_order(
    queue: &Queue,
    items: &BTreeMap<String, Item>,
    person: &str,
    now_ms: i64,
) -> Vec<(String, bool)> {
    let mut in_hand = Vec::new();
    let mut open = Vec::new();
    let mut own: Vec<i64> = Vec::new();
    let mut repeats = Vec::new();
    for (id, item) in items {
        if let Some(lease) = item.active_lease(person, now_ms) {
            let is_usable = item.lease(person, &lease.id, queue.overlap, now_ms).is_ok();
            if is_usable {
                in_hand.push((item.position, id.clone(), lease.is_repeat));
                continue;
            }
        }
        if let Some(label) = item.label_of(person) {
            own.push(label.at_ms);
            if is_repeated(queue.seed, person, id) && !item.is_repeated_by(person) {
                repeats.push((label.at_ms, id.clone()));
            }
        } else if item.can_be_taken(person, queue.overlap, now_ms) {
            open.push((item.position, id.clone()));
        }
    }
    in_hand.sort();
    open.sort();
    repeats.sort();
    let is_due = |at_ms: i64| {
        let since = own.iter().filter(|other| **other > at_ms).count();
        since >= draw::BETWEEN
    };
    let (due, later): (Vec<_>, Vec<_>) = repeats.into_iter().partition(|(at_ms, _)| is_due(*at_ms));
    // Where nothing else is left, the second looks come at the end; a person's last item never at once.
    let last = own.iter().max().copied();
    let later = later.into_iter().filter(|(at_ms, _)| Some(*at_ms) != last);
    in_hand
        .into_iter()
        .map(|(_, id, is_repeat)| (id, is_repeat))
        .chain(due.into_iter().map(|(_, id)| (id, true)))
        .chain(open.into_iter().map(|(_, id)| (id, false)))
        .chain(later.map(|(_, id)| (id, true)))
        .collect()
}

async fn take(
    app: &App,
    store: &Store,
    queue: &Queue,
    id: &str,
    is_repeat: bool,
    guideline_version: u32,
) -> Result<Option<Lease>> {
    let taken = keep::change(app, store, queue, id, |item, now_ms| {
        let taking = Taking {
            lease: app.clock.new_id(),
            guideline_version,
            is_assisted: queue.mode == Mode::Assisted && !item.stays_blind,
        };
        if is_repeat {
            item.take_again(&app.actor.id, taking, now_ms)
        } else {
            item.take(&app.actor.id, taking, queue.overlap, now_ms)
        }
    });
    Ok(taken.await?.ok().map(|(lease, _)| lease))
}

fn item_shown(id: &str, lease: &Lease, task: Task, (position, total): (u64, u64)) -> LabelItem {
    let may_suggest = lease.is_assisted && task.split != Split::Gate;
    LabelItem {
        id: id.to_owned(),
        lease: lease.id.clone(),
        lease_until_ms: lease.until_ms,
        input: task.input,
        answer: task.answer,
        context: context(&task.metadata),
        position,
        total,
        is_repeat: lease.is_repeat,
        suggestion: task.suggestion.filter(|_| may_suggest),
    }
}

fn none_because<'a>(
    queue: &Queue,
    items: impl Iterator<Item = &'a Item>,
    person: &str,
    now_ms: i64,
) -> String {
    let (mut n_open, mut n_held, mut n_disputed) = (0, 0, 0);
    for item in items {
        let state = item.state(queue.overlap, now_ms);
        n_disputed += u64::from(state == ItemState::Disputed);
        if item.is_open(queue.overlap, now_ms) {
            n_open += 1;
            n_held += u64::from(!item.is_touched_by(person));
        }
    }
    match (n_open, n_held, n_disputed) {
        (0, _, 0) => "every item has its labels".to_owned(),
        (0, _, n) => format!(
            "every item has its labels; {n} disputed wait to be settled by somebody who did not label them"
        ),
        (_, 0, _) => format!("you have labelled all that you can; {n_open} wait for other people"),
        _ => format!(
            "others have the last {n_held} in hand; what they leave is free again within ten minutes"
        ),
    }
}

/// Labels that were made under an older version.
pub(super) fn n_stale<'a>(items: impl Iterator<Item = &'a Item>, version: u32) -> u64 {
    items.flat_map(|item| &item.labels).filter(|label| label.guideline_version < version).count()
        as u64
}

/// What I did, queue by queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MyLabels {
    /// Queues in which I labelled anything.
    pub queues: Vec<MyQueue>,
}

/// What I did in one queue.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MyQueue {
    /// The queue.
    pub queue: String,
    /// My labels.
    pub n: u64,
    /// Seconds that one took me.
    pub pace_seconds: Option<f64>,
    /// How often my label is the value that holds in the end, of items that several people labelled.
    pub agreed_with_final: Option<Measured>,
}

/// Looks at one's own labels.
pub async fn mine(app: App, _: AskQueues) -> Result<MyLabels> {
    let Some(store) = app.existing_store()? else { return Ok(MyLabels { queues: Vec::new() }) };
    let mut queues = Vec::new();
    for queue in keep::queues(&store).await? {
        let items = keep::items(&store, &queue).await?;
        let own: Vec<(&Item, &Label)> =
            items.values().filter_map(|item| Some((item, item.label_of(&app.actor.id)?))).collect();
        if own.is_empty() {
            continue;
        }
        let finals: Vec<bool> = own
            .iter()
            .filter(|(item, _)| item.labels.len() > 1)
            .filter_map(|(item, label)| {
                let value = resolve::outcome(item, queue.overlap)?;
                Some(resolve::is_same(value, &label.value))
            })
            .collect();
        let n_same = finals.iter().filter(|same| **same).count() as u64;
        queues.push(MyQueue {
            queue: queue.name,
            n: own.len() as u64,
            pace_seconds: pace_of(own.iter().map(|(item, _)| *item), &app.actor.id),
            agreed_with_final: Measured::fraction(
                "same as the final value",
                n_same,
                finals.len() as u64,
            ),
        });
    }
    Ok(MyLabels { queues })
}
