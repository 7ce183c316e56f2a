//! Reading trials with their answers.

use std::collections::HashMap;

use karat_records::{Answer, Hash, Trial};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{Sqlite, body};
use crate::{Page, Spent, StoreError};

const COLUMNS: &str = "t.id, t.run_id, t.feature, t.variant, t.case_id, t.trial_index, t.key, \
                       t.ended_at_ms, t.latency_ms, t.cost_usd, b.answer";

impl Sqlite {
    pub(crate) async fn trials_of_run(&self, run_id: &str) -> Result<Vec<Trial>, StoreError> {
        let run_id = run_id.to_owned();
        self.read(move |connection| Ok(of_run(connection, &run_id, None, usize::MAX)?)).await
    }

    pub(crate) async fn trials_page(
        &self,
        run_id: &str,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Trial>, StoreError> {
        let (run_id, cursor) = (run_id.to_owned(), cursor.map(str::to_owned));
        self.read(move |connection| {
            // One more than asked for tells whether there is a next page.
            let n = limit.saturating_add(1);
            let trials = of_run(connection, &run_id, cursor.as_deref(), n)?;
            Ok(Page::cut(trials, limit, |trial| &trial.id))
        })
        .await
    }

    pub(crate) async fn spent(&self, feature: &str) -> Result<Spent, StoreError> {
        let feature = feature.to_owned();
        self.read(move |connection| Ok(spent(connection, &feature)?)).await
    }

    pub(crate) async fn newest_trials(
        &self,
        keys: &[Hash],
    ) -> Result<HashMap<Hash, Trial>, StoreError> {
        let keys = keys.to_vec();
        self.read(move |connection| Ok(newest(connection, keys)?)).await
    }
}

fn of_run(
    connection: &Connection,
    run_id: &str,
    after: Option<&str>,
    limit: usize,
) -> rusqlite::Result<Vec<Trial>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM run_trials r \
         CROSS JOIN trials t ON t.id = r.trial_id CROSS JOIN trial_bodies b ON b.trial = t.number \
         WHERE r.run_id = ?1 AND r.trial_id > ?2 ORDER BY r.trial_id LIMIT ?3"
    );
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    connection
        .prepare_cached(&sql)?
        .query_map(params![run_id, after.unwrap_or_default(), limit], trial_of)?
        .collect()
}

/// From the feature's runs to their own trials by indices, so that other features cost nothing.
fn spent(connection: &Connection, feature: &str) -> rusqlite::Result<Spent> {
    const OWN: &str = "FROM run_starts s CROSS JOIN run_trials r ON r.run_id = s.id \
                       CROSS JOIN trials t ON t.id = r.trial_id AND t.run_id = s.id";
    let answers = format!(
        "SELECT total(t.cost_usd), count(*), count(*) - count(t.cost_usd) {OWN} \
         WHERE s.feature = ?1 AND t.simulated = 0"
    );
    let (answers_usd, n_trials, n_unknown): (f64, i64, i64) =
        connection.prepare_cached(&answers)?.query_row([feature], |row| row.try_into())?;
    let judges = format!(
        "SELECT total(c.cost_usd) {OWN} CROSS JOIN scores c ON c.trial_id = t.id \
         WHERE s.feature = ?1 AND c.simulated = 0"
    );
    let judges_usd = connection.prepare_cached(&judges)?.query_row([feature], |row| row.get(0))?;
    let [n_trials, n_unknown] = [n_trials, n_unknown].map(i64::unsigned_abs);
    Ok(Spent { answers_usd, judges_usd, n_trials, n_unknown })
}

/// One look-up in the index per key, on one snapshot.
fn newest(connection: &Connection, keys: Vec<Hash>) -> rusqlite::Result<HashMap<Hash, Trial>> {
    let sql = format!(
        "SELECT {COLUMNS} FROM trials t CROSS JOIN trial_bodies b ON b.trial = t.number \
         WHERE t.key = ?1 ORDER BY t.ended_at_ms DESC, t.number DESC LIMIT 1"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut trials = HashMap::with_capacity(keys.len());
    for key in keys {
        if let Some(trial) = statement.query_row([key.as_str()], trial_of).optional()? {
            trials.insert(key, trial);
        }
    }
    Ok(trials)
}

fn trial_of(row: &Row<'_>) -> rusqlite::Result<Trial> {
    let answer: Answer = body::decode(row.get_ref(10)?.as_blob().map_err(body::damaged)?)?;
    Ok(Trial {
        id: row.get(0)?,
        run_id: row.get(1)?,
        feature: row.get(2)?,
        variant: row.get(3)?,
        case_id: row.get(4)?,
        trial_index: row.get(5)?,
        key: Hash::from_text(row.get::<_, String>(6)?),
        ended_at_ms: row.get(7)?,
        // The columns keep infinity, which JSON does not know.
        answer: Answer { latency_ms: row.get(8)?, cost_usd: row.get(9)?, ..answer },
    })
}
