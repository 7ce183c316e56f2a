//! The operations `play.prompt` and `play.save_prompt`: a prompt file with every content that it had,
//! written whole or not at all, or saved as a variant of its own.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use karat_records::{Hash, Version};
use karat_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use toml_edit::DocumentMut;

use super::run::{AskVariant, PlayDraft, parse_prompt, variant_of};
use super::start::dataset_of;
use crate::app::{App, Broken, Refusal};
use crate::datasets::Dataset;
use crate::project::block::{table_at, with_tables};
use crate::project::edit::{Edit, NewContent};
use crate::project::init::toml_text;
use crate::project::problem::suggestion;
use crate::project::{FILE, Feature, Project, Prompt, Variant, VariantKind, read};

/// Whose prompt to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowPrompt {
    /// The feature.
    pub feature: String,
    /// A variant with a prompt.
    pub variant: String,
}

/// A prompt that somebody edited.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SavePrompt {
    /// The feature.
    pub feature: String,
    /// A variant with a prompt.
    pub variant: String,
    /// The whole prompt file.
    pub text: String,
    /// Save it as a new variant of this name instead, with a prompt file of its own.
    #[serde(default)]
    pub as_variant: Option<String>,
    /// The new variant's model; that of the old one where absent.
    #[serde(default)]
    pub model: Option<String>,
    /// The new variant's parameters; those of the old one where absent.
    #[serde(default)]
    pub parameters: Option<Map<String, Value>>,
}

/// A prompt file and what it was before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PromptShown {
    /// The feature.
    pub feature: String,
    /// The variant.
    pub variant: String,
    /// The model, as provider/model.
    pub model: String,
    /// Passed to the provider as they are.
    pub parameters: Map<String, Value>,
    /// The prompt file.
    pub file: String,
    /// Its whole text.
    pub text: String,
    /// Names that it fills in.
    pub variables: Vec<String>,
    /// Those of them that the input of some case does not have.
    pub missing_variables: Vec<String>,
    /// Other variants that use the same file, as feature/variant.
    pub shared_with: Vec<String>,
    /// Every content that was loaded or saved, newest first, at most 50.
    pub versions: Vec<PromptVersion>,
}

/// One content of a prompt file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct PromptVersion {
    /// Its hash.
    pub hash: String,
    /// When it was first seen.
    pub at_ms: i64,
    /// The whole text.
    pub text: String,
    /// Whether the file says this now.
    pub is_current: bool,
}

/// The kind under which the catalog keeps contents of prompt files.
const KIND: &str = "prompt";

const MOST_VERSIONS: usize = 50;

/// Shows a prompt.
pub async fn show(app: App, input: ShowPrompt) -> Result<PromptShown> {
    let project = app.project()?;
    let feature = project.choose(Some(&input.feature))?;
    let variant = variant_of(&project, feature, &AskVariant { name: input.variant, draft: None })?;
    shown(&app, &project, feature, &variant).await
}

/// Saves a prompt, in its file or as a variant of its own.
pub async fn save(app: App, input: SavePrompt) -> Result<PromptShown> {
    let _files = app.change_files().await;
    let project = app.project()?;
    let feature = project.choose(Some(&input.feature))?;
    let draft = PlayDraft {
        prompt: Some(input.text.clone()),
        model: input.model.clone(),
        parameters: input.parameters.clone(),
    };
    let ask = AskVariant { name: input.variant.clone(), draft: Some(draft) };
    let drafted = variant_of(&project, feature, &ask)?;
    let dataset = dataset_of(&project, feature)?;
    let prompt = prompt_of(&drafted)?.clone();
    check_variables(&prompt, &dataset)?;
    if input.as_variant.is_none() && (input.model.is_some() || input.parameters.is_some()) {
        return Err(Refusal::invalid(
            "model and parameters are saved with a new variant only\n  next: name it with as_variant, or change them in karat.toml",
        ));
    }
    let mut edit = Edit::begin(&project.root);
    let (name, file) = match &input.as_variant {
        None => (input.variant.clone(), prompt.file.clone()),
        Some(name) => {
            check_name(feature, name)?;
            let file = format!("prompts/{}-{name}.md", feature.name);
            let before = edit.text(FILE)?.unwrap_or_default();
            let table = variant_table(&before, feature, &input, &file)?;
            let after = with_tables(&before, &table)?;
            edit.write(&[NewContent { path: FILE, content: after.as_bytes() }])?;
            (name.clone(), file)
        }
    };
    let before = edit.text(&file)?;
    if input.as_variant.is_some() && before.is_some() {
        return Err(Refusal::conflict(format!(
            "{file} is there already\n  next: choose another name for the variant"
        )));
    }
    edit.write(&[NewContent { path: &file, content: input.text.as_bytes() }])?;
    let reading = read::read(&project.root);
    let Some(project) = reading.project else { return Err(Broken(reading.problems).into()) };
    let store = app.store()?;
    for text in before.iter().chain([&input.text]) {
        keep(&app, &store, &file, text).await?;
    }
    edit.keep();
    let feature = project.choose(Some(&input.feature))?;
    let variant = variant_of(&project, feature, &AskVariant { name, draft: None })?;
    shown(&app, &project, feature, &variant).await
}

fn prompt_of(variant: &Variant) -> Result<&Prompt> {
    match &variant.kind {
        VariantKind::Chat { prompt, .. } => Ok(prompt),
        _ => Err(Refusal::invalid(format!(
            "{} has no prompt\n  next: choose a variant of the kind chat",
            variant.name
        ))),
    }
}

