//! A live score: what one scorer says about one answer that an application got in production.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::Hash;

/// One scorer's judgement of one inference that was drawn to be scored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveScore {
    /// The inference that was scored.
    pub inference_id: String,
    /// How likely it was to be drawn, above 0 and at most 1; weights of estimates are its inverse.
    pub chance: f64,
    /// Milliseconds since the Unix epoch.
    pub scored_at_ms: i64,
    /// The scorer's name in the feature.
    pub scorer: String,
    /// The scorer's content: kind, settings, rubric, judge.
    pub scorer_hash: Hash,
    /// In `0..=1`, 1 is always good; `None` where the scorer could not decide.
    #[serde(default, skip_serializing_if = "Option::is_none")]
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
    /// True where a scripted server answered or judged instead of a model.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}
