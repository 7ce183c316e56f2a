//! Adding inferences: one row, one body, and what they add to the sums of their hour.

use karat_records::{Hash, Inference};
use rusqlite::{Connection, params};

use super::super::facts::word;
use super::super::hours::{Sums, column};
use super::super::signals::waiting::Waiting;
use super::{bodies, endpoint_word, outcome_word};
use crate::StoreError;

/// An inference, ready to be inserted.
#[derive(Debug)]
pub(in super::super) struct InferenceFact {
    /// Without what stands in the body.
    inference: Inference,
    body: Vec<u8>,
    tags: Option<String>,
    n_attempts: usize,
    failure_kind: Option<String>,
}

/// What a transaction gathers over all of its inferences, and writes once at its end.
#[derive(Debug, Default)]
pub(in super::super) struct Gathered {
    pub(in super::super) sums: Sums,
    pub(in super::super) waiting: Waiting,
}

impl Gathered {
    pub(in super::super) fn finish(self, connection: &Connection) -> rusqlite::Result<()> {
        self.waiting.expire(connection)?;
        self.sums.add_to(connection)
    }
}

impl InferenceFact {
    pub(in super::super) fn of(mut inference: Inference) -> Result<Self, StoreError> {
        check(&inference)?;
        let body = bodies::encode(&inference)?;
        let attempts = std::mem::take(&mut inference.attempts);
        let last_failure = attempts.last().and_then(|step| step.attempt.failure.as_ref());
        let failure_kind = last_failure.map(|failure| word(&failure.kind));
        // They stand in the body now; a queue of large requests would hold them twice.
        inference.request = String::new();
        inference.text = String::new();
        inference.tool_calls = Vec::new();
        inference.inputs = None;
        let tags = if inference.tags.is_empty() {
            None
        } else {
            serde_json::to_string(&inference.tags).ok()
        };
        Ok(Self { n_attempts: attempts.len(), failure_kind, tags, body, inference })
    }

    pub(in super::super) fn insert(
        &self,
        connection: &Connection,
        gathered: &mut Gathered,
    ) -> rusqlite::Result<()> {
        let it = &self.inference;
        // By position: a name would be looked for among thirty, for each column of each request.
        let sql = "INSERT OR IGNORE INTO inferences (id, received_at_ms, outcome, feature, variant, \
            conversation, user, key, endpoint, variant_hash, unproven, simulated, asked, served, fingerprint, \
            response_id, status, streamed, first_chunk_ms, latency_ms, input_tokens, cached_input_tokens, \
            cache_write_tokens, output_tokens, usage_estimated, cost_usd, n_attempts, failure_kind, tags) \
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let n_added = connection.prepare_cached(sql)?.execute(params![
            it.id,
            it.received_at_ms,
            outcome_word(it.outcome),
            it.feature,
            it.variant,
            it.conversation,
            it.user,
            it.key,
            endpoint_word(it.endpoint),
            it.variant_hash.as_ref().map(Hash::as_str),
            it.unproven,
            it.simulated,
            it.asked,
            it.served,
            it.fingerprint,
            it.response_id,
            it.status,
            it.streamed,
            it.first_chunk_ms,
            it.latency_ms,
            it.usage.map(|usage| column(usage.input_tokens)),
            it.usage.map(|usage| column(usage.cached_input_tokens)),
            it.usage.map(|usage| column(usage.cache_write_tokens)),
            it.usage.map(|usage| column(usage.output_tokens)),
            it.usage_estimated,
            it.cost_usd,
            column(self.n_attempts as u64),
            self.failure_kind,
            self.tags,
        ])?;
        if n_added == 0 {
            return Ok(());
        }
        let number = connection.last_insert_rowid();
        connection
            .prepare_cached("INSERT INTO inference_bodies (inference, body) VALUES (?1, ?2)")?
            .execute(params![number, self.body])?;
        gathered.sums.add(number, it, self.n_attempts);
        gathered.waiting.bind(connection, number, it)
    }
}

/// What the columns or JSON cannot hold is refused here, where the writer and its neighbours do not suffer.
fn check(inference: &Inference) -> Result<(), StoreError> {
    let refuse = |detail: &str| {
        let fact = format!("inference {}", inference.id);
        Err(StoreError::Unstorable { fact, detail: detail.to_owned() })
    };
    let attempts = inference.attempts.iter().map(|step| &step.attempt);
    let mut numbers = attempts
        .flat_map(|attempt| [Some(attempt.latency_ms), attempt.waited_ms])
        .chain([Some(inference.latency_ms), inference.first_chunk_ms, inference.cost_usd])
        .flatten();
    if !numbers.all(f64::is_finite) {
        return refuse("a time or its cost is not a finite number");
    }
    let counts = inference.usage.map(|usage| {
        [
            usage.input_tokens,
            usage.cached_input_tokens,
            usage.cache_write_tokens,
            usage.output_tokens,
        ]
    });
    // Sums over an hour must not run over either.
    if counts.into_iter().flatten().any(|n| n > u64::from(u32::MAX)) {
        return refuse("it counts more than four thousand million tokens");
    }
    Ok(())
}
