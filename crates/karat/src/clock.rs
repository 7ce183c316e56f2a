//! The only clock and the only source of ids: everything else takes time and ids as arguments.

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
