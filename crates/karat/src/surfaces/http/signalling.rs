//! /v1/signals: what people did with answers, also from pages of others with a key that can do nothing else; and the script for such pages.

use std::net::SocketAddr;

use axum::body::Body;
use http_body_util::{BodyExt, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::{self, HeaderMap, HeaderName};
use hyper::{Method, Request, Response, StatusCode};
use serde_json::json;

use super::doors::Doors;
use super::guard;
use super::infer::{sent, token};
use crate::gateway::reply::Reply;
use crate::people::enter;
use crate::signals::accept::{self, AcceptError};
use crate::signals::decode::{DecodeError, MOST_BYTES};
use crate::signals::script;

/// Pages of others may load the script.
const SHARED: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Answers one request.
pub async fn answer(doors: &Doors, peer: SocketAddr, request: Request<Incoming>) -> Response<Body> {
    let reply = match (request.uri().path(), request.method()) {
        ("/karat.js", &Method::GET | &Method::HEAD) => served_script(),
        ("/v1/signals", &Method::OPTIONS) => preflight(),
        ("/v1/signals", &Method::POST) => take(doors, peer, request).await,
        (path, _) => told(405, &format!("{path} does not answer to this method")),
    };
    // Whoever may send signals may send them from any page: the key can do nothing else.
    reply.with(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*").into_response().map(sent)
}

fn served_script() -> Reply {
    let body = Bytes::from_static(script::script().as_bytes());
    Reply::whole(StatusCode::OK, "text/javascript; charset=utf-8", body)
        .with(header::CACHE_CONTROL, "public, max-age=3600")
        .with(SHARED, "cross-origin")
}

fn preflight() -> Reply {
    Reply::whole(StatusCode::NO_CONTENT, "text/plain", Bytes::new())
        .with(header::ACCESS_CONTROL_ALLOW_METHODS, "POST")
        .with(header::ACCESS_CONTROL_ALLOW_HEADERS, "authorization, content-type")
        .with(header::ACCESS_CONTROL_MAX_AGE, "86400")
}

async fn take(doors: &Doors, peer: SocketAddr, request: Request<Incoming>) -> Reply {
    if let Some(refused) = permitted(doors, peer, &request).await {
        return refused;
    }
    let (parts, body) = request.into_parts();
    if let Some(encoding) = parts.headers.get(header::CONTENT_ENCODING) {
        let encoding = encoding.to_str().unwrap_or("?");
        return told(415, &format!("the body is packed as {encoding}\n  next: send it as it is"));
    }
    let bytes = match read(doors, &parts.headers, body).await {
        Ok(bytes) => bytes,
        Err(refused) => return refused,
    };
    let store = match doors.app.store() {
        Ok(store) => store,
        Err(error) => return told(503, &format!("signals cannot be kept now: {error}")),
    };
    match accept::accept(&store, doors.app.clock, &bytes).await {
        Ok(receipt) => {
            doors.gateway.counters.signalled(receipt.taken as u64);
            let body = serde_json::to_vec(&receipt).unwrap_or_default();
            Reply::whole(StatusCode::ACCEPTED, "application/json", body.into())
        }
        Err(AcceptError::Decode(error @ DecodeError::TooLarge(_))) => told(413, &error.to_string()),
        Err(AcceptError::Decode(error)) => told(400, &error.to_string()),
        Err(AcceptError::Store(_)) => {
            told(503, "signals cannot be kept at the moment\n  next: send them again later")
        }
    }
}

/// Why these signals are not taken; `None` where they are.
async fn permitted(doors: &Doors, peer: SocketAddr, request: &Request<Incoming>) -> Option<Reply> {
    let headers = request.headers();
    if let Some(message) = guard::refusal(&doors.hosts, headers, None) {
        return Some(told(403, &message));
    }
    let in_address = request.uri().query().and_then(|query| {
        query.split('&').find_map(|pair| pair.strip_prefix("key=")).filter(|key| !key.is_empty())
    });
    // `sendBeacon` cannot send headers, so the key may stand in the address.
    let key = in_address.or_else(|| token(headers));
    let found = match key {
        Some(key) => enter::of_key(&doors.app, key).await,
        None => Ok(None),
    };
    match found {
        Ok(Some(key)) if key.role.may_signal() => None,
        Ok(Some(key)) => Some(told(
            403,
            &format!(
                "the key \"{}\" may not send signals\n  next: `karat token create NAME --role signals` makes one that may",
                key.name
            ),
        )),
        Err(_) => Some(told(503, "keys cannot be looked up at the moment")),
        Ok(None) => {
            let is_here = peer.ip().is_loopback() && doors.is_local && key.is_none();
            let is_own = guard::foreign(&doors.hosts, headers).is_none();
            let is_free = !doors.gateway.snapshot().settings.needs_keys;
            if is_here && is_own && is_free {
                return None;
            }
            Some(told(
                401,
                "a key that may send signals is needed\n  next: `karat token create NAME --role signals` makes one that a web page may hold",
            ))
        }
    }
}

async fn read(doors: &Doors, headers: &HeaderMap, body: Incoming) -> Result<Bytes, Reply> {
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let too_large = || told(413, &DecodeError::TooLarge(length.unwrap_or(MOST_BYTES)).to_string());
    if length.is_some_and(|length| length > MOST_BYTES) {
        return Err(too_large());
    }
    let reading = Limited::new(body, MOST_BYTES).collect();
    match tokio::time::timeout(doors.limits.body, reading).await {
        Err(_) => Err(told(408, "the body did not arrive in time")),
        Ok(Ok(whole)) => Ok(whole.to_bytes()),
        Ok(Err(error)) if error.is::<http_body_util::LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(told(400, "the body broke off")),
    }
}

fn told(status: u16, message: &str) -> Reply {
    let body = json!({ "error": { "message": message } }).to_string();
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    Reply::whole(status, "application/json", body.into())
}
