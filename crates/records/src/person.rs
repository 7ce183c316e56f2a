//! A person who uses the project, and what the role allows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Who acts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Person {
    /// Made once, never reused.
    pub id: String,
    /// As others see it.
    pub name: String,
    /// What the person may do.
    pub role: Role,
}

/// What a person may do; each role may do what those before it may.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Look at everything but single held-out answers and settings.
    Viewer,
    /// Label cases.
    Labeller,
    /// Run evals, change files, look at held-out answers.
    Editor,
    /// Invite people, keep keys.
    Admin,
}

impl Role {
    /// The role's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Labeller => "labeller",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}
