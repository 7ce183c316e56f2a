//! Sums by the hour: gathered over a transaction, added at its end, read for dashboards and budgets.

use karat_records::{Inference, Outcome};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::live::ServedSeen;
use super::{Sqlite, body};
use crate::{Histogram, Hour, HourFilter, LiveSpent, Spender, StoreError};

pub(super) const HOUR_MS: i64 = 3_600_000;

/// What one transaction adds.
#[derive(Debug, Default)]
pub(super) struct Sums {
    hours: Vec<Added>,
    keys: Vec<KeyAdded>,
    served: ServedSeen,
}

#[derive(Debug)]
struct Added {
    hour: i64,
    first: i64,
    last: i64,
    sum: Hour,
}

#[derive(Debug)]
struct KeyAdded {
    hour: i64,
    key: String,
    simulated: bool,
    n: i64,
    cost_usd: f64,
    n_cost_unknown: i64,
}

fn served(inference: &Inference) -> Option<&String> {
    inference.served.as_ref().or(inference.asked.as_ref())
}

impl Sums {
    /// Counts an inference that was stored under this number.
    pub(super) fn add(&mut self, number: i64, inference: &Inference, n_attempts: usize) {
        let hour = inference.received_at_ms.div_euclid(HOUR_MS);
        // A transaction meets few different ones: looking at each is cheaper than a map with owned keys.
        let known = self.hours.iter().position(|added| {
            added.hour == hour
                && added.sum.simulated == inference.simulated
                && added.sum.variant == inference.variant
                && added.sum.feature == inference.feature
                && added.sum.served.as_ref() == served(inference)
        });
        let index = known.unwrap_or_else(|| {
            self.hours.push(Added {
                hour,
                first: number,
                last: number,
                sum: Hour {
                    feature: inference.feature.clone(),
                    variant: inference.variant.clone(),
                    served: served(inference).cloned(),
                    simulated: inference.simulated,
                    ..Hour::default()
                },
            });
            self.hours.len() - 1
        });
        let added = &mut self.hours[index];
        added.last = number;
        count(&mut added.sum, inference, n_attempts);
        self.served.see(inference);
        if let Some(key) = &inference.key {
            self.add_key(hour, key, inference);
        }
    }

    fn add_key(&mut self, hour: i64, key: &str, inference: &Inference) {
        let known = self.keys.iter().position(|added| {
            added.hour == hour && added.simulated == inference.simulated && added.key == key
        });
        let index = known.unwrap_or_else(|| {
            self.keys.push(KeyAdded {
                hour,
                key: key.to_owned(),
                simulated: inference.simulated,
                n: 0,
                cost_usd: 0.0,
                n_cost_unknown: 0,
            });
            self.keys.len() - 1
        });
        let added = &mut self.keys[index];
        added.n += 1;
        added.cost_usd += inference.cost_usd.unwrap_or(0.0);
        added.n_cost_unknown += i64::from(inference.cost_usd.is_none());
    }

    /// Writes each sum once, however many inferences it has.
    pub(super) fn add_to(self, connection: &Connection) -> rusqlite::Result<()> {
        for added in self.hours {
            add_hour(connection, added)?;
        }
        for added in self.keys {
            add_key_hour(connection, &added)?;
        }
        self.served.add_to(connection)
    }
}

fn count(sum: &mut Hour, inference: &Inference, n_attempts: usize) {
    sum.n += 1;
    match inference.outcome {
        Outcome::Answered => sum.latency.add(inference.latency_ms),
        Outcome::Failed => sum.n_failed += 1,
        Outcome::Cut => sum.n_cut += 1,
        Outcome::Cancelled => sum.n_cancelled += 1,
    }
    sum.n_retried += u64::from(n_attempts > 1);
    if let Some(ms) = inference.first_chunk_ms {
        sum.first_chunk.add(ms);
    }
    let usage = inference.usage.unwrap_or_default();
    sum.input_tokens += usage.input_tokens;
    sum.cached_input_tokens += usage.cached_input_tokens;
    sum.cache_write_tokens += usage.cache_write_tokens;
    sum.output_tokens += usage.output_tokens;
    sum.cost_usd += inference.cost_usd.unwrap_or(0.0);
    sum.n_cost_unknown += u64::from(inference.cost_usd.is_none());
}

