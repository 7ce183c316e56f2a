//! A prompt on a model: template and inputs become messages, the provider's answer becomes an answer.

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use karat_providers::chat::{FunctionTool, Image, OutputSchema, Tool};
use karat_providers::{ChatAnswer, ChatRequest, FinishReason, Message, Part, Role};
use karat_records::{Answer, Failure, FailureKind, Fault, ToolCall, Usage};
use serde_json::{Map, Value};

use super::{Request, our_failure};
use crate::app::App;
use crate::datasets::images;
use crate::project::problem::Place;
use crate::project::{ModelName, Problems, Project, Prompt, Provider, prompt};
use crate::upstream::call::Outcome;

/// A chat variant as the project file names it.
#[derive(Clone, Copy, Debug)]
pub struct Spec<'a> {
    /// The model.
    pub model: &'a ModelName,
    /// The prompt.
    pub prompt: &'a Prompt,
    /// Passed to the provider as they are.
    pub parameters: &'a Map<String, Value>,
    /// Tool definitions.
    pub tools: &'a [Value],
    /// JSON Schema of the answer.
    pub output: Option<&'a Value>,
}

/// A chat variant that is ready to answer.
#[derive(Debug)]
pub struct Chat {
    model: Model,
    prompt: Prompt,
    parameters: Map<String, Value>,
    tools: Vec<Tool>,
    output: Option<Value>,
    root: PathBuf,
}

/// The inputs that hold a conversation: its last request, and all of it.
const CONVERSATION: [&str; 2] = ["message", "messages"];

/// A model with its provider, key and price.
#[derive(Clone, Debug)]
pub struct Model {
    /// `provider/model`.
    pub name: ModelName,
    provider: Provider,
    key: Option<String>,
    price: Option<karat_providers::Price>,
    app: App,
}

impl Model {
    /// Finds provider, key and price; notes a key that is missing.
    pub fn prepare(
        app: &App,
        project: &Project,
        name: &ModelName,
        problems: &Problems,
    ) -> Option<Self> {
        let provider = project.provider(&name.provider)?.clone();
        let is_local = provider.is_local();
        let variable = provider.key_name();
        let key = match &variable {
            None => None,
            Some(variable) => {
                let key = app.secret(variable);
                // A server on this machine that names a key may do without one.
                if key.is_none() && !is_local {
                    problems.error(
                        &provider.place.below("api_key_env"),
                        format!("the key of {} is missing: {variable} is not set", provider.name),
                        format!("export {variable}=… or `karat key set {variable}`"),
                    );
                    return None;
                }
                key
            }
        };
        let price = price_of(project, name);
        Some(Self { name: name.clone(), provider, key, price, app: app.clone() })
    }

    /// Where the model is.
    pub fn provider(&self) -> &Provider {
        &self.provider
    }

    /// The key of the provider, where it needs one.
    pub fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Asks the model.
    pub async fn ask(&self, mut request: ChatRequest, seed: u64) -> Outcome<ChatAnswer> {
        request.model.clone_from(&self.name.model);
        self.app.upstream.chat(&self.provider, self.key.as_deref(), &request, seed).await
    }

    /// Embeds some texts.
    pub async fn embed(
        &self,
        texts: &[&str],
        seed: u64,
    ) -> Outcome<karat_providers::embeddings::EmbeddingAnswer> {
        self.app
            .upstream
            .embed(&self.provider, self.key.as_deref(), &self.name.model, texts, seed)
            .await
    }

    /// What the tokens cost, where the price is known.
    pub fn cost_usd(&self, usage: &karat_providers::Usage) -> Option<f64> {
        karat_providers::cost(self.price.as_ref()?, usage)
    }

    /// Most calls at once.
    pub fn concurrency(&self) -> usize {
        self.provider.concurrency
    }
}

