//! When to ask again.

use std::time::Duration;

use karat_providers::retry::{RateHint, rate_hint, retry_after};

use crate::NOW;

fn header(name: &str, value: &str) -> Vec<(String, String)> {
    vec![(name.to_owned(), value.to_owned())]
}

#[test]
fn a_wait_is_read_in_each_of_its_spellings() {
    // NOW is 2026-11-30T00:53:20Z.
    for (name, value, wanted) in [
        ("retry-after", "20", Some(Duration::from_secs(20))),
        ("Retry-After", " 0.5 ", Some(Duration::from_millis(500))),
        ("retry-after-ms", "1500", Some(Duration::from_millis(1500))),
        ("retry-after", "Mon, 30 Nov 2026 00:53:50 GMT", Some(Duration::from_secs(30))),
        ("retry-after", "Mon, 30 Nov 2026 00:00:00 GMT", Some(Duration::ZERO)),
        ("retry-after", "soon", None),
        ("retry-after", "-1", None),
        ("retry-after", "NaN", None),
        ("retry-after", "inf", None),
        ("retry-after", "1e300", None),
        ("retry-after", "", None),
    ] {
        assert_eq!(retry_after(&header(name, value), NOW), wanted, "{name}: {value}");
    }
}

#[test]
fn milliseconds_are_believed_before_seconds() {
    let mut headers = header("retry-after", "2");
    headers.extend(header("retry-after-ms", "1234"));
    assert_eq!(retry_after(&headers, NOW), Some(Duration::from_millis(1234)));
}

#[test]
fn the_limits_of_openai_are_read() {
    for (value, wanted) in [
        ("1s", Some(Duration::from_secs(1))),
        ("6m0s", Some(Duration::from_mins(6))),
        ("120ms", Some(Duration::from_millis(120))),
        ("1h2m3.5s", Some(Duration::from_millis(3_723_500))),
        ("17", Some(Duration::from_secs(17))),
        ("s", None),
        ("5x", None),
        ("", None),
    ] {
        let mut headers = header("x-ratelimit-reset-requests", value);
        headers.extend(header("X-RateLimit-Remaining-Requests", "59"));
        let wanted = RateHint { remaining: Some(59), reset_after: wanted };
        assert_eq!(rate_hint(&headers, NOW), wanted, "{value}");
    }
}

#[test]
fn the_limits_of_anthropic_are_read() {
    let mut headers = header("anthropic-ratelimit-requests-reset", "2026-11-30T00:54:20Z");
    headers.extend(header("anthropic-ratelimit-requests-remaining", "0"));
    let wanted = RateHint { remaining: Some(0), reset_after: Some(Duration::from_mins(1)) };
    assert_eq!(rate_hint(&headers, NOW), wanted);
}

#[test]
fn no_header_is_no_hint() {
    assert_eq!(rate_hint(&[], NOW), RateHint::default());
    assert_eq!(retry_after(&[], NOW), None);
}
