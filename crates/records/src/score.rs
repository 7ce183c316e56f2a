//! A score: what one scorer says about one trial.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Hash;

/// One scorer's judgement of one trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Score {
    /// The trial that was scored.
    pub trial_id: String,
    /// The scorer's name in the feature.
    pub scorer: String,
    /// The scorer's content: kind, settings, rubric, judge.
    pub scorer_hash: Hash,
    /// In `0..=1`, 1 is always good; `None` where the scorer could not decide, which counts as a failure.
    pub value: Option<f64>,
    /// A short class, for example a judge's verdict.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Why, in one or two sentences.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub explanation: Option<String>,
    /// US dollars that the judgement itself cost.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// True where a scripted server judged instead of a model.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}
