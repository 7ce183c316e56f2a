//! Sessions: a one-time link becomes a cookie, the cookie says who is here, and signing out ends it at once.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{ConnectInfo, State};
use axum::response::{IntoResponse, Response};
use hyper::header::{self, HeaderMap, HeaderValue};
use hyper::{Request, StatusCode};
use karat_records::Person;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::{self, Answer, json};
use super::caller::{self, Caller};
use super::doors::Doors;
use crate::app::App;
use crate::people::enter::{self, Entered};
use crate::people::rules;
use crate::people::secret::Secret;
use crate::surfaces::problem::Problem;

/// Who is here.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Me {
    /// Who acts.
    pub person: Person,
    /// Sent back with every call as `x-karat-csrf`; empty for programs, which need none.
    pub csrf: String,
    /// The project's name; absent where there is no project yet.
    pub project: Option<String>,
    /// The version of this program.
    pub version: String,
}

/// A link that was opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Enter {
    /// What stands behind `#` in a sign-in link or an invite.
    pub token: String,
    /// The name of who joins; an invite needs it.
    #[serde(default)]
    pub name: Option<String>,
}

/// POST /session
pub async fn open(
    State(doors): State<Arc<Doors>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request<Body>,
) -> Response {
    let is_secure = is_secure(request.headers());
    match entered(&doors, peer, request).await {
        Err(problem) => problem.into_response(),
        Ok(entered) => {
            let me = me(&doors.app, entered.person, Some(&entered.session));
            let mut response = Answer::done(&me).into_response();
            let value = entered.session.in_link();
            set_cookie(&doors, &mut response, &value, rules::SESSION_MS / 1000, is_secure);
            response
        }
    }
}

async fn entered(
    doors: &Doors,
    peer: SocketAddr,
    request: Request<Body>,
) -> Result<Entered, Problem> {
    let now_ms = doors.app.clock.now_ms();
    if let Some(seconds) = doors.attempts().wait(peer.ip(), now_ms) {
        return Err(Problem::new(
            429,
            &format!("too many links that let nobody in\n  next: wait {seconds} s"),
        ));
    }
    let body = json(doors, request).await?;
    if !body.is_object() {
        return Err(Problem::new(400, "the body is no object with a token"));
    }
    let input: Enter = serde_json::from_value(body).map_err(|error| {
        Problem::new(400, &format!("the body does not fit: {error}\n  next: send {{\"token\": …}}"))
    })?;
    let entered = enter::enter(&doors.app, &input.token, input.name.as_deref()).await;
    match entered.map_err(|error| answer::broken(doors.app.clock, &error))? {
        Some(entered) => Ok(entered),
        None => {
            doors.attempts().failed(peer.ip(), now_ms);
            Err(Problem::new(
                401,
                "this link lets nobody in: it was used, is too old, or is not whole\n  next: start `karat serve` again for a new sign-in link, or ask for a new invite",
            ))
        }
    }
}

/// GET /session
pub async fn show(State(doors): State<Arc<Doors>>, headers: HeaderMap) -> Response {
    match caller::find(&doors, &headers).await {
        Err(problem) => problem.into_response(),
        Ok(Caller { person, session }) => {
            let mut response =
                Answer::done(&me(&doors.app, person, session.as_ref())).into_response();
            // The cookie's own end moves on with the session's.
            if let Some(session) = session {
                let age = rules::SESSION_MS / 1000;
                let is_secure = is_secure(&headers);
                set_cookie(&doors, &mut response, &session.in_link(), age, is_secure);
            }
            response
        }
    }
}

/// DELETE /session
pub async fn close(State(doors): State<Arc<Doors>>, headers: HeaderMap) -> Response {
    match caller::find_for_write(&doors, &headers).await {
        Err(problem) if problem.status != 401 => return problem.into_response(),
        Err(_) | Ok(Caller { session: None, .. }) => {}
        Ok(Caller { session: Some(session), .. }) => {
            if let Err(error) = enter::leave(&doors.app, &session).await {
                return answer::broken(doors.app.clock, &error).into_response();
            }
        }
    }
    let mut response = StatusCode::NO_CONTENT.into_response();
    set_cookie(&doors, &mut response, "", 0, is_secure(&headers));
    response
}

fn me(app: &App, person: Person, session: Option<&Secret>) -> Me {
    Me {
        person,
        csrf: session.map(Secret::csrf).unwrap_or_default(),
        project: project_name(app),
        version: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// The project's name, or its folder's where the file has errors.
fn project_name(app: &App) -> Option<String> {
    let root = app.root().ok()?;
    let folder = || root.file_name().map(|name| name.to_string_lossy().into_owned());
    app.project().ok().map(|project| project.name).or_else(folder)
}

/// Whether a proxy in front of us speaks https with the browser.
pub fn is_secure(headers: &HeaderMap) -> bool {
    headers.get("x-forwarded-proto").is_some_and(|scheme| scheme == "https")
}

fn set_cookie(doors: &Doors, response: &mut Response, value: &str, age: i64, is_secure: bool) {
    let name = &doors.cookie;
    let secure = if is_secure { "; Secure" } else { "" };
    let cookie =
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict; Max-Age={age}{secure}");
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
}
