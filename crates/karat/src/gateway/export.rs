//! Sends spans to a collector, in batches and beside the requests: who waits for an answer never waits for it.

use std::sync::Arc;
use std::time::Duration;

use karat_records::Inference;
use tokio::sync::mpsc;

use super::{Gateway, spans};
use crate::app::App;
use crate::config::Collector;
use crate::project::provider::Timeouts;
use crate::tasks::Stop;
use crate::upstream::client::Outgoing;

/// Inferences that wait; more are left out and counted.
const MOST_WAITING: usize = 4096;

/// Inferences of one message.
const BATCH: usize = 256;

/// How long the first of a batch waits for the others.
const EVERY: Duration = Duration::from_secs(2);

const LIMIT: Duration = Duration::from_secs(10);

/// Where inferences are handed over, and where they are sent from.
pub fn channel() -> (mpsc::Sender<Inference>, mpsc::Receiver<Inference>) {
    mpsc::channel(MOST_WAITING)
}

/// Sends until the server ends, and then what still waits.
pub async fn export(
    gateway: Arc<Gateway>,
    collector: Collector,
    mut waiting: mpsc::Receiver<Inference>,
    mut stop: Stop,
) {
    let mut is_stopping = false;
    while !is_stopping {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.wait() => is_stopping = true,
        }
        loop {
            let mut batch = Vec::new();
            while batch.len() < BATCH
                && let Ok(inference) = waiting.try_recv()
            {
                batch.push(inference);
            }
            if batch.is_empty() {
                break;
            }
            if !send(&gateway.app, &collector, &batch).await {
                gateway.counters.unexported(batch.len() as u64);
            }
        }
    }
}

async fn send(app: &App, collector: &Collector, batch: &[Inference]) -> bool {
    let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    headers.extend(collector.headers.iter().cloned());
    let outgoing = Outgoing {
        method: "POST",
        url: collector.url.clone(),
        headers,
        body: spans::request(batch, &collector.service).to_string().into_bytes(),
    };
    let timeouts = Timeouts { connect: LIMIT, first_byte: LIMIT, chunk: LIMIT, total: LIMIT };
    let outcome = app.upstream.post("the collector of spans", 1, timeouts, outgoing).await;
    outcome.answer.is_ok_and(|incoming| (200..300).contains(&incoming.status))
}
