//! Pure. The body of `POST /chat/completions` as a neutral request.

use serde_json::{Map, Value};

use crate::chat::json::{ShapeError, messages_from_json};
use crate::chat::{ChatRequest, OutputSchema, Tool, ToolChoice};
use crate::parse::rename;

pub(crate) fn parse(mut fields: Map<String, Value>) -> Result<ChatRequest, ShapeError> {
    let Some(messages) = fields.shift_remove("messages") else {
        return Err(ShapeError::new("messages", "missing; give the conversation"));
    };
    let messages = messages_from_json(&messages)?;
    let tools = take_tools(&mut fields);
    let tool_choice = take_tool_choice(&mut fields);
    let output_schema =
        fields.get("response_format").and_then(|format| read_schema(format.get("json_schema")?));
    if output_schema.is_some() {
        fields.shift_remove("response_format");
    }
    rename(&mut fields, "max_completion_tokens", "max_tokens");
    Ok(ChatRequest {
        messages,
        tools,
        tool_choice,
        output_schema,
        parameters: fields,
        ..ChatRequest::default()
    })
}

/// Takes the tools out of the parameters.
pub(crate) fn take_tools(fields: &mut Map<String, Value>) -> Vec<Tool> {
    let tools = fields.shift_remove("tools");
    let tools = tools.as_ref().and_then(Value::as_array);
    tools.into_iter().flatten().map(Tool::from_json).collect()
}

/// Takes the choice among the tools out of the parameters, unless it is of an unknown kind.
pub(crate) fn take_tool_choice(fields: &mut Map<String, Value>) -> Option<ToolChoice> {
    let choice = fields.get("tool_choice").and_then(ToolChoice::from_json);
    if choice.is_some() {
        fields.shift_remove("tool_choice");
    }
    choice
}

/// Reads `{name, schema}`.
pub(crate) fn read_schema(value: &Value) -> Option<OutputSchema> {
    let schema = value.get("schema").filter(|schema| schema.is_object())?.clone();
    let name = value.get("name").and_then(Value::as_str).unwrap_or("answer").to_owned();
    Some(OutputSchema { name, schema })
}
