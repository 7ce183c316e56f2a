//! What one side writes, the other side reads.

use karat_providers::chat::{
    FunctionTool, Image, OutputSchema, Tool, ToolCall, ToolChoice, ToolResult,
};
use karat_providers::respond::{Stamp, answer_body, answer_events};
use karat_providers::{
    ChatAnswer, ChatRequest, Dialect, FinishReason, Message, Part, Role, Usage, encode,
    parse_request,
};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::decode_body;
use crate::stream::run;

fn text() -> impl Strategy<Value = String> {
    "[a-zé👋\"\\\\\n {}]{1,12}"
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![
        text().prop_map(Part::Text),
        "[a-z]{1,5}".prop_map(|name| Part::Image(Image::Url(format!("https://x.test/{name}")))),
        "[A-Za-z0-9]{4}".prop_map(|data| Part::Image(Image::Base64 {
            media_type: "image/png".to_owned(),
            data,
        })),
    ]
}

fn call() -> impl Strategy<Value = ToolCall> {
    let arguments =
        ("[a-z]{1,5}", text()).prop_map(|(name, value)| json!({name: value}).to_string());
    ("c[0-9]{3}", "[a-z]{1,8}", arguments).prop_map(|(id, name, arguments)| ToolCall {
        id,
        name,
        arguments,
    })
}

/// What the user says, or a turn of the model with the tools that it called.
fn turn() -> impl Strategy<Value = Vec<Message>> {
    let user = prop::collection::vec(part(), 1..3)
        .prop_map(|content| vec![Message { role: Role::User, content }]);
    let model =
        (text(), prop::collection::vec((call(), text()), 0..3)).prop_map(|(text, calls)| {
            let mut content = vec![Part::Text(text)];
            let mut answers = Vec::new();
            for (call, answer) in calls {
                let id = call.id.clone();
                content.push(Part::ToolCall(call));
                let content = vec![Part::Text(answer)];
                let result = ToolResult { id, content, is_error: false };
                answers.push(Message { role: Role::Tool, content: vec![Part::ToolResult(result)] });
            }
            let mut turn = vec![Message { role: Role::Assistant, content }];
            turn.extend(answers);
            turn
        });
    prop_oneof![user, model]
}

fn schema() -> impl Strategy<Value = OutputSchema> {
    let schema = prop_oneof![
        Just(json!({"type": "object", "properties": {"a": {"type": "string"}}})),
        Just(json!({"type": "array", "items": {"type": "string"}})),
        Just(json!({"$ref": "#/$defs/x", "$defs": {"x": {"type": "number"}}})),
    ];
    ("[a-z_]{1,8}", schema).prop_map(|(name, schema)| OutputSchema { name, schema })
}

fn tools() -> impl Strategy<Value = (Vec<Tool>, Option<ToolChoice>)> {
    let tool = ("[a-z]{1,8}", prop::option::of(text())).prop_map(|(name, description)| {
        Tool::Function(FunctionTool {
            name,
            description,
            parameters: json!({"type": "object", "properties": {}}),
            strict: None,
        })
    });
    let choice = prop_oneof![
        Just(None),
        Just(Some(ToolChoice::Auto)),
        Just(Some(ToolChoice::Required)),
        Just(Some(ToolChoice::None)),
        "[a-z]{1,8}".prop_map(|name| Some(ToolChoice::Named(name))),
    ];
    (prop::collection::vec(tool, 1..3), choice)
}

fn request() -> impl Strategy<Value = ChatRequest> {
    let system = prop::option::of(text());
    let turns = prop::collection::vec(turn(), 1..5);
    (system, turns, prop::option::of(schema()), prop::option::of(tools()), any::<bool>()).prop_map(
        |(system, turns, output_schema, tools, stream)| {
            let system = system.map(|text| Message::from_text(Role::System, text));
            let messages = system.into_iter().chain(turns.into_iter().flatten()).collect();
            let (tools, tool_choice) = tools.unwrap_or_default();
            let mut parameters = Map::new();
            for (name, value) in [
                ("max_tokens", json!(100)),
                ("temperature", json!(0.5)),
                ("user", json!("u")),
                ("unheard_of", json!([1])),
            ] {
                parameters.insert(name.to_owned(), value);
            }
            ChatRequest {
                model: "gpt-5".to_owned(),
                messages,
                parameters,
                output_schema,
                tools,
                tool_choice,
                stream,
            }
        },
    )
}

/// The request without what the dialect cannot say.
fn expressible(dialect: Dialect, mut request: ChatRequest) -> ChatRequest {
    let is_answered_by_tool = dialect == Dialect::Anthropic && request.output_schema.is_some();
    if is_answered_by_tool && !matches!(request.tool_choice, Some(ToolChoice::Named(_))) {
        request.tool_choice = None;
    }
    for tool in &mut request.tools {
        let Tool::Function(function) = tool else { continue };
        // The Responses API enforces schemas unless it is told not to.
        function.strict = (dialect == Dialect::OpenAiResponses).then_some(false);
    }
    request
}

