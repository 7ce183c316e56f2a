//! Pure. An inference as a row of text: a line of JSON, or cells of CSV.

use anyhow::{Context, Result};
use jiff::Timestamp;
use karat_records::{Inference, LiveScore, Signal};
use serde::Serialize;
use serde_json::Value;

/// An inference with what was said about it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// The inference; its fields stand in the line itself.
    #[serde(flatten)]
    pub inference: Inference,
    /// Signals about it.
    pub signals: Vec<Signal>,
    /// Live scores of it.
    pub live_scores: Vec<LiveScore>,
}

/// The first line of a sheet.
pub const HEADER: [&str; 31] = [
    "id",
    "time",
    "endpoint",
    "feature",
    "variant",
    "unproven",
    "simulated",
    "asked",
    "served",
    "outcome",
    "status",
    "streamed",
    "first_chunk_ms",
    "latency_ms",
    "input_tokens",
    "cached_input_tokens",
    "cache_write_tokens",
    "output_tokens",
    "usage_estimated",
    "cost_usd",
    "conversation",
    "user",
    "key",
    "tags",
    "n_attempts",
    "inputs",
    "request",
    "text",
    "tool_calls",
    "signals",
    "live_scores",
];

/// One line of JSON.
pub fn json_line(row: &Row) -> Result<String> {
    Ok(format!("{}\n", serde_json::to_string(row).context("an inference is always JSON")?))
}

/// Lines of CSV, with or without the header.
pub fn csv(rows: &[Row], has_header: bool) -> Result<String> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    if has_header {
        writer.write_record(HEADER).context("a header is always CSV")?;
    }
    for row in rows {
        writer.write_record(cells(row)?).context("an inference is always CSV")?;
    }
    let bytes = writer.into_inner().context("a text in memory is always written")?;
    String::from_utf8(bytes).context("inferences are UTF-8")
}

fn cells(row: &Row) -> Result<[String; HEADER.len()]> {
    let it = &row.inference;
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    let tokens = |count: fn(&karat_records::Usage) -> u64| {
        it.usage.as_ref().map(|usage| count(usage).to_string()).unwrap_or_default()
    };
    Ok([
        it.id.clone(),
        time(it.received_at_ms),
        word(&it.endpoint)?,
        text(&it.feature),
        text(&it.variant),
        it.unproven.to_string(),
        it.simulated.to_string(),
        text(&it.asked),
        text(&it.served),
        word(&it.outcome)?,
        it.status.to_string(),
        it.streamed.to_string(),
        number(it.first_chunk_ms),
        it.latency_ms.to_string(),
        tokens(|usage| usage.input_tokens),
        tokens(|usage| usage.cached_input_tokens),
        tokens(|usage| usage.cache_write_tokens),
        tokens(|usage| usage.output_tokens),
        it.usage_estimated.to_string(),
        number(it.cost_usd),
        text(&it.conversation),
        text(&it.user),
        text(&it.key),
        list(&it.tags, it.tags.is_empty())?,
        it.attempts.len().to_string(),
        it.inputs.as_ref().map_or(Ok(String::new()), |inputs| list(inputs, false))?,
        it.request.clone(),
        it.text.clone(),
        list(&it.tool_calls, it.tool_calls.is_empty())?,
        list(&row.signals, row.signals.is_empty())?,
        list(&row.live_scores, row.live_scores.is_empty())?,
    ])
}

/// JSON in a cell; an empty cell where there is nothing.
fn list(value: &impl Serialize, is_empty: bool) -> Result<String> {
    if is_empty {
        return Ok(String::new());
    }
    serde_json::to_string(value).context("a part of an inference is always JSON")
}

fn word(value: &impl Serialize) -> Result<String> {
    match serde_json::to_value(value).context("a word is always JSON")? {
        Value::String(word) => Ok(word),
        other => Ok(other.to_string()),
    }
}

fn time(ms: i64) -> String {
    Timestamp::from_millisecond(ms).map_or_else(|_| ms.to_string(), |time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn row() -> Row {
        let inference = serde_json::from_value(json!({
            "id": "i1", "received_at_ms": 1_800_000_000_000_i64, "endpoint": "chat-completions",
            "outcome": "answered", "status": 200, "latency_ms": 12.5, "feature": "triage",
            "usage": {"input_tokens": 3, "output_tokens": 4}, "request": "{\"a\":\n1}", "text": "a, \"b\"",
        }));
        Row { inference: inference.unwrap(), signals: Vec::new(), live_scores: Vec::new() }
    }

    #[test]
    fn a_line_of_json_reads_back_and_a_sheet_has_a_header_once() {
        let line = json_line(&row()).unwrap();
        assert_eq!(line.matches('\n').count(), 1, "{line}");
        let back: Inference = serde_json::from_str(&line).unwrap();
        assert_eq!(back, row().inference);
        let text = csv(&[row()], true).unwrap() + &csv(&[row()], false).unwrap();
        let mut reader = csv::Reader::from_reader(text.as_bytes());
        let read: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(read.len(), 2);
        let cell = |name: &str| {
            let index = HEADER.iter().position(|known| *known == name).unwrap();
            read[1].get(index).unwrap().to_owned()
        };
        assert_eq!(cell("time"), "2027-01-15T08:00:00Z");
        assert_eq!((cell("text"), cell("request")), ("a, \"b\"".into(), "{\"a\":\n1}".into()));
        assert_eq!((cell("cost_usd"), cell("output_tokens")), (String::new(), "4".into()));
    }
}
