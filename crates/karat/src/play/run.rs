//! The operation `play.run`: asks variants, drafts included, and sends each answer on as it arrives. Nothing is stored.

use std::sync::{Mutex, PoisonError};

use anyhow::Result;
use futures_util::StreamExt as _;
use futures_util::stream::{iter, select_all};
use karat_records::{Answer, Case, Hash};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::feasible::{self, Feasibility, Seen};
use super::groups::{self, AnswerGroup};
use super::inputs::{self, Asked, PlayAsk};
use super::start::dataset_of;
use crate::app::{App, Broken, Refusal};
use crate::gate::describe;
use crate::project::problem::{Place, suggestion};
use crate::project::{Feature, ModelName, Problems, Project, Prompt, Variant, VariantKind};
use crate::scorers::{self, Ready, score_some};
use crate::variants::{Producer, Request};

/// What to ask whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RunPlay {
    /// The feature.
    pub feature: String,
    /// At most 20 inputs.
    pub inputs: Vec<PlayAsk>,
    /// At most 6 variants, saved or drafted.
    pub variants: Vec<AskVariant>,
    /// How often each is asked, at most 20 times.
    pub trials: u32,
    /// Most US dollars that this may cost; 1 where absent.
    #[serde(default)]
    pub cap_usd: Option<f64>,
}

/// A variant, as it is saved or with something changed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskVariant {
    /// Its name in the project file.
    pub name: String,
    /// What is changed and not saved.
    #[serde(default)]
    pub draft: Option<PlayDraft>,
}

/// Changes of a prompt variant that are not saved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PlayDraft {
    /// Another model, as provider/model.
    pub model: Option<String>,
    /// Another prompt.
    pub prompt: Option<String>,
    /// Other parameters.
    pub parameters: Option<Map<String, Value>>,
}

/// The answers of one variant to one input, as far as they are there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlayCell {
    /// Position of the input.
    pub input_index: u64,
    /// The variant.
    pub variant: String,
    /// Its position in the request, which tells a draft from what is saved.
    pub variant_index: u64,
    /// Answers in the order in which they were asked for.
    pub answers: Vec<PlayAnswer>,
    /// How many are there.
    pub n_done: u64,
    /// How many there will be.
    pub n: u64,
    /// Equal answers together, the largest group first.
    pub groups: Vec<AnswerGroup>,
}

/// One answer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlayAnswer {
    /// What came out.
    pub output: Value,
    /// Why nothing did.
    pub failure: Option<String>,
    /// Milliseconds.
    pub latency_ms: Option<f64>,
    /// US dollars.
    pub cost_usd: Option<f64>,
    /// Whether it is right; absent where nobody wrote down what is desired.
    pub is_right: Option<bool>,
    /// Why.
    pub why: Option<String>,
    /// True where a scripted server answered.
    pub simulated: bool,
}

/// Everything that was answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Played {
    /// One cell for each input and variant.
    pub cells: Vec<PlayCell>,
    /// One line for each variant.
    pub feasibility: Vec<Feasibility>,
    /// What this call cost, as far as it is known.
    pub cost_usd: f64,
    /// True where a scripted server answered anything.
    pub simulated: bool,
    /// What should be known about these figures.
    pub note: String,
}

/// Most inputs of one call.
pub const MOST_INPUTS: usize = 20;

/// Most variants of one call.
pub const MOST_VARIANTS: usize = 6;

/// Most repeats of one call.
pub const MOST_TRIALS: u32 = 20;

/// Answers of one variant that are awaited at once.
const MOST_AT_ONCE: usize = 8;

/// The cap where none is given.
const USUAL_CAP_USD: f64 = 1.0;

/// The largest cap.
const MOST_CAP_USD: f64 = 50.0;

/// Longer prompts are documents.
pub const MOST_PROMPT_BYTES: usize = 256 << 10;

/// A variant that is ready to be asked.
struct Player {
    variant: Variant,
    producer: Producer,
    trials: u32,
}

/// What all answers of a call share.
struct Table<'a> {
    app: &'a App,
    asked: &'a [Asked],
    players: &'a [Player],
    scorers: &'a [Ready],
    primary: Option<usize>,
    grounded: &'a [usize],
    cap_usd: f64,
    spent_usd: Mutex<f64>,
}

/// One answer and where it belongs.
struct Done {
    variant_index: usize,
    input_index: usize,
    trial: u32,
    answer: PlayAnswer,
    grounded: Option<f64>,
}

