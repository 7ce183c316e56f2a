//! /v1/signals: what people did with answers, also from pages of others with a key that can do nothing else; and the script for such pages.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::{Request, Response, StatusCode};
use karat_providers::{Dialect, ErrorClass};

use super::doors::Doors;
use super::infer::sent;
use crate::gateway::trouble::Trouble;

/// Answers one request.
pub async fn answer(
    doors: &Arc<Doors>,
    _peer: SocketAddr,
    _request: Request<Incoming>,
) -> Response<Body> {
    let _ = (doors, StatusCode::OK);
    Trouble::new(Dialect::OpenAiChat, ErrorClass::NotFound, "signals are not taken here yet")
        .reply()
        .into_response()
        .map(sent)
}
