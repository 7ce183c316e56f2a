//! Pure. Answers of a server of the Responses dialect, whole or as events.

use serde_json::{Value, json};

use crate::chat::{ChatAnswer, FinishReason, ToolCall, Usage};
use crate::respond::{Asked, Stamp, named_event};
use crate::stream::StreamEvent;

pub(crate) fn body(answer: &ChatAnswer, asked: &Asked, stamp: &Stamp) -> Value {
    let output = items(answer, stamp);
    response(asked.served(answer), stamp, Some(answer), &output)
}

/// The items of the output, in the order in which they are streamed.
fn items(answer: &ChatAnswer, stamp: &Stamp) -> Vec<Value> {
    let mut items = Vec::new();
    let mut said = Vec::new();
    if !answer.text.is_empty() {
        said.push(text_part(&answer.text));
    }
    if let Some(words) = &answer.refusal {
        said.push(refusal_part(words));
    }
    for part in said {
        items.push(message_item(&stamp.id, items.len(), "completed", Some(&part)));
    }
    for call in &answer.tool_calls {
        items.push(call_item(&stamp.id, items.len(), "completed", call));
    }
    items
}

/// The response itself; without an answer it is still in progress.
fn response(model: &str, stamp: &Stamp, answer: Option<&ChatAnswer>, output: &[Value]) -> Value {
    let incomplete = match answer.map(|answer| &answer.finish) {
        Some(FinishReason::Length) => Some("max_output_tokens"),
        Some(FinishReason::ContentFilter) => Some("content_filter"),
        _ => None,
    };
    let status = match (answer, incomplete) {
        (None, _) => "in_progress",
        (Some(_), Some(_)) => "incomplete",
        (Some(_), None) => "completed",
    };
    json!({
        "id": stamp.id,
        "object": "response",
        "created_at": stamp.created,
        "status": status,
        "error": null,
        "incomplete_details": incomplete.map(|reason| json!({"reason": reason})),
        "instructions": null,
        "metadata": {},
        "model": model,
        "output": output,
        "parallel_tool_calls": true,
        "temperature": null,
        "tool_choice": "auto",
        "tools": [],
        "top_p": null,
        "usage": answer.map(|answer| usage(&answer.usage)),
    })
}

/// Here cached tokens are part of the input; usage that is not known is left out, for it is not zero.
fn usage(usage: &Usage) -> Value {
    if *usage == Usage::default() {
        return Value::Null;
    }
    let input = usage.total_input_tokens().unwrap_or(0);
    let output = usage.output_tokens.unwrap_or(0);
    json!({
        "input_tokens": input,
        "input_tokens_details": {"cached_tokens": usage.cached_input_tokens.unwrap_or(0)},
        "output_tokens": output,
        "output_tokens_details": {"reasoning_tokens": usage.reasoning_tokens.unwrap_or(0)},
        "total_tokens": input.saturating_add(output),
    })
}

fn text_part(text: &str) -> Value {
    json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
}

fn refusal_part(words: &str) -> Value {
    json!({"type": "refusal", "refusal": words})
}

fn message_item(id: &str, index: usize, status: &str, part: Option<&Value>) -> Value {
    json!({
        "id": format!("msg_{id}_{index}"),
        "type": "message",
        "status": status,
        "role": "assistant",
        "content": part.into_iter().collect::<Vec<_>>(),
    })
}

fn call_item(id: &str, index: usize, status: &str, call: &ToolCall) -> Value {
    json!({
        "id": format!("fc_{id}_{index}"),
        "type": "function_call",
        "status": status,
        "call_id": call.id,
        "name": call.name,
        "arguments": call.arguments,
    })
}

/// The item that is being written.
#[derive(Debug, Clone)]
enum Open {
    Text(String),
    Refusal(String),
    Call(ToolCall),
}

/// Writes the events of one answer.
#[derive(Debug, Clone)]
pub(crate) struct Encoder {
    asked: Asked,
    stamp: Stamp,
    n_events: u64,
    open: Option<Open>,
    finished: Vec<Value>,
}

impl Encoder {
    pub(crate) fn new(asked: Asked, stamp: Stamp) -> Self {
        Self { asked, stamp, n_events: 0, open: None, finished: Vec::new() }
    }

    pub(crate) fn start(&mut self) -> Vec<Vec<u8>> {
        let response = response(&self.asked.model, &self.stamp, None, &[]);
        vec![
            self.event("response.created", json!({"response": response})),
            self.event("response.in_progress", json!({"response": response})),
        ]
    }

