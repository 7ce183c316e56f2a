//! Pure. Finds the error report in a body, whichever vendor wrote it, and names its class.

use serde_json::Value;

use super::{ErrorClass, ProviderError};
use crate::decode::at;

/// What a body says about an error.
pub(super) struct Report {
    message: String,
    code: Option<String>,
    kind: Option<String>,
    /// A status inside the body, as proxies of many providers write it.
    status: Option<u16>,
}

/// The report in a body; `is_failure` says that the status already tells of an error, so that looser shapes count.
pub(super) fn report(body: &Value, is_failure: bool) -> Option<Report> {
    let body = body.as_array().and_then(|items| items.first()).unwrap_or(body);
    let nested = ["/error", "/response/error", "/choices/0/error"]
        .into_iter()
        .find_map(|path| at(body, path).filter(|error| !is_blank(error)));
    if let Some(error) = nested {
        return Some(read(error));
    }
    let marks = ["object", "type"].map(|field| body.get(field).and_then(Value::as_str));
    if marks.contains(&Some("error")) {
        return Some(read(body));
    }
    let loose = ["message", "detail"].into_iter().find_map(|field| body.get(field));
    loose.filter(|_| is_failure).map(|_| read(body))
}

fn is_blank(error: &Value) -> bool {
    match error {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}

fn read(error: &Value) -> Report {
    let text = |field: &str| error.get(field).and_then(Value::as_str).map(str::to_owned);
    let message = match error {
        Value::String(text) => text.clone(),
        _ => text("message").unwrap_or_else(|| error.get("detail").unwrap_or(error).to_string()),
    };
    let number = ["code", "status"].into_iter().find_map(|field| error.get(field)?.as_u64());
    let status = number.and_then(|number| u16::try_from(number).ok());
    Report {
        message,
        code: text("code"),
        kind: text("type").filter(|kind| kind != "error").or_else(|| text("status")),
        status: status.filter(|status| (400..600).contains(status)),
    }
}

impl Report {
    pub(super) fn into_error(self, status: Option<u16>) -> ProviderError {
        let words = [self.code.as_deref(), self.kind.as_deref()];
        let class = words
            .into_iter()
            .flatten()
            .find_map(by_word)
            .or_else(|| by_message(&self.message))
            .or_else(|| status.and_then(by_status))
            .or_else(|| self.status.and_then(by_status))
            .or_else(|| words.into_iter().flatten().find_map(by_vague_word))
            .unwrap_or(ErrorClass::ServerError);
        let mut error = ProviderError::new(class, &self.message);
        error.code = self.code.or(self.kind);
        error.status = status;
        error
    }
}

/// Codes and types that say more than the status.
fn by_word(word: &str) -> Option<ErrorClass> {
    match word {
        "context_length_exceeded" | "string_above_max_length" => Some(ErrorClass::ContextLength),
        "insufficient_quota"
        | "billing_hard_limit_reached"
        | "billing_error"
        | "billing_not_active" => Some(ErrorClass::QuotaExhausted),
        "rate_limit_exceeded"
        | "rate_limit_error"
        | "requests"
        | "tokens"
        | "RESOURCE_EXHAUSTED" => Some(ErrorClass::RateLimited),
        "overloaded_error" | "server_is_overloaded" | "slow_down" | "UNAVAILABLE" => {
            Some(ErrorClass::Overloaded)
        }
        "model_not_found" | "not_found_error" | "NOT_FOUND" => Some(ErrorClass::NotFound),
        "content_policy_violation"
        | "content_filter"
        | "moderation_blocked"
        | "image_content_policy_violation" => Some(ErrorClass::ContentPolicy),
        "invalid_api_key" | "authentication_error" | "UNAUTHENTICATED" => {
            Some(ErrorClass::Authentication)
        }
        "permission_error" | "PERMISSION_DENIED" => Some(ErrorClass::PermissionDenied),
        "timeout_error" | "DEADLINE_EXCEEDED" => Some(ErrorClass::Timeout),
        "server_error" | "api_error" | "INTERNAL" => Some(ErrorClass::ServerError),
        _ => None,
    }
}

/// Types that mean something only where there is no status, as inside a stream.
fn by_vague_word(word: &str) -> Option<ErrorClass> {
    match word {
        "invalid_request_error" | "invalid_prompt" | "request_too_large" | "INVALID_ARGUMENT" => {
            Some(ErrorClass::BadRequest)
        }
        _ => None,
    }
}

/// Sentences by which servers without codes are known.
fn by_message(message: &str) -> Option<ErrorClass> {
    const KNOWN: [(&str, ErrorClass); 8] = [
        ("maximum context length", ErrorClass::ContextLength),
        ("exceeds the context window", ErrorClass::ContextLength),
        ("exceed context limit", ErrorClass::ContextLength),
        ("prompt is too long", ErrorClass::ContextLength),
        ("input token count exceeds", ErrorClass::ContextLength),
        ("credit balance is too low", ErrorClass::QuotaExhausted),
        ("exceeded your current quota", ErrorClass::QuotaExhausted),
        ("content management policy", ErrorClass::ContentPolicy),
    ];
    let lower = message.to_lowercase();
    KNOWN.iter().find(|(words, _)| lower.contains(words)).map(|(_, class)| *class)
}

/// The class of a failing status; `None` for a success and for what is no answer to an API call.
pub(super) fn by_status(status: u16) -> Option<ErrorClass> {
    match status {
        401 => Some(ErrorClass::Authentication),
        402 => Some(ErrorClass::QuotaExhausted),
        403 => Some(ErrorClass::PermissionDenied),
        404 | 410 => Some(ErrorClass::NotFound),
        408 | 504 | 524 => Some(ErrorClass::Timeout),
        409 => Some(ErrorClass::ServerError),
        429 => Some(ErrorClass::RateLimited),
        503 | 529 => Some(ErrorClass::Overloaded),
        400..=499 => Some(ErrorClass::BadRequest),
        500..=599 => Some(ErrorClass::ServerError),
        _ => None,
    }
}
