//! Pure. The chunks of a streamed chat completion.

use serde_json::Value;

use super::decode::{finish, usage};
use crate::chat::ChatAnswer;
use crate::chat::json::arguments_text;
use crate::decode::at;
use crate::stream::{StreamEvent, StreamState};

pub(crate) fn take(state: &mut StreamState, chunk: &Value, events: &mut Vec<StreamEvent>) {
    state.settle_with(settle);
    for (field, path) in [
        (&mut state.model_served, "/model"),
        (&mut state.fingerprint, "/system_fingerprint"),
        (&mut state.provider_id, "/id"),
    ] {
        // Each chunk repeats them.
        let text = at(chunk, path).and_then(Value::as_str).filter(|text| !text.is_empty());
        if let Some(text) = text.filter(|text| field.as_deref() != Some(text)) {
            *field = Some(text.to_owned());
        }
    }
    // Of several choices only the first is followed, as in the whole answer.
    let choices = chunk.get("choices").and_then(Value::as_array).into_iter().flatten();
    let is_first = |choice: &&Value| choice.get("index").and_then(Value::as_u64).unwrap_or(0) == 0;
    for choice in choices.filter(is_first) {
        let words = |path: &str| at(choice, path).and_then(Value::as_str);
        state.add_text(words("/delta/content").unwrap_or_default(), events);
        state.add_refusal(words("/delta/refusal").unwrap_or_default(), events);
        let calls = at(choice, "/delta/tool_calls").and_then(Value::as_array);
        for (position, call) in calls.into_iter().flatten().enumerate() {
            take_call(state, position as u64, call, events);
        }
        if let Some(word) = words("/finish_reason").filter(|word| !word.is_empty()) {
            state.finish_word = Some(word.to_owned());
            state.is_answered = true;
        }
    }
    if let Some(counted) = chunk.get("usage") {
        state.set_usage(usage(counted), events);
    }
}

fn take_call(state: &mut StreamState, position: u64, call: &Value, events: &mut Vec<StreamEvent>) {
    let key = call.get("index").and_then(Value::as_u64).unwrap_or(position);
    let words = |path: &str| at(call, path).and_then(Value::as_str);
    if let Some(name) = words("/function/name").filter(|name| !name.is_empty()) {
        state.start_call(key, words("/id").unwrap_or_default(), name, events);
    }
    if let Some(delta) = at(call, "/function/arguments").filter(|delta| !delta.is_null()) {
        state.add_arguments(key, &arguments_text(Some(delta)), events);
    }
}

fn settle(answer: &mut ChatAnswer, word: Option<&str>) {
    answer.finish = finish(answer, word);
}
