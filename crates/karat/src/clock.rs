//! The only clock and the only source of ids and secrets: everything else takes them as arguments.

use std::fmt::Write as _;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Tells the time and makes ids.
#[derive(Clone, Copy, Debug, Default)]
pub struct Clock;

#[expect(clippy::disallowed_methods, reason = "this is the one place that may ask")]
impl Clock {
    /// Milliseconds since the Unix epoch.
    pub fn now_ms(self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        since.as_millis() as i64
    }

    /// A moment to measure from.
    pub fn instant(self) -> Instant {
        Instant::now()
    }

    /// A new id; ids that are made later sort later.
    pub fn new_id(self) -> String {
        uuid::Uuid::now_v7().to_string()
    }

    /// A new secret: 256 random bits of the operating system as hexadecimal digits.
    pub fn new_secret(self) -> anyhow::Result<String> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes)
            .map_err(|error| anyhow::anyhow!("the system gives no random numbers: {error}"))?;
        Ok(bytes.iter().fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        }))
    }
}

/// Milliseconds of a span, with fractions.
pub fn milliseconds(span: Duration) -> f64 {
    span.as_secs_f64() * 1000.0
}

/// The calendar day of a time, in UTC, as 2026-11-23.
pub fn day(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| String::new(), |time| time.strftime("%Y-%m-%d").to_string())
}

/// The minute of a time, in UTC, as 2026-11-23 14:05.
pub fn minute(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| String::new(), |time| time.strftime("%Y-%m-%d %H:%M").to_string())
}

/// The second of a time, in UTC, as 14:05:09.
pub fn second(ms: i64) -> String {
    jiff::Timestamp::from_millisecond(ms)
        .map_or_else(|_| String::new(), |time| time.strftime("%H:%M:%S").to_string())
}
