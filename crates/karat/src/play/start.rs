//! The operation `play.start`: inputs, variants and models to play with. Held-out cases are not among them.

use anyhow::Result;
use karat_records::Scope;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::run::MOST_TRIALS;
use crate::app::{App, Broken};
use crate::datasets::{self, Dataset, split};
use crate::gate::describe::plural;
use crate::project::{Feature, Problems, Project, VariantKind};

/// Which feature to play with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct StartPlay {
    /// The feature; the only one where absent.
    pub feature: Option<String>,
}

/// What there is to play with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlayStart {
    /// The feature.
    pub feature: String,
    /// What a request is, in the plural.
    pub about: String,
    /// Fields of the inputs.
    pub input_fields: Vec<String>,
    /// Cases that tune, at most 200.
    pub inputs: Vec<PlayInput>,
    /// Variants in the file's order.
    pub variants: Vec<PlayVariant>,
    /// Models that the project names, as provider/model.
    pub models: Vec<String>,
    /// The feature's own number of repeats.
    pub trials: u32,
    /// What is not shown here, as a sentence.
    pub answers_hidden: String,
}

/// An input that can be asked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PlayInput {
    /// The case.
    pub case_id: String,
    /// Named inputs.
    pub input: Map<String, Value>,
    /// The desired output.
    pub expected: Option<Value>,
    /// Its tags.
    pub tags: Vec<String>,
}

/// A variant that can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PlayVariant {
    /// Its name.
    pub name: String,
    /// Its kind's word.
    pub kind: String,
    /// The model of a prompt.
    pub model: Option<String>,
    /// Whether the others are compared with it.
    pub is_baseline: bool,
    /// False where it knows only the answers that were recorded.
    pub can_run_new: bool,
    /// Whether a scripted server answers; unknown before a model was asked.
    pub simulated: Option<bool>,
    /// Whether it has a prompt that can be edited.
    pub has_prompt: bool,
}

/// Inputs that are shown.
const MOST_INPUTS: usize = 200;

/// The cases of a feature, or all that is wrong with them.
pub fn dataset_of(project: &Project, feature: &Feature) -> Result<Dataset> {
    let problems = Problems::default();
    match datasets::of(project, feature, &problems) {
        Some(dataset) => Ok(dataset),
        None => Err(Broken(problems.sorted()).into()),
    }
}

/// What a request is, in the plural.
pub fn about(feature: &Feature) -> String {
    feature.about_words()
}

/// Fields that the inputs have, in the order in which they first appear.
pub fn input_fields(dataset: &Dataset) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for name in dataset.cases.iter().flat_map(|case| case.input.keys()) {
        if !fields.contains(name) {
            fields.push(name.clone());
        }
    }
    fields
}

/// Whether a scripted server answers for such a variant; absent where its provider was not asked yet.
pub fn is_simulated(app: &App, project: &Project, kind: &VariantKind) -> Option<bool> {
    match kind {
        VariantKind::Chat { model, .. } => {
            app.upstream.is_simulated(project.provider(&model.provider)?)
        }
        _ => Some(false),
    }
}

/// Tells what there is to play with.
pub async fn start(app: App, input: StartPlay) -> Result<PlayStart> {
    let project = app.project()?;
    let feature = project.choose(input.feature.as_deref())?;
    let dataset = dataset_of(&project, feature)?;
    let tuning = split::cases_in(&dataset, split::tuning_scope(&dataset));
    let variants = feature.variants.iter().map(|variant| {
        let model = match &variant.kind {
            VariantKind::Chat { model, .. } => Some(model.to_string()),
            _ => None,
        };
        PlayVariant {
            name: variant.name.clone(),
            kind: variant.kind.word().to_owned(),
            is_baseline: feature.baseline.as_ref() == Some(&variant.name),
            can_run_new: can_run_new(&variant.kind),
            simulated: is_simulated(&app, &project, &variant.kind),
            has_prompt: model.is_some(),
            model,
        }
    });
    Ok(PlayStart {
        feature: feature.name.clone(),
        about: about(feature),
        input_fields: input_fields(&dataset),
        inputs: tuning
            .iter()
            .take(MOST_INPUTS)
            .map(|case| PlayInput {
                case_id: case.id.clone(),
                input: case.input.clone(),
                expected: case.expected.clone(),
                tags: case.tags.clone(),
            })
            .collect(),
        variants: variants.collect(),
        models: models(&project),
        trials: feature.trials.min(MOST_TRIALS),
        answers_hidden: hidden(&dataset),
    })
}

/// Whether a variant can answer what nobody has recorded an answer for.
pub fn can_run_new(kind: &VariantKind) -> bool {
    !matches!(kind, VariantKind::Recorded { .. })
}

fn hidden(dataset: &Dataset) -> String {
    let n = split::cases_in(dataset, Scope::HeldOut).len() as u64;
    match n {
        0 => "Nothing is held out, so the gate judges these very cases.".into(),
        1 => "1 held-out case is not shown here: whoever tunes on it needs a fresh one to judge."
            .into(),
        n => format!(
            "{} are not shown here: whoever tunes on them needs fresh ones to judge.",
            plural(n, "held-out case")
        ),
    }
}

/// Models that prompts, judges and prices name.
fn models(project: &Project) -> Vec<String> {
    let prompts =
        project.features.iter().flat_map(|feature| &feature.variants).filter_map(|variant| {
            match &variant.kind {
                VariantKind::Chat { model, .. } => Some(model.to_string()),
                _ => None,
            }
        });
    let judges = project.features.iter().flat_map(|feature| &feature.scorers);
    let judges = judges.flat_map(|scorer| scorer.models.iter().map(ToString::to_string));
    let prices = project.prices.iter().map(|price| price.model.clone());
    let mut names: Vec<String> = Vec::new();
    for name in prompts.chain(prices).chain(judges) {
        let provider = name.split('/').next().unwrap_or_default();
        if project.provider(provider).is_some() && !names.contains(&name) {
            names.push(name);
        }
    }
    names
}
