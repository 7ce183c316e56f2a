//! The ledger's upkeep while it serves: erasing one user's data, retention, size, and copies.

use std::path::Path;

use crate::{Engine, Ledger, Store, StoreError};

/// What was erased of one user.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// Inferences that lost body, tags, user and conversation.
    pub inferences: u64,
    /// Signals that lost details, session, user and conversation: the user's own, and those about these inferences.
    pub signals: u64,
}

/// What retention removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Inferences, with their bodies and live scores.
    pub inferences: u64,
    /// Signals.
    pub signals: u64,
}

/// What a copy brought back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Restored {
    /// Eval runs.
    pub runs: u64,
    /// Inferences.
    pub inferences: u64,
}

/// How much room a store takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Size {
    /// Bytes of the database, room for new rows included.
    pub database_bytes: u64,
    /// Bytes in it that hold nothing and are used before it grows.
    pub free_bytes: u64,
    /// Bytes of the write-ahead log.
    pub log_bytes: u64,
}

impl Size {
    /// Bytes that hold something: files do not shrink.
    pub fn used_bytes(&self) -> u64 {
        self.held_bytes() + self.log_bytes
    }

    /// Bytes of the database that hold rows: what a disk budget is compared with,
    /// because the log stays as long as it was once, whatever is removed.
    pub fn held_bytes(&self) -> u64 {
        self.database_bytes.saturating_sub(self.free_bytes)
    }
}

impl Ledger {
    /// Overwrites what this user left up to now; ids, times, counts and costs stay, and so do the sums.
    ///
    /// It goes on after an interruption when it is called again; `Busy` says that all is erased
    /// and only the write-ahead log could not be emptied, because somebody read it for long.
    pub async fn erase_user(&self, user: &str) -> Result<Erased, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.erase_user(user).await,
        }
    }

    /// Removes inferences and signals that were received before a time, in milliseconds since the Unix epoch,
    /// in small steps that let others write; the sums stay.
    ///
    /// The inference that arrived last stays as an erased row.
    pub async fn forget_before(&self, ms: i64) -> Result<Forgotten, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.forget_before(ms).await,
        }
    }

    /// Removes at most so many bodies, those that arrived first: request, answer, inputs, tool calls and attempts.
    ///
    /// The rows stay with their signals and scores, and read as empty. It answers how many there were to remove.
    pub async fn forget_bodies(&self, most: u32) -> Result<u64, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.forget_bodies(most).await,
        }
    }
}

impl Store {
    /// How much room it takes.
    pub async fn size(&self) -> Result<Size, StoreError> {
        match &self.ledger.engine {
            Engine::Sqlite(sqlite) => sqlite.size().await,
        }
    }

    /// Writes a copy of one moment to a new file, while others go on; it appears whole or not at all.
    pub async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        match &self.ledger.engine {
            Engine::Sqlite(sqlite) => sqlite.backup(to).await,
        }
    }

    /// Puts a copy in the place of the database at `to`: it is looked through and brought to this schema beside it first,
    /// and takes the place whole or not at all.
    ///
    /// `Exists` where there is a database and `may_replace` does not say that it may go; `Busy` while any process uses it.
    /// It blocks.
    pub fn restore(from: &Path, to: &Path, may_replace: bool) -> Result<Restored, StoreError> {
        crate::sqlite::restore::restore(from, to, may_replace)
    }
}
