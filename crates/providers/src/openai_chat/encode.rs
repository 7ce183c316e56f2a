//! Pure. The neutral request as `POST /chat/completions`.

use serde_json::{Value, json};

use crate::chat::json::messages_to_json;
use crate::chat::{ChatRequest, FunctionTool, OutputSchema, Tool, ToolChoice};
use crate::dialect::Dialect;
use crate::encode::{Body, is_anthropic_thinking};
use crate::http::HttpRequest;
use crate::schema::qualifies_for_strict;

pub(crate) fn encode(request: &ChatRequest) -> HttpRequest {
    let mut body = Body::new(&request.model, "messages", messages_to_json(&request.messages));
    if let Some(schema) = &request.output_schema {
        body.set("response_format", response_format(schema));
    }
    if !request.tools.is_empty() {
        body.set("tools", request.tools.iter().map(tool).collect::<Value>());
    }
    if let Some(choice) = &request.tool_choice {
        body.set("tool_choice", tool_choice(choice));
    }
    for (name, value) in &request.parameters {
        match name.as_str() {
            "stream" => {}
            "max_tokens" if wants_completion_tokens(&request.model) => {
                body.offer("max_completion_tokens", value);
            }
            "thinking" if is_anthropic_thinking(value) => body.drop(name),
            "output_config" | "context_management" => body.drop(name),
            "stream_options" if !request.stream => {}
            _ => body.offer(name, value),
        }
    }
    if request.stream {
        body.set("stream", true);
        // `stream_options: null` is the user's way to say that a server does not know the field.
        if body.fields.get("stream_options") == Some(&Value::Null) {
            body.fields.shift_remove("stream_options");
        } else {
            body.set_inside("stream_options", "include_usage", true);
        }
    }
    body.into_request(Dialect::OpenAiChat)
}

/// `OpenAI`'s reasoning models refuse `max_tokens`; other servers often know no other name.
fn wants_completion_tokens(model: &str) -> bool {
    let name = model.rsplit('/').next().unwrap_or(model);
    let is_o_series = name.starts_with('o') && name[1..].starts_with(|c: char| c.is_ascii_digit());
    is_o_series || name.starts_with("gpt-5")
}

fn response_format(schema: &OutputSchema) -> Value {
    json!({
        "type": "json_schema",
        "json_schema": {
            "name": schema.name,
            "schema": schema.schema,
            "strict": qualifies_for_strict(&schema.schema),
        },
    })
}

fn tool(tool: &Tool) -> Value {
    match tool {
        Tool::Native(value) => value.clone(),
        Tool::Function(function) => {
            json!({"type": "function", "function": function_fields(function)})
        }
    }
}

/// The fields of a function, which the Responses API has one level higher.
pub(crate) fn function_fields(function: &FunctionTool) -> Value {
    let mut fields = json!({"name": function.name});
    if let Some(description) = &function.description {
        fields["description"] = description.as_str().into();
    }
    fields["parameters"] = function.parameters.clone();
    if let Some(strict) = function.strict {
        fields["strict"] = strict.into();
    }
    fields
}

fn tool_choice(choice: &ToolChoice) -> Value {
    match choice {
        ToolChoice::Auto => "auto".into(),
        ToolChoice::None => "none".into(),
        ToolChoice::Required => "required".into(),
        ToolChoice::Named(name) => json!({"type": "function", "function": {"name": name}}),
    }
}
