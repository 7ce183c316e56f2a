//! Calls over HTTP: what is no call, writes that happen once, events, and callers who leave.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::time::{Duration, Instant};

use karat::app::App;
use karat::config::Config;
use karat::surfaces::http::{self, Limits, Options};
use karat::tasks::stop_switch;
use serde_json::{Value, json};

use crate::program::Folder;
use crate::served::{Served, Visitor};
use crate::server::{Asking, Server};

fn example() -> (Folder, Served, Visitor) {
    let folder = Folder::example("support-triage");
    let served = Served::start(&folder);
    let admin = served.admin();
    (folder, served, admin)
}

#[test]
fn what_is_no_call_has_a_status_and_a_next_step() {
    let (_folder, _served, admin) = example();
    let head = |body: &str, kind: &str| {
        let headers: String =
            admin.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        admin.raw(&format!(
            "POST /api/v1/runs.list HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{kind}content-length: {}\r\n{headers}\r\n{body}",
            admin.host,
            body.len()
        ))
    };
    let json_type = "content-type: application/json; charset=utf-8\r\n";
    assert_eq!(head("{}", json_type).status, 200);
    for (body, kind, status) in [
        ("", json_type, 400),
        ("{", json_type, 400),
        ("[]", json_type, 400),
        ("null", json_type, 400),
        ("{\"limit\":\"x\"}", json_type, 400),
        ("{\"limit\":-1}", json_type, 400),
        ("{\"limit\":1e400}", json_type, 400),
        ("{\"unknown\":1}", json_type, 400),
        ("\u{0}", json_type, 400),
        (&"[".repeat(100_000) as &str, json_type, 400),
        ("{}", "", 415),
        ("{}", "content-type: text/plain\r\n", 415),
        ("a=b", "content-type: application/x-www-form-urlencoded\r\n", 415),
    ] {
        let reply = head(body, kind);
        assert_eq!(reply.status, status, "{} {reply:?}", &body[..body.len().min(40)]);
        assert_eq!(reply.header("content-type"), "application/problem+json");
        let problem = reply.json();
        assert_eq!(problem["status"], status);
        assert!(!problem["detail"].as_str().unwrap().is_empty() && problem["type"].is_string());
    }
    assert_eq!(admin.call("runs.lost", &json!({})).status, 404);
    assert_eq!(admin.get("/api/v1/runs.list").status, 405);
    assert_eq!(admin.get("/api/v2/runs.list").status, 404);
    let unknown = admin.call("runs.show", &json!({ "run": "no such run" }));
    assert_eq!(unknown.status, 404, "{unknown:?}");
}

