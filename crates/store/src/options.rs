//! How a store is opened.

use serde::{Deserialize, Serialize};

/// How a store is opened; the default is right for a command on a laptop.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// What an acknowledged fact survives.
    pub durability: Durability,
    /// The most pages of 4 KiB that the database may grow to; beyond them appends answer `NoSpace`.
    pub max_pages: Option<u32>,
}

/// What an acknowledged fact survives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Durability {
    /// `kill -9`, a panic and running out of memory; a power cut may cost the last second, never the database.
    #[default]
    Process,
    /// A power cut as well: each commit waits for the disk.
    Power,
    /// Nothing: facts are acknowledged in memory and written a moment later; losses are counted.
    Fast,
}
