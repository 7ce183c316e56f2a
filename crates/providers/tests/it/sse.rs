//! Events out of bytes in any pieces.

use karat_providers::sse::{EventTooLarge, SseDecoder, SseEvent};
use proptest::prelude::*;

/// The events of a stream that arrives in these pieces, with how it ended.
fn decode(pieces: &[&[u8]], limit: usize) -> (Vec<SseEvent>, Result<(), EventTooLarge>) {
    let mut decoder = SseDecoder::with_limit(limit);
    let mut events = Vec::new();
    for piece in pieces {
        if let Err(error) = decoder.push(piece, &mut events) {
            return (events, Err(error));
        }
    }
    events.extend(decoder.finish());
    (events, Ok(()))
}

fn all(stream: &str) -> Vec<(String, String)> {
    let (events, end) = decode(&[stream.as_bytes()], 10_000);
    assert_eq!(end, Ok(()));
    events.into_iter().map(|event| (event.name, event.data)).collect()
}

fn event(name: &str, data: &str) -> (String, String) {
    (name.to_owned(), data.to_owned())
}

#[test]
fn lines_end_in_any_of_three_ways() {
    for end in ["\n", "\r", "\r\n"] {
        let stream = ["event: a", "data: 1", "", "data: 2", "", ""].join(end);
        assert_eq!(all(&stream), [event("a", "1"), event("", "2")]);
    }
}

#[test]
fn data_of_several_lines_is_joined_by_line_feeds() {
    assert_eq!(all("data: a\ndata\ndata:  b\n\n"), [event("", "a\n\n b")]);
}

#[test]
fn comments_and_unknown_fields_are_no_data() {
    assert_eq!(all(": hello\n\n:\nid: 7\nretry: 10\nfoo: bar\ndata: 1\n\n"), [event("", "1")]);
}

#[test]
fn an_event_without_data_is_not_given_and_its_name_is_forgotten() {
    assert_eq!(all("event: ping\n\ndata: 1\n\n"), [event("", "1")]);
}

#[test]
fn empty_data_is_data() {
    assert_eq!(all("data:\n\n"), [event("", "")]);
}

#[test]
fn a_mark_of_byte_order_is_skipped_at_the_start_only() {
    assert_eq!(all("\u{feff}data: 1\n\n\u{feff}data: 2\n\n"), [event("", "1")]);
}

#[test]
fn the_last_event_is_given_without_its_empty_line() {
    assert_eq!(all("data: 1\n\ndata: [DONE]"), [event("", "1"), event("", "[DONE]")]);
}

#[test]
fn bytes_that_are_no_text_become_replacement_characters() {
    let (events, _) = decode(&[b"data: \xff\n\n"], 100);
    assert_eq!(events[0].data, "\u{fffd}");
}

#[test]
fn an_event_over_the_limit_ends_the_stream_and_keeps_what_came_before() {
    let stream = format!("data: 1\n\ndata: {}\n\ndata: 2\n\n", "x".repeat(100));
    let (events, end) = decode(&[stream.as_bytes()], 50);
    assert_eq!(events.len(), 1);
    assert_eq!(end, Err(EventTooLarge { limit: 50 }));
    let many_lines = "data: 12345\n".repeat(20);
    assert!(decode(&[many_lines.as_bytes()], 50).1.is_err());
}

#[test]
fn a_decoder_that_failed_stays_failed() {
    let mut decoder = SseDecoder::with_limit(4);
    let mut events = Vec::new();
    assert!(decoder.push(b"data: 1\n\n", &mut events).is_err());
    assert!(decoder.push(b"\n", &mut events).is_err());
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(b"data: ".to_vec()),
        Just(b"data".to_vec()),
        Just(b"event: ".to_vec()),
        Just(b":".to_vec()),
        Just(b"\n".to_vec()),
        Just(b"\r".to_vec()),
        Just(b"\r\n".to_vec()),
        Just("\u{feff}".as_bytes().to_vec()),
        Just("é👋".as_bytes().to_vec()),
        prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn any_split_gives_the_same_events(
        stream in stream(),
        cuts in prop::collection::vec(0usize..200, 0..12),
        limit in prop_oneof![Just(10usize), Just(40), Just(10_000)],
    ) {
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(stream.len())).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &stream[pair[0]..pair[1]]).collect();
        prop_assert_eq!(decode(&pieces, limit), decode(&[&stream], limit));
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        prop_assert_eq!(decode(&bytes, limit), decode(&[&stream], limit));
    }

    #[test]
    fn arbitrary_bytes_never_panic(stream in prop::collection::vec(any::<u8>(), 0..300)) {
        let _ = decode(&[&stream], 100);
    }
}
