//! Who calls: a browser with its session and the token against forged requests, or a program with a key.

use hyper::header::{self, HeaderMap};
use karat_records::Person;

use super::answer;
use super::doors::Doors;
use crate::people::enter;
use crate::people::secret::{Secret, is_equal};
use crate::surfaces::problem::Problem;

/// The header with the token against forged requests.
pub const CSRF: &str = "x-karat-csrf";

/// Somebody who was let in.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Who acts.
    pub person: Person,
    /// The browser's session; absent where a program calls.
    pub session: Option<Secret>,
}

/// Finds out who calls, without a look at forged requests: for reads by GET.
pub async fn find(doors: &Doors, headers: &HeaderMap) -> Result<Caller, Problem> {
    let broken = |error: anyhow::Error| answer::broken(doors.app.clock, &error);
    if let Some(token) = bearer(headers) {
        let person = enter::of_token(&doors.app, token).await.map_err(broken)?;
        let person = person.ok_or_else(|| {
            Problem::new(401, "the key is not known or was revoked\n  next: ask an admin for one, `karat token create` makes it")
        })?;
        return Ok(Caller { person, session: None });
    }
    let Some(cookie) = cookie(headers, &doors.cookie) else { return Err(signed_out()) };
    match enter::of_session(&doors.app, cookie).await.map_err(broken)? {
        Some((person, session)) => Ok(Caller { person, session: Some(session) }),
        None => Err(signed_out()),
    }
}

/// Finds out who calls, and that a browser's page means it.
pub async fn find_for_write(doors: &Doors, headers: &HeaderMap) -> Result<Caller, Problem> {
    let caller = find(doors, headers).await?;
    let given = headers.get(CSRF).and_then(|token| token.to_str().ok()).unwrap_or_default();
    match &caller.session {
        Some(session) if !is_equal(&session.csrf(), given) => Err(Problem::new(
            403,
            "the token against forged requests is missing or belongs to another session\n  next: reload the page; programs send `x-karat-csrf` with the `csrf` of GET /session",
        )),
        _ => Ok(caller),
    }
}

fn signed_out() -> Problem {
    Problem::new(
        401,
        "nobody is signed in\n  next: open the link that `karat serve` printed, or an invite; programs send `Authorization: Bearer karat_…`",
    )
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().unwrap_or_default();
    let (scheme, token) = value.split_once(' ').unwrap_or((value, ""));
    // Another scheme is an attempt to sign in as well, one that fails.
    Some(if scheme.eq_ignore_ascii_case("bearer") { token.trim() } else { "" })
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}
