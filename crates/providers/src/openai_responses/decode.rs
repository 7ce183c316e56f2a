//! Pure. The response of `POST /responses` as a neutral answer.

use serde_json::Value;

use crate::chat::json::arguments_text;
use crate::chat::{ChatAnswer, FinishReason, ToolCall, Usage};
use crate::decode::{count_at, text_at};
use crate::error::ProviderError;

pub(crate) fn decode(body: &Value) -> Result<ChatAnswer, ProviderError> {
    let Some(output) = body.get("output").and_then(Value::as_array) else {
        return Err(ProviderError::malformed("the answer has no list named output"));
    };
    let mut answer = head(body);
    let mut refusal = String::new();
    for item in output {
        match item.get("type").and_then(Value::as_str) {
            Some("message") => read_message(item, &mut answer.text, &mut refusal),
            Some("function_call") => answer.tool_calls.push(tool_call(item)?),
            _ => {}
        }
    }
    answer.refusal = (!refusal.is_empty()).then_some(refusal);
    answer.finish = finish(&answer, body);
    Ok(answer)
}

/// What a response says about itself, whether or not it is complete.
pub(crate) fn head(body: &Value) -> ChatAnswer {
    ChatAnswer {
        usage: body.get("usage").map(usage).unwrap_or_default(),
        model_served: text_at(body, "/model"),
        provider_id: text_at(body, "/id"),
        ..ChatAnswer::default()
    }
}

fn read_message(item: &Value, text: &mut String, refusal: &mut String) {
    let parts = item.get("content").and_then(Value::as_array);
    for part in parts.into_iter().flatten() {
        let words = |field: &str| part.get(field).and_then(Value::as_str).unwrap_or_default();
        match part.get("type").and_then(Value::as_str) {
            Some("output_text") => text.push_str(words("text")),
            Some("refusal") => refusal.push_str(words("refusal")),
            _ => {}
        }
    }
}

fn tool_call(item: &Value) -> Result<ToolCall, ProviderError> {
    let name = text_at(item, "/name")
        .ok_or_else(|| ProviderError::malformed("a function call has no name"))?;
    let id = text_at(item, "/call_id").or_else(|| text_at(item, "/id")).unwrap_or_default();
    Ok(ToolCall { id, name, arguments: arguments_text(item.get("arguments")) })
}

/// The reason, from the status of the response and what it contains.
pub(crate) fn finish(answer: &ChatAnswer, body: &Value) -> FinishReason {
    let status = body.get("status").and_then(Value::as_str).unwrap_or("completed");
    let reason = body.pointer("/incomplete_details/reason").and_then(Value::as_str);
    match (status, reason) {
        ("incomplete", Some("max_output_tokens")) => FinishReason::Length,
        ("incomplete", Some("content_filter")) => FinishReason::ContentFilter,
        ("completed", _) if answer.refusal.is_some() => FinishReason::Refusal,
        ("completed", _) if !answer.tool_calls.is_empty() => FinishReason::ToolCalls,
        ("completed", _) => FinishReason::Stop,
        (status, reason) => FinishReason::Other(reason.unwrap_or(status).to_owned()),
    }
}

/// Cached tokens are part of `input_tokens` here, and are taken out of it.
pub(crate) fn usage(usage: &Value) -> Usage {
    let cached = count_at(usage, "/input_tokens_details/cached_tokens");
    let input = count_at(usage, "/input_tokens");
    Usage {
        input_tokens: input.map(|count| count.saturating_sub(cached.unwrap_or(0))),
        cached_input_tokens: cached,
        cache_write_tokens: None,
        output_tokens: count_at(usage, "/output_tokens"),
        reasoning_tokens: count_at(usage, "/output_tokens_details/reasoning_tokens"),
    }
}
