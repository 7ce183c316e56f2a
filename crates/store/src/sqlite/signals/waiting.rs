//! Signals that came before their inference: kept for a day, bound when the inference is stored.

use karat_records::{Inference, Signal};
use rusqlite::{Connection, params};

use super::TOLERANCE_MS;
use super::live;

/// How long an inference may be late.
const PATIENCE_MS: i64 = 24 * 3_600_000;

/// Anybody with a public key may send signals about nothing: of more than so many, the oldest give up.
const MOST: i64 = 100_000;

/// What a transaction knows about the list; an inference costs no look-up while nothing waits.
#[derive(Debug, Default)]
pub(in super::super) struct Waiting {
    is_any: Option<bool>,
    now_ms: Option<i64>,
}

impl Waiting {
    /// Lets a signal wait under the most exact names that it has.
    pub(super) fn add(
        &mut self,
        connection: &Connection,
        number: i64,
        signal: &Signal,
    ) -> rusqlite::Result<()> {
        let target = &signal.target;
        let exact = [
            target.inference_id.as_ref().map(|id| inference(id)),
            target.response_id.as_ref().map(|id| response(id)),
        ];
        let mut names: Vec<String> = exact.into_iter().flatten().collect();
        if names.is_empty() {
            names.extend(target.conversation_id.as_ref().map(|id| conversation(id)));
        }
        let sql = "INSERT OR IGNORE INTO waiting_signals (target, signal, at_ms, received_at_ms) \
            VALUES (?1, ?2, ?3, ?4)";
        for name in names {
            connection.prepare_cached(sql)?.execute(params![
                name,
                number,
                signal.at_ms,
                signal.received_at_ms
            ])?;
            self.is_any = Some(true);
        }
        self.see(signal.received_at_ms);
        Ok(())
    }

    /// Binds what waited for an inference that was just stored under `number`.
    pub(in super::super) fn bind(
        &mut self,
        connection: &Connection,
        number: i64,
        it: &Inference,
    ) -> rusqlite::Result<()> {
        let is_any = match self.is_any {
            Some(is_any) => is_any,
            None => connection
                .prepare_cached("SELECT EXISTS (SELECT 1 FROM waiting_signals)")?
                .query_row([], |row| row.get(0))?,
        };
        self.is_any = Some(is_any);
        if !is_any {
            return Ok(());
        }
        self.see(it.received_at_ms);
        let names = [
            Some(inference(&it.id)),
            it.response_id.as_ref().map(|id| response(id)),
            it.conversation.as_ref().map(|id| conversation(id)),
        ];
        // Only those of a conversation are asked for their time: the others name this very answer.
        let find = "SELECT signal FROM waiting_signals WHERE target = ?1 \
            AND (at_ms >= ?2 OR target NOT LIKE 'c:%') ORDER BY signal";
        let bind = "INSERT INTO signal_bindings \
            (signal, inference, received_at_ms, feature, variant, kind, class, user) \
            SELECT b.signal, ?2, ?3, ?4, ?5, b.kind, b.class, ifnull(b.user, ?6) \
            FROM signal_bindings b WHERE b.signal = ?1 ORDER BY b.number LIMIT 1";
        let earliest_ms = it.received_at_ms.saturating_sub(TOLERANCE_MS);
        for name in names.into_iter().flatten() {
            let signals: Vec<i64> = connection
                .prepare_cached(find)?
                .query_map(params![name, earliest_ms], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for signal in signals {
                connection.prepare_cached(bind)?.execute(params![
                    signal,
                    number,
                    it.received_at_ms,
                    it.feature,
                    it.variant,
                    it.user
                ])?;
                live::add_signal(connection, connection.last_insert_rowid())?;
                connection
                    .prepare_cached("DELETE FROM waiting_signals WHERE signal = ?1")?
                    .execute([signal])?;
            }
        }
        Ok(())
    }

    fn see(&mut self, ms: i64) {
        self.now_ms = Some(self.now_ms.map_or(ms, |now_ms| now_ms.max(ms)));
    }

    /// Gives up what waited too long, or is too much.
    pub(in super::super) fn expire(&self, connection: &Connection) -> rusqlite::Result<()> {
        let (Some(true), Some(now_ms)) = (self.is_any, self.now_ms) else { return Ok(()) };
        connection
            .prepare_cached("DELETE FROM waiting_signals WHERE received_at_ms < ?1")?
            .execute([now_ms.saturating_sub(PATIENCE_MS)])?;
        let sql = "DELETE FROM waiting_signals \
            WHERE signal <= (SELECT max(signal) FROM waiting_signals) - ?1";
        connection.prepare_cached(sql)?.execute([MOST]).map(|_| ())
    }
}

fn inference(id: &str) -> String {
    format!("i:{id}")
}

fn response(id: &str) -> String {
    format!("r:{id}")
}

fn conversation(id: &str) -> String {
    format!("c:{id}")
}
