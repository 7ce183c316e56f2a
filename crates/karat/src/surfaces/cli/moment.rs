//! Pure. Moments as people write them after `--since`: a span back from now, or a day.

use anyhow::Result;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::app::Refusal;

const MINUTE_MS: f64 = 60_000.0;

/// Milliseconds since the Unix epoch: so long before now, or the beginning of a day in UTC.
pub fn since(text: &str, now_ms: i64) -> Result<i64> {
    let text = text.trim();
    let day = text.parse::<Date>().ok();
    let day = day.and_then(|day| TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok());
    if let Some(day) = day {
        return Ok(day.as_millisecond());
    }
    span_ms(text).map(|span| now_ms.saturating_sub(span)).ok_or_else(|| {
        let text: String = text.chars().take(40).collect();
        Refusal::invalid(format!(
            "\"{text}\" is no time to begin at\n  next: write a span such as 90m, 24h or 7d, or a day such as 2026-11-23"
        ))
    })
}

fn span_ms(text: &str) -> Option<i64> {
    let split = text.find(|c: char| !(c.is_ascii_digit() || c == '.'))?;
    let amount: f64 = text[..split].parse().ok()?;
    let minutes = match text[split..].trim() {
        "m" | "min" => amount,
        "h" => amount * 60.0,
        "d" => amount * 24.0 * 60.0,
        "w" => amount * 7.0 * 24.0 * 60.0,
        _ => return None,
    };
    let ms = minutes * MINUTE_MS;
    (ms.is_finite() && ms < 1e15).then_some(ms as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_goes_back_from_now_and_a_day_begins_at_midnight() {
        let now = 1_800_000_000_000;
        assert_eq!(since("90m", now).unwrap(), now - 90 * 60_000);
        assert_eq!(since("1.5h", now).unwrap(), now - 90 * 60_000);
        assert_eq!(since("7d", now).unwrap(), now - 7 * 24 * 3_600_000);
        assert_eq!(since("2026-11-23", now).unwrap(), 1_795_392_000_000);
        for wrong in ["", "yesterday", "7", "d", "-3h", "2026-13-01", "99999999999999d"] {
            assert!(since(wrong, now).unwrap_err().to_string().contains("next:"), "{wrong}");
        }
    }
}
