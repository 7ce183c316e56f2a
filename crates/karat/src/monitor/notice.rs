//! Notices for people who do not look: a message to a webhook, tried again until it is taken, and never sent twice.

use std::time::Duration;

use anyhow::Result;
use karat_store::Store;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::incident::Incident;
use super::kept::{self, Keep};
use crate::app::App;
use crate::project::provider::Timeouts;
use crate::upstream::client::Outgoing;

/// A message on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// What is told; also its name, so that one incident is told once.
    pub incident: String,
    /// The message for a generic receiver.
    pub content: Value,
    /// The message as one text.
    pub text: String,
    /// Attempts so far.
    pub n_attempts: u32,
    /// Not before this, in milliseconds since the Unix epoch.
    pub next_at_ms: i64,
    /// When it was taken.
    pub delivered_at_ms: Option<i64>,
    /// Why the last attempt failed.
    pub trouble: Option<String>,
}

impl Keep for Notice {
    const KIND: &'static str = "notice";
}

/// The form that a receiver wants.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Form {
    /// Our own JSON.
    #[default]
    Json,
    /// What Slack's incoming webhooks take.
    Slack,
}

/// Attempts after which nobody is expected to listen.
const MOST_ATTEMPTS: u32 = 12;

const LIMIT: Duration = Duration::from_secs(10);

/// Puts the message of an incident on its way, once.
pub async fn tell(store: &Store, incident: &Incident, link: &str, now_ms: i64) -> Result<()> {
    let simulated = if incident.simulated { " (simulated)" } else { "" };
    let text =
        format!("{}{simulated}\n{}\n{}\n{link}", incident.title, incident.cause, incident.action);
    let content = json!({ "kind": "incident", "incident": incident, "link": link });
    let notice = Notice {
        incident: incident.id.clone(),
        content,
        text,
        n_attempts: 0,
        next_at_ms: now_ms,
        delivered_at_ms: None,
        trouble: None,
    };
    kept::replace(store, &incident.id, None, &notice, now_ms).await?;
    Ok(())
}

/// Sends what waits; each attempt is claimed first, so that two processes never send the same.
pub async fn send(app: &App, store: &Store, address: &str, form: Form) -> Result<()> {
    for (name, _) in kept::list::<Notice>(store).await? {
        let now_ms = app.clock.now_ms();
        let Some((notice, hash)) = kept::read::<Notice>(store, &name).await? else { continue };
        let is_due = notice.delivered_at_ms.is_none()
            && notice.next_at_ms <= now_ms
            && notice.n_attempts < MOST_ATTEMPTS;
        if !is_due {
            continue;
        }
        let wait_ms = 5_000_i64 << notice.n_attempts.min(12);
        let claimed = Notice {
            n_attempts: notice.n_attempts + 1,
            next_at_ms: now_ms + wait_ms.min(6 * 3_600_000),
            ..notice
        };
        if !kept::replace(store, &name, Some(hash), &claimed, now_ms).await? {
            continue;
        }
        let sent = post(app, address, form, &claimed).await;
        let now_ms = app.clock.now_ms();
        let Some((latest, hash)) = kept::read::<Notice>(store, &name).await? else { continue };
        let after = match sent {
            Ok(()) => Notice { delivered_at_ms: Some(now_ms), trouble: None, ..latest },
            Err(trouble) => Notice { trouble: Some(trouble), ..latest },
        };
        kept::replace(store, &name, Some(hash), &after, now_ms).await?;
    }
    Ok(())
}

/// One attempt; the error never holds the address, which is a secret.
async fn post(app: &App, address: &str, form: Form, notice: &Notice) -> Result<(), String> {
    let body = match form {
        Form::Json => notice.content.clone(),
        Form::Slack => json!({ "text": notice.text }),
    };
    let outgoing = Outgoing {
        method: "POST",
        url: address.to_owned(),
        headers: vec![
            ("content-type".into(), "application/json".into()),
            // A receiver that took the message and could not say so knows it again by this.
            ("idempotency-key".into(), notice.incident.clone()),
        ],
        body: body.to_string().into_bytes(),
    };
    let timeouts = Timeouts { connect: LIMIT, first_byte: LIMIT, chunk: LIMIT, total: LIMIT };
    let outcome = app.upstream.post("the webhook", 2, timeouts, outgoing).await;
    match outcome.answer {
        Ok(incoming) if (200..300).contains(&incoming.status) => Ok(()),
        Ok(incoming) => Err(format!("the webhook answered with status {}", incoming.status)),
        Err(failure) => Err(format!("the webhook was not reached ({:?})", failure.kind)),
    }
}
