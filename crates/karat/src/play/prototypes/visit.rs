//! What visitors of a prototype can do, without an account: see it, try it, and say what they think of an answer.
//! A visitor learns nothing about files, keys or providers, and nothing is scored.

use anyhow::Result;
use karat_records::FailureKind;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::MOST_TRIES;
use super::kept::{self, Kept, KeptAnswer, KeptThumb};
use crate::app::{App, Refusal};
use crate::datasets::split;
use crate::play::inputs;
use crate::play::run::{AskVariant, seed, variant_of};
use crate::play::start::{about, dataset_of, input_fields, is_simulated};
use crate::project::Problems;
use crate::variants::{Producer, Request};

/// What a visitor sees first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PrototypeView {
    /// What it is called.
    pub title: String,
    /// The project.
    pub project: String,
    /// What a request is, in the plural.
    pub about: String,
    /// Fields of the inputs.
    pub input_fields: Vec<String>,
    /// Inputs to begin with, from cases that tune.
    pub samples: Vec<Map<String, Value>>,
    /// True where a scripted server answers, as far as it was asked.
    pub simulated: bool,
    /// Whether it answers.
    pub is_open: bool,
    /// Tries that are left.
    pub left: u64,
}

/// An input to try.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TryPrototype {
    /// Named inputs.
    pub input: Map<String, Value>,
}

/// What a visitor gets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PrototypeAnswer {
    /// With it one thumb can be given.
    pub answer_id: String,
    /// What came out.
    pub output: Value,
    /// Why nothing did.
    pub failure: Option<String>,
    /// Milliseconds.
    pub latency_ms: Option<f64>,
    /// True where a scripted server answered.
    pub simulated: bool,
}

/// What a visitor thinks of an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ThumbPrototype {
    /// The answer.
    pub answer_id: String,
    /// Up or down.
    pub thumb: Thumb,
    /// Why, in at most 1,000 characters.
    #[serde(default)]
    pub comment: Option<String>,
}

/// Up or down.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Thumb {
    /// Useful.
    Up,
    /// Not useful.
    Down,
}

/// The thumb is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ThumbTaken {}

const N_SAMPLES: usize = 3;

const MOST_INPUT_BYTES: usize = 16 << 10;

const MOST_COMMENT: usize = 1000;

/// Visitors who are answered at once, of all prototypes.
static TURNS: tokio::sync::Semaphore = tokio::sync::Semaphore::const_new(4);

/// Longer than any token: whoever sends more tries something else.
const MOST_TOKEN_BYTES: usize = 200;

/// What a visitor sees; a prototype that was closed says so and shows nothing else.
pub async fn view(app: App, token: &str) -> Result<PrototypeView> {
    let kept = find(&app, token).await?;
    let is_open = kept.is_open(app.clock.now_ms());
    let project = app.project().map_err(|_| closed())?;
    let feature = project.feature(&kept.feature).filter(|_| is_open);
    let uses = kept::uses(&app.store()?, &kept.id).await?;
    let mut shown = PrototypeView {
        title: kept.title,
        project: project.name.clone(),
        about: String::new(),
        input_fields: Vec::new(),
        samples: Vec::new(),
        simulated: uses.simulated || kept.simulated,
        is_open: false,
        left: 0,
    };
    let found = feature.and_then(|feature| Some((feature, feature.variant(&kept.variant)?)));
    let Some((feature, variant)) = found else { return Ok(shown) };
    shown.simulated |= is_simulated(&app, &project, &variant.kind) == Some(true);
    let dataset = dataset_of(&project, feature).map_err(|_| closed())?;
    let tuning = split::cases_in(&dataset, split::tuning_scope(&dataset));
    shown.about = about(feature);
    shown.input_fields = input_fields(&dataset);
    shown.samples = tuning
        .iter()
        .filter(|case| case.input.values().all(is_plain))
        .take(N_SAMPLES)
        .map(|case| case.input.clone())
        .collect();
    shown.is_open = true;
    shown.left = MOST_TRIES.saturating_sub(uses.n_tried);
    Ok(shown)
}

