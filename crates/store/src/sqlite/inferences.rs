//! Inferences: finding them by id, and reading their rows and bodies.

pub(super) mod bodies;

pub(super) mod write;

mod page;

use karat_records::{Endpoint, Hash, Inference, Outcome, Usage};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::facts::of_word;
use super::failure::Failure;
use super::{Sqlite, body};
use crate::{InferenceRow, Places, StoreError};

/// What [`row_of`] reads.
pub(super) const COLUMNS: &str = "i.number, i.id, i.received_at_ms, i.endpoint, i.feature, i.variant, \
    i.variant_hash, i.unproven, i.simulated, i.asked, i.served, i.fingerprint, i.response_id, i.outcome, \
    i.status, i.streamed, i.first_chunk_ms, i.latency_ms, i.input_tokens, i.cached_input_tokens, \
    i.cache_write_tokens, i.output_tokens, i.usage_estimated, i.cost_usd, i.conversation, i.user, i.key, \
    i.tags, i.n_attempts, i.failure_kind, i.erased";

/// Ids that an ambiguous prefix is answered with.
const EXAMPLES: u32 = 5;

impl Sqlite {
    pub(crate) async fn inference(
        &self,
        id_or_prefix: &str,
    ) -> Result<Option<Inference>, StoreError> {
        let prefix = id_or_prefix.to_owned();
        self.read(move |connection| find(connection, prefix)).await
    }

    pub(crate) async fn inferences_of(&self, ids: &[String]) -> Result<Vec<Inference>, StoreError> {
        let ids = ids.to_vec();
        self.read(move |connection| {
            let found = ids.iter().filter_map(|id| by_id(connection, id).transpose());
            Ok(found.collect::<rusqlite::Result<_>>()?)
        })
        .await
    }

    pub(crate) async fn places(&self) -> Result<Places, StoreError> {
        let sql = "SELECT (SELECT ifnull(max(number), 0) FROM inferences), \
            (SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'signal_bindings'), \
            (SELECT ifnull(max(seq), 0) FROM sqlite_sequence WHERE name = 'live_scores')";
        let (inferences, signals, live_scores): (i64, i64, i64) = self
            .read(move |connection| {
                Ok(connection.prepare_cached(sql)?.query_row([], |row| row.try_into())?)
            })
            .await?;
        let [inferences, signals, live_scores] =
            [inferences, signals, live_scores].map(i64::unsigned_abs);
        Ok(Places { inferences, signals, live_scores })
    }
}

fn find(connection: &Connection, prefix: String) -> Result<Option<Inference>, Failure> {
    if prefix.is_empty() {
        return Ok(None);
    }
    if let Some(inference) = by_id(connection, &prefix)? {
        return Ok(Some(inference));
    }
    let mut matching = connection.prepare_cached(
        "SELECT id FROM inferences WHERE id >= ?1 AND id < ?1 || char(0x10FFFF) ORDER BY id LIMIT ?2",
    )?;
    let ids: Vec<String> = matching
        .query_map(params![prefix, EXAMPLES], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    match ids.as_slice() {
        [] => Ok(None),
        [id] => Ok(by_id(connection, id)?),
        _ => Err(Failure::Ambiguous { prefix, ids }),
    }
}

fn by_id(connection: &Connection, id: &str) -> rusqlite::Result<Option<Inference>> {
    let sql = format!(
        "SELECT {COLUMNS}, b.body FROM inferences i \
         LEFT JOIN inference_bodies b ON b.inference = i.number WHERE i.id = ?1"
    );
    connection
        .prepare_cached(&sql)?
        .query_row([id], |row| {
            let inference = row_of(row)?.inference;
            match row.get_ref("body")?.as_blob_or_null().map_err(body::damaged)? {
                Some(bytes) => bodies::decode(bytes, inference),
                None => Ok(inference),
            }
        })
        .optional()
}

/// A row of [`COLUMNS`], by position: names would be looked up for each of a thousand rows.
pub(super) fn row_of(row: &Row<'_>) -> rusqlite::Result<InferenceRow> {
    let tokens = |index: usize| row.get::<_, Option<i64>>(index).map(|n| n.map(i64::unsigned_abs));
    let usage = match (tokens(18)?, tokens(19)?, tokens(20)?, tokens(21)?) {
        (Some(input), cached, written, Some(output)) => Some(Usage {
            input_tokens: input,
            cached_input_tokens: cached.unwrap_or(0),
            cache_write_tokens: written.unwrap_or(0),
            output_tokens: output,
        }),
        _ => None,
    };
    let tags = row.get_ref(27)?.as_str_or_null().map_err(body::damaged)?;
    let inference = Inference {
        id: row.get(1)?,
        received_at_ms: row.get(2)?,
        endpoint: endpoint_of(row.get_ref(3)?.as_str().map_err(body::damaged)?)?,
        feature: row.get(4)?,
        variant: row.get(5)?,
        variant_hash: row.get::<_, Option<String>>(6)?.map(Hash::from_text),
        unproven: row.get(7)?,
        simulated: row.get(8)?,
        asked: row.get(9)?,
        served: row.get(10)?,
        fingerprint: row.get(11)?,
        response_id: row.get(12)?,
        outcome: outcome_of(row.get_ref(13)?.as_str().map_err(body::damaged)?)?,
        status: row.get(14)?,
        streamed: row.get(15)?,
        first_chunk_ms: row.get(16)?,
        latency_ms: row.get(17)?,
        usage,
        usage_estimated: row.get(22)?,
        cost_usd: row.get(23)?,
        conversation: row.get(24)?,
        user: row.get(25)?,
        key: row.get(26)?,
        tags: tags
            .map(|tags| serde_json::from_str(tags).map_err(body::damaged))
            .transpose()?
            .unwrap_or_default(),
        attempts: Vec::new(),
        inputs: None,
        request: String::new(),
        text: String::new(),
        tool_calls: Vec::new(),
    };
    Ok(InferenceRow {
        number: row.get::<_, i64>(0)?.unsigned_abs(),
        inference,
        n_attempts: row.get::<_, i64>(28)?.unsigned_abs(),
        failure: row.get::<_, Option<String>>(29)?.map(of_word).transpose()?,
        erased: row.get(30)?,
    })
}

/// Written out, because each request passes here: serde would make a JSON value of each word.
pub(super) fn endpoint_word(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::ChatCompletions => "chat-completions",
        Endpoint::Responses => "responses",
        Endpoint::Messages => "messages",
        Endpoint::Embeddings => "embeddings",
    }
}

fn endpoint_of(word: &str) -> rusqlite::Result<Endpoint> {
    let all =
        [Endpoint::ChatCompletions, Endpoint::Responses, Endpoint::Messages, Endpoint::Embeddings];
    all.into_iter()
        .find(|endpoint| endpoint_word(*endpoint) == word)
        .ok_or_else(|| body::damaged(format!("an endpoint called {word}")))
}

/// See [`endpoint_word`].
pub(super) fn outcome_word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered => "answered",
        Outcome::Failed => "failed",
        Outcome::Cut => "cut",
        Outcome::Cancelled => "cancelled",
    }
}

fn outcome_of(word: &str) -> rusqlite::Result<Outcome> {
    let all = [Outcome::Answered, Outcome::Failed, Outcome::Cut, Outcome::Cancelled];
    all.into_iter()
        .find(|outcome| outcome_word(*outcome) == word)
        .ok_or_else(|| body::damaged(format!("an outcome called {word}")))
}
