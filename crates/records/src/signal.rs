//! What somebody who saw an answer did with it or said about it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// One signal: a thumb, an accept, an undo, a follow-up.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Signal {
    /// The sender's id or ours; a second signal with the same id is the same signal.
    pub id: String,
    /// What happened, such as `response.accepted` or `feedback.thumb`.
    pub kind: String,
    /// Milliseconds since the Unix epoch, when it happened, as the sender says.
    pub at_ms: i64,
    /// Milliseconds since the Unix epoch, when it arrived here.
    pub received_at_ms: i64,
    /// The feature, where the sender says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub feature: Option<String>,
    /// Which answer it is about.
    pub target: Target,
    /// Who did it, in the application's words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The sender's session.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The application's release.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<String>,
    /// Details of the kind, such as `{"up": false}` or `{"final_text": "…"}`.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub data: Map<String, Value>,
    /// What sent it: `karat.js`, an SDK, `derived:<detector>@<version>`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub source: String,
}

/// Which answer a signal is about; any one of these is enough.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Target {
    /// The inference's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inference_id: Option<String>,
    /// The id in the answer that the application saw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub response_id: Option<String>,
    /// The conversation: its latest answer before the signal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversation_id: Option<String>,
}

impl Target {
    /// Whether nothing is named.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
