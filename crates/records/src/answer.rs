//! An answer of a variant with its attempts, and the trial that keeps it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::Hash;

/// What one variant answered once, or why it could not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answer {
    /// A string for text, any JSON for structured output; null where there is none.
    pub output: Value,
    /// Tools that the model asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tool_calls: Vec<ToolCall>,
    /// Why there is no usable answer; then every scorer fails.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
    /// Milliseconds from the first attempt's start to the end; unknown for some recorded answers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub latency_ms: Option<f64>,
    /// US dollars of all attempts together; unknown is not zero.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_usd: Option<f64>,
    /// Tokens of all attempts together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
    /// Each try, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attempts: Vec<Attempt>,
    /// True where a scripted server answered instead of a model.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
    /// Further fields of a recorded answer, for example a reward or the annotator.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub extra: Map<String, Value>,
}

impl Answer {
    /// The output as text: a string as it is, other JSON compactly, null as nothing.
    pub fn text(&self) -> String {
        match &self.output {
            Value::String(text) => text.clone(),
            Value::Null => String::new(),
            other => other.to_string(),
        }
    }

    /// An answer that consists of a failure.
    pub fn failed(failure: Failure) -> Self {
        Self { failure: Some(failure), ..Self::default() }
    }
}

/// One tool that a model asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ToolCall {
    /// The tool's name.
    pub name: String,
    /// Its arguments as JSON.
    #[serde(default)]
    pub arguments: Value,
}

/// Tokens, as the provider counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// Input tokens that were neither read from nor written to a cache.
    #[serde(default)]
    pub input_tokens: u64,
    /// Input tokens read from the provider's cache.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cached_input_tokens: u64,
    /// Input tokens written to the provider's cache.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub cache_write_tokens: u64,
    /// Output tokens, reasoning included.
    #[serde(default)]
    pub output_tokens: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// One try of one variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Attempt {
    /// `provider/model` as it was asked for; a kind of variant where no model is involved.
    pub asked: String,
    /// The model that the provider says it used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served: Option<String>,
    /// HTTP status or exit code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<i32>,
    /// Milliseconds that this try took.
    pub latency_ms: f64,
    /// Milliseconds that were waited before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waited_ms: Option<f64>,
    /// Why it did not answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Failure {
    /// What went wrong.
    pub kind: FailureKind,
    /// The provider's or program's own words, shortened, without secrets.
    pub message: String,
    /// Whose fault it is.
    pub fault: Fault,
}

/// The kinds of failure that a caller may treat differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum FailureKind {
    /// No connection: refused, unresolvable, or TLS failed.
    Unreachable,
    /// A time limit passed.
    Timeout,
    /// The provider asked for fewer calls, also after waiting.
    RateLimited,
    /// The provider says that it is overloaded or broken (5xx).
    ServerError,
    /// The key is missing, wrong or not allowed to do this.
    Unauthorized,
    /// The model, or the endpoint, does not exist there.
    NotFound,
    /// The provider rejected the request.
    BadRequest,
    /// The provider refused for reasons of content.
    ContentPolicy,
    /// The answer was cut, no JSON, HTML, or of the wrong shape.
    Malformed,
    /// The answer was empty.
    Empty,
    /// A program exited with an error or could not start.
    Program,
    /// The template, rules or inputs do not fit this case.
    Input,
    /// The recorded answers have none for this case and trial.
    Missing,
    /// The recorded answer says that it failed.
    Recorded,
}

impl FailureKind {
    /// Whether the same call may succeed a moment later.
    pub fn is_retryable(self) -> bool {
        matches!(
            self,
            Self::Unreachable
                | Self::Timeout
                | Self::RateLimited
                | Self::ServerError
                | Self::Malformed
                | Self::Empty
        )
    }

    /// Whether every further call will fail in the same way, so that a run had better stop.
    pub fn is_fatal(self) -> bool {
        matches!(self, Self::Unauthorized | Self::NotFound | Self::Unreachable)
    }
}

/// Who has to act on a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Fault {
    /// The project: key, prompt, rules, program.
    Ours,
    /// The provider or the network.
    Provider,
}

/// One repetition of one case by one variant, with its answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trial {
    /// `UUIDv7`.
    pub id: String,
    /// The run that made it.
    pub run_id: String,
    /// The feature's name.
    pub feature: String,
    /// The variant's name when the trial was made.
    pub variant: String,
    /// Case id.
    pub case_id: String,
    /// Zero-based repetition.
    pub trial_index: u32,
    /// What makes two trials the same work: variant content, case input, repetition.
    pub key: Hash,
    /// Milliseconds since the Unix epoch.
    pub ended_at_ms: i64,
    /// What came out.
    pub answer: Answer,
}
