//! Answers as the vendors document them.

use karat_providers::{Dialect, FinishReason, Usage};

use crate::{decode_body, fixture};

#[test]
fn every_documented_answer_is_read() {
    for (dialect, folder, names) in [
        (
            Dialect::OpenAiChat,
            "openai_chat",
            vec!["text", "tool_calls", "refusal", "length", "compatible"],
        ),
        (
            Dialect::OpenAiResponses,
            "openai_responses",
            vec!["text", "function_call", "incomplete", "refusal"],
        ),
        (
            Dialect::Anthropic,
            "anthropic",
            vec!["text", "tool_use", "structured", "structured_value", "refusal"],
        ),
    ] {
        for name in names {
            let answer = decode_body(dialect, 200, &fixture(&format!("{folder}/{name}.json")));
            insta::assert_debug_snapshot!(format!("{folder}_{name}"), answer.unwrap());
        }
    }
}

#[test]
fn cached_tokens_are_no_part_of_the_input_in_any_dialect() {
    let usage = |dialect, path| decode_body(dialect, 200, &fixture(path)).unwrap().usage;
    let chat = usage(Dialect::OpenAiChat, "openai_chat/text.json");
    assert_eq!((chat.input_tokens, chat.cached_input_tokens), (Some(176), Some(1024)));
    let responses = usage(Dialect::OpenAiResponses, "openai_responses/text.json");
    assert_eq!((responses.input_tokens, responses.cached_input_tokens), (Some(6), Some(30)));
    let anthropic = usage(Dialect::Anthropic, "anthropic/text.json");
    assert_eq!((anthropic.input_tokens, anthropic.cached_input_tokens), (Some(20), Some(2000)));
    assert_eq!(anthropic.total_input_tokens(), Some(2120));
}

#[test]
fn usage_that_is_not_told_is_unknown() {
    let body = br#"{"choices":[{"message":{"content":"a"},"finish_reason":"stop"}]}"#;
    let answer = decode_body(Dialect::OpenAiChat, 200, body).unwrap();
    assert_eq!(answer.usage, Usage::default());
    assert_eq!(answer.usage.total_input_tokens(), None);
}

#[test]
fn an_unknown_reason_to_stop_is_kept_in_the_providers_word() {
    let body = br#"{"content":[{"type":"text","text":"a"}],"stop_reason":"pause_turn"}"#;
    let answer = decode_body(Dialect::Anthropic, 200, body).unwrap();
    assert_eq!(answer.finish, FinishReason::Other("pause_turn".to_owned()));
}

#[test]
fn a_call_of_another_tool_beside_the_answer_is_still_a_call() {
    let body = br#"{"content":[
        {"type":"tool_use","id":"1","name":"final_answer_as_x","input":{"a":1}},
        {"type":"tool_use","id":"2","name":"look","input":{}}],"stop_reason":"tool_use"}"#;
    let answer = decode_body(Dialect::Anthropic, 200, body).unwrap();
    assert_eq!(answer.text, r#"{"a":1}"#);
    assert_eq!(answer.tool_calls.len(), 1);
    assert_eq!(answer.finish, FinishReason::ToolCalls);
}