#[test]
fn too_large_requests_are_refused_without_being_read() {
    let (_folder, _served, admin) = example();
    let headers: String =
        admin.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let start = format!(
        "POST /api/v1/runs.list HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\n{headers}",
        admin.host
    );
    let announced = admin.raw(&format!("{start}content-length: 99999999999\r\n\r\n{{"));
    assert_eq!(announced.status, 413, "{announced:?}");
    let mut stream = admin.connect();
    stream.write_all(format!("{start}transfer-encoding: chunked\r\n\r\n").as_bytes()).unwrap();
    let chunk = format!("100000\r\n{}\r\n", " ".repeat(1 << 20));
    for _ in 0..34 {
        if stream.write_all(chunk.as_bytes()).is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    let many: String = (0..200).map(|index| format!("x-{index}: y\r\n")).collect();
    let bomb = admin.raw(&format!("GET / HTTP/1.1\r\nhost: {}\r\n{many}\r\n", admin.host));
    assert_eq!(bomb.status, 431, "{bomb:?}");
    let long = admin.raw(&format!(
        "GET / HTTP/1.1\r\nhost: {}\r\nx: {}\r\n\r\n",
        admin.host,
        "y".repeat(100_000)
    ));
    assert!([0, 431].contains(&long.status), "{long:?}");
    assert_eq!(admin.call("runs.list", &json!({})).status, 200, "others are still served");
}

#[test]
fn a_write_with_a_key_happens_once() {
    let (_folder, served, admin) = example();
    let send = |visitor: &Visitor, key: &str, input: &Value| {
        visitor.send("POST", "/api/v1/tokens.create", Some(input), &[("idempotency-key", key)])
    };
    let input = json!({ "name": "ci", "role": "viewer" });
    let first = send(&admin, "a", &input);
    assert_eq!((first.status, first.header("idempotency-replayed")), (200, ""));
    let again = send(&admin, "a", &json!({ "role": "viewer", "name": "ci" }));
    assert_eq!((again.status, again.header("idempotency-replayed")), (200, "true"));
    assert_eq!(again.json(), first.json());
    let other = send(&admin, "a", &json!({ "name": "other", "role": "viewer" }));
    assert_eq!(other.status, 422, "{other:?}");
    assert_ne!(send(&admin, "b", &input).json(), first.json());
    let refused = json!({ "name": "", "role": "viewer" });
    assert_eq!(send(&admin, "c", &refused).status, 400);
    assert_eq!(send(&admin, "c", &refused).header("idempotency-replayed"), "true");
    assert_eq!(send(&admin, "", &input).status, 400);
    assert_eq!(send(&admin, &"k".repeat(201), &input).status, 400);
    let program = served.visitor().with(
        "authorization",
        &format!(
            "Bearer {}",
            admin.call("tokens.create", &json!({ "name": "x", "role": "admin" })).json()["token"]
                .as_str()
                .unwrap()
        ),
    );
    assert_ne!(send(&program, "a", &input).json(), first.json(), "keys belong to one person");
    let n = admin.call("tokens.list", &json!({})).json()["tokens"].as_array().unwrap().len();
    assert_eq!(n, 4);
}

#[test]
fn equal_writes_at_the_same_moment_wait_for_the_first() {
    let (_folder, _served, admin) = example();
    let run = || {
        let key = [("idempotency-key", "same")];
        let reply = admin.send("POST", "/api/v1/evals.run", Some(&json!({})), &key);
        (reply.json()["run_id"].clone(), reply.header("idempotency-replayed").to_owned())
    };
    let (one, other) = std::thread::scope(|scope| {
        let one = scope.spawn(run);
        let other = scope.spawn(run);
        (one.join().unwrap(), other.join().unwrap())
    });
    assert!(one.0.is_string() && one.0 == other.0, "{one:?} {other:?}");
    assert_ne!(one.1, other.1, "one of them was the first");
}

#[test]
fn a_run_tells_how_far_it_is_and_ends_with_its_result() {
    let (_folder, _served, admin) = example();
    let events = [("accept", "text/event-stream")];
    let reply = admin.send("POST", "/api/v1/evals.run", Some(&json!({})), &events);
    assert_eq!(reply.header("content-type"), "text/event-stream");
    let told = reply.events();
    let names: Vec<&str> = told.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!((names[0], *names.last().unwrap()), ("before", "result"), "{names:?}");
    assert!(names[1..names.len() - 1].iter().all(|name| *name == "progress"), "{names:?}");
    let done: Vec<u64> = told
        .iter()
        .filter(|(name, _)| name == "progress")
        .map(|(_, data)| data["done"].as_u64().unwrap())
        .collect();
    assert!(done.is_sorted() && !done.is_empty(), "{done:?}");
    assert_eq!(told.last().unwrap().1["feature"], "triage");
    let refused = json!({ "feature": "no such" });
    let refused = admin.send("POST", "/api/v1/evals.run", Some(&refused), &events);
    assert_eq!((refused.status, refused.header("content-type")), (404, "application/problem+json"));
    let read = admin.send("POST", "/api/v1/project.state", Some(&json!({})), &events);
    let names: Vec<String> = read.events().into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["result"]);
}

