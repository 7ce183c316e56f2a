//! The table of contents of the server: which address is answered where.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use futures_util::FutureExt as _;
use hyper::http::uri::Authority;
use hyper::{Request, StatusCode};

use super::answer::{self, Answer};
use super::doors::Doors;
use super::{assistants, call, guard, page, session, visitors};
use crate::operations;
use crate::surfaces::problem::Problem;
use crate::surfaces::{openapi, web};

/// All addresses.
pub fn router(doors: Arc<Doors>) -> Router {
    Router::new()
        .route("/healthz", get(healthy))
        .route("/session", post(session::open).get(session::show).delete(session::close))
        .route("/page/{run}", get(page::show))
        .route("/prototype/{token}", post(visitors::view))
        .route("/prototype/{token}/try", post(visitors::attempt))
        .route("/prototype/{token}/thumb", post(visitors::thumb))
        .route("/mcp", any(assistants::call))
        .route("/api/v1/openapi.json", get(described))
        .route("/api/v1/{operation}", post(call::call))
        .fallback(web::files)
        .method_not_allowed_fallback(wrong_method)
        .layer(middleware::from_fn_with_state(Arc::clone(&doors), guarded))
        .with_state(doors)
}

/// Doors that only our own pages and programs may use.
const PRIVATE: [&str; 5] = ["/api", "/session", "/mcp", "/page", "/prototype"];

/// Doors that answer to programs: another site's page is refused before anything is read.
const CALLED: [&str; 4] = ["/api", "/session", "/mcp", "/prototype"];

async fn guarded(State(doors): State<Arc<Doors>>, request: Request<Body>, next: Next) -> Response {
    let path = request.uri().path();
    let is_in = |doors: &[&str]| doors.iter().any(|door| is_below(path, door));
    let is_private = is_in(&PRIVATE);
    let authority = request.uri().authority().map(Authority::as_str);
    let refusal = match path {
        // Health checks come by address, and learn nothing.
        "/healthz" => None,
        _ => guard::refusal(&doors.hosts, request.headers(), authority)
            .or_else(|| is_in(&CALLED).then(|| guard::foreign(&doors.hosts, request.headers()))?),
    };
    let mut response = match refusal {
        Some(message) => Problem::new(403, &message).into_response(),
        None => match AssertUnwindSafe(next.run(request)).catch_unwind().await {
            Ok(response) => response,
            Err(_) => answer::inside(doors.app.clock, "a request panicked").into_response(),
        },
    };
    guard::protect(response.headers_mut(), is_private);
    response
}

fn is_below(path: &str, door: &str) -> bool {
    path.strip_prefix(door).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

async fn healthy() -> &'static str {
    "fine\n"
}

async fn described(State(doors): State<Arc<Doors>>) -> Response {
    match openapi::openapi(&operations::table()) {
        Ok(description) => Answer::done(&description).into_response(),
        Err(clash) => answer::inside(doors.app.clock, &clash.to_string()).into_response(),
    }
}

async fn wrong_method(request: Request<Body>) -> Response {
    let (method, path) = (request.method(), request.uri().path());
    let problem = Problem::new(405, &format!("{path} does not take {method}"));
    (StatusCode::METHOD_NOT_ALLOWED, problem.into_response()).into_response()
}
