//! Streamed answers, whole, cut and failing.

use karat_providers::{
    ChatAnswer, Dialect, ErrorClass, FinishReason, ProviderError, StreamDecoder, StreamEvent,
};

use crate::fixture;

pub fn run(
    dialect: Dialect,
    pieces: &[&[u8]],
) -> (Vec<StreamEvent>, Result<ChatAnswer, ProviderError>) {
    let mut decoder = StreamDecoder::new(dialect);
    let mut events = Vec::new();
    for piece in pieces {
        if let Err(error) = decoder.push(piece, &mut events) {
            return (events, Err(error));
        }
    }
    (events, decoder.finish())
}

pub const STREAMS: [(Dialect, &str); 6] = [
    (Dialect::OpenAiChat, "openai_chat/text.sse"),
    (Dialect::OpenAiChat, "openai_chat/tool_calls.sse"),
    (Dialect::OpenAiResponses, "openai_responses/text.sse"),
    (Dialect::OpenAiResponses, "openai_responses/function_call.sse"),
    (Dialect::Anthropic, "anthropic/tool_use.sse"),
    (Dialect::Anthropic, "anthropic/structured.sse"),
];

#[test]
fn every_documented_stream_is_read() {
    for (dialect, path) in STREAMS {
        let (events, answer) = run(dialect, &[&fixture(path)]);
        let shown = format!("{events:#?}\n{:#?}", answer.unwrap());
        insta::assert_snapshot!(path.replace(['/', '.'], "_"), shown);
    }
}

#[test]
fn every_split_gives_the_same_answer() {
    for (dialect, path) in STREAMS {
        let stream = fixture(path);
        let whole = run(dialect, &[&stream]);
        let bytes: Vec<&[u8]> = stream.chunks(1).collect();
        assert_eq!(run(dialect, &bytes), whole, "{path}");
        for cut in (0..stream.len()).step_by(7) {
            let (left, right) = stream.split_at(cut);
            assert_eq!(run(dialect, &[left, right]), whole, "{path} cut at {cut}");
        }
    }
}

#[test]
fn a_stream_cut_before_its_end_is_an_error_wherever_it_is_cut() {
    for (dialect, path) in STREAMS {
        let stream = String::from_utf8(fixture(path)).unwrap();
        let end = match dialect {
            Dialect::OpenAiChat => stream.find("\"finish_reason\":\"").unwrap(),
            Dialect::OpenAiResponses | Dialect::Anthropic => stream.rfind("data:").unwrap() + 10,
        };
        for cut in (0..end).step_by(5) {
            let (events, answer) = run(dialect, &[&stream.as_bytes()[..cut]]);
            assert_eq!(answer.unwrap_err().class, ErrorClass::CutStream, "{path} cut at {cut}");
            assert!(!events.iter().any(|event| matches!(event, StreamEvent::Done(_))));
        }
    }
}

#[test]
fn a_cut_stream_still_tells_what_was_said_and_what_it_cost() {
    let stream = fixture("anthropic/tool_use.sse");
    let mut decoder = StreamDecoder::new(Dialect::Anthropic);
    decoder.push(&stream[..900], &mut Vec::new()).unwrap();
    assert_eq!(decoder.partial().text, "Okay, let's check Zürich's weather:");
    assert!(!decoder.is_done());
    let usage = decoder.finish().unwrap_err().usage.unwrap();
    assert_eq!((usage.input_tokens, usage.cached_input_tokens), (Some(472), Some(1000)));
}

#[test]
fn an_error_inside_a_stream_is_an_error_after_what_was_said() {
    let (events, answer) = run(Dialect::Anthropic, &[&fixture("anthropic/overloaded.sse")]);
    assert_eq!(events.last(), Some(&StreamEvent::Text("Hello".to_owned())));
    let error = answer.unwrap_err();
    assert_eq!(error.class, ErrorClass::Overloaded);
    assert_eq!(error.message, "Overloaded");
    assert_eq!(error.code.as_deref(), Some("overloaded_error"));
    assert!(error.usage.is_some());
}

