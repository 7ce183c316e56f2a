//! The operation `gate.amend`: another floor for a criterion, in the file, with the reason kept beside it.

use anyhow::Result;
use karat_records::{Hash, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::offers;
use super::show::{AskGate, GateShown, show};
use crate::app::{App, Broken, Refusal};
use crate::evals::start::choose_feature;
use crate::gate::describe;
use crate::gate::describe::number;
use crate::project::edit::{Edit, NewContent};
use crate::project::floor::with_floor;
use crate::project::problem::suggestion;
use crate::project::{Bound, Criterion, FILE, read};

/// The catalog's kind; the name is the feature's.
const KIND: &str = "amendment";

/// A reason longer than this is a document.
const LONGEST: usize = 1000;

/// Which floor to change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AmendInput {
    /// The feature; the only one where absent.
    #[serde(default)]
    pub feature: Option<String>,
    /// The criterion.
    pub criterion: String,
    /// Its new floor, from 0 to 1.
    pub min: f64,
    /// Why; shown with the amendment.
    pub reason: String,
}

/// Why a floor was changed, as the catalog keeps it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Amended {
    /// The criterion.
    pub(super) criterion: String,
    /// What it demanded.
    pub(super) before: String,
    /// What it demands.
    pub(super) after: String,
    /// Why.
    pub(super) reason: String,
    /// Who.
    pub(super) by: String,
    /// When, in milliseconds since the Unix epoch.
    pub(super) at_ms: i64,
}

impl Amended {
    /// Whether an amendment, said as `name: old demand → new demand`, is the one that this is the reason for.
    /// Of several steps between two gates the last one counts.
    pub(super) fn is_about(&self, what: &str) -> bool {
        what.strip_prefix(&self.criterion)
            .and_then(|rest| rest.strip_prefix(": "))
            .and_then(|rest| rest.split_once(" → "))
            .is_some_and(|(_, after)| after == self.after)
    }
}

/// Changes the floor of a criterion in `karat.toml`; the file, the project and the reason change together or not at all.
pub async fn amend(app: App, input: AmendInput) -> Result<GateShown> {
    let reason = input.reason.trim();
    if reason.is_empty() {
        return Err(Refusal::invalid(
            "an amendment needs its reason\n  next: say in a sentence why this floor is good enough",
        ));
    }
    if reason.chars().count() > LONGEST {
        return Err(Refusal::invalid(format!(
            "a reason has at most {LONGEST} characters\n  next: write the rest into a document, and name it here"
        )));
    }
    if !(0.0..=1.0).contains(&input.min) {
        return Err(Refusal::invalid(format!(
            "a share lies between 0 and 1, and {} does not\n  next: write for example 0.8",
            input.min
        )));
    }
    let files = app.change_files().await;
    let project = app.project()?;
    let feature = choose_feature(&project, input.feature.as_deref())?;
    let criterion = amendable(&feature.name, &feature.mvq, &input.criterion)?;
    if criterion.bound == Bound::Min(input.min) {
        return Err(Refusal::conflict(format!(
            "the floor of {} is {} already\n  next: leave it, or name another one",
            criterion.name,
            number(input.min)
        )));
    }
    let mut edit = Edit::begin(&project.root);
    let text = edit.text(FILE)?.unwrap_or_default();
    let changed = with_floor(&text, &feature.name, &criterion.name, input.min)?;
    edit.write(&[NewContent { path: FILE, content: changed.as_bytes() }])?;
    // The file is read again as everybody else will; a change that breaks it is undone.
    let reading = read::read(&project.root);
    let Some(after) = reading.project else { return Err(Broken(reading.problems).into()) };
    let after = after
        .feature(&feature.name)
        .and_then(|feature| feature.mvq.iter().find(|one| one.name == criterion.name))
        .map(describe::criterion)
        .unwrap_or_default();
    let at_ms = app.clock.now_ms();
    let mut content = json!(Amended {
        criterion: criterion.name.clone(),
        before: describe::criterion(criterion),
        after,
        reason: reason.to_owned(),
        by: app.actor.name.clone(),
        at_ms,
    });
    content["id"] = json!(app.clock.new_id());
    content["person"] = json!(app.actor.id);
    let version = Version {
        kind: KIND.into(),
        name: feature.name.clone(),
        hash: Hash::of_json(&content),
        content,
        seen_at_ms: at_ms,
    };
    app.store()?.catalog.put(version).await?;
    edit.keep();
    let feature = feature.name.clone();
    drop(files);
    show(app, AskGate { feature: Some(feature) }).await
}

fn amendable<'a>(feature: &str, criteria: &'a [Criterion], name: &str) -> Result<&'a Criterion> {
    let names: Vec<&str> = criteria.iter().map(|criterion| criterion.name.as_str()).collect();
    let Some(criterion) = criteria.iter().find(|criterion| criterion.name == name) else {
        return Err(Refusal::not_found(format!(
            "{feature} has no criterion {name}\n  next: {}",
            suggestion(name, names)
        )));
    };
    if !offers::can_amend(criterion) {
        return Err(Refusal::invalid(format!(
            "{name} has no floor: it demands {}\n  next: change it in karat.toml; it shows as an amendment all the same",
            describe::criterion(criterion)
        )));
    }
    Ok(criterion)
}

/// Every reason that was given for a feature, newest first.
pub(super) async fn reasons(app: &App, feature: &str) -> Result<Vec<Amended>> {
    let Some(store) = app.existing_store()? else { return Ok(Vec::new()) };
    let versions = store.catalog.history(KIND, feature).await?;
    Ok(versions.into_iter().filter_map(|it| serde_json::from_value(it.content).ok()).collect())
}
