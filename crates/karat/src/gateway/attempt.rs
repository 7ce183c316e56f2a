//! One attempt of one candidate: composed, sent, and looked at until its first real piece is there.

use std::time::Duration;

use hyper::body::Bytes;
use hyper::header::{HeaderMap, HeaderName, HeaderValue};
use karat_providers::embeddings::usage_of_embeddings;
use karat_providers::respond::{self, Stamp};
use karat_providers::{
    ChatAnswer, Dialect, ErrorClass, HttpResponse, Message, ProviderError, authorization,
};
use karat_records::{Endpoint, Failure, FailureKind, Fault};
use serde_json::{Map, Value};

use super::asked::Asked;
use super::compose::{Conversation, wants_usage};
use super::onward;
use super::relay::Relay;
use super::snapshot::{Candidate, ModelWay, Way};
use crate::clock::Clock;
use crate::project::Provider;
use crate::project::provider::Timeouts;
use crate::upstream::Upstream;
use crate::upstream::call::{SIMULATED, failure_of};
use crate::upstream::open::{Chunks, Opened};
use crate::variants::{Producer, Request};

/// Most bytes of an error's body; more says nothing.
const LONGEST_ERROR: usize = 1 << 20;

/// Most bytes of a whole answer.
const LONGEST_ANSWER: usize = 64 << 20;

/// An answer, whole or begun.
#[derive(Debug)]
pub struct Got {
    /// Headers of the provider that the application may see.
    pub head: Vec<(HeaderName, HeaderValue)>,
    /// True where a scripted server answers.
    pub simulated: bool,
    /// HTTP status of the provider, where one was asked.
    pub status: Option<u16>,
    /// Whether the application sees the provider's own bytes, and with them its id.
    pub is_native: bool,
    /// What there is so far.
    pub how: How,
}

/// What there is of an answer.
#[derive(Debug)]
pub enum How {
    /// All of it.
    Whole {
        /// As the application gets it.
        body: Bytes,
        /// What it says.
        answer: Box<ChatAnswer>,
    },
    /// Its first real piece.
    Begun {
        /// What can be sent on at once.
        ready: Vec<Bytes>,
        /// Reads what follows and passes it on.
        relay: Box<Relay>,
        /// What follows; none where everything is ready.
        chunks: Option<Chunks>,
    },
}

/// No answer.
#[derive(Debug)]
pub struct Missed {
    /// What it means.
    pub error: ProviderError,
    /// In the words of the records.
    pub failure: Failure,
    /// Whether the application's own request is at fault before anybody was asked.
    pub is_callers: bool,
    /// True where a scripted server failed.
    pub simulated: bool,
}

/// What an attempt needs beside its candidate.
#[derive(Clone, Copy, Debug)]
pub struct Means<'a> {
    /// The door to providers.
    pub upstream: &'a Upstream,
    /// Tells the time.
    pub clock: Clock,
    /// What is left of the request's deadline.
    pub left: Duration,
    /// For answers that we write ourselves.
    pub stamp: &'a Stamp,
    /// Whether a broken output schema is a failure.
    pub demands_schema: bool,
    /// Whether another variant is to go on with a stream that breaks.
    pub continues: bool,
}

/// Makes one attempt.
pub async fn attempt(
    candidate: &Candidate,
    asked: &Asked,
    means: Means<'_>,
) -> Result<Got, Missed> {
    match &candidate.way {
        Way::Model(model) => ask_model(model, asked, means).await,
        Way::Other(producer) => {
            match tokio::time::timeout(means.left, ask_other(producer, asked, means)).await {
                Ok(got) => got,
                Err(_) => Err(Missed::of(ProviderError::new(
                    ErrorClass::Timeout,
                    "the deadline of the request is over",
                ))),
            }
        }
    }
}