fn answer() -> impl Strategy<Value = ChatAnswer> {
    let calls = prop::collection::vec(call(), 0..3);
    let usage = (0u64..1000, 0u64..1000, 0u64..1000, 0u64..1000);
    let said = prop_oneof![
        (text(), calls).prop_map(|(text, tool_calls)| {
            let finish =
                if tool_calls.is_empty() { FinishReason::Stop } else { FinishReason::ToolCalls };
            ChatAnswer { text, tool_calls, finish, ..ChatAnswer::default() }
        }),
        text().prop_map(|text| ChatAnswer {
            text,
            finish: FinishReason::Length,
            ..ChatAnswer::default()
        }),
        text().prop_map(|words| ChatAnswer {
            refusal: Some(words),
            finish: FinishReason::Refusal,
            ..ChatAnswer::default()
        }),
    ];
    (said, usage).prop_map(|(answer, (input, cached, written, output))| ChatAnswer {
        usage: Usage {
            input_tokens: Some(input),
            cached_input_tokens: Some(cached),
            cache_write_tokens: Some(written),
            output_tokens: Some(output),
            reasoning_tokens: Some(3),
        },
        model_served: Some("m-1".to_owned()),
        provider_id: Some("r1".to_owned()),
        ..answer
    })
}

/// The answer as far as the dialect can tell it.
fn tellable(dialect: Dialect, mut answer: ChatAnswer) -> ChatAnswer {
    let usage = &mut answer.usage;
    if dialect == Dialect::Anthropic {
        usage.reasoning_tokens = None;
    } else {
        let written = usage.cache_write_tokens.take();
        usage.input_tokens =
            usage.input_tokens.zip(written).map(|(input, written)| input + written);
    }
    answer
}

/// Anthropic's arguments are JSON and not text, so that only their meaning comes back.
fn with_parsed_arguments(mut answer: ChatAnswer) -> ChatAnswer {
    for call in &mut answer.tool_calls {
        let value: Value = serde_json::from_str(&call.arguments).expect("JSON");
        call.arguments = value.to_string();
    }
    answer
}

fn stamp() -> Stamp {
    Stamp { id: "r1".to_owned(), created: 1 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn a_server_reads_the_request_that_was_meant(request in request()) {
        for dialect in Dialect::ALL {
            let http = encode(dialect, &request);
            prop_assert_eq!(&http.dropped, &Vec::<String>::new());
            let read = parse_request(dialect, &http.body).unwrap();
            prop_assert_eq!(read, expressible(dialect, request.clone()), "{}", dialect);
        }
    }

    #[test]
    fn a_client_reads_the_answer_that_was_given(answer in answer()) {
        for dialect in Dialect::ALL {
            let request = br#"{"model":"m-1","stream_options":{"include_usage":true}}"#;
            let wanted = tellable(dialect, answer.clone());
            let body = answer_body(dialect, &answer, request, &stamp());
            let read = decode_body(dialect, 200, &body).unwrap();
            prop_assert_eq!(with_parsed_arguments(read), with_parsed_arguments(wanted.clone()), "{}", dialect);
            let events = answer_events(dialect, &answer, request, &stamp());
            let pieces: Vec<&[u8]> = events.iter().map(Vec::as_slice).collect();
            let read = run(dialect, &pieces).1.unwrap();
            prop_assert_eq!(with_parsed_arguments(read), with_parsed_arguments(wanted), "{} stream", dialect);
        }
    }

    #[test]
    fn a_structured_answer_comes_back_through_every_dialect(output in schema(), words in text()) {
        let document = if output.schema["type"] == "object" { json!({"a": words}) } else { json!([words]) };
        let given = ChatAnswer { text: document.to_string(), ..ChatAnswer::default() };
        for dialect in Dialect::ALL {
            let request = ChatRequest {
                model: "m".to_owned(),
                messages: vec![Message::from_text(Role::User, "?")],
                output_schema: Some(output.clone()),
                ..ChatRequest::default()
            };
            let http = encode(dialect, &request);
            let body = answer_body(dialect, &given, &http.body, &stamp());
            let read = decode_body(dialect, 200, &body).unwrap();
            prop_assert_eq!((&read.text, &read.finish), (&given.text, &FinishReason::Stop));
            let stream = answer_events(dialect, &given, &http.body, &stamp()).concat();
            let read = run(dialect, &[&stream]).1.unwrap();
            prop_assert_eq!((&read.text, &read.finish), (&given.text, &FinishReason::Stop));
        }
    }
}
