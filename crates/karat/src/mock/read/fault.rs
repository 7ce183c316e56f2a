//! Pure. Reads one `[[fault]]`: when it happens, and what goes wrong.

use std::time::Duration;

use karat_providers::ErrorClass;

use super::{Table, at_least_one, duration_or, probability, read_match};
use crate::mock::fields::{self, FAULT_KINDS};
use crate::mock::script::{Failure, Fault, FaultKind, Trigger};

const ONE_SECOND: Duration = Duration::from_secs(1);

/// Reads a fault; nothing where its kind is unknown, which has been noted then.
pub(super) fn read(table: &Table<'_>) -> Option<Fault> {
    let kind = table.text("kind").filter(|kind| FAULT_KINDS.contains(&kind.as_str()));
    let mut known = vec![fields::MATCH, fields::FAULT];
    match &kind {
        Some(kind) => known.push(fields::fault_fields(kind)),
        // The kind is what is wrong: its fields are not judged.
        None => known.extend(FAULT_KINDS.iter().map(|kind| fields::fault_fields(kind))),
    }
    table.check(&known);
    Some(Fault {
        to: read_match(table),
        after: table.integer("after").unwrap_or(0),
        trigger: read_trigger(table),
        per_request: table.flag("per_request"),
        delay: duration_or(table, "delay", Duration::ZERO),
        kind: read_kind(table, &kind?),
    })
}

fn read_trigger(table: &Table<'_>) -> Trigger {
    const TRIGGERS: [&str; 5] = ["always", "every", "first", "nth", "probability"];
    let written: Vec<_> = TRIGGERS.into_iter().filter(|name| table.has(name)).collect();
    if let [first, second, ..] = written[..] {
        let message = format!("{first} and {second} cannot stand together");
        table.error(second, message, "keep one of them, or write two faults");
    }
    match written.first() {
        Some(&"every") => at_least_one(table, "every").map(Trigger::Every),
        Some(&"first") => at_least_one(table, "first").map(Trigger::First),
        Some(&"nth") => Some(Trigger::Nth(read_positions(table))),
        Some(&"probability") => probability(table, "probability").map(Trigger::Probability),
        _ => None,
    }
    .unwrap_or(Trigger::Always)
}

fn read_positions(table: &Table<'_>) -> Vec<u64> {
    let positions: Option<Vec<u64>> = table
        .json("nth")
        .and_then(|value| value.as_array()?.iter().map(serde_json::Value::as_u64).collect());
    match positions {
        Some(positions) if positions.iter().all(|position| *position > 0) => positions,
        _ => {
            let message = "a list of whole numbers is needed here, counted from 1";
            table.error("nth", message, "write nth = [2, 5] for the second and the fifth request");
            Vec::new()
        }
    }
}

fn read_kind(table: &Table<'_>, kind: &str) -> FaultKind {
    let chunks = table.integer("chunks").map(|count| count as usize);
    let message = table.text("message");
    match kind {
        "rate-limit" => FaultKind::RateLimit {
            message,
            retry_after: duration_or(table, "retry_after", ONE_SECOND),
        },
        "hang" => FaultKind::Hang,
        "hang-after" => FaultKind::HangAfter { chunks: chunks.unwrap_or(1) },
        "cut" => FaultKind::Cut { chunks },
        "html" => FaultKind::Html { status: read_status(table).unwrap_or(502) },
        "malformed" => FaultKind::Malformed { chunks: chunks.unwrap_or(1) },
        "empty" => FaultKind::Empty,
        "slow-drip" => FaultKind::SlowDrip { pause: duration_or(table, "pause", ONE_SECOND) },
        "overload-in-stream" => {
            FaultKind::OverloadInStream { chunks: chunks.unwrap_or(0), message }
        }
        _ => FaultKind::Status(read_failure(table)),
    }
}

fn read_failure(table: &Table<'_>) -> Failure {
    let status = read_status(table);
    let named = table
        .text("error")
        .and_then(|word| ErrorClass::ALL.into_iter().find(|class| class.as_str() == word));
    if status.is_none() && named.is_none() {
        let next = "add status = 500, or error = \"overloaded\"";
        table.problems().error(&table.place, "this fault has no status and no error", next);
    }
    Failure {
        status,
        class: named.or_else(|| status.map(class_of)).unwrap_or(ErrorClass::ServerError),
        message: table.text("message"),
        body: table.text("body"),
        retry_after: table.duration("retry_after"),
    }
}

fn read_status(table: &Table<'_>) -> Option<u16> {
    let status = table.integer("status")?;
    if !(200..=599).contains(&status) {
        table.error("status", "an HTTP status lies between 200 and 599", "write 500, 429, 503, …");
        return Some(500);
    }
    u16::try_from(status).ok()
}

/// The error that a vendor means with a status.
fn class_of(status: u16) -> ErrorClass {
    match status {
        401 => ErrorClass::Authentication,
        402 => ErrorClass::QuotaExhausted,
        403 => ErrorClass::PermissionDenied,
        404 => ErrorClass::NotFound,
        408 | 504 => ErrorClass::Timeout,
        429 => ErrorClass::RateLimited,
        503 | 529 => ErrorClass::Overloaded,
        400..=499 => ErrorClass::BadRequest,
        _ => ErrorClass::ServerError,
    }
}
