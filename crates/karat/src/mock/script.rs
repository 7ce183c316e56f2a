//! Pure. What a script says, once it has been read: pace, answers, faults, limits.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use karat_providers::chat::FinishReason;
use karat_providers::{ErrorClass, Usage};
use regex::Regex;
use serde_json::Value;

use super::read;

/// What a scripted server does; the default repeats the user's last words at once.
#[derive(Debug, Clone, Default)]
pub struct Script {
    pub(super) seed: u64,
    pub(super) pace: Pace,
    /// The first that matches a request answers it; where none does, the user's last words are repeated.
    pub(super) answers: Vec<Answer>,
    /// Every fault counts the requests that it matches; the first whose turn it is happens.
    pub(super) faults: Vec<Fault>,
    pub(super) drifts: Vec<Drift>,
    pub(super) limits: Limits,
    /// Keys that are let in; `None` lets everybody in.
    pub(super) keys: Option<Vec<String>>,
    /// Models that exist; `None` knows every name.
    pub(super) models: Option<Vec<Name>>,
}

impl Script {
    /// A script that shows every field, with what each of them does.
    pub const EXAMPLE: &str = include_str!("example.toml");

    /// Reads a script; all that is wrong with it is reported at once, in the order of the lines.
    pub fn parse(text: &str) -> Result<Self, Vec<ScriptProblem>> {
        read::script(text)
    }
}

/// One thing to mend in a script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptProblem {
    /// One-based line, where it is known.
    pub line: Option<usize>,
    /// What is wrong, with the field that it is about.
    pub message: String,
    /// What to do about it; may be empty.
    pub next: String,
}

impl fmt::Display for ScriptProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(formatter, "line {line}: ")?;
        }
        formatter.write_str(&self.message)?;
        if !self.next.is_empty() {
            write!(formatter, "\n  next: {}", self.next)?;
        }
        Ok(())
    }
}

impl std::error::Error for ScriptProblem {}

/// How fast answers are given.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pace {
    /// Until the response begins.
    pub(super) latency: Latency,
    /// In a stream, from there to the first piece of the answer.
    pub(super) first_chunk: Duration,
    /// In a stream, between two pieces.
    pub(super) chunk_delay: Duration,
    /// The size of a piece; a token is four characters here.
    pub(super) tokens_per_chunk: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            latency: Latency::default(),
            first_chunk: Duration::ZERO,
            chunk_delay: Duration::ZERO,
            tokens_per_chunk: 4,
        }
    }
}

/// The time until a response begins.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Latency {
    Fixed(Duration),
    /// Lognormal, by its median and its 95th percentile.
    Spread {
        p50: Duration,
        p95: Duration,
    },
}

impl Default for Latency {
    fn default() -> Self {
        Self::Fixed(Duration::ZERO)
    }
}

/// Which requests a rule is about; every condition that is set must hold.
#[derive(Debug, Clone, Default)]
pub(super) struct Match {
    pub(super) model: Option<Name>,
    /// Patterns that the last text of the user must contain.
    pub(super) user: Vec<Regex>,
    /// A pattern that the instructions must contain.
    pub(super) system: Option<Regex>,
    /// Whether the conversation must, or must not, end with a tool's answer.
    pub(super) after_tool: Option<bool>,
}

/// A model's name, or the beginning of names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Name {
    Exactly(String),
    StartsWith(String),
}

impl Name {
    /// Reads `name` or `beginning*`.
    pub(super) fn read(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(beginning) => Self::StartsWith(beginning.to_owned()),
            None => Self::Exactly(text.to_owned()),
        }
    }

    pub(super) fn fits(&self, model: &str) -> bool {
        match self {
            Self::Exactly(name) => name == model,
            Self::StartsWith(beginning) => model.starts_with(beginning.as_str()),
        }
    }
}

/// An answer to some requests.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) to: Match,
    /// One of them is picked for each request, by weight.
    pub(super) contents: Vec<(f64, Content)>,
    /// Calls of tools, beside the content.
    pub(super) tool_calls: Vec<(String, Value)>,
    pub(super) refusal: Option<String>,
    pub(super) finish: Option<FinishReason>,
    /// The probability of the wrong content.
    pub(super) wrong: f64,
    pub(super) wrong_content: Option<Content>,
    /// The table in which something must be found.
    pub(super) lookup: Option<Arc<Lookup>>,
    /// What is reported instead of an estimate.
    pub(super) usage: Usage,
    pub(super) latency: Option<Latency>,
}

/// Values by a part of a text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Lookup(Vec<(String, String)>);

impl Lookup {
    /// A table; parts are found regardless of case.
    pub(super) fn new(rows: impl Iterator<Item = (String, String)>) -> Self {
        Self(rows.map(|(part, value)| (part.to_lowercase(), value)).collect())
    }

