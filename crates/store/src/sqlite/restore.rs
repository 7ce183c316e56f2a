//! A copy takes the place of the database: looked through first, whole or not at all, and never under somebody's hands.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;

use super::failure::{Failure, system};
use super::upkeep::beside;
use super::{arrivals, connection, migrations};
use crate::{Options, Restored, StoreError};

/// What stands beside a database while it is open.
const SIDE_FILES: [&str; 2] = ["-wal", "-shm"];

/// How long somebody who uses the database is waited for.
const PATIENCE: Duration = Duration::from_millis(500);

pub(crate) fn restore(from: &Path, to: &Path, may_replace: bool) -> Result<Restored, StoreError> {
    if to.exists() && !may_replace {
        return Err(StoreError::Exists { path: to.to_path_buf() });
    }
    let part = beside(to, ".restoring");
    remove(&part);
    let done = bring(from, &part).and_then(|restored| {
        if to.exists() {
            settle(to)?;
        }
        // What belongs to the database that goes would be read as part of the one that comes.
        remove_side_files(to);
        arrivals::discard(to);
        std::fs::rename(&part, to).map_err(|error| system(&error, to.to_path_buf()))?;
        Ok(restored)
    });
    if done.is_err() {
        remove(&part);
    }
    done
}

/// A copy of the copy, looked through, brought to this schema, and on the disk.
fn bring(from: &Path, part: &Path) -> Result<Restored, StoreError> {
    look_at(from)?;
    std::fs::copy(from, part).map_err(|error| system(&error, from.to_path_buf()))?;
    // A copy that nobody may write would become a database that nobody may write.
    let writable = std::fs::metadata(part).and_then(|seen| {
        let mut permissions = seen.permissions();
        #[expect(
            clippy::permissions_set_readonly_false,
            reason = "it is for its owner, as the database is"
        )]
        permissions.set_readonly(false);
        std::fs::set_permissions(part, permissions)
    });
    writable.map_err(|error| system(&error, part.to_path_buf()))?;
    let brought = connection::prepare(part, Options::default()).and_then(|connection| {
        let restored = whole(&connection).map_err(|failure| failure.at(from))?;
        fold(&connection).map_err(|error| Failure::from(error).at(from))?;
        Ok(restored)
    });
    // Whoever reads the message knows the copy by the name that was given.
    let restored = brought.map_err(|error| named(error, from))?;
    let file = std::fs::OpenOptions::new().write(true).open(part);
    file.and_then(|file| file.sync_all()).map_err(|error| system(&error, part.to_path_buf()))?;
    Ok(restored)
}

/// Refuses what is no copy: an empty file, and a database that is in use and has a part of its rows in a log.
fn look_at(from: &Path) -> Result<(), StoreError> {
    let seen = std::fs::metadata(from).map_err(|error| system(&error, from.to_path_buf()))?;
    if !seen.is_file() || seen.len() == 0 {
        return Err(StoreError::NotADatabase { path: from.to_path_buf() });
    }
    let log = std::fs::metadata(beside(from, "-wal"));
    if log.is_ok_and(|log| log.len() > 0) {
        return Err(StoreError::Busy { path: from.to_path_buf() });
    }
    Ok(())
}

/// Reads every page; a copy with a damaged one is refused.
fn whole(connection: &Connection) -> Result<Restored, Failure> {
    let found: String = connection.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if found != "ok" {
        let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CORRUPT);
        return Err(rusqlite::Error::SqliteFailure(code, Some(found)).into());
    }
    let sql = "SELECT (SELECT count(*) FROM run_starts), (SELECT count(*) FROM inferences)";
    let (runs, inferences): (i64, i64) = connection.query_row(sql, [], |row| row.try_into())?;
    let [runs, inferences] = [runs, inferences].map(i64::unsigned_abs);
    Ok(Restored { runs, inferences })
}

/// Folds the log of a database that will go; `Busy` where any process has it open.
fn settle(to: &Path) -> Result<(), StoreError> {
    let settled = connection::apart(to).map_err(Failure::from).and_then(|mut connection| {
        connection.busy_timeout(PATIENCE)?;
        migrations::check(&mut connection)?;
        Ok(fold(&connection)?)
    });
    match settled.map_err(|failure| failure.at(to)) {
        // A broken database is what a copy is for.
        Ok(()) | Err(StoreError::Corrupt { .. }) => Ok(()),
        Err(error) => Err(error),
    }
}

/// Leaves the log behind: possible only where nobody else has the file open.
fn fold(connection: &Connection) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))
}

fn named(error: StoreError, from: &Path) -> StoreError {
    let path = from.to_path_buf();
    match error {
        StoreError::Newer { found, known, .. } => StoreError::Newer { path, found, known },
        StoreError::NotADatabase { .. } => StoreError::NotADatabase { path },
        StoreError::Corrupt { detail, .. } => StoreError::Corrupt { path, detail },
        other => other,
    }
}

fn remove(part: &Path) {
    let _ = std::fs::remove_file(part);
    remove_side_files(part);
}

fn remove_side_files(path: &Path) {
    for suffix in SIDE_FILES {
        let _ = std::fs::remove_file(beside(path, suffix));
    }
}
