//! /v1: the addresses that applications know from `OpenAI` and Anthropic, answered by the gateway.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap};
use hyper::{Method, Request, Response, StatusCode};
use karat_providers::{Dialect, ErrorClass, respond};
use karat_records::Endpoint;
use serde_json::json;

use super::doors::Doors;
use super::{guard, signalling};
use crate::gateway::asked::{Asked, dialect};
use crate::gateway::budget::{KeyUse, Limits};
use crate::gateway::reply::{Reply, ReplyBody};
use crate::gateway::trouble::Trouble;
use crate::gateway::{Gateway, count, life, target};
use crate::people::enter::{self, Key};

/// Whether an address is one of these.
pub fn is_ours(path: &str) -> bool {
    path.starts_with("/v1/") || matches!(path, "/metrics" | "/readyz" | "/karat.js")
}

/// Answers one request.
pub async fn answer(
    doors: Arc<Doors>,
    peer: SocketAddr,
    request: Request<Incoming>,
) -> Response<Body> {
    let path = request.uri().path().to_owned();
    let reply = match path.as_str() {
        "/v1/signals" | "/karat.js" => return signalling::answer(&doors, peer, request).await,
        "/metrics" => metrics(&doors, peer, request.headers()).await,
        "/readyz" => ready(&doors.gateway),
        _ => infer(&doors, peer, request, &path).await,
    };
    reply.into_response().map(sent)
}

async fn infer(doors: &Doors, peer: SocketAddr, request: Request<Incoming>, path: &str) -> Reply {
    let is_get = *request.method() == Method::GET;
    let spoken = spoken(path, request.headers());
    if let Some(trouble) = refused(doors, request.headers(), spoken) {
        return trouble.reply();
    }
    let key = match permitted(doors, peer, request.headers(), spoken).await {
        Ok(key) => key,
        Err(trouble) => return trouble.reply(),
    };
    let endpoint = match path {
        "/v1/models" if is_get => return models(&doors.gateway, spoken, None),
        _ if is_get && path.starts_with("/v1/models/") => {
            return models(&doors.gateway, spoken, path.strip_prefix("/v1/models/"));
        }
        "/v1/chat/completions" => Endpoint::ChatCompletions,
        "/v1/responses" => Endpoint::Responses,
        "/v1/messages" | "/v1/messages/count_tokens" => Endpoint::Messages,
        "/v1/embeddings" => Endpoint::Embeddings,
        _ => {
            return Trouble::new(spoken, ErrorClass::NotFound, "there is nothing at this address")
                .reply();
        }
    };
    if *request.method() != Method::POST {
        let message = format!("{path} is asked with POST");
        return Trouble::new(spoken, ErrorClass::BadRequest, &message).with_status(405).reply();
    }
    let (parts, body) = request.into_parts();
    let bytes = match read(doors, &parts.headers, body, spoken).await {
        Ok(bytes) => bytes,
        Err(trouble) => return trouble.reply(),
    };
    let asked = match Asked::read(endpoint, &parts.headers, bytes) {
        Ok(asked) => asked,
        Err(reason) => return Trouble::new(spoken, ErrorClass::BadRequest, &reason).reply(),
    };
    if path.ends_with("/count_tokens") {
        return count::count(&doors.gateway, &asked).await;
    }
    life::serve(Arc::clone(&doors.gateway), asked, key.map(used)).await
}

/// A key as the gateway reckons with it.
fn used(key: Key) -> KeyUse {
    let limits = Limits {
        usd_per_day: key.limits.budget_usd_per_day,
        requests_per_minute: key.limits.requests_per_minute,
        tokens_per_minute: key.limits.tokens_per_minute,
    };
    KeyUse { id: key.id, name: key.name, limits }
}

/// The dialect in which an error is told.
fn spoken(path: &str, headers: &HeaderMap) -> Dialect {
    match path {
        "/v1/messages" | "/v1/messages/count_tokens" => dialect(Endpoint::Messages),
        "/v1/responses" => dialect(Endpoint::Responses),
        _ if headers.contains_key("anthropic-version") => Dialect::Anthropic,
        _ => Dialect::OpenAiChat,
    }
}

/// Names and pages of others, as everywhere on this server.
fn refused(doors: &Doors, headers: &HeaderMap, spoken: Dialect) -> Option<Trouble> {
    let message = guard::refusal(&doors.hosts, headers, None)
        .or_else(|| guard::foreign(&doors.hosts, headers))?;
    Some(Trouble::new(spoken, ErrorClass::PermissionDenied, &message))
}

