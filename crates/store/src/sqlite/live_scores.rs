//! Live scores and counted losses: adding and reading them.

use karat_records::{Hash, LiveScore};
use rusqlite::{Connection, Row, named_params, params};

use super::Sqlite;
use crate::{Drops, News, PlacedScore, StoreError};

/// Refuses what a column cannot keep.
pub(super) fn checked(score: LiveScore) -> Result<LiveScore, StoreError> {
    let numbers = [Some(score.chance), score.value, score.cost_usd];
    if numbers.into_iter().flatten().all(f64::is_finite) {
        return Ok(score);
    }
    Err(StoreError::Unstorable {
        fact: format!("live score of inference {}", score.inference_id),
        detail: "its chance, value or cost is not a finite number".to_owned(),
    })
}

/// Compares with the newest score only, as for scores of trials.
pub(super) fn add(connection: &Connection, score: &LiveScore) -> rusqlite::Result<()> {
    let sql = "INSERT INTO live_scores (inference_id, feature, variant, chance, scored_at_ms, scorer, scorer_hash, \
        value, label, explanation, cost_usd, simulated) \
        SELECT :inference_id, (SELECT feature FROM inferences WHERE id = :inference_id), \
        (SELECT variant FROM inferences WHERE id = :inference_id), :chance, :scored_at_ms, :scorer, \
        :scorer_hash, :value, :label, :explanation, :cost_usd, :simulated \
        WHERE NOT EXISTS (SELECT 1 FROM live_scores WHERE number = (SELECT max(number) FROM live_scores \
        WHERE inference_id = :inference_id AND scorer_hash = :scorer_hash) \
        AND chance = :chance AND scored_at_ms = :scored_at_ms AND scorer = :scorer AND value IS :value \
        AND label IS :label AND explanation IS :explanation AND cost_usd IS :cost_usd \
        AND simulated = :simulated)";
    connection
        .prepare_cached(sql)?
        .execute(named_params! {
            ":inference_id": score.inference_id,
            ":chance": score.chance,
            ":scored_at_ms": score.scored_at_ms,
            ":scorer": score.scorer,
            ":scorer_hash": score.scorer_hash.as_str(),
            ":value": score.value,
            ":label": score.label,
            ":explanation": score.explanation,
            ":cost_usd": score.cost_usd,
            ":simulated": score.simulated,
        })
        .map(|_| ())
}

pub(super) fn add_drops(
    connection: &Connection,
    reason: &str,
    n: u64,
    at_ms: i64,
) -> rusqlite::Result<()> {
    let n = i64::try_from(n).unwrap_or(i64::MAX);
    connection
        .prepare_cached("INSERT INTO drops (at_ms, reason, n) VALUES (?1, ?2, ?3)")?
        .execute(params![at_ms, reason, n])
        .map(|_| ())
}

const COLUMNS: &str = "number, inference_id, chance, scored_at_ms, scorer, scorer_hash, value, label, \
    explanation, cost_usd, simulated, feature, variant";

impl Sqlite {
    pub(crate) async fn live_scores_of(
        &self,
        inference_ids: &[String],
    ) -> Result<Vec<PlacedScore>, StoreError> {
        let ids = inference_ids.to_vec();
        self.read(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM live_scores WHERE number IN \
                 (SELECT max(number) FROM live_scores WHERE inference_id = ?1 GROUP BY scorer_hash) \
                 ORDER BY number"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let mut scores = Vec::new();
            for id in ids {
                for score in statement.query_map([id], score_of)? {
                    scores.push(score?.1);
                }
            }
            Ok(scores)
        })
        .await
    }

    pub(crate) async fn live_scores_after(
        &self,
        after: u64,
        feature: Option<&str>,
        limit: usize,
    ) -> Result<News<PlacedScore>, StoreError> {
        let feature = feature.map(str::to_owned);
        self.read(move |connection| {
            let wanted = if feature.is_some() { "feature = ?3" } else { "?3 IS NULL" };
            let sql = format!(
                "SELECT {COLUMNS} FROM live_scores WHERE {wanted} AND number > ?1 \
                 ORDER BY number LIMIT ?2"
            );
            // One more than asked for tells whether there is more.
            let n = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
            let place = i64::try_from(after).unwrap_or(i64::MAX);
            let found = connection
                .prepare_cached(&sql)?
                .query_map(params![place, n, feature], score_of)?
                .collect::<Result<_, _>>()?;
            Ok(News::cut(found, limit, after))
        })
        .await
    }

    pub(crate) async fn drops(&self, since_ms: i64) -> Result<Vec<Drops>, StoreError> {
        // `total` cannot run over, and a count of losses needs no last digit.
        let sql = "SELECT reason, CAST(total(n) AS INTEGER) AS lost, max(at_ms) FROM drops \
            WHERE at_ms >= ?1 GROUP BY reason ORDER BY lost DESC, reason";
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let drops = statement.query_map([since_ms], |row| {
                let n: i64 = row.get(1)?;
                Ok(Drops { reason: row.get(0)?, n: n.unsigned_abs(), last_at_ms: row.get(2)? })
            })?;
            Ok(drops.collect::<Result<_, _>>()?)
        })
        .await
    }
}

fn score_of(row: &Row<'_>) -> rusqlite::Result<(u64, PlacedScore)> {
    let score = LiveScore {
        inference_id: row.get(1)?,
        chance: row.get(2)?,
        scored_at_ms: row.get(3)?,
        scorer: row.get(4)?,
        scorer_hash: Hash::from_text(row.get::<_, String>(5)?),
        value: row.get(6)?,
        label: row.get(7)?,
        explanation: row.get(8)?,
        cost_usd: row.get(9)?,
        simulated: row.get(10)?,
    };
    let placed = PlacedScore { score, feature: row.get(11)?, variant: row.get(12)? };
    Ok((row.get::<_, i64>(0)?.unsigned_abs(), placed))
}
