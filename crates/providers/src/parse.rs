//! Pure. From a dialect's request to the neutral one: what a server of that dialect is asked.

use serde_json::{Map, Value};

use crate::chat::ChatRequest;
use crate::chat::json::{ShapeError, text_of};
use crate::dialect::Dialect;
use crate::{anthropic, openai_chat, openai_responses};

/// Reads the body of a request.
///
/// What is not understood stays in `parameters`; only how to stream (`stream_options`) is left out.
pub fn parse_request(dialect: Dialect, body: &[u8]) -> Result<ChatRequest, ShapeError> {
    let mut fields = object(body)?;
    let model = text_of(&fields, "model")
        .ok_or_else(|| ShapeError::new("model", "missing; name the model to ask"))?;
    fields.shift_remove("model");
    let stream = fields.shift_remove("stream").and_then(|stream| stream.as_bool());
    fields.shift_remove("stream_options");
    let mut request = match dialect {
        Dialect::OpenAiChat => openai_chat::parse::parse(fields)?,
        Dialect::OpenAiResponses => openai_responses::parse::parse(fields)?,
        Dialect::Anthropic => anthropic::parse::parse(fields)?,
    };
    request.model = model;
    request.stream = stream.unwrap_or(false);
    Ok(request)
}

pub(crate) fn object(body: &[u8]) -> Result<Map<String, Value>, ShapeError> {
    match serde_json::from_slice(body) {
        Ok(Value::Object(fields)) => Ok(fields),
        Ok(_) => Err(ShapeError::new("body", "expected a JSON object")),
        Err(error) => Err(ShapeError::new("body", format!("is not JSON: {error}"))),
    }
}

/// Renames a parameter, unless the new name is taken.
pub(crate) fn rename(fields: &mut Map<String, Value>, from: &str, to: &str) {
    if let Some(value) = fields.shift_remove(from) {
        fields.entry(to.to_owned()).or_insert(value);
    }
}

/// Moves a field out of an object among the parameters, and the object away once it is empty.
pub(crate) fn take_inside(
    fields: &mut Map<String, Value>,
    object: &str,
    name: &str,
) -> Option<Value> {
    let inner = fields.get_mut(object)?.as_object_mut()?;
    let value = inner.shift_remove(name);
    if inner.is_empty() {
        fields.shift_remove(object);
    }
    value
}