#[test]
fn a_run_goes_on_when_its_caller_leaves() {
    let model = Server::start("latency = \"150ms\"\n[[answer]]\ntext = \"ok\"\n");
    let folder =
        Asking { url: &model.url, n_cases: 12, provider: "concurrency = 2", ..Asking::default() }
            .folder();
    let served = Served::start(&folder);
    let admin = served.admin();
    let headers: String =
        admin.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let mut stream = admin.connect();
    write!(
        stream,
        "POST /api/v1/evals.run HTTP/1.1\r\nhost: {}\r\naccept: text/event-stream\r\ncontent-type: application/json\r\ncontent-length: 2\r\n{headers}\r\n{{}}",
        admin.host
    )
    .unwrap();
    let mut seen = String::new();
    while !seen.contains("event: before") {
        let mut bytes = [0; 1024];
        let n = stream.read(&mut bytes).unwrap();
        assert!(n > 0, "{seen}");
        seen.push_str(&String::from_utf8_lossy(&bytes[..n]));
    }
    drop(stream);
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let runs = admin.call("runs.list", &json!({})).json();
        if runs["runs"][0]["headline"].is_string() {
            break;
        }
        assert!(Instant::now() < deadline, "{runs}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn asked_to_end_the_server_finishes_and_says_nothing_of_secrets() {
    let (_folder, served, admin) = example();
    assert_eq!(admin.call("project.state", &json!({})).status, 200);
    let (code, words) = served.end();
    assert_eq!(code, Some(0), "{words}");
    assert!(words.contains("stopping"), "{words}");
}

/// A server in this process with other limits than people have.
fn with_limits(limits: Limits, test: impl FnOnce(Visitor, App)) {
    let folder = Folder::example("support-triage");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let (switch, stop) = stop_switch();
    let app = App::new(folder.path().to_owned(), Config::default(), stop);
    let options = Options { limits, ..Options::default() };
    let handles = app.clone();
    let served = runtime.spawn(async move {
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        http::serve(handles, listener, options).await
    });
    test(Visitor { host, headers: Vec::new() }, app);
    switch.stop();
    runtime.block_on(served).unwrap().unwrap();
}

#[test]
fn slow_callers_are_let_go_and_others_are_served() {
    let short = Duration::from_millis(200);
    let limits = Limits { head: short, body: short, connections: 3, ..Limits::default() };
    with_limits(limits, |visitor, _| {
        // As many half requests as there are connections: the next one has to wait for them to be let go.
        let mut slow: Vec<_> = (0..3)
            .map(|_| {
                let mut stream = visitor.connect();
                stream.write_all(b"GET / HTTP/1.1\r\nhost: 127").unwrap();
                stream
            })
            .collect();
        assert_eq!(visitor.get("/healthz").status, 200);
        let mut left = Vec::new();
        let _ = slow[0].read_to_end(&mut left);
        drop(slow);
        let late = visitor.raw(&format!(
            "POST /session HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{{",
            visitor.host
        ));
        assert_eq!(late.status, 408, "{late:?}");
    });
}

#[test]
fn one_person_has_so_many_calls_at_once_and_others_have_theirs() {
    let limits = Limits { calls: 0, ..Limits::default() };
    with_limits(limits, |visitor, app| {
        let token = tokio::runtime::Runtime::new().unwrap().block_on(async {
            let table = karat::operations::find("tokens.create").unwrap();
            let input = json!({ "name": "a", "role": "viewer" });
            table.call(app, input).await.unwrap()["token"].as_str().unwrap().to_owned()
        });
        let program = visitor.with("authorization", &format!("Bearer {token}"));
        let refused = program.call("project.state", &json!({}));
        assert_eq!((refused.status, refused.header("retry-after")), (429, "1"), "{refused:?}");
    });
}

#[test]
fn what_the_files_say_is_in_the_history_from_the_start_and_after_each_change() {
    let (_folder, _served, admin) = example();
    let of = |kind: &str| {
        let listed = admin.call("history.list", &json!({ "kind": kind })).json();
        listed["entries"].as_array().map_or(0, Vec::len)
    };
    // Kept in the background: nobody waits for it, so the test asks until it is there.
    let until = |kind: &str, n: usize| {
        let begun = Instant::now();
        while of(kind) != n {
            assert!(begun.elapsed() < Duration::from_secs(20), "{kind}: {} and not {n}", of(kind));
        }
    };
    until("project", 1);
    until("rules", 1);
    until("dataset", 1);
    let floor = json!({ "feature": "triage", "criterion": "correct", "min": 0.8, "reason": "the desk reads every answer" });
    let amended = admin.call("gate.amend", &floor);
    assert_eq!(amended.status, 200, "{amended:?}");
    until("project", 2);
    until("mvq", 2);
}

#[test]
fn a_key_that_is_sent_twice_is_in_no_answer_and_in_no_line_of_the_server() {
    const KEY: &str = "qz-planted-secret-9876543210";
    let (folder, served, admin) = example();
    let once = [("idempotency-key", "the-same")];
    let input = json!({ "name": "KARAT_TEST_CALLS_KEY", "key": KEY });
    let send = |input: &Value| admin.send("POST", "/api/v1/keys.set", Some(input), &once);
    let (first, again) = (send(&input), send(&input));
    assert_eq!((first.status, again.status), (200, 200), "{first:?}");
    assert_eq!(again.header("idempotency-replayed"), "true");
    let other = send(&json!({ "name": "KARAT_TEST_CALLS_KEY", "key": format!("{KEY}0") }));
    assert_eq!(other.status, 422, "the key belongs to another request");
    let broken = send(&json!({ "name": "KARAT_TEST_CALLS_KEY", "key": [KEY] }));
    for reply in [&first, &again, &other, &broken] {
        assert!(!reply.body.contains("qz-planted"), "{reply:?}");
    }
    let (_, said) = served.end();
    assert!(!said.contains("qz-planted"), "{said}");
    // One file may know it: the one that keeps keys.
    for entry in std::fs::read_dir(folder.path().join(".karat")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() && !path.ends_with("keys") {
            let bytes = std::fs::read(&path).unwrap();
            let has = bytes.windows(KEY.len()).any(|part| part == KEY.as_bytes());
            assert!(!has, "{}", path.display());
        }
    }
}
