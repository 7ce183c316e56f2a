//! Pure. Inferences as spans of OpenTelemetry, in OTLP's JSON with the names of the `GenAI` conventions.
//!
//! What was asked and answered is not part of them: it may hold personal data, and lies in the ledger.

use karat_records::{Endpoint, Inference, Outcome, Step};
use serde_json::{Value, json};

/// The name of the scope that made the spans.
const SCOPE: &str = "karat.gateway";

/// The body of `POST /v1/traces` for some inferences.
pub fn request(inferences: &[Inference], service: &str) -> Value {
    let spans: Vec<Value> = inferences.iter().flat_map(spans).collect();
    json!({
        "resourceSpans": [{
            "resource": { "attributes": [text("service.name", service)] },
            "scopeSpans": [{
                "scope": { "name": SCOPE, "version": env!("CARGO_PKG_VERSION") },
                "spans": spans,
            }],
        }],
    })
}

/// One span for the request, and one below it for each attempt.
fn spans(inference: &Inference) -> Vec<Value> {
    let (trace, root) = ids(&inference.id);
    let start_ns = inference.received_at_ms.unsigned_abs() * 1_000_000;
    let end_ns = start_ns + nanoseconds(inference.latency_ms);
    let operation = operation(inference.endpoint);
    let model = inference.asked.as_deref().unwrap_or_default();
    let usage = inference.usage.unwrap_or_default();
    let mut attributes = vec![
        text("gen_ai.operation.name", operation),
        text("gen_ai.provider.name", model.split_once('/').map_or("karat", |(name, _)| name)),
        text("gen_ai.request.model", model.split_once('/').map_or(model, |(_, name)| name)),
        text("karat.inference.id", &inference.id),
        text("karat.outcome", outcome(inference.outcome)),
        whole("http.response.status_code", u64::from(inference.status)),
        flag("gen_ai.request.stream", inference.streamed),
        flag("karat.unproven", inference.unproven),
        flag("karat.simulated", inference.simulated),
    ];
    let named = [
        ("karat.feature", &inference.feature),
        ("karat.variant", &inference.variant),
        ("gen_ai.response.model", &inference.served),
        ("gen_ai.response.id", &inference.response_id),
        ("gen_ai.conversation.id", &inference.conversation),
    ];
    attributes
        .extend(named.into_iter().filter_map(|(name, value)| Some(text(name, value.as_deref()?))));
    if inference.usage.is_some() {
        let input = usage.input_tokens + usage.cached_input_tokens + usage.cache_write_tokens;
        attributes.push(whole("gen_ai.usage.input_tokens", input));
        attributes.push(whole("gen_ai.usage.output_tokens", usage.output_tokens));
        attributes.push(whole("gen_ai.usage.cache_read.input_tokens", usage.cached_input_tokens));
        attributes
            .push(whole("gen_ai.usage.cache_creation.input_tokens", usage.cache_write_tokens));
    }
    if let Some(first) = inference.first_chunk_ms {
        attributes.push(double("gen_ai.response.time_to_first_chunk", first / 1000.0));
    }
    if let Some(cost) = inference.cost_usd {
        attributes.push(double("karat.cost_usd", cost));
    }
    if inference.outcome != Outcome::Answered {
        attributes.push(text("error.type", outcome(inference.outcome)));
    }
    let subject = inference.feature.as_deref().unwrap_or(model);
    let is_error = inference.outcome != Outcome::Answered;
    let mut all = vec![span(
        &Place { trace: &trace, id: &root, parent: None },
        &format!("{operation} {subject}"),
        (start_ns, end_ns),
        attributes,
        is_error,
    )];
    let mut from_ns = start_ns;
    for (number, step) in inference.attempts.iter().enumerate() {
        let to_ns = from_ns + nanoseconds(step.attempt.latency_ms);
        let id = child(&root, number);
        let place = Place { trace: &trace, id: &id, parent: Some(&root) };
        all.push(of_attempt(step, &place, operation, (from_ns, to_ns)));
        from_ns = to_ns;
    }
    all
}

fn of_attempt(step: &Step, place: &Place<'_>, operation: &str, times: (u64, u64)) -> Value {
    let (provider, model) =
        step.attempt.asked.split_once('/').unwrap_or(("karat", &step.attempt.asked));
    let mut attributes = vec![
        text("gen_ai.operation.name", operation),
        text("gen_ai.provider.name", provider),
        text("gen_ai.request.model", model),
    ];
    if let Some(served) = &step.attempt.served {
        attributes.push(text("gen_ai.response.model", served));
    }
    if let Some(variant) = &step.variant {
        attributes.push(text("karat.variant", variant));
    }
    if let Some(status) = step.attempt.status {
        attributes.push(whole("http.response.status_code", u64::from(status.unsigned_abs())));
    }
    if let Some(failure) = &step.attempt.failure {
        let kind = serde_json::to_value(failure.kind).unwrap_or_default();
        attributes.push(text("error.type", kind.as_str().unwrap_or("other")));
    }
    let name = format!("{operation} {model}");
    span(place, &name, times, attributes, step.attempt.failure.is_some())
}

/// Where a span belongs.
struct Place<'a> {
    trace: &'a str,
    id: &'a str,
    parent: Option<&'a str>,
}

