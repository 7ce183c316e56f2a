//! Candidate cases: somebody, or production, proposes one input; people label it before it becomes a case.

use anyhow::Result;
use karat_records::{Case, Hash, Split};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::item::Item;
use super::keep;
use super::open::{feature_of, refuse_overlap};
use super::queue::{MOST_BYTES, Mode, Queue, Source, name_for};
use super::settle::{self, Wished};
use super::task::{Drawn, FromInference, Provenance, Task};
use crate::app::{App, Refusal};
use crate::evals::start;
use crate::project::{Feature, Problems, Project};

/// One input that could become a case.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The feature.
    pub feature: String,
    /// The input.
    pub input: Map<String, Value>,
    /// What the output should be, in the proposer's view; not a label, because it may follow a model's answer.
    pub expected: Option<Value>,
    /// A remark.
    pub note: Option<String>,
    /// Where it comes from, for example `play` or `production`.
    pub from: String,
    /// The case that it was made from.
    pub from_case: Option<String>,
    /// The inference that it was made from.
    pub inference: Option<FromInference>,
    /// How many people label it; 1 where absent. The first candidate of a feature says it for its queue.
    pub overlap: Option<u32>,
}

/// Where the candidate stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proposed {
    /// The queue.
    pub queue: String,
    /// The item.
    pub item: String,
    /// What happened, in a sentence.
    pub says: String,
    /// False where the same input was proposed before.
    pub is_new: bool,
}

/// A candidate case that stands in a queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Candidate {
    /// The queue.
    pub queue: String,
    /// The item.
    pub item: String,
    /// The inference that it was made from.
    pub inference: String,
}

/// The name of a feature's queue of candidates.
pub fn queue_name(feature: &str) -> String {
    format!("{}-candidates", name_for(feature))
}

/// Puts an input into the feature's queue of candidates; the same input again changes nothing.
pub async fn propose(app: &App, proposal: Proposal) -> Result<Proposed> {
    let project = app.project()?;
    let feature = feature_of(&project, &proposal.feature)?;
    let input = Value::Object(proposal.input.clone());
    if proposal.input.is_empty() {
        return Err(Refusal::invalid("the input is empty\n  next: write what a user would send"));
    }
    if input.to_string().len() > 4 * MOST_BYTES {
        return Err(Refusal::invalid(format!(
            "the input is longer than {} bytes\n  next: shorten it",
            4 * MOST_BYTES
        )));
    }
    let overlap = proposal.overlap.unwrap_or(1);
    refuse_overlap(overlap)?;
    let cases = cases_of(&project, feature);
    let queue = candidates(app, feature, &cases, overlap).await?;
    let store = app.store()?;
    let hash = Hash::of_json(&input);
    // An input that is a case already gets a second look, under the rules of that case's side.
    let known = cases.iter().find(|case| case.input_hash() == hash);
    let id = queue.item_id(&format!("row {hash}"));
    let now_ms = app.clock.now_ms();
    let task = Task {
        queue_id: queue.id.clone(),
        input: proposal.input,
        answer: None,
        suggestion: None,
        case_id: known.map(|case| case.id.clone()),
        own_id: None,
        split: known.map_or(Split::Both, |case| case.split),
        metadata: Map::new(),
        tags: Vec::new(),
        drawn: Drawn {
            sampler: format!("proposed from {}", proposal.from),
            stratum: "all".into(),
            // People chose it; nothing about the whole follows from it.
            inclusion_probability: 0.0,
        },
        provenance: Some(Provenance {
            by: app.actor.id.clone(),
            name: app.actor.name.clone(),
            at_ms: now_ms,
            from: proposal.from,
            from_case: proposal.from_case,
            expected: proposal.expected,
            note: proposal.note,
            inference: proposal.inference,
        }),
    };
    let item =
        Item { queue_id: queue.id.clone(), position: now_ms.max(0) as u64, ..Item::default() };
    let is_new = keep::add_item(&store, &queue, &id, &task, &item, now_ms).await?;
    let says = if is_new {
        format!("waits in {} for {}", queue.name, people(queue.overlap))
    } else {
        format!("stands in {} already", queue.name)
    };
    Ok(Proposed { queue: queue.name, item: id, says, is_new })
}

/// Candidates that were made from inferences of this user.
pub async fn candidates_of_user(app: &App, user: &str) -> Result<Vec<Candidate>> {
    let store = app.store()?;
    let mut candidates = Vec::new();
    for queue in keep::queues(&store).await? {
        if queue.source != Source::Proposed {
            continue;
        }
        for (item, task) in keep::tasks(&store, &queue).await? {
            let Some(from) = task.provenance.and_then(|provenance| provenance.inference) else {
                continue;
            };
            let inference = store.ledger.inference(&from.id).await?;
            if inference.is_some_and(|inference| inference.user.as_deref() == Some(user)) {
                let queue = queue.name.clone();
                candidates.push(Candidate { queue, item, inference: from.id });
            }
        }
    }
    Ok(candidates)
}

fn people(n: u32) -> String {
    if n == 1 { "a label".into() } else { format!("labels by {n} people") }
}

fn cases_of(project: &Project, feature: &Feature) -> Vec<Case> {
    let dataset = start::dataset_of(project, feature, &Problems::default());
    dataset.map_or_else(Vec::new, |dataset| dataset.cases)
}

/// The feature's queue of candidates, made on first use.
async fn candidates(app: &App, feature: &Feature, cases: &[Case], overlap: u32) -> Result<Queue> {
    let store = app.store()?;
    let name = queue_name(&feature.name);
    if let Some(queue) = keep::existing_queue(&store, &name).await? {
        return Ok(queue);
    }
    let asked = settle::settle(feature, cases, Source::Proposed, Wished::default())
        .map_err(Refusal::invalid)?;
    let id = app.clock.new_id();
    let queue = Queue {
        seed: (super::draw::unit(0, "seed", &id) * 9e15) as u64,
        id,
        name: name.clone(),
        feature: feature.name.clone(),
        dataset: feature.dataset.clone(),
        question: asked.question,
        kind: asked.kind,
        options: asked.options,
        path: asked.path,
        mode: Mode::Blind,
        overlap,
        source: Source::Proposed,
        split: None,
        run: None,
        variant: None,
        made_by: app.actor.id.clone(),
        made_by_name: app.actor.name.clone(),
        made_at_ms: app.clock.now_ms(),
    };
    if keep::add_queue(&store, &queue).await? {
        return Ok(queue);
    }
    keep::queue(&store, &name).await
}
