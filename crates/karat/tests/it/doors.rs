//! Who gets in: links, sessions, tokens, other sites' pages, and what a role may do.

use karat::operations;
use serde_json::json;

use crate::program::Folder;
use crate::served::Served;

fn example() -> (Folder, Served) {
    let folder = Folder::example("support-triage");
    let served = Served::start(&folder);
    (folder, served)
}

#[test]
fn the_printed_link_signs_in_once_and_the_cookie_is_closed_to_scripts_and_other_sites() {
    let (_folder, served) = example();
    let visitor = served.visitor();
    let body = json!({ "token": served.link });
    let entered = visitor.send("POST", "/session", Some(&body), &[]);
    assert_eq!(entered.status, 200, "{entered:?}");
    let me = entered.json();
    assert_eq!(
        (&me["person"]["role"], &me["project"]),
        (&json!("admin"), &json!("support-triage"))
    );
    let cookie = entered.header("set-cookie");
    for part in ["HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"));
    let again = visitor.send("POST", "/session", Some(&body), &[]);
    assert_eq!(again.status, 401, "{again:?}");
    assert!(again.json()["next"].as_str().unwrap().contains("karat serve"));
    let session = visitor.with_session(&entered);
    assert_eq!(session.get("/session").json()["csrf"], me["csrf"]);
    let behind_proxy = session.send("GET", "/session", None, &[("x-forwarded-proto", "https")]);
    assert!(behind_proxy.header("set-cookie").contains("; Secure"));
}

#[test]
fn signing_out_ends_the_session_at_once() {
    let (_folder, served) = example();
    let session = served.admin();
    let forged = session.without("x-karat-csrf").send("DELETE", "/session", None, &[]);
    assert_eq!(forged.status, 403);
    assert_eq!(session.get("/session").status, 200);
    assert_eq!(session.send("DELETE", "/session", None, &[]).status, 204);
    assert_eq!(session.get("/session").status, 401);
    assert_eq!(session.call("project.state", &json!({})).status, 401);
}

#[test]
fn other_names_other_sites_and_forged_requests_are_refused_before_anything_is_read() {
    let (_folder, served) = example();
    let session = served.admin();
    let call = |more: &[(&str, &str)]| {
        session.send("POST", "/api/v1/runs.list", Some(&json!({})), more).status
    };
    assert_eq!(call(&[]), 200);
    assert_eq!(call(&[("host", "evil.example")]), 403);
    assert_eq!(call(&[("host", "127.0.0.1.evil.example")]), 403);
    assert_eq!(call(&[("origin", "http://evil.example")]), 403);
    assert_eq!(call(&[("origin", "null")]), 403);
    assert_eq!(call(&[("sec-fetch-site", "cross-site")]), 403);
    assert_eq!(call(&[("sec-fetch-site", "same-site")]), 403);
    let own = format!("http://{}", served.host);
    assert_eq!(call(&[("origin", &own), ("sec-fetch-site", "same-origin")]), 200);
    let missing = session.without("x-karat-csrf").call("runs.list", &json!({}));
    assert_eq!(missing.status, 403);
    assert!(missing.json()["detail"].as_str().unwrap().contains("forged"));
    let wrong = session.with("x-karat-csrf", &"0".repeat(64)).call("runs.list", &json!({}));
    assert_eq!(wrong.status, 403);
    for path in ["/", "/page/latest", "/session", "/mcp"] {
        let foreign = session.send("GET", path, None, &[("host", "evil.example")]);
        assert_eq!(foreign.status, 403, "{path}");
    }
    let absolute = format!(
        "POST http://evil.example/api/v1/runs.list HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n",
        served.host
    );
    assert_eq!(session.raw(&absolute).status, 403);
}