fn add_hour(connection: &Connection, added: Added) -> rusqlite::Result<()> {
    let Added { hour, first, last, mut sum } = added;
    let [feature, variant, served] =
        [sum.feature, sum.variant, sum.served].map(Option::unwrap_or_default);
    let stored = connection
        .prepare_cached(
            "SELECT latency, first_chunk FROM inference_hours WHERE hour = ?1 AND feature = ?2 \
             AND variant = ?3 AND served = ?4 AND simulated = ?5",
        )?
        .query_row(params![hour, feature, variant, served, sum.simulated], |row| {
            Ok((histogram(row, 0)?, histogram(row, 1)?))
        })
        .optional()?;
    if let Some((latency, first_chunk)) = stored {
        sum.latency.merge(&latency);
        sum.first_chunk.merge(&first_chunk);
    }
    let sql = "INSERT INTO inference_hours (hour, feature, variant, served, simulated, first, last, n, n_failed, \
        n_cut, n_cancelled, n_retried, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, \
        cost_usd, n_cost_unknown, latency, first_chunk) \
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) \
        ON CONFLICT DO UPDATE SET first = min(first, excluded.first), last = max(last, excluded.last), \
        n = n + excluded.n, n_failed = n_failed + excluded.n_failed, n_cut = n_cut + excluded.n_cut, \
        n_cancelled = n_cancelled + excluded.n_cancelled, n_retried = n_retried + excluded.n_retried, \
        input_tokens = input_tokens + excluded.input_tokens, \
        cached_input_tokens = cached_input_tokens + excluded.cached_input_tokens, \
        cache_write_tokens = cache_write_tokens + excluded.cache_write_tokens, \
        output_tokens = output_tokens + excluded.output_tokens, cost_usd = cost_usd + excluded.cost_usd, \
        n_cost_unknown = n_cost_unknown + excluded.n_cost_unknown, \
        latency = excluded.latency, first_chunk = excluded.first_chunk";
    connection
        .prepare_cached(sql)?
        .execute(params![
            hour,
            feature,
            variant,
            served,
            sum.simulated,
            first,
            last,
            column(sum.n),
            column(sum.n_failed),
            column(sum.n_cut),
            column(sum.n_cancelled),
            column(sum.n_retried),
            column(sum.input_tokens),
            column(sum.cached_input_tokens),
            column(sum.cache_write_tokens),
            column(sum.output_tokens),
            sum.cost_usd,
            column(sum.n_cost_unknown),
            sum.latency.to_bytes(),
            sum.first_chunk.to_bytes(),
        ])
        .map(|_| ())
}

/// Counts of one transaction stay far below what a column holds.
pub(super) fn column(n: u64) -> i64 {
    i64::try_from(n).unwrap_or(i64::MAX)
}

fn add_key_hour(connection: &Connection, added: &KeyAdded) -> rusqlite::Result<()> {
    let sql = "INSERT INTO key_hours (hour, key, simulated, n, cost_usd, n_cost_unknown) \
        VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO UPDATE SET n = n + excluded.n, \
        cost_usd = cost_usd + excluded.cost_usd, n_cost_unknown = n_cost_unknown + excluded.n_cost_unknown";
    connection
        .prepare_cached(sql)?
        .execute(params![
            added.hour,
            added.key,
            added.simulated,
            added.n,
            added.cost_usd,
            added.n_cost_unknown
        ])
        .map(|_| ())
}

impl Sqlite {
    pub(crate) async fn hours(&self, filter: HourFilter) -> Result<Vec<Hour>, StoreError> {
        self.read(move |connection| Ok(hours(connection, &filter)?)).await
    }

    pub(crate) async fn spent_since(
        &self,
        spender: &Spender,
        since_ms: i64,
    ) -> Result<LiveSpent, StoreError> {
        let spender = spender.clone();
        self.read(move |connection| Ok(spent(connection, &spender, since_ms)?)).await
    }
}

/// Longer spans are read from one end to the other.
const MOST_LOOKED_UP: i64 = 24 * 400;

/// The hours that begin in a span of time: at or after its start and before its end.
pub(super) fn beginning_in(since_ms: Option<i64>, until_ms: Option<i64>) -> (i64, i64) {
    let ceiling = |ms: i64| ms.div_euclid(HOUR_MS) + i64::from(ms.rem_euclid(HOUR_MS) > 0);
    (since_ms.map_or(i64::MIN, ceiling), until_ms.map_or(i64::MAX, ceiling))
}

fn hours(connection: &Connection, filter: &HourFilter) -> rusqlite::Result<Vec<Hour>> {
    const COLUMNS: &str = "i.hour, feature, variant, served, simulated, n, n_failed, n_cut, n_cancelled, \
        n_retried, input_tokens, cached_input_tokens, cache_write_tokens, output_tokens, cost_usd, \
        n_cost_unknown, latency, first_chunk";
    const ORDER: &str = "ORDER BY i.hour, feature, variant, served, simulated";
    let (from, to) = beginning_in(filter.since_ms, filter.until_ms);
    // Rows of other features lie between those of one: of a bounded span each hour is looked up by itself.
    let is_bounded = filter.feature.is_some() && to.saturating_sub(from) <= MOST_LOOKED_UP;
    let sql = if is_bounded {
        format!(
            "WITH RECURSIVE span (hour) AS (SELECT ?1 WHERE ?1 < ?2 \
             UNION ALL SELECT hour + 1 FROM span WHERE hour + 1 < ?2) \
             SELECT {COLUMNS} FROM span CROSS JOIN inference_hours i \
             ON i.hour = span.hour AND i.feature = ?3 {ORDER}"
        )
    } else {
        format!(
            "SELECT {COLUMNS} FROM inference_hours i \
             WHERE i.hour >= ?1 AND i.hour < ?2 AND (?3 IS NULL OR feature = ?3) {ORDER}"
        )
    };
    connection
        .prepare_cached(&sql)?
        .query_map(params![from, to, filter.feature], hour_of)?
        .collect()
}

