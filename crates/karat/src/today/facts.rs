//! Pure. Everything that Today is composed of, gathered before anything is said.

pub use crate::bets::show::BetState;
use karat_records::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evals::report::Report;
use crate::evals::runs::RunSummary;
use crate::live::watch::WatchedFeature;
use crate::monitor::incident::Incident;

/// What is known about the project.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Whether there is a project at all.
    pub has_project: bool,
    /// Errors in its files.
    pub n_errors: u64,
    /// Features in the order of the file.
    pub features: Vec<FeatureFacts>,
    /// Bets in the order of the file.
    pub bets: Vec<TodayBet>,
    /// Labelling queues with what the actor can do in them.
    pub queues: Vec<QueueFacts>,
}

/// What is known about a feature.
#[derive(Clone, Debug, Default)]
pub struct FeatureFacts {
    /// Its name.
    pub name: String,
    /// What its requests are, in the plural.
    pub about: String,
    /// Cases of its dataset.
    pub n_cases: u64,
    /// How many of them are held out.
    pub n_held_out: u64,
    /// Whether it says what is good enough.
    pub has_criteria: bool,
    /// Whether running it asks a server elsewhere.
    pub needs_network: bool,
    /// Variants with their proofs.
    pub variants: Vec<VariantFacts>,
    /// What its last gate said.
    pub report: Option<Report>,
    /// What changed since, one sentence each.
    pub drift: Vec<String>,
    /// Its last run of all.
    pub last_run: Option<RunSummary>,
    /// Its last complete run on cases that may be looked at.
    pub tuned: Option<(RunSummary, Option<Report>)>,
    /// Variants whose sign-off holds.
    pub signed: Vec<String>,
    /// What became worse in production and is not closed, the newest first.
    pub incidents: Vec<Incident>,
    /// What it did in production lately; absent where nobody asked it for anything.
    pub watched: Option<WatchedFeature>,
}

/// A variant and its proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VariantFacts {
    /// Its name.
    pub name: String,
    /// The gate's verdict on its present content; absent where it was never judged, or something changed since.
    pub verdict: Option<Verdict>,
    /// True where it, its criteria, scorers or cases changed after it was judged.
    pub has_drifted: bool,
}

/// A bet with its time box.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TodayBet {
    /// Its name.
    pub name: String,
    /// The feature that tests it.
    pub feature: Option<String>,
    /// What we believe.
    pub hypothesis: String,
    /// When we decide, for example 2026-12-18.
    pub deadline: Option<String>,
    /// Days until then; below zero when it is over.
    pub days_left: Option<i64>,
    /// What its feature's runs have cost so far, in US dollars.
    pub spent_usd: f64,
    /// What it may cost.
    pub spend_cap_usd: Option<f64>,
    /// Where it stands.
    pub state: BetState,
}

/// A labelling queue, as far as Today speaks about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QueueFacts {
    /// Its name.
    pub name: String,
    /// The feature whose cases it labels.
    pub feature: String,
    /// Items that the actor can label now.
    pub n_mine: u64,
    /// Disputes that the actor may settle.
    pub n_disputed: u64,
    /// How long the actor needs for them at the present pace.
    pub seconds_left: Option<f64>,
    /// What they would decide, for example `23 more labels until this gate can decide`.
    pub stop_rule: Option<String>,
}
