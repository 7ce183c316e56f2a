//! Pages of a version: chunk by chunk in the order of the file, or the least ids of all chunks.

use rusqlite::{Connection, params};

use super::super::body;
use super::super::failure::Failure;
use super::find::Finding;
use super::{Open, Placed, at};
use crate::{After, CasePage, CaseQuery, CaseSort};

pub(super) fn page(
    connection: &Connection,
    version: Open,
    query: &CaseQuery,
) -> Result<CasePage, Failure> {
    let finding = Finding::of(query);
    let (mut positions, n) = match query.sort {
        CaseSort::Position => by_position(connection, version, query, &finding)?,
        CaseSort::Id => by_id(connection, version, query, &finding)?,
    };
    let has_more = positions.len() > query.limit;
    positions.truncate(query.limit);
    Ok(CasePage { cases: at(connection, version, &positions)?, has_more, n })
}

/// The next positions, one more than asked for where there are so many, and the count.
fn by_position(
    connection: &Connection,
    version: Open,
    query: &CaseQuery,
    finding: &Finding<'_>,
) -> Result<(Vec<u64>, Option<u64>), Failure> {
    let after = match &query.after {
        Some(After::Position(position)) => Some(*position),
        _ => None,
    };
    let is_behind = |position: u64| match after {
        None => true,
        Some(after) if query.is_descending => position < after,
        Some(after) => position > after,
    };
    let most = query.limit.saturating_add(1);
    let needs_all = query.counts && !finding.is_all();
    let (mut positions, mut n) = (Vec::new(), 0);
    for chunk in chunks(connection, version, query, needs_all)? {
        if finding.is_all() && positions.len() >= most {
            break;
        }
        let last = chunk.first + chunk.n.saturating_sub(1) as u64;
        let is_done = positions.len() >= most || !(is_behind(chunk.first) || is_behind(last));
        if is_done && !needs_all {
            continue;
        }
        let mut offsets: Vec<usize> = if finding.is_all() {
            (0..chunk.n).collect()
        } else {
            finding.offsets(connection, &chunk)?
        };
        n += offsets.len() as u64;
        if query.is_descending {
            offsets.reverse();
        }
        let found = offsets.into_iter().map(|offset| chunk.first + offset as u64);
        let room = most.saturating_sub(positions.len());
        positions.extend(found.filter(|position| is_behind(*position)).take(room));
        if positions.len() >= most && !needs_all {
            break;
        }
    }
    let n = match (query.counts, finding.is_all()) {
        (false, _) => None,
        (true, true) => Some(n_cases(connection, version)?),
        (true, false) => Some(n),
    };
    Ok((positions, n))
}

/// Without an index over all ids: a version would have to write one again for each edit.
fn by_id(
    connection: &Connection,
    version: Open,
    query: &CaseQuery,
    finding: &Finding<'_>,
) -> Result<(Vec<u64>, Option<u64>), Failure> {
    let after = match &query.after {
        Some(After::Id(id)) => Some(id.as_str()),
        _ => None,
    };
    let is_behind = |id: &str| match after {
        None => true,
        Some(after) if query.is_descending => id < after,
        Some(after) => id > after,
    };
    let most = query.limit.saturating_add(1);
    let mut sql = connection
        .prepare_cached("SELECT least_id, greatest_id, ids FROM case_chunks WHERE number = ?1")?;
    let mut nearest = Nearest { most, is_descending: query.is_descending, ids: Vec::new() };
    let mut n = 0;
    for chunk in chunks(connection, version, query, true)? {
        let needs_count = query.counts && !finding.is_all();
        let (is_near, ids): (bool, Option<Vec<u8>>) = sql.query_row([chunk.chunk], |row| {
            let (least, greatest) = (row.get_ref(0)?.as_str()?, row.get_ref(1)?.as_str()?);
            let (near, far) =
                if query.is_descending { (greatest, least) } else { (least, greatest) };
            let is_near = is_behind(far) && nearest.has_room_for(near);
            Ok((is_near, if is_near { Some(row.get(2)?) } else { None }))
        })?;
        if !is_near && !needs_count {
            continue;
        }
        let offsets: Vec<usize> = if finding.is_all() {
            (0..chunk.n).collect()
        } else {
            finding.offsets(connection, &chunk)?
        };
        n += offsets.len() as u64;
        let Some(ids) = ids.filter(|_| !offsets.is_empty()) else { continue };
        let ids: Vec<String> = body::decode(&ids)?;
        for offset in offsets {
            let id = ids.get(offset).ok_or_else(|| body::damaged("a chunk with too few ids"))?;
            if is_behind(id) {
                nearest.offer(id, chunk.first + offset as u64);
            }
        }
    }
    let n = match (query.counts, finding.is_all()) {
        (false, _) => None,
        (true, true) => Some(n_cases(connection, version)?),
        (true, false) => Some(n),
    };
    Ok((nearest.sorted(), n))
}

/// The few ids that come first; the last of them stands on top.
struct Nearest {
    most: usize,
    is_descending: bool,
    ids: Vec<(String, u64)>,
}

impl Nearest {
    fn comes_before(&self, first: &str, second: &str) -> bool {
        if self.is_descending { first > second } else { first < second }
    }

    fn has_room_for(&self, id: &str) -> bool {
        self.ids.len() < self.most
            || self.ids.last().is_some_and(|(last, _)| self.comes_before(id, last))
    }

    fn offer(&mut self, id: &str, position: u64) {
        if !self.has_room_for(id) {
            return;
        }
        let at = self.ids.partition_point(|(known, _)| self.comes_before(known, id));
        self.ids.insert(at, (id.to_owned(), position));
        self.ids.truncate(self.most);
    }

    fn sorted(self) -> Vec<u64> {
        self.ids.into_iter().map(|(_, position)| position).collect()
    }
}

/// The chunks of a version in the order of the page; without those before the cursor where they are not needed.
fn chunks(
    connection: &Connection,
    version: Open,
    query: &CaseQuery,
    needs_all: bool,
) -> Result<Vec<Placed>, Failure> {
    let (least, greatest) = match (&query.after, needs_all) {
        (Some(After::Position(after)), false) if query.is_descending => (0, signed(*after)),
        (Some(After::Position(after)), false) => (signed(*after), i64::MAX),
        _ => (0, i64::MAX),
    };
    let order = if query.is_descending { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT v.first, c.number, c.n, c.n_gate FROM version_chunks v \
         CROSS JOIN case_chunks c ON c.number = v.chunk WHERE v.version = ?1 AND v.first <= ?3 \
         AND v.first >= coalesce((SELECT max(first) FROM version_chunks \
         WHERE version = ?1 AND first <= ?2), 0) ORDER BY v.first {order}"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let placed = statement.query_map(params![version.number, least, greatest], |row| {
        Ok(Placed {
            first: row.get::<_, i64>(0)?.unsigned_abs(),
            chunk: row.get(1)?,
            n: row.get::<_, i64>(2)? as usize,
            n_gate: row.get::<_, i64>(3)? as usize,
        })
    })?;
    Ok(placed.collect::<Result<_, _>>()?)
}

fn n_cases(connection: &Connection, version: Open) -> Result<u64, Failure> {
    let n: i64 = connection
        .prepare_cached("SELECT n FROM dataset_versions WHERE number = ?1")?
        .query_row([version.number], |row| row.get(0))?;
    Ok(n.unsigned_abs())
}

fn signed(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}
