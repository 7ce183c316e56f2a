//! Erasure and retention in steps that hold the writer for milliseconds, and copies of the file.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, ErrorCode, MAIN_DB, params};

use super::failure::{Failure, system};
use super::hours::{hour_at, numbers};
use super::writer::Work;
use super::{Sqlite, connection};
use crate::{Erased, Forgotten, Size, StoreError};

/// Rows of one step.
const STEP: u32 = 200;

/// What the writer does to rows that were found before.
#[derive(Debug)]
pub(super) enum Upkeep {
    EraseInferences(Vec<i64>),
    EraseSignals(Vec<i64>),
    ForgetInferences(Vec<i64>),
    ForgetBodies(Vec<i64>),
    ForgetSignals(Vec<i64>),
}

impl Upkeep {
    pub(super) fn n_rows(&self) -> usize {
        match self {
            Self::EraseInferences(numbers)
            | Self::EraseSignals(numbers)
            | Self::ForgetInferences(numbers)
            | Self::ForgetBodies(numbers)
            | Self::ForgetSignals(numbers) => numbers.len(),
        }
    }

    /// Answers how many signals were erased, those about erased inferences included.
    pub(super) fn apply(&self, connection: &Connection) -> rusqlite::Result<u64> {
        match self {
            Self::EraseInferences(numbers) => {
                numbers.iter().map(|number| erase_inference(connection, *number)).sum()
            }
            Self::EraseSignals(numbers) => {
                numbers.iter().map(|number| erase_signal(connection, *number)).sum()
            }
            Self::ForgetInferences(numbers) => {
                for sql in [
                    "DELETE FROM inference_bodies WHERE inference = ?1",
                    "DELETE FROM live_scores \
                     WHERE inference_id = (SELECT id FROM inferences WHERE number = ?1)",
                    "DELETE FROM inferences WHERE number = ?1",
                ] {
                    each(connection, sql, numbers)?;
                }
                Ok(0)
            }
            Self::ForgetBodies(numbers) => {
                each(connection, "DELETE FROM inference_bodies WHERE inference = ?1", numbers)?;
                Ok(0)
            }
            Self::ForgetSignals(numbers) => {
                for sql in [
                    "DELETE FROM waiting_signals WHERE signal = ?1",
                    "DELETE FROM signal_bindings WHERE signal = ?1",
                    "DELETE FROM signals WHERE number = ?1",
                ] {
                    each(connection, sql, numbers)?;
                }
                Ok(0)
            }
        }
    }
}

fn each(connection: &Connection, sql: &str, numbers: &[i64]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(sql)?;
    numbers.iter().try_for_each(|number| statement.execute([number]).map(|_| ()))
}