/// A name that is filled in must be in the input of every case; otherwise the next run could not begin.
fn check_variables(prompt: &Prompt, dataset: &Dataset) -> Result<()> {
    let missing = missing(prompt, dataset);
    let Some(first) = missing.first() else { return Ok(()) };
    let known: Vec<&str> = dataset
        .cases
        .first()
        .map(|case| case.input.keys().map(String::as_str).collect())
        .unwrap_or_default();
    Err(Refusal::invalid(format!(
        "nothing was written: {{{{ {} }}}} is not in the input of every case\n  next: {}",
        missing.join(" }}, {{ "),
        suggestion(first, known)
    )))
}

fn missing(prompt: &Prompt, dataset: &Dataset) -> Vec<String> {
    prompt
        .variables()
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| dataset.cases.iter().any(|case| !case.input.contains_key(name)))
        .collect()
}

fn check_name(feature: &Feature, name: &str) -> Result<()> {
    let is_plain = name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    if !is_plain || !(1..=60).contains(&name.chars().count()) {
        return Err(Refusal::invalid(format!(
            "{name:?} is no name for a variant\n  next: use up to 60 letters, digits and dashes"
        )));
    }
    if feature.variant(name).is_some() {
        return Err(Refusal::conflict(format!(
            "{} has a variant {name} already\n  next: choose another name",
            feature.name
        )));
    }
    Ok(())
}

/// The new variant as it stands in the project file: like the old one, with its own prompt.
fn variant_table(text: &str, feature: &Feature, input: &SavePrompt, file: &str) -> Result<String> {
    let document: DocumentMut = text.parse().context("karat.toml is not valid TOML")?;
    let old = table_at(&document, &["features", &feature.name, "variants", &input.variant])
        .context("karat.toml has no such variant any more")?;
    let name = input.as_variant.as_deref().unwrap_or_default();
    let mut table = format!(
        "[features.{}.variants.{}]\nkind = \"chat\"\n",
        toml_text::key(&feature.name),
        toml_text::key(name)
    );
    let mut line = |field: &str, value: Value| {
        let _ = writeln!(table, "{field} = {}", toml_text::value(&value));
    };
    let text_of = |field: &str| old.get(field).and_then(|item| item.as_str()).map(str::to_owned);
    line("model", json!(input.model.clone().or_else(|| text_of("model"))));
    line("prompt", json!(file));
    let parameters =
        input.parameters.clone().unwrap_or_else(|| parameters(feature, &input.variant));
    if !parameters.is_empty() {
        line("parameters", Value::Object(parameters));
    }
    if let Some(tools) = text_of("tools") {
        line("tools", json!(tools));
    }
    Ok(table)
}

fn parameters(feature: &Feature, variant: &str) -> Map<String, Value> {
    match feature.variant(variant).map(|variant| &variant.kind) {
        Some(VariantKind::Chat { parameters, .. }) => parameters.clone(),
        _ => Map::new(),
    }
}

async fn keep(app: &App, store: &Store, file: &str, text: &str) -> Result<()> {
    // The same shape as the history of all files has, so that one content is one version.
    let content = json!(text);
    let version = Version {
        kind: KIND.into(),
        name: file.to_owned(),
        hash: Hash::of_json(&content),
        content,
        seen_at_ms: app.clock.now_ms(),
    };
    store.catalog.put(version).await?;
    Ok(())
}

async fn shown(
    app: &App,
    project: &Project,
    feature: &Feature,
    variant: &Variant,
) -> Result<PromptShown> {
    let prompt = prompt_of(variant)?;
    let VariantKind::Chat { model, parameters, .. } = &variant.kind else {
        return Err(Refusal::invalid(format!("{} has no prompt", variant.name)));
    };
    let file = &prompt.file;
    let text = std::fs::read_to_string(project.root.join(file))
        .with_context(|| format!("{file} cannot be read"))?;
    let missing_variables = match dataset_of(project, feature) {
        Ok(dataset) => missing(prompt, &dataset),
        Err(_) => Vec::new(),
    };
    let shared_with = project
        .features
        .iter()
        .flat_map(|feature| feature.variants.iter().map(move |variant| (feature, variant)))
        .filter(|(other, one)| (&other.name, &one.name) != (&feature.name, &variant.name))
        .filter(|(_, one)| prompt_of(one).is_ok_and(|prompt| prompt.file == *file))
        .map(|(other, one)| format!("{}/{}", other.name, one.name))
        .collect();
    Ok(PromptShown {
        feature: feature.name.clone(),
        variant: variant.name.clone(),
        model: model.to_string(),
        parameters: parameters.clone(),
        variables: parse_prompt(file, &text)?
            .variables()
            .into_iter()
            .map(|(name, _)| name)
            .collect(),
        missing_variables,
        shared_with,
        versions: versions(app, file, &text).await?,
        file: file.clone(),
        text,
    })
}

/// Every content that the file had; what it says now is kept as well, where there is a history already.
async fn versions(app: &App, file: &str, text: &str) -> Result<Vec<PromptVersion>> {
    let hash = Hash::of_json(&json!(text));
    let Some(store) = app.existing_store()? else {
        return Ok(vec![PromptVersion {
            hash: hash.to_string(),
            at_ms: app.clock.now_ms(),
            text: text.to_owned(),
            is_current: true,
        }]);
    };
    keep(app, &store, file, text).await?;
    let history = store.catalog.history(KIND, file).await?;
    let shown =
        history.into_iter().take(MOST_VERSIONS).enumerate().map(|(index, version)| PromptVersion {
            is_current: index == 0,
            hash: version.hash.to_string(),
            at_ms: version.seen_at_ms,
            text: version.content.as_str().unwrap_or_default().to_owned(),
        });
    Ok(shown.collect())
}
