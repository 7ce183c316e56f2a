//! Reading scores: only the newest of each trial and scorer content.

use karat_records::{Hash, Score};
use rusqlite::{Connection, Row};

use super::Sqlite;
use crate::StoreError;

const COLUMNS: &str = "s.trial_id, s.scorer, s.scorer_hash, s.value, s.label, s.explanation, s.cost_usd, \
                       s.simulated";

const NEWEST: &str = "NOT EXISTS (SELECT 1 FROM scores n WHERE n.trial_id = s.trial_id \
                      AND n.scorer_hash = s.scorer_hash AND n.number > s.number)";

impl Sqlite {
    pub(crate) async fn scores_of_run(&self, run_id: &str) -> Result<Vec<Score>, StoreError> {
        let run_id = run_id.to_owned();
        self.read(move |connection| {
            let sql = format!(
                "SELECT {COLUMNS} FROM run_trials r CROSS JOIN scores s ON s.trial_id = r.trial_id \
                 WHERE r.run_id = ?1 AND {NEWEST} ORDER BY r.trial_id, s.scorer_hash"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let scores = statement.query_map([run_id], score_of)?.collect::<Result<_, _>>()?;
            Ok(scores)
        })
        .await
    }

    pub(crate) async fn scores(
        &self,
        trial_ids: &[String],
        scorer_hashes: &[Hash],
    ) -> Result<Vec<Score>, StoreError> {
        let (trial_ids, scorer_hashes) = (trial_ids.to_vec(), scorer_hashes.to_vec());
        self.read(move |connection| Ok(of_trials(connection, &trial_ids, &scorer_hashes)?)).await
    }
}

fn of_trials(
    connection: &Connection,
    trial_ids: &[String],
    scorer_hashes: &[Hash],
) -> rusqlite::Result<Vec<Score>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM scores s WHERE s.trial_id = ?1 AND {NEWEST} ORDER BY s.scorer_hash"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut scores = Vec::new();
    for trial_id in trial_ids {
        for score in statement.query_map([trial_id], score_of)? {
            let score = score?;
            if scorer_hashes.contains(&score.scorer_hash) {
                scores.push(score);
            }
        }
    }
    Ok(scores)
}

fn score_of(row: &Row<'_>) -> rusqlite::Result<Score> {
    Ok(Score {
        trial_id: row.get(0)?,
        scorer: row.get(1)?,
        scorer_hash: Hash::from_text(row.get::<_, String>(2)?),
        value: row.get(3)?,
        label: row.get(4)?,
        explanation: row.get(5)?,
        cost_usd: row.get(6)?,
        simulated: row.get(7)?,
    })
}
