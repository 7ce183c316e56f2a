//! Bytes that were kept because they are odd: what becomes of each is in its name, and no cut changes it.

use std::fs;
use std::path::Path;

use karat_providers::embeddings::{decode_embeddings, parse_embeddings};
use karat_providers::stream::LARGEST_ANSWER;
use karat_providers::{Dialect, ErrorClass, StreamDecoder, parse_request};
use proptest::prelude::*;

use crate::stream::run;
use crate::{decode_body, response};

/// The files of one folder of the corpus, with their names.
fn kept(folder: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(folder);
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(&folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| {
            let path = entry.expect("an entry of the corpus").path();
            let name = path.file_name().expect("files have names").to_string_lossy().into_owned();
            (name, fs::read(path).expect("a file of the corpus"))
        })
        .collect();
    files.sort();
    files
}

fn name(dialect: Dialect) -> String {
    dialect.as_str().replace('-', "_")
}

fn streams() -> Vec<(Dialect, String, Vec<u8>)> {
    Dialect::ALL
        .into_iter()
        .flat_map(|dialect| {
            kept(&format!("streams/{}", name(dialect)))
                .into_iter()
                .map(move |(name, bytes)| (dialect, name, bytes))
        })
        .collect()
}

fn word(is_taken: bool) -> &'static str {
    if is_taken { "taken" } else { "refused" }
}

#[test]
fn kept_streams_are_still_read_as_they_were() {
    let streams = streams();
    assert!(streams.len() >= 45, "{}", streams.len());
    for (dialect, name, bytes) in streams {
        let (_, answer) = run(dialect, &[&bytes]);
        let found = match &answer {
            Ok(_) => "whole",
            Err(error) if error.class == ErrorClass::CutStream => "cut",
            Err(_) => "broken",
        };
        assert!(name.starts_with(found), "{dialect} {name}: {answer:?}");
    }
}

#[test]
fn kept_streams_are_the_same_byte_by_byte_and_cut_anywhere() {
    for (dialect, name, bytes) in streams() {
        let whole = run(dialect, &[&bytes]);
        let each: Vec<&[u8]> = bytes.chunks(1).collect();
        assert_eq!(run(dialect, &each), whole, "{dialect} {name}");
        for cut in 0..bytes.len() {
            let (left, right) = bytes.split_at(cut);
            assert_eq!(run(dialect, &[left, right]), whole, "{dialect} {name} cut at {cut}");
        }
    }
}

#[test]
fn kept_requests_are_still_read_as_they_were() {
    for dialect in Dialect::ALL {
        for (name, bytes) in kept(&format!("requests/{}", self::name(dialect))) {
            let read = parse_request(dialect, &bytes);
            assert!(name.starts_with(word(read.is_ok())), "{dialect} {name}: {read:?}");
        }
    }
    for (name, bytes) in kept("requests/embeddings") {
        let read = parse_embeddings(&bytes);
        assert!(name.starts_with(word(read.is_ok())), "embeddings {name}: {read:?}");
    }
}

#[test]
fn kept_answers_are_still_read_as_they_were() {
    for dialect in Dialect::ALL {
        for (name, bytes) in kept(&format!("answers/{}", self::name(dialect))) {
            let read = decode_body(dialect, 200, &bytes);
            assert!(name.starts_with(word(read.is_ok())), "{dialect} {name}: {read:?}");
        }
    }
    for (name, bytes) in kept("answers/embeddings") {
        let read = decode_embeddings(&response(200, &bytes), 2);
        assert!(name.starts_with(word(read.is_ok())), "embeddings {name}: {read:?}");
    }
}

/// One event without an end in sight: text, a refusal, arguments, calls.
fn endless(dialect: Dialect) -> Vec<String> {
    let words = "x".repeat(4 << 20);
    match dialect {
        Dialect::OpenAiChat => vec![
            format!(r#"{{"choices":[{{"delta":{{"content":"{words}"}}}}]}}"#),
            format!(r#"{{"choices":[{{"delta":{{"refusal":"{words}"}}}}]}}"#),
            format!(
                r#"{{"choices":[{{"delta":{{"tool_calls":[{{"index":0,"id":"t","function":{{"name":"f","arguments":"{words}"}}}}]}}}}]}}"#
            ),
        ],
        Dialect::OpenAiResponses => {
            vec![format!(r#"{{"type":"response.output_text.delta","delta":"{words}"}}"#)]
        }
        Dialect::Anthropic => vec![format!(
            r#"{{"type":"content_block_delta","index":0,"delta":{{"type":"text_delta","text":"{words}"}}}}"#
        )],
    }
}

#[test]
fn an_answer_without_an_end_is_given_up_before_it_fills_the_memory() {
    for dialect in Dialect::ALL {
        for event in endless(dialect) {
            let mut decoder = StreamDecoder::new(dialect);
            let event = format!("data: {event}\n\n");
            let refused =
                (0..20).find_map(|_| decoder.push(event.as_bytes(), &mut Vec::new()).err());
            assert_eq!(refused.unwrap().class, ErrorClass::Malformed, "{dialect}");
            assert!(decoder.partial().text.len() <= LARGEST_ANSWER + event.len());
        }
    }
}

#[test]
fn a_line_without_an_end_is_given_up_before_it_fills_the_memory() {
    for dialect in Dialect::ALL {
        let mut decoder = StreamDecoder::new(dialect);
        let piece = vec![b'x'; 1 << 20];
        let refused = (0..20).find_map(|_| decoder.push(&piece, &mut Vec::new()).err());
        assert_eq!(refused.unwrap().class, ErrorClass::Malformed, "{dialect}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn spoilt_streams_are_the_same_however_they_are_cut_and_keep_no_more_than_was_sent(
        which in any::<prop::sample::Index>(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..4), 0..6),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..12),
    ) {
        let streams = streams();
        let (dialect, _, mut bytes) = streams[which.index(streams.len())].clone();
        for (at, byte, change) in changes {
            let at = at.index(bytes.len() + 1);
            match change {
                0 if at < bytes.len() => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                // An event once more, or torn.
                2 => bytes.extend_from_within(..at),
                _ => bytes.truncate(at),
            }
        }
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        let whole = run(dialect, &[&bytes]);
        prop_assert_eq!(&run(dialect, &pieces), &whole);
        if let Ok(answer) = &whole.1 {
            // Bytes that are no text become characters of three bytes.
            let n_words: usize = answer.text.len()
                + answer.tool_calls.iter().map(|call| call.arguments.len()).sum::<usize>();
            prop_assert!(n_words <= 3 * bytes.len() + 64, "{n_words} of {}", bytes.len());
        }
    }
}
