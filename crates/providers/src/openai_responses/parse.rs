//! Pure. The body of `POST /responses` as a neutral request.

use serde_json::{Map, Value};

use crate::chat::json::{ShapeError, arguments_text, parts_from_json};
use crate::chat::{ChatRequest, Message, Part, Role, ToolCall, ToolResult};
use crate::openai_chat::parse::{read_schema, take_tool_choice, take_tools};
use crate::parse::{rename, take_inside};

pub(crate) fn parse(mut fields: Map<String, Value>) -> Result<ChatRequest, ShapeError> {
    let mut messages = Vec::new();
    if let Some(Value::String(text)) = fields.shift_remove("instructions") {
        messages.push(Message::from_text(Role::System, text));
    }
    match fields.shift_remove("input") {
        Some(Value::String(text)) => messages.push(Message::from_text(Role::User, text)),
        Some(Value::Array(items)) => {
            for (index, item) in items.iter().enumerate() {
                read_item(item, &mut messages)
                    .map_err(|error| error.within(&format!("input[{index}]")))?;
            }
        }
        _ => return Err(ShapeError::new("input", "expected a string or a list of items")),
    }
    let tools = take_tools(&mut fields);
    let tool_choice = take_tool_choice(&mut fields);
    let output_schema = fields.get("text").and_then(|text| read_schema(text.get("format")?));
    if output_schema.is_some() {
        take_inside(&mut fields, "text", "format");
    }
    for (object, name, to) in
        [("text", "verbosity", "verbosity"), ("reasoning", "effort", "reasoning_effort")]
    {
        if let Some(value) = take_inside(&mut fields, object, name) {
            fields.insert(to.to_owned(), value);
        }
    }
    rename(&mut fields, "max_output_tokens", "max_tokens");
    Ok(ChatRequest {
        messages,
        tools,
        tool_choice,
        output_schema,
        parameters: fields,
        ..ChatRequest::default()
    })
}

fn read_item(item: &Value, messages: &mut Vec<Message>) -> Result<(), ShapeError> {
    let words = |field: &str| item.get(field).and_then(Value::as_str);
    let required = |field: &str| {
        words(field).map(str::to_owned).ok_or_else(|| ShapeError::new(field, "missing"))
    };
    match words("type") {
        None | Some("message") => messages.push(Message::from_json(item)?),
        Some("function_call") => {
            let call = ToolCall {
                id: required("call_id")?,
                name: required("name")?,
                arguments: arguments_text(item.get("arguments")),
            };
            push_assistant(messages, Part::ToolCall(call));
        }
        Some("function_call_output") => {
            let content = match item.get("output") {
                Some(output) => parts_from_json(output).map_err(|error| error.within("output"))?,
                None => Vec::new(),
            };
            let result = ToolResult { id: required("call_id")?, content, is_error: false };
            messages.push(Message { role: Role::Tool, content: vec![Part::ToolResult(result)] });
        }
        Some(_) => push_assistant(messages, Part::Other(item.clone())),
    }
    Ok(())
}

/// What the model did beside speaking belongs to its turn.
fn push_assistant(messages: &mut Vec<Message>, part: Part) {
    match messages.last_mut() {
        Some(last) if last.role == Role::Assistant => last.content.push(part),
        _ => messages.push(Message { role: Role::Assistant, content: vec![part] }),
    }
}