fn erase_inference(connection: &Connection, number: i64) -> rusqlite::Result<u64> {
    let sql = "SELECT DISTINCT signal FROM signal_bindings WHERE inference = ?1";
    let signals: Vec<i64> = connection
        .prepare_cached(sql)?
        .query_map([number], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let n_signals = signals.iter().map(|signal| erase_signal(connection, *signal)).sum();
    for sql in [
        "DELETE FROM inference_bodies WHERE inference = ?1",
        "UPDATE live_scores SET explanation = NULL \
         WHERE inference_id = (SELECT id FROM inferences WHERE number = ?1)",
        "UPDATE inferences SET user = NULL, conversation = NULL, tags = NULL, erased = 1 \
         WHERE number = ?1",
    ] {
        each(connection, sql, &[number])?;
    }
    n_signals
}

/// Answers whether there was anything left to erase.
fn erase_signal(connection: &Connection, number: i64) -> rusqlite::Result<u64> {
    let sql = "UPDATE signals SET user = NULL, session = NULL, conversation = NULL, data = NULL \
        WHERE number = ?1 AND (user, session, conversation, data) IS NOT (NULL, NULL, NULL, NULL)";
    let n_erased = connection.prepare_cached(sql)?.execute([number])?;
    for sql in [
        "UPDATE signal_bindings SET user = NULL WHERE signal = ?1",
        "DELETE FROM waiting_signals WHERE signal = ?1",
    ] {
        each(connection, sql, &[number])?;
    }
    Ok(n_erased as u64)
}

impl Sqlite {
    pub(crate) async fn erase_user(&self, user: &str) -> Result<Erased, StoreError> {
        let mut erased = Erased::default();
        // What arrives while it works is left alone, so that it comes to an end.
        let newest = "SELECT (SELECT ifnull(max(number), 0) FROM inferences), \
            (SELECT ifnull(max(number), 0) FROM signals)";
        let (inferences, signals): (i64, i64) = self
            .read(move |connection| Ok(connection.query_row(newest, [], |row| row.try_into())?))
            .await?;
        let find = "SELECT number FROM inferences INDEXED BY inferences_by_user \
            WHERE user = ?1 AND number <= ?2 LIMIT ?3";
        loop {
            let numbers = self.numbers_of(find, user, inferences).await?;
            if numbers.is_empty() {
                break;
            }
            erased.inferences += numbers.len() as u64;
            erased.signals += self.keep_up(Upkeep::EraseInferences(numbers)).await?;
        }
        let find = "SELECT number FROM signals INDEXED BY signals_by_user \
            WHERE user = ?1 AND number <= ?2 LIMIT ?3";
        loop {
            let numbers = self.numbers_of(find, user, signals).await?;
            if numbers.is_empty() {
                break;
            }
            erased.signals += self.keep_up(Upkeep::EraseSignals(numbers)).await?;
        }
        self.settle().await?;
        self.empty_log().await?;
        Ok(erased)
    }

    pub(crate) async fn forget_before(&self, ms: i64) -> Result<Forgotten, StoreError> {
        let mut forgotten = Forgotten::default();
        let (last, newest, is_old) =
            self.read(move |connection| Ok(last_before(connection, ms)?)).await?;
        let find = "SELECT number FROM inferences NOT INDEXED \
            WHERE number > ?1 AND number <= ?2 AND received_at_ms < ?3 ORDER BY number LIMIT ?4";
        let mut place = 0;
        loop {
            let numbers = self.old(find, place, last.min(newest - 1), ms).await?;
            let Some(last) = numbers.last() else { break };
            place = *last;
            forgotten.inferences += numbers.len() as u64;
            self.keep_up(Upkeep::ForgetInferences(numbers)).await?;
        }
        if is_old {
            self.keep_up(Upkeep::EraseInferences(vec![newest])).await?;
        }
        let find = "SELECT number FROM signals \
            WHERE number > ?1 AND number <= ?2 AND received_at_ms < ?3 ORDER BY number LIMIT ?4";
        place = 0;
        loop {
            let numbers = self.old(find, place, i64::MAX, ms).await?;
            let Some(last) = numbers.last() else { break };
            place = *last;
            forgotten.signals += numbers.len() as u64;
            self.keep_up(Upkeep::ForgetSignals(numbers)).await?;
        }
        Ok(forgotten)
    }

    pub(crate) async fn forget_bodies(&self, most: u32) -> Result<u64, StoreError> {
        let mut left = most;
        while left > 0 {
            let n_wanted = left.min(STEP);
            let numbers = self.oldest_bodies(n_wanted).await?;
            let n_found = numbers.len() as u32;
            if n_found > 0 {
                self.keep_up(Upkeep::ForgetBodies(numbers)).await?;
            }
            left -= n_found;
            if n_found < n_wanted {
                break;
            }
        }
        Ok((most - left).into())
    }

    async fn oldest_bodies(&self, most: u32) -> Result<Vec<i64>, StoreError> {
        let sql = "SELECT inference FROM inference_bodies ORDER BY inference LIMIT ?1";
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let numbers = statement.query_map([most], |row| row.get(0))?;
            Ok(numbers.collect::<Result<_, _>>()?)
        })
        .await
    }

    pub(crate) async fn size(&self) -> Result<Size, StoreError> {
        let sql = "SELECT page_count * page_size, freelist_count * page_size \
            FROM pragma_page_count, pragma_freelist_count, pragma_page_size";
        let (database, free): (i64, i64) = self
            .read(move |connection| Ok(connection.query_row(sql, [], |row| row.try_into())?))
            .await?;
        let log = std::fs::metadata(beside(&self.path, "-wal"));
        Ok(Size {
            database_bytes: database.unsigned_abs(),
            free_bytes: free.unsigned_abs(),
            log_bytes: log.map_or(0, |log| log.len()),
        })
    }

    pub(crate) async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        if to.exists() {
            return Err(StoreError::Exists { path: to.to_path_buf() });
        }
        self.settle().await?;
        let (from, to) = (self.path.clone(), to.to_path_buf());
        self.apart(move || copy(&from, &to)).await
    }

    async fn numbers_of(&self, sql: &str, user: &str, last: i64) -> Result<Vec<i64>, StoreError> {
        let (sql, user) = (sql.to_owned(), user.to_owned());
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let numbers = statement.query_map(params![user, last, STEP], |row| row.get(0))?;
            Ok(numbers.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn old(&self, sql: &str, place: i64, last: i64, ms: i64) -> Result<Vec<i64>, StoreError> {
        let sql = sql.to_owned();
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(&sql)?;
            let numbers = statement.query_map(params![place, last, ms, STEP], |row| row.get(0))?;
            Ok(numbers.collect::<Result<_, _>>()?)
        })
        .await
    }

    async fn keep_up(&self, upkeep: Upkeep) -> Result<u64, StoreError> {
        self.write(Work::Upkeep(upkeep)).await
    }

    /// Folds the log into the database and empties it, because the log still has what was overwritten.
    async fn empty_log(&self) -> Result<(), StoreError> {
        let path = self.path.clone();
        self.apart(move || empty(&path).map_err(|error| Failure::from(error).at(&path))).await
    }

    /// Runs what takes long on a thread that may block.
    async fn apart<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let ended = tokio::task::spawn_blocking(work).await;
        ended.unwrap_or_else(|error| {
            Err(StoreError::Other { path: self.path.clone(), detail: error.to_string() })
        })
    }
}

