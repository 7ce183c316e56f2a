//! `[gateway]`: how requests of applications are answered and recorded.

use std::time::Duration;

use regex::Regex;

use super::reader::Table;

/// The form of notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookForm {
    /// Our own JSON.
    Json,
    /// What Slack's incoming webhooks take.
    Slack,
}

/// How requests are answered and recorded.
#[derive(Clone, Debug)]
pub struct GatewaySettings {
    /// For a whole request, all attempts together.
    pub deadline: Duration,
    /// Most attempts of one request over all variants.
    pub attempts: u32,
    /// Whether inferences are recorded.
    pub records: bool,
    /// Whether requests are answered while nothing can be recorded.
    pub serves_unrecorded: bool,
    /// Whether applications on this machine need a key as well.
    pub needs_keys: bool,
    /// The form of notices.
    pub webhook: WebhookForm,
    /// Patterns whose matches are never written down.
    pub redact: Vec<Regex>,
    /// Days after which requests and answers are forgotten.
    pub keep_days: Option<u64>,
    /// Bytes that the database may hold before the oldest requests and answers are forgotten.
    pub max_disk_bytes: Option<u64>,
}

impl Default for GatewaySettings {
    fn default() -> Self {
        Self {
            deadline: Duration::from_mins(2),
            attempts: 6,
            records: true,
            serves_unrecorded: false,
            needs_keys: false,
            webhook: WebhookForm::Json,
            redact: Vec::new(),
            keep_days: None,
            max_disk_bytes: None,
        }
    }
}

/// Reads `[gateway]`.
pub fn read(table: &Table<'_>) -> GatewaySettings {
    table.check(&[super::fields::GATEWAY]);
    let standard = GatewaySettings::default();
    let mut redact = Vec::new();
    for pattern in table.texts("redact") {
        match Regex::new(&pattern) {
            Ok(regex) => redact.push(regex),
            Err(error) => table.error(
                "redact",
                format!("\"{pattern}\" is no pattern: {error}"),
                "correct it, or take it out",
            ),
        }
    }
    GatewaySettings {
        deadline: table.duration("deadline").unwrap_or(standard.deadline),
        attempts: table.integer("attempts").map_or(standard.attempts, |n| n.clamp(1, 50) as u32),
        records: !table.has("record") || table.flag("record"),
        serves_unrecorded: table.text("on_store_failure").as_deref() == Some("serve"),
        needs_keys: table.text("keys").as_deref() == Some("required"),
        webhook: match table.text("webhook").as_deref() {
            Some("slack") => WebhookForm::Slack,
            _ => WebhookForm::Json,
        },
        redact,
        keep_days: positive(table, "keep_days"),
        max_disk_bytes: positive(table, "max_disk_mb").map(|mb| mb.saturating_mul(1 << 20)),
    }
}

/// A number of which nothing would keep nothing.
fn positive(table: &Table<'_>, name: &str) -> Option<u64> {
    let number = table.integer(name)?;
    if number == 0 {
        table.error(
            name,
            format!("{name} = 0 would keep no request and no answer"),
            "write `record = false` to record nothing, or a number from 1 on",
        );
    }
    Some(number).filter(|number| *number > 0)
}
