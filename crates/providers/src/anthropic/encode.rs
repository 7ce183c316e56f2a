//! Pure. The neutral request as `POST /v1/messages`.

use serde_json::{Value, json};

use super::answer_tool;
use crate::chat::{ChatRequest, Image, Message, Part, Role, Tool, ToolChoice};
use crate::dialect::Dialect;
use crate::encode::{Body, is_anthropic_thinking};
use crate::http::HttpRequest;

/// The API refuses a request without a limit.
const DEFAULT_MAX_TOKENS: u32 = 4096;
const API_VERSION: &str = "2023-06-01";

/// Parameters of `OpenAI`'s APIs that this one does not have.
const UNKNOWN_HERE: [&str; 19] = [
    "audio",
    "frequency_penalty",
    "logit_bias",
    "logprobs",
    "modalities",
    "n",
    "prediction",
    "presence_penalty",
    "previous_response_id",
    "prompt_cache_key",
    "reasoning",
    "reasoning_effort",
    "response_format",
    "safety_identifier",
    "seed",
    "store",
    "text",
    "top_logprobs",
    "verbosity",
];

pub(crate) fn encode(request: &ChatRequest) -> HttpRequest {
    let mut body = Body::new(&request.model, "messages", messages(&request.messages));
    if let Some(system) = system(&request.messages) {
        body.set("system", system);
    }
    for (name, value) in &request.parameters {
        match name.as_str() {
            "stream" | "stream_options" | "parallel_tool_calls" => {}
            "max_completion_tokens" => body.offer("max_tokens", value),
            "stop" if value.is_string() => body.offer("stop_sequences", &json!([value])),
            "stop" => body.offer("stop_sequences", value),
            "user" => body.set_inside("metadata", "user_id", value.clone()),
            known if UNKNOWN_HERE.contains(&known) => body.drop(known),
            "metadata" => body.merge(name, value),
            _ => body.offer(name, value),
        }
    }
    body.offer("max_tokens", &DEFAULT_MAX_TOKENS.into());
    set_tools(&mut body, request);
    if request.stream {
        body.set("stream", true);
    }
    let mut http = body.into_request(Dialect::Anthropic);
    http.headers.push(("anthropic-version".to_owned(), API_VERSION.to_owned()));
    http
}

fn set_tools(body: &mut Body, request: &ChatRequest) {
    let mut tools: Vec<Value> = request.tools.iter().map(tool).collect();
    let answer = request.output_schema.as_ref().map(|output| {
        tools.push(answer_tool::tool(output));
        answer_tool::name(output)
    });
    if !tools.is_empty() {
        body.set("tools", tools);
    }
    // A model that thinks first refuses to be forced.
    let is_thinking = request.parameters.get("thinking").is_some_and(is_anthropic_thinking);
    let has_tools = !request.tools.is_empty();
    let mut choice = match (&request.tool_choice, answer) {
        (_, Some(_)) if is_thinking => json!({"type": "auto"}),
        (Some(ToolChoice::Named(name)), _) => json!({"type": "tool", "name": name}),
        (Some(ToolChoice::None), Some(answer)) => json!({"type": "tool", "name": answer}),
        (_, Some(_)) if has_tools => json!({"type": "any"}),
        (_, Some(answer)) => json!({"type": "tool", "name": answer}),
        (Some(ToolChoice::Auto), None) => json!({"type": "auto"}),
        (Some(ToolChoice::Required), None) => json!({"type": "any"}),
        (Some(ToolChoice::None), None) => json!({"type": "none"}),
        (None, None) => Value::Null,
    };
    let parallel = request.parameters.get("parallel_tool_calls").and_then(Value::as_bool);
    if let (Some(parallel), true) = (parallel, has_tools) {
        if choice.is_null() {
            choice = json!({"type": "auto"});
        }
        if choice["type"] != "none" {
            choice["disable_parallel_tool_use"] = (!parallel).into();
        }
    }
    if !choice.is_null() {
        body.set("tool_choice", choice);
    }
}

/// The text of all system messages: the API has no place for one in the middle of a conversation.
fn system(messages: &[Message]) -> Option<Value> {
    let texts = messages.iter().filter(|message| message.role == Role::System).map(Message::text);
    let mut texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    match texts.len() {
        0 => None,
        1 => texts.pop().map(Value::String),
        _ => Some(texts.iter().map(|text| json!({"type": "text", "text": text})).collect()),
    }
}

/// Tools' answers become one turn of the user, together with what the user says right after.
fn messages(messages: &[Message]) -> Value {
    let mut turns: Vec<(Role, Vec<&Part>)> = Vec::new();
    let mut previous = None;
    for message in messages.iter().filter(|message| message.role != Role::System) {
        let role = if message.role == Role::Tool { Role::User } else { message.role };
        match turns.last_mut() {
            Some((last, parts)) if previous == Some(Role::Tool) && *last == role => {
                parts.extend(&message.content);
            }
            _ => turns.push((role, message.content.iter().collect())),
        }
        previous = Some(message.role);
    }
    let turns =
        turns.iter().map(|(role, parts)| json!({"role": role.as_str(), "content": content(parts)}));
    turns.collect()
}

fn content(parts: &[&Part]) -> Value {
    // The API refuses empty text beside other blocks, which `OpenAI`'s clients send with tool calls.
    let is_needed = |part: &&&Part| !matches!(part, Part::Text(text) if text.is_empty());
    match parts {
        [] => Value::String(String::new()),
        [Part::Text(text)] => Value::String(text.clone()),
        _ => parts.iter().filter(is_needed).map(|part| block(part)).collect(),
    }
}

fn block(part: &Part) -> Value {
    match part {
        Part::Text(text) => json!({"type": "text", "text": text}),
        Part::Image(Image::Url(url)) => {
            json!({"type": "image", "source": {"type": "url", "url": url}})
        }
        Part::Image(Image::Base64 { media_type, data }) => json!({
            "type": "image",
            "source": {"type": "base64", "media_type": media_type, "data": data},
        }),
        Part::ToolCall(call) => json!({
            "type": "tool_use",
            "id": call.id,
            "name": call.name,
            "input": tool_input(&call.arguments),
        }),
        Part::ToolResult(result) => {
            let parts: Vec<&Part> = result.content.iter().collect();
            let mut block = json!({
                "type": "tool_result",
                "tool_use_id": result.id,
                "content": content(&parts),
            });
            if result.is_error {
                block["is_error"] = true.into();
            }
            block
        }
        Part::Other(value) => value.clone(),
    }
}

/// The API takes objects only; arguments that a model garbled are kept where the model can see them.
pub(crate) fn tool_input(arguments: &str) -> Value {
    match serde_json::from_str::<Value>(arguments) {
        Ok(value) if value.is_object() => value,
        _ if arguments.trim().is_empty() => json!({}),
        _ => json!({"invalid_arguments": arguments}),
    }
}

fn tool(tool: &Tool) -> Value {
    let function = match tool {
        Tool::Native(value) => return value.clone(),
        Tool::Function(function) => function,
    };
    let mut fields = json!({"name": function.name});
    if let Some(description) = &function.description {
        fields["description"] = description.as_str().into();
    }
    fields["input_schema"] = function.parameters.clone();
    fields
}