/// Who asks: a key that may; or nobody in particular on this machine, where the project allows it.
async fn permitted(
    doors: &Doors,
    peer: SocketAddr,
    headers: &HeaderMap,
    spoken: Dialect,
) -> Result<Option<Key>, Trouble> {
    let refuse = |class, message: &str| Err(Trouble::new(spoken, class, message));
    let token = token(headers);
    let key = match token {
        Some(token) => enter::of_key(&doors.app, token).await,
        None => Ok(None),
    };
    match key {
        Err(_) => refuse(ErrorClass::ServerError, "keys cannot be looked up at the moment"),
        Ok(Some(key)) if key.role.may_infer() => Ok(Some(key)),
        Ok(Some(key)) => refuse(
            ErrorClass::PermissionDenied,
            &format!(
                "the key \"{}\" may not ask for answers\n  next: `karat token create NAME --role infer` makes one that may",
                key.name
            ),
        ),
        Ok(None) if token.is_some_and(|token| token.starts_with("karat_")) => {
            refuse(ErrorClass::Authentication, "the key is not known or was revoked")
        }
        Ok(None) => {
            let is_here = peer.ip().is_loopback() && doors.is_local;
            if is_here && !doors.gateway.snapshot().settings.needs_keys {
                return Ok(None);
            }
            refuse(
                ErrorClass::Authentication,
                "a key of this server is needed\n  next: `karat token create NAME --role infer` makes one; it is sent as the API key",
            )
        }
    }
}

/// The key, where either vendor's clients put it.
pub fn token(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers
        .get(header::AUTHORIZATION)
        .and_then(|value| value.to_str().ok()?.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
        .map(|(_, token)| token.trim());
    bearer.or_else(|| headers.get("x-api-key")?.to_str().ok().map(str::trim))
}

/// A request's body, within the limits.
async fn read(
    doors: &Doors,
    headers: &HeaderMap,
    body: Incoming,
    spoken: Dialect,
) -> Result<Bytes, Trouble> {
    let most = doors.limits.body_bytes;
    let refuse = |status, message: &str| {
        Trouble::new(spoken, ErrorClass::BadRequest, message).with_status(status)
    };
    let too_large = || {
        let message = format!("the request has more than {} MB", most >> 20);
        refuse(413, &message)
    };
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    let reading = Limited::new(body, most).collect();
    match tokio::time::timeout(doors.limits.body, reading).await {
        Err(_) => Err(refuse(408, "the request did not arrive in time")),
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(refuse(400, "the request broke off")),
    }
}

/// The list of what can be asked, or one entry of it.
fn models(gateway: &Gateway, spoken: Dialect, one: Option<&str>) -> Reply {
    let snapshot = gateway.snapshot();
    let names = target::names(&snapshot);
    let created = snapshot.read_at_ms.unsigned_abs() / 1000;
    let json = |body: Vec<u8>| Reply::whole(StatusCode::OK, "application/json", body.into());
    let Some(one) = one else {
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        return json(respond::models_body(spoken, &names, created));
    };
    if !names.iter().any(|name| name == one) {
        let message = format!("there is no model {one} here");
        return Trouble::new(spoken, ErrorClass::NotFound, &message).reply();
    }
    let list = respond::models_body(spoken, &[one], created);
    let list: serde_json::Value = serde_json::from_slice(&list).unwrap_or_default();
    json(list["data"][0].to_string().into_bytes())
}

/// Counts for Prometheus, for callers on this machine and for those with a key that reads.
async fn metrics(doors: &Doors, peer: SocketAddr, headers: &HeaderMap) -> Reply {
    let may_read = match token(headers) {
        Some(token) => {
            enter::of_token(&doors.app, token).await.is_ok_and(|person| person.is_some())
        }
        None => peer.ip().is_loopback() && doors.is_local,
    };
    if !may_read || guard::refusal(&doors.hosts, headers, None).is_some() {
        let message =
            "a key that may read is needed\n  next: `karat token create prometheus --role viewer`";
        return Trouble::new(Dialect::OpenAiChat, ErrorClass::Authentication, message).reply();
    }
    let text = doors.gateway.counters.prometheus();
    Reply::whole(StatusCode::OK, "text/plain; version=0.0.4; charset=utf-8", text.into())
}

/// Whether requests can be answered now, and what is in the way.
fn ready(gateway: &Gateway) -> Reply {
    let problem = gateway.problem();
    let is_store_fine = !gateway.is_store_broken();
    let is_ready = is_store_fine && gateway.serves_something();
    let body = json!({
        "ready": is_ready,
        "store": if is_store_fine { "fine" } else { "the last inference could not be recorded" },
        "files": problem.as_deref().unwrap_or("fine"),
    });
    let status = if is_ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    Reply::whole(status, "application/json", body.to_string().into())
}

/// As the server sends it.
pub fn sent(body: ReplyBody) -> Body {
    Body::new(body)
}
