//! `SQLite`'s error codes, translated to what a caller of the store can act on.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use rusqlite::ffi::SQLITE_IOERR_SHMSIZE;

use crate::StoreError;

/// A failure that does not know its file yet.
#[derive(Debug)]
pub(super) enum Failure {
    Sqlite(rusqlite::Error),
    Newer { found: u32, known: u32 },
    NotOurs,
    Ambiguous { prefix: String, ids: Vec<String> },
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sqlite(error)
    }
}

impl Failure {
    /// The same failure with the file that it concerns.
    pub(super) fn at(self, path: &Path) -> StoreError {
        let at = path.to_path_buf();
        match self {
            Self::Sqlite(error) => sqlite(&error, at),
            Self::Newer { found, known } => StoreError::Newer { path: at, found, known },
            Self::NotOurs => StoreError::NotADatabase { path: at },
            Self::Ambiguous { prefix, ids } => StoreError::Ambiguous { prefix, ids },
        }
    }
}

fn sqlite(error: &rusqlite::Error, path: PathBuf) -> StoreError {
    use rusqlite::Error::{FromSqlConversionFailure, IntegralValueOutOfRange, InvalidColumnType};
    if let FromSqlConversionFailure(..) | InvalidColumnType(..) | IntegralValueOutOfRange(..) =
        error
    {
        return StoreError::Corrupt { path, detail: error.to_string() };
    }
    let Some(cause) = error.sqlite_error() else {
        return StoreError::Other { path, detail: error.to_string() };
    };
    match cause.code {
        ErrorCode::DiskFull => StoreError::NoSpace { path },
        ErrorCode::SystemIoFailure if cause.extended_code == SQLITE_IOERR_SHMSIZE => {
            StoreError::NoSpace { path }
        }
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => StoreError::ReadOnly { path },
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => StoreError::Busy { path },
        ErrorCode::NotADatabase => StoreError::NotADatabase { path },
        ErrorCode::DatabaseCorrupt => StoreError::Corrupt { path, detail: error.to_string() },
        ErrorCode::CannotOpen => cannot_open(path, error),
        _ => StoreError::Other { path, detail: error.to_string() },
    }
}

/// `SQLite` does not say why a file cannot be opened, so ask the system for the log that stands beside it.
fn cannot_open(path: PathBuf, error: &rusqlite::Error) -> StoreError {
    if path.is_dir() {
        return StoreError::NotADatabase { path };
    }
    let mut log = path.clone().into_os_string();
    log.push("-wal");
    match std::fs::OpenOptions::new().append(true).create(true).open(PathBuf::from(log)) {
        Err(cause) => system(&cause, path),
        Ok(_) => StoreError::Other { path, detail: error.to_string() },
    }
}

/// A failure of the file system.
pub(super) fn system(error: &io::Error, path: PathBuf) -> StoreError {
    match error.kind() {
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            StoreError::ReadOnly { path }
        }
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => StoreError::NoSpace { path },
        _ => StoreError::Other { path, detail: error.to_string() },
    }
}
