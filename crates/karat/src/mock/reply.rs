//! Pure. The response to a request, written down before anything is sent: what, in which pieces, with which pauses.

use std::time::Duration;

use karat_providers::chat::ToolCall;
use karat_providers::embeddings::EmbeddingAnswer;
use karat_providers::respond::{
    Stamp, StreamEncoder, answer_body, embeddings_body, error_body, error_status,
};
use karat_providers::{ChatAnswer, Dialect, ErrorClass, StreamEvent};
use serde_json::json;

use super::limits::Level;
use super::route::Endpoint;
use super::script::Pace;

/// What is done with a request.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reply {
    /// Until anything happens.
    pub(super) wait: Duration,
    pub(super) then: Then,
}

/// What happens after the wait.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Then {
    Respond(Response),
    /// The connection is closed without a word.
    Close,
    /// Nothing, for ever.
    Hang,
}

/// A response.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Response {
    pub(super) status: u16,
    pub(super) headers: Vec<(&'static str, String)>,
    /// The length that is promised; without one the body is sent in chunks.
    pub(super) length: Option<usize>,
    pub(super) steps: Vec<Step>,
}

/// A step of sending a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Wait(Duration),
    Send(Vec<u8>),
    /// The connection is closed in the middle of the body.
    Cut,
    /// The body never ends.
    Hang,
}

/// What a request can be answered with.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Said {
    Chat(ChatAnswer),
    Vectors(EmbeddingAnswer),
    Count(u64),
}

/// The request that is answered.
#[derive(Debug, Clone)]
pub(super) struct Call<'a> {
    pub(super) endpoint: Endpoint,
    pub(super) body: &'a [u8],
    pub(super) is_stream: bool,
    pub(super) stamp: Stamp,
}

impl Call<'_> {
    pub(super) fn dialect(&self) -> Dialect {
        self.endpoint.dialect()
    }

    /// The whole answer as one body.
    pub(super) fn whole(&self, said: &Said) -> Vec<u8> {
        match said {
            Said::Chat(answer) => answer_body(self.dialect(), answer, self.body, &self.stamp),
            Said::Vectors(answer) => embeddings_body(answer, self.body),
            Said::Count(n_tokens) => json!({"input_tokens": n_tokens}).to_string().into_bytes(),
        }
    }

    /// The answer in the pieces of a stream.
    pub(super) fn streamed(&self, answer: &ChatAnswer, pace: &Pace) -> Pieces {
        let mut encoder = StreamEncoder::new(self.dialect(), self.body, &self.stamp);
        let start = encoder.start(&answer.usage).concat();
        let steps = steps_of(answer, pace.tokens_per_chunk);
        let pieces = steps
            .iter()
            .map(|steps| steps.iter().flat_map(|step| encoder.push(step)).flatten().collect());
        Pieces { start, middle: pieces.collect(), end: encoder.finish(answer).concat() }
    }

    /// The answer as it should be.
    pub(super) fn answer(&self, said: &Said, pace: &Pace) -> Response {
        match said {
            Said::Chat(answer) if self.is_stream => stream(self.streamed(answer, pace).steps(pace)),
            _ => json_body(200, self.whole(said)),
        }
    }

    /// An error in the caller's dialect.
    pub(super) fn error(&self, class: ErrorClass, message: &str) -> Response {
        error(self.dialect(), class, message)
    }
}

/// The pieces of a stream: events before the answer, the answer, events after it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pieces {
    pub(super) start: Vec<u8>,
    pub(super) middle: Vec<Vec<u8>>,
    pub(super) end: Vec<u8>,
}

impl Pieces {
    /// Sends all of them.
    pub(super) fn steps(self, pace: &Pace) -> Vec<Step> {
        let n_pieces = self.middle.len();
        let end = self.end.clone();
        let mut steps = self.begin(n_pieces, pace);
        steps.push(Step::Send(end));
        steps
    }

    /// Sends the beginning, with at most so many pieces of the answer.
    pub(super) fn begin(self, n_pieces: usize, pace: &Pace) -> Vec<Step> {
        let mut steps = vec![Step::Send(self.start), Step::Wait(pace.first_chunk)];
        for (index, piece) in self.middle.into_iter().take(n_pieces).enumerate() {
            if index > 0 {
                steps.push(Step::Wait(pace.chunk_delay));
            }
            steps.push(Step::Send(piece));
        }
        steps.retain(|step| *step != Step::Wait(Duration::ZERO));
        steps
    }
}

/// An answer as the steps in which a model might give it, those of one piece together.
fn steps_of(answer: &ChatAnswer, tokens_per_chunk: usize) -> Vec<Vec<StreamEvent>> {
    let n_characters = tokens_per_chunk.saturating_mul(4).max(1);
    let texts = cut(&answer.text, n_characters).map(|text| vec![StreamEvent::Text(text)]);
    let mut steps: Vec<_> = texts.collect();
    let refusal = answer.refusal.as_deref().unwrap_or_default();
    steps.extend(cut(refusal, n_characters).map(|text| vec![StreamEvent::Refusal(text)]));
    for (index, ToolCall { id, name, arguments }) in answer.tool_calls.iter().enumerate() {
        let (id, name) = (id.clone(), name.clone());
        steps.push(vec![StreamEvent::ToolCallStart { index, id, name }]);
        let deltas = cut(arguments, n_characters);
        steps.extend(deltas.map(|delta| vec![StreamEvent::ToolCallArguments { index, delta }]));
    }
    steps
}