#[test]
fn every_vendors_error_inside_a_stream_is_seen() {
    for (dialect, event, class) in [
        (
            Dialect::OpenAiChat,
            r#"data: {"error":{"message":"The server had an error","type":"server_error"}}"#,
            ErrorClass::ServerError,
        ),
        (
            Dialect::OpenAiChat,
            r#"data: {"id":"1","choices":[],"error":{"code":429,"message":"limited"}}"#,
            ErrorClass::RateLimited,
        ),
        (
            Dialect::OpenAiResponses,
            r#"data: {"type":"error","code":"rate_limit_exceeded","message":"limited","param":null}"#,
            ErrorClass::RateLimited,
        ),
        (
            Dialect::OpenAiResponses,
            r#"data: {"type":"response.failed","response":{"status":"failed","error":{"code":"context_length_exceeded","message":"too long"}}}"#,
            ErrorClass::ContextLength,
        ),
        (Dialect::OpenAiChat, "data: {\"id\":", ErrorClass::Malformed),
    ] {
        let stream = format!("{event}\n\n");
        let (_, answer) = run(dialect, &[stream.as_bytes()]);
        assert_eq!(answer.unwrap_err().class, class, "{event}");
    }
}

#[test]
fn a_body_that_is_no_stream_is_told_apart_from_one_that_is_cut() {
    let class = |body: &str| run(Dialect::OpenAiChat, &[body.as_bytes()]).1.unwrap_err().class;
    assert_eq!(class(""), ErrorClass::CutStream);
    assert_eq!(class(": ping\n\n"), ErrorClass::CutStream);
    assert_eq!(class("<html>Sign in</html>"), ErrorClass::Malformed);
    let report = r#"{"error":{"message":"limited","code":"rate_limit_exceeded"}}"#;
    assert_eq!(class(report), ErrorClass::RateLimited);
}

#[test]
fn a_stream_that_ends_without_saying_anything_is_empty() {
    let stream =
        b"data: {\"choices\":[{\"delta\":{},\"finish_reason\":\"stop\"}]}\n\ndata: [DONE]\n\n";
    let (_, answer) = run(Dialect::OpenAiChat, &[stream]);
    assert_eq!(answer.unwrap_err().class, ErrorClass::Empty);
}

#[test]
fn a_server_may_leave_out_done_after_the_reason_to_stop() {
    let stream =
        b"data: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"stop\"}]}\n\n";
    let (_, answer) = run(Dialect::OpenAiChat, &[stream]);
    assert_eq!(answer.unwrap().finish, FinishReason::Stop);
}

#[test]
fn an_empty_reason_is_no_reason_to_stop_and_empty_data_is_no_event() {
    let stream = b"data:\n\ndata: {\"choices\":[{\"delta\":{\"content\":\"a\"},\"finish_reason\":\"\"}]}\n\n";
    let (events, answer) = run(Dialect::OpenAiChat, &[stream]);
    assert_eq!(events, [StreamEvent::Text("a".to_owned())]);
    assert_eq!(answer.unwrap_err().class, ErrorClass::CutStream);
}

#[test]
fn what_follows_the_terminal_event_is_ignored() {
    let mut stream = fixture("openai_chat/text.sse");
    let whole = run(Dialect::OpenAiChat, &[&stream]);
    stream.extend_from_slice(b"data: garbage\n\n");
    assert_eq!(run(Dialect::OpenAiChat, &[&stream]), whole);
}

#[test]
fn a_decoder_that_failed_stays_failed() {
    let mut decoder = StreamDecoder::new(Dialect::OpenAiChat);
    let mut events = Vec::new();
    let first = decoder.push(b"data: oops\n\n", &mut events).unwrap_err();
    assert_eq!(decoder.push(b"data: [DONE]\n\n", &mut events), Err(first.clone()));
    assert_eq!(decoder.finish(), Err(first));
}
