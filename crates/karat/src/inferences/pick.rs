//! Pure. Which inferences are meant.

use karat_records::Outcome;
use karat_store::{InferenceFilter, SignalFilter};
use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

/// Which inferences; every field that is set must fit.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Pick {
    /// Only this feature.
    pub feature: Option<String>,
    /// Only those that this variant answered, or failed to.
    pub variant: Option<String>,
    /// Only those that ended like this.
    pub outcome: Option<Outcome>,
    /// Only this conversation.
    pub conversation: Option<String>,
    /// Only this user.
    pub user: Option<String>,
    /// Only those that came with this key.
    pub key: Option<String>,
    /// Only those received at this time or later, in milliseconds since the Unix epoch.
    pub since_ms: Option<i64>,
    /// Only those received before this time.
    pub until_ms: Option<i64>,
    /// Only those with a signal of this kind, such as `feedback.thumb`.
    pub signal: Option<String>,
    /// The signal's class, such as `down`.
    pub signal_class: Option<String>,
    /// Only those whose request or answer contains this text, in whatever case.
    pub text: Option<String>,
}

/// Reads a pick from an object alone: serde would take a list of the fields' values as well, but nobody could read it.
pub fn object<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Pick, D::Error> {
    let value = Value::deserialize(deserializer)?;
    if !value.is_object() {
        return Err(D::Error::custom("`pick` is no object"));
    }
    Pick::deserialize(value).map_err(D::Error::custom)
}

/// Rows of a page.
pub const MOST_ROWS: u64 = 500;

impl Pick {
    /// As the ledger takes it.
    pub fn filter(self, limit: usize, cursor: Option<String>) -> InferenceFilter {
        let class = self.signal_class;
        InferenceFilter {
            feature: self.feature,
            variant: self.variant,
            outcome: self.outcome,
            conversation: self.conversation,
            user: self.user,
            key: self.key,
            since_ms: self.since_ms,
            until_ms: self.until_ms,
            signal: self.signal.map(|kind| SignalFilter { kind, class }),
            text: self.text.filter(|text| !text.is_empty()),
            limit,
            cursor,
        }
    }
}

/// A number of rows that one page may have.
pub fn limit(wanted: Option<u64>, usual: u64) -> usize {
    wanted.unwrap_or(usual).clamp(1, MOST_ROWS) as usize
}
