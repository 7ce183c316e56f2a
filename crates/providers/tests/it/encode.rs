//! The requests that are sent, whole.

use karat_providers::chat::json::messages_from_json;
use karat_providers::chat::{OutputSchema, Tool, ToolChoice};
use karat_providers::{ChatRequest, Dialect, encode};
use serde_json::{Map, Value, json};

use crate::json_text;

fn parameters(value: &Value) -> Map<String, Value> {
    value.as_object().expect("an object").clone()
}

fn plain(model: &str) -> ChatRequest {
    ChatRequest {
        model: model.to_owned(),
        messages: messages_from_json(&json!("Hello")).expect("fits"),
        ..ChatRequest::default()
    }
}

fn body(dialect: Dialect, request: &ChatRequest) -> Value {
    serde_json::from_slice(&encode(dialect, request).body).expect("fits")
}

/// A request with everything in it.
fn full(model: &str) -> ChatRequest {
    let messages = json!([
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [
            {"type": "text", "text": "Weather on this picture?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0="}},
        ]},
        {"role": "assistant", "content": "", "tool_calls": [
            {"id": "c1", "type": "function", "function": {"name": "get_weather", "arguments": "{\"city\":\"Lyon\"}"}},
            {"id": "c2", "type": "function", "function": {"name": "get_time", "arguments": "not json"}},
        ]},
        {"role": "tool", "tool_call_id": "c1", "content": "sunny"},
        {"role": "tool", "tool_call_id": "c2", "content": "noon"},
        {"role": "user", "content": "So?"},
    ]);
    let tool = json!({
        "name": "get_weather",
        "description": "The weather of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
    });
    ChatRequest {
        model: model.to_owned(),
        messages: messages_from_json(&messages).expect("fits"),
        parameters: parameters(&json!({
            "temperature": 0.2, "max_tokens": 300, "seed": 7, "stop": "END", "user": "u-1",
            "reasoning_effort": "low", "verbosity": "low", "parallel_tool_calls": false,
            "some_new_parameter": {"a": 1},
        })),
        output_schema: Some(ticket()),
        tools: vec![Tool::from_json(&tool)],
        tool_choice: Some(ToolChoice::Auto),
        stream: true,
    }
}

fn ticket() -> OutputSchema {
    OutputSchema {
        name: "ticket".to_owned(),
        schema: json!({
            "type": "object",
            "properties": {"category": {"type": "string"}},
            "required": ["category"],
            "additionalProperties": false,
        }),
    }
}

#[test]
fn everything_is_written_in_each_dialect() {
    for dialect in Dialect::ALL {
        let request = encode(dialect, &full("gpt-5-mini"));
        let shown = format!(
            "{} {}\n{:?}\ndropped: {:?}\n{}",
            request.method,
            request.path,
            request.headers,
            request.dropped,
            json_text(&request.body)
        );
        insta::assert_snapshot!(format!("full_request_{dialect}"), shown);
    }
}

#[test]
fn only_reasoning_models_of_openai_get_max_completion_tokens() {
    for (model, wanted) in [
        ("gpt-5", "max_completion_tokens"),
        ("o4-mini", "max_completion_tokens"),
        ("openai/o3", "max_completion_tokens"),
        ("gpt-4o", "max_tokens"),
        ("olmo-2", "max_tokens"),
        ("o", "max_tokens"),
        ("", "max_tokens"),
    ] {
        let mut request = plain(model);
        request.parameters = parameters(&json!({"max_tokens": 5}));
        assert_eq!(body(Dialect::OpenAiChat, &request)[wanted], 5, "{model}");
    }
}

#[test]
fn the_fields_of_the_request_win_over_parameters() {
    for dialect in Dialect::ALL {
        let mut request = plain("m");
        request.parameters =
            parameters(&json!({"model": "x", "messages": [], "input": [], "stream": true}));
        let body = body(dialect, &request);
        assert_eq!(body["model"], "m");
        assert_eq!(body.get("stream"), None);
    }
}

#[test]
fn anthropic_always_gets_a_limit_of_tokens() {
    assert_eq!(body(Dialect::Anthropic, &plain("claude-haiku-4-5"))["max_tokens"], 4096);
    let mut request = plain("claude-haiku-4-5");
    request.parameters = parameters(&json!({"max_completion_tokens": 9}));
    assert_eq!(body(Dialect::Anthropic, &request)["max_tokens"], 9);
}

#[test]
fn anthropic_is_forced_to_the_answer_tool() {
    let mut request = plain("claude-haiku-4-5");
    request.output_schema = Some(ticket());
    let body = body(Dialect::Anthropic, &request);
    assert_eq!(body["tool_choice"], json!({"type": "tool", "name": "final_answer_as_ticket"}));
    assert_eq!(body["tools"][0]["input_schema"], ticket().schema);
}

#[test]
fn a_model_that_thinks_is_not_forced() {
    let mut request = plain("claude-opus-4-5");
    request.output_schema = Some(ticket());
    request.parameters =
        parameters(&json!({"thinking": {"type": "enabled", "budget_tokens": 2000}}));
    assert_eq!(body(Dialect::Anthropic, &request)["tool_choice"], json!({"type": "auto"}));
}

#[test]
fn a_schema_without_an_object_at_its_root_is_wrapped_for_anthropic() {
    let mut request = plain("claude-haiku-4-5");
    let schema = json!({"type": "array", "items": {"$ref": "#/$defs/tag"}, "$defs": {"tag": {"type": "string"}}});
    request.output_schema = Some(OutputSchema { name: "the tags!".to_owned(), schema });
    let body = body(Dialect::Anthropic, &request);
    insta::assert_snapshot!(body["tools"][0], @r##"{"name":"final_answer_value_as_the_tags_","description":"Gives the final answer as its arguments. Call it exactly once.","input_schema":{"type":"object","$defs":{"tag":{"type":"string"}},"properties":{"value":{"type":"array","items":{"$ref":"#/$defs/tag"}}},"required":["value"]}}"##);
}

#[test]
fn a_stream_asks_for_usage_unless_the_user_says_that_the_server_cannot() {
    let mut request = plain("m");
    request.stream = true;
    let options =
        |request: &ChatRequest| body(Dialect::OpenAiChat, request).get("stream_options").cloned();
    assert_eq!(options(&request), Some(json!({"include_usage": true})));
    request.parameters = parameters(&json!({"stream_options": {"include_obfuscation": false}}));
    let both = json!({"include_obfuscation": false, "include_usage": true});
    assert_eq!(options(&request), Some(both));
    request.parameters = parameters(&json!({"stream_options": null}));
    assert_eq!(options(&request), None);
}

#[test]
fn thinking_of_another_vendor_is_not_sent() {
    let thinking = json!({"type": "thinking", "thinking": "Hm.", "signature": "s"});
    let messages =
        json!([{"role": "assistant", "content": [thinking, {"type": "text", "text": "Hi."}]}]);
    let mut request = plain("m");
    request.messages = messages_from_json(&messages).unwrap();
    let is_sent = |dialect| body(dialect, &request).to_string().contains("signature");
    assert!(!is_sent(Dialect::OpenAiChat));
    assert!(!is_sent(Dialect::OpenAiResponses));
    assert!(is_sent(Dialect::Anthropic));
}
