//! An eval run: one execution of cases × variants × trials × scorers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::Hash;

/// One execution of an eval, from its start on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct EvalRun {
    /// `UUIDv7`.
    pub id: String,
    /// What was to be done; two runs with the same identity are the same work.
    pub plan: RunPlan,
    /// True when stored answers may not be used (`--fresh`).
    pub fresh: bool,
    /// Milliseconds since the Unix epoch.
    pub started_at_ms: i64,
    /// When it ended, however it ended.
    pub ended_at_ms: Option<i64>,
    /// How far it came.
    pub state: RunState,
    /// The report as JSON, once there is one.
    pub report: Option<Value>,
}

/// Everything that makes a run the run that it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunPlan {
    /// The feature's name.
    pub feature: String,
    /// Which cases: those that tune, those held out, or all.
    pub scope: Scope,
    /// Variants in the file's order.
    pub variants: Vec<NamedHash>,
    /// The dataset and the version of the cases in scope.
    pub dataset: NamedHash,
    /// Number of cases in scope.
    pub n_cases: u64,
    /// Scorers in the file's order.
    pub scorers: Vec<NamedHash>,
    /// Repetitions per case and variant.
    pub trials: u32,
    /// Seed of the order.
    pub seed: u64,
}

impl RunPlan {
    /// The hash of variants, dataset, scorers, trials and seed.
    pub fn identity(&self) -> Hash {
        Hash::of_json(&json!({
            "feature": self.feature, "scope": self.scope, "dataset": self.dataset.hash,
            "variants": self.variants, "scorers": self.scorers, "trials": self.trials,
            "seed": self.seed,
        }))
    }
}

/// A name and the content that it stood for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct NamedHash {
    /// The name in the project file.
    pub name: String,
    /// The content.
    pub hash: Hash,
}

/// Which cases a run covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Scope {
    /// The dataset holds nothing back.
    All,
    /// Cases that are not held out.
    Tune,
    /// Held-out cases.
    HeldOut,
}

/// How far a run came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// Begun, and not known to have ended.
    Running,
    /// All trials and scores are stored.
    Complete,
    /// Ended before that; the same command goes on.
    Stopped,
}