async fn ask_model(model: &ModelWay, asked: &Asked, means: Means<'_>) -> Result<Got, Missed> {
    let is_native = model.overlay.is_native(asked);
    if asked.endpoint == Endpoint::Embeddings && model.producer.is_some() {
        return Err(Missed::callers(
            "a feature answers chats; name provider/model to embed".into(),
        ));
    }
    let body = compose(model, asked, is_native, &[]).map_err(Missed::callers)?;
    let opened = open(model, asked, is_native, body, means).await?;
    let simulated = opened.headers.contains_key(SIMULATED);
    let got = read(opened, model, asked, is_native, means).await;
    got.map_err(|missed| Missed { simulated, ..missed })
}

/// Asks a model to go on with what another has said; its stream follows.
pub async fn go_on(
    model: &ModelWay,
    asked: &Asked,
    more: &[Message],
    means: Means<'_>,
) -> Result<Opened, Missed> {
    let body = compose(model, asked, false, more).map_err(Missed::callers)?;
    let opened = open(model, asked, false, body, means).await?;
    if (200..300).contains(&opened.status) {
        return Ok(opened);
    }
    let Opened { status, headers, chunks } = opened;
    let body = chunks.whole(LONGEST_ERROR).await.map_err(Missed::transport)?;
    let response = HttpResponse {
        status,
        headers: &pairs(&headers),
        body: &body,
        received_at: means.clock.now_ms().unsigned_abs() / 1000,
    };
    let simulated = headers.contains_key(SIMULATED);
    Err(Missed { simulated, ..Missed::of(karat_providers::decode_error(&response)) })
}

/// Sends a request as it was composed; the head of the answer is there.
async fn open(
    model: &ModelWay,
    asked: &Asked,
    is_native: bool,
    body: Vec<u8>,
    means: Means<'_>,
) -> Result<Opened, Missed> {
    let dialect = model.provider.dialect;
    let mut headers = vec![header("content-type", "application/json")];
    if is_native {
        headers.extend(asked.passed.iter().map(|(name, value)| header(name, value)));
    }
    if dialect == Dialect::Anthropic
        && !(is_native && asked.passed.iter().any(|(name, _)| name == "anthropic-version"))
    {
        headers.push(header("anthropic-version", "2023-06-01"));
    }
    if let Some(key) = &model.key {
        let (name, value) = authorization(dialect, key);
        headers.push(header(name, &value));
    }
    let limits = limits(&model.provider, means.left);
    let headers = headers.into_iter().flatten().collect();
    means
        .upstream
        .open(&model.provider, path_of(asked, dialect), headers, body.into(), limits)
        .await
        .map_err(Missed::transport)
}

async fn read(
    opened: Opened,
    model: &ModelWay,
    asked: &Asked,
    is_native: bool,
    means: Means<'_>,
) -> Result<Got, Missed> {
    let Opened { status, headers, mut chunks } = opened;
    let dialect = model.provider.dialect;
    let is_fine = (200..300).contains(&status);
    if !is_fine || !asked.streamed {
        let most = if is_fine { LONGEST_ANSWER } else { LONGEST_ERROR };
        let body = chunks.whole(most).await.map_err(Missed::transport)?;
        let pairs = pairs(&headers);
        let response = HttpResponse {
            status,
            headers: &pairs,
            body: &body,
            received_at: means.clock.now_ms().unsigned_abs() / 1000,
        };
        let answer = decode(asked, dialect, &response).map_err(Missed::of)?;
        check_shape(model, &answer, means).map_err(Missed::of)?;
        let body = if is_native {
            body
        } else {
            respond::answer_body(asked.dialect(), &answer, asked.body.bytes(), means.stamp).into()
        };
        let how = How::Whole { body, answer: Box::new(answer) };
        return Ok(got(&headers, Some(status), is_native, how));
    }
    // What another variant may have to go on with is written by us from its beginning.
    let may_change_hands = means.continues && onward::is_text_only(asked, model);
    let mut relay = if is_native && !may_change_hands {
        Relay::same(dialect, wants_usage(dialect, asked))
    } else {
        Relay::translated(dialect, asked.dialect(), asked.body.bytes(), means.stamp)
    };
    let mut ready = Vec::new();
    // The 200 goes out when the first real piece is there, so that a dead provider costs the application nothing.
    while !relay.has_begun() {
        match chunks.next().await {
            Some(Ok(chunk)) => relay.push(&chunk, &mut ready).map_err(Missed::of)?,
            Some(Err(failure)) => return Err(Missed::transport(failure)),
            None => {
                relay.end(&mut ready).map_err(Missed::of)?;
                break;
            }
        }
    }
    let chunks = (!relay.is_done()).then_some(chunks);
    let how = How::Begun { ready, relay: Box::new(relay), chunks };
    Ok(got(&headers, Some(status), is_native, how))
}

