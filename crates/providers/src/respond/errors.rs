//! Pure. Errors as each vendor words them: one table from the class to status, type and code.

use serde_json::{Value, json};

use super::{named_event, plain_event};
use crate::dialect::Dialect;
use crate::error::ErrorClass;

/// How the vendors say it.
struct Wording {
    openai: (u16, &'static str, &'static str),
    anthropic: (u16, &'static str),
}

fn wording(class: ErrorClass) -> Wording {
    let (openai, anthropic) = match class {
        ErrorClass::RateLimited => {
            ((429, "rate_limit_error", "rate_limit_exceeded"), (429, "rate_limit_error"))
        }
        ErrorClass::QuotaExhausted => {
            ((429, "insufficient_quota", "insufficient_quota"), (402, "billing_error"))
        }
        ErrorClass::Overloaded => {
            ((503, "server_error", "server_is_overloaded"), (529, "overloaded_error"))
        }
        ErrorClass::ServerError => ((500, "server_error", "server_error"), (500, "api_error")),
        ErrorClass::Timeout => ((504, "timeout_error", "timeout"), (504, "timeout_error")),
        ErrorClass::BadRequest => {
            ((400, "invalid_request_error", "invalid_request"), (400, "invalid_request_error"))
        }
        ErrorClass::Authentication => {
            ((401, "invalid_request_error", "invalid_api_key"), (401, "authentication_error"))
        }
        ErrorClass::PermissionDenied => {
            ((403, "permission_error", "permission_denied"), (403, "permission_error"))
        }
        ErrorClass::NotFound => {
            ((404, "invalid_request_error", "model_not_found"), (404, "not_found_error"))
        }
        ErrorClass::ContextLength => (
            (400, "invalid_request_error", "context_length_exceeded"),
            (400, "invalid_request_error"),
        ),
        ErrorClass::ContentPolicy => (
            (400, "invalid_request_error", "content_policy_violation"),
            (400, "invalid_request_error"),
        ),
        // These are found by whoever calls the provider; to its own caller that is a bad gateway.
        ErrorClass::Connection
        | ErrorClass::Malformed
        | ErrorClass::Empty
        | ErrorClass::CutStream => ((502, "server_error", class.as_str()), (502, "api_error")),
    };
    Wording { openai, anthropic }
}

/// The status that goes with an error in this dialect.
pub fn error_status(dialect: Dialect, class: ErrorClass) -> u16 {
    let wording = wording(class);
    match dialect {
        Dialect::OpenAiChat | Dialect::OpenAiResponses => wording.openai.0,
        Dialect::Anthropic => wording.anthropic.0,
    }
}

/// The body of an error in this dialect.
pub fn error_body(dialect: Dialect, class: ErrorClass, message: &str) -> Vec<u8> {
    error_json(dialect, class, message).to_string().into_bytes()
}

fn error_json(dialect: Dialect, class: ErrorClass, message: &str) -> Value {
    let wording = wording(class);
    match dialect {
        Dialect::OpenAiChat | Dialect::OpenAiResponses => {
            let (_, kind, code) = wording.openai;
            json!({"error": {"message": message, "type": kind, "param": null, "code": code}})
        }
        Dialect::Anthropic => {
            let (_, kind) = wording.anthropic;
            json!({"type": "error", "error": {"type": kind, "message": message}})
        }
    }
}

/// The error as the last event of a stream that has begun, framed; nothing may follow it.
pub fn error_event(dialect: Dialect, class: ErrorClass, message: &str) -> Vec<u8> {
    match dialect {
        Dialect::OpenAiChat => plain_event(&error_json(dialect, class, message)),
        Dialect::OpenAiResponses => {
            let (_, _, code) = wording(class).openai;
            let event = json!({"type": "error", "code": code, "message": message, "param": null});
            named_event(&event)
        }
        Dialect::Anthropic => named_event(&error_json(dialect, class, message)),
    }
}
