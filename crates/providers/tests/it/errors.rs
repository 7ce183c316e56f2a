//! Failures: what they mean and in whose words.

use std::time::Duration;

use karat_providers::{Dialect, ErrorClass, HttpResponse, Usage, decode};

use crate::{NOW, decode_body};

fn error(status: u16, body: &str) -> karat_providers::ProviderError {
    decode_body(Dialect::OpenAiChat, status, body.as_bytes()).expect_err("an error")
}

/// Bodies as vendors and compatible servers send them.
const REPORTS: [(u16, &str, ErrorClass); 29] = [
    (
        401,
        r#"{"error":{"message":"Incorrect API key provided: sk-abcd1234efgh5678. You can find your API key at https://platform.openai.com/account/api-keys.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
        ErrorClass::Authentication,
    ),
    (
        429,
        r#"{"error":{"message":"Rate limit reached for gpt-4o","type":"requests","param":null,"code":"rate_limit_exceeded"}}"#,
        ErrorClass::RateLimited,
    ),
    (
        429,
        r#"{"error":{"message":"You exceeded your current quota, please check your plan and billing details.","type":"insufficient_quota","param":null,"code":"insufficient_quota"}}"#,
        ErrorClass::QuotaExhausted,
    ),
    (
        400,
        r#"{"error":{"message":"This model's maximum context length is 128000 tokens.","type":"invalid_request_error","param":"messages","code":"context_length_exceeded"}}"#,
        ErrorClass::ContextLength,
    ),
    (
        400,
        r#"{"error":{"message":"Your request was rejected","type":"invalid_request_error","param":null,"code":"content_policy_violation"}}"#,
        ErrorClass::ContentPolicy,
    ),
    (
        400,
        r#"{"error":{"message":"Unknown parameter: 'foo'.","type":"invalid_request_error","param":"foo","code":"unknown_parameter"}}"#,
        ErrorClass::BadRequest,
    ),
    (
        404,
        r#"{"error":{"message":"The model `gpt-9` does not exist","type":"invalid_request_error","param":null,"code":"model_not_found"}}"#,
        ErrorClass::NotFound,
    ),
    (
        500,
        r#"{"error":{"message":"The server had an error","type":"server_error","param":null,"code":null}}"#,
        ErrorClass::ServerError,
    ),
    (
        503,
        r#"{"error":{"message":"Slow down","type":"service_unavailable","code":"slow_down"}}"#,
        ErrorClass::Overloaded,
    ),
    (
        401,
        r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#,
        ErrorClass::Authentication,
    ),
    (
        403,
        r#"{"type":"error","error":{"type":"permission_error","message":"no access"}}"#,
        ErrorClass::PermissionDenied,
    ),
    (
        404,
        r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-9"},"request_id":"req_1"}"#,
        ErrorClass::NotFound,
    ),
    (
        413,
        r#"{"type":"error","error":{"type":"request_too_large","message":"Request exceeds the maximum size"}}"#,
        ErrorClass::BadRequest,
    ),
    (
        429,
        r#"{"type":"error","error":{"type":"rate_limit_error","message":"slow"}}"#,
        ErrorClass::RateLimited,
    ),
    (
        500,
        r#"{"type":"error","error":{"type":"api_error","message":"Internal server error"}}"#,
        ErrorClass::ServerError,
    ),
    (
        529,
        r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
        ErrorClass::Overloaded,
    ),
    (
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}"#,
        ErrorClass::ContextLength,
    ),
    (
        400,
        r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}"#,
        ErrorClass::QuotaExhausted,
    ),
    (404, r#"{"error":"model 'x' not found, try pulling it first"}"#, ErrorClass::NotFound),
    (
        400,
        r#"{"object":"error","message":"This model's maximum context length is 4096 tokens.","type":"BadRequestError","param":null,"code":400}"#,
        ErrorClass::ContextLength,
    ),
    (
        422,
        r#"{"detail":[{"loc":["body","model"],"msg":"field required"}]}"#,
        ErrorClass::BadRequest,
    ),
    (
        400,
        r#"[{"error":{"code":400,"message":"Invalid value","status":"INVALID_ARGUMENT"}}]"#,
        ErrorClass::BadRequest,
    ),
    (408, "", ErrorClass::Timeout),
    (409, "{}", ErrorClass::ServerError),
    (504, "<html><title>504 Gateway Time-out</title></html>", ErrorClass::Timeout),
    (502, "<!DOCTYPE html><html>Bad gateway</html>", ErrorClass::ServerError),
    (200, r#"{"error":{"message":"Provider returned error","code":502}}"#, ErrorClass::ServerError),
    (200, r#"{"error":{"message":"Rate limited upstream","code":429}}"#, ErrorClass::RateLimited),
    (
        200,
        r#"{"id":"1","choices":[{"error":{"code":503,"message":"no capacity"},"message":{"content":""}}]}"#,
        ErrorClass::Overloaded,
    ),
];

#[test]
fn every_vendors_report_has_its_class() {
    for (status, body, class) in REPORTS {
        let error = error(status, body);
        assert_eq!(error.class, class, "{status} {body}");
        assert_eq!(error.status, Some(status));
    }
}

#[test]
fn the_providers_own_words_are_kept_and_keys_are_not() {
    let shown: Vec<String> =
        REPORTS.iter().map(|(status, body, _)| error(*status, body).to_string()).collect();
    insta::assert_snapshot!(shown.join("\n"));
}

#[test]
fn what_is_no_answer_is_malformed() {
    for body in [
        "<!doctype html><title>Sign in</title>",
        "",
        "null",
        "[]",
        "{}",
        "\"hello\"",
        "{\"choices\": 3}",
        "{\"choices\": [{\"text\": \"x\"}]}",
        "{\"choices\": [{\"message\": {\"tool_calls\": [{}]}}]}",
        "{\"choices\": [{\"message\":",
        "\u{feff}{}",
    ] {
        assert_eq!(error(200, body).class, ErrorClass::Malformed, "{body}");
    }
    for dialect in [Dialect::OpenAiResponses, Dialect::Anthropic] {
        let error = decode_body(dialect, 200, b"{\"id\": \"1\"}").unwrap_err();
        assert_eq!((error.class, error.status), (ErrorClass::Malformed, Some(200)));
    }
}

#[test]
fn a_redirect_is_malformed_and_not_a_success() {
    assert_eq!(error(302, "").class, ErrorClass::Malformed);
}

#[test]
fn an_empty_answer_is_an_error_that_says_what_it_cost() {
    let body = r#"{"choices":[{"message":{"content":""},"finish_reason":"length"}],"usage":{"prompt_tokens":5,"completion_tokens":100}}"#;
    let error = error(200, body);
    assert_eq!(error.class, ErrorClass::Empty);
    assert!(error.message.contains("raise max_tokens"));
    let usage = Usage { input_tokens: Some(5), output_tokens: Some(100), ..Usage::default() };
    assert_eq!(error.usage.as_deref(), Some(&usage));
}

#[test]
fn no_choices_and_no_content_are_empty_in_each_dialect() {
    for (dialect, body) in [
        (Dialect::OpenAiChat, r#"{"choices":[]}"#),
        (Dialect::OpenAiResponses, r#"{"status":"completed","output":[{"type":"reasoning"}]}"#),
        (Dialect::Anthropic, r#"{"content":[],"stop_reason":"end_turn"}"#),
    ] {
        let error = decode_body(dialect, 200, body.as_bytes()).unwrap_err();
        assert_eq!(error.class, ErrorClass::Empty);
    }
}

#[test]
fn an_answer_that_the_filter_removed_is_a_matter_of_policy() {
    let body = r#"{"choices":[{"message":{"content":null},"finish_reason":"content_filter"}]}"#;
    assert_eq!(error(200, body).class, ErrorClass::ContentPolicy);
}

#[test]
fn a_failed_response_of_status_200_is_an_error() {
    let body = br#"{"status":"failed","output":[],"error":{"code":"server_error","message":"The model failed to generate a response."}}"#;
    let error = decode_body(Dialect::OpenAiResponses, 200, body).unwrap_err();
    assert_eq!(error.class, ErrorClass::ServerError);
    assert_eq!(error.code.as_deref(), Some("server_error"));
}

#[test]
fn the_wait_that_the_provider_asks_for_is_part_of_the_error() {
    let headers = [("Retry-After".to_owned(), "3".to_owned())];
    let response = HttpResponse { status: 429, headers: &headers, body: b"{}", received_at: NOW };
    let error = decode(Dialect::Anthropic, &response).unwrap_err();
    assert_eq!(error.retry_after, Some(Duration::from_secs(3)));
}

#[test]
fn only_what_may_pass_is_retried() {
    let retried: Vec<&str> = ErrorClass::ALL
        .iter()
        .filter(|class| class.retryable())
        .map(|class| class.as_str())
        .collect();
    insta::assert_snapshot!(retried.join(" "), @"rate_limited overloaded server_error timeout connection malformed empty cut_stream");
}
