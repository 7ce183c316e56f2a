//! Writing versions of datasets: one transaction for each chunk, and a last one that makes the version visible.

use karat_records::Hash;
use rusqlite::{Connection, OptionalExtension, params};
use serde_json::Value;

use super::super::facts::encode;
use super::super::writer::Work;
use super::super::{Sqlite, body};
use crate::{Chunk, Finish, StoreError};

/// A version that nobody finished in this time never will be: its rows are taken away.
const ABANDONED_AFTER_MS: i64 = 24 * 3_600_000;

/// What is written of datasets.
#[derive(Debug)]
pub(in crate::sqlite) enum CaseWork {
    Begin { id: String, dataset: String, at_ms: i64, nothing: Vec<u8> },
    Add { id: String, chunk: Chunk, ids: Vec<u8>, texts: Vec<u8>, unlisted: String },
    Finish { id: String, hash: Hash, stamp: Vec<u8>, about: Vec<u8>, at_ms: i64 },
    Abandon { id: String },
    Stamp { id: String, stamp: Vec<u8>, at_ms: i64 },
}

impl Sqlite {
    pub(crate) async fn begin_version(
        &self,
        id: &str,
        dataset: &str,
        at_ms: i64,
    ) -> Result<(), StoreError> {
        let nothing = encode("dataset", dataset, &Value::Null)?;
        let (id, dataset) = (id.to_owned(), dataset.to_owned());
        self.write_cases(CaseWork::Begin { id, dataset, at_ms, nothing }).await
    }

    pub(crate) async fn add_chunk(&self, id: &str, chunk: Chunk) -> Result<(), StoreError> {
        let ids = encode("chunk", id, &chunk.ids)?;
        let texts = body::encode_text(&chunk.texts);
        let unlisted = chunk.unlisted.iter().cloned().collect::<Value>().to_string();
        self.write_cases(CaseWork::Add { id: id.to_owned(), chunk, ids, texts, unlisted }).await
    }

    pub(crate) async fn finish_version(&self, id: &str, finish: Finish) -> Result<(), StoreError> {
        let stamp = encode("dataset version", id, &finish.stamp)?;
        let about = encode("dataset version", id, &finish.about)?;
        let (id, hash, at_ms) = (id.to_owned(), finish.hash, finish.at_ms);
        self.write_cases(CaseWork::Finish { id, hash, stamp, about, at_ms }).await
    }

    pub(crate) async fn abandon_version(&self, id: &str) -> Result<(), StoreError> {
        self.write_cases(CaseWork::Abandon { id: id.to_owned() }).await
    }

    pub(crate) async fn stamp_version(
        &self,
        id: &str,
        stamp: Value,
        at_ms: i64,
    ) -> Result<(), StoreError> {
        let stamp = encode("dataset version", id, &stamp)?;
        self.write_cases(CaseWork::Stamp { id: id.to_owned(), stamp, at_ms }).await
    }

    async fn write_cases(&self, work: CaseWork) -> Result<(), StoreError> {
        self.write(Work::Cases(Box::new(work))).await.map(|_| ())
    }
}

impl CaseWork {
    pub(in crate::sqlite) fn n_rows(&self) -> usize {
        match self {
            Self::Add { chunk, .. } => chunk.n(),
            _ => 1,
        }
    }

    pub(in crate::sqlite) fn apply(&self, connection: &Connection) -> rusqlite::Result<()> {
        match self {
            Self::Begin { id, dataset, at_ms, nothing } => {
                begin(connection, id, dataset, *at_ms, nothing)
            }
            Self::Add { id, chunk, ids, texts, unlisted } => {
                let number = match number_of_chunk(connection, chunk)? {
                    Some(number) => number,
                    None => add_chunk(connection, chunk, ids, texts, unlisted)?,
                };
                list_chunk(connection, id, chunk, number)
            }
            Self::Finish { id, hash, stamp, about, at_ms } => {
                finish(connection, id, hash, (stamp, about), *at_ms)
            }
            Self::Abandon { id } => match unfinished(connection, id)? {
                Some(number) => remove(connection, number),
                None => Ok(()),
            },
            Self::Stamp { id, stamp, at_ms } => {
                let sql = "UPDATE dataset_versions SET stamp = ?2, last_seen_ms = ?3, load = \
                           (SELECT max(load) + 1 FROM dataset_versions) \
                           WHERE id = ?1 AND load IS NOT NULL";
                connection.prepare_cached(sql)?.execute(params![id, stamp, at_ms]).map(|_| ())
            }
        }
    }
}

fn begin(
    connection: &Connection,
    id: &str,
    dataset: &str,
    at_ms: i64,
    nothing: &[u8],
) -> rusqlite::Result<()> {
    let mut old = connection.prepare_cached(
        "SELECT number FROM dataset_versions WHERE dataset = ?1 AND load IS NULL AND first_seen_ms < ?2",
    )?;
    let old: Vec<i64> = old
        .query_map(params![dataset, at_ms - ABANDONED_AFTER_MS], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    for number in old {
        remove(connection, number)?;
    }
    let sql = "INSERT OR IGNORE INTO dataset_versions \
               (id, dataset, load, hash, n, n_gate, first_seen_ms, last_seen_ms, stamp, about) \
               VALUES (?1, ?2, NULL, '', 0, 0, ?3, ?3, ?4, ?4)";
    connection.prepare_cached(sql)?.execute(params![id, dataset, at_ms, nothing]).map(|_| ())
}

fn number_of_chunk(connection: &Connection, chunk: &Chunk) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT number FROM case_chunks WHERE key = ?1")?
        .query_row([&chunk.key], |row| row.get(0))
        .optional()
}

