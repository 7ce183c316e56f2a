//! The operations `rules.show` and `rules.edit`: the rules of a variant as sentences, each with what it is worth.

use anyhow::{Context, Result};
use karat_records::{Hash, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::sentences::{self, RuleSentence};
use crate::app::{App, Broken, Refusal};
use crate::evals::rule_marks;
use crate::gate::describe;
use crate::gate::shown::Measured;
use crate::project::block::table_at;
use crate::project::edit::{Edit, NewContent};
use crate::project::problem::suggestion;
use crate::project::{FILE, Feature, Problems, Project, Rules, VariantKind};

/// Whose rules to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ShowRules {
    /// The feature; the only one where absent.
    pub feature: Option<String>,
    /// The rules variant; the first one where absent.
    pub variant: Option<String>,
}

/// Rules as somebody edited them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EditRules {
    /// The feature.
    pub feature: String,
    /// The rules variant.
    pub variant: String,
    /// All rules in their order.
    pub rules: Vec<RuleSentence>,
    /// The answer where no rule matches.
    pub default: Value,
}

/// Rules as sentences.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RulesShown {
    /// The feature.
    pub feature: String,
    /// The variant.
    pub variant: String,
    /// The rules file.
    pub file: String,
    /// Rules in their order; the first that matches answers.
    pub rules: Vec<RuleSentence>,
    /// The answer where no rule matches.
    pub default: Value,
    /// Desired outputs that cases know, the most frequent first.
    pub answers: Vec<Value>,
    /// What should be known about the numbers.
    pub note: Option<String>,
    /// Cases that were counted; none of them is held out.
    pub n_cases: u64,
    /// Share of them that is right.
    pub right: Option<Measured>,
}

const MOST_RULES: usize = 500;

const MOST_PHRASES: usize = 200;

const MOST_CHARACTERS: usize = 1000;

/// Shows the rules of a variant.
pub async fn show(app: App, input: ShowRules) -> Result<RulesShown> {
    let project = app.project()?;
    let feature = project.choose(input.feature.as_deref())?;
    let (variant, rules) = rules_of(feature, input.variant.as_deref())?;
    let file = file_of(&project, feature, variant)?;
    let text = std::fs::read_to_string(project.root.join(&file))
        .with_context(|| format!("{file} cannot be read"))?;
    shown(&app, &project, feature, variant, file, &text, rules).await
}

/// Writes the rules of a variant, whole or not at all.
pub async fn edit(app: App, input: EditRules) -> Result<RulesShown> {
    let _files = app.change_files().await;
    let project = app.project()?;
    let feature = project.choose(Some(&input.feature))?;
    let (variant, _) = rules_of(feature, Some(&input.variant))?;
    let file = file_of(&project, feature, variant)?;
    check(feature, &input)?;
    let mut edit = Edit::begin(&project.root);
    let before = edit.text(&file)?.unwrap_or_default();
    let after = sentences::edited(&before, &input.rules, &input.default)
        .map_err(|error| Refusal::invalid(format!("{error:#}")))?;
    let problems = Problems::default();
    let Some(rules) = Rules::parse(&file, &after, &problems) else {
        let words: Vec<String> =
            Broken(problems.sorted()).to_string().lines().map(str::to_owned).collect();
        return Err(Refusal::invalid(format!("nothing was written\n{}", words.join("\n"))));
    };
    edit.write(&[NewContent { path: &file, content: after.as_bytes() }])?;
    let store = app.store()?;
    let now = app.clock.now_ms();
    for text in [&before, &after] {
        let content = json!(text);
        let version = Version {
            kind: "rules".into(),
            name: file.clone(),
            hash: Hash::of_json(&content),
            content,
            seen_at_ms: now,
        };
        store.catalog.put(version).await?;
    }
    edit.keep();
    let variant = input.variant.as_str();
    shown(&app, &project, feature, variant, file, &after, &rules).await
}

