//! Answers as they are sent: JSON, or a problem.

use std::panic::AssertUnwindSafe;

use axum::body::{Body, Bytes};
use axum::response::{IntoResponse, Response};
use futures_util::FutureExt as _;
use hyper::header::{self, HeaderValue};
use hyper::{Request, StatusCode};
use serde::Serialize;
use serde_json::Value;

use super::doors::Doors;
use crate::app::App;
use crate::clock::Clock;
use crate::operations::Operation;
use crate::surfaces::problem::Problem;

/// What an operation came to, ready to be sent, also a second time.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// 200, or the problem's status.
    pub status: u16,
    /// JSON.
    pub body: Bytes,
}

impl Answer {
    /// An answer without a problem.
    pub fn done(value: &impl Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(body) => Self { status: 200, body: body.into() },
            Err(_) => Self::problem(&Problem::new(500, "the answer is no JSON")),
        }
    }

    /// A problem.
    pub fn problem(problem: &Problem) -> Self {
        let body = serde_json::to_vec(problem).unwrap_or_default();
        Self { status: problem.status, body: body.into() }
    }

    /// Whether it is no problem.
    pub fn is_done(&self) -> bool {
        self.status == 200
    }
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let kind = if self.is_done() { "application/json" } else { "application/problem+json" };
        let is_too_many = self.status == 429;
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
        if is_too_many {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        if self.status == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        Answer::problem(&self).into_response()
    }
}

/// Calls an operation; whatever happens in it becomes an answer.
pub async fn of_call(app: App, operation: &Operation, input: Value) -> Answer {
    let clock = app.clock;
    match AssertUnwindSafe(operation.call(app, input)).catch_unwind().await {
        Ok(Ok(value)) => Answer::done(&value),
        Ok(Err(error)) => Answer::problem(&broken(clock, &error)),
        Err(_) => Answer::problem(&inside(clock, &format!("{} panicked", operation.name))),
    }
}

/// The problem of an error; what broke inside is printed here and told nobody.
pub fn broken(clock: Clock, error: &anyhow::Error) -> Problem {
    Problem::of(error).unwrap_or_else(|| inside(clock, &format!("{error:#}")))
}

/// Prints what broke inside under a name that the caller is told.
pub fn inside(clock: Clock, words: &str) -> Problem {
    let id = clock.new_id();
    anstream::eprintln!("error: {id}: {words}");
    Problem::inside(&id)
}

/// The JSON of a request's body, read within the limits.
pub async fn json(doors: &Doors, request: Request<Body>) -> Result<Value, Problem> {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.and_then(|kind| kind.split(';').next()).map(str::trim).unwrap_or_default();
    if !kind.eq_ignore_ascii_case("application/json") {
        return Err(Problem::new(
            415,
            "the body is not announced as JSON\n  next: send `content-type: application/json`",
        ));
    }
    let bytes = bytes(doors, request).await?;
    serde_json::from_slice(&bytes).map_err(|error| {
        Problem::new(400, &format!("the body is not valid JSON: {error}\n  next: send one object"))
    })
}

/// A request's body, read within the limits.
pub async fn bytes(doors: &Doors, request: Request<Body>) -> Result<Bytes, Problem> {
    let most = doors.limits.body_bytes;
    let too_large = || {
        Problem::new(
            413,
            &format!("the body has more than {} MB\n  next: send it in pieces", most >> 20),
        )
    };
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most as u64) {
        return Err(too_large());
    }
    let read = axum::body::to_bytes(request.into_body(), most);
    match tokio::time::timeout(doors.limits.body, read).await {
        Err(_) => Err(Problem::new(408, "the body did not arrive in time")),
        Ok(Err(error)) if is_too_large(&error) => Err(too_large()),
        Ok(Err(_)) => Err(Problem::new(400, "the body broke off")),
        Ok(Ok(bytes)) => Ok(bytes),
    }
}

fn is_too_large(error: &axum::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}
