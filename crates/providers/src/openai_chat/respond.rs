//! Pure. Answers of a server of the chat dialect, whole or as chunks.

use serde_json::{Value, json};

use crate::chat::json::tool_call_to_json;
use crate::chat::{ChatAnswer, FinishReason, Usage};
use crate::respond::{Asked, Stamp, plain_event};
use crate::stream::StreamEvent;

pub(crate) fn body(answer: &ChatAnswer, asked: &Asked, stamp: &Stamp) -> Value {
    let is_silent =
        answer.text.is_empty() && (answer.refusal.is_some() || !answer.tool_calls.is_empty());
    let mut message = json!({
        "role": "assistant",
        "content": if is_silent { Value::Null } else { answer.text.as_str().into() },
        "refusal": answer.refusal,
    });
    if !answer.tool_calls.is_empty() {
        message["tool_calls"] = answer.tool_calls.iter().map(tool_call_to_json).collect();
    }
    let mut body = json!({
        "id": stamp.id,
        "object": "chat.completion",
        "created": stamp.created,
        "model": asked.served(answer),
        "choices": [{
            "index": 0,
            "message": message,
            "logprobs": null,
            "finish_reason": finish_word(&answer.finish),
        }],
        "usage": usage(&answer.usage),
    });
    if let Some(fingerprint) = &answer.fingerprint {
        body["system_fingerprint"] = fingerprint.as_str().into();
    }
    body
}

fn finish_word(finish: &FinishReason) -> &'static str {
    match finish {
        FinishReason::Length => "length",
        FinishReason::ToolCalls => "tool_calls",
        FinishReason::ContentFilter => "content_filter",
        // Declining has a field of its own, and clients know no other words.
        FinishReason::Stop | FinishReason::Refusal | FinishReason::Other(_) => "stop",
    }
}

/// Here cached tokens are part of the input; usage that is not known is left out, for it is not zero.
fn usage(usage: &Usage) -> Value {
    if *usage == Usage::default() {
        return Value::Null;
    }
    let input = usage.total_input_tokens().unwrap_or(0);
    let output = usage.output_tokens.unwrap_or(0);
    json!({
        "prompt_tokens": input,
        "completion_tokens": output,
        "total_tokens": input.saturating_add(output),
        "prompt_tokens_details": {"cached_tokens": usage.cached_input_tokens.unwrap_or(0)},
        "completion_tokens_details": {"reasoning_tokens": usage.reasoning_tokens.unwrap_or(0)},
    })
}

/// Writes the chunks of one answer.
#[derive(Debug, Clone)]
pub(crate) struct Encoder {
    asked: Asked,
    stamp: Stamp,
}

impl Encoder {
    pub(crate) fn new(asked: Asked, stamp: Stamp) -> Self {
        Self { asked, stamp }
    }

    pub(crate) fn start(&self) -> Vec<Vec<u8>> {
        vec![self.delta(&json!({"role": "assistant", "content": "", "refusal": null}))]
    }

    pub(crate) fn push(&self, step: &StreamEvent) -> Vec<Vec<u8>> {
        let delta = match step {
            StreamEvent::Text(text) => json!({"content": text}),
            StreamEvent::Refusal(text) => json!({"refusal": text}),
            StreamEvent::ToolCallStart { index, id, name } => json!({"tool_calls": [{
                "index": index,
                "id": id,
                "type": "function",
                "function": {"name": name, "arguments": ""},
            }]}),
            StreamEvent::ToolCallArguments { index, delta } => {
                json!({"tool_calls": [{"index": index, "function": {"arguments": delta}}]})
            }
            StreamEvent::Usage(_) | StreamEvent::Done(_) => return Vec::new(),
        };
        vec![self.delta(&delta)]
    }

    pub(crate) fn finish(&self, answer: &ChatAnswer) -> Vec<Vec<u8>> {
        let mut events = vec![self.chunk(&json!([{
            "index": 0,
            "delta": {},
            "logprobs": null,
            "finish_reason": finish_word(&answer.finish),
        }]))];
        if self.asked.include_usage {
            let mut chunk = self.chunk_json(&json!([]));
            chunk["usage"] = usage(&answer.usage);
            events.push(plain_event(&chunk));
        }
        events.push(b"data: [DONE]\n\n".to_vec());
        events
    }

    fn delta(&self, delta: &Value) -> Vec<u8> {
        self.chunk(&json!([
            {"index": 0, "delta": delta, "logprobs": null, "finish_reason": null}
        ]))
    }

    fn chunk(&self, choices: &Value) -> Vec<u8> {
        plain_event(&self.chunk_json(choices))
    }

    fn chunk_json(&self, choices: &Value) -> Value {
        json!({
            "id": self.stamp.id,
            "object": "chat.completion.chunk",
            "created": self.stamp.created,
            "model": self.asked.model,
            "choices": choices,
        })
    }
}
