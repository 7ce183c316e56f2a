//! Pure. A streamed answer, from bytes to events and to the whole answer; each dialect's own part is in its folder.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::chat::{ChatAnswer, FinishReason, ToolCall, Usage};
use crate::decode::require_content;
use crate::dialect::Dialect;
use crate::error::{ErrorClass, ProviderError, stream_error};
use crate::redact::excerpt;
use crate::sse::{SseDecoder, SseEvent};
use crate::{anthropic, openai_chat, openai_responses};

/// A step of an answer while it is given.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamEvent {
    /// The text goes on.
    Text(String),
    /// The words of declining go on.
    Refusal(String),
    /// A tool call begins; calls are numbered from 0 in the order in which they begin.
    ToolCallStart {
        /// The number of the call.
        index: usize,
        /// The provider's id of the call.
        id: String,
        /// The tool's name.
        name: String,
    },
    /// The arguments of a tool call go on.
    ToolCallArguments {
        /// The number of the call.
        index: usize,
        /// The next piece of the JSON text.
        delta: String,
    },
    /// What is consumed so far; later values replace earlier ones.
    Usage(Usage),
    /// The terminal event: the answer is complete.
    Done(FinishReason),
}

/// Reads the body of a streamed response, whatever the pieces in which it arrives.
#[derive(Debug, Clone)]
pub struct StreamDecoder {
    dialect: Dialect,
    sse: SseDecoder,
    state: StreamState,
    n_events: u64,
    /// The first bytes, to show when the body turns out to be no stream.
    head: Vec<u8>,
    failure: Option<ProviderError>,
}

const HEAD: usize = 2000;

/// The most bytes of one streamed answer, text and arguments together; nobody's model says more.
pub const LARGEST_ANSWER: usize = 32 * 1024 * 1024;

/// What a tool call takes beside its words.
const CALL: usize = 256;

impl StreamDecoder {
    /// A decoder for one response.
    pub fn new(dialect: Dialect) -> Self {
        Self {
            dialect,
            sse: SseDecoder::default(),
            state: StreamState::default(),
            n_events: 0,
            head: Vec::new(),
            failure: None,
        }
    }

    /// Takes the next bytes and adds the events that they complete.
    ///
    /// Fails when the provider reports an error inside the stream or sends what is no stream; every later call fails as well.
    /// Events that came before the error are added all the same.
    pub fn push(
        &mut self,
        bytes: &[u8],
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), ProviderError> {
        if let Some(failure) = &self.failure {
            return Err(failure.clone());
        }
        let room = HEAD.saturating_sub(self.head.len()).min(bytes.len());
        self.head.extend_from_slice(&bytes[..room]);
        let mut raw = Vec::new();
        let framing = self.sse.push(bytes, &mut raw);
        for event in raw {
            self.take(&event, events)?;
        }
        framing.map_err(|error| self.fail(ProviderError::malformed(&error.to_string())))
    }

    /// What has been answered so far, for a caller who gives up or a stream that broke.
    pub fn partial(&self) -> ChatAnswer {
        self.state.answer()
    }

    /// Whether the terminal event has come.
    pub fn is_done(&self) -> bool {
        self.state.is_done
    }

    /// The whole answer, when the body has ended.
    ///
    /// A stream without its terminal event is an error, and so is an answer that is empty.
    /// A server of the chat dialect may leave `[DONE]` out after it gave the reason to stop; then no `Done` was seen either.
    pub fn finish(mut self) -> Result<ChatAnswer, ProviderError> {
        let tail = std::mem::take(&mut self.sse).finish();
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        if let Some(event) = tail.filter(is_whole) {
            self.take(&event, &mut Vec::new())?;
        }
        if self.n_events == 0 {
            return Err(not_a_stream(&self.head));
        }
        let answer = self.state.answer();
        if !self.state.is_done && !self.state.is_answered {
            let message = "the stream ended before its terminal event";
            return Err(ProviderError::new(ErrorClass::CutStream, message).with_usage(answer.usage));
        }
        require_content(answer)
    }

    fn take(
        &mut self,
        event: &SseEvent,
        events: &mut Vec<StreamEvent>,
    ) -> Result<(), ProviderError> {
        self.n_events += 1;
        // What follows the terminal event belongs to nobody; empty data only keeps the connection open.
        if self.state.is_done || event.data.trim().is_empty() {
            return Ok(());
        }
        if event.data == "[DONE]" {
            self.state.done(events);
            return Ok(());
        }
        let Ok(data) = serde_json::from_str::<Value>(&event.data) else {
            let message = format!("an event of the stream is not JSON: {}", event.data);
            return Err(self.fail(ProviderError::malformed(&message)));
        };
        if let Some(error) = stream_error(&data) {
            let usage = self.state.usage;
            return Err(self.fail(error.with_usage(usage)));
        }
        let state = &mut self.state;
        match self.dialect {
            Dialect::OpenAiChat => openai_chat::stream::take(state, &data, events),
            Dialect::OpenAiResponses => openai_responses::stream::take(state, &data, events),
            Dialect::Anthropic => anthropic::stream::take(state, &data, events),
        }
        if self.state.n_kept > LARGEST_ANSWER {
            let message = format!("the answer has more than {} MB", LARGEST_ANSWER >> 20);
            let usage = self.state.usage;
            return Err(self.fail(ProviderError::malformed(&message).with_usage(usage)));
        }
        Ok(())
    }

    fn fail(&mut self, error: ProviderError) -> ProviderError {
        self.failure = Some(error.clone());
        error
    }
}

/// Whether an event at the very end was sent in full: half a JSON document is a cut, not a mistake of the provider.
fn is_whole(event: &SseEvent) -> bool {
    event.data == "[DONE]" || serde_json::from_str::<Value>(&event.data).is_ok()
}

