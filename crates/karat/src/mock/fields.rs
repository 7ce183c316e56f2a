//! The fields of a script, as a table of equal rows: what is known where, and of which shape.

use crate::project::fields::{Field, Shape};

const fn required(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, shape, required: true, doc }
}

const fn optional(name: &'static str, shape: Shape, doc: &'static str) -> Field {
    Field { name, shape, required: false, doc }
}

/// The file itself.
pub(super) const ROOT: &[Field] = &[
    optional("seed", Shape::Integer, "Seed of every pick; 0 where absent."),
    optional("latency", Shape::Any, "Until the response begins: a duration, or { p50, p95 }."),
    optional("first_chunk", Shape::Duration, "In a stream, from there to the first piece."),
    optional("chunk_delay", Shape::Duration, "In a stream, between two pieces."),
    optional("tokens_per_chunk", Shape::Integer, "Size of a piece; 4 where absent."),
    optional("answer", Shape::Tables, "Answers; the first that matches is given."),
    optional("fault", Shape::Tables, "What goes wrong; tried before the answers."),
    optional("drift", Shape::Tables, "Quality that falls after some requests."),
    optional("limits", Shape::Table, "Rate and concurrency, as a provider limits them."),
    optional("keys", Shape::Table, "Keys that are let in."),
    optional("models", Shape::Table, "Models that exist."),
    optional("lookups", Shape::Table, "Tables of values by a part of the user's last text."),
];

/// `latency = { … }`
pub(super) const LATENCY: &[Field] = &[
    required("p50", Shape::Duration, "The median."),
    required("p95", Shape::Duration, "The 95th percentile."),
];

/// Which requests an answer or a fault is about.
pub(super) const MATCH: &[Field] = &[
    optional("model", Shape::Text, "The model's name, or its beginning with *."),
    optional("contains", Shape::Text, "A part of the user's last text, in any case."),
    optional("regex", Shape::Regex, "A pattern in the user's last text."),
    optional("system_contains", Shape::Text, "A part of the instructions, in any case."),
    optional("after_tool", Shape::Flag, "Whether the conversation ends with a tool's answer."),
];

/// `[[answer]]`, beside [`MATCH`].
pub(super) const ANSWER: &[Field] = &[
    optional("text", Shape::Text, "The answer; {{ last_user }}, {{ n }} and others are filled in."),
    optional("texts", Shape::TextList, "Answers of which each request gets one."),
    optional("weights", Shape::Any, "How often each of the texts is picked."),
    optional("json", Shape::Any, "The answer as JSON."),
    optional("tool_calls", Shape::Tables, "Calls of tools."),
    optional("refusal", Shape::Text, "The words with which the model declines."),
    optional("finish", Shape::OneOf(FINISHES), "Why the model stopped."),
    optional("wrong", Shape::Number, "Probability of the wrong answer."),
    optional("wrong_text", Shape::Text, "The wrong answer."),
    optional("wrong_json", Shape::Any, "The wrong answer as JSON."),
    optional(
        "lookup",
        Shape::Text,
        "Only where a part of that table occurs; {{ found }} is its value.",
    ),
    optional("usage", Shape::Table, "Tokens to report; estimated where absent."),
    optional("latency", Shape::Any, "Instead of the script's: a duration, or { p50, p95 }."),
];

/// Words for `finish`.
pub(super) const FINISHES: &[&str] = &["stop", "length", "content_filter"];

/// `tool_calls = [{ … }]`
pub(super) const TOOL_CALL: &[Field] = &[
    required("name", Shape::Text, "The tool."),
    optional("arguments", Shape::Table, "Its arguments."),
];

/// `usage = { … }`
pub(super) const USAGE: &[Field] = &[
    optional("input_tokens", Shape::Integer, "Input at the full price, without the cached part."),
    optional("cached_input_tokens", Shape::Integer, "Input read from the provider's cache."),
    optional("cache_write_tokens", Shape::Integer, "Input written to the provider's cache."),
    optional("output_tokens", Shape::Integer, "Output."),
    optional("reasoning_tokens", Shape::Integer, "The part of the output that was reasoning."),
];