/// Nobody is waited for who folds the log at this moment, so it is tried again.
fn empty(path: &Path) -> rusqlite::Result<()> {
    let connection = connection::apart(path)?;
    // A connection that has read nothing knows of no log.
    connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    let mut waited_ms = 0;
    loop {
        match connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::TRUNCATE) {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && waited_ms < connection::PATIENCE_MS =>
            {
                std::thread::sleep(Duration::from_millis(10));
                waited_ms += 10;
            }
            ended => return ended.map(|_| ()),
        }
    }
}

/// The last number that may be older than a time, the newest number, and whether that one is old and not erased.
fn last_before(connection: &Connection, ms: i64) -> rusqlite::Result<(i64, i64, bool)> {
    let (_, last) = numbers(connection, None, Some(hour_at(ms)), None, None)?;
    let sql = "SELECT ifnull(max(number), 0), ifnull(received_at_ms < ?1 AND erased = 0, FALSE) \
        FROM inferences";
    let (newest, is_old) = connection.query_row(sql, [ms], |row| row.try_into())?;
    Ok((last, newest, is_old))
}

/// One snapshot, written compactly under another name, brought to the disk, then named.
fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let part = beside(to, ".part");
    // Whatever an interrupted copy left.
    let _ = std::fs::remove_file(&part);
    let written = connection::apart(from).and_then(|connection| {
        connection.execute("VACUUM INTO ?1", [part.to_string_lossy()]).map(|_| ())
    });
    let done = match written {
        // The reason may be the disk of the copy: name that file.
        Err(error) => Err(Failure::from(error).at(to)),
        Ok(()) => std::fs::File::open(&part)
            .and_then(|file| file.sync_all())
            .and_then(|()| std::fs::rename(&part, to))
            .map_err(|error| system(&error, to.to_path_buf())),
    };
    if done.is_err() {
        let _ = std::fs::remove_file(&part);
    }
    done
}

pub(super) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.to_path_buf().into_os_string();
    name.push(suffix);
    PathBuf::from(name)
}
