//! Pure. What a request says that only its own vendor understands: put into common words, or left out, before it goes to another.

use karat_providers::chat::{FunctionTool, Tool, ToolCall, ToolResult};
use karat_providers::{ChatRequest, Dialect, Message, Part, Role};
use serde_json::{Value, json};

/// Members that only Anthropic's API has, or that mean something else there.
const ANTHROPICS: [&str; 11] = [
    "betas",
    "cache_control",
    "container",
    "context_management",
    "inference_geo",
    "mcp_servers",
    "metadata",
    "output_config",
    "service_tier",
    "thinking",
    "top_k",
];

/// Members that only `OpenAI`'s APIs have; those that the encoder knows stand there.
const OPENAIS: [&str; 6] = [
    "function_call",
    "functions",
    "metadata",
    "service_tier",
    "top_logprobs",
    "web_search_options",
];

/// Members that only `OpenAI`'s responses API has.
const RESPONSES: [&str; 11] = [
    "background",
    "client_metadata",
    "context_management",
    "conversation",
    "include",
    "max_tool_calls",
    "previous_response_id",
    "prompt",
    "reasoning",
    "text",
    "truncation",
];

/// Members that only `OpenAI`'s chat API has.
const CHATS: [&str; 3] = ["function_call", "functions", "web_search_options"];

/// The request as another vendor can read it.
pub fn in_common_words(from: Dialect, to: Dialect, mut request: ChatRequest) -> ChatRequest {
    if from == to {
        return request;
    }
    let is_gone = |name: &str| match (from, to) {
        (Dialect::Anthropic, _) => ANTHROPICS.contains(&name),
        (Dialect::OpenAiChat, Dialect::Anthropic) => OPENAIS.contains(&name),
        (Dialect::OpenAiResponses, Dialect::Anthropic) => {
            OPENAIS.contains(&name) || RESPONSES.contains(&name)
        }
        (Dialect::OpenAiResponses, _) => RESPONSES.contains(&name),
        (Dialect::OpenAiChat, _) => CHATS.contains(&name),
    };
    request.parameters.retain(|name, _| !is_gone(name));
    request.tools = request.tools.iter().filter_map(tool).collect();
    if request.tools.is_empty() {
        request.tool_choice = None;
        request.parameters.shift_remove("parallel_tool_calls");
    }
    request.messages = request.messages.into_iter().flat_map(turns).collect();
    request
}

/// A tool that any model may call; those that run at the vendor are left out.
fn tool(tool: &Tool) -> Option<Tool> {
    let Tool::Native(value) = tool else { return Some(tool.clone()) };
    if kind(value) != "custom" {
        return None;
    }
    let custom = value.get("custom").unwrap_or(value);
    let words = |name: &str| custom.get(name).and_then(Value::as_str).map(str::to_owned);
    Some(Tool::Function(FunctionTool {
        name: words("name")?,
        description: words("description"),
        parameters: json!({
            "type": "object",
            "properties": {"input": {"type": "string"}},
            "required": ["input"],
        }),
        strict: None,
    }))
}

/// A message whose parts anybody can read; answers of tools become messages of their own.
fn turns(message: Message) -> Vec<Message> {
    if !message.content.iter().any(|part| matches!(part, Part::Other(_))) {
        return vec![message];
    }
    let mut turns: Vec<Message> = Vec::new();
    for part in message.content {
        let (role, part) = match part {
            Part::Other(value) => match translated(&value) {
                Translated::Kept => (message.role, Part::Other(value)),
                Translated::Call(call) => (Role::Assistant, Part::ToolCall(call)),
                Translated::Result(result) => (Role::Tool, Part::ToolResult(result)),
                Translated::Gone => continue,
            },
            part => (message.role, part),
        };
        match turns.last_mut() {
            Some(last) if last.role == role && role != Role::Tool => last.content.push(part),
            _ => turns.push(Message { role, content: vec![part] }),
        }
    }
    turns
}

/// What becomes of a part that nobody but its vendor knows.
enum Translated {
    /// A file or a sound: the other vendor may say itself that it cannot read it.
    Kept,
    Call(ToolCall),
    Result(ToolResult),
    /// Reasoning, and calls of tools that run at the vendor.
    Gone,
}

