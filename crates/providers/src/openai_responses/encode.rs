//! Pure. The neutral request as `POST /responses`.

use serde_json::{Value, json};

use crate::chat::json::is_thinking;
use crate::chat::{ChatRequest, Message, OutputSchema, Part, Role, Tool, ToolChoice};
use crate::dialect::Dialect;
use crate::encode::{Body, is_anthropic_thinking};
use crate::http::HttpRequest;
use crate::openai_chat::encode::function_fields;
use crate::schema::qualifies_for_strict;

/// Parameters of the chat API that this one does not have.
const UNKNOWN_HERE: [&str; 12] = [
    "seed",
    "stop",
    "n",
    "frequency_penalty",
    "presence_penalty",
    "logit_bias",
    "logprobs",
    "modalities",
    "audio",
    "prediction",
    "output_config",
    "context_management",
];

pub(crate) fn encode(request: &ChatRequest) -> HttpRequest {
    let input = request.messages.iter().flat_map(items).collect();
    let mut body = Body::new(&request.model, "input", input);
    if !request.tools.is_empty() {
        body.set("tools", request.tools.iter().map(tool).collect::<Value>());
    }
    if let Some(choice) = &request.tool_choice {
        body.set("tool_choice", tool_choice(choice));
    }
    for (name, value) in &request.parameters {
        match name.as_str() {
            "stream" | "stream_options" => {}
            "max_tokens" | "max_completion_tokens" => body.offer("max_output_tokens", value),
            "reasoning_effort" => body.set_inside("reasoning", "effort", value.clone()),
            "verbosity" => body.set_inside("text", "verbosity", value.clone()),
            "thinking" if is_anthropic_thinking(value) => body.drop(name),
            known if UNKNOWN_HERE.contains(&known) => body.drop(known),
            "reasoning" | "text" => body.merge(name, value),
            _ => body.offer(name, value),
        }
    }
    if let Some(schema) = &request.output_schema {
        body.set_inside("text", "format", format(schema));
    }
    if request.stream {
        body.set("stream", true);
    }
    body.into_request(Dialect::OpenAiResponses)
}

/// The items of one message: what is said first, then each call or result as an item of its own.
fn items(message: &Message) -> Vec<Value> {
    let mut said = Vec::new();
    let mut items = Vec::new();
    for part in &message.content {
        match part {
            Part::ToolCall(call) => items.push(json!({
                "type": "function_call",
                "call_id": call.id,
                "name": call.name,
                "arguments": call.arguments,
            })),
            Part::ToolResult(result) => items.push(json!({
                "type": "function_call_output",
                "call_id": result.id,
                "output": content(&result.content, Role::User),
            })),
            Part::Other(value) if is_item(value) => items.push(value.clone()),
            other => said.push(other.clone()),
        }
    }
    // Clients of the chat API send empty text beside tool calls; here it would be a turn of its own.
    if items.is_empty()
        || said.iter().any(|part| !matches!(part, Part::Text(text) if text.is_empty()))
    {
        let said = json!({
            "role": message.role.as_str(),
            "content": content(&said, message.role),
        });
        items.insert(0, said);
    }
    items
}

/// Whether a part that is not translated stands beside messages in this dialect, not inside of one.
pub(crate) fn is_item(value: &Value) -> bool {
    let kind = value.get("type").and_then(Value::as_str).unwrap_or_default();
    matches!(kind, "reasoning" | "item_reference")
        || kind.ends_with("_call")
        || kind.ends_with("_call_output")
}

fn content(parts: &[Part], role: Role) -> Value {
    match parts {
        [] => Value::String(String::new()),
        [Part::Text(text)] => Value::String(text.clone()),
        _ => Value::Array(parts.iter().filter_map(|part| content_part(part, role)).collect()),
    }
}

fn content_part(part: &Part, role: Role) -> Option<Value> {
    match part {
        Part::Text(text) => {
            let kind = if role == Role::Assistant { "output_text" } else { "input_text" };
            Some(json!({"type": kind, "text": text}))
        }
        Part::Image(image) => Some(json!({"type": "input_image", "image_url": image.to_url()})),
        Part::Other(value) if !is_thinking(value) => Some(value.clone()),
        Part::Other(_) | Part::ToolCall(_) | Part::ToolResult(_) => None,
    }
}

fn format(schema: &OutputSchema) -> Value {
    json!({
        "type": "json_schema",
        "name": schema.name,
        "schema": schema.schema,
        "strict": qualifies_for_strict(&schema.schema),
    })
}

fn tool(tool: &Tool) -> Value {
    match tool {
        Tool::Native(value) => value.clone(),
        Tool::Function(function) => {
            let mut fields = function_fields(function);
            fields["type"] = "function".into();
            // This API enforces a schema unless told otherwise; the chat API does not.
            if function.strict.is_none() {
                fields["strict"] = false.into();
            }
            fields
        }
    }
}

fn tool_choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Required => "required".into(),
        ToolChoice::Named(name) => json!({"type": "function", "name": name}),
    }
}
