//! Opens a queue: draws its items, decides what is asked, and keeps everything before the queue is seen.

use anyhow::{Result, bail};
use karat_records::{Case, Hash, Scope, Split};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::draw::{Eligible, draw, stays_blind};
use super::item::Item;
use super::keep;
use super::queue::{Kind, Mode, Queue, Side, Source, check_name, name_for};
use super::settle::{self, Wished};
use super::shown::QueueShown;
use super::task::{Drawn, Task, stratum};
use crate::app::{App, Broken, Refusal};
use crate::datasets::{Dataset, import};
use crate::evals::load::{self, Loaded};
use crate::evals::report::Report;
use crate::evals::start;
use crate::project::dataset::Columns;
use crate::project::files::Files;
use crate::project::problem::Place;
use crate::project::{DatasetFile, Feature, Problems, Project};

/// Most people who label one item.
const MOST_OVERLAP: u32 = 20;

/// Most items of one queue.
const MOST_ITEMS: usize = 20_000;

/// What to open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OpenQueue {
    /// Its name; the feature's, with a number where that is taken, when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// The feature.
    pub feature: String,
    /// Where the items come from: cases, rows or answers.
    pub source: Source,
    /// New inputs as CSV or JSON Lines, for the source rows.
    #[serde(default)]
    pub rows: Option<String>,
    /// The run whose answers are judged, suggested or revealed; the latest that fits when absent.
    #[serde(default)]
    pub run: Option<String>,
    /// Only answers of this variant.
    #[serde(default)]
    pub variant: Option<String>,
    /// At most so many items, drawn at random; cases without a desired output come first.
    #[serde(default)]
    pub sample: Option<usize>,
    /// Only cases on which people iterate, or only held-out ones.
    #[serde(default)]
    pub split: Option<Side>,
    /// What an answer looks like; found from the feature when absent.
    #[serde(default)]
    pub kind: Option<Kind>,
    /// What is asked.
    #[serde(default)]
    pub question: Option<String>,
    /// The values that may answer.
    #[serde(default)]
    pub options: Option<Vec<String>>,
    /// How many people label each item; 2 when absent.
    #[serde(default)]
    pub overlap: Option<u32>,
    /// What labellers see of a model's answer; nothing when absent.
    #[serde(default)]
    pub mode: Option<Mode>,
    /// The first version of the guideline, in Markdown.
    #[serde(default)]
    pub guideline: Option<String>,
    /// Seed of everything random about the queue.
    #[serde(default)]
    pub seed: Option<u64>,
}

/// Something that could become an item.
struct Found {
    key: String,
    case: Case,
    case_id: Option<String>,
    own_id: Option<String>,
    answer: Option<Value>,
}

/// Refuses an overlap that is no number of people.
pub fn refuse_overlap(overlap: u32) -> Result<()> {
    if (1..=MOST_OVERLAP).contains(&overlap) {
        return Ok(());
    }
    Err(Refusal::invalid(format!(
        "an overlap of {overlap} is no number of people\n  next: give a number from 1 to {MOST_OVERLAP}"
    )))
}

