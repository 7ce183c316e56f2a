//! Opening connections: what each kind of them is set to, and how long it waits for others.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::failure::{Failure, system};
use super::migrations;
use crate::{Durability, Options, StoreError};

/// How long a lock of another process is waited for.
pub(super) const PATIENCE_MS: u32 = 5_000;

/// Distinct statements in this crate, with room.
const STATEMENTS: usize = 128;

/// The writer's connection to a migrated database.
pub(super) fn prepare(path: &Path, options: Options) -> Result<Connection, StoreError> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).map_err(|error| system(&error, path.to_path_buf()))?;
    }
    configure(path, options).map_err(|failure| failure.at(path))
}

fn configure(path: &Path, options: Options) -> Result<Connection, Failure> {
    let mut connection = open(path)?;
    patient(&mut connection, &Arc::new(AtomicU32::new(PATIENCE_MS)))?;
    migrations::check(&mut connection)?;
    if connection.is_readonly("main")? {
        return Err(read_only());
    }
    write_ahead(&connection)?;
    let synchronous = match options.durability {
        Durability::Power => "FULL",
        Durability::Process | Durability::Fast => "NORMAL",
    };
    connection.pragma_update(None, "synchronous", synchronous)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    // What is erased or forgotten is overwritten, and not only unlinked.
    connection.pragma_update(None, "secure_delete", true)?;
    migrations::migrate(&mut connection)?;
    if let Some(pages) = options.max_pages {
        connection.pragma_update(None, "max_page_count", pages)?;
    }
    Ok(connection)
}

/// A connection for queries only.
pub(super) fn reader(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open(path)?;
    connection.busy_timeout(Duration::from_millis(PATIENCE_MS.into()))?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}

/// A connection for one long piece of work beside the others: a copy, or emptying the log.
pub(super) fn apart(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open(path)?;
    connection.busy_timeout(Duration::from_millis(PATIENCE_MS.into()))?;
    Ok(connection)
}

/// A connection that only moves pages from the log to the database.
pub(super) fn checkpointer(path: &Path) -> rusqlite::Result<Connection> {
    let connection = open(path)?;
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    Ok(connection)
}

fn open(path: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(connection)
}

/// Waits for other processes in short steps: `SQLite`'s own handler sleeps up to 100 ms between two looks,
/// and starves beside a writer that only lets go for microseconds.
pub(super) fn patient(
    connection: &mut Connection,
    patience_ms: &Arc<AtomicU32>,
) -> rusqlite::Result<()> {
    let patience_ms = Arc::clone(patience_ms);
    connection.busy_handler(Some(move |tries: i32| {
        let waited_ms = u32::try_from(tries).unwrap_or(u32::MAX);
        if waited_ms >= patience_ms.load(Ordering::Relaxed) {
            return false;
        }
        sleep(Duration::from_millis(1));
        true
    }))
}

/// Switches the file to WAL; `SQLite` answers busy at once, without waiting, while another process does the same.
fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let mut waited_ms = 0;
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(())) {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && waited_ms < PATIENCE_MS =>
            {
                sleep(Duration::from_millis(5));
                waited_ms += 5;
            }
            other => return other,
        }
    }
}

fn read_only() -> Failure {
    let code = rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY);
    Failure::Sqlite(rusqlite::Error::SqliteFailure(code, None))
}