/// Asks.
pub async fn run(app: App, input: RunPlay) -> Result<Played> {
    check_amounts(&input)?;
    let project = app.project()?;
    let feature = project.choose(Some(&input.feature))?;
    let dataset = dataset_of(&project, feature)?;
    let asked = inputs::resolve(&dataset, &input.inputs)?;
    let problems = Problems::default();
    let scorers = scorers::prepare(&app, &project, feature, &problems);
    let mut players = Vec::new();
    for ask in &input.variants {
        let variant = variant_of(&project, feature, ask)?;
        let producer =
            Producer::prepare(&app, &project, feature, &variant, Some(&dataset), &problems);
        let Some(producer) = producer else { continue };
        // Rules answer the same each time, and recorded answers have as many repeats as they have.
        let most = match variant.kind {
            VariantKind::Rules(_) => 1,
            _ => producer.most_trials().unwrap_or(MOST_TRIALS).max(1),
        };
        players.push(Player { variant, producer, trials: input.trials.min(most) });
    }
    let Some(scorers) = scorers.filter(|_| problems.n_errors() == 0) else {
        return Err(Broken(problems.sorted()).into());
    };
    let cap_usd = input.cap_usd.unwrap_or(USUAL_CAP_USD);
    check_estimate(&asked, &players, cap_usd)?;
    let grounded: Vec<usize> = feature
        .scorers
        .iter()
        .enumerate()
        .filter(|(_, scorer)| scorer.kind == "grounded" && !scorer.is_negated)
        .map(|(index, _)| index)
        .collect();
    let table = Table {
        app: &app,
        asked: &asked,
        players: &players,
        scorers: &scorers,
        primary: feature.primary(),
        grounded: &grounded,
        cap_usd,
        spent_usd: Mutex::new(0.0),
    };
    let answers = ask_all(&table).await;
    let alpha = project.alpha();
    let pass_hat_k = feature.mvq.iter().find_map(|criterion| criterion.pass_hat);
    Ok(played(&table, answers, alpha, pass_hat_k))
}

fn check_amounts(input: &RunPlay) -> Result<()> {
    let too_many = |n: usize, most: usize, what: &str| {
        (n == 0 || n > most).then(|| {
            Refusal::invalid(format!("{n} {what} make no call of Play\n  next: choose 1 to {most}"))
        })
    };
    let refused = too_many(input.inputs.len(), MOST_INPUTS, "inputs")
        .or_else(|| too_many(input.variants.len(), MOST_VARIANTS, "variants"))
        .or_else(|| too_many(input.trials as usize, MOST_TRIALS as usize, "repeats"));
    if let Some(refused) = refused {
        return Err(refused);
    }
    match input.cap_usd {
        Some(cap) if !(cap > 0.0 && cap <= MOST_CAP_USD) => Err(Refusal::invalid(format!(
            "a call of Play may cost more than $0 and at most ${MOST_CAP_USD}, and cap_usd is {cap}\n  next: choose an amount between"
        ))),
        _ => Ok(()),
    }
}

/// The variant as it is saved, or with the draft's changes.
pub fn variant_of(project: &Project, feature: &Feature, ask: &AskVariant) -> Result<Variant> {
    let Some(variant) = feature.variant(&ask.name) else {
        let names: Vec<&str> =
            feature.variants.iter().map(|variant| variant.name.as_str()).collect();
        return Err(Refusal::not_found(format!(
            "{} has no variant {}\n  next: {}",
            feature.name,
            ask.name,
            suggestion(&ask.name, names)
        )));
    };
    let Some(draft) = &ask.draft else { return Ok(variant.clone()) };
    let VariantKind::Chat { model, prompt, parameters, tools, output } = &variant.kind else {
        return Err(Refusal::invalid(format!(
            "{} has no prompt, so there is nothing to draft\n  next: choose a variant of the kind chat",
            ask.name
        )));
    };
    let model = match &draft.model {
        None => model.clone(),
        Some(text) => ModelName::parse(text)
            .filter(|model| project.provider(&model.provider).is_some())
            .ok_or_else(|| {
                let known: Vec<&str> =
                    project.providers.iter().map(|provider| provider.name.as_str()).collect();
                Refusal::invalid(format!(
                    "{text} names no provider of this project\n  next: write provider/model, with one of {}",
                    known.join(", ")
                ))
            })?,
    };
    let prompt = match &draft.prompt {
        None => prompt.clone(),
        Some(text) => parse_prompt(&prompt.file, text)?,
    };
    let parameters = draft.parameters.as_ref().unwrap_or(parameters).clone();
    let hash = Hash::of_json(&json!([
        variant.hash,
        model.to_string(),
        prompt.parts.iter().map(|part| &part.source).collect::<Vec<_>>(),
        parameters
    ]));
    let kind = VariantKind::Chat {
        model,
        prompt,
        parameters,
        tools: tools.clone(),
        output: output.clone(),
    };
    Ok(Variant { kind, hash, ..variant.clone() })
}

