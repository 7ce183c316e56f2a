//! Versions of datasets: how they are written, paged and compared.

pub(super) mod write;

mod page;

mod find;

mod compare;

use karat_records::Case;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::failure::Failure;
use super::{Sqlite, body};
use crate::cases::chunk::is_set;
use crate::cases::split_of;
use crate::{CaseDiff, CasePage, CaseQuery, DatasetVersion, PlacedCase, StoreError};

const COLUMNS: &str = "id, dataset, hash, n, n_gate, first_seen_ms, last_seen_ms, stamp, about, \
                       load IS NOT NULL";

/// A version that is read: its row and how many of its cases are held out.
#[derive(Clone, Copy, Debug)]
struct Open {
    number: i64,
    n_gate: u64,
}

/// A chunk of a version without its blobs.
#[derive(Clone, Debug)]
struct Placed {
    first: u64,
    chunk: i64,
    n: usize,
    n_gate: usize,
}

impl Sqlite {
    pub(crate) async fn dataset_versions(
        &self,
        dataset: &str,
    ) -> Result<Vec<DatasetVersion>, StoreError> {
        let dataset = dataset.to_owned();
        self.read_versions(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM dataset_versions \
                 WHERE dataset = ?1 AND load IS NOT NULL ORDER BY load DESC"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            Ok(statement.query_map([dataset], version_of)?.collect::<Result<_, _>>()?)
        })
        .await
    }

    pub(crate) async fn dataset_version(
        &self,
        id: &str,
    ) -> Result<Option<DatasetVersion>, StoreError> {
        let id = id.to_owned();
        self.read_versions(move |connection| {
            let sql = format!("SELECT {COLUMNS} FROM dataset_versions WHERE id = ?1");
            Ok(connection.prepare_cached(&sql)?.query_row([id], version_of).optional()?)
        })
        .await
    }

    pub(crate) async fn case_page(
        &self,
        id: &str,
        query: CaseQuery,
    ) -> Result<CasePage, StoreError> {
        let id = id.to_owned();
        self.read_versions(move |connection| match open(connection, &id)? {
            Some(version) => page::page(connection, version, &query),
            None => Ok(CasePage::default()),
        })
        .await
    }

    pub(crate) async fn cases_at(
        &self,
        id: &str,
        positions: &[u64],
    ) -> Result<Vec<PlacedCase>, StoreError> {
        let (id, positions) = (id.to_owned(), positions.to_vec());
        self.read_versions(move |connection| match open(connection, &id)? {
            Some(version) => at(connection, version, &positions),
            None => Ok(Vec::new()),
        })
        .await
    }

    pub(crate) async fn case_diff(
        &self,
        from: &str,
        to: &str,
        limit: usize,
    ) -> Result<CaseDiff, StoreError> {
        let (from, to) = (from.to_owned(), to.to_owned());
        self.read_versions(move |connection| {
            match (open(connection, &from)?, open(connection, &to)?) {
                (Some(from), Some(to)) => compare::diff(connection, from, to, limit),
                _ => Ok(CaseDiff::default()),
            }
        })
        .await
    }
}

fn version_of(row: &Row<'_>) -> rusqlite::Result<DatasetVersion> {
    let unsigned = |index: usize| row.get::<_, i64>(index).map(i64::unsigned_abs);
    let json = |index: usize| body::decode(row.get_ref(index)?.as_blob().map_err(body::damaged)?);
    Ok(DatasetVersion {
        id: row.get(0)?,
        dataset: row.get(1)?,
        hash: row.get(2)?,
        n: unsigned(3)?,
        n_gate: unsigned(4)?,
        first_seen_ms: row.get(5)?,
        last_seen_ms: row.get(6)?,
        stamp: json(7)?,
        about: json(8)?,
        is_whole: row.get(9)?,
    })
}

fn open(connection: &Connection, id: &str) -> rusqlite::Result<Option<Open>> {
    connection
        .prepare_cached("SELECT number, n_gate FROM dataset_versions WHERE id = ?1")?
        .query_row([id], |row| {
            Ok(Open { number: row.get(0)?, n_gate: row.get::<_, i64>(1)?.unsigned_abs() })
        })
        .optional()
}

/// The cases at some positions, in the order in which they are asked for.
fn at(
    connection: &Connection,
    version: Open,
    positions: &[u64],
) -> Result<Vec<PlacedCase>, Failure> {
    let mut chunk_of = connection.prepare_cached(
        "SELECT v.first, c.number, c.n, c.gate, c.bodies FROM version_chunks v \
         CROSS JOIN case_chunks c ON c.number = v.chunk \
         WHERE v.version = ?1 AND v.first <= ?2 ORDER BY v.first DESC LIMIT 1",
    )?;
    let mut body_of =
        connection.prepare_cached("SELECT body FROM case_bodies WHERE number = ?1")?;
    let mut cases = Vec::with_capacity(positions.len());
    // The chunk that was read last: neighbours lie in the same one.
    let mut read: Option<(u64, usize, Vec<u8>, Vec<u8>)> = None;
    for position in positions {
        let is_in = |(first, n, _, _): &(u64, usize, Vec<u8>, Vec<u8>)| {
            (*first..*first + *n as u64).contains(position)
        };
        if !read.as_ref().is_some_and(is_in) {
            let wanted = i64::try_from(*position).unwrap_or(i64::MAX);
            read = chunk_of
                .query_row(params![version.number, wanted], |row| {
                    let first = row.get::<_, i64>(0)?.unsigned_abs();
                    Ok((first, row.get::<_, i64>(2)? as usize, row.get(3)?, row.get(4)?))
                })
                .optional()?;
        }
        let Some((first, _, gate, bodies)) = read.as_ref().filter(|chunk| is_in(chunk)) else {
            continue;
        };
        let offset = (position - first) as usize;
        let case = body_of.query_row([number_at(bodies, offset)?], |row| {
            body::decode::<Case>(row.get_ref(0)?.as_blob().map_err(body::damaged)?)
        })?;
        let split = split_of(is_set(gate, offset), version.n_gate);
        cases.push(PlacedCase { position: *position, case: Case { split, ..case } });
    }
    Ok(cases)
}

/// The number of a body in a chunk's list of them.
fn number_at(bodies: &[u8], offset: usize) -> rusqlite::Result<i64> {
    bodies
        .get(offset * 8..)
        .and_then(|rest| rest.first_chunk())
        .map(|bytes| i64::from_le_bytes(*bytes))
        .ok_or_else(|| body::damaged("a chunk with fewer bodies than cases"))
}
