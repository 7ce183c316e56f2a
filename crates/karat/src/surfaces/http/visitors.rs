//! POST /prototype/TOKEN: what a visitor with a link can do, without a session. The token is all that is asked for.

use std::future::Future;
use std::sync::Arc;

use anyhow::Result;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use hyper::Request;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::answer::{self, Answer, json};
use super::doors::Doors;
use crate::app::App;
use crate::play::prototypes::{self as visit, ThumbPrototype, TryPrototype};
use crate::surfaces::problem::Problem;

/// POST /prototype/TOKEN: what there is to try.
pub async fn view(State(doors): State<Arc<Doors>>, Path(token): Path<String>) -> Response {
    sent(&doors, visit::view(doors.app.clone(), &token).await)
}

/// POST /prototype/TOKEN/try: one answer.
pub async fn attempt(
    State(doors): State<Arc<Doors>>,
    Path(token): Path<String>,
    request: Request<Body>,
) -> Response {
    called(&doors, request, async |app, input: TryPrototype| {
        visit::attempt(app, &token, input).await
    })
    .await
}

/// POST /prototype/TOKEN/thumb: what the visitor thinks of it.
pub async fn thumb(
    State(doors): State<Arc<Doors>>,
    Path(token): Path<String>,
    request: Request<Body>,
) -> Response {
    called(&doors, request, async |app, input: ThumbPrototype| {
        visit::thumb(app, &token, input).await
    })
    .await
}

/// Visitors share a bound on what goes on at once, so that a link in many hands leaves room for the team.
const VISITOR: &str = "visitor";

async fn called<I: DeserializeOwned, O: Serialize, F: Future<Output = Result<O>>>(
    doors: &Doors,
    request: Request<Body>,
    function: impl FnOnce(App, I) -> F,
) -> Response {
    let Some(_place) = doors.place(VISITOR) else {
        return Problem::new(429, "many visitors are here at once\n  next: try again in a moment")
            .into_response();
    };
    let body = match json(doors, request).await {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    match serde_json::from_value(body) {
        Ok(input) => sent(doors, function(doors.app.clone(), input).await),
        Err(error) => Problem::new(400, &format!("the body does not fit: {error}")).into_response(),
    }
}

fn sent(doors: &Doors, answered: Result<impl Serialize>) -> Response {
    match answered {
        Ok(value) => Answer::done(&value).into_response(),
        Err(error) => answer::broken(doors.app.clock, &error).into_response(),
    }
}