/// A prompt that can be filled in, or a refusal that names the line.
pub fn parse_prompt(file: &str, text: &str) -> Result<Prompt> {
    if text.len() > MOST_PROMPT_BYTES {
        return Err(Refusal::invalid(format!(
            "the prompt holds {} KB; at most {} KB are accepted\n  next: shorten it",
            text.len() >> 10,
            MOST_PROMPT_BYTES >> 10
        )));
    }
    let prompt = Prompt::parse(file, text);
    let problems = Problems::default();
    prompt.check(&Place::file(file), &problems);
    if problems.n_errors() > 0 {
        return Err(Refusal::invalid(Broken(problems.sorted()).to_string()));
    }
    Ok(prompt)
}

/// What all answers would cost, where prices are known, before the first one is asked for.
fn check_estimate(asked: &[Asked], players: &[Player], cap_usd: f64) -> Result<()> {
    let estimate: f64 = players
        .iter()
        .map(|player| {
            let each = asked
                .iter()
                .filter_map(|asked| player.producer.estimate_usd(Request::of(&asked.case, 0, 0)));
            each.sum::<f64>() * f64::from(player.trials)
        })
        .sum();
    if estimate > cap_usd {
        return Err(Refusal::invalid(format!(
            "this would cost about {}, and the cap is {}\n  next: ask fewer inputs, variants or repeats, or raise the cap",
            describe::usd(estimate),
            describe::usd(cap_usd)
        )));
    }
    Ok(())
}

/// Asks everybody at once, each variant with as many answers in flight as it allows.
async fn ask_all(table: &Table<'_>) -> Vec<Vec<Vec<Option<Done>>>> {
    let mut answers: Vec<Vec<Vec<Option<Done>>>> = table
        .players
        .iter()
        .map(|player| {
            let repeats = || (0..player.trials).map(|_| None).collect();
            table.asked.iter().map(|_| repeats()).collect()
        })
        .collect();
    let mut streams = Vec::new();
    for (variant_index, player) in table.players.iter().enumerate() {
        let mut jobs = Vec::new();
        // Every input once before any of them twice: the first column is what people look at.
        for trial in 0..player.trials {
            for input_index in 0..table.asked.len() {
                jobs.push(one(table, variant_index, input_index, trial));
            }
        }
        let at_once = player.producer.concurrency().unwrap_or(1).clamp(1, MOST_AT_ONCE);
        streams.push(iter(jobs).buffer_unordered(at_once));
    }
    let mut arriving = select_all(streams);
    while let Some(done) = arriving.next().await {
        let (variant_index, input_index) = (done.variant_index, done.input_index);
        let repeats = &mut answers[variant_index][input_index];
        let trial = done.trial as usize;
        repeats[trial] = Some(done);
        if table.app.watch.is_some() {
            table.app.send_part(&cell(table, variant_index, input_index, repeats));
        }
    }
    answers
}

/// Asks once and looks at the answer.
async fn one(table: &Table<'_>, variant_index: usize, input_index: usize, trial: u32) -> Done {
    let (player, asked) = (&table.players[variant_index], &table.asked[input_index]);
    let not_asked = |why: String| Done {
        variant_index,
        input_index,
        trial,
        answer: PlayAnswer { failure: Some(why), ..PlayAnswer::default() },
        grounded: None,
    };
    if table.app.stop.is_set() {
        return not_asked("not asked, because somebody asked to stop".into());
    }
    if table.spent() >= table.cap_usd {
        let cap = describe::usd(table.cap_usd);
        return not_asked(format!("not asked, because the cap of {cap} was reached"));
    }
    if asked.is_free && matches!(player.variant.kind, VariantKind::Recorded { .. }) {
        return not_asked("recorded answers know only their own cases".into());
    }
    let seed = seed(&player.variant.hash, &asked.case, trial);
    let answer = player.producer.answer(Request::of(&asked.case, trial, seed)).await;
    if player.producer.calls_a_model() {
        table.spend(answer.cost_usd);
    }
    let (is_right, why, grounded, is_simulated) = look(table, asked, &answer, seed).await;
    Done {
        variant_index,
        input_index,
        trial,
        grounded,
        answer: PlayAnswer {
            simulated: answer.simulated || is_simulated,
            failure: answer.failure.map(|failure| failure.message),
            output: answer.output,
            latency_ms: answer.latency_ms.filter(|latency| latency.is_finite()),
            cost_usd: answer.cost_usd.filter(|cost| cost.is_finite()),
            is_right,
            why,
        },
    }
}

