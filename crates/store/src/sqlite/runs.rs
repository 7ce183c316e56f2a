//! Reading eval runs.

use karat_records::{EvalRun, Hash, Scope, Verdict};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde::Deserialize;

use super::facts::{OPEN, of_word};
use super::failure::Failure;
use super::{Sqlite, body};
use crate::{Page, RunFilter, StoreError, Tally};

const SELECT: &str = "SELECT id, fresh, started_at_ms, plan, ended_at_ms, state, report FROM runs";

/// Ids that an ambiguous prefix is answered with.
const EXAMPLES: u32 = 5;

impl Sqlite {
    pub(crate) async fn run(&self, id_or_prefix: &str) -> Result<Option<EvalRun>, StoreError> {
        let prefix = id_or_prefix.to_owned();
        self.read(move |connection| find(connection, prefix)).await
    }

    pub(crate) async fn latest_run(&self, identity: &Hash) -> Result<Option<EvalRun>, StoreError> {
        let identity = identity.as_str().to_owned();
        self.read(move |connection| {
            let sql = format!(
                "{SELECT} WHERE identity = ?1 ORDER BY started_at_ms DESC, id DESC LIMIT 1"
            );
            Ok(connection.prepare_cached(&sql)?.query_row([identity], run_of).optional()?)
        })
        .await
    }

    pub(crate) async fn tally(&self, since_ms: i64) -> Result<Tally, StoreError> {
        self.read(move |connection| {
            let mut tally = Tally::default();
            let mut statement =
                connection.prepare_cached("SELECT report FROM runs WHERE started_at_ms >= ?1")?;
            let mut rows = statement.query([since_ms])?;
            while let Some(row) = rows.next()? {
                tally.runs += 1;
                let report = row.get_ref(0)?.as_blob_or_null().map_err(body::damaged)?;
                match report.and_then(verdict_of) {
                    Some(Verdict::Pass) => tally.passed += 1,
                    Some(Verdict::Fail) => tally.failed += 1,
                    Some(Verdict::Undecided) => tally.undecided += 1,
                    None => {}
                }
            }
            Ok(tally)
        })
        .await
    }

    pub(crate) async fn runs(&self, filter: RunFilter) -> Result<Page<EvalRun>, StoreError> {
        self.read(move |connection| page(connection, &filter)).await
    }
}

fn find(connection: &Connection, prefix: String) -> Result<Option<EvalRun>, Failure> {
    if prefix.is_empty() {
        return Ok(None);
    }
    let sql = format!("{SELECT} WHERE id = ?1");
    let mut by_id = connection.prepare_cached(&sql)?;
    if let Some(run) = by_id.query_row([&prefix], run_of).optional()? {
        return Ok(Some(run));
    }
    let mut matching = connection.prepare_cached(
        "SELECT id FROM run_starts WHERE id >= ?1 AND id < ?1 || char(0x10FFFF) ORDER BY id LIMIT ?2",
    )?;
    let ids: Vec<String> = matching
        .query_map(params![prefix, EXAMPLES], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    match ids.as_slice() {
        [] => Ok(None),
        [id] => Ok(Some(by_id.query_row([id], run_of)?)),
        _ => Err(Failure::Ambiguous { prefix, ids }),
    }
}

fn page(connection: &Connection, filter: &RunFilter) -> Result<Page<EvalRun>, Failure> {
    let feature = if filter.feature.is_some() { "feature = ?1" } else { "?1 IS NULL" };
    let after = if filter.cursor.is_some() {
        "(started_at_ms, id) < (SELECT started_at_ms, id FROM run_starts WHERE id = ?2)"
    } else {
        "?2 IS NULL"
    };
    let sql = format!(
        "{SELECT} WHERE {feature} AND {after} ORDER BY started_at_ms DESC, id DESC LIMIT ?3"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    // One more than asked for tells whether there is a next page.
    let wanted = filter.limit.saturating_add(1);
    // What stands in a body is looked at row by row, so there the limit cannot be the query's.
    let is_by_body = filter.scope.is_some() || filter.verdict.is_some() || filter.is_judged;
    let limit = if is_by_body { i64::MAX } else { i64::try_from(wanted).unwrap_or(i64::MAX) };
    let mut rows = statement.query(params![filter.feature, filter.cursor, limit])?;
    let mut items = Vec::new();
    while items.len() < wanted
        && let Some(row) = rows.next()?
    {
        if is_wanted(row, filter)? {
            items.push(run_of(row)?);
        }
    }
    Ok(Page::cut(items, filter.limit, |run: &EvalRun| &run.id))
}

/// A report is whatever its writer made of it; one without a verdict has none.
fn verdict_of(report: &[u8]) -> Option<Verdict> {
    #[derive(Deserialize)]
    struct Judged {
        #[serde(default)]
        verdict: Option<Verdict>,
    }
    body::decode::<Judged>(report).ok()?.verdict
}

/// Reads no more of a plan and a report than the filter asks for.
fn is_wanted(row: &Row<'_>, filter: &RunFilter) -> rusqlite::Result<bool> {
    #[derive(Deserialize)]
    struct Scoped {
        scope: Scope,
    }
    if let Some(wanted) = filter.scope {
        let plan = row.get_ref("plan")?.as_blob().map_err(body::damaged)?;
        if body::decode::<Scoped>(plan)?.scope != wanted {
            return Ok(false);
        }
    }
    if filter.verdict.is_some() || filter.is_judged {
        let report = row.get_ref("report")?.as_blob_or_null().map_err(body::damaged)?;
        let verdict = report.and_then(verdict_of);
        return Ok(verdict.is_some() && (filter.verdict.is_none() || verdict == filter.verdict));
    }
    Ok(true)
}

impl<T> Page<T> {
    /// The first `limit` items, and a cursor if there were more.
    pub(super) fn cut(mut items: Vec<T>, limit: usize, id: impl Fn(&T) -> &String) -> Self {
        let more = items.len() > limit;
        items.truncate(limit);
        let next = if more { items.last().map(|item| id(item).clone()) } else { None };
        Self { items, next }
    }
}

fn run_of(row: &Row<'_>) -> rusqlite::Result<EvalRun> {
    let state: Option<String> = row.get("state")?;
    let report = row.get_ref("report")?.as_blob_or_null().map_err(body::damaged)?;
    Ok(EvalRun {
        id: row.get("id")?,
        plan: body::decode(row.get_ref("plan")?.as_blob().map_err(body::damaged)?)?,
        fresh: row.get("fresh")?,
        started_at_ms: row.get("started_at_ms")?,
        ended_at_ms: row.get("ended_at_ms")?,
        state: state.map_or(Ok(OPEN), of_word)?,
        report: report.map(body::decode).transpose()?,
    })
}
