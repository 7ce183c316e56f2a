//! Pure. Messages from and to JSON, in the shapes in which people keep them.
//!
//! Read: `OpenAI`'s chat messages, and content blocks of Anthropic's and of the Responses API.
//! Written: `OpenAI`'s chat messages.
//! Fields of a message or part beyond these (`name`, `detail`, `cache_control`) are not kept.

use serde_json::{Map, Value, json};

use super::{Image, Message, Part, Role, ToolCall, ToolResult};

/// JSON that is not the conversation it should be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct ShapeError {
    /// Where, as a path into the document: `messages[2].content[0]`.
    pub place: String,
    /// What is wrong and what is expected.
    pub problem: String,
}

impl ShapeError {
    pub(crate) fn new(place: impl Into<String>, problem: impl Into<String>) -> Self {
        Self { place: place.into(), problem: problem.into() }
    }

    pub(crate) fn within(mut self, outer: &str) -> Self {
        let separator = if self.place.starts_with('[') || self.place.is_empty() { "" } else { "." };
        self.place = format!("{outer}{separator}{}", self.place);
        self
    }
}

/// Reads a list of messages; a bare string is one message of the user.
pub fn messages_from_json(value: &Value) -> Result<Vec<Message>, ShapeError> {
    if let Some(text) = value.as_str() {
        return Ok(vec![Message::from_text(Role::User, text)]);
    }
    let Some(items) = value.as_array() else {
        return Err(ShapeError::new("messages", "expected a list of messages or a string"));
    };
    let read = items.iter().enumerate().map(|(index, item)| {
        Message::from_json(item).map_err(|error| error.within(&format!("messages[{index}]")))
    });
    read.collect()
}

/// Writes messages as `OpenAI`'s chat API wants them.
pub fn messages_to_json(messages: &[Message]) -> Value {
    Value::Array(messages.iter().flat_map(Message::to_json).collect())
}

impl Message {
    /// Reads one message.
    pub fn from_json(value: &Value) -> Result<Self, ShapeError> {
        let Some(object) = value.as_object() else {
            return Err(ShapeError::new("", "expected an object with role and content"));
        };
        let role = read_role(object)?;
        let mut content = match object.get("content") {
            None | Some(Value::Null) => Vec::new(),
            Some(content) => parts_from_json(content).map_err(|error| error.within("content"))?,
        };
        if role == Role::Tool && !content.iter().any(|part| matches!(part, Part::ToolResult(_))) {
            let id = text_of(object, "tool_call_id").ok_or_else(|| {
                ShapeError::new("tool_call_id", "a tool's message names the call that it answers")
            })?;
            content = vec![Part::ToolResult(ToolResult { id, content, is_error: false })];
        }
        let calls = object.get("tool_calls").and_then(Value::as_array);
        for (index, call) in calls.into_iter().flatten().enumerate() {
            let call = tool_call_from_json(call).ok_or_else(|| {
                let place = format!("tool_calls[{index}]");
                ShapeError::new(place, "expected {id, function: {name, arguments}}")
            })?;
            content.push(Part::ToolCall(call));
        }
        Ok(Self { role, content })
    }

    /// Writes the message; one that mixes tools' answers with other content becomes several.
    pub fn to_json(&self) -> Vec<Value> {
        let mut messages = Vec::new();
        let mut calls = Vec::new();
        let mut rest = Vec::new();
        for part in &self.content {
            match part {
                Part::ToolResult(result) => messages.push(json!({
                    "role": "tool",
                    "tool_call_id": result.id,
                    "content": content_to_json(&result.content),
                })),
                Part::ToolCall(call) => calls.push(tool_call_to_json(call)),
                other => rest.push(other.clone()),
            }
        }
        if !messages.is_empty() && calls.is_empty() && rest.is_empty() {
            return messages;
        }
        let has_only_calls = rest.is_empty() && !calls.is_empty();
        let content = if has_only_calls { Value::Null } else { content_to_json(&rest) };
        let mut message = Map::new();
        message.insert("role".to_owned(), self.role.as_str().into());
        message.insert("content".to_owned(), content);
        if !calls.is_empty() {
            message.insert("tool_calls".to_owned(), Value::Array(calls));
        }
        messages.push(Value::Object(message));
        messages
    }
}

fn read_role(object: &Map<String, Value>) -> Result<Role, ShapeError> {
    match object.get("role").and_then(Value::as_str) {
        Some("system" | "developer") => Ok(Role::System),
        Some("user") => Ok(Role::User),
        Some("assistant") => Ok(Role::Assistant),
        Some("tool") => Ok(Role::Tool),
        Some(other) => Err(ShapeError::new(
            "role",
            format!("unknown role {other:?}; use system, developer, user, assistant or tool"),
        )),
        None => Err(ShapeError::new("role", "missing; use system, user, assistant or tool")),
    }
}

