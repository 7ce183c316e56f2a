//! Turns from requests of three dialects.

use serde_json::{Value, json};

use super::*;

pub(in super::super) fn inference(id: &str, at_ms: i64, request: Value, text: &str) -> Inference {
    let inference = json!({
        "id": id, "received_at_ms": at_ms, "endpoint": "chat-completions", "feature": "chat",
        "outcome": "answered", "status": 200, "latency_ms": 1500.0,
        "request": request.to_string(), "text": text,
    });
    serde_json::from_value(inference).unwrap()
}

pub(in super::super) fn chat(messages: &[(&str, &str)]) -> Value {
    let messages: Vec<Value> =
        messages.iter().map(|(role, text)| json!({"role": role, "content": text})).collect();
    json!({"model": "chat", "messages": messages})
}

#[test]
fn the_next_turn_has_before_it_what_the_first_one_left() {
    let first = spoken(&inference("a", 0, chat(&[("system", "noon"), ("user", "hi")]), " hello\n"));
    let second = [("system", "later"), ("user", "hi"), ("assistant", "hello"), ("user", "again")];
    let second = spoken(&inference("b", 9, chat(&second), "hello")).unwrap();
    let first = first.unwrap();
    assert_eq!((first.before.clone(), first.turn.user_text.as_str()), (None, "hi"));
    assert_eq!(first.turn.ended_at_ms, 1500);
    assert_eq!(second.before, first.after);
    assert_eq!(second.turn.user_text, "again");
    let mut other = inference("c", 9, chat(&[("user", "hi")]), "hello");
    other.user = Some("u".into());
    assert_ne!(spoken(&other).unwrap().after, first.after);
}

#[test]
fn other_dialects_and_templates_are_read_as_well() {
    let mut request = inference("a", 0, json!({"model": "chat", "input": "hi"}), "hello");
    request.endpoint = Endpoint::Responses;
    assert_eq!(spoken(&request).unwrap().turn.user_text, "hi");
    request.endpoint = Endpoint::Messages;
    let parts = json!([{"role": "user", "content": [{"type": "text", "text": "hi"}]}]);
    request.request = json!({"model": "chat", "max_tokens": 9, "messages": parts}).to_string();
    assert_eq!(spoken(&request).unwrap().turn.user_text, "hi");
    request.inputs = json!({"message": "hi"}).as_object().cloned();
    let template = spoken(&request).unwrap();
    assert_eq!((template.turn.user_text.as_str(), template.after), (r#"{"message":"hi"}"#, None));
}

#[test]
fn a_tool_an_embedding_and_a_failure_say_nothing() {
    let mut failed = inference("a", 0, chat(&[("user", "hi")]), "");
    failed.outcome = Outcome::Failed;
    assert_eq!(spoken(&failed), None);
    let mut embedded = inference("a", 0, json!({"model": "chat", "input": "hi"}), "");
    embedded.endpoint = Endpoint::Embeddings;
    assert_eq!(spoken(&embedded), None);
    let tool = json!({"model": "chat", "messages": [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "tool_calls": [{"id": "t", "type": "function", "function": {"name": "f", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "t", "content": "7"},
    ]});
    assert_eq!(spoken(&inference("a", 0, tool, "seven")), None);
    for request in ["", "[]", "{}", r#"{"model":"chat","messages":[]}"#] {
        let mut broken = inference("a", 0, json!({}), "");
        broken.request = request.into();
        assert_eq!(spoken(&broken), None, "{request}");
    }
}