#[test]
fn without_a_session_or_with_a_wrong_one_nothing_is_answered() {
    let (folder, served) = example();
    let visitor = served.visitor();
    let port = served.host.split(':').nth(1).unwrap();
    let cookie = format!("karat_session_{port}");
    for stranger in [
        visitor.clone(),
        visitor.with("cookie", &format!("{cookie}=")),
        visitor.with("cookie", &format!("{cookie}=local.{}", "0".repeat(64))),
        visitor.with("cookie", &format!("{cookie}={}", served.link)),
        visitor.with("authorization", "Bearer karat_local_0"),
        visitor.with("authorization", &format!("Bearer karat_local_{}", "0".repeat(64))),
        visitor.with("authorization", &format!("Bearer {}", served.link)),
        visitor.with("authorization", "Basic YTpi"),
        visitor.with("authorization", ""),
    ] {
        for path in ["/session", "/page/latest"] {
            assert_eq!(stranger.get(path).status, 401, "{:?}", stranger.headers);
        }
        assert_eq!(stranger.call("project.state", &json!({})).status, 401);
        assert_eq!(stranger.call("no.such", &json!({})).status, 401);
        assert_eq!(stranger.send("POST", "/mcp", Some(&json!({})), &[]).status, 401);
    }
    // A session's cookie is no token, and a token is no cookie.
    let editor = served.program(&folder, "editor");
    let token = editor.headers[0].1.strip_prefix("Bearer karat_").unwrap().replacen('_', ".", 1);
    let as_cookie = visitor.with("cookie", &format!("{cookie}={token}"));
    assert_eq!(as_cookie.get("/session").status, 401);
}

#[test]
fn links_that_let_nobody_in_are_counted() {
    let (_folder, served) = example();
    let visitor = served.visitor();
    let wrong = json!({ "token": format!("x.{}", "0".repeat(64)) });
    let statuses: Vec<u16> =
        (0..12).map(|_| visitor.send("POST", "/session", Some(&wrong), &[]).status).collect();
    assert_eq!(statuses, [vec![401; 10], vec![429; 2]].concat());
    let body = json!({ "token": served.link });
    assert_eq!(visitor.send("POST", "/session", Some(&body), &[]).status, 429);
}

#[test]
fn an_invite_lets_one_person_in_with_its_role_and_a_name() {
    let (_folder, served) = example();
    let admin = served.admin();
    let invited = admin.call("people.invite", &json!({ "role": "labeller", "note": "Priya" }));
    let url = invited.json()["url"].as_str().unwrap().to_owned();
    let (at, token) = url.split_once("/join?invite#").unwrap();
    assert_eq!(at, format!("http://{}", served.host));
    let join = |name: Option<&str>| {
        let body = json!({ "token": token, "name": name });
        served.visitor().send("POST", "/session", Some(&body), &[])
    };
    for name in [None, Some(""), Some("\u{1b}[2J"), Some(&"x".repeat(61) as &str)] {
        assert_eq!(join(name).status, 400, "{name:?}");
    }
    assert_eq!(join(Some("The Owner")).status, 409, "the name is taken");
    let joined = join(Some("  Priya  K. "));
    assert_eq!(joined.status, 200, "a wrong name has not used the link up: {joined:?}");
    assert_eq!(joined.json()["person"]["name"], "Priya K.");
    assert_eq!(join(Some("Somebody")).status, 401);
    let priya = served.visitor().with_session(&joined);
    for name in ["people.list", "tokens.list", "tokens.create", "evals.run"] {
        let refused = priya.call(name, &json!({}));
        assert_eq!(refused.status, 403, "{name}: {refused:?}");
    }
    let list = admin.call("people.list", &json!({})).json();
    assert_eq!(list["people"].as_array().unwrap().len(), 2);
    assert_eq!(list["invites"][0]["is_used"], true);
    let id = joined.json()["person"]["id"].clone();
    assert_eq!(list["people"][1]["id"], id);
    let raised = admin.call("people.set_role", &json!({ "person": id, "role": "viewer" }));
    assert_eq!(raised.json()["role"], "viewer");
    assert_eq!(priya.get("/session").json()["person"]["role"], "viewer", "it counts at once");
    assert_eq!(admin.call("people.remove", &json!({ "person": id })).status, 200);
    assert_eq!(priya.get("/session").status, 401, "it ends at once");
    assert_eq!(admin.call("people.remove", &json!({ "person": id })).status, 404);
}

