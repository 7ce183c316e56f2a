//! An inference's body as bytes: request and text as they are, the rest as JSON, together in one frame.

use std::borrow::Cow;

use karat_records::{Inference, Step, ToolCall};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::super::body;
use crate::StoreError;

/// What stands in the body beside request and text.
#[derive(Default, Serialize, Deserialize)]
struct Rest<'a> {
    #[serde(default, skip_serializing_if = "is_empty")]
    attempts: Cow<'a, [Step]>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    inputs: Option<Cow<'a, Map<String, Value>>>,
    #[serde(default, skip_serializing_if = "is_empty")]
    tool_calls: Cow<'a, [ToolCall]>,
}

fn is_empty<T>(list: &[T]) -> bool {
    list.is_empty()
}

/// Length and bytes of the request, length and bytes of the text, then the rest; compressed where that pays.
pub(in super::super) fn encode(inference: &Inference) -> Result<Vec<u8>, StoreError> {
    let unstorable = |detail: String| StoreError::Unstorable {
        fact: format!("inference {}", inference.id),
        detail,
    };
    let rest = Rest {
        attempts: Cow::Borrowed(&inference.attempts),
        inputs: inference.inputs.as_ref().map(Cow::Borrowed),
        tool_calls: Cow::Borrowed(&inference.tool_calls),
    };
    let (request, text) = (&inference.request, &inference.text);
    let mut bytes = body::begin(request.len() + text.len() + 256);
    for part in [request, text] {
        let length = u32::try_from(part.len())
            .map_err(|_| unstorable("a text of more than 4 GB".to_owned()))?;
        bytes.extend_from_slice(&length.to_le_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    serde_json::to_writer(&mut bytes, &rest).map_err(|error| unstorable(error.to_string()))?;
    Ok(body::pack_quickly(bytes))
}

/// The inference with what [`encode`] took from it.
pub(super) fn decode(bytes: &[u8], inference: Inference) -> rusqlite::Result<Inference> {
    let bytes = body::decode_text(bytes)?;
    let (request, text, rest) = parts(&bytes)?;
    let rest: Rest<'_> = body::parse(rest)?;
    Ok(Inference {
        request: request.to_owned(),
        text: text.to_owned(),
        attempts: rest.attempts.into_owned(),
        inputs: rest.inputs.map(Cow::into_owned),
        tool_calls: rest.tool_calls.into_owned(),
        ..inference
    })
}

/// Request, text and the rest of an unpacked body.
pub(super) fn parts(bytes: &[u8]) -> rusqlite::Result<(&str, &str, &[u8])> {
    let (request, bytes) = part(bytes)?;
    let (text, rest) = part(bytes)?;
    Ok((request, text, rest))
}

fn part(bytes: &[u8]) -> rusqlite::Result<(&str, &[u8])> {
    let split = bytes
        .split_first_chunk()
        .and_then(|(length, bytes)| bytes.split_at_checked(u32::from_le_bytes(*length) as usize));
    let Some((part, rest)) = split else {
        return Err(body::damaged("an inference's body that ends too early"));
    };
    Ok((std::str::from_utf8(part).map_err(body::damaged)?, rest))
}

/// Whether request or answer contain a text that is in lower case.
pub(super) fn says(bytes: &[u8], text: &str) -> rusqlite::Result<bool> {
    let bytes = body::decode_text(bytes)?;
    let (request, answer, _) = parts(&bytes)?;
    Ok(contains(answer, text) || request_says(request, text))
}

fn contains(haystack: &str, text: &str) -> bool {
    memchr::memmem::find(haystack.to_lowercase().as_bytes(), text.as_bytes()).is_some()
}

/// A request is JSON: names of fields say nothing, and an escaped text is still that text.
fn request_says(request: &str, text: &str) -> bool {
    if !request.contains('\\') && !contains(request, text) {
        return false;
    }
    match serde_json::from_str::<Value>(request) {
        Ok(request) => value_says(&request, text),
        Err(_) => contains(request, text),
    }
}

fn value_says(value: &Value, text: &str) -> bool {
    match value {
        Value::String(string) => contains(string, text),
        Value::Array(items) => items.iter().any(|item| value_says(item, text)),
        Value::Object(fields) => fields
            .iter()
            .any(|(name, value)| !WORDS.contains(&name.as_str()) && value_says(value, text)),
        _ => false,
    }
}

/// Fields whose texts are words of the dialect and no content.
const WORDS: [&str; 3] = ["role", "type", "model"];
