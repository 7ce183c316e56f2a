//! Pure. The response of `POST /chat/completions` as a neutral answer.

use serde_json::Value;

use crate::chat::json::tool_call_from_json;
use crate::chat::{ChatAnswer, FinishReason, ToolCall, Usage};
use crate::decode::{count_at, text_at};
use crate::error::ProviderError;

pub(crate) fn decode(body: &Value) -> Result<ChatAnswer, ProviderError> {
    let Some(choices) = body.get("choices").and_then(Value::as_array) else {
        return Err(ProviderError::malformed("the answer has no list of choices"));
    };
    let usage = body.get("usage").map(usage).unwrap_or_default();
    let mut answer = ChatAnswer {
        usage,
        model_served: text_at(body, "/model"),
        fingerprint: text_at(body, "/system_fingerprint"),
        provider_id: text_at(body, "/id"),
        ..ChatAnswer::default()
    };
    let Some(choice) = choices.first() else {
        return Ok(answer);
    };
    let Some(message) = choice.get("message").filter(|message| message.is_object()) else {
        return Err(ProviderError::malformed("the first choice has no message"));
    };
    answer.text = content_text(message.get("content"));
    answer.tool_calls = tool_calls(message)?;
    answer.refusal = text_at(message, "/refusal").filter(|words| !words.is_empty());
    answer.finish = finish(&answer, choice.get("finish_reason").and_then(Value::as_str));
    Ok(answer)
}

/// Content is text, or from some servers a list of parts.
fn content_text(content: Option<&Value>) -> String {
    match content {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(parts)) => {
            parts.iter().filter_map(|part| part.get("text")?.as_str()).collect()
        }
        _ => String::new(),
    }
}

fn tool_calls(message: &Value) -> Result<Vec<ToolCall>, ProviderError> {
    let calls = message.get("tool_calls").and_then(Value::as_array);
    let calls = calls.into_iter().flatten().map(|call| {
        tool_call_from_json(call)
            .ok_or_else(|| ProviderError::malformed("a tool call has no function name"))
    });
    calls.collect()
}

/// The reason in our words; servers that say `stop` beside tool calls are corrected.
pub(crate) fn finish(answer: &ChatAnswer, word: Option<&str>) -> FinishReason {
    if answer.refusal.is_some() {
        return FinishReason::Refusal;
    }
    match word {
        Some("tool_calls" | "function_call") => FinishReason::ToolCalls,
        Some("stop") if !answer.tool_calls.is_empty() => FinishReason::ToolCalls,
        Some("stop") => FinishReason::Stop,
        Some("length") => FinishReason::Length,
        Some("content_filter") => FinishReason::ContentFilter,
        other => FinishReason::Other(other.unwrap_or_default().to_owned()),
    }
}

/// Cached tokens are part of `prompt_tokens` here, and are taken out of it.
pub(crate) fn usage(usage: &Value) -> Usage {
    let cached = count_at(usage, "/prompt_tokens_details/cached_tokens");
    let input = count_at(usage, "/prompt_tokens");
    Usage {
        input_tokens: input.map(|count| count.saturating_sub(cached.unwrap_or(0))),
        cached_input_tokens: cached,
        cache_write_tokens: None,
        output_tokens: count_at(usage, "/completion_tokens"),
        reasoning_tokens: count_at(usage, "/completion_tokens_details/reasoning_tokens"),
    }
}