/// Answers a visitor once.
pub async fn attempt(app: App, token: &str, input: TryPrototype) -> Result<PrototypeAnswer> {
    let kept = find(&app, token).await?;
    if !kept.is_open(app.clock.now_ms()) {
        return Err(closed());
    }
    let project = app.project().map_err(|_| closed())?;
    let feature = project.feature(&kept.feature).ok_or_else(closed)?;
    let ask = AskVariant { name: kept.variant.clone(), draft: None };
    let variant = variant_of(&project, feature, &ask).map_err(|_| closed())?;
    let dataset = dataset_of(&project, feature).map_err(|_| closed())?;
    check(&input.input, &input_fields(&dataset)).map_err(Refusal::invalid)?;
    let problems = Problems::default();
    let producer = Producer::prepare(&app, &project, feature, &variant, Some(&dataset), &problems);
    // What is wrong here is nothing that a visitor could mend, or should read.
    let producer = producer.filter(|_| problems.n_errors() == 0).ok_or_else(closed)?;
    let case = inputs::stand_in(&input.input);
    let seed = seed(&variant.hash, &case, 0);
    let request = Request::of(&case, 0, seed);
    let store = app.store()?;
    let estimate_usd = producer.estimate_usd(request).unwrap_or(0.0);
    // Few at a time, so that little is under way before its price is known.
    let Ok(_turn) = TURNS.acquire().await else { return Err(closed()) };
    let set_aside_usd = kept::reserve(&store, &kept.id, estimate_usd, app.clock.now_ms()).await?;
    let answer = producer.answer(request).await;
    let answer_id = app.clock.new_id();
    let now = app.clock.now_ms();
    let latency_ms = answer.latency_ms.filter(|latency| latency.is_finite());
    let record = KeptAnswer { at_ms: now, latency_ms, is_failed: answer.failure.is_some() };
    kept::put_answer(&store, &kept.id, &answer_id, &record).await?;
    let cost_usd = answer.cost_usd.filter(|cost| cost.is_finite()).unwrap_or(set_aside_usd);
    kept::settle(&store, &kept.id, set_aside_usd, cost_usd, answer.simulated, now).await?;
    let is_failed = answer.failure.is_some();
    Ok(PrototypeAnswer {
        answer_id,
        output: if is_failed { Value::Null } else { answer.output },
        failure: answer.failure.map(|failure| words(failure.kind).to_owned()),
        latency_ms,
        simulated: answer.simulated,
    })
}

/// Keeps what a visitor thinks of an answer, once.
pub async fn thumb(app: App, token: &str, input: ThumbPrototype) -> Result<ThumbTaken> {
    let kept = find(&app, token).await?;
    if !kept.is_open(app.clock.now_ms()) {
        return Err(closed());
    }
    let comment = input.comment.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if comment.is_some_and(|text| text.chars().count() > MOST_COMMENT) {
        return Err(Refusal::invalid(format!(
            "the comment is longer than {MOST_COMMENT} characters\n  next: shorten it"
        )));
    }
    let store = app.store()?;
    if input.answer_id.len() > MOST_TOKEN_BYTES
        || !kept::has_answer(&store, &kept.id, &input.answer_id).await?
    {
        return Err(Refusal::not_found("there is no such answer\n  next: try the prototype first"));
    }
    let thumb = KeptThumb {
        thumb: input.thumb,
        comment: comment.map(str::to_owned),
        at_ms: app.clock.now_ms(),
    };
    if !kept::put_thumb(&store, &kept.id, &input.answer_id, &thumb).await? {
        return Err(Refusal::conflict(
            "this answer has a thumb already\n  next: try another input",
        ));
    }
    Ok(ThumbTaken {})
}

async fn find(app: &App, token: &str) -> Result<Kept> {
    let unknown = || Refusal::not_found("there is no such prototype\n  next: check the link");
    if token.is_empty() || token.len() > MOST_TOKEN_BYTES {
        return Err(unknown());
    }
    let Some(store) = app.existing_store()? else { return Err(unknown()) };
    kept::by_token(&store, token).await?.ok_or_else(unknown)
}

fn closed() -> anyhow::Error {
    Refusal::conflict("this prototype is closed\n  next: ask whoever sent the link")
}

fn is_plain(value: &Value) -> bool {
    matches!(value, Value::String(_) | Value::Number(_) | Value::Bool(_) | Value::Null)
}

/// A visitor writes texts into known fields.
fn check(input: &Map<String, Value>, fields: &[String]) -> Result<(), String> {
    if let Some(name) = input.keys().find(|name| !fields.contains(name)) {
        return Err(format!(
            "there is no field {}\n  next: write into {}",
            name.chars().take(60).collect::<String>(),
            fields.join(", ")
        ));
    }
    if !input.values().all(is_plain) {
        return Err("a field holds text here\n  next: write a text".into());
    }
    if Value::Object(input.clone()).to_string().len() > MOST_INPUT_BYTES {
        return Err(format!(
            "this is longer than {} KB\n  next: shorten it",
            MOST_INPUT_BYTES >> 10
        ));
    }
    inputs::check(input)
}

/// What a visitor may know about a failure.
fn words(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Timeout => "no answer came in time",
        FailureKind::ContentPolicy => "the model declined to answer this",
        FailureKind::Malformed | FailureKind::Empty => "the answer was not usable",
        FailureKind::Input => "this input lacks something that is needed",
        _ => "no answer came",
    }
}