/// Scores what may be scored: the primary metric where something is desired, grounding wherever a scorer looks at it.
async fn look(
    table: &Table<'_>,
    asked: &Asked,
    answer: &Answer,
    seed: u64,
) -> (Option<bool>, Option<String>, Option<f64>, bool) {
    if !asked.may_be_scored {
        return (None, None, None, false);
    }
    let primary = table.primary.filter(|_| asked.has_expected);
    let wanted: Vec<usize> = primary.iter().chain(table.grounded).copied().collect();
    let scores = score_some(table.scorers, &wanted, &asked.case, answer, seed).await;
    for score in &scores {
        table.spend(score.cost_usd);
    }
    let is_simulated = scores.iter().any(|score| score.simulated);
    let judged = primary.and(scores.first());
    let is_right = judged.map(|score| {
        answer.failure.is_none() && score.value.is_some_and(|value| value >= 1.0 - 1e-12)
    });
    let why = judged.and_then(|score| score.explanation.clone());
    let values: Vec<f64> = scores
        .iter()
        .skip(usize::from(primary.is_some()))
        .filter_map(|score| score.value)
        .collect();
    let grounded = (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64);
    (is_right, why, grounded, is_simulated)
}

impl Table<'_> {
    fn spent(&self) -> f64 {
        *self.spent_usd.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spend(&self, cost_usd: Option<f64>) {
        let cost = cost_usd.filter(|cost| cost.is_finite()).unwrap_or(0.0);
        *self.spent_usd.lock().unwrap_or_else(PoisonError::into_inner) += cost;
    }
}

/// A seed of waits that belongs to a variant, an input and a repeat.
pub fn seed(variant: &Hash, case: &Case, trial: u32) -> u64 {
    let hash = Hash::of_json(&json!([variant, case.input, trial]));
    u64::from_str_radix(hash.as_str().get(..16).unwrap_or("0"), 16).unwrap_or(0)
}

fn cell(
    table: &Table<'_>,
    variant_index: usize,
    input_index: usize,
    repeats: &[Option<Done>],
) -> PlayCell {
    let answers: Vec<PlayAnswer> =
        repeats.iter().flatten().map(|done| done.answer.clone()).collect();
    let outputs = answers.iter().filter(|answer| answer.failure.is_none());
    PlayCell {
        input_index: input_index as u64,
        variant: table.players[variant_index].variant.name.clone(),
        variant_index: variant_index as u64,
        n_done: answers.len() as u64,
        n: repeats.len() as u64,
        groups: groups::groups(outputs.map(|answer| &answer.output)),
        answers,
    }
}

fn played(
    table: &Table<'_>,
    answers: Vec<Vec<Vec<Option<Done>>>>,
    alpha: f64,
    pass_hat_k: Option<u32>,
) -> Played {
    let mut cells = Vec::new();
    let mut lines = Vec::new();
    for (variant_index, inputs) in answers.iter().enumerate() {
        let player = &table.players[variant_index];
        for (input_index, repeats) in inputs.iter().enumerate() {
            cells.push(cell(table, variant_index, input_index, repeats));
        }
        let seen = |done: &Done| Seen {
            key: done.answer.failure.is_none().then(|| groups::key(&done.answer.output)),
            is_right: done.answer.is_right,
            grounded: done.grounded,
            latency_ms: done.answer.latency_ms,
            cost_usd: done.answer.cost_usd,
        };
        let seen: Vec<Vec<Seen>> =
            inputs.iter().map(|repeats| repeats.iter().flatten().map(seen).collect()).collect();
        let question = feasible::Question {
            variant: &player.variant.name,
            variant_index,
            trials: player.trials,
            pass_hat_k,
            is_fixed: matches!(player.variant.kind, VariantKind::Rules(_)),
            alpha,
        };
        lines.push(feasible::feasibility(question, &seen));
    }
    cells.sort_by_key(|cell| (cell.input_index, cell.variant_index));
    let simulated = cells.iter().flat_map(|cell| &cell.answers).any(|answer| answer.simulated);
    let mut note =
        "Nothing of this is stored, and nothing is judged: the gate does that on held-out cases."
            .to_owned();
    if table.asked.iter().any(|asked| !asked.has_expected) {
        note.push_str(" Inputs without a desired output are answered and not scored.");
    }
    Played { cells, feasibility: lines, cost_usd: table.spent(), simulated, note }
}
