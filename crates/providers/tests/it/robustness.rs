//! Nothing that a provider or a caller sends makes this crate panic.

use karat_providers::embeddings::{decode_embeddings, parse_embeddings};
use karat_providers::{Dialect, decode_error, encode, parse_request, redact};
use proptest::prelude::*;
use serde_json::Value;

use crate::stream::{STREAMS, run};
use crate::{decode_body, fixture, response};

const BODIES: [&str; 9] = [
    "openai_chat/text.json",
    "openai_chat/tool_calls.json",
    "openai_chat/compatible.json",
    "openai_responses/text.json",
    "openai_responses/function_call.json",
    "openai_responses/incomplete.json",
    "anthropic/text.json",
    "anthropic/tool_use.json",
    "anthropic/structured_value.json",
];

/// Gives the bytes to everything that reads bytes.
fn read_everything(bytes: &[u8], status: u16) {
    let _ = decode_error(&response(status, bytes));
    let _ = decode_embeddings(&response(status, bytes), 2);
    let _ = parse_embeddings(bytes);
    let _ = redact(&String::from_utf8_lossy(bytes));
    for dialect in Dialect::ALL {
        let _ = decode_body(dialect, status, bytes);
        let _ = run(dialect, &[bytes]);
        if let Ok(request) = parse_request(dialect, bytes) {
            for other in Dialect::ALL {
                let _ = encode(other, &request);
            }
        }
    }
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "[a-z_]{0,6}".prop_map(Value::from),
        word().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((word(), inner), 0..6).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()
            )),
        ]
    })
}

/// Words that mean something to some reader.
fn word() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "model",
        "messages",
        "input",
        "role",
        "user",
        "assistant",
        "tool",
        "content",
        "type",
        "text",
        "tool_calls",
        "tool_use",
        "tool_result",
        "function",
        "name",
        "arguments",
        "choices",
        "message",
        "delta",
        "index",
        "usage",
        "prompt_tokens",
        "error",
        "code",
        "status",
        "output",
        "system",
        "input_schema",
        "tools",
        "tool_choice",
        "final_answer_value_as_x",
        "final_answer_as_x",
        "data",
        "embedding",
        "response",
        "response.completed",
        "content_block_start",
        "content_block_delta",
        "content_block",
        "metadata",
        "user_id",
        "thinking",
        "source",
        "url",
        "image",
        "format",
        "schema",
        "json_schema",
        "response_format",
        "output_config",
        "reasoning",
        "effort",
        "m",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200), status in any::<u16>()) {
        read_everything(&bytes, status);
    }

    #[test]
    fn arbitrary_json_never_panics(value in any_json(), status in prop_oneof![Just(200u16), Just(400)]) {
        let text = value.to_string();
        read_everything(text.as_bytes(), status);
        read_everything(format!("data: {text}\n\n").as_bytes(), status);
    }

    #[test]
    fn damaged_answers_never_panic(
        which in 0usize..BODIES.len() + STREAMS.len(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0u8..3), 1..8),
    ) {
        let mut bytes = match BODIES.get(which) {
            Some(path) => fixture(path),
            None => fixture(STREAMS[which - BODIES.len()].1),
        };
        for (at, byte, change) in changes {
            let at = at.index(bytes.len());
            match change {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => bytes.truncate(at + 1),
            }
        }
        read_everything(&bytes, 200);
    }
}

#[test]
fn json_that_is_nested_without_end_is_refused() {
    let deep = "[".repeat(200_000);
    read_everything(deep.as_bytes(), 200);
    read_everything(format!("data: {deep}\n\n").as_bytes(), 200);
}
