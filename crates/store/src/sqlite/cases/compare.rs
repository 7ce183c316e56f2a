//! The difference of two versions: chunks of both are skipped, the cases of the others are compared by id.

use std::collections::HashMap;

use rusqlite::{Connection, params};

use super::super::body;
use super::super::failure::Failure;
use super::{Open, at, number_at};
use crate::CaseDiff;
use crate::cases::chunk::is_set;

/// A case of one side: its position, the number of its body, and whether it is held out.
type Side = HashMap<String, (u64, i64, bool)>;

pub(super) fn diff(
    connection: &Connection,
    from: Open,
    to: Open,
    limit: usize,
) -> Result<CaseDiff, Failure> {
    let mut before = side(connection, from, to)?;
    let after = side(connection, to, from)?;
    let (mut added, mut changed) = (Vec::new(), Vec::new());
    for (id, (position, body, is_gate)) in after {
        match before.remove(&id) {
            None => added.push(position),
            Some((_, known, was_gate)) if (known, was_gate) == (body, is_gate) => {}
            Some((was_at, _, _)) => changed.push((position, was_at)),
        }
    }
    let mut removed: Vec<u64> = before.into_values().map(|(position, _, _)| position).collect();
    added.sort_unstable();
    changed.sort_unstable();
    removed.sort_unstable();
    let n: i64 = connection
        .prepare_cached("SELECT n FROM dataset_versions WHERE number = ?1")?
        .query_row([to.number], |row| row.get(0))?;
    let n_different = added.len() as u64 + changed.len() as u64;
    let mut diff = CaseDiff {
        n_added: added.len() as u64,
        n_removed: removed.len() as u64,
        n_changed: changed.len() as u64,
        n_same: n.unsigned_abs().saturating_sub(n_different),
        ..CaseDiff::default()
    };
    added.truncate(limit);
    removed.truncate(limit);
    changed.truncate(limit);
    diff.added = at(connection, to, &added)?;
    diff.removed = at(connection, from, &removed)?;
    for (position, was_at) in changed {
        let new = at(connection, to, &[position])?;
        let old = at(connection, from, &[was_at])?;
        diff.changed.extend(old.into_iter().zip(new));
    }
    Ok(diff)
}

/// The cases of those chunks that the other version does not have.
fn side(connection: &Connection, own: Open, other: Open) -> Result<Side, Failure> {
    let mut statement = connection.prepare_cached(
        "SELECT v.first, c.n, c.gate, c.bodies, c.ids FROM version_chunks v \
         CROSS JOIN case_chunks c ON c.number = v.chunk WHERE v.version = ?1 \
         AND v.chunk NOT IN (SELECT chunk FROM version_chunks WHERE version = ?2)",
    )?;
    let mut rows = statement.query(params![own.number, other.number])?;
    let mut side = HashMap::new();
    while let Some(row) = rows.next()? {
        let first = row.get::<_, i64>(0)?.unsigned_abs();
        let gate: Vec<u8> = row.get(2)?;
        let bodies: Vec<u8> = row.get(3)?;
        let ids: Vec<String> = body::decode(row.get_ref(4)?.as_blob().map_err(body::damaged)?)?;
        for (offset, id) in ids.into_iter().enumerate() {
            let body = number_at(&bodies, offset)?;
            side.insert(id, (first + offset as u64, body, is_set(&gate, offset)));
        }
    }
    Ok(side)
}
