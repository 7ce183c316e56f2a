//! Pure. An inference in a line: everything but what was asked and answered, and the first words of an answer.

use std::collections::BTreeMap;

use karat_records::{Endpoint, FailureKind, Inference, Outcome, Usage};
use karat_store::InferenceRow;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An inference without request and answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InferenceLine {
    /// `UUIDv7`.
    pub id: String,
    /// The order of arrival in the ledger.
    pub place: u64,
    /// Milliseconds since the Unix epoch.
    pub received_at_ms: i64,
    /// Which address was called.
    pub endpoint: Endpoint,
    /// The feature; none where the application named a model.
    pub feature: Option<String>,
    /// The variant that answered, or the last that was tried.
    pub variant: Option<String>,
    /// True where that variant had no proof that held.
    pub unproven: bool,
    /// True where a scripted server answered instead of a model.
    pub simulated: bool,
    /// `provider/model` as it was asked for last.
    pub asked: Option<String>,
    /// The model that the provider says it used.
    pub served: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// HTTP status that the application got.
    pub status: u16,
    /// True where the answer was sent in pieces.
    pub streamed: bool,
    /// Milliseconds to the first piece of a streamed answer.
    pub first_chunk_ms: Option<f64>,
    /// Milliseconds to the end of the answer.
    pub latency_ms: f64,
    /// Tokens.
    pub usage: Option<Usage>,
    /// True where the tokens were estimated.
    pub usage_estimated: bool,
    /// US dollars; unknown is not zero.
    pub cost_usd: Option<f64>,
    /// The conversation, in the application's words.
    pub conversation: Option<String>,
    /// The person it was for, in the application's words.
    pub user: Option<String>,
    /// The key that it came with.
    pub key: Option<String>,
    /// What the application says about it.
    pub tags: BTreeMap<String, String>,
    /// How many attempts there were.
    pub n_attempts: u64,
    /// Why the last attempt did not answer, where it did not.
    pub failure: Option<FailureKind>,
    /// True where the user's data were erased.
    pub erased: bool,
}

/// Characters of the first words.
const MOST_WORDS: usize = 120;

impl From<InferenceRow> for InferenceLine {
    fn from(row: InferenceRow) -> Self {
        let it = row.inference;
        Self {
            id: it.id,
            place: row.number,
            received_at_ms: it.received_at_ms,
            endpoint: it.endpoint,
            feature: it.feature,
            variant: it.variant,
            unproven: it.unproven,
            simulated: it.simulated,
            asked: it.asked,
            served: it.served,
            outcome: it.outcome,
            status: it.status,
            streamed: it.streamed,
            first_chunk_ms: it.first_chunk_ms,
            latency_ms: it.latency_ms,
            usage: it.usage,
            usage_estimated: it.usage_estimated,
            cost_usd: it.cost_usd,
            conversation: it.conversation,
            user: it.user,
            key: it.key,
            tags: it.tags,
            n_attempts: row.n_attempts,
            failure: row.failure,
            erased: row.erased,
        }
    }
}

/// The first words of an answer; the tools that it called, or why there is none, where it has no words.
pub fn first_words(inference: &Inference) -> String {
    let failure = inference.attempts.last().and_then(|step| step.attempt.failure.as_ref());
    let words = if !inference.text.trim().is_empty() {
        inference.text.clone()
    } else if !inference.tool_calls.is_empty() {
        let names: Vec<&str> = inference.tool_calls.iter().map(|call| call.name.as_str()).collect();
        format!("calls {}", names.join(", "))
    } else {
        failure.map(|failure| failure.message.clone()).unwrap_or_default()
    };
    let mut line: String =
        words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(MOST_WORDS).collect();
    if words.chars().count() > MOST_WORDS {
        line.push('…');
    }
    line
}