/// What a whole answer says; of vectors only what they cost.
fn decode(
    asked: &Asked,
    dialect: Dialect,
    response: &HttpResponse<'_>,
) -> Result<ChatAnswer, ProviderError> {
    if asked.endpoint != Endpoint::Embeddings {
        return karat_providers::decode(dialect, response);
    }
    let (usage, model_served) = usage_of_embeddings(response)?;
    Ok(ChatAnswer { usage, model_served, ..ChatAnswer::default() })
}

fn path_of(asked: &Asked, dialect: Dialect) -> &'static str {
    match asked.endpoint {
        Endpoint::Embeddings => dialect.embeddings_path().unwrap_or("/embeddings"),
        _ => dialect.chat_path(),
    }
}

/// The provider's limits, within what is left of the request's.
pub fn limits(provider: &Provider, left: Duration) -> Timeouts {
    Timeouts { total: provider.timeouts.total.min(left), ..provider.timeouts }
}

/// The request as the provider gets it, with `more` after its conversation; the error is the application's.
pub fn compose(
    model: &ModelWay,
    asked: &Asked,
    is_native: bool,
    more: &[Message],
) -> Result<Vec<u8>, String> {
    let chat = model.producer.as_ref().and_then(Producer::chat);
    let mut neutral = None;
    let conversation = match chat {
        None => Conversation::Kept(None),
        Some(chat) if model.keeps_conversation && asked.extras.inputs.is_none() => {
            let instructions = chat.request(&Map::new())?.messages;
            let texts: Vec<String> =
                instructions.iter().map(karat_providers::Message::text).collect();
            Conversation::Kept(Some(texts.join("\n\n")).filter(|text| !text.is_empty()))
        }
        Some(chat) => {
            let read = match &asked.extras.inputs {
                Some(_) => karat_providers::ChatRequest::default(),
                None => asked.neutral()?,
            };
            let mut filled = chat.request(&asked.inputs(&read))?.messages;
            filled.extend_from_slice(more);
            neutral = asked.extras.inputs.is_none().then_some(read);
            Conversation::Replaced(filled)
        }
    };
    if is_native {
        return Ok(model.overlay.native(asked, &conversation));
    }
    let mut neutral = match neutral {
        Some(neutral) => neutral,
        None => asked.neutral()?,
    };
    neutral.messages.extend_from_slice(more);
    Ok(model.overlay.translated(asked, neutral, conversation))
}

/// The feature's output schema, where the feature says that breaking it is a failure.
fn check_shape(
    model: &ModelWay,
    answer: &ChatAnswer,
    means: Means<'_>,
) -> Result<(), ProviderError> {
    if !means.demands_schema {
        return Ok(());
    }
    let Some(shape) = model.producer.as_ref().and_then(Producer::shape) else { return Ok(()) };
    let held = shape.hold(karat_records::Answer {
        output: Value::String(answer.text.clone()),
        ..karat_records::Answer::default()
    });
    match held.failure {
        Some(failure) if answer.tool_calls.is_empty() => {
            let mut error = ProviderError::new(ErrorClass::Malformed, &failure.message);
            error.usage = Some(Box::new(answer.usage));
            Err(error)
        }
        _ => Ok(()),
    }
}

