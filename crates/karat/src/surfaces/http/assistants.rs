//! /mcp: lets assistants with a key in, and hands them to the tools.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http_body_util::Full;
use hyper::Request;
use rmcp::transport::streamable_http_server::session::never::NeverSessionManager;
use rmcp::transport::streamable_http_server::{StreamableHttpServerConfig, StreamableHttpService};

use super::doors::Doors;
use super::{answer, caller};
use crate::surfaces::mcp::{Home, Tools};

/// Each request stands alone: nothing is kept between two of them, so that a revoked key ends at once.
pub async fn call(State(doors): State<Arc<Doors>>, request: Request<Body>) -> Response {
    let caller = match caller::find_for_write(&doors, request.headers()).await {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    let (mut parts, body) = request.into_parts();
    let bytes = match answer::bytes(&doors, Request::from_parts(parts.clone(), body)).await {
        Ok(bytes) => bytes,
        Err(problem) => return problem.into_response(),
    };
    parts.extensions.insert(caller);
    let config = StreamableHttpServerConfig::default()
        .with_legacy_session_mode(false)
        .with_sse_keep_alive(Some(Duration::from_secs(15)))
        .with_max_request_body_bytes(doors.limits.body_bytes)
        // The guard has looked at Host and Origin, with the names that were allowed.
        .disable_allowed_hosts()
        .disable_allowed_origins();
    let sessions = Arc::new(NeverSessionManager::default());
    let tools = Tools::new(Home::Server(Arc::clone(&doors)));
    let service = StreamableHttpService::new(move || Ok(tools.clone()), sessions, config);
    service.handle(Request::from_parts(parts, Full::new(bytes))).await.map(Body::new)
}