fn translated(value: &Value) -> Translated {
    let words = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let call = |name: String, arguments: Value| {
        let arguments = arguments.to_string();
        Translated::Call(ToolCall { id: words("call_id"), name, arguments })
    };
    match kind(value) {
        "custom_tool_call" => call(words("name"), json!({ "input": words("input") })),
        "local_shell_call" => {
            call("local_shell".to_owned(), value.get("action").cloned().unwrap_or(json!({})))
        }
        "custom_tool_call_output" | "local_shell_call_output" => {
            let text = match value.get("output") {
                Some(Value::String(text)) => text.clone(),
                Some(other) => other.to_string(),
                None => String::new(),
            };
            let content = vec![Part::Text(text)];
            Translated::Result(ToolResult { id: words("call_id"), content, is_error: false })
        }
        "thinking" | "redacted_thinking" | "reasoning" | "item_reference" | "server_tool_use"
        | "compaction" => Translated::Gone,
        other if other.ends_with("_call") || other.ends_with("_call_output") => Translated::Gone,
        other if other.ends_with("_tool_result") => Translated::Gone,
        _ => Translated::Kept,
    }
}

fn kind(value: &Value) -> &str {
    value.get("type").and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use karat_providers::{encode, parse_request};

    /// A request of one dialect as the provider of another gets it.
    fn sent(from: Dialect, to: Dialect, request: &Value) -> Value {
        let read = parse_request(from, request.to_string().as_bytes()).unwrap();
        serde_json::from_slice(&encode(to, &in_common_words(from, to, read)).body).unwrap()
    }

    #[test]
    fn what_only_one_vendor_knows_does_not_reach_another() {
        let request = json!({
            "model": "m", "input": [{"role": "user", "content": "x"}], "store": false,
            "include": ["reasoning.encrypted_content"], "reasoning": {"effort": "low", "summary": "auto"},
            "prompt_cache_key": "k", "service_tier": "flex", "truncation": "auto",
            "tools": [{"type": "web_search"}], "tool_choice": "auto", "parallel_tool_calls": false,
        });
        let chat = sent(Dialect::OpenAiResponses, Dialect::OpenAiChat, &request);
        let mut names: Vec<&String> = chat.as_object().unwrap().keys().collect();
        names.sort();
        let wanted =
            ["messages", "model", "prompt_cache_key", "reasoning_effort", "service_tier", "store"];
        assert_eq!(names, wanted);
        let messages = sent(Dialect::OpenAiResponses, Dialect::Anthropic, &request);
        let mut names: Vec<&String> = messages.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, ["max_tokens", "messages", "model"]);
    }

    #[test]
    fn calls_of_tools_that_only_one_vendor_has_stay_calls_with_their_answers() {
        let request = json!({
            "model": "m",
            "input": [
                {"role": "user", "content": "x"},
                {"type": "reasoning", "id": "rs", "summary": [], "encrypted_content": "AA"},
                {"type": "custom_tool_call", "call_id": "a", "name": "apply_patch", "input": "*** Begin"},
                {"type": "custom_tool_call_output", "call_id": "a", "output": "Done"},
                {"type": "local_shell_call", "call_id": "b", "action": {"type": "exec", "command": ["ls"]}},
                {"type": "local_shell_call_output", "call_id": "b", "output": "src"},
            ],
            "tools": [{"type": "custom", "name": "apply_patch", "format": {"type": "grammar"}}],
        });
        let chat = sent(Dialect::OpenAiResponses, Dialect::OpenAiChat, &request);
        let roles: Vec<&str> = chat["messages"]
            .as_array()
            .unwrap()
            .iter()
            .map(|it| it["role"].as_str().unwrap())
            .collect();
        assert_eq!(roles, ["user", "assistant", "tool", "assistant", "tool"], "{chat}");
        let call = &chat["messages"][1]["tool_calls"][0]["function"];
        assert_eq!(
            (&call["name"], &call["arguments"]),
            (&json!("apply_patch"), &json!(r#"{"input":"*** Begin"}"#))
        );
        assert_eq!(chat["tools"][0]["function"]["parameters"]["required"], json!(["input"]));
        let messages = sent(Dialect::OpenAiResponses, Dialect::Anthropic, &request);
        assert_eq!(messages["messages"][2]["content"][0]["tool_use_id"], "a", "{messages}");
    }

    #[test]
    fn a_file_is_left_for_the_other_vendor_to_refuse() {
        let file = json!({"type": "document", "source": {"type": "url", "url": "https://a/b.pdf"}});
        let request = json!({"model": "m", "max_tokens": 9, "messages": [{"role": "user", "content": [file]}]});
        let chat = sent(Dialect::Anthropic, Dialect::OpenAiChat, &request);
        assert_eq!(chat["messages"][0]["content"][0], file);
    }
}