fn span(
    place: &Place<'_>,
    name: &str,
    (start, end): (u64, u64),
    attributes: Vec<Value>,
    is_error: bool,
) -> Value {
    // Integers of 64 bits are texts in OTLP's JSON; a client's span has the kind 3, a server's 2.
    let mut span = json!({
        "traceId": place.trace,
        "spanId": place.id,
        "name": name,
        "kind": if place.parent.is_some() { 3 } else { 2 },
        "startTimeUnixNano": start.to_string(),
        "endTimeUnixNano": end.to_string(),
        "attributes": attributes,
        "status": if is_error { json!({ "code": 2 }) } else { json!({}) },
    });
    if let Some(parent) = place.parent {
        span["parentSpanId"] = parent.into();
    }
    span
}

/// Trace and span of an inference: its own id without dashes, and the random half of it.
fn ids(id: &str) -> (String, String) {
    let mut trace: String = id.chars().filter(char::is_ascii_hexdigit).take(32).collect();
    while trace.len() < 32 {
        trace.push('0');
    }
    let root = trace[16..].to_owned();
    (trace, root)
}

fn child(root: &str, number: usize) -> String {
    let own = u64::from_str_radix(root, 16).unwrap_or(1);
    format!("{:016x}", own.wrapping_add(number as u64 + 1))
}

fn operation(endpoint: Endpoint) -> &'static str {
    match endpoint {
        Endpoint::Embeddings => "embeddings",
        _ => "chat",
    }
}

fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered => "answered",
        Outcome::Failed => "failed",
        Outcome::Cut => "cut",
        Outcome::Cancelled => "cancelled",
    }
}

fn nanoseconds(ms: f64) -> u64 {
    (ms.max(0.0) * 1_000_000.0) as u64
}

fn text(name: &str, value: &str) -> Value {
    json!({ "key": name, "value": { "stringValue": value } })
}

fn whole(name: &str, value: u64) -> Value {
    json!({ "key": name, "value": { "intValue": value.to_string() } })
}

fn double(name: &str, value: f64) -> Value {
    json!({ "key": name, "value": { "doubleValue": value } })
}

fn flag(name: &str, value: bool) -> Value {
    json!({ "key": name, "value": { "boolValue": value } })
}

#[cfg(test)]
mod tests {
    use super::*;
    use karat_records::{Attempt, Failure, FailureKind, Fault, Usage};

    #[test]
    fn a_request_and_its_attempts_are_one_trace_without_what_was_said() {
        let attempt = |asked: &str, failure| Step {
            variant: Some("mini".into()),
            attempt: Attempt {
                asked: asked.into(),
                served: None,
                status: Some(503),
                latency_ms: 10.0,
                waited_ms: None,
                failure,
            },
        };
        let failure = Failure {
            kind: FailureKind::ServerError,
            message: "secret words".into(),
            fault: Fault::Provider,
        };
        let inference = Inference {
            id: "01a20a3e-2dbf-77f6-aa21-0a44ccbdc595".into(),
            received_at_ms: 1_800_000_000_000,
            endpoint: Endpoint::ChatCompletions,
            feature: Some("triage".into()),
            variant: Some("mini".into()),
            variant_hash: None,
            unproven: false,
            simulated: true,
            asked: Some("openai/gpt-5-mini".into()),
            served: Some("gpt-5-mini-2026".into()),
            fingerprint: None,
            response_id: Some("chatcmpl-1".into()),
            outcome: Outcome::Answered,
            status: 200,
            streamed: true,
            first_chunk_ms: Some(20.0),
            latency_ms: 30.0,
            usage: Some(Usage { input_tokens: 3, output_tokens: 2, ..Usage::default() }),
            usage_estimated: false,
            cost_usd: Some(0.01),
            conversation: None,
            user: Some("secret user".into()),
            key: None,
            tags: std::collections::BTreeMap::default(),
            attempts: vec![
                attempt("openai/dead", Some(failure)),
                attempt("openai/gpt-5-mini", None),
            ],
            inputs: None,
            request: "secret request".into(),
            text: "secret answer".into(),
            tool_calls: Vec::new(),
        };
        let sent = request(std::slice::from_ref(&inference), "helpdesk");
        assert!(!sent.to_string().contains("secret"), "{sent}");
        let spans = sent["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap();
        assert_eq!(spans.len(), 3);
        assert_eq!(spans[0]["traceId"].as_str().unwrap().len(), 32);
        assert_eq!(spans[1]["parentSpanId"], spans[0]["spanId"]);
        assert_ne!(spans[1]["spanId"], spans[2]["spanId"]);
        assert_eq!(spans[1]["status"]["code"], 2);
        let named = |name: &str| {
            let attributes = spans[0]["attributes"].as_array().unwrap();
            attributes.iter().find(|one| one["key"] == name).unwrap()["value"].clone()
        };
        assert_eq!(named("gen_ai.provider.name")["stringValue"], "openai");
        assert_eq!(named("gen_ai.usage.input_tokens")["intValue"], "3");
        assert_eq!(named("gen_ai.response.model")["stringValue"], "gpt-5-mini-2026");
    }
}
