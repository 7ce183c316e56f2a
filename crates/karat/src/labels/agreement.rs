//! Whether the people of a queue agree, with intervals and a sentence for each number.

use std::collections::BTreeMap;

use anyhow::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::item::{Cause, Item};
use super::measures::{self, BaseRate, DayAgreement, Measure, PairAgreement};
use super::next::OfQueue;
use super::queue::{Mode, Queue};
use super::resolve::is_same;
use super::shown::Measured;
use super::{keep, shift, table};
use crate::app::App;
use crate::gate::describe::plural;

/// Agreement of the people of a queue, on labels that were made without a model's answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AgreementShown {
    /// Items with two labels or more.
    pub n_items: u64,
    /// Labels in all.
    pub n_labels: u64,
    /// People who labelled.
    pub n_people: u64,
    /// How often two people gave the same label to the same item.
    pub raw: Option<Measured>,
    /// Agreement beyond chance.
    pub measures: Vec<Measure>,
    /// How often each value occurs.
    pub base_rates: Vec<BaseRate>,
    /// Every two people.
    pub pairs: Vec<PairAgreement>,
    /// Day by day.
    pub by_day: Vec<DayAgreement>,
    /// Why there were disputes, the most frequent cause first.
    pub causes: Vec<CauseCount>,
    /// How often people gave an item the same label twice.
    #[serde(rename = "self")]
    pub own: Option<Measured>,
    /// How much suggestions move people, in assisted queues.
    pub assisted: Option<String>,
    /// What follows beyond the numbers; empty where nothing does.
    pub note: String,
}

/// How often a cause was named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CauseCount {
    /// The cause.
    pub cause: Cause,
    /// How many disputes it explains.
    pub n: u64,
}

/// Measures the agreement of a queue.
pub async fn agreement(app: App, input: OfQueue) -> Result<AgreementShown> {
    let store = app.store()?;
    let queue = keep::queue(&store, &input.queue).await?;
    let items = keep::items(&store, &queue).await?;
    let assisted = if queue.mode == Mode::Assisted {
        let tasks = keep::tasks(&store, &queue).await?;
        let suggested =
            items.iter().filter_map(|(id, item)| Some((item, tasks.get(id)?.suggestion.as_ref()?)));
        let (shown, hidden) = shift::followed(suggested);
        shift::sentence(shown, hidden)
    } else {
        None
    };
    Ok(of(&queue, &items, assisted))
}

/// Pure. The agreement of these items.
fn of(queue: &Queue, items: &BTreeMap<String, Item>, assisted: Option<String>) -> AgreementShown {
    let mut in_order: Vec<&Item> = items.values().collect();
    in_order.sort_by_key(|item| item.position);
    let table = table::table(in_order.iter().copied(), queue.kind);
    let ratings = table.ratings().filter(|ratings| ratings.n_pairable() > 0);
    let raw = ratings.as_ref().and_then(|ratings| measures::raw(ratings, queue.seed));
    let found = measures::measures(&table, queue.kind, queue.seed);
    let base_rates = measures::base_rates(&table);
    let causes = causes(&in_order);
    let own = repeats(&in_order);
    let note = note(raw.as_ref(), &found, &base_rates, &causes);
    AgreementShown {
        n_items: ratings.as_ref().map_or(0, |ratings| ratings.n_pairable() as u64),
        n_labels: items.values().map(|item| item.labels.len() as u64).sum(),
        n_people: people(&in_order),
        raw,
        measures: found,
        base_rates,
        pairs: measures::pairs(&table, queue.kind, queue.seed),
        by_day: measures::by_day(&table, queue.seed),
        causes,
        own,
        assisted,
        note,
    }
}

fn people(items: &[&Item]) -> u64 {
    let mut people: Vec<&str> =
        items.iter().flat_map(|item| &item.labels).map(|label| label.by.as_str()).collect();
    people.sort_unstable();
    people.dedup();
    people.len() as u64
}

fn causes(items: &[&Item]) -> Vec<CauseCount> {
    let mut counts: BTreeMap<Cause, u64> = BTreeMap::new();
    for adjudication in items.iter().filter_map(|item| item.adjudication.as_ref()) {
        *counts.entry(adjudication.cause).or_default() += 1;
    }
    let mut causes: Vec<CauseCount> =
        counts.into_iter().map(|(cause, n)| CauseCount { cause, n }).collect();
    causes.sort_by_key(|count| std::cmp::Reverse(count.n));
    causes
}

fn repeats(items: &[&Item]) -> Option<Measured> {
    let both = items.iter().flat_map(|item| {
        item.repeats.iter().filter(|second| !second.assisted).filter_map(|second| {
            let first = item.label_of(&second.by)?;
            Some(is_same(&first.value, &second.value))
        })
    });
    let both: Vec<bool> = both.collect();
    let n_same = both.iter().filter(|same| **same).count() as u64;
    Measured::fraction("same label twice by the same person", n_same, both.len() as u64)
}

/// What follows from the numbers, in at most two sentences; how often people agree, `raw` says already.
fn note(
    raw: Option<&Measured>,
    measures: &[Measure],
    base_rates: &[BaseRate],
    causes: &[CauseCount],
) -> String {
    let Some(raw) = raw else {
        return "No item has two labels yet, made without a model's answer: agreement cannot be said.".into();
    };
    let mut sentences: Vec<String> =
        measures::paradox(base_rates, raw.estimate, measures).into_iter().collect();
    if let Some(top) = causes.first() {
        let n: u64 = causes.iter().map(|cause| cause.n).sum();
        let advice = match top.cause {
            Cause::GuidelineGap => "write the missing rule into the guideline",
            Cause::Ambiguity => "accept both answers in the scorer, or ask a narrower question",
            Cause::Slip => "slow down, or let people undo more often",
            Cause::MissingContext => "show what is missing beside the input",
        };
        sentences.push(format!(
            "{} of {} come from {}: {advice}.",
            top.n,
            plural(n, "settled dispute"),
            top.cause.word()
        ));
    }
    sentences.join(" ")
}