/// `[[drift]]`
pub(super) const DRIFT: &[Field] = &[
    required("after", Shape::Integer, "Requests to the model before it begins."),
    optional("model", Shape::Text, "The model's name, or its beginning with *."),
    required("wrong", Shape::Number, "Probability of the wrong answer from then on."),
];

/// `[[fault]]` of any kind, beside [`MATCH`].
pub(super) const FAULT: &[Field] = &[
    required("kind", Shape::OneOf(FAULT_KINDS), "What goes wrong."),
    optional("always", Shape::Flag, "At each request; so it is where no trigger is set."),
    optional("every", Shape::Integer, "At each n-th request."),
    optional("first", Shape::Integer, "At the first n requests."),
    optional("nth", Shape::Any, "At these requests, counted from 1."),
    optional("probability", Shape::Number, "By chance, seeded."),
    optional("after", Shape::Integer, "So many requests are let through first."),
    optional("per_request", Shape::Flag, "Count the repetitions of each request apart."),
    optional("delay", Shape::Duration, "How long it waits before it happens."),
];

/// Kinds of fault.
pub(super) const FAULT_KINDS: &[&str] = &[
    "status",
    "rate-limit",
    "hang",
    "hang-after",
    "cut",
    "html",
    "malformed",
    "empty",
    "slow-drip",
    "overload-in-stream",
];

/// Fields of one kind of fault, beside those of every fault.
pub(super) fn fault_fields(kind: &str) -> &'static [Field] {
    const MESSAGE: Field = optional("message", Shape::Text, "The words of the error.");
    const RETRY_AFTER: Field =
        optional("retry_after", Shape::Duration, "What the header asks to wait.");
    const CHUNKS: Field =
        optional("chunks", Shape::Integer, "Pieces of a stream that still arrive.");
    const STATUS: Field = optional("status", Shape::Integer, "The HTTP status.");
    const ERROR: Field = optional("error", Shape::OneOf(ERRORS), "The kind of error.");
    const PAUSE: Field = optional("pause", Shape::Duration, "Between two pieces; 1s where absent.");
    const BODY: Field = optional("body", Shape::Text, "The body, sent as it is.");
    match kind {
        "status" => &[STATUS, ERROR, MESSAGE, BODY, RETRY_AFTER],
        "rate-limit" => &[MESSAGE, RETRY_AFTER],
        "hang-after" | "cut" | "malformed" => &[CHUNKS],
        "html" => &[STATUS],
        "slow-drip" => &[PAUSE],
        "overload-in-stream" => &[CHUNKS, MESSAGE],
        _ => &[],
    }
}

/// Words for `error`: the classes that `karat_providers` tells apart and a server can report.
pub(super) const ERRORS: &[&str] = &[
    "rate_limited",
    "quota_exhausted",
    "overloaded",
    "server_error",
    "timeout",
    "bad_request",
    "authentication",
    "permission_denied",
    "not_found",
    "context_length",
    "content_policy",
];

/// `[limits]`
pub(super) const LIMITS: &[Field] = &[
    optional("requests_per_second", Shape::Number, "Requests that come back in a second."),
    optional("burst", Shape::Number, "Requests in one moment; those of a second where absent."),
    optional("concurrency", Shape::Integer, "Most requests at once."),
];

/// `[keys]`
pub(super) const KEYS: &[Field] = &[required("accept", Shape::TextList, "Keys that are let in.")];

/// `[models]`
pub(super) const MODELS: &[Field] =
    &[required("known", Shape::TextList, "Names of models, or beginnings with *.")];

#[cfg(test)]
mod tests {
    use super::*;
    use karat_providers::ErrorClass;

    #[test]
    fn every_word_for_an_error_is_a_class() {
        for word in ERRORS {
            assert!(ErrorClass::ALL.iter().any(|class| class.as_str() == *word), "{word}");
        }
    }
}
