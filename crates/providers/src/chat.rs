//! Pure. The neutral conversation: what is asked of a model and what it answered, in nobody's dialect.

use serde_json::{Map, Value};

pub mod json;
mod tools;

/// One call of a model.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChatRequest {
    /// The model's name at its provider.
    pub model: String,
    /// The conversation so far.
    pub messages: Vec<Message>,
    /// Everything else that the user sets (`temperature`, `max_tokens`, `seed`, …) under the names of `OpenAI`'s chat API.
    /// Names that a dialect spells differently are translated, unknown names are sent unchanged.
    pub parameters: Map<String, Value>,
    /// The JSON schema that the answer must follow.
    pub output_schema: Option<OutputSchema>,
    /// The tools that the model may call.
    pub tools: Vec<Tool>,
    /// Whether the model may, must or must not call a tool.
    pub tool_choice: Option<ToolChoice>,
    /// Whether the answer is asked for as a stream of events.
    pub stream: bool,
}

impl ChatRequest {
    /// The text of the last message of the user, if there is one.
    pub fn last_user_text(&self) -> Option<String> {
        let last = self.messages.iter().rev().find(|message| {
            message.role == Role::User
                && message.content.iter().any(|part| matches!(part, Part::Text(_)))
        });
        last.map(Message::text)
    }
}

/// A named JSON schema.
#[derive(Debug, Clone, PartialEq)]
pub struct OutputSchema {
    /// A short name, shown to the model.
    pub name: String,
    /// The schema itself.
    pub schema: Value,
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The instructions of the application; `developer` is read as this.
    System,
    /// The user.
    User,
    /// The model.
    Assistant,
    /// A tool that answers a call of the model.
    Tool,
}

impl Role {
    /// The name in `OpenAI`'s chat API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::Tool => "tool",
        }
    }
}

/// One turn of the conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub content: Vec<Part>,
}

impl Message {
    /// A message that is one text.
    pub fn from_text(role: Role, text: impl Into<String>) -> Self {
        Self { role, content: vec![Part::Text(text.into())] }
    }

    /// All its text, joined without a separator.
    pub fn text(&self) -> String {
        joined_text(&self.content)
    }
}

/// All text among the parts, joined without a separator.
pub fn joined_text(parts: &[Part]) -> String {
    let texts = parts.iter().filter_map(|part| match part {
        Part::Text(text) => Some(text.as_str()),
        _ => None,
    });
    texts.collect()
}

/// A piece of a message.
#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    /// Plain text.
    Text(String),
    /// A picture.
    Image(Image),
    /// The model's call of a tool.
    ToolCall(ToolCall),
    /// A tool's answer.
    ToolResult(ToolResult),
    /// A part of a kind that is not translated (a file, audio, …), sent unchanged.
    Other(Value),
}

/// Where a picture is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Image {
    /// At an address that the provider fetches.
    Url(String),
    /// In the request.
    Base64 {
        /// For example `image/png`.
        media_type: String,
        /// The picture, in standard base64.
        data: String,
    },
}

impl Image {
    /// Reads an address, taking a `data:` URL apart.
    pub fn from_url(url: &str) -> Self {
        let inline = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
        match inline {
            Some((media_type, data)) => {
                Self::Base64 { media_type: media_type.to_owned(), data: data.to_owned() }
            }
            None => Self::Url(url.to_owned()),
        }
    }

    /// The address, with a picture in the request written as a `data:` URL.
    pub fn to_url(&self) -> String {
        match self {
            Self::Url(url) => url.clone(),
            Self::Base64 { media_type, data } => format!("data:{media_type};base64,{data}"),
        }
    }
}

/// The model asks for a tool to be run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ToolCall {
    /// The provider's id of this call, repeated in the tool's answer.
    pub id: String,
    /// The tool's name.
    pub name: String,
    /// The arguments as the model wrote them: JSON text, which may be invalid.
    pub arguments: String,
}

/// What a tool answered.
#[derive(Debug, Clone, PartialEq)]
pub struct ToolResult {
    /// The id of the call that is answered.
    pub id: String,
    /// The answer: text, sometimes pictures.
    pub content: Vec<Part>,
    /// Whether the tool failed; only Anthropic's dialect can say so.
    pub is_error: bool,
}

/// A tool that the model may call.
#[derive(Debug, Clone, PartialEq)]
pub enum Tool {
    /// A function of the application.
    Function(FunctionTool),
    /// A tool that runs at the provider (web search, code, …), sent unchanged.
    Native(Value),
}

/// A function that the application runs when the model asks for it.
#[derive(Debug, Clone, PartialEq)]
pub struct FunctionTool {
    /// Its name.
    pub name: String,
    /// What it does, for the model to read.
    pub description: Option<String>,
    /// The JSON schema of its arguments.
    pub parameters: Value,
    /// Whether the provider must enforce the schema; `None` leaves it to the provider.
    pub strict: Option<bool>,
}

/// Whether the model may, must or must not call a tool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ToolChoice {
    /// As the model likes.
    Auto,
    /// Never.
    None,
    /// Some tool.
    Required,
    /// This tool.
    Named(String),
}

/// What a model answered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChatAnswer {
    /// The text; for a request with an output schema, the JSON document.
    pub text: String,
    /// The tools that the model wants to be run.
    pub tool_calls: Vec<ToolCall>,
    /// Why it stopped.
    pub finish: FinishReason,
    /// The words with which the model declined, if it did.
    pub refusal: Option<String>,
    /// What was consumed.
    pub usage: Usage,
    /// The model that answered, as the provider names it; more exact than the one that was asked for.
    pub model_served: Option<String>,
    /// The provider's mark of its own configuration (`system_fingerprint`).
    pub fingerprint: Option<String>,
    /// The provider's id of the answer, for its support; not unique enough to be a key.
    pub provider_id: Option<String>,
}

/// Why the model stopped.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum FinishReason {
    /// It was done, or met a stop sequence.
    #[default]
    Stop,
    /// It met the limit of tokens; the text is cut.
    Length,
    /// It waits for tools.
    ToolCalls,
    /// The provider's filter cut it off.
    ContentFilter,
    /// The model declined.
    Refusal,
    /// Another reason, in the provider's word; empty when it gave none.
    Other(String),
}

impl FinishReason {
    /// One word, stable, for records.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCalls => "tool_calls",
            Self::ContentFilter => "content_filter",
            Self::Refusal => "refusal",
            Self::Other(word) => word,
        }
    }
}

/// Tokens, each counted once: `input_tokens` excludes what was read from or written to the provider's cache.
///
/// `None` means that the provider did not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Input at the full price.
    pub input_tokens: Option<u64>,
    /// Input read from the provider's cache.
    pub cached_input_tokens: Option<u64>,
    /// Input written to the provider's cache.
    pub cache_write_tokens: Option<u64>,
    /// Output, reasoning included.
    pub output_tokens: Option<u64>,
    /// The part of the output that was reasoning.
    pub reasoning_tokens: Option<u64>,
}

impl Usage {
    /// All input, cached or not, when the provider said anything about it.
    pub fn total_input_tokens(&self) -> Option<u64> {
        let parts = [self.input_tokens, self.cached_input_tokens, self.cache_write_tokens];
        parts.into_iter().flatten().reduce(u64::saturating_add)
    }
}
