//! Pure. The server's side: answers, streams and errors as each vendor would send them.

use serde_json::{Value, json};

use crate::chat::{ChatAnswer, Usage};
use crate::dialect::Dialect;
use crate::embeddings::EmbeddingAnswer;
use crate::stream::StreamEvent;
use crate::{anthropic, openai_chat, openai_responses};

mod errors;

pub use errors::{error_body, error_event, error_status};

/// What the server makes up about a response; ids and times are given from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The id of the response.
    pub id: String,
    /// When it was made, in Unix seconds.
    pub created: u64,
}

/// What an answer must know of the request that it belongs to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    pub(crate) model: String,
    /// Whether the caller wants the usage in a stream of the chat dialect.
    pub(crate) include_usage: bool,
    /// The tool whose arguments are the structured answer.
    pub(crate) answer_tool: Option<String>,
}

impl Asked {
    fn read(request: &[u8]) -> Self {
        let body = serde_json::from_slice(request).unwrap_or(Value::Null);
        let tools = body.get("tools").and_then(Value::as_array).into_iter().flatten();
        let mut names = tools.filter_map(|tool| tool.get("name")?.as_str());
        let include_usage = body.pointer("/stream_options/include_usage");
        Self {
            model: body.get("model").and_then(Value::as_str).unwrap_or_default().to_owned(),
            include_usage: include_usage.and_then(Value::as_bool).unwrap_or(false),
            answer_tool: names
                .find(|name| anthropic::answer_tool::is_answer(name))
                .map(str::to_owned),
        }
    }

    pub(crate) fn served<'a>(&'a self, answer: &'a ChatAnswer) -> &'a str {
        answer.model_served.as_deref().unwrap_or(&self.model)
    }
}

/// The whole answer as the body of a response to this request.
pub fn answer_body(
    dialect: Dialect,
    answer: &ChatAnswer,
    request: &[u8],
    stamp: &Stamp,
) -> Vec<u8> {
    let asked = Asked::read(request);
    let body = match dialect {
        Dialect::OpenAiChat => openai_chat::respond::body(answer, &asked, stamp),
        Dialect::OpenAiResponses => openai_responses::respond::body(answer, &asked, stamp),
        Dialect::Anthropic => anthropic::respond::body(answer, &asked, stamp),
    };
    body.to_string().into_bytes()
}

/// The whole answer as the events of a stream, each with its framing, the terminal event last.
pub fn answer_events(
    dialect: Dialect,
    answer: &ChatAnswer,
    request: &[u8],
    stamp: &Stamp,
) -> Vec<Vec<u8>> {
    let mut encoder = StreamEncoder::new(dialect, request, stamp);
    let mut events = encoder.start(&answer.usage);
    for step in steps(answer) {
        events.extend(encoder.push(&step));
    }
    events.extend(encoder.finish(answer));
    events
}

/// An answer as the steps in which a model might give it: word by word.
fn steps(answer: &ChatAnswer) -> Vec<StreamEvent> {
    let words = |text: &str| text.split_inclusive(' ').map(str::to_owned).collect::<Vec<_>>();
    let mut steps: Vec<_> = words(&answer.text).into_iter().map(StreamEvent::Text).collect();
    let refusal = answer.refusal.as_deref().unwrap_or_default();
    steps.extend(words(refusal).into_iter().map(StreamEvent::Refusal));
    for (index, call) in answer.tool_calls.iter().enumerate() {
        let (id, name) = (call.id.clone(), call.name.clone());
        steps.push(StreamEvent::ToolCallStart { index, id, name });
        let deltas = words(&call.arguments).into_iter();
        steps.extend(deltas.map(|delta| StreamEvent::ToolCallArguments { index, delta }));
    }
    steps
}

/// Writes a stream in a dialect, step by step, as for an answer that is still being given.
#[derive(Debug, Clone)]
pub struct StreamEncoder {
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Chat(openai_chat::respond::Encoder),
    Responses(openai_responses::respond::Encoder),
    Anthropic(anthropic::respond::Encoder),
}