/// The price of a model: the user's own first, then the built-in table.
pub fn price_of(project: &Project, name: &ModelName) -> Option<karat_providers::Price> {
    let full = name.to_string();
    let own = project.prices.iter().find(|price| price.model == full).map(|price| price.price);
    own.or_else(|| karat_providers::Prices::bundled().find(&full).copied())
}

impl Chat {
    /// Makes a chat variant ready; notes what stands in the way.
    pub fn prepare(
        app: &App,
        project: &Project,
        spec: &Spec<'_>,
        _place: &Place,
        problems: &Problems,
    ) -> Option<Self> {
        Some(Self {
            model: Model::prepare(app, project, spec.model, problems)?,
            prompt: spec.prompt.clone(),
            parameters: spec.parameters.clone(),
            tools: spec.tools.iter().map(tool).collect(),
            output: spec.output.cloned(),
            root: project.root.clone(),
        })
    }

    /// Most calls at once.
    pub fn concurrency(&self) -> usize {
        self.model.concurrency()
    }

    /// A rough cost of one call: four characters a token, and as many tokens out as a short answer has.
    pub fn estimate_usd(&self, request: Request<'_>) -> Option<f64> {
        let price = self.model.price.as_ref()?;
        let rendered = self.prompt.render(request.input).ok()?;
        let characters: usize = rendered.iter().map(|(_, text)| text.chars().count()).sum();
        let limit = ["max_tokens", "max_completion_tokens", "max_output_tokens"]
            .iter()
            .find_map(|name| self.parameters.get(*name)?.as_u64());
        let output = limit.unwrap_or(200).min(200);
        let usage = karat_providers::Usage {
            input_tokens: Some(characters as u64 / 4),
            output_tokens: Some(output),
            ..karat_providers::Usage::default()
        };
        karat_providers::cost(price, &usage)
    }

    /// The model that is asked.
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// What is asked for these inputs: the prompt filled in, and everything that the variant sets.
    pub fn request(&self, input: &Map<String, Value>) -> Result<ChatRequest, String> {
        Ok(ChatRequest { messages: self.messages(input)?, ..self.settings() })
    }

    /// Everything that the variant sets beside its prompt.
    pub fn settings(&self) -> ChatRequest {
        ChatRequest {
            model: self.model.name.model.clone(),
            parameters: self.parameters.clone(),
            output_schema: self
                .output
                .as_ref()
                .map(|schema| OutputSchema { name: "answer".into(), schema: schema.clone() }),
            tools: self.tools.clone(),
            ..ChatRequest::default()
        }
    }

    /// How long the prompt is before it is filled in, in bytes.
    pub fn prompt_bytes(&self) -> usize {
        self.prompt.parts.iter().map(|part| part.source.len()).sum()
    }

    /// Whether the prompt is instructions only, so that a conversation follows them as it is.
    pub fn keeps_conversation(&self) -> bool {
        self.prompt.parts.iter().all(|part| part.role == prompt::Role::System)
            && !self
                .prompt
                .variables()
                .iter()
                .any(|(name, _)| CONVERSATION.contains(&name.as_str()))
    }

    /// Asks the model once.
    pub async fn answer(&self, request: Request<'_>) -> Answer {
        let chat = match self.request(request.input) {
            Ok(chat) => chat,
            Err(reason) => return Answer::failed(our_failure(FailureKind::Input, reason)),
        };
        let outcome = self.model.ask(chat, request.seed).await;
        let mut answer = match &outcome.answer {
            Ok(chat) => read_answer(chat),
            Err(failure) => Answer::failed(failure.clone()),
        };
        if let Ok(chat) = &outcome.answer {
            answer.cost_usd = self.model.cost_usd(&chat.usage);
        }
        Answer {
            latency_ms: Some(outcome.latency_ms),
            attempts: outcome.attempts,
            simulated: outcome.simulated,
            ..answer
        }
    }

