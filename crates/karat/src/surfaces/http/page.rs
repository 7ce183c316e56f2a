//! GET /page/RUN: the page to forward, live, under a policy of its own that lets nothing run.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Uri;
use hyper::header::{self, HeaderMap, HeaderValue};
use sha2::{Digest, Sha256};

use super::doors::Doors;
use super::{answer, caller};
use crate::reports::page::AskPage;
use crate::reports::{self, Audience};
use crate::surfaces::problem::Problem;

/// Shows a run's report as one page of HTML.
pub async fn show(
    State(doors): State<Arc<Doors>>,
    Path(run): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Response {
    let caller = match caller::find(&doors, &headers).await {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    let asked = query(uri.query().unwrap_or_default());
    if let Some(name) = asked.keys().find(|name| !["feature", "audience"].contains(&name.as_str()))
    {
        return Problem::new(400, &format!("{name} is no part of this address")).into_response();
    }
    let audience = match asked.get("audience").map(String::as_str) {
        None | Some("leader") => Audience::Leader,
        Some("team") => Audience::Team,
        Some(other) => {
            let wrong = format!("nobody is called {other} here; the audience is leader or team");
            return Problem::new(400, &wrong).into_response();
        }
    };
    let app = doors.app.clone().acting_as(caller.person);
    let wished = AskPage { run: Some(run), feature: asked.get("feature").cloned(), audience };
    match reports::page::page(app, wished).await {
        Err(error) => answer::broken(doors.app.clock, &error).into_response(),
        Ok(drawn) => page(drawn.html),
    }
}

/// A page with its own style, which is named by its hash, and nothing else.
fn page(html: String) -> Response {
    let policy = policy(&html);
    let mut response = Response::new(Body::from(html));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}

fn policy(html: &str) -> String {
    let style = html.split_once("<style>").and_then(|(_, rest)| rest.split_once("</style>"));
    let style = style.map_or_else(
        || "'none'".to_owned(),
        |(style, _)| format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style.as_bytes()))),
    );
    format!(
        "default-src 'none'; style-src {style}; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
    )
}

/// The pairs of a query; a name that stands twice counts once, the last time.
fn query(text: &str) -> HashMap<String, String> {
    text.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (plain(name), plain(value)))
        .collect()
}

/// Percent signs and pluses undone; what is no text afterwards is replaced.
fn plain(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let hexadecimal = after
            .get(..2)
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        rest = after;
        match (*first, hexadecimal) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            (b'+', _) => bytes.push(b' '),
            (byte, _) => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_is_read_as_browsers_write_it() {
        let asked = query("feature=a%20b+c&audience=team&x&=y&feature=%C3%BC%zz%4");
        assert_eq!(asked["feature"], "ü%zz%4");
        assert_eq!((asked["audience"].as_str(), asked["x"].as_str()), ("team", ""));
        assert!(query("").is_empty());
    }

    #[test]
    fn the_policy_names_the_style_and_lets_nothing_run() {
        let policy = policy("<style>\na{}</style><script>1</script>");
        let hash = STANDARD.encode(Sha256::digest("\na{}"));
        assert!(policy.contains(&format!("style-src 'sha256-{hash}'")), "{policy}");
        assert!(!policy.contains("script") && policy.contains("frame-ancestors 'self'"));
    }
}
