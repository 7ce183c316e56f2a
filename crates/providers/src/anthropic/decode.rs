//! Pure. The response of `POST /v1/messages` as a neutral answer.

use serde_json::Value;

use super::answer_tool;
use crate::chat::json::arguments_text;
use crate::chat::{ChatAnswer, FinishReason, ToolCall, Usage};
use crate::decode::{count_at, text_at};
use crate::error::ProviderError;

pub(crate) fn decode(body: &Value) -> Result<ChatAnswer, ProviderError> {
    let Some(content) = body.get("content").and_then(Value::as_array) else {
        return Err(ProviderError::malformed("the answer has no list named content"));
    };
    let mut answer = head(body);
    let mut structured = None;
    for block in content {
        match block.get("type").and_then(Value::as_str) {
            Some("text") => {
                answer.text.push_str(block.get("text").and_then(Value::as_str).unwrap_or_default());
            }
            Some("tool_use") => {
                let name = text_at(block, "/name")
                    .ok_or_else(|| ProviderError::malformed("a tool call has no name"))?;
                let input = block.get("input");
                if let (true, Some(input)) = (answer_tool::is_answer(&name), input) {
                    structured.get_or_insert_with(|| answer_tool::answer_text(&name, input));
                } else {
                    let id = text_at(block, "/id").unwrap_or_default();
                    let arguments = arguments_text(input);
                    answer.tool_calls.push(ToolCall { id, name, arguments });
                }
            }
            _ => {}
        }
    }
    if let Some(text) = structured {
        answer.text = text;
    }
    settle(&mut answer, body.get("stop_reason").and_then(Value::as_str));
    Ok(answer)
}

/// What a message says about itself, whether or not it is complete.
pub(crate) fn head(body: &Value) -> ChatAnswer {
    ChatAnswer {
        usage: body.get("usage").map(usage).unwrap_or_default(),
        model_served: text_at(body, "/model"),
        provider_id: text_at(body, "/id"),
        ..ChatAnswer::default()
    }
}

/// Sets the reason to stop, and the refusal that it may be: here declining is a reason, not a text of its own.
pub(crate) fn settle(answer: &mut ChatAnswer, word: Option<&str>) {
    answer.finish = match word {
        // The call of the answer tool is the answer, not a call.
        Some("tool_use") if answer.tool_calls.is_empty() => FinishReason::Stop,
        Some("tool_use") => FinishReason::ToolCalls,
        Some("end_turn" | "stop_sequence") => FinishReason::Stop,
        Some("max_tokens" | "model_context_window_exceeded") => FinishReason::Length,
        Some("refusal") => FinishReason::Refusal,
        other => FinishReason::Other(other.unwrap_or_default().to_owned()),
    };
    if answer.finish == FinishReason::Refusal {
        let words = std::mem::take(&mut answer.text);
        let words =
            if words.is_empty() { "the model declined to answer".to_owned() } else { words };
        answer.refusal = Some(words);
    }
}

/// Cached tokens are apart from `input_tokens` here already.
pub(crate) fn usage(usage: &Value) -> Usage {
    Usage {
        input_tokens: count_at(usage, "/input_tokens"),
        cached_input_tokens: count_at(usage, "/cache_read_input_tokens"),
        cache_write_tokens: count_at(usage, "/cache_creation_input_tokens"),
        output_tokens: count_at(usage, "/output_tokens"),
        reasoning_tokens: None,
    }
}
