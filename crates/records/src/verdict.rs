//! The three verdicts, in the words that every surface uses.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Pass, fail or undecided; there are no synonyms.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Every criterion is proven.
    Pass,
    /// At least one criterion is disproven.
    Fail,
    /// Neither: more cases would decide, or the floor is too close.
    Undecided,
}

impl Verdict {
    /// The verdict's shape, so that colour is never the only channel.
    pub fn mark(self) -> &'static str {
        match self {
            Self::Pass => "●",
            Self::Fail => "■",
            Self::Undecided => "◐",
        }
    }

    /// The process exit code that CI reads.
    pub fn exit_code(self) -> u8 {
        match self {
            Self::Pass => 0,
            Self::Fail => 1,
            Self::Undecided => 2,
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Undecided => "undecided",
        })
    }
}
