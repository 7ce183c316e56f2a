//! The operation `today.show`: what is true about every feature, and what to do next.

use anyhow::Result;
use karat_records::Person;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::facts::{BetState, TodayBet};
use super::gather::{gather, through};
use super::steps::{Step, steps};
use super::strip::{LoopNumber, strip};
use super::words::{self, TodayFeature};
use crate::app::App;
use crate::evals::active::ActiveRun;
use crate::gate::describe::plural;
use crate::live::watch::WatchedFeature;

/// Nothing to say: the project is the one of the folder.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AskToday {}

/// Where everything stands today.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Today {
    /// The project's name; absent where the folder has none, or its files cannot be read.
    pub project: Option<String>,
    /// Who asks.
    pub person: Person,
    /// The project in a line.
    pub summary: String,
    /// What is wrong with the files.
    pub n_errors: u64,
    /// The first of it, at most three sentences.
    pub problems: Vec<String>,
    /// Features in the order of the file.
    pub features: Vec<TodayFeature>,
    /// What to do next, at most five; the first can be done now.
    pub next: Vec<Step>,
    /// What features did in production in the last 24 hours; those that nobody asked for anything are left out.
    pub watch: Vec<WatchedFeature>,
    /// Bets in the order of the file.
    pub bets: Vec<TodayBet>,
    /// What went through the loop in the last 30 days.
    pub r#loop: Vec<LoopNumber>,
    /// Runs that are under way in this process.
    pub runs_active: Vec<ActiveRun>,
}

/// Tells where everything stands today.
pub async fn show(app: App, _input: AskToday) -> Result<Today> {
    let gathered = gather(&app).await?;
    let facts = &gathered.facts;
    let through = through(&app, gathered.project.as_ref()).await?;
    let running = facts
        .bets
        .iter()
        .filter(|bet| matches!(bet.state, BetState::Running | BetState::Due))
        .count() as u64;
    let mut parts = vec![plural(facts.features.len() as u64, "feature")];
    if running > 0 {
        parts.push(format!("{} running", plural(running, "bet")));
    }
    let summary = match (facts.has_project, facts.n_errors) {
        (false, _) => "There is no project here yet".into(),
        (true, 0) => parts.join(" · "),
        (true, n) => format!("The project's files have {}", plural(n, "error")),
    };
    Ok(Today {
        project: gathered.project.as_ref().map(|project| project.name.clone()),
        person: (*app.actor).clone(),
        summary,
        n_errors: facts.n_errors,
        problems: gathered.problems.clone(),
        features: facts.features.iter().map(words::feature).collect(),
        next: steps(facts),
        watch: facts.features.iter().filter_map(|feature| feature.watched.clone()).collect(),
        bets: facts.bets.clone(),
        r#loop: strip(&through),
        runs_active: app.active.list(),
    })
}
