//! Pure. When to ask again: `Retry-After` in its spellings, and the hints of rate limits.

use std::time::Duration;

use jiff::Timestamp;
use jiff::fmt::rfc2822;

use crate::http::find_header;

/// Longer waits are taken for mistakes of the provider, or for a limit that no retry outlives.
const LONGEST_SECONDS: f64 = 7.0 * 24.0 * 3600.0;

/// How long the provider asks to wait; `now` is in Unix seconds.
///
/// Reads `retry-after-ms`, then `retry-after` as seconds or as a date.
pub fn retry_after(headers: &[(String, String)], now: u64) -> Option<Duration> {
    let milliseconds = find_header(headers, "retry-after-ms").and_then(|text| text.parse().ok());
    if let Some(wait) = milliseconds.and_then(|count: f64| seconds(count / 1000.0)) {
        return Some(wait);
    }
    let text = find_header(headers, "retry-after")?;
    match text.parse() {
        Ok(count) => seconds(count),
        Err(_) => until(rfc2822::parse(text).ok()?.timestamp(), now),
    }
}

/// How much of a rate limit is left, where the provider says so.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateHint {
    /// Requests that may still be sent in the present span.
    pub remaining: Option<u64>,
    /// The time until the limit is full again.
    pub reset_after: Option<Duration>,
}

/// Reads the hint from the headers of any response; `now` is in Unix seconds.
pub fn rate_hint(headers: &[(String, String)], now: u64) -> RateHint {
    let first = |names: [&str; 2]| names.into_iter().find_map(|name| find_header(headers, name));
    let remaining =
        first(["x-ratelimit-remaining-requests", "anthropic-ratelimit-requests-remaining"]);
    let reset = first(["x-ratelimit-reset-requests", "anthropic-ratelimit-requests-reset"]);
    RateHint {
        remaining: remaining.and_then(|text| text.parse().ok()),
        reset_after: reset.and_then(|text| match text.parse::<Timestamp>() {
            Ok(at) => until(at, now),
            Err(_) => span(text),
        }),
    }
}

fn seconds(count: f64) -> Option<Duration> {
    let is_plausible = (0.0..=LONGEST_SECONDS).contains(&count);
    is_plausible.then(|| Duration::from_secs_f64(count))
}

fn until(at: Timestamp, now: u64) -> Option<Duration> {
    let at = u64::try_from(at.as_second()).unwrap_or(0);
    seconds(at.saturating_sub(now) as f64)
}

/// Reads `6m0s`, `1s`, `120ms`, `1h30m`, `7.66s`, or a bare number of seconds.
fn span(text: &str) -> Option<Duration> {
    if let Ok(count) = text.parse() {
        return seconds(count);
    }
    let mut total = 0.0;
    let mut rest = text;
    while !rest.is_empty() {
        let unit_at = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let count: f64 = rest[..unit_at].parse().ok()?;
        let tail = &rest[unit_at..];
        let unit_end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let scale = match &tail[..unit_end] {
            "d" => 86_400.0,
            "h" => 3600.0,
            "m" => 60.0,
            "s" => 1.0,
            "ms" => 0.001,
            _ => return None,
        };
        total += count * scale;
        rest = &tail[unit_end..];
    }
    if text.is_empty() { None } else { seconds(total) }
}
