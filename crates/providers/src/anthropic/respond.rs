//! Pure. Answers of a server of Anthropic's dialect, whole or as events.

use serde_json::{Value, json};

use super::answer_tool;
use super::encode::tool_input;
use crate::chat::{ChatAnswer, FinishReason, Usage};
use crate::respond::{Asked, Stamp, named_event};
use crate::stream::StreamEvent;

pub(crate) fn body(answer: &ChatAnswer, asked: &Asked, stamp: &Stamp) -> Value {
    let mut content = Vec::new();
    match &asked.answer_tool {
        Some(name) if !answer.text.is_empty() => content.push(json!({
            "type": "tool_use",
            "id": answer_id(stamp),
            "name": name,
            "input": answer_tool::arguments(name, &answer.text),
        })),
        _ if !answer.text.is_empty() => {
            content.push(json!({"type": "text", "text": answer.text}));
        }
        _ => {}
    }
    if let Some(words) = &answer.refusal {
        content.push(json!({"type": "text", "text": words}));
    }
    for call in &answer.tool_calls {
        content.push(json!({
            "type": "tool_use",
            "id": call.id,
            "name": call.name,
            "input": tool_input(&call.arguments),
        }));
    }
    json!({
        "id": stamp.id,
        "type": "message",
        "role": "assistant",
        "model": asked.served(answer),
        "content": content,
        "stop_reason": stop_reason(answer, asked),
        "stop_sequence": null,
        "usage": usage(&answer.usage),
    })
}

fn answer_id(stamp: &Stamp) -> String {
    format!("toolu_{}", stamp.id)
}

fn stop_reason(answer: &ChatAnswer, asked: &Asked) -> &'static str {
    match answer.finish {
        FinishReason::Stop if asked.answer_tool.is_some() => "tool_use",
        FinishReason::Length => "max_tokens",
        FinishReason::ToolCalls => "tool_use",
        FinishReason::ContentFilter | FinishReason::Refusal => "refusal",
        FinishReason::Stop | FinishReason::Other(_) => "end_turn",
    }
}

/// Here cached tokens are apart from the input, and clients add the counts up without looking for gaps.
fn usage(usage: &Usage) -> Value {
    json!({
        "input_tokens": usage.input_tokens.unwrap_or(0),
        "cache_creation_input_tokens": usage.cache_write_tokens.unwrap_or(0),
        "cache_read_input_tokens": usage.cached_input_tokens.unwrap_or(0),
        "output_tokens": usage.output_tokens.unwrap_or(0),
    })
}

/// The block that is being written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Text,
    /// The structured answer, as arguments of its tool.
    Answer,
    Call(usize),
}

/// Writes the events of one answer.
#[derive(Debug, Clone)]
pub(crate) struct Encoder {
    asked: Asked,
    stamp: Stamp,
    open: Option<Open>,
    n_blocks: usize,
}

impl Encoder {
    pub(crate) fn new(asked: Asked, stamp: Stamp) -> Self {
        Self { asked, stamp, open: None, n_blocks: 0 }
    }

    pub(crate) fn start(&self, known: &Usage) -> Vec<Vec<u8>> {
        let message = json!({
            "id": self.stamp.id,
            "type": "message",
            "role": "assistant",
            "model": self.asked.model,
            "content": [],
            "stop_reason": null,
            "stop_sequence": null,
            "usage": usage(&Usage { output_tokens: Some(1), ..*known }),
        });
        vec![
            named_event(&json!({"type": "message_start", "message": message})),
            named_event(&json!({"type": "ping"})),
        ]
    }

    pub(crate) fn push(&mut self, step: &StreamEvent) -> Vec<Vec<u8>> {
        let mut events = Vec::new();
        match step {
            StreamEvent::Text(delta) => match self.asked.answer_tool.clone() {
                Some(name) => {
                    let block = json!({"type": "tool_use", "id": answer_id(&self.stamp), "name": name, "input": {}});
                    if self.enter(Open::Answer, &block, &mut events)
                        && answer_tool::is_wrapped(&name)
                    {
                        events.push(self.arguments("{\"value\":"));
                    }
                    events.push(self.arguments(delta));
                }
                None => self.say(delta, &mut events),
            },
            StreamEvent::Refusal(delta) => self.say(delta, &mut events),
            StreamEvent::ToolCallStart { index, id, name } => {
                let block = json!({"type": "tool_use", "id": id, "name": name, "input": {}});
                self.enter(Open::Call(*index), &block, &mut events);
            }
            StreamEvent::ToolCallArguments { delta, .. } => events.push(self.arguments(delta)),
            StreamEvent::Usage(_) | StreamEvent::Done(_) => {}
        }
        events
    }

    pub(crate) fn finish(&mut self, answer: &ChatAnswer) -> Vec<Vec<u8>> {
        let mut events = Vec::new();
        self.close(&mut events);
        events.push(named_event(&json!({
            "type": "message_delta",
            "delta": {"stop_reason": stop_reason(answer, &self.asked), "stop_sequence": null},
            "usage": usage(&answer.usage),
        })));
        events.push(named_event(&json!({"type": "message_stop"})));
        events
    }

    fn say(&mut self, delta: &str, events: &mut Vec<Vec<u8>>) {
        self.enter(Open::Text, &json!({"type": "text", "text": ""}), events);
        events.push(self.delta(&json!({"type": "text_delta", "text": delta})));
    }

    /// Opens a block unless it is open; says whether it did.
    fn enter(&mut self, open: Open, block: &Value, events: &mut Vec<Vec<u8>>) -> bool {
        if self.open == Some(open) {
            return false;
        }
        self.close(events);
        events.push(named_event(&json!({
            "type": "content_block_start",
            "index": self.n_blocks,
            "content_block": block,
        })));
        self.open = Some(open);
        true
    }

    fn close(&mut self, events: &mut Vec<Vec<u8>>) {
        let Some(open) = self.open.take() else {
            return;
        };
        let is_wrapped = self.asked.answer_tool.as_deref().is_some_and(answer_tool::is_wrapped);
        if open == Open::Answer && is_wrapped {
            events.push(self.arguments("}"));
        }
        let index = self.n_blocks;
        events.push(named_event(&json!({"type": "content_block_stop", "index": index})));
        self.n_blocks += 1;
    }

    fn arguments(&self, delta: &str) -> Vec<u8> {
        self.delta(&json!({"type": "input_json_delta", "partial_json": delta}))
    }

    fn delta(&self, delta: &Value) -> Vec<u8> {
        let index = self.n_blocks;
        named_event(&json!({"type": "content_block_delta", "index": index, "delta": delta}))
    }
}
