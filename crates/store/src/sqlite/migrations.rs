//! Numbered schema changes, applied at open; a database that is newer than the binary is refused.

use rusqlite::{Connection, TransactionBehavior};

use super::failure::Failure;

/// In order; the position plus one is the version. Files are added, never edited.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_runs_trials_scores_versions.sql"),
    include_str!("migrations/0002_datasets.sql"),
    include_str!("migrations/0003_inferences.sql"),
    include_str!("migrations/0004_live.sql"),
];

/// Marks the file as karat's: the bytes of `Kara`.
const APPLICATION_ID: i32 = 0x4B61_7261;

/// Refuses files of other programs and of newer binaries, before anything is changed.
pub(super) fn check(connection: &mut Connection) -> Result<(), Failure> {
    let transaction = connection.transaction()?;
    let application_id: i32 =
        transaction.pragma_query_value(None, "application_id", |r| r.get(0))?;
    let tables: u32 =
        transaction.query_row("SELECT count(*) FROM sqlite_schema", [], |r| r.get(0))?;
    let found = version(&transaction)?;
    if application_id != APPLICATION_ID && (tables > 0 || found > 0) {
        return Err(Failure::NotOurs);
    }
    refuse_newer(found)
}

/// Brings the schema to the newest version that this binary knows, in one transaction.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), Failure> {
    if version(connection)? == known() {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = version(&transaction)?;
    refuse_newer(found)?;
    for migration in MIGRATIONS.iter().skip(found as usize) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", known())?;
    Ok(transaction.commit()?)
}

fn refuse_newer(found: u32) -> Result<(), Failure> {
    let known = known();
    if found > known { Err(Failure::Newer { found, known }) } else { Ok(()) }
}

fn version(connection: &Connection) -> rusqlite::Result<u32> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn known() -> u32 {
    MIGRATIONS.len() as u32
}
