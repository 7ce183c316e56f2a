//! How many tokens a request has: the provider's own count where it offers one, otherwise an estimate that says so.

use std::time::Duration;

use hyper::StatusCode;
use hyper::header::{HeaderName, HeaderValue};
use karat_providers::{Dialect, ErrorClass, authorization};
use serde_json::json;

use super::Gateway;
use super::asked::Asked;
use super::attempt;
use super::body::Body;
use super::reply::Reply;
use super::snapshot::Way;
use super::target;
use super::trouble::Trouble;

/// For the provider's count.
const LIMIT: Duration = Duration::from_secs(30);

/// By which an answer says that it is no count.
const ESTIMATED: HeaderName = HeaderName::from_static("x-karat-estimated");

/// Counts the tokens of a request; nothing is recorded, because nothing is answered.
pub async fn count(gateway: &Gateway, asked: &Asked) -> Reply {
    let dialect = asked.dialect();
    let snapshot = gateway.snapshot();
    let found = match target::find(&snapshot, &asked.model) {
        Ok(found) => found,
        Err(nobody) => return Trouble::new(dialect, nobody.class, &nobody.message).reply(),
    };
    let Some(candidate) = found.candidates.first() else {
        return Trouble::new(dialect, ErrorClass::Overloaded, "no variant may answer").reply();
    };
    let Way::Model(model) = &candidate.way else { return estimate(asked.body.bytes().len()) };
    let is_native = model.provider.dialect == Dialect::Anthropic;
    let composed = attempt::compose(model, asked, is_native, &[]);
    let body = match composed {
        Ok(body) => body,
        Err(reason) => return Trouble::new(dialect, ErrorClass::BadRequest, &reason).reply(),
    };
    if !is_native {
        return estimate(body.len());
    }
    let key = model.key.as_deref().map(|key| authorization(model.provider.dialect, key));
    let body = only_counted(body);
    let usual = [("content-type", "application/json"), ("anthropic-version", "2023-06-01")];
    let passed = asked.passed.iter().map(|(name, value)| (name.as_str(), value.clone()));
    let is_passed = |name: &str| asked.passed.iter().any(|(known, _)| known == name);
    let headers = usual
        .into_iter()
        .filter(|(name, _)| !is_passed(name))
        .map(|(name, value)| (name, value.to_owned()))
        .chain(passed)
        .chain(key)
        .filter_map(|(name, value)| {
            Some((
                HeaderName::from_bytes(name.as_bytes()).ok()?,
                HeaderValue::from_str(&value).ok()?,
            ))
        });
    let limits = attempt::limits(&model.provider, LIMIT);
    let opened = gateway
        .app
        .upstream
        .open(&model.provider, "/v1/messages/count_tokens", headers.collect(), body.into(), limits)
        .await;
    let counted = match opened {
        Ok(opened) if opened.status == 200 => opened.chunks.whole(1 << 20).await.ok(),
        _ => None,
    };
    match counted {
        Some(body) => Reply::whole(StatusCode::OK, "application/json", body),
        None => estimate(asked.body.bytes().len()),
    }
}

/// Members that only an answer needs; where tokens are counted they are refused.
const OF_ANSWERS: [&str; 8] = [
    "max_tokens",
    "metadata",
    "service_tier",
    "stop_sequences",
    "stream",
    "temperature",
    "top_k",
    "top_p",
];

/// The request without what only an answer needs, such as the limit that a variant sets.
fn only_counted(body: Vec<u8>) -> Vec<u8> {
    let changes = OF_ANSWERS.map(|name| (name, None));
    match Body::read(body.clone().into()) {
        Ok(read) => read.spliced(&changes),
        Err(_) => body,
    }
}

/// Four bytes a token.
fn estimate(n_bytes: usize) -> Reply {
    let body = json!({ "input_tokens": n_bytes.div_ceil(4) }).to_string();
    Reply::whole(StatusCode::OK, "application/json", body.into()).with(ESTIMATED, "true")
}
