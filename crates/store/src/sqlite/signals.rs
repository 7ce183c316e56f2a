//! Signals: adding them with the inference that they are about, and reading them.

pub(super) mod waiting;

use karat_records::{Signal, Target};
use rusqlite::{Connection, OptionalExtension, Row, named_params, params};

use super::facts::encode;
use super::inferences::write::Gathered;
use super::{Sqlite, body, live};
use crate::{BoundSignal, News, SignalCount, StoreError, class_of};

/// How much later than a signal its inference may have been received: clocks of senders are not ours.
const TOLERANCE_MS: i64 = 1_000;

/// Among so many last inferences of a conversation the one is looked for that a signal is about.
const LAST_OF_A_CONVERSATION: u32 = 16;

/// A signal, ready to be inserted.
#[derive(Debug)]
pub(super) struct SignalFact {
    signal: Signal,
    class: String,
    data: Option<Vec<u8>>,
}

/// What a binding repeats of its inference.
struct Bound {
    inference: i64,
    received_at_ms: i64,
    feature: Option<String>,
    variant: Option<String>,
    user: Option<String>,
}

impl SignalFact {
    pub(super) fn of(mut signal: Signal) -> Result<Self, StoreError> {
        let class = class_of(&signal);
        let data = if signal.data.is_empty() {
            None
        } else {
            Some(encode("signal", &signal.id, &signal.data)?)
        };
        signal.data.clear();
        Ok(Self { signal, class, data })
    }

    /// Adds the signal, and binds it or lets it wait.
    pub(super) fn insert(
        &self,
        connection: &Connection,
        gathered: &mut Gathered,
    ) -> rusqlite::Result<()> {
        let it = &self.signal;
        let sql = "INSERT OR IGNORE INTO signals (id, kind, at_ms, received_at_ms, feature, inference_id, \
            response_id, conversation, user, session, release, source, data) \
            VALUES (:id, :kind, :at_ms, :received_at_ms, :feature, :inference_id, :response_id, :conversation, \
            :user, :session, :release, :source, :data)";
        let n_added = connection.prepare_cached(sql)?.execute(named_params! {
            ":id": it.id,
            ":kind": it.kind,
            ":at_ms": it.at_ms,
            ":received_at_ms": it.received_at_ms,
            ":feature": it.feature,
            ":inference_id": it.target.inference_id,
            ":response_id": it.target.response_id,
            ":conversation": it.target.conversation_id,
            ":user": it.user,
            ":session": it.session,
            ":release": it.release,
            ":source": it.source,
            ":data": self.data,
        })?;
        if n_added == 0 {
            return Ok(());
        }
        let number = connection.last_insert_rowid();
        let bound = aim(connection, &it.target, it.at_ms)?;
        let sql = "INSERT INTO signal_bindings \
            (signal, inference, received_at_ms, feature, variant, kind, class, user) \
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        connection.prepare_cached(sql)?.execute(params![
            number,
            bound.as_ref().map(|bound| bound.inference),
            bound.as_ref().map(|bound| bound.received_at_ms),
            bound.as_ref().map_or(it.feature.as_ref(), |bound| bound.feature.as_ref()),
            bound.as_ref().and_then(|bound| bound.variant.as_ref()),
            it.kind,
            self.class,
            it.user.as_ref().or_else(|| bound.as_ref().and_then(|bound| bound.user.as_ref())),
        ])?;
        if bound.is_none() {
            return gathered.waiting.add(connection, number, it);
        }
        live::add_signal(connection, connection.last_insert_rowid())
    }
}

/// The inference that a target names. The most exact name that it has decides:
/// a conversation says little about a signal that names an answer which has not arrived.
fn aim(connection: &Connection, target: &Target, at_ms: i64) -> rusqlite::Result<Option<Bound>> {
    const SELECT: &str =
        "SELECT number, received_at_ms, feature, variant, user FROM inferences WHERE";
    let by_id = format!("{SELECT} id = ?1");
    let by_response = format!("{SELECT} response_id = ?1 ORDER BY number DESC LIMIT 1");
    let exact = [(&by_id, &target.inference_id), (&by_response, &target.response_id)];
    for (sql, name) in &exact {
        let Some(name) = name else { continue };
        let bound = connection.prepare_cached(sql)?.query_row([name], bound_of).optional()?;
        if bound.is_some() {
            return Ok(bound);
        }
    }
    let (None, None, Some(conversation)) =
        (&target.inference_id, &target.response_id, &target.conversation_id)
    else {
        return Ok(None);
    };
    let sql = format!(
        "{SELECT} number IN (SELECT number FROM inferences WHERE conversation = ?1 \
         ORDER BY number DESC LIMIT ?3) AND received_at_ms <= ?2 \
         ORDER BY received_at_ms DESC, number DESC LIMIT 1"
    );
    let until_ms = at_ms.saturating_add(TOLERANCE_MS);
    connection
        .prepare_cached(&sql)?
        .query_row(params![conversation, until_ms, LAST_OF_A_CONVERSATION], bound_of)
        .optional()
}

fn bound_of(row: &Row<'_>) -> rusqlite::Result<Bound> {
    Ok(Bound {
        inference: row.get(0)?,
        received_at_ms: row.get(1)?,
        feature: row.get(2)?,
        variant: row.get(3)?,
        user: row.get(4)?,
    })
}

