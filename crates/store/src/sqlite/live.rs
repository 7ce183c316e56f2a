//! Sums of signals by the hour, and when each served model was first seen: written with the facts, read for the page Live.

use karat_records::Inference;
use rusqlite::{Connection, Row, params};

use super::Sqlite;
use super::hours::{HOUR_MS, beginning_in};
use crate::{ServedFirst, SignalHour, StoreError};

/// Of each model so many fingerprints are kept: some providers make one for each answer.
const MOST_FINGERPRINTS: i64 = 100;

/// Counts a binding that was just added and names an inference; signals without a feature are not counted.
pub(super) fn add_signal(connection: &Connection, binding: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO signal_hours (feature, hour, variant, kind, class, n, n_inferences) \
        SELECT b.feature, b.received_at_ms / ?2 - (b.received_at_ms % ?2 < 0), ifnull(b.variant, ''), b.kind, b.class, 1, \
        NOT EXISTS (SELECT 1 FROM signal_bindings o WHERE o.kind = b.kind AND o.inference = b.inference \
        AND o.class = b.class AND o.number < b.number) \
        FROM signal_bindings b WHERE b.number = ?1 AND b.feature IS NOT NULL \
        ON CONFLICT DO UPDATE SET n = n + 1, n_inferences = n_inferences + excluded.n_inferences";
    connection.prepare_cached(sql)?.execute(params![binding, HOUR_MS]).map(|_| ())
}

/// Served models of one transaction, each once.
#[derive(Debug, Default)]
pub(super) struct ServedSeen {
    firsts: Vec<(String, ServedFirst)>,
}

impl ServedSeen {
    /// Looks at an inference.
    pub(super) fn see(&mut self, it: &Inference) {
        let served = it.served.as_ref().or(it.asked.as_ref());
        let feature = it.feature.as_deref().unwrap_or_default();
        let is_known = self.firsts.iter().any(|(of, first)| {
            of == feature
                && first.variant == it.variant
                && first.served.as_ref() == served
                && first.fingerprint == it.fingerprint
        });
        if !is_known {
            let first = ServedFirst {
                variant: it.variant.clone(),
                served: served.cloned(),
                fingerprint: it.fingerprint.clone(),
                at_ms: it.received_at_ms,
            };
            self.firsts.push((feature.to_owned(), first));
        }
    }

    /// Writes those that were not seen before.
    pub(super) fn add_to(self, connection: &Connection) -> rusqlite::Result<()> {
        let sql = "INSERT OR IGNORE INTO served_firsts (feature, variant, served, fingerprint, at_ms) \
            SELECT ?1, ?2, ?3, ?4, ?5 WHERE NOT EXISTS (SELECT 1 FROM served_firsts \
            WHERE feature = ?1 AND variant = ?2 AND served = ?3 AND fingerprint = ?4) \
            AND (SELECT count(*) FROM served_firsts \
            WHERE feature = ?1 AND variant = ?2 AND served = ?3) < ?6";
        let mut statement = connection.prepare_cached(sql)?;
        for (feature, first) in self.firsts {
            let ServedFirst { variant, served, fingerprint, at_ms } = first;
            let [variant, served, fingerprint] =
                [variant, served, fingerprint].map(Option::unwrap_or_default);
            statement.execute(params![
                feature,
                variant,
                served,
                fingerprint,
                at_ms,
                MOST_FINGERPRINTS
            ])?;
        }
        Ok(())
    }
}

impl Sqlite {
    pub(crate) async fn signal_hours(
        &self,
        feature: &str,
        since_ms: i64,
        until_ms: i64,
    ) -> Result<Vec<SignalHour>, StoreError> {
        let feature = feature.to_owned();
        let (from, to) = beginning_in(Some(since_ms), Some(until_ms));
        let sql = "SELECT hour, variant, kind, class, n, n_inferences FROM signal_hours \
            WHERE feature = ?1 AND hour >= ?2 AND hour < ?3 ORDER BY hour, variant, kind, class";
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let hours = statement.query_map(params![feature, from, to], signal_hour_of)?;
            Ok(hours.collect::<Result<_, _>>()?)
        })
        .await
    }

    pub(crate) async fn served_firsts(
        &self,
        feature: &str,
    ) -> Result<Vec<ServedFirst>, StoreError> {
        let feature = feature.to_owned();
        let sql = "SELECT variant, served, fingerprint, at_ms FROM served_firsts WHERE feature = ?1 \
            ORDER BY at_ms, variant, served, fingerprint";
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let firsts = statement.query_map([feature], |row| {
                Ok(ServedFirst {
                    variant: known(row, 0)?,
                    served: known(row, 1)?,
                    fingerprint: known(row, 2)?,
                    at_ms: row.get(3)?,
                })
            })?;
            Ok(firsts.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn signal_hour_of(row: &Row<'_>) -> rusqlite::Result<SignalHour> {
    Ok(SignalHour {
        begins_at_ms: row.get::<_, i64>(0)? * HOUR_MS,
        variant: known(row, 1)?,
        kind: row.get(2)?,
        class: row.get(3)?,
        n: row.get::<_, i64>(4)?.unsigned_abs(),
        n_inferences: row.get::<_, i64>(5)?.unsigned_abs(),
    })
}

/// An empty text stands for what is not known.
fn known(row: &Row<'_>, index: usize) -> rusqlite::Result<Option<String>> {
    Ok(Some(row.get::<_, String>(index)?).filter(|text| !text.is_empty()))
}
