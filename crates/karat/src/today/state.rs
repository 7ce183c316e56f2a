//! The operation `project.state`: where a project stands, and what to do next.

use anyhow::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use karat_records::Verdict;

use super::facts::{FeatureFacts, TodayBet};
use super::gather::gather;
use super::steps::{for_terminal, steps};
use crate::app::App;
use crate::evals::runs::RunSummary;
use crate::gate::describe::plural;

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
    /// True where it, its criteria, scorers or cases changed after it was judged.
    pub has_drifted: bool,
}

/// Tells where a project stands; what to do next is what Today says.
pub async fn state(app: App, _input: AskState) -> Result<State> {
    let gathered = gather(&app).await?;
    let facts = &gathered.facts;
    let steps = steps(facts);
    let (next, reason) = match for_terminal(&steps) {
        Some((step, command)) => (command.to_owned(), step.why.clone()),
        None => ("karat show latest".into(), "Everything was judged as it stands.".into()),
    };
    Ok(State {
        project: gathered.project.as_ref().map(|project| project.name.clone()),
        features: facts.features.iter().map(of_feature).collect(),
        bets: facts.bets.iter().filter_map(bet_words).collect(),
        n_errors: facts.n_errors,
        next,
        reason,
    })
}

fn of_feature(facts: &FeatureFacts) -> FeatureState {
    FeatureState {
        name: facts.name.clone(),
        holds: format!(
            "{}, {}",
            plural(facts.n_cases, "case"),
            plural(facts.variants.len() as u64, "variant")
        ),
        variants: facts
            .variants
            .iter()
            .map(|variant| VariantState {
                name: variant.name.clone(),
                verdict: variant.verdict,
                has_drifted: variant.has_drifted,
            })
            .collect(),
        last_run: facts.last_run.clone(),
    }
}

/// A bet's time box; nothing for a bet without a deadline.
fn bet_words(bet: &TodayBet) -> Option<String> {
    let (deadline, days) = (bet.deadline.as_ref()?, bet.days_left?);
    let when = match days {
        0 => "today".to_owned(),
        1.. => format!("in {}", plural(days.unsigned_abs(), "day")),
        _ => format!("{} ago", plural(days.unsigned_abs(), "day")),
    };
    Some(format!("bet {}: decide by {deadline}, {when}", bet.name))
}