/// Pieces of so many characters.
fn cut(text: &str, n_characters: usize) -> impl Iterator<Item = String> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let end = rest.char_indices().nth(n_characters).map_or(rest.len(), |(at, _)| at);
        let (piece, after) = rest.split_at(end);
        rest = after;
        (!piece.is_empty()).then(|| piece.to_owned())
    })
}

/// A stream of events.
pub(super) fn stream(steps: Vec<Step>) -> Response {
    let headers = vec![
        ("content-type", "text/event-stream; charset=utf-8".to_owned()),
        ("cache-control", "no-cache".to_owned()),
    ];
    Response { status: 200, headers, length: None, steps }
}

/// A body that is sent at once.
pub(super) fn json_body(status: u16, body: Vec<u8>) -> Response {
    whole(status, "application/json", body)
}

/// A body of any type that is sent at once.
pub(super) fn whole(status: u16, content_type: &str, body: Vec<u8>) -> Response {
    let headers = vec![("content-type", content_type.to_owned())];
    Response { status, headers, length: Some(body.len()), steps: vec![Step::Send(body)] }
}

/// An error in a dialect.
pub(super) fn error(dialect: Dialect, class: ErrorClass, message: &str) -> Response {
    json_body(error_status(dialect, class), error_body(dialect, class, message))
}

/// The headers that ask to wait: in seconds, and exactly where that is not whole.
pub(super) fn retry_headers(wait: Duration) -> Vec<(&'static str, String)> {
    let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
    let mut headers = vec![("retry-after", seconds.to_string())];
    if wait.subsec_nanos() > 0 {
        let milliseconds = wait.as_micros().div_ceil(1000);
        headers.push(("retry-after-ms", milliseconds.to_string()));
    }
    headers
}

/// The headers that tell how much of a rate is left; `now` is in Unix seconds.
pub(super) fn rate_headers(
    dialect: Dialect,
    level: &Level,
    now: u64,
) -> [(&'static str, String); 3] {
    let (limit, remaining) = (level.limit.to_string(), level.remaining.to_string());
    match dialect {
        Dialect::OpenAiChat | Dialect::OpenAiResponses => [
            ("x-ratelimit-limit-requests", limit),
            ("x-ratelimit-remaining-requests", remaining),
            ("x-ratelimit-reset-requests", format!("{}ms", level.reset.as_millis())),
        ],
        Dialect::Anthropic => {
            let seconds = now.saturating_add(level.reset.as_secs_f64().ceil() as u64);
            let at = i64::try_from(seconds).ok();
            let at = at.and_then(|at| jiff::Timestamp::from_second(at).ok()).unwrap_or_default();
            [
                ("anthropic-ratelimit-requests-limit", limit),
                ("anthropic-ratelimit-requests-remaining", remaining),
                ("anthropic-ratelimit-requests-reset", at.to_string()),
            ]
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use karat_providers::StreamDecoder;

    #[test]
    fn a_text_is_cut_between_characters_and_nothing_is_lost() {
        let pieces: Vec<_> = cut("grüße an alle", 4).collect();
        assert_eq!(pieces, ["grüß", "e an", " all", "e"]);
        assert_eq!(cut("", 4).count(), 0);
    }

    #[test]
    fn a_stream_says_the_same_as_the_whole_answer() {
        let answer = ChatAnswer {
            text: "One moment, please.".into(),
            tool_calls: vec![ToolCall {
                id: "c1".into(),
                name: "find".into(),
                arguments: r#"{"what":"a long enough argument"}"#.into(),
            }],
            ..ChatAnswer::default()
        };
        for dialect in Dialect::ALL {
            let call = Call {
                endpoint: Endpoint::Chat(dialect),
                body: br#"{"model":"m","stream":true}"#,
                is_stream: true,
                stamp: Stamp { id: "r".into(), created: 1 },
            };
            let response = call.answer(&Said::Chat(answer.clone()), &Pace::default());
            let mut decoder = StreamDecoder::new(dialect);
            for step in response.steps {
                let Step::Send(bytes) = step else { panic!("no pause was asked for") };
                decoder.push(&bytes, &mut Vec::new()).unwrap();
            }
            let read = decoder.finish().unwrap();
            assert_eq!((&read.text, &read.tool_calls), (&answer.text, &answer.tool_calls));
        }
    }

    #[test]
    fn waits_are_told_in_whole_seconds_and_exactly() {
        assert_eq!(retry_headers(Duration::from_secs(2)), [("retry-after", "2".to_owned())]);
        let headers = [("retry-after", "1".to_owned()), ("retry-after-ms", "21".to_owned())];
        assert_eq!(retry_headers(Duration::from_micros(20_001)), headers);
    }
}
