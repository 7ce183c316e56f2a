//! Messages in the shapes in which people keep them.

use karat_providers::chat::json::{messages_from_json, messages_to_json};
use karat_providers::chat::{FunctionTool, Image, Tool, ToolCall, ToolChoice, ToolResult};
use karat_providers::{Message, Part, Role};
use serde_json::json;

#[test]
fn a_bare_string_is_one_message_of_the_user() {
    let messages = messages_from_json(&json!("Hello")).unwrap();
    assert_eq!(messages, [Message::from_text(Role::User, "Hello")]);
}

#[test]
fn a_chat_of_openai_comes_back_as_it_was() {
    let chat = json!([
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": [
            {"type": "text", "text": "What is this?"},
            {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0="}},
            {"type": "file", "file": {"file_id": "file-1"}},
        ]},
        {"role": "assistant", "content": null, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{\"x\":1}"}},
        ]},
        {"role": "tool", "tool_call_id": "call_1", "content": "a cat"},
        {"role": "assistant", "content": "A cat."},
    ]);
    assert_eq!(messages_to_json(&messages_from_json(&chat).unwrap()), chat);
}

#[test]
fn anthropics_blocks_become_chat_messages_with_results_first() {
    let chat = json!([
        {"role": "assistant", "content": [
            {"type": "text", "text": "Looking."},
            {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {"x": 1}},
        ]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "toolu_1", "content": [{"type": "text", "text": "a cat"}]},
            {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "iVBORw0="}},
            {"type": "text", "text": "And this?"},
        ]},
    ]);
    let written = messages_to_json(&messages_from_json(&chat).unwrap());
    assert_eq!(
        written,
        json!([
            {"role": "assistant", "content": "Looking.", "tool_calls": [
                {"id": "toolu_1", "type": "function", "function": {"name": "look", "arguments": "{\"x\":1}"}},
            ]},
            {"role": "tool", "tool_call_id": "toolu_1", "content": "a cat"},
            {"role": "user", "content": [
                {"type": "image_url", "image_url": {"url": "data:image/png;base64,iVBORw0="}},
                {"type": "text", "text": "And this?"},
            ]},
        ])
    );
}

#[test]
fn developer_is_read_as_system() {
    let message = Message::from_json(&json!({"role": "developer", "content": "Be brief."}));
    assert_eq!(message.unwrap().role, Role::System);
}

#[test]
fn a_mistake_is_named_with_its_place() {
    let cases = [
        json!(7),
        json!([{"role": "user", "content": "a"}, {"role": "robot", "content": "b"}]),
        json!([{"content": "a"}]),
        json!([{"role": "user", "content": [{"type": "text"}]}]),
        json!([{"role": "user", "content": [{"text": "a"}]}]),
        json!([{"role": "tool", "content": "a"}]),
        json!([{"role": "assistant", "tool_calls": [{"id": "1"}]}]),
        json!([{"role": "user", "content": [{"type": "image_url"}]}]),
        json!(["a"]),
    ];
    let errors: Vec<String> =
        cases.iter().map(|case| messages_from_json(case).unwrap_err().to_string()).collect();
    insta::assert_snapshot!(errors.join("\n"), @r#"
    messages: expected a list of messages or a string
    messages[1].role: unknown role "robot"; use system, developer, user, assistant or tool
    messages[0].role: missing; use system, user, assistant or tool
    messages[0].content[0].text: missing in a "text" part
    messages[0].content[0].type: missing; use text, image_url, tool_use or tool_result
    messages[0].tool_call_id: a tool's message names the call that it answers
    messages[0].tool_calls[0]: expected {id, function: {name, arguments}}
    messages[0].content[0].image_url: expected image_url: {url}, or source: {type: base64, media_type, data}
    messages[0]: expected an object with role and content
    "#);
}

#[test]
fn a_picture_by_address_stays_an_address() {
    let message = json!({"role": "user", "content": [{"type": "input_image", "image_url": "https://x.test/a.png"}]});
    let message = Message::from_json(&message).unwrap();
    assert_eq!(message.content, [Part::Image(Image::Url("https://x.test/a.png".to_owned()))]);
}

#[test]
fn a_failed_tool_is_remembered() {
    let block =
        json!({"type": "tool_result", "tool_use_id": "t", "content": "boom", "is_error": true});
    let message = Message::from_json(&json!({"role": "user", "content": [block]})).unwrap();
    let result = ToolResult {
        id: "t".to_owned(),
        content: vec![Part::Text("boom".to_owned())],
        is_error: true,
    };
    assert_eq!(message.content, [Part::ToolResult(result)]);
}

#[test]
fn arguments_that_are_no_text_are_written_as_json() {
    let call = json!({"id": "1", "function": {"name": "look", "arguments": {"x": 1}}});
    let message = Message::from_json(&json!({"role": "assistant", "tool_calls": [call]})).unwrap();
    let call =
        ToolCall { id: "1".to_owned(), name: "look".to_owned(), arguments: "{\"x\":1}".to_owned() };
    assert_eq!(message.content, [Part::ToolCall(call)]);
}

#[test]
fn a_function_is_read_from_every_dialect() {
    let schema = json!({"type": "object", "properties": {"x": {"type": "number"}}});
    let shapes = [
        json!({"name": "look", "description": "Looks.", "parameters": schema}),
        json!({"type": "function", "function": {"name": "look", "description": "Looks.", "parameters": schema}}),
        json!({"type": "function", "name": "look", "description": "Looks.", "parameters": schema}),
        json!({"name": "look", "description": "Looks.", "input_schema": schema}),
        json!({"type": "custom", "name": "look", "description": "Looks.", "input_schema": schema}),
    ];
    for shape in shapes {
        let wanted = Tool::Function(FunctionTool {
            name: "look".to_owned(),
            description: Some("Looks.".to_owned()),
            parameters: schema.clone(),
            strict: None,
        });
        assert_eq!(Tool::from_json(&shape), wanted, "{shape}");
    }
}

#[test]
fn a_tool_of_the_provider_is_kept_as_it_is() {
    for tool in [
        json!({"type": "web_search_20250305", "name": "web_search", "max_uses": 5}),
        json!({"type": "custom", "name": "grep", "format": {"type": "text"}}),
        json!({"type": "file_search", "vector_store_ids": ["vs_1"]}),
    ] {
        assert_eq!(Tool::from_json(&tool), Tool::Native(tool));
    }
}

#[test]
fn a_choice_is_read_from_every_dialect() {
    let named = Some(ToolChoice::Named("look".to_owned()));
    for (shape, wanted) in [
        (json!("auto"), Some(ToolChoice::Auto)),
        (json!({"type": "auto"}), Some(ToolChoice::Auto)),
        (json!("none"), Some(ToolChoice::None)),
        (json!("required"), Some(ToolChoice::Required)),
        (json!({"type": "any"}), Some(ToolChoice::Required)),
        (json!({"type": "function", "function": {"name": "look"}}), named.clone()),
        (json!({"type": "function", "name": "look"}), named.clone()),
        (json!({"type": "tool", "name": "look"}), named),
        (json!({"type": "allowed_tools", "mode": "auto"}), None),
    ] {
        assert_eq!(ToolChoice::from_json(&shape), wanted, "{shape}");
    }
}