    /// The value of the first part that occurs.
    pub(super) fn find(&self, text: &str) -> Option<&str> {
        let text = text.to_lowercase();
        self.0.iter().find(|(part, _)| text.contains(part)).map(|(_, value)| value.as_str())
    }
}

/// What is said; both kinds are templates.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Content {
    Text(String),
    Json(Value),
}

/// A quality that falls without a word.
#[derive(Debug, Clone)]
pub(super) struct Drift {
    pub(super) model: Option<Name>,
    /// It begins after so many requests to that model.
    pub(super) after: u64,
    /// The probability of the wrong content from then on, where it is higher than the answer's own.
    pub(super) wrong: f64,
}

/// Something that goes wrong.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) to: Match,
    /// So many matching requests are let through first; the trigger counts from there.
    pub(super) after: u64,
    pub(super) trigger: Trigger,
    /// Whether to count the repetitions of each request apart, instead of all matching requests together.
    pub(super) per_request: bool,
    /// How long it waits before it happens, beside the latency.
    pub(super) delay: Duration,
    pub(super) kind: FaultKind,
}

/// When a fault happens, among the requests that it counts.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Trigger {
    Always,
    /// Each n-th.
    Every(u64),
    /// The first n.
    First(u64),
    /// These, counted from 1.
    Nth(Vec<u64>),
    Probability(f64),
}

/// What goes wrong. `chunks` counts the pieces of a stream that still arrive; of a whole body, half does.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FaultKind {
    Status(Failure),
    RateLimit {
        message: Option<String>,
        retry_after: Duration,
    },
    /// Never answers.
    Hang,
    /// Begins to answer and never ends.
    HangAfter {
        chunks: usize,
    },
    /// Closes the connection: without a word, or in the middle of the answer.
    Cut {
        chunks: Option<usize>,
    },
    /// A proxy's page instead of an answer.
    Html {
        status: u16,
    },
    /// JSON that breaks off inside a response that is whole.
    Malformed {
        chunks: usize,
    },
    /// A well-formed answer that says nothing.
    Empty,
    /// The whole answer, in small pieces with long pauses.
    SlowDrip {
        pause: Duration,
    },
    /// A 200 whose stream reports that the provider is overloaded; not streamed, the plain error.
    OverloadInStream {
        chunks: usize,
        message: Option<String>,
    },
}

/// An error response.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Failure {
    /// `None` takes the status of the class in the caller's dialect.
    pub(super) status: Option<u16>,
    pub(super) class: ErrorClass,
    pub(super) message: Option<String>,
    /// Sent as it is, instead of the dialect's own error.
    pub(super) body: Option<String>,
    pub(super) retry_after: Option<Duration>,
}

/// A provider's limits.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Limits {
    pub(super) rate: Option<Rate>,
    /// Most requests at once.
    pub(super) concurrency: Option<usize>,
}

/// A token bucket's shape.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rate {
    pub(super) per_second: f64,
    /// Most requests in one moment.
    pub(super) burst: f64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_can_be_read() {
        let script = Script::parse(Script::EXAMPLE).unwrap();
        assert_eq!((script.answers.len(), script.faults.len()), (7, 10));
    }

    #[test]
    fn the_example_shows_every_field() {
        use super::super::fields::{self, FAULT_KINDS};
        let tables = [
            fields::ROOT,
            fields::LATENCY,
            fields::MATCH,
            fields::ANSWER,
            fields::TOOL_CALL,
            fields::USAGE,
            fields::DRIFT,
            fields::FAULT,
            fields::LIMITS,
            fields::KEYS,
            fields::MODELS,
        ];
        let of_kinds = FAULT_KINDS.iter().map(|kind| fields::fault_fields(kind));
        for field in tables.into_iter().chain(of_kinds).flatten() {
            assert!(Script::EXAMPLE.contains(field.name), "{}", field.name);
        }
        for kind in FAULT_KINDS {
            assert!(Script::EXAMPLE.contains(&format!("kind = \"{kind}\"")), "{kind}");
        }
    }

    #[test]
    fn a_star_stands_for_any_end_of_a_name() {
        assert!(Name::read("good").fits("good"));
        assert!(!Name::read("good").fits("goodness"));
        assert!(Name::read("good*").fits("goodness"));
        assert!(Name::read("*").fits("anything"));
    }

    #[test]
    fn a_problem_names_its_line_and_the_next_step() {
        let problem =
            ScriptProblem { line: Some(3), message: "wrong".into(), next: "mend it".into() };
        assert_eq!(problem.to_string(), "line 3: wrong\n  next: mend it");
    }
}
