//! One answer that an application asked for in production, with everything that was tried for it.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{Attempt, Hash, ToolCall, Usage};

/// One request of an application and what it got.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Inference {
    /// `UUIDv7`, never a provider's id.
    pub id: String,
    /// Milliseconds since the Unix epoch, when the request had arrived.
    pub received_at_ms: i64,
    /// Which address was called.
    pub endpoint: Endpoint,
    /// The feature; none where the application named a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// The variant that answered, or the last that was tried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// The content of that variant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_hash: Option<Hash>,
    /// True where that variant has no proof that still holds.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub unproven: bool,
    /// True where a scripted server answered instead of a model.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
    /// `provider/model` as it was asked for last; a kind of variant where no model is involved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked: Option<String>,
    /// The model that the provider says it used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<String>,
    /// The provider's fingerprint of the system that answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<String>,
    /// The id in the answer that the application saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_id: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// HTTP status that the application got.
    pub status: u16,
    /// True where the answer was sent in pieces.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub streamed: bool,
    /// Milliseconds from the request to the first piece of a streamed answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_chunk_ms: Option<f64>,
    /// Milliseconds from the request to the end of the answer.
    pub latency_ms: f64,
    /// Tokens of the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// True where the provider counted no tokens, so that `usage` was estimated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub usage_estimated: bool,
    /// US dollars; unknown is not zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// The conversation that it belongs to, in the application's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation: Option<String>,
    /// The person it was for, in the application's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The key that it came with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// What the application says about it.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Each try of each variant, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Step>,
    /// The template's inputs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<Map<String, Value>>,
    /// The request as it arrived, JSON text.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub request: String,
    /// The answer's text, whole or as far as it came.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Tools that the model asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
}

/// The addresses that applications call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Endpoint {
    /// `/v1/chat/completions`.
    ChatCompletions,
    /// `/v1/responses`.
    Responses,
    /// `/v1/messages`.
    Messages,
    /// `/v1/embeddings`.
    Embeddings,
}

/// How a request ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The application got a whole answer.
    Answered,
    /// It got an error: no variant answered, or the request itself was refused.
    Failed,
    /// The answer broke off after its first piece.
    Cut,
    /// The application hung up.
    Cancelled,
}

/// One try of one variant of the waterfall.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "InferenceStep")]
pub struct Step {
    /// The variant; none where the application named a model.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
    /// What was tried and how it went.
    #[serde(flatten)]
    pub attempt: Attempt,
}