/// Asks rules, a program or an endpoint, which know inputs and no conversation.
async fn ask_other(producer: &Producer, asked: &Asked, means: Means<'_>) -> Result<Got, Missed> {
    let neutral = match &asked.extras.inputs {
        Some(_) => karat_providers::ChatRequest::default(),
        None => asked.neutral().map_err(Missed::callers)?,
    };
    let input = asked.inputs(&neutral);
    let request = Request { case_id: &means.stamp.id, input: &input, trial_index: 0, seed: 0 };
    let answer = producer.answer(request).await;
    if let Some(failure) = answer.failure {
        let class = match failure.kind {
            FailureKind::Timeout => ErrorClass::Timeout,
            FailureKind::Unreachable => ErrorClass::Connection,
            FailureKind::RateLimited => ErrorClass::RateLimited,
            FailureKind::Malformed => ErrorClass::Malformed,
            FailureKind::Empty => ErrorClass::Empty,
            FailureKind::ContentPolicy => ErrorClass::ContentPolicy,
            _ => ErrorClass::ServerError,
        };
        let error = ProviderError::new(class, &failure.message);
        return Err(Missed { error, failure, is_callers: false, simulated: false });
    }
    let said = ChatAnswer { text: answer.text(), ..ChatAnswer::default() };
    let how = if asked.streamed {
        let (relay, ready) = Relay::made(asked.dialect(), said, asked.body.bytes(), means.stamp);
        How::Begun { ready, relay: Box::new(relay), chunks: None }
    } else {
        let body = respond::answer_body(asked.dialect(), &said, asked.body.bytes(), means.stamp);
        How::Whole { body: body.into(), answer: Box::new(said) }
    };
    Ok(Got { head: Vec::new(), simulated: answer.simulated, status: None, is_native: false, how })
}

fn got(headers: &HeaderMap, status: Option<u16>, is_native: bool, how: How) -> Got {
    let is_seen = |name: &HeaderName| {
        let name = name.as_str();
        name == SIMULATED
            || is_native
                && (matches!(name, "x-request-id" | "request-id")
                    || name.starts_with("openai-")
                    || name.starts_with("anthropic-"))
    };
    let head = headers
        .iter()
        .filter(|(name, _)| is_seen(name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    Got { head, simulated: headers.contains_key(SIMULATED), status, is_native, how }
}

fn header(name: &str, value: &str) -> Option<(HeaderName, HeaderValue)> {
    let name = HeaderName::from_bytes(name.as_bytes()).ok()?;
    let mut value = HeaderValue::from_str(value).ok()?;
    value.set_sensitive(matches!(name.as_str(), "authorization" | "x-api-key"));
    Some((name, value))
}

fn pairs(headers: &HeaderMap) -> Vec<(String, String)> {
    headers
        .iter()
        .map(|(name, value)| {
            (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
        })
        .collect()
}

impl Missed {
    /// What the provider said.
    pub fn of(error: ProviderError) -> Self {
        let failure = failure_of(&error);
        Self { error, failure, is_callers: false, simulated: false }
    }

    /// What the connection met.
    fn transport(failure: Failure) -> Self {
        let class = match failure.kind {
            FailureKind::Timeout => ErrorClass::Timeout,
            FailureKind::Malformed => ErrorClass::CutStream,
            _ => ErrorClass::Connection,
        };
        let error = ProviderError::new(class, &failure.message);
        Self { error, failure, is_callers: false, simulated: false }
    }

    /// What the application has to mend.
    fn callers(message: String) -> Self {
        let failure =
            Failure { kind: FailureKind::Input, message: message.clone(), fault: Fault::Ours };
        let error = ProviderError::new(ErrorClass::BadRequest, &message);
        Self { error, failure, is_callers: true, simulated: false }
    }
}
