//! Pure. The body of `POST /v1/messages` as a neutral request.

use serde_json::{Map, Value};

use super::answer_tool;
use crate::chat::json::{ShapeError, messages_from_json, parts_from_json};
use crate::chat::{ChatRequest, Message, OutputSchema, Part, Role, Tool, ToolChoice};
use crate::openai_chat::parse::{read_schema, take_tool_choice};
use crate::parse::{rename, take_inside};

pub(crate) fn parse(mut fields: Map<String, Value>) -> Result<ChatRequest, ShapeError> {
    let mut messages = match fields.shift_remove("system") {
        None | Some(Value::Null) => Vec::new(),
        Some(system) => read_system(&system)?,
    };
    let Some(turns) = fields.shift_remove("messages") else {
        return Err(ShapeError::new("messages", "missing; give the conversation"));
    };
    messages.extend(messages_from_json(&turns)?.into_iter().flat_map(split_results));
    let (tools, mut output_schema) = take_tools(&mut fields);
    let tool_choice = read_choice(&mut fields, output_schema.is_some());
    for path in ["/output_config/format", "/output_format"] {
        let native = fields_at(&fields, path).and_then(read_schema);
        if native.is_some() {
            output_schema = native;
            take_inside(&mut fields, "output_config", "format");
            fields.shift_remove("output_format");
        }
    }
    if let Some(user) = take_inside(&mut fields, "metadata", "user_id") {
        fields.insert("user".to_owned(), user);
    }
    if fields_at(&fields, "/thinking/type").and_then(Value::as_str) == Some("disabled") {
        fields.shift_remove("thinking");
    }
    rename(&mut fields, "stop_sequences", "stop");
    Ok(ChatRequest {
        messages,
        tools,
        tool_choice,
        output_schema,
        parameters: fields,
        ..ChatRequest::default()
    })
}

fn fields_at<'a>(fields: &'a Map<String, Value>, path: &str) -> Option<&'a Value> {
    let mut names = path.split('/').skip(1);
    let first = fields.get(names.next()?)?;
    names.try_fold(first, |value, name| value.get(name))
}

fn read_system(system: &Value) -> Result<Vec<Message>, ShapeError> {
    let parts = parts_from_json(system).map_err(|error| error.within("system"))?;
    let texts = parts.into_iter().map(|part| Message { role: Role::System, content: vec![part] });
    Ok(texts.collect())
}

/// A turn of the user may begin with tools' answers; each becomes a message of its own.
fn split_results(message: Message) -> Vec<Message> {
    let is_result = |part: &Part| matches!(part, Part::ToolResult(_));
    if message.role != Role::User || !message.content.iter().any(is_result) {
        return vec![message];
    }
    let (results, rest): (Vec<_>, Vec<_>) = message.content.into_iter().partition(is_result);
    let mut messages: Vec<_> = results
        .into_iter()
        .map(|result| Message { role: Role::Tool, content: vec![result] })
        .collect();
    if !rest.is_empty() {
        messages.push(Message { role: Role::User, content: rest });
    }
    messages
}

/// The tools, apart from the one that stands for the structured answer.
fn take_tools(fields: &mut Map<String, Value>) -> (Vec<Tool>, Option<OutputSchema>) {
    let mut tools = Vec::new();
    let mut output_schema = None;
    let listed = fields.shift_remove("tools");
    for tool in listed.as_ref().and_then(Value::as_array).into_iter().flatten() {
        match answer_tool::read(tool) {
            Some(output) => output_schema = Some(output),
            None => tools.push(Tool::from_json(tool)),
        }
    }
    (tools, output_schema)
}

/// The choice among the tools; where there is a structured answer, the encoder decides it and it is left out.
fn read_choice(fields: &mut Map<String, Value>, has_answer_tool: bool) -> Option<ToolChoice> {
    let parallel = take_inside(fields, "tool_choice", "disable_parallel_tool_use");
    if let Some(disabled) = parallel.and_then(|value| value.as_bool()) {
        fields.insert("parallel_tool_calls".to_owned(), (!disabled).into());
    }
    let choice = take_tool_choice(fields);
    match choice {
        Some(ToolChoice::Named(name)) if answer_tool::is_answer(&name) => None,
        Some(ToolChoice::Named(name)) => Some(ToolChoice::Named(name)),
        _ if has_answer_tool => None,
        other => other,
    }
}