const SELECT: &str = "SELECT b.number, s.id, s.kind, s.at_ms, s.received_at_ms, s.feature, s.inference_id, \
    s.response_id, s.conversation, s.user, s.session, s.release, s.source, s.data, \
    b.class, i.id, i.received_at_ms, b.feature, b.variant, b.user";

impl Sqlite {
    pub(crate) async fn signals_of(
        &self,
        inference_ids: &[String],
    ) -> Result<Vec<BoundSignal>, StoreError> {
        let ids = inference_ids.to_vec();
        self.read(move |connection| {
            let sql = format!(
                "{SELECT} FROM inferences i CROSS JOIN signal_bindings b ON b.inference = i.number \
                 CROSS JOIN signals s ON s.number = b.signal WHERE i.id = ?1 ORDER BY b.number"
            );
            let mut statement = connection.prepare_cached(&sql)?;
            let mut found = Vec::new();
            for id in ids {
                for signal in statement.query_map([id], signal_of)? {
                    found.push(signal?);
                }
            }
            found.sort_by_key(|(number, _)| *number);
            Ok(found.into_iter().map(|(_, signal)| signal).collect())
        })
        .await
    }

    pub(crate) async fn signals_after(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<News<BoundSignal>, StoreError> {
        let sql = format!(
            "{SELECT} FROM signal_bindings b CROSS JOIN signals s ON s.number = b.signal \
             LEFT JOIN inferences i ON i.number = b.inference \
             WHERE b.number > ?1 ORDER BY b.number LIMIT ?2"
        );
        self.read(move |connection| {
            // One more than asked for tells whether there is more.
            let wanted = i64::try_from(limit.saturating_add(1)).unwrap_or(i64::MAX);
            let place = i64::try_from(after).unwrap_or(i64::MAX);
            let found = connection
                .prepare_cached(&sql)?
                .query_map(params![place, wanted], signal_of)?
                .collect::<Result<_, _>>()?;
            Ok(News::cut(found, limit, after))
        })
        .await
    }

    pub(crate) async fn signal_counts(
        &self,
        feature: &str,
        since_ms: i64,
        until_ms: i64,
    ) -> Result<Vec<SignalCount>, StoreError> {
        let feature = feature.to_owned();
        let sql = "SELECT variant, kind, class, count(*), count(DISTINCT inference), \
            count(DISTINCT user) + (count(user) < count(*)) \
            FROM signal_bindings INDEXED BY signal_bindings_by_feature \
            WHERE feature = ?1 AND inference IS NOT NULL AND received_at_ms >= ?2 AND received_at_ms < ?3 \
            GROUP BY variant, kind, class ORDER BY variant, kind, class";
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(sql)?;
            let counts = statement.query_map(params![feature, since_ms, until_ms], count_of)?;
            Ok(counts.collect::<Result<_, _>>()?)
        })
        .await
    }

    pub(crate) async fn n_waiting_signals(&self) -> Result<u64, StoreError> {
        let sql = "SELECT count(DISTINCT signal) FROM waiting_signals";
        let n: i64 = self
            .read(move |connection| {
                Ok(connection.prepare_cached(sql)?.query_row([], |r| r.get(0))?)
            })
            .await?;
        Ok(n.unsigned_abs())
    }
}

impl<T> News<T> {
    /// The first `limit` of numbered items that came after a place.
    pub(super) fn cut(mut found: Vec<(u64, T)>, limit: usize, after: u64) -> Self {
        let is_end = found.len() <= limit;
        found.truncate(limit);
        Self {
            after: found.last().map_or(after, |(number, _)| *number),
            is_end,
            items: found.into_iter().map(|(_, item)| item).collect(),
        }
    }
}

fn signal_of(row: &Row<'_>) -> rusqlite::Result<(u64, BoundSignal)> {
    let data = row.get_ref(13)?.as_blob_or_null().map_err(body::damaged)?;
    let signal = Signal {
        id: row.get(1)?,
        kind: row.get(2)?,
        at_ms: row.get(3)?,
        received_at_ms: row.get(4)?,
        feature: row.get(5)?,
        target: Target {
            inference_id: row.get(6)?,
            response_id: row.get(7)?,
            conversation_id: row.get(8)?,
        },
        user: row.get(9)?,
        session: row.get(10)?,
        release: row.get(11)?,
        data: data.map(body::decode).transpose()?.unwrap_or_default(),
        source: row.get(12)?,
    };
    let bound = BoundSignal {
        signal,
        class: row.get(14)?,
        inference_id: row.get(15)?,
        inference_received_at_ms: row.get(16)?,
        feature: row.get(17)?,
        variant: row.get(18)?,
        user: row.get(19)?,
    };
    Ok((row.get::<_, i64>(0)?.unsigned_abs(), bound))
}

fn count_of(row: &Row<'_>) -> rusqlite::Result<SignalCount> {
    let n = |index| row.get::<_, i64>(index).map(i64::unsigned_abs);
    Ok(SignalCount {
        variant: row.get(0)?,
        kind: row.get(1)?,
        class: row.get(2)?,
        n: n(3)?,
        n_inferences: n(4)?,
        n_users: n(5)?,
    })
}