impl StreamEncoder {
    /// An encoder for the answer to this request.
    pub fn new(dialect: Dialect, request: &[u8], stamp: &Stamp) -> Self {
        let (asked, stamp) = (Asked::read(request), stamp.clone());
        let kind = match dialect {
            Dialect::OpenAiChat => Kind::Chat(openai_chat::respond::Encoder::new(asked, stamp)),
            Dialect::OpenAiResponses => {
                Kind::Responses(openai_responses::respond::Encoder::new(asked, stamp))
            }
            Dialect::Anthropic => Kind::Anthropic(anthropic::respond::Encoder::new(asked, stamp)),
        };
        Self { kind }
    }

    /// The events before the first step; `usage` is what is known of the input by then.
    pub fn start(&mut self, usage: &Usage) -> Vec<Vec<u8>> {
        match &mut self.kind {
            Kind::Chat(encoder) => encoder.start(),
            Kind::Responses(encoder) => encoder.start(),
            Kind::Anthropic(encoder) => encoder.start(usage),
        }
    }

    /// The events of one step; `Usage` and `Done` wait for [`Self::finish`].
    pub fn push(&mut self, step: &StreamEvent) -> Vec<Vec<u8>> {
        match &mut self.kind {
            Kind::Chat(encoder) => encoder.push(step),
            Kind::Responses(encoder) => encoder.push(step),
            Kind::Anthropic(encoder) => encoder.push(step),
        }
    }

    /// The events after the last step; the terminal event is the last of them.
    pub fn finish(&mut self, answer: &ChatAnswer) -> Vec<Vec<u8>> {
        match &mut self.kind {
            Kind::Chat(encoder) => encoder.finish(answer),
            Kind::Responses(encoder) => encoder.finish(answer),
            Kind::Anthropic(encoder) => encoder.finish(answer),
        }
    }
}

/// An event with a name, framed.
pub(crate) fn named_event(data: &Value) -> Vec<u8> {
    let name = data.get("type").and_then(Value::as_str).unwrap_or_default();
    format!("event: {name}\ndata: {data}\n\n").into_bytes()
}

/// An event without a name, framed.
pub(crate) fn plain_event(data: &Value) -> Vec<u8> {
    format!("data: {data}\n\n").into_bytes()
}

/// The body of a response of the embeddings endpoint.
pub fn embeddings_body(answer: &EmbeddingAnswer, request: &[u8]) -> Vec<u8> {
    let asked = Asked::read(request);
    let data: Vec<Value> = answer
        .vectors
        .iter()
        .enumerate()
        .map(|(index, vector)| json!({"object": "embedding", "index": index, "embedding": vector}))
        .collect();
    let tokens = answer.usage.total_input_tokens().unwrap_or(0);
    let body = json!({
        "object": "list",
        "data": data,
        "model": answer.model_served.as_deref().unwrap_or(&asked.model),
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    });
    body.to_string().into_bytes()
}

/// The body of the list of models; `created` is in Unix seconds.
pub fn models_body(dialect: Dialect, models: &[&str], created: u64) -> Vec<u8> {
    let body = match dialect {
        Dialect::OpenAiChat | Dialect::OpenAiResponses => {
            let entry = |id: &&str| json!({"id": id, "object": "model", "created": created, "owned_by": "system"});
            json!({"object": "list", "data": models.iter().map(entry).collect::<Vec<_>>()})
        }
        Dialect::Anthropic => {
            let at =
                i64::try_from(created).ok().and_then(|at| jiff::Timestamp::from_second(at).ok());
            let at = at.unwrap_or_default().to_string();
            let entry = |id: &&str| json!({"type": "model", "id": id, "display_name": id, "created_at": at});
            json!({
                "data": models.iter().map(entry).collect::<Vec<_>>(),
                "first_id": models.first(),
                "last_id": models.last(),
                "has_more": false,
            })
        }
    };
    body.to_string().into_bytes()
}