    /// The prompt filled in. A conversation among the inputs follows the system part;
    /// a prompt that fills `messages` into its text has placed it already.
    fn messages(&self, input: &Map<String, Value>) -> Result<Vec<Message>, String> {
        let rendered = self.prompt.render(input)?;
        let mut messages: Vec<Message> = rendered
            .into_iter()
            .map(|(role, text)| Message::from_text(role_of(role), text))
            .collect();
        let uses_messages =
            self.prompt.variables().iter().any(|(name, _)| CONVERSATION.contains(&name.as_str()));
        if let Some(Value::Array(conversation)) = input.get("messages")
            && !uses_messages
        {
            messages.retain(|message| message.role == Role::System);
            for message in conversation {
                messages.push(Message::from_json(message).map_err(|error| error.to_string())?);
            }
        }
        for message in &mut messages {
            for part in &mut message.content {
                self.load_image(part)?;
            }
        }
        Ok(messages)
    }

    /// Reads an image that lies beside the data.
    fn load_image(&self, part: &mut Part) -> Result<(), String> {
        let Part::Image(Image::Url(url)) = part else { return Ok(()) };
        let Some(path) = images::local_path(url) else { return Ok(()) };
        let bytes = std::fs::read(self.root.join(path))
            .map_err(|error| format!("the image {path} cannot be read: {error}"))?;
        let media_type = match path.rsplit('.').next().unwrap_or_default().to_lowercase().as_str() {
            "jpg" | "jpeg" => "image/jpeg",
            "gif" => "image/gif",
            "webp" => "image/webp",
            _ => "image/png",
        };
        *part = Part::Image(Image::Base64 {
            media_type: media_type.into(),
            data: BASE64.encode(&bytes),
        });
        Ok(())
    }
}

fn role_of(role: prompt::Role) -> Role {
    match role {
        prompt::Role::System => Role::System,
        prompt::Role::User => Role::User,
        prompt::Role::Assistant => Role::Assistant,
    }
}

fn read_answer(chat: &ChatAnswer) -> Answer {
    let tool_calls: Vec<ToolCall> = chat
        .tool_calls
        .iter()
        .map(|call| ToolCall {
            name: call.name.clone(),
            arguments: serde_json::from_str(&call.arguments)
                .unwrap_or_else(|_| Value::String(call.arguments.clone())),
        })
        .collect();
    let output = match (&chat.refusal, chat.text.is_empty()) {
        (Some(refusal), true) => Value::String(refusal.clone()),
        (None, true) => Value::Null,
        _ => Value::String(chat.text.clone()),
    };
    // An answer that the limit of tokens cut off is no answer that anybody asked for.
    let failure = (chat.finish == FinishReason::Length).then(|| Failure {
        kind: FailureKind::Malformed,
        message: "the model met its limit of tokens, so the answer is cut; raise max_tokens".into(),
        fault: Fault::Ours,
    });
    let usage = Usage {
        input_tokens: chat.usage.input_tokens.unwrap_or(0),
        cached_input_tokens: chat.usage.cached_input_tokens.unwrap_or(0),
        cache_write_tokens: chat.usage.cache_write_tokens.unwrap_or(0),
        output_tokens: chat.usage.output_tokens.unwrap_or(0),
    };
    let is_counted =
        chat.usage.total_input_tokens().is_some() || chat.usage.output_tokens.is_some();
    Answer { output, tool_calls, failure, usage: is_counted.then_some(usage), ..Answer::default() }
}

/// Reads a tool definition in `OpenAI`'s, Anthropic's or the plain shape.
fn tool(definition: &Value) -> Tool {
    let function = definition.get("function").unwrap_or(definition);
    let Some(name) = function.get("name").and_then(Value::as_str) else {
        return Tool::Native(definition.clone());
    };
    let schema = ["parameters", "input_schema", "schema"].iter().find_map(|key| function.get(*key));
    Tool::Function(FunctionTool {
        name: name.to_owned(),
        description: function.get("description").and_then(Value::as_str).map(str::to_owned),
        parameters: schema.cloned().unwrap_or_else(|| serde_json::json!({ "type": "object" })),
        strict: function.get("strict").and_then(Value::as_bool),
    })
}
