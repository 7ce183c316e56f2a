//! Pure. The events of a streamed message.

use serde_json::Value;

use super::answer_tool;
use super::decode::{head, settle, usage};
use crate::chat::Usage;
use crate::decode::at;
use crate::stream::{AnswerBlock, StreamEvent, StreamState};

pub(crate) fn take(state: &mut StreamState, event: &Value, events: &mut Vec<StreamEvent>) {
    state.settle_with(settle);
    let words = |path: &str| at(event, path).and_then(Value::as_str).unwrap_or_default();
    let key = event.get("index").and_then(Value::as_u64).unwrap_or(0);
    match words("/type") {
        "message_start" => {
            let head = event.get("message").map(head).unwrap_or_default();
            state.model_served = head.model_served;
            state.provider_id = head.provider_id;
            state.set_usage(head.usage, events);
        }
        "content_block_start" => match words("/content_block/type") {
            "text" => state.add_text(words("/content_block/text"), events),
            "tool_use" if answer_tool::is_answer(words("/content_block/name")) => {
                // What the model said before it is no part of the structured answer.
                state.text.clear();
                state.answer_block = Some(AnswerBlock {
                    key,
                    is_wrapped: answer_tool::is_wrapped(words("/content_block/name")),
                    arguments: String::new(),
                });
            }
            "tool_use" => {
                let (id, name) = (words("/content_block/id"), words("/content_block/name"));
                state.start_call(key, id, name, events);
            }
            _ => {}
        },
        "content_block_delta" => match words("/delta/type") {
            "text_delta" => state.add_text(words("/delta/text"), events),
            "input_json_delta" => take_arguments(state, key, words("/delta/partial_json"), events),
            _ => {}
        },
        "content_block_stop" => end_answer_block(state, key, events),
        "message_delta" => {
            if let Some(word) = at(event, "/delta/stop_reason").and_then(Value::as_str) {
                state.finish_word = Some(word.to_owned());
            }
            if let Some(counted) = event.get("usage") {
                state.set_usage(newest(state.usage, usage(counted)), events);
            }
        }
        "message_stop" => state.done(events),
        _ => {}
    }
}

/// Arguments of the answer tool are the text; where the answer is wrapped in them, they wait for the end.
fn take_arguments(state: &mut StreamState, key: u64, delta: &str, events: &mut Vec<StreamEvent>) {
    match &mut state.answer_block {
        Some(block) if block.key == key && block.is_wrapped => {
            state.n_kept += delta.len();
            block.arguments.push_str(delta);
        }
        Some(block) if block.key == key => state.add_text(delta, events),
        _ => state.add_arguments(key, delta, events),
    }
}

fn end_answer_block(state: &mut StreamState, key: u64, events: &mut Vec<StreamEvent>) {
    let Some(block) = state.answer_block.take_if(|block| block.key == key && block.is_wrapped)
    else {
        return;
    };
    let value = serde_json::from_str::<Value>(&block.arguments).ok();
    let text = match value.as_ref().and_then(|arguments| arguments.get("value")) {
        Some(value) => value.to_string(),
        None => block.arguments,
    };
    state.add_text(&text, events);
}

/// The last counts are cumulative, and leave out what has not changed.
fn newest(before: Usage, now: Usage) -> Usage {
    Usage {
        input_tokens: now.input_tokens.or(before.input_tokens),
        cached_input_tokens: now.cached_input_tokens.or(before.cached_input_tokens),
        cache_write_tokens: now.cache_write_tokens.or(before.cache_write_tokens),
        output_tokens: now.output_tokens.or(before.output_tokens),
        reasoning_tokens: now.reasoning_tokens.or(before.reasoning_tokens),
    }
}