fn add_chunk(
    connection: &Connection,
    chunk: &Chunk,
    ids: &[u8],
    texts: &[u8],
    unlisted: &str,
) -> rusqlite::Result<i64> {
    let mut add = connection
        .prepare_cached("INSERT OR IGNORE INTO case_bodies (hash, body) VALUES (?1, ?2)")?;
    let mut find = connection.prepare_cached("SELECT number FROM case_bodies WHERE hash = ?1")?;
    let mut numbers = Vec::with_capacity(chunk.n() * 8);
    for (hash, body) in chunk.hashes.iter().zip(&chunk.bodies) {
        let number = match add.execute(params![hash, body])? {
            0 => find.query_row([hash], |row| row.get(0))?,
            _ => connection.last_insert_rowid(),
        };
        numbers.extend_from_slice(&number.to_le_bytes());
    }
    let least = chunk.ids.iter().min().map_or("", String::as_str);
    let greatest = chunk.ids.iter().max().map_or("", String::as_str);
    let sql = "INSERT INTO case_chunks \
               (key, n, n_gate, least_id, greatest_id, unlisted, gate, bodies, ids) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
    connection.prepare_cached(sql)?.execute(params![
        chunk.key,
        signed(chunk.n() as u64),
        signed(chunk.n_gate),
        least,
        greatest,
        unlisted,
        chunk.gate,
        numbers,
        ids
    ])?;
    let number = connection.last_insert_rowid();
    connection
        .prepare_cached("INSERT INTO chunk_texts (chunk, texts) VALUES (?1, ?2)")?
        .execute(params![number, texts])?;
    let mut value = connection.prepare_cached(
        "INSERT INTO chunk_values (chunk, name, value, cases) VALUES (?1, ?2, ?3, ?4)",
    )?;
    for ((name, text), bits) in &chunk.values {
        value.execute(params![number, name, text, bits])?;
    }
    Ok(number)
}

fn list_chunk(
    connection: &Connection,
    id: &str,
    chunk: &Chunk,
    number: i64,
) -> rusqlite::Result<()> {
    let Some(version) = unfinished(connection, id)? else {
        return Err(body::damaged("a chunk for a version that is not being written"));
    };
    let n_added = connection
        .prepare_cached(
            "INSERT OR IGNORE INTO version_chunks (version, first, chunk) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![version, signed(chunk.first), number])?;
    if n_added == 0 {
        return Ok(());
    }
    connection
        .prepare_cached(
            "UPDATE dataset_versions SET n = n + ?2, n_gate = n_gate + ?3 WHERE number = ?1",
        )?
        .execute(params![version, signed(chunk.n() as u64), signed(chunk.n_gate)])
        .map(|_| ())
}

fn finish(
    connection: &Connection,
    id: &str,
    hash: &Hash,
    (stamp, about): (&[u8], &[u8]),
    at_ms: i64,
) -> rusqlite::Result<()> {
    let Some(version) = unfinished(connection, id)? else { return Ok(()) };
    let chunks = chunks_of(connection, version)?;
    let mut alike = connection.prepare_cached(
        "SELECT number FROM dataset_versions WHERE hash = ?1 AND load IS NOT NULL \
         AND dataset = (SELECT dataset FROM dataset_versions WHERE number = ?2) ORDER BY load DESC",
    )?;
    let alike: Vec<i64> = alike
        .query_map(params![hash.as_str(), version], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let mut known = version;
    for number in alike {
        if chunks_of(connection, number)? == chunks {
            remove(connection, version)?;
            known = number;
            break;
        }
    }
    let sql = "UPDATE dataset_versions SET hash = ?2, stamp = ?3, about = ?4, last_seen_ms = ?5, \
               first_seen_ms = CASE WHEN load IS NULL THEN ?5 ELSE first_seen_ms END, \
               load = (SELECT coalesce(max(load), 0) + 1 FROM dataset_versions) WHERE number = ?1";
    connection
        .prepare_cached(sql)?
        .execute(params![known, hash.as_str(), stamp, about, at_ms])
        .map(|_| ())
}

fn chunks_of(connection: &Connection, version: i64) -> rusqlite::Result<Vec<i64>> {
    connection
        .prepare_cached("SELECT chunk FROM version_chunks WHERE version = ?1 ORDER BY first")?
        .query_map([version], |row| row.get(0))?
        .collect()
}

/// Chunks stay: another version may use them, and a second try finds them again.
fn remove(connection: &Connection, version: i64) -> rusqlite::Result<()> {
    connection
        .prepare_cached("DELETE FROM version_chunks WHERE version = ?1")?
        .execute([version])?;
    connection
        .prepare_cached("DELETE FROM dataset_versions WHERE number = ?1")?
        .execute([version])
        .map(|_| ())
}

fn unfinished(connection: &Connection, id: &str) -> rusqlite::Result<Option<i64>> {
    connection
        .prepare_cached("SELECT number FROM dataset_versions WHERE id = ?1 AND load IS NULL")?
        .query_row([id], |row| row.get(0))
        .optional()
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
