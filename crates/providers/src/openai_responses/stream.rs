//! Pure. The events of a streamed response.

use serde_json::Value;

use super::decode::{decode, finish, head};
use crate::chat::{ChatAnswer, FinishReason};
use crate::decode::at;
use crate::stream::{StreamEvent, StreamState};

pub(crate) fn take(state: &mut StreamState, event: &Value, events: &mut Vec<StreamEvent>) {
    state.settle_with(settle);
    let words = |path: &str| at(event, path).and_then(Value::as_str).unwrap_or_default();
    let key = event.get("output_index").and_then(Value::as_u64).unwrap_or(0);
    match words("/type") {
        "response.created" | "response.in_progress" => {
            let head = event.get("response").map(head).unwrap_or_default();
            state.model_served = head.model_served;
            state.provider_id = head.provider_id;
        }
        "response.output_text.delta" => state.add_text(words("/delta"), events),
        "response.refusal.delta" => state.add_refusal(words("/delta"), events),
        "response.output_item.added" if words("/item/type") == "function_call" => {
            state.start_call(key, words("/item/call_id"), words("/item/name"), events);
            state.add_arguments(key, words("/item/arguments"), events);
        }
        "response.function_call_arguments.delta" => {
            state.add_arguments(key, words("/delta"), events);
        }
        "response.completed" | "response.incomplete" | "response.failed" => {
            take_end(state, event.get("response").unwrap_or(&Value::Null), events);
        }
        _ => {}
    }
}

/// The last event repeats the whole response; some servers leave the output empty there.
fn take_end(state: &mut StreamState, response: &Value, events: &mut Vec<StreamEvent>) {
    let head = head(response);
    state.set_usage(head.usage, events);
    state.model_served = head.model_served.or(state.model_served.take());
    state.provider_id = head.provider_id.or(state.provider_id.take());
    let has_output =
        response.get("output").and_then(Value::as_array).is_some_and(|output| !output.is_empty());
    state.whole = decode(response).ok().filter(|_| has_output);
    let finish = finish(&ChatAnswer::default(), response);
    state.finish_word = Some(finish.as_str().to_owned());
    state.done(events);
}

/// For a stream whose last event carried no output.
fn settle(answer: &mut ChatAnswer, word: Option<&str>) {
    answer.finish = match word {
        Some("stop") if answer.refusal.is_some() => FinishReason::Refusal,
        Some("stop") if !answer.tool_calls.is_empty() => FinishReason::ToolCalls,
        Some("stop") => FinishReason::Stop,
        Some("length") => FinishReason::Length,
        Some("content_filter") => FinishReason::ContentFilter,
        other => FinishReason::Other(other.unwrap_or_default().to_owned()),
    };
}