#[test]
fn the_last_admin_stays_and_so_does_the_terminal() {
    let (folder, served) = example();
    let program = served.program(&folder, "admin");
    let invited = program.call("people.invite", &json!({ "role": "admin" })).json();
    let token = invited["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    let body = json!({ "token": token, "name": "Sven" });
    let joined = served.visitor().send("POST", "/session", Some(&body), &[]);
    let sven = served.visitor().with_session(&joined);
    let id = joined.json()["person"]["id"].clone();
    let demote = json!({ "person": id, "role": "editor" });
    assert_eq!(sven.call("people.set_role", &demote).status, 409);
    assert_eq!(sven.call("people.remove", &json!({ "person": id })).status, 409);
    served.admin();
    let local = json!({ "person": "local", "role": "viewer" });
    assert_eq!(sven.call("people.set_role", &local).status, 409);
    assert_eq!(sven.call("people.set_role", &demote).status, 200, "there are two admins now");
}

#[test]
fn a_token_works_until_it_is_revoked_also_from_the_terminal() {
    let (folder, served) = example();
    let editor = served.program(&folder, "editor");
    assert_eq!(editor.call("project.state", &json!({})).status, 200);
    assert_eq!(editor.get("/session").json()["csrf"], "");
    let list = folder.karat(&["call", "tokens.list"]).json();
    let token = &list["tokens"][0];
    assert!(token["last_used_at_ms"].is_i64() && token["token"].is_null(), "{token}");
    let revoked = folder.karat(&["token", "revoke", token["id"].as_str().unwrap()]);
    assert_eq!(revoked.code, 0, "{revoked:?}");
    assert_eq!(editor.call("project.state", &json!({})).status, 401);
}

#[test]
fn each_role_may_call_what_the_table_says_and_nothing_else() {
    let (folder, served) = example();
    let mut wrong = Vec::new();
    for (rank, role) in ["viewer", "labeller", "editor", "admin"].into_iter().enumerate() {
        let program = served.program(&folder, role);
        for operation in operations::table() {
            // Whoever may call it is told that there is no such field; nothing happens.
            let reply = program.call(operation.name, &json!({ "no such field": 1 }));
            let expected = if operation.scope.role() as usize <= rank { 400 } else { 403 };
            if reply.status != expected {
                wrong.push(format!("{role} {}: {reply:?}", operation.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_address_that_others_reach_needs_people_or_a_key() {
    let folder = Folder::example("support-triage");
    let refused = folder.karat(&["serve", "--bind", "0.0.0.0", "--port", "0"]);
    assert_eq!(refused.code, 3, "{refused:?}");
    assert!(
        refused.err.contains("nobody has joined") && refused.err.contains("next:"),
        "{refused:?}"
    );
    let short = folder.karat_with(
        &["serve", "--bind", "0.0.0.0", "--port", "0"],
        &[("KARAT_ADMIN_KEY", "secret")],
    );
    assert!(short.code == 3 && short.err.contains("24 characters"), "{short:?}");
    assert_eq!(folder.karat(&["token", "create", "ci", "--role", "admin"]).code, 0);
    let served = Served::start_with(&folder, &["--bind", "0.0.0.0"]);
    let port = served.host.split(':').nth(1).unwrap();
    let mut visitor = served.visitor();
    visitor.host = format!("127.0.0.1:{port}");
    assert_eq!(visitor.get("/healthz").status, 200);
    assert_eq!(visitor.send("GET", "/session", None, &[("host", "evil.example")]).status, 403);
}

#[test]
fn a_name_in_front_of_a_proxy_has_to_be_allowed() {
    let folder = Folder::example("support-triage");
    let served = Served::start_with(&folder, &["--allow-host", "karat.example.org"]);
    let visitor = served.visitor();
    let body = json!({ "token": served.link });
    let proxied = [
        ("host", "karat.example.org"),
        ("origin", "https://karat.example.org"),
        ("x-forwarded-proto", "https"),
    ];
    let entered = visitor.send("POST", "/session", Some(&body), &proxied);
    assert_eq!(entered.status, 200, "{entered:?}");
    assert!(entered.header("set-cookie").contains("; Secure"));
    let admin = visitor.with_session(&entered);
    let input = json!({ "role": "viewer" });
    let invited = admin.send("POST", "/api/v1/people.invite", Some(&input), &proxied);
    let url = invited.json()["url"].as_str().unwrap().to_owned();
    assert!(url.starts_with("https://karat.example.org/join?invite#"), "{url}");
    // A proxy that puts its own name for us into Host is fine as well.
    let behind = [("origin", "https://karat.example.org")];
    assert_eq!(admin.send("GET", "/session", None, &behind).status, 200);
}

#[test]
fn no_secret_is_in_the_database_or_in_any_output() {
    let (folder, served) = example();
    let admin = served.admin();
    let invited = admin.call("people.invite", &json!({ "role": "viewer" })).json();
    let invite = invited["url"].as_str().unwrap().split_once('#').unwrap().1.to_owned();
    let created = admin.call("tokens.create", &json!({ "name": "ci", "role": "viewer" })).json();
    let token = created["token"].as_str().unwrap().to_owned();
    let cookie = admin.headers.iter().find(|(name, _)| name == "cookie").unwrap().1.clone();
    let csrf = admin.headers.iter().find(|(name, _)| name == "x-karat-csrf").unwrap().1.clone();
    let lists = ["people.list", "tokens.list", "project.state", "runs.list"]
        .map(|name| admin.call(name, &json!({})).body)
        .concat();
    let link = served.link.clone();
    let (_, words) = served.end();
    let digits = |text: &str| text.rsplit(['.', '_', '=']).next().unwrap().to_owned();
    let mut files = words;
    for entry in std::fs::read_dir(folder.path().join(".karat")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            files.push_str(&String::from_utf8_lossy(&std::fs::read(path).unwrap()));
        }
    }
    for secret in [&link, &invite, &token, &cookie, &csrf].map(|text| digits(text)) {
        assert_eq!(secret.len(), 64);
        assert!(!lists.contains(&secret) && !files.contains(&secret), "{secret}");
    }
}

#[test]
fn every_answer_is_protected_and_private_ones_are_not_kept() {
    let (_folder, served) = example();
    let admin = served.admin();
    let replies = [
        admin.get("/healthz"),
        admin.get("/session"),
        admin.get("/no/such/file.js"),
        admin.call("no.such", &json!({})),
        admin.get("/api/v1/runs.list"),
        admin.send("GET", "/", None, &[("accept", "text/html")]),
        admin.send("GET", "/", None, &[("host", "evil.example")]),
    ];
    for reply in &replies {
        let policy = reply.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'; script-src 'self';"), "{reply:?}");
        assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"));
        assert_eq!(reply.header("x-content-type-options"), "nosniff", "{reply:?}");
        assert_eq!(reply.header("referrer-policy"), "no-referrer");
        assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin");
        assert!(!reply.header("permissions-policy").is_empty());
    }
    for reply in [&replies[1], &replies[3], &replies[4]] {
        assert_eq!(reply.header("cache-control"), "no-store");
    }
    let statuses: Vec<u16> = replies.iter().map(|reply| reply.status).collect();
    assert_eq!((&statuses[..5], statuses[6]), (&[200, 200, 404, 404, 405][..], 403));
}