/// What the file's reader does not look at: amounts, and whether answers have the feature's shape.
fn check(feature: &Feature, input: &EditRules) -> Result<()> {
    let mut problems = Vec::new();
    if input.rules.len() > MOST_RULES {
        problems.push(format!(
            "{} rules are more than anybody reads; {MOST_RULES} at most",
            input.rules.len()
        ));
    }
    let validator =
        feature.output.as_ref().and_then(|schema| jsonschema::validator_for(schema).ok());
    let shape =
        |answer: &Value| validator.as_ref()?.validate(answer).err().map(|error| error.to_string());
    for (index, rule) in input.rules.iter().enumerate().take(MOST_RULES) {
        let number = index + 1;
        let phrases = || rule.any.iter().chain(&rule.all).chain(&rule.none);
        if phrases().count() > MOST_PHRASES {
            problems
                .push(format!("rule {number}: it has more than {MOST_PHRASES} phrases; split it"));
        }
        let texts = phrases().chain(&rule.regex).chain(&rule.field);
        if texts.clone().any(|text| text.chars().count() > MOST_CHARACTERS) {
            problems.push(format!(
                "rule {number}: a phrase is longer than {MOST_CHARACTERS} characters; shorten it"
            ));
        }
        if let Some(words) = shape(&rule.answer) {
            problems.push(format!(
                "rule {number}: its answer breaks the feature's output schema: {}",
                cut(&words)
            ));
        }
    }
    if let Some(words) = shape(&input.default) {
        problems.push(format!(
            "default: the answer breaks the feature's output schema: {}",
            cut(&words)
        ));
    }
    if problems.is_empty() {
        return Ok(());
    }
    problems.truncate(20);
    Err(Refusal::invalid(format!(
        "nothing was written, because of {}\n  {}\n  next: mend that and send it again",
        describe::plural(problems.len() as u64, "problem"),
        problems.join("\n  ")
    )))
}

fn cut(words: &str) -> String {
    words.chars().take(200).collect()
}

fn rules_of<'a>(feature: &'a Feature, name: Option<&str>) -> Result<(&'a str, &'a Rules)> {
    let with_rules = feature.variants.iter().filter_map(|variant| match &variant.kind {
        VariantKind::Rules(rules) => Some((variant.name.as_str(), rules)),
        _ => None,
    });
    let all: Vec<(&str, &Rules)> = with_rules.collect();
    let found = match name {
        Some(name) => all.iter().find(|(known, _)| *known == name),
        None => all
            .iter()
            .find(|(known, _)| feature.baseline.as_deref() == Some(*known))
            .or_else(|| all.first()),
    };
    found.copied().ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
        Refusal::not_found(match name {
            Some(name) if !names.is_empty() => format!(
                "{} has no rules variant {name}\n  next: {}",
                feature.name,
                suggestion(name, names)
            ),
            _ => format!(
                "{} has no rules\n  next: karat rules draft {} writes some from the cases",
                feature.name, feature.name
            ),
        })
    })
}

/// The rules file as `karat.toml` names it.
fn file_of(project: &Project, feature: &Feature, variant: &str) -> Result<String> {
    let text =
        std::fs::read_to_string(project.root.join(FILE)).context("karat.toml cannot be read")?;
    let document: toml_edit::DocumentMut = text.parse().context("karat.toml is not valid TOML")?;
    let table = table_at(&document, &["features", &feature.name, "variants", variant]);
    let file = table.and_then(|table| table.get("file")?.as_str().map(str::to_owned));
    file.with_context(|| format!("karat.toml names no file for {variant}"))
}

async fn shown(
    app: &App,
    project: &Project,
    feature: &Feature,
    variant: &str,
    file: String,
    text: &str,
    rules: &Rules,
) -> Result<RulesShown> {
    let (mut sentences, default) = sentences::read(text)?;
    let marks = rule_marks::marks(app, project, feature, rules).await?;
    for (sentence, mark) in sentences.iter_mut().zip(&marks.rules) {
        sentence.n_matched = Some(mark.n_matched);
        sentence.n_right = Some(mark.n_right);
    }
    Ok(RulesShown {
        feature: feature.name.clone(),
        variant: variant.to_owned(),
        file,
        rules: sentences,
        default,
        answers: marks.answers,
        note: marks.note,
        n_cases: marks.n_cases,
        right: marks.right,
    })
}
