//! The browser application: files that were built beside the program, and its one page for every address of it.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode};
use rust_embed::{Embed, EmbeddedFile};

use super::problem::Problem;

/// Part of the program in a release; read from the folder while the program is worked on.
#[derive(Embed)]
#[folder = "../../ui/dist"]
#[allow_missing = true]
struct Dist;

const INDEX: &str = "index.html";

/// What is shown where the application has not been built.
const UNBUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Karat</title>\n\
<h1>The browser application is not built</h1>\n<p>Next: run <code>make ui</code>, then reload this page. \
The terminal can do the same: <code>karat --help</code></p>\n</html>\n";

/// Addresses that belong to programs and never are a page of the application.
const NO_PAGES: [&str; 5] = ["/api", "/session", "/mcp", "/prototype", "/healthz"];

/// Below it lie pages to forward; itself it is a page of the application.
const FORWARDED: &str = "/page/";

/// Answers everything that no door answered.
pub async fn files(request: Request<Body>) -> Response {
    let path = request.uri().path();
    let headers = request.headers();
    if ![Method::GET, Method::HEAD].contains(request.method()) || is_door(path) {
        return nothing(path);
    }
    let name = path.trim_start_matches('/');
    // Compressed twins are reached through the file itself only.
    let is_twin = [".br", ".gz"].iter().any(|ending| name.ends_with(ending));
    if !name.is_empty()
        && !is_twin
        && let Some(file) = Dist::get(name)
    {
        return sent(name, file, headers);
    }
    if !wants_page(headers) {
        return nothing(path);
    }
    match Dist::get(INDEX) {
        Some(index) => sent(INDEX, index, headers),
        None => {
            let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
            (StatusCode::NOT_FOUND, kind, UNBUILT).into_response()
        }
    }
}

fn is_door(path: &str) -> bool {
    path.starts_with(FORWARDED)
        || NO_PAGES.iter().any(|door| {
            path.strip_prefix(door).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        })
}

fn nothing(path: &str) -> Response {
    Problem::new(404, &format!("there is nothing at {path}")).into_response()
}

/// Only who asks for a page gets one: a missing script must not come back as HTML.
fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get_all(header::ACCEPT)
        .iter()
        .filter_map(|accept| accept.to_str().ok())
        .any(|accept| accept.contains("text/html"))
}

fn sent(name: &str, file: EmbeddedFile, headers: &HeaderMap) -> Response {
    let (encoding, file) = compressed(name, headers).unwrap_or((None, file));
    let etag = format!("\"{}\"", hex(&file.metadata.sha256_hash()));
    let is_known = headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|tags| tags.to_str().ok())
        .flat_map(|tags| tags.split(','))
        .any(|tag| tag.trim().trim_start_matches("W/") == etag);
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        Response::new(Body::from(file.data.into_owned()))
    };
    let answered = response.headers_mut();
    let mut set = |name: HeaderName, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            answered.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, content_type(name));
    set(header::ETAG, &etag);
    set(header::VARY, "accept-encoding");
    set(header::CACHE_CONTROL, caching(name));
    if let Some(encoding) = encoding {
        set(header::CONTENT_ENCODING, encoding);
    }
    response
}

/// The smallest form that the browser takes, of those that were made at build time.
fn compressed(name: &str, headers: &HeaderMap) -> Option<(Option<&'static str>, EmbeddedFile)> {
    let accepts = headers.get(header::ACCEPT_ENCODING)?.to_str().ok()?;
    let takes = |encoding: &str| {
        accepts.split(',').any(|one| {
            let mut parts = one.split(';').map(str::trim);
            let is_it = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(encoding));
            is_it && !parts.any(|part| ["q=0", "q=0.0", "q=0.00", "q=0.000"].contains(&part))
        })
    };
    [("br", ".br"), ("gzip", ".gz")].into_iter().find_map(|(encoding, ending)| {
        let file = takes(encoding).then(|| Dist::get(&format!("{name}{ending}"))).flatten()?;
        Some((Some(encoding), file))
    })
}

/// Names of assets contain a hash of their content; everything else is asked for again.
fn caching(name: &str) -> &'static str {
    if name.starts_with("assets/") { "public, max-age=31536000, immutable" } else { "no-cache" }
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(path: &str, pairs: &[(&str, &str)]) -> Response {
        let mut request = Request::get(path);
        for (name, value) in pairs {
            request = request.header(*name, *value);
        }
        files(request.body(Body::empty()).unwrap()).await
    }

    #[tokio::test]
    async fn only_who_asks_for_a_page_gets_the_application() {
        let page = [("accept", "text/html,*/*")];
        for path in ["/", "/gate/triage", "/page", "/pages", "/sessions"] {
            let response = get(path, &page).await;
            let kind = response.headers()["content-type"].to_str().unwrap().to_owned();
            assert!(kind.starts_with("text/html"), "{path}: {kind}");
        }
        for path in ["/api/v2", "/session/x", "/mcp/x", "/page/x/y", "/prototype/x", "/healthz/x"] {
            assert_eq!(get(path, &page).await.status(), 404, "{path}");
        }
        let script = get("/assets/missing.js", &[("accept", "*/*")]).await;
        assert_eq!(script.headers()["content-type"], "application/problem+json");
    }

    #[tokio::test]
    async fn no_path_leads_out_of_the_folder() {
        for path in
            ["/../Cargo.toml", "/..%2fCargo.toml", "/assets/../../package.json", "//etc/passwd"]
        {
            assert_eq!(get(path, &[]).await.status(), 404, "{path}");
        }
    }

    #[test]
    fn assets_are_kept_and_the_page_is_asked_for_again() {
        assert!(caching("assets/index-abc.js").contains("immutable"));
        assert_eq!(caching(INDEX), "no-cache");
        assert_eq!(content_type("assets/a.min.js"), "text/javascript; charset=utf-8");
    }
}