fn not_a_stream(head: &[u8]) -> ProviderError {
    if begins_a_stream(head) {
        let message = "the stream ended before its first event";
        return ProviderError::new(ErrorClass::CutStream, message);
    }
    let reported = serde_json::from_slice::<Value>(head).ok().and_then(|body| stream_error(&body));
    reported.unwrap_or_else(|| {
        let message = format!("the provider sent no event stream: {}", excerpt(head));
        ProviderError::malformed(&message)
    })
}

/// Whether the first line is a field of an event stream, or the beginning of one.
fn begins_a_stream(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(head);
    let name = head.split(|byte| matches!(byte, b':' | b'\n' | b'\r')).next().unwrap_or_default();
    ["data", "event", "id", "retry"].iter().any(|field| field.as_bytes().starts_with(name))
}

/// A tool call that is the structured answer.
#[derive(Debug, Clone)]
pub(crate) struct AnswerBlock {
    pub(crate) key: u64,
    pub(crate) is_wrapped: bool,
    pub(crate) arguments: String,
}

/// The answer as far as it has come; the dialects write into it.
#[derive(Debug, Clone, Default)]
pub(crate) struct StreamState {
    pub(crate) text: String,
    pub(crate) refusal: String,
    pub(crate) usage: Usage,
    pub(crate) model_served: Option<String>,
    pub(crate) fingerprint: Option<String>,
    pub(crate) provider_id: Option<String>,
    /// The provider's own word for the end.
    pub(crate) finish_word: Option<String>,
    /// The block whose arguments are the answer, while it lasts.
    pub(crate) answer_block: Option<AnswerBlock>,
    /// Set when an event carried the whole answer once more, which then counts.
    pub(crate) whole: Option<ChatAnswer>,
    /// The calls, by the number that the provider gave to each.
    calls: BTreeMap<u64, (usize, ToolCall)>,
    settle: Option<fn(&mut ChatAnswer, Option<&str>)>,
    /// Bytes that the answer takes so far.
    pub(crate) n_kept: usize,
    /// Nothing can follow but usage; enough where a server leaves out the terminal event.
    pub(crate) is_answered: bool,
    is_done: bool,
}

impl StreamState {
    pub(crate) fn add_text(&mut self, delta: &str, events: &mut Vec<StreamEvent>) {
        if !delta.is_empty() {
            self.n_kept += delta.len();
            self.text.push_str(delta);
            events.push(StreamEvent::Text(delta.to_owned()));
        }
    }

    pub(crate) fn add_refusal(&mut self, delta: &str, events: &mut Vec<StreamEvent>) {
        if !delta.is_empty() {
            self.n_kept += delta.len();
            self.refusal.push_str(delta);
            events.push(StreamEvent::Refusal(delta.to_owned()));
        }
    }

    /// Begins a call, unless the provider repeats one that it has begun.
    pub(crate) fn start_call(
        &mut self,
        key: u64,
        id: &str,
        name: &str,
        events: &mut Vec<StreamEvent>,
    ) {
        let index = self.calls.len();
        self.calls.entry(key).or_insert_with(|| {
            self.n_kept += CALL + id.len() + name.len();
            let (id, name) = (id.to_owned(), name.to_owned());
            events.push(StreamEvent::ToolCallStart { index, id: id.clone(), name: name.clone() });
            (index, ToolCall { id, name, arguments: String::new() })
        });
    }

    pub(crate) fn add_arguments(&mut self, key: u64, delta: &str, events: &mut Vec<StreamEvent>) {
        if let Some((index, call)) = self.calls.get_mut(&key).filter(|_| !delta.is_empty()) {
            self.n_kept += delta.len();
            call.arguments.push_str(delta);
            let delta = delta.to_owned();
            events.push(StreamEvent::ToolCallArguments { index: *index, delta });
        }
    }

    pub(crate) fn set_usage(&mut self, usage: Usage, events: &mut Vec<StreamEvent>) {
        if usage != Usage::default() && usage != self.usage {
            self.usage = usage;
            events.push(StreamEvent::Usage(usage));
        }
    }

    /// Says how this dialect names the end.
    pub(crate) fn settle_with(&mut self, settle: fn(&mut ChatAnswer, Option<&str>)) {
        self.settle = Some(settle);
    }

    pub(crate) fn done(&mut self, events: &mut Vec<StreamEvent>) {
        self.is_done = true;
        events.push(StreamEvent::Done(self.answer().finish));
    }

    fn answer(&self) -> ChatAnswer {
        if let Some(whole) = &self.whole {
            return whole.clone();
        }
        let mut calls: Vec<_> = self.calls.values().collect();
        calls.sort_by_key(|(index, _)| *index);
        let tool_calls = calls.into_iter().map(|(_, call)| with_arguments(call)).collect();
        let mut answer = ChatAnswer {
            text: self.text.clone(),
            tool_calls,
            finish: FinishReason::Other(String::new()),
            refusal: (!self.refusal.is_empty()).then(|| self.refusal.clone()),
            usage: self.usage,
            model_served: self.model_served.clone(),
            fingerprint: self.fingerprint.clone(),
            provider_id: self.provider_id.clone(),
        };
        if let Some(settle) = self.settle {
            settle(&mut answer, self.finish_word.as_deref());
        }
        answer
    }
}

/// A call of a tool without arguments streams none; the whole answer would say `{}`.
fn with_arguments(call: &ToolCall) -> ToolCall {
    let mut call = call.clone();
    if call.arguments.is_empty() {
        call.arguments.push_str("{}");
    }
    call
}
