//! What a browser loads: the application or a word on how to build it, and the page to forward.

use serde_json::json;

use crate::program::{Folder, repository};
use crate::served::Served;

#[test]
fn the_application_or_a_word_on_how_to_build_it() {
    let folder = Folder::new();
    let served = Served::start(&folder);
    let visitor = served.visitor();
    let html = [("accept", "text/html,application/xhtml+xml")];
    let page = visitor.send("GET", "/gate/triage?x=1", None, &html);
    assert!(page.header("content-type").starts_with("text/html"), "{page:?}");
    if repository().join("ui/dist/index.html").is_file() {
        assert_eq!((page.status, page.header("cache-control")), (200, "no-cache"));
        let etag = page.header("etag").to_owned();
        let known = [html[0], ("if-none-match", &etag as &str)];
        assert_eq!(visitor.send("GET", "/gate", None, &known).status, 304);
        let small = [html[0], ("accept-encoding", "gzip, br")];
        assert_eq!(visitor.send("GET", "/", None, &small).header("content-encoding"), "br");
    } else {
        assert_eq!(page.status, 404);
        assert!(page.body.contains("make ui"), "{page:?}");
    }
    assert_eq!(visitor.send("GET", "/assets/no.js", None, &[("accept", "*/*")]).status, 404);
    assert_eq!(visitor.send("POST", "/gate", Some(&json!({})), &html).status, 404);
}

#[test]
fn a_run_is_a_page_that_lets_nothing_run() {
    let folder = Folder::example("support-triage");
    let served = Served::start(&folder);
    let admin = served.admin();
    assert_eq!(admin.get("/page/latest").status, 404, "there is no run yet");
    let report = admin.call("evals.run", &json!({})).json();
    let run = report["run_id"].as_str().unwrap();
    for path in [
        format!("/page/{run}"),
        "/page/latest".into(),
        "/page/latest?feature=triage&audience=leader".into(),
    ] {
        let page = admin.get(&path);
        assert_eq!(page.status, 200, "{path}: {page:?}");
        assert!(page.body.contains("<h1>") && !page.body.contains("<script"));
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'; style-src 'sha256-"), "{policy}");
        assert!(policy.contains("frame-ancestors 'self'") && !policy.contains("script-src"));
        assert_eq!(page.header("cache-control"), "no-store");
    }
    assert_eq!(admin.get("/page/latest?feature=other").status, 404);
    assert_eq!(admin.get(&format!("/page/{run}?feature=other")).status, 400);
    let team = admin.get("/page/latest?audience=team");
    let leader = admin.get("/page/latest?audience=leader");
    assert!(team.body.len() > leader.body.len(), "the team reads more");
    assert_eq!(admin.get("/page/latest?audience=all").status, 400);
    assert_eq!(admin.get("/page/latest?x=1").status, 400);
    assert_eq!(served.visitor().get("/page/latest").status, 401);
}
