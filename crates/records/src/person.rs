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

/// What a program with a token may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum TokenRole {
    /// Send signals and nothing else; may stand in a web page.
    Signals,
    /// Ask features for answers, and send signals.
    Infer,
    /// What a viewer may do.
    Viewer,
    /// What a labeller may do.
    Labeller,
    /// What an editor may do; asks features for answers as well.
    Editor,
    /// What an admin may do.
    Admin,
}

impl TokenRole {
    /// The role of a person that it has; none for those that only stand at one door.
    pub fn role(self) -> Option<Role> {
        match self {
            Self::Signals | Self::Infer => None,
            Self::Viewer => Some(Role::Viewer),
            Self::Labeller => Some(Role::Labeller),
            Self::Editor => Some(Role::Editor),
            Self::Admin => Some(Role::Admin),
        }
    }

    /// Whether it may ask features for answers.
    pub fn may_infer(self) -> bool {
        matches!(self, Self::Infer | Self::Editor | Self::Admin)
    }

    /// Whether it may send signals.
    pub fn may_signal(self) -> bool {
        matches!(self, Self::Signals | Self::Infer | Self::Editor | Self::Admin)
    }

    /// The role's word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Signals => "signals",
            Self::Infer => "infer",
            Self::Viewer => "viewer",
            Self::Labeller => "labeller",
            Self::Editor => "editor",
            Self::Admin => "admin",
        }
    }
}
