//! The server's side, as clients see it.

use karat_providers::chat::ToolCall;
use karat_providers::respond::{
    Stamp, answer_body, answer_events, error_body, error_event, error_status, models_body,
};
use karat_providers::{ChatAnswer, Dialect, ErrorClass, FinishReason, Usage};

use crate::stream::run;
use crate::{decode_body, json_text};

fn stamp() -> Stamp {
    Stamp { id: "r1".to_owned(), created: 1_796_000_000 }
}

fn answer() -> ChatAnswer {
    ChatAnswer {
        text: "Let me look.".to_owned(),
        tool_calls: vec![ToolCall {
            id: "c1".to_owned(),
            name: "get_weather".to_owned(),
            arguments: r#"{"city": "Lyon"}"#.to_owned(),
        }],
        finish: FinishReason::ToolCalls,
        usage: Usage {
            input_tokens: Some(10),
            cached_input_tokens: Some(90),
            output_tokens: Some(7),
            ..Usage::default()
        },
        ..ChatAnswer::default()
    }
}

const REQUEST: &[u8] = br#"{"model":"m-1","stream_options":{"include_usage":true}}"#;

#[test]
fn an_answer_has_the_shape_of_its_dialect() {
    for dialect in Dialect::ALL {
        let body = answer_body(dialect, &answer(), REQUEST, &stamp());
        insta::assert_snapshot!(format!("answer_{dialect}"), json_text(&body));
    }
}

#[test]
fn a_stream_has_the_events_of_its_dialect_in_order() {
    for dialect in Dialect::ALL {
        let events = answer_events(dialect, &answer(), REQUEST, &stamp()).concat();
        let events = String::from_utf8(events).unwrap();
        insta::assert_snapshot!(format!("events_{dialect}"), events);
    }
}

#[test]
fn the_last_event_is_the_terminal_one() {
    for (dialect, wanted) in [
        (Dialect::OpenAiChat, "data: [DONE]\n\n"),
        (Dialect::OpenAiResponses, "event: response.completed\n"),
        (Dialect::Anthropic, "event: message_stop\n"),
    ] {
        let events = answer_events(dialect, &answer(), REQUEST, &stamp());
        let last = String::from_utf8(events.last().unwrap().clone()).unwrap();
        assert!(last.starts_with(wanted), "{last}");
    }
}

#[test]
fn usage_is_streamed_in_the_chat_dialect_only_when_it_is_asked_for() {
    let events = answer_events(Dialect::OpenAiChat, &answer(), b"{\"model\":\"m\"}", &stamp());
    assert!(!String::from_utf8(events.concat()).unwrap().contains("prompt_tokens"));
}

#[test]
fn an_error_is_understood_by_its_own_decoder() {
    for dialect in Dialect::ALL {
        for class in ErrorClass::ALL {
            let body = error_body(dialect, class, "it went wrong");
            let error = decode_body(dialect, error_status(dialect, class), &body).unwrap_err();
            let is_known = match class {
                ErrorClass::Connection
                | ErrorClass::Malformed
                | ErrorClass::Empty
                | ErrorClass::CutStream => error.class == ErrorClass::ServerError,
                // Anthropic has no word for these; its sentences are recognised instead.
                ErrorClass::ContextLength | ErrorClass::ContentPolicy
                    if dialect == Dialect::Anthropic =>
                {
                    error.class == ErrorClass::BadRequest
                }
                class => error.class == class,
            };
            assert!(is_known, "{dialect} {class} was read as {}", error.class);
            assert_eq!(error.message, "it went wrong");
        }
    }
}

#[test]
fn an_error_in_a_stream_is_understood_by_its_own_decoder() {
    for dialect in Dialect::ALL {
        let event = error_event(dialect, ErrorClass::Overloaded, "too busy");
        let error = run(dialect, &[&event]).1.unwrap_err();
        assert_eq!((error.class, error.message.as_str()), (ErrorClass::Overloaded, "too busy"));
    }
}

#[test]
fn models_are_listed_in_each_shape() {
    let openai = models_body(Dialect::OpenAiChat, &["a", "b"], 1_796_000_000);
    insta::assert_snapshot!(String::from_utf8(openai).unwrap(), @r#"{"object":"list","data":[{"id":"a","object":"model","created":1796000000,"owned_by":"system"},{"id":"b","object":"model","created":1796000000,"owned_by":"system"}]}"#);
    let anthropic = models_body(Dialect::Anthropic, &["a"], 1_796_000_000);
    insta::assert_snapshot!(String::from_utf8(anthropic).unwrap(), @r#"{"data":[{"type":"model","id":"a","display_name":"a","created_at":"2026-11-30T00:53:20Z"}],"first_id":"a","last_id":"a","has_more":false}"#);
}
