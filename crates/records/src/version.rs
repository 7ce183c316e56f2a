//! A version: one distinct content of something in the project's files, as it was loaded.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::Hash;

/// One content of one named thing in the catalog.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Version {
    /// What it is, for example `mvq`, `dataset` or `variant`.
    pub kind: String,
    /// Its name, for example `triage` or `triage/mini`.
    pub name: String,
    /// Hash of the content.
    pub hash: Hash,
    /// The content itself.
    pub content: Value,
    /// When it was first seen, in milliseconds since the Unix epoch.
    pub seen_at_ms: i64,
}
