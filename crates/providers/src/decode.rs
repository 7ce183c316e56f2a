//! Pure. From a dialect's response to the neutral answer, or to the reason why there is none.

use serde_json::Value;

use crate::chat::{ChatAnswer, FinishReason};
use crate::dialect::Dialect;
use crate::error::{ErrorClass, ProviderError, success_json};
use crate::http::HttpResponse;
use crate::{anthropic, openai_chat, openai_responses};

/// Reads a whole response.
///
/// An error inside a body of status 200, HTML, and an answer that is empty are errors as well.
pub fn decode(dialect: Dialect, response: &HttpResponse<'_>) -> Result<ChatAnswer, ProviderError> {
    let body = success_json(response)?;
    decode_body(dialect, &body).map_err(|mut error| {
        error.status = Some(response.status);
        error
    })
}

pub(crate) fn decode_body(dialect: Dialect, body: &Value) -> Result<ChatAnswer, ProviderError> {
    let answer = match dialect {
        Dialect::OpenAiChat => openai_chat::decode::decode(body),
        Dialect::OpenAiResponses => openai_responses::decode::decode(body),
        Dialect::Anthropic => anthropic::decode::decode(body),
    };
    require_content(answer?)
}

/// Passes an answer on that says anything; declining counts as saying.
pub(crate) fn require_content(answer: ChatAnswer) -> Result<ChatAnswer, ProviderError> {
    if !answer.text.is_empty() || !answer.tool_calls.is_empty() || answer.refusal.is_some() {
        return Ok(answer);
    }
    let (class, message) = match answer.finish {
        FinishReason::ContentFilter => {
            (ErrorClass::ContentPolicy, "the provider's content filter removed the whole answer")
        }
        FinishReason::Length => (
            ErrorClass::Empty,
            "the answer is empty: the limit of output tokens was used up before any text, \
             as happens when a model reasons; raise max_tokens",
        ),
        _ => (ErrorClass::Empty, "the answer is empty: neither text nor tool calls"),
    };
    Err(ProviderError::new(class, message).with_usage(answer.usage))
}

/// What stands at a path such as `/delta/content`.
/// `Value::pointer` does the same and makes texts of each name for its escapes, which no name of a vendor has.
pub(crate) fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('/').skip(1).try_fold(value, |value, name| match value {
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => value.get(name),
    })
}

pub(crate) fn text_at(value: &Value, path: &str) -> Option<String> {
    at(value, path)?.as_str().map(str::to_owned)
}

pub(crate) fn count_at(value: &Value, path: &str) -> Option<u64> {
    at(value, path)?.as_u64()
}