fn hour_of(row: &Row<'_>) -> rusqlite::Result<Hour> {
    let text =
        |index| row.get::<_, String>(index).map(|text| Some(text).filter(|text| !text.is_empty()));
    let n = |index| row.get::<_, i64>(index).map(i64::unsigned_abs);
    Ok(Hour {
        begins_at_ms: row.get::<_, i64>(0)? * HOUR_MS,
        feature: text(1)?,
        variant: text(2)?,
        served: text(3)?,
        simulated: row.get(4)?,
        n: n(5)?,
        n_failed: n(6)?,
        n_cut: n(7)?,
        n_cancelled: n(8)?,
        n_retried: n(9)?,
        input_tokens: n(10)?,
        cached_input_tokens: n(11)?,
        cache_write_tokens: n(12)?,
        output_tokens: n(13)?,
        cost_usd: row.get(14)?,
        n_cost_unknown: n(15)?,
        latency: histogram(row, 16)?,
        first_chunk: histogram(row, 17)?,
    })
}

fn histogram(row: &Row<'_>, index: usize) -> rusqlite::Result<Histogram> {
    let bytes = row.get_ref(index)?.as_blob().map_err(body::damaged)?;
    Histogram::of_bytes(bytes).ok_or_else(|| body::damaged("an odd histogram"))
}

/// Whole hours from the sums, what is left of the first one from its rows.
fn spent(connection: &Connection, spender: &Spender, since_ms: i64) -> rusqlite::Result<LiveSpent> {
    let (from, _) = beginning_in(Some(since_ms), None);
    let (table, column, name) = match spender {
        Spender::All => ("inference_hours", "NULL", None),
        Spender::Feature(name) => ("inference_hours", "feature", Some(name)),
        Spender::Key(name) => ("key_hours", "key", Some(name)),
    };
    let mut spent = LiveSpent::default();
    let mut add = |row: &Row<'_>| {
        let (simulated, usd, n, n_unknown): (bool, f64, i64, i64) =
            (row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?);
        let sum = if simulated { &mut spent.simulated_usd } else { &mut spent.usd };
        *sum += usd;
        spent.n += n.unsigned_abs();
        spent.n_unknown += n_unknown.unsigned_abs();
        Ok(())
    };
    let sql = format!(
        "SELECT simulated, total(cost_usd), sum(n), sum(n_cost_unknown) FROM {table} \
         WHERE hour >= ?1 AND (?2 IS NULL OR {column} = ?2) GROUP BY simulated"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    statement.query_map(params![from, name], &mut add)?.collect::<rusqlite::Result<()>>()?;
    if from.saturating_mul(HOUR_MS) == since_ms {
        return Ok(spent);
    }
    let (first, last) = numbers(connection, Some(from - 1), Some(from - 1), None, None)?;
    let sql = format!(
        "SELECT simulated, total(cost_usd), count(*), count(*) - count(cost_usd) FROM inferences NOT INDEXED \
         WHERE number BETWEEN ?3 AND ?4 AND received_at_ms >= ?1 AND received_at_ms < ?5 \
         AND (?2 IS NULL OR {column} = ?2) GROUP BY simulated"
    );
    let end_ms = from.saturating_mul(HOUR_MS);
    connection
        .prepare_cached(&sql)?
        .query_map(params![since_ms, name, first, last, end_ms], &mut add)?
        .collect::<rusqlite::Result<()>>()?;
    Ok(spent)
}

/// The numbers between which lie all inferences of these hours, both included; nothing lies between `(1, 0)`.
pub(super) fn numbers(
    connection: &Connection,
    first_hour: Option<i64>,
    last_hour: Option<i64>,
    feature: Option<&str>,
    variant: Option<&str>,
) -> rusqlite::Result<(i64, i64)> {
    let sql = "SELECT ifnull(min(first), 1), ifnull(max(last), 0) FROM inference_hours \
        WHERE hour BETWEEN ?1 AND ?2 AND (?3 IS NULL OR feature = ?3) AND (?4 IS NULL OR variant = ?4)";
    let (from, to) = (first_hour.unwrap_or(i64::MIN), last_hour.unwrap_or(i64::MAX));
    connection
        .prepare_cached(sql)?
        .query_row(params![from, to, feature, variant], |row| row.try_into())
}

/// The hour that a time lies in.
pub(super) fn hour_at(ms: i64) -> i64 {
    ms.div_euclid(HOUR_MS)
}
