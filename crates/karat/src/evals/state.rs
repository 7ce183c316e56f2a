//! The operation `project.state`: where a project stands, and what to do next.

use anyhow::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::runs::{ListRuns, RunSummary, list};
use super::start;
use crate::app::App;
use crate::gate::describe::plural;
use crate::project::lock::Lock;
use crate::project::{Problems, read};
use karat_records::{RunState, Verdict};

/// Nothing to say: the project is the one of the folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AskState {}

/// Where a project stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct State {
    /// The project's name; absent where the folder has none.
    pub project: Option<String>,
    /// One entry for each feature.
    pub features: Vec<FeatureState>,
    /// Bets with the days that are left, one sentence each.
    pub bets: Vec<String>,
    /// What is wrong with the files.
    pub n_errors: u64,
    /// The next command.
    pub next: String,
    /// Why.
    pub reason: String,
}

/// Where a feature stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FeatureState {
    /// Its name.
    pub name: String,
    /// What it has, in words.
    pub holds: String,
    /// Its variants with their proofs.
    pub variants: Vec<VariantState>,
    /// The last run.
    pub last_run: Option<RunSummary>,
}

/// Where a variant stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VariantState {
    /// Its name.
    pub name: String,
    /// The gate's verdict on its present content; absent where it was never judged, or changed since.
    pub verdict: Option<Verdict>,
    /// True where the content changed after it was judged.
    pub has_drifted: bool,
}

/// Tells where a project stands.
pub async fn state(app: App, _input: AskState) -> Result<State> {
    let Some(root) = read::find_root(&app.folder) else {
        return Ok(State {
            project: None,
            features: Vec::new(),
            bets: Vec::new(),
            n_errors: 0,
            next: "karat init".into(),
            reason: "There is no karat.toml in this folder or above.".into(),
        });
    };
    let reading = read::read(&root);
    let n_errors = reading.problems.iter().filter(|problem| !problem.is_warning).count() as u64;
    let Some(project) = reading.project else {
        return Ok(State {
            project: None,
            features: Vec::new(),
            bets: Vec::new(),
            n_errors,
            next: "karat check".into(),
            reason: format!("The project's files have {}.", plural(n_errors, "error")),
        });
    };
    let lock = Lock::read(&root)?;
    let mut features = Vec::new();
    for feature in &project.features {
        let problems = Problems::default();
        let dataset =
            feature.dataset.as_ref().and_then(|_| start::dataset_of(&project, feature, &problems));
        let n_cases = dataset.as_ref().map_or(0, |dataset| dataset.cases.len()) as u64;
        let variants = feature
            .variants
            .iter()
            .map(|variant| {
                let proof = lock.proof(&feature.name, &variant.name);
                let hash = start::variant_hash(variant, dataset.as_ref());
                let holds = proof.is_some_and(|proof| {
                    proof.variant_hash == hash && proof.mvq_hash == feature.mvq_hash()
                });
                VariantState {
                    name: variant.name.clone(),
                    verdict: proof.filter(|_| holds).map(|proof| proof.verdict),
                    has_drifted: proof.is_some() && !holds,
                }
            })
            .collect();
        let wish =
            ListRuns { feature: Some(feature.name.clone()), limit: Some(1), ..ListRuns::default() };
        let last_run = list(app.clone(), wish).await?.runs.into_iter().next();
        features.push(FeatureState {
            name: feature.name.clone(),
            holds: format!(
                "{}, {}",
                plural(n_cases, "case"),
                plural(feature.variants.len() as u64, "variant")
            ),
            variants,
            last_run,
        });
    }
    let today = crate::clock::day(app.clock.now_ms());
    let bets = project.bets.iter().filter_map(|bet| bet_words(bet, &today)).collect();
    let (next, reason) = next_command(&features, &project);
    Ok(State { project: Some(project.name.clone()), features, bets, n_errors, next, reason })
}

/// A bet's time box; nothing for a bet without a deadline.
fn bet_words(bet: &crate::project::Bet, today: &str) -> Option<String> {
    let deadline = bet.deadline?;
    let today: jiff::civil::Date = today.parse().ok()?;
    let days = (deadline - today).get_days();
    let when = match days {
        0 => "today".to_owned(),
        1.. => format!("in {}", plural(u64::from(days.unsigned_abs()), "day")),
        _ => format!("{} ago", plural(u64::from(days.unsigned_abs()), "day")),
    };
    Some(format!("bet {}: decide by {deadline}, {when}", bet.name))
}

fn next_command(features: &[FeatureState], project: &crate::project::Project) -> (String, String) {
    for feature in features {
        let name = &feature.name;
        let has_mvq = project.feature(name).is_some_and(|feature| !feature.mvq.is_empty());
        match &feature.last_run {
            None if has_mvq => {
                return (format!("karat eval {name} --gate"), format!("{name} was never run."));
            }
            None => return (format!("karat eval {name}"), format!("{name} was never run.")),
            Some(run) if run.state != RunState::Complete => {
                return (
                    format!("karat eval {name}"),
                    format!(
                        "The last run of {name} stopped before its end; it goes on where it stopped."
                    ),
                );
            }
            Some(_) if feature.variants.iter().any(|variant| variant.has_drifted) => {
                return (
                    format!("karat gate {name}"),
                    format!("{name} was changed after it was judged."),
                );
            }
            Some(_)
                if has_mvq && feature.variants.iter().all(|variant| variant.verdict.is_none()) =>
            {
                return (format!("karat gate {name}"), format!("{name} was never judged."));
            }
            Some(_) => {}
        }
    }
    ("karat show latest".into(), "Everything was judged as it stands.".into())
}
