//! What can go wrong with a store, and what the reader of the message can do about it.

use std::path::PathBuf;

/// Why the store could not do what it was asked; everything acknowledged earlier stays.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// The disk, or the budget of pages, is full.
    #[error("{path}: no space left; free some on that disk or raise the disk budget, then repeat the command (what was stored before is safe)", path = path.display())]
    NoSpace {
        /// The database file.
        path: PathBuf,
    },
    /// The file or its folder cannot be written.
    #[error("{path}: cannot be written; give this user write access to the file and its folder, or use another data folder", path = path.display())]
    ReadOnly {
        /// The database file.
        path: PathBuf,
    },
    /// Another process kept the database locked for longer than five seconds.
    #[error("{path}: locked by another process for more than 5 s; wait until that process ends, or end it, then repeat the command", path = path.display())]
    Busy {
        /// The database file.
        path: PathBuf,
    },
    /// A newer karat wrote the database.
    #[error("{path}: found schema version {found}, this binary knows {known}; use a newer karat", path = path.display())]
    Newer {
        /// The database file.
        path: PathBuf,
        /// The version that the file has.
        found: u32,
        /// The newest version that this binary knows.
        known: u32,
    },
    /// The file is something else.
    #[error("{path}: is not a karat database; move the file away or use another data folder", path = path.display())]
    NotADatabase {
        /// The file.
        path: PathBuf,
    },
    /// The file is damaged, or a row does not have the shape that karat writes.
    #[error("{path}: is damaged ({detail}); restore a copy, or move the file away to begin a new one", path = path.display())]
    Corrupt {
        /// The database file.
        path: PathBuf,
        /// What was found.
        detail: String,
    },
    /// Several runs, or several inferences, have ids that begin with the given text.
    #[error("several ids begin with `{prefix}` ({}); write more of the id", ids.join(", "))]
    Ambiguous {
        /// What was asked for.
        prefix: String,
        /// Some of the ids that match.
        ids: Vec<String>,
    },
    /// A fact cannot be written so that it reads back the same.
    #[error("{fact} cannot be stored: {detail}; nothing of this batch was kept")]
    Unstorable {
        /// Kind and id of the fact.
        fact: String,
        /// What is wrong with it.
        detail: String,
    },
    /// A file stands where a copy is to be written.
    #[error("{path}: is there already; name a new file for the copy, or move this one away", path = path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The store was closed, or its writer ended.
    #[error("{path}: the store is closed; open it again", path = path.display())]
    Closed {
        /// The database file.
        path: PathBuf,
    },
    /// Anything else, in the engine's own words.
    #[error("{path}: {detail}; if a retry does not help, check the disk and report it", path = path.display())]
    Other {
        /// The database file.
        path: PathBuf,
        /// The engine's own words.
        detail: String,
    },
}