/// Opens a queue.
pub async fn open(app: App, input: OpenQueue) -> Result<QueueShown> {
    let project = app.project()?;
    let feature = feature_of(&project, &input.feature)?;
    let overlap = input.overlap.unwrap_or(2);
    refuse_overlap(overlap)?;
    let mode = input.mode.unwrap_or_default();
    let dataset = dataset_of(&project, feature, input.source)?;
    let cases: &[Case] = dataset.as_ref().map_or(&[], |dataset| &dataset.cases);
    let (mut found, mut run) = match input.source {
        Source::Cases => (cases_of(cases, input.split), None),
        Source::Rows => (rows_of(&project, feature, cases, input.rows.as_deref())?, None),
        Source::Answers => answers_of(&app, feature, cases, &input).await?,
        Source::Proposed => {
            return Err(Refusal::invalid(
                "candidate cases are proposed one by one\n  next: give the source cases, rows or answers",
            ));
        }
    };
    found.retain(|one| input.split.is_none_or(|side| is_on(one.case.split, side)));
    if found.is_empty() {
        return Err(Refusal::invalid(
            "there is nothing to label in this source\n  next: name another split, source or run",
        ));
    }
    let wished = Wished {
        kind: input.kind,
        question: input.question.clone(),
        options: input.options.clone().unwrap_or_default(),
    };
    let asked = settle::settle(feature, cases, input.source, wished).map_err(Refusal::invalid)?;
    let mut variant = input.variant.clone();
    let suggestions = if mode == Mode::Blind {
        None
    } else {
        let suggested = suggestions(&app, feature, &input, &asked.path).await?;
        (run, variant) = (Some(suggested.run), Some(suggested.variant));
        Some(suggested.values)
    };
    let store = app.store()?;
    let id = app.clock.new_id();
    let queue = Queue {
        // JavaScript reads whole numbers only below 2^53.
        seed: input.seed.unwrap_or_else(|| (super::draw::unit(0, "seed", &id) * 9e15) as u64),
        name: free_name(&store, input.name.as_deref(), &feature.name).await?,
        id,
        feature: feature.name.clone(),
        dataset: feature.dataset.clone(),
        question: asked.question,
        kind: asked.kind,
        options: asked.options,
        path: asked.path,
        mode,
        overlap,
        source: input.source,
        split: input.split,
        run,
        variant,
        made_by: app.actor.id.clone(),
        made_by_name: app.actor.name.clone(),
        made_at_ms: app.clock.now_ms(),
    };
    let suggest = |case: &Case| {
        let values = suggestions.as_ref().filter(|_| case.split != Split::Gate)?;
        values.iter().find(|(id, _)| *id == case.id).map(|(_, value)| value.clone())
    };
    let new = items_of(&queue, feature, found, input.sample, suggest);
    keep::add_items(&store, &queue, &new, queue.made_at_ms).await?;
    if let Some(text) = input.guideline.as_deref().filter(|text| !text.trim().is_empty()) {
        keep::write_guideline(&app, &store, &queue.name, text).await?;
    }
    if !keep::add_queue(&store, &queue).await? {
        return Err(taken(&queue.name));
    }
    super::next::shown(&app, &store, &queue).await
}

/// The feature of that name, or a refusal.
pub(super) fn feature_of<'a>(project: &'a Project, name: &str) -> Result<&'a Feature> {
    start::choose_feature(project, Some(name))
        .map_err(|error| Refusal::not_found(error.to_string()))
}

fn dataset_of(project: &Project, feature: &Feature, source: Source) -> Result<Option<Dataset>> {
    if feature.dataset.is_none() && source == Source::Rows {
        return Ok(None);
    }
    let problems = Problems::default();
    match start::dataset_of(project, feature, &problems) {
        Some(dataset) => Ok(Some(dataset)),
        None => Err(Broken(problems.sorted()).into()),
    }
}

fn is_on(split: Split, side: Side) -> bool {
    match side {
        Side::Tune => split != Split::Gate,
        Side::Gate => split != Split::Tune,
    }
}

fn cases_of(cases: &[Case], side: Option<Side>) -> Vec<Found> {
    let wanted = cases.iter().filter(|case| side.is_none_or(|side| is_on(case.split, side)));
    wanted
        .map(|case| Found {
            key: format!("case {}", case.id),
            case_id: Some(case.id.clone()),
            own_id: None,
            answer: None,
            case: case.clone(),
        })
        .collect()
}

/// New inputs; one that is a case already becomes a second look at that case.
fn rows_of(
    project: &Project,
    feature: &Feature,
    cases: &[Case],
    text: Option<&str>,
) -> Result<Vec<Found>> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Err(Refusal::invalid(
            "there are no rows\n  next: paste them as CSV with a header, or as JSON Lines",
        ));
    };
    let start = text.trim_start();
    let first = start.lines().next().unwrap_or_default();
    let name = match first {
        _ if start.starts_with(['{', '[']) => "rows.jsonl",
        line if line.contains('\t') => "rows.tsv",
        _ => "rows.csv",
    };
    let problems = Problems::default();
    let files = Files { root: &project.root, problems: &problems };
    let known = feature.dataset.as_ref().and_then(|name| project.dataset(name));
    let file = known.cloned().unwrap_or_else(|| DatasetFile {
        name: "rows".into(),
        file: name.into(),
        gate_file: None,
        columns: Columns::default(),
        answers: Vec::new(),
        place: Place::file(name),
    });
    let Some(rows) = import::rows_of(&file, name, text.trim_start_matches('\u{feff}'), files)
    else {
        let said: Vec<String> = problems.sorted().iter().map(ToString::to_string).collect();
        return Err(Refusal::invalid(said.join("\n")));
    };
    let by_input: std::collections::HashMap<Hash, &Case> =
        cases.iter().map(|case| (case.input_hash(), case)).collect();
    let mut found: Vec<Found> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for (index, mut row) in rows.into_iter().enumerate() {
        let hash = row.input_hash();
        if !seen.insert(hash.clone()) {
            continue;
        }
        let own_id = (row.id != format!("row-{}", index + 1)).then(|| row.id.clone());
        let (case_id, key) = match by_input.get(&hash) {
            Some(case) => {
                row = (*case).clone();
                (Some(case.id.clone()), format!("case {}", case.id))
            }
            None => {
                // A desired output that came along is somebody's opinion, not what people agreed on.
                row.expected = None;
                row.split = Split::Both;
                (None, format!("row {hash}"))
            }
        };
        found.push(Found { key, case: row, case_id, own_id, answer: None });
    }
    Ok(found)
}

