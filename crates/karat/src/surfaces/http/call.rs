//! POST /api/v1/OPERATION: any row of the table, as JSON or as events.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use hyper::Request;
use hyper::header::{self, HeaderMap, HeaderValue};
use karat_records::Hash;
use serde_json::Value;
use tokio::sync::watch;

use super::again::{self, Coming, Sender, Turn};
use super::answer::{self, Answer, json};
use super::doors::{Doors, Place};
use super::events::{self, Events};
use super::{caller, remember, session};
use crate::app::App;
use crate::operations::{Access, Operation};
use crate::surfaces::problem::Problem;

/// The header that makes a write happen once.
const KEY: &str = "idempotency-key";

/// The header that says that an answer is the one of an earlier request.
const REPLAYED: &str = "idempotency-replayed";

/// A stream is opened after so long even where nothing has happened yet.
const FIRST_WORD: Duration = Duration::from_secs(1);

/// Everything that is known of a call before it is made.
struct Call {
    app: App,
    operation: Arc<Operation>,
    input: Value,
    /// Held until the call has ended.
    place: Place,
}

/// Calls an operation.
pub async fn call(
    State(doors): State<Arc<Doors>>,
    Path(name): Path<String>,
    request: Request<Body>,
) -> Response {
    let headers = request.headers().clone();
    let call = match prepare(&doors, &name, request).await {
        Ok(call) => call,
        Err(problem) => return problem.into_response(),
    };
    let is_write = call.operation.access == Access::Write;
    let turn = match key(&headers) {
        Err(problem) => return problem.into_response(),
        Ok(Some(key)) if is_write => take_turn(&doors, &call, key),
        Ok(_) => {
            let (sender, coming) = watch::channel(None);
            Turn::First(sender, coming)
        }
    };
    let wants_events = headers
        .get(header::ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/event-stream"));
    match turn {
        Turn::Other => Problem::new(
            422,
            "this Idempotency-Key was used for another request\n  next: make a new key for each new write",
        )
        .into_response(),
        Turn::Again(coming) => {
            let mut response = finished(&doors, coming, wants_events).await;
            response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
            response
        }
        Turn::First(sender, _) if wants_events => streamed(&doors, call, sender).await,
        Turn::First(sender, coming) if is_write => {
            doors.start(async move { made(call, None, sender).await });
            finished(&doors, coming, false).await
        }
        Turn::First(sender, coming) => {
            made(call, None, sender).await;
            finished(&doors, coming, false).await
        }
    }
}

/// Everything that can be refused before the operation sees anything.
async fn prepare(doors: &Doors, name: &str, request: Request<Body>) -> Result<Call, Problem> {
    let caller = caller::find_for_write(doors, request.headers()).await?;
    let operation = doors.operation(name).ok_or_else(|| {
        Problem::new(
            404,
            &format!(
                "there is no operation {name}\n  next: GET /api/v1/openapi.json has all of them"
            ),
        )
    })?;
    let place = doors.place(&caller.person.id).ok_or_else(|| {
        Problem::new(
            429,
            &format!(
                "{} calls of yours are under way\n  next: wait for one of them",
                doors.limits.calls
            ),
        )
    })?;
    let address = address(request.headers());
    let input = json(doors, request).await?;
    let app = doors.app.clone().acting_as(caller.person);
    let app = match address {
        Some(address) => app.reached_at(&address),
        None => app,
    };
    Ok(Call { app, operation, input, place })
}

/// Where the caller reaches us; the guard has looked at the name.
fn address(headers: &HeaderMap) -> Option<String> {
    let host = headers.get(header::HOST)?.to_str().ok()?;
    let scheme = if session::is_secure(headers) { "https" } else { "http" };
    Some(format!("{scheme}://{host}"))
}

fn key(headers: &HeaderMap) -> Result<Option<&str>, Box<Problem>> {
    let Some(value) = headers.get(KEY) else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    if (1..=200).contains(&key.len()) {
        return Ok(Some(key));
    }
    let message = "the Idempotency-Key has to have 1 to 200 plain characters";
    Err(Box::new(Problem::new(400, message)))
}

fn take_turn(doors: &Doors, call: &Call, key: &str) -> Turn {
    let request = serde_json::json!([call.operation.name, call.input]);
    let now = call.app.clock.instant();
    doors.again.turn(&call.app.actor.id, key, Hash::of_json(&request), now)
}

/// Makes the call and sends its answer to everybody who waits for it.
async fn made(call: Call, events: Option<Events>, sender: Sender) {
    let Call { app, operation, input, place } = call;
    let server = app.clone();
    let app = app.watched_by(events.as_ref().map(Events::watch));
    let answer = answer::of_call(app, &operation, input).await;
    drop(place);
    sender.send_replace(Some(answer.clone()));
    if let Some(events) = events {
        events.end(&answer).await;
    }
    if operation.access == Access::Write {
        remember::changes(server).await;
    }
}

/// The answer of a call that is made elsewhere.
async fn finished(doors: &Doors, coming: Coming, wants_events: bool) -> Response {
    if wants_events {
        let (events, stream) = events::channel();
        doors.start(async move {
            tokio::select! {
                answer = again::wait(coming) => events.end(&answer.unwrap_or_else(cut)).await,
                () = events.left() => {}
            }
        });
        return events::response(None, stream);
    }
    again::wait(coming).await.unwrap_or_else(cut).into_response()
}

/// The call with its events; a write goes on when its reader leaves, a read ends with it.
async fn streamed(doors: &Doors, call: Call, sender: Sender) -> Response {
    let is_write = call.operation.access == Access::Write;
    let (events, mut stream) = events::channel();
    let answered = sender.subscribe();
    doors.start(async move {
        let watching = events.clone();
        let made = made(call, Some(events), sender);
        if is_write {
            drop(watching);
            return made.await;
        }
        tokio::select! {
            () = made => {}
            () = watching.left() => {}
        }
    });
    // What is refused at once has a status of its own; there is nothing to stream.
    tokio::select! {
        biased;
        answer = again::wait(answered) => match answer {
            Some(answer) if !answer.is_done() => answer.into_response(),
            _ => events::response(None, stream),
        },
        first = stream.recv() => events::response(first, stream),
        () = tokio::time::sleep(FIRST_WORD) => events::response(None, stream),
    }
}

fn cut() -> Answer {
    Answer::problem(&Problem::new(
        500,
        "the server stopped before there was an answer\n  next: ask again; what was acknowledged is stored",
    ))
}
