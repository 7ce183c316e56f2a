//! The catalog's rows: distinct contents, and the order in which they were loaded.

use karat_records::{Hash, Version};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::facts::encode;
use super::writer::Work;
use super::{Sqlite, body};
use crate::{LoadFilter, Page, StoreError};

const COLUMNS: &str = "v.kind, v.name, v.hash, v.content, l.seen_at_ms";
const FROM: &str = "FROM loads l CROSS JOIN versions v ON v.number = l.version";

/// A version, ready to be inserted.
#[derive(Debug)]
pub(super) struct Load {
    version: Version,
    content: Vec<u8>,
}

impl Sqlite {
    pub(crate) async fn put(&self, version: Version) -> Result<(), StoreError> {
        self.write(Work::Put(Load::of(version)?)).await.map(|_| ())
    }

    pub(crate) async fn compare_and_set(
        &self,
        expected: Option<Hash>,
        version: Version,
    ) -> Result<bool, StoreError> {
        self.write(Work::CompareAndSet { expected, load: Load::of(version)? }).await.map(|n| n == 1)
    }

    pub(crate) async fn newest(
        &self,
        kind: &str,
        name: &str,
    ) -> Result<Option<Version>, StoreError> {
        self.loads(kind, name, 1).await.map(|mut versions| versions.pop())
    }

    pub(crate) async fn history(&self, kind: &str, name: &str) -> Result<Vec<Version>, StoreError> {
        self.loads(kind, name, i64::MAX).await
    }

    pub(crate) async fn list(&self, kind: &str) -> Result<Vec<Version>, StoreError> {
        let kind = kind.to_owned();
        self.read_versions(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS} {FROM} WHERE l.number IN \
                 (SELECT max(number) FROM loads WHERE kind = ?1 GROUP BY name) ORDER BY l.name"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let versions = statement.query_map([kind], version_of)?.collect::<Result<_, _>>()?;
            Ok(versions)
        })
        .await
    }

    pub(crate) async fn load_page(&self, filter: LoadFilter) -> Result<Page<Version>, StoreError> {
        self.read_versions(move |connection| {
            let kinds = serde_json::Value::from(filter.kinds).to_string();
            // A cursor that is no number of ours is behind the last load.
            let before = filter.cursor.map_or(i64::MAX, |text| text.parse().unwrap_or(0));
            let sql = format!(
                "SELECT {COLUMNS}, l.number {FROM} WHERE l.number < ?2 \
                 AND l.kind IN (SELECT value FROM json_each(?1)) ORDER BY l.number DESC LIMIT ?3"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let limit = i64::try_from(filter.limit.saturating_add(1)).unwrap_or(i64::MAX);
            let items: Vec<(Version, String)> = statement
                .query_map(params![kinds, before, limit], |row| {
                    Ok((version_of(row)?, row.get::<_, i64>(5)?.to_string()))
                })?
                .collect::<Result<_, _>>()?;
            let page = Page::cut(items, filter.limit, |(_, number)| number);
            let items = page.items.into_iter().map(|(version, _)| version).collect();
            Ok(Page { items, next: page.next })
        })
        .await
    }

    pub(crate) async fn with_before(
        &self,
        kind: &str,
        name: &str,
        hash: &Hash,
    ) -> Result<Option<(Version, Option<Version>)>, StoreError> {
        let loads = self.history(kind, name).await?;
        let mut loads = loads.into_iter().skip_while(|version| version.hash != *hash);
        Ok(loads.next().map(|version| (version, loads.next())))
    }

    async fn loads(&self, kind: &str, name: &str, limit: i64) -> Result<Vec<Version>, StoreError> {
        let (kind, name) = (kind.to_owned(), name.to_owned());
        self.read_versions(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS} {FROM} WHERE l.kind = ?1 AND l.name = ?2 ORDER BY l.number DESC LIMIT ?3"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let versions = statement
                .query_map(params![kind, name, limit], version_of)?
                .collect::<Result<_, _>>()?;
            Ok(versions)
        })
        .await
    }
}

impl Load {
    fn of(version: Version) -> Result<Box<Self>, StoreError> {
        let content = encode(&version.kind, &version.name, &version.content)?;
        Ok(Box::new(Self { version, content }))
    }
}

/// Adds the content where it is new, and a load unless it is already the newest.
pub(super) fn put(connection: &Connection, load: &Load) -> rusqlite::Result<()> {
    let Load { version, content } = load;
    if newest_hash(connection, version)?.as_ref() == Some(&version.hash) {
        return Ok(());
    }
    let name = params![version.kind, version.name, version.hash.as_str(), content];
    connection
        .prepare_cached(
            "INSERT OR IGNORE INTO versions (kind, name, hash, content) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(name)?;
    let sql = "INSERT INTO loads (kind, name, version, seen_at_ms) \
               SELECT kind, name, number, ?4 FROM versions WHERE kind = ?1 AND name = ?2 AND hash = ?3";
    let load = params![version.kind, version.name, version.hash.as_str(), version.seen_at_ms];
    connection.prepare_cached(sql)?.execute(load).map(|_| ())
}

/// Puts if nobody was faster.
pub(super) fn compare_and_set(
    connection: &Connection,
    expected: Option<&Hash>,
    load: &Load,
) -> rusqlite::Result<bool> {
    if newest_hash(connection, &load.version)?.as_ref() != expected {
        return Ok(false);
    }
    put(connection, load).map(|()| true)
}

fn newest_hash(connection: &Connection, version: &Version) -> rusqlite::Result<Option<Hash>> {
    let sql = "SELECT v.hash FROM loads l CROSS JOIN versions v ON v.number = l.version \
               WHERE l.kind = ?1 AND l.name = ?2 ORDER BY l.number DESC LIMIT 1";
    connection
        .prepare_cached(sql)?
        .query_row([&version.kind, &version.name], |row| {
            row.get::<_, String>(0).map(Hash::from_text)
        })
        .optional()
}

fn version_of(row: &Row<'_>) -> rusqlite::Result<Version> {
    Ok(Version {
        kind: row.get(0)?,
        name: row.get(1)?,
        hash: Hash::from_text(row.get::<_, String>(2)?),
        content: body::decode(row.get_ref(3)?.as_blob().map_err(body::damaged)?)?,
        seen_at_ms: row.get(4)?,
    })
}