/// The newest run of the feature that has ended, of the right scope; the named one is checked.
async fn run_of(app: &App, feature: &Feature, wished: Option<&str>) -> Result<Loaded> {
    let nothing = || {
        Refusal::invalid(format!(
            "there are no answers to tuning cases of {}\n  next: karat eval {}",
            feature.name, feature.name
        ))
    };
    let Some(store) = app.existing_store()? else { return Err(nothing()) };
    let id = match wished {
        Some(id) => id.to_owned(),
        None => {
            let filter = karat_store::RunFilter {
                feature: Some(feature.name.clone()),
                limit: 100,
                ..karat_store::RunFilter::default()
            };
            let runs = store.ledger.runs(filter).await?.items;
            let fits = runs.into_iter().find(|run| {
                run.plan.scope != Scope::HeldOut && run.state == karat_records::RunState::Complete
            });
            fits.ok_or_else(nothing)?.id
        }
    };
    let loaded = load::load(&store, &id).await?;
    if loaded.run.plan.feature != feature.name {
        bail!(Refusal::invalid(format!(
            "run {id} is about {}, not about {}\n  next: karat runs {} lists runs",
            loaded.run.plan.feature, feature.name, feature.name
        )));
    }
    if loaded.run.plan.scope == Scope::HeldOut {
        bail!(Refusal::invalid(
            "answers to held-out cases are shown to no labeller: whoever sees a model's answer cannot judge blindly any more\n  next: open a queue of source cases with the split gate, or name a run on tuning cases"
        ));
    }
    Ok(loaded)
}

fn check_variant(loaded: &Loaded, wished: Option<&str>) -> Result<()> {
    let names: Vec<&str> =
        loaded.run.plan.variants.iter().map(|variant| variant.name.as_str()).collect();
    match wished {
        Some(name) if !names.contains(&name) => Err(Refusal::invalid(format!(
            "the run has no variant {name}\n  next: {}",
            crate::project::problem::suggestion(name, names)
        ))),
        _ => Ok(()),
    }
}

/// The first answer of each variant to each case.
async fn answers_of(
    app: &App,
    feature: &Feature,
    cases: &[Case],
    input: &OpenQueue,
) -> Result<(Vec<Found>, Option<String>)> {
    let loaded = run_of(app, feature, input.run.as_deref()).await?;
    check_variant(&loaded, input.variant.as_deref())?;
    let by_id: std::collections::HashMap<&str, &Case> =
        cases.iter().map(|case| (case.id.as_str(), case)).collect();
    let wanted = loaded.trials.iter().filter(|trial| {
        trial.trial_index == 0
            && trial.answer.failure.is_none()
            && input.variant.as_ref().is_none_or(|name| *name == trial.variant)
    });
    let found = wanted.filter_map(|trial| {
        let case = by_id.get(trial.case_id.as_str())?;
        (case.split != Split::Gate).then(|| Found {
            key: format!("trial {}", trial.id),
            case: (*case).clone(),
            case_id: Some(case.id.clone()),
            own_id: None,
            answer: Some(trial.answer.output.clone()),
        })
    });
    Ok((found.collect(), Some(loaded.run.id.clone())))
}

struct Suggested {
    run: String,
    variant: String,
    values: Vec<(String, Value)>,
}