/// Reads the content of a message: a string, one part or a list of parts.
pub(crate) fn parts_from_json(value: &Value) -> Result<Vec<Part>, ShapeError> {
    match value {
        Value::String(text) => Ok(vec![Part::Text(text.clone())]),
        Value::Array(items) => {
            let read = items.iter().enumerate().map(|(index, item)| {
                part_from_json(item).map_err(|error| error.within(&format!("[{index}]")))
            });
            read.collect()
        }
        other => Ok(vec![part_from_json(other)?]),
    }
}

fn part_from_json(value: &Value) -> Result<Part, ShapeError> {
    if let Some(text) = value.as_str() {
        return Ok(Part::Text(text.to_owned()));
    }
    let Some(object) = value.as_object() else {
        return Err(ShapeError::new("", "expected a string or an object with a type"));
    };
    let kind = object.get("type").and_then(Value::as_str).unwrap_or_default();
    let field = |name: &str| {
        text_of(object, name)
            .ok_or_else(|| ShapeError::new(name, format!("missing in a {kind:?} part")))
    };
    match kind {
        "text" | "input_text" | "output_text" => Ok(Part::Text(field("text")?)),
        "refusal" => Ok(Part::Text(field("refusal")?)),
        "image_url" | "input_image" | "image" => image_from_json(value),
        "tool_use" => Ok(Part::ToolCall(ToolCall {
            id: field("id")?,
            name: field("name")?,
            arguments: arguments_text(object.get("input")),
        })),
        "tool_result" => Ok(Part::ToolResult(ToolResult {
            id: field("tool_use_id")?,
            content: match object.get("content") {
                None | Some(Value::Null) => Vec::new(),
                Some(inner) => parts_from_json(inner).map_err(|error| error.within("content"))?,
            },
            is_error: object.get("is_error").and_then(Value::as_bool).unwrap_or(false),
        })),
        "" => Err(ShapeError::new("type", "missing; use text, image_url, tool_use or tool_result")),
        _ => Ok(Part::Other(value.clone())),
    }
}

/// Reads a picture: `image_url` as text or `{url}`, or Anthropic's `source`; a picture by file id is kept as it is.
fn image_from_json(value: &Value) -> Result<Part, ShapeError> {
    let address = value.get("image_url");
    let address = address.and_then(|inner| inner.as_str().or_else(|| inner.get("url")?.as_str()));
    if let Some(url) = address {
        return Ok(Part::Image(Image::from_url(url)));
    }
    let source = |name: &str| value.get("source")?.get(name)?.as_str();
    if let Some(url) = source("url") {
        return Ok(Part::Image(Image::from_url(url)));
    }
    if let (Some(media_type), Some(data)) = (source("media_type"), source("data")) {
        let (media_type, data) = (media_type.to_owned(), data.to_owned());
        return Ok(Part::Image(Image::Base64 { media_type, data }));
    }
    if value.get("file_id").is_some() || source("file_id").is_some() {
        return Ok(Part::Other(value.clone()));
    }
    Err(ShapeError::new(
        "image_url",
        "expected image_url: {url}, or source: {type: base64, media_type, data}",
    ))
}

/// Writes parts as the content of a chat message: a string where that is enough.
pub(crate) fn content_to_json(parts: &[Part]) -> Value {
    match parts {
        [] => Value::String(String::new()),
        [Part::Text(text)] => Value::String(text.clone()),
        _ => Value::Array(parts.iter().filter_map(part_to_json).collect()),
    }
}

fn part_to_json(part: &Part) -> Option<Value> {
    match part {
        Part::Text(text) => Some(json!({"type": "text", "text": text})),
        Part::Image(image) => {
            Some(json!({"type": "image_url", "image_url": {"url": image.to_url()}}))
        }
        Part::Other(value) if !is_thinking(value) => Some(value.clone()),
        Part::Other(_) | Part::ToolCall(_) | Part::ToolResult(_) => None,
    }
}

/// Whether the part is a model's signed reasoning, which only the vendor that wrote it accepts.
pub(crate) fn is_thinking(value: &Value) -> bool {
    let kind = value.get("type").and_then(Value::as_str);
    matches!(kind, Some("thinking" | "redacted_thinking" | "reasoning"))
}

/// Reads `{id, function: {name, arguments}}`; arguments may be text or, from some servers, an object.
pub(crate) fn tool_call_from_json(value: &Value) -> Option<ToolCall> {
    let function = value.get("function")?;
    Some(ToolCall {
        id: value.get("id").and_then(Value::as_str).unwrap_or_default().to_owned(),
        name: function.get("name")?.as_str()?.to_owned(),
        arguments: arguments_text(function.get("arguments")),
    })
}

pub(crate) fn tool_call_to_json(call: &ToolCall) -> Value {
    json!({
        "id": call.id,
        "type": "function",
        "function": {"name": call.name, "arguments": call.arguments},
    })
}

pub(crate) fn arguments_text(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => "{}".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

pub(crate) fn text_of(object: &Map<String, Value>, field: &str) -> Option<String> {
    object.get(field)?.as_str().map(str::to_owned)
}