    pub(crate) fn push(&mut self, step: &StreamEvent) -> Vec<Vec<u8>> {
        let mut events = Vec::new();
        match step {
            StreamEvent::Text(delta) => {
                if !matches!(self.open, Some(Open::Text(_))) {
                    self.close(&mut events);
                    self.open_message(Open::Text(String::new()), &text_part(""), &mut events);
                }
                if let Some(Open::Text(text)) = &mut self.open {
                    text.push_str(delta);
                }
                let fields = json!({"content_index": 0, "delta": delta, "logprobs": []});
                events.push(self.item_event("response.output_text.delta", "msg", fields));
            }
            StreamEvent::Refusal(delta) => {
                if !matches!(self.open, Some(Open::Refusal(_))) {
                    self.close(&mut events);
                    self.open_message(Open::Refusal(String::new()), &refusal_part(""), &mut events);
                }
                if let Some(Open::Refusal(words)) = &mut self.open {
                    words.push_str(delta);
                }
                let fields = json!({"content_index": 0, "delta": delta});
                events.push(self.item_event("response.refusal.delta", "msg", fields));
            }
            StreamEvent::ToolCallStart { id, name, .. } => {
                self.close(&mut events);
                let call =
                    ToolCall { id: id.clone(), name: name.clone(), arguments: String::new() };
                let item = call_item(&self.stamp.id, self.finished.len(), "in_progress", &call);
                events.push(self.output_event("response.output_item.added", json!({"item": item})));
                self.open = Some(Open::Call(call));
            }
            StreamEvent::ToolCallArguments { delta, .. } => {
                if let Some(Open::Call(call)) = &mut self.open {
                    call.arguments.push_str(delta);
                }
                let fields = json!({"delta": delta});
                events.push(self.item_event(
                    "response.function_call_arguments.delta",
                    "fc",
                    fields,
                ));
            }
            StreamEvent::Usage(_) | StreamEvent::Done(_) => {}
        }
        events
    }

    pub(crate) fn finish(&mut self, answer: &ChatAnswer) -> Vec<Vec<u8>> {
        let mut events = Vec::new();
        self.close(&mut events);
        let model = self.asked.served(answer);
        let response = response(model, &self.stamp, Some(answer), &self.finished);
        let name = match response["status"].as_str() {
            Some("incomplete") => "response.incomplete",
            _ => "response.completed",
        };
        events.push(self.event(name, json!({"response": response})));
        events
    }

    fn open_message(&mut self, open: Open, part: &Value, events: &mut Vec<Vec<u8>>) {
        let item = message_item(&self.stamp.id, self.finished.len(), "in_progress", None);
        events.push(self.output_event("response.output_item.added", json!({"item": item})));
        let fields = json!({"content_index": 0, "part": part});
        events.push(self.item_event("response.content_part.added", "msg", fields));
        self.open = Some(open);
    }

    fn close(&mut self, events: &mut Vec<Vec<u8>>) {
        let Some(open) = self.open.take() else {
            return;
        };
        let item = match &open {
            Open::Text(text) => {
                let fields = json!({"content_index": 0, "text": text, "logprobs": []});
                events.push(self.item_event("response.output_text.done", "msg", fields));
                self.close_part(&text_part(text), events)
            }
            Open::Refusal(words) => {
                let fields = json!({"content_index": 0, "refusal": words});
                events.push(self.item_event("response.refusal.done", "msg", fields));
                self.close_part(&refusal_part(words), events)
            }
            Open::Call(call) => {
                let name = "response.function_call_arguments.done";
                let fields = json!({"name": call.name, "arguments": call.arguments});
                events.push(self.item_event(name, "fc", fields));
                call_item(&self.stamp.id, self.finished.len(), "completed", call)
            }
        };
        events.push(self.output_event("response.output_item.done", json!({"item": item})));
        self.finished.push(item);
    }

    fn close_part(&mut self, part: &Value, events: &mut Vec<Vec<u8>>) -> Value {
        let fields = json!({"content_index": 0, "part": part});
        events.push(self.item_event("response.content_part.done", "msg", fields));
        message_item(&self.stamp.id, self.finished.len(), "completed", Some(part))
    }

    /// An event about the item that is being written.
    fn item_event(&mut self, name: &str, prefix: &str, mut fields: Value) -> Vec<u8> {
        let index = self.finished.len();
        fields["item_id"] = format!("{prefix}_{}_{index}", self.stamp.id).into();
        self.output_event(name, fields)
    }

    fn output_event(&mut self, name: &str, mut fields: Value) -> Vec<u8> {
        fields["output_index"] = self.finished.len().into();
        self.event(name, fields)
    }

    fn event(&mut self, name: &str, fields: Value) -> Vec<u8> {
        let mut event = json!({"type": name, "sequence_number": self.n_events});
        self.n_events += 1;
        if let (Some(event), Value::Object(fields)) = (event.as_object_mut(), fields) {
            event.extend(fields);
        }
        named_event(&event)
    }
}