/// What a variant answered, by case: the part that the queue asks for.
async fn suggestions(
    app: &App,
    feature: &Feature,
    input: &OpenQueue,
    path: &[String],
) -> Result<Suggested> {
    if input.source != Source::Cases {
        return Err(Refusal::invalid(
            "only cases of the dataset have answers that can be suggested or revealed\n  next: use the mode blind, or the source cases",
        ));
    }
    let loaded = run_of(app, feature, input.run.as_deref()).await?;
    check_variant(&loaded, input.variant.as_deref())?;
    let report: Option<Report> =
        loaded.run.report.clone().and_then(|report| serde_json::from_value(report).ok());
    let best = report.and_then(|report| report.headline.variant);
    let first = || loaded.run.plan.variants.first().map(|variant| variant.name.clone());
    let variant = input.variant.clone().or(best).or_else(first).unwrap_or_default();
    let answers = loaded.trials.iter().filter(|trial| {
        trial.variant == variant && trial.trial_index == 0 && trial.answer.failure.is_none()
    });
    let values: Vec<(String, Value)> = answers
        .map(|trial| (trial.case_id.clone(), settle::part(path, &trial.answer.output).clone()))
        .collect();
    Ok(Suggested { run: loaded.run.id.clone(), variant, values })
}

async fn free_name(
    store: &karat_store::Store,
    wished: Option<&str>,
    feature: &str,
) -> Result<String> {
    if let Some(name) = wished {
        check_name(name).map_err(Refusal::invalid)?;
        return match keep::existing_queue(store, name).await? {
            Some(_) => Err(taken(name)),
            None => Ok(name.to_owned()),
        };
    }
    let base = name_for(feature);
    let mut name = base.clone();
    for number in 2.. {
        if keep::existing_queue(store, &name).await?.is_none() {
            break;
        }
        name = format!("{base}-{number}");
    }
    Ok(name)
}

fn taken(name: &str) -> anyhow::Error {
    Refusal::conflict(format!("there is a queue {name} already\n  next: choose another name"))
}

fn items_of(
    queue: &Queue,
    feature: &Feature,
    found: Vec<Found>,
    sample: Option<usize>,
    suggest: impl Fn(&Case) -> Option<Value>,
) -> Vec<(String, Task, Item)> {
    let field = feature.mvq.iter().find_map(|criterion| criterion.each.as_deref());
    let eligible: Vec<Eligible> = found
        .iter()
        .map(|one| Eligible {
            key: one.key.clone(),
            stratum: stratum(&one.case, field),
            // Whatever somebody pasted is to be labelled, also where it is a case already.
            is_unlabelled: queue.source == Source::Rows || one.case.expected.is_none(),
        })
        .collect();
    let sample = Some(sample.unwrap_or(MOST_ITEMS).min(MOST_ITEMS))
        .filter(|_| sample.is_some() || eligible.len() > MOST_ITEMS);
    let mut found: Vec<Option<Found>> = found.into_iter().map(Some).collect();
    let drawn = draw(&eligible, sample, queue.seed);
    let mut new = Vec::with_capacity(drawn.len());
    for (position, (index, mut drawn)) in drawn.into_iter().enumerate() {
        match queue.source {
            Source::Rows => drawn.sampler = "row".into(),
            Source::Answers => drawn.sampler = "answer".into(),
            Source::Cases | Source::Proposed => {}
        }
        let Some(one) = found[index].take() else { continue };
        let id = queue.item_id(&one.key);
        let suggestion = suggest(&one.case);
        let item = Item {
            queue_id: queue.id.clone(),
            position: position as u64,
            stays_blind: queue.mode == Mode::Assisted
                && (suggestion.is_none() || stays_blind(queue.seed, &id)),
            ..Item::default()
        };
        let task = task_of(queue, one, suggestion, drawn);
        new.push((id, task, item));
    }
    new
}

fn task_of(queue: &Queue, one: Found, suggestion: Option<Value>, drawn: Drawn) -> Task {
    Task {
        queue_id: queue.id.clone(),
        input: one.case.input,
        answer: one.answer,
        suggestion,
        case_id: one.case_id,
        own_id: one.own_id,
        split: one.case.split,
        metadata: one.case.metadata,
        tags: one.case.tags,
        drawn,
        provenance: None,
    }
}
