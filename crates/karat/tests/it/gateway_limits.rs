//! What applications may not do: overspend, come without a key, send too much, or read a secret anywhere.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use karat_providers::Dialect;
use serde_json::json;

use crate::program::Folder;
use crate::served::{Reply, Served, Visitor};
use crate::server::{OK, Server};
use crate::traffic::{Ledger, ask, feature, path, project, request};

/// Two hundred calls in the same moment.
fn burst(visitor: &Visitor, feature: &str) -> Vec<Reply> {
    const N: usize = 200;
    let barrier = Barrier::new(N);
    std::thread::scope(|scope| {
        let callers: Vec<_> = (0..N)
            .map(|index| {
                let barrier = &barrier;
                scope.spawn(move || {
                    let mut asked = request(Dialect::OpenAiChat, feature, "hello", index % 2 == 0);
                    asked["max_tokens"] = json!(1000);
                    barrier.wait();
                    visitor.send("POST", path(Dialect::OpenAiChat), Some(&asked), &[])
                })
            })
            .collect();
        callers.into_iter().map(|caller| caller.join().unwrap()).collect()
    })
}

fn with_status(replies: &[Reply], status: u16) -> usize {
    replies.iter().filter(|reply| reply.status == status).count()
}

#[test]
fn of_200_calls_at_once_a_limit_of_50_lets_50_through() {
    let server = Server::start(
        "latency = \"20ms\"\n[[answer]]\ntext = \"ok\"\nusage = { input_tokens = 10, output_tokens = 1000 }\n",
    );
    let price = "[prices.\"chat/good\"]\ninput = 0\noutput = 10\n";
    let features = price.to_owned()
        + &feature("paced", &[("live", "chat/good")], "requests_per_minute = 50")
        + &feature("paid", &[("live", "chat/good")], "budget_usd_per_day = 0.5");
    let folder = project(&server.url, &features);
    let served = Served::start(&folder);
    for name in ["paced", "paid"] {
        let replies = burst(&served.visitor(), name);
        assert_eq!((with_status(&replies, 200), with_status(&replies, 429)), (50, 150), "{name}");
        let refused = replies.iter().find(|reply| reply.status == 429).unwrap();
        assert!(refused.header("retry-after").parse::<u64>().unwrap() > 0, "{refused:?}");
        let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
        assert!(message.contains("next:") && message.contains(name), "{message}");
    }
    let costs: f64 = Ledger::of(&folder)
        .all()
        .into_iter()
        .filter(|row| row.feature.as_deref() == Some("paid"))
        .filter_map(|row| row.cost_usd)
        .sum();
    assert!((costs - 0.5).abs() < 1e-9, "{costs}");
    drop(served);
    let again = Served::start(&folder);
    let reply = ask(&again.visitor(), Dialect::OpenAiChat, "paid", false);
    assert_eq!(reply.status, 429, "a restart is no new budget: {reply:?}");
}

/// A project that wants keys, and a visitor with a key of this role.
fn locked() -> (Server, Folder, Served) {
    let server = Server::start(OK);
    let text = "[gateway]\nkeys = \"required\"\n".to_owned()
        + &feature("ask", &[("live", "chat/good")], "");
    let folder = project(&server.url, &text);
    let served = Served::start(&folder);
    (server, folder, served)
}

#[test]
fn each_key_opens_its_own_doors_and_a_revoked_one_none_at_once() {
    let (_server, folder, served) = locked();
    let asked = |visitor: &Visitor| ask(visitor, Dialect::OpenAiChat, "ask", false);
    let nobody = asked(&served.visitor());
    assert_eq!(nobody.status, 401, "{nobody:?}");
    assert!(nobody.json()["error"]["message"].as_str().unwrap().contains("--role infer"));
    let infer = served.program(&folder, "infer");
    assert_eq!(asked(&infer).status, 200);
    let token = infer.headers[0].1.strip_prefix("Bearer ").unwrap().to_owned();
    let by_name = served.visitor().with("x-api-key", &token);
    assert_eq!(ask(&by_name, Dialect::Anthropic, "ask", true).status, 200);
    let refused = infer.call("project.state", &json!({}));
    assert_eq!(refused.status, 403, "{refused:?}");
    let signals = served.program(&folder, "signals");
    let refused = asked(&signals);
    assert_eq!(refused.status, 403, "{refused:?}");
    assert_eq!(signals.call("project.state", &json!({})).status, 403);
    let viewer = served.program(&folder, "viewer");
    assert_eq!(asked(&viewer).status, 403);
    assert_eq!(asked(&served.visitor().with("authorization", "Bearer sk-something")).status, 401);

    let row = Ledger::of(&folder).get(&asked(&infer));
    let list = folder.karat(&["call", "tokens.list"]).json();
    let tokens = list["tokens"].as_array().unwrap();
    let id = tokens.iter().find(|it| it["name"] == "infer").unwrap()["id"].as_str().unwrap();
    assert_eq!(row.key.as_deref(), Some(id));
    let admin = served.admin();
    assert_eq!(admin.call("tokens.revoke", &json!({ "id": id })).status, 200);
    let revoked = asked(&infer);
    assert_eq!(revoked.status, 401, "{revoked:?}");
    assert!(revoked.json()["error"]["message"].as_str().unwrap().contains("revoked"));

    // Another process revokes: keys are kept for a second at most.
    let other = served.program(&folder, "infer");
    assert_eq!(asked(&other).status, 200);
    let list = folder.karat(&["call", "tokens.list"]).json();
    let tokens = list["tokens"].as_array().unwrap();
    let id = tokens.iter().find(|it| it["name"] == "infer").unwrap()["id"].as_str().unwrap();
    assert_eq!(folder.karat(&["token", "revoke", id]).code, 0);
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(asked(&other).status, 401);
}

#[test]
fn other_names_and_pages_of_other_sites_are_refused() {
    let server = Server::start(OK);
    let folder = project(&server.url, &feature("ask", &[("live", "chat/good")], ""));
    let served = Served::start(&folder);
    let body = request(Dialect::OpenAiChat, "ask", "hello", false);
    for more in [
        ("host", "evil.example"),
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("sec-fetch-site", "cross-site"),
    ] {
        let reply = served.visitor().send("POST", path(Dialect::OpenAiChat), Some(&body), &[more]);
        assert_eq!(reply.status, 403, "{more:?}: {reply:?}");
        assert!(reply.json()["error"]["message"].is_string());
    }
    assert!(Ledger::of(&folder).ids().is_empty(), "nobody was asked");
}

const CANARY: &str = "canary/7Hq2-xY93-kLm4Pz";

#[test]
fn a_planted_secret_is_in_no_record_no_log_and_no_error() {
    let echo = |model: &str, fault: &str| {
        format!("[[fault]]\nmodel = \"{model}\"\nalways = true\n{fault}\n")
    };
    let says = format!("message = \"the key {CANARY} is wrong, {CANARY}\"");
    let script = format!(
        "[[answer]]\nmodel = \"echo\"\ntext = \"your key is {CANARY}, card 1234 5678 1234 5678\"\n{OK}{}{}{}{}",
        echo("locked", &format!("kind = \"status\"\nstatus = 401\n{says}")),
        echo("odd", &format!("kind = \"status\"\nstatus = 400\n{says}")),
        echo("broken", &format!("kind = \"status\"\nstatus = 500\nbody = \"<p>{CANARY}\"")),
        echo("busy", &format!("kind = \"overload-in-stream\"\nchunks = 1\n{says}")),
    );
    let server = Server::start(&script);
    let mut text =
        "[gateway]\nredact = ['\\b\\d{4} \\d{4} \\d{4} \\d{4}\\b', 'Müller']\n".to_owned();
    for name in ["locked", "odd", "broken", "busy", "echo", "fine"] {
        text += &feature(name, &[("live", &format!("chat/{name}"))], "");
    }
    let folder = project(&server.url, &text);
    let project = folder.read("karat.toml").replacen(
        "dialect = \"openai-chat\"",
        "dialect = \"openai-chat\"\napi_key_env = \"SIM_KEY\"",
        1,
    );
    folder.write("karat.toml", &project);
    let served = Served::start_with_variables(&folder, &[], &[("SIM_KEY", CANARY)]);
    let visitor = served.visitor();
    let mut told = String::new();
    for name in ["locked", "odd", "broken", "busy"] {
        for dialect in Dialect::ALL {
            for streamed in [false, true] {
                let reply = ask(&visitor, dialect, name, streamed);
                told.extend([format!("{name}: {:?} {}\n", reply.headers, reply.body)]);
            }
        }
    }
    assert!(!told.contains(CANARY), "{told}");
    for streamed in [false, true] {
        let answered = ask(&visitor, Dialect::OpenAiChat, "echo", streamed);
        assert_eq!(answered.status, 200, "{answered:?}");
    }
    // As it stands, and as clients write it that know only ASCII.
    for words in [
        format!("my card is 1234 5678 1234 5678, the key {CANARY}, Müller"),
        format!("\u{1}card 1234 5678 1234 5678, the key {CANARY}, Müller"),
    ] {
        let mut asked = request(Dialect::OpenAiChat, "fine", &words, false);
        asked["karat"] = json!({
            "user": "Müller",
            "conversation": "1234 5678 1234 5678",
            "inputs": {"Müller": {"Müller": CANARY}},
            "tags": {"Müller": "1234 5678 1234 5678"},
        });
        let body = asked.to_string().replace('ü', "\\u00fc");
        let reply = visitor.raw(&format!(
            "POST {} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            path(Dialect::OpenAiChat),
            served.host,
            body.len()
        ));
        assert_eq!(reply.status, 200, "{reply:?}");
        let row = Ledger::of(&folder).get(&reply);
        let kept = serde_json::to_string(&row).unwrap();
        for gone in [CANARY, "1234 5678", "Müller", "M\\\\u00fcller"] {
            assert!(!kept.contains(gone), "{gone}: {kept}");
        }
        assert!(row.request.contains("[redacted]"), "{kept}");
        serde_json::from_str::<serde_json::Value>(&row.request).unwrap();
    }
    let metrics = visitor.get("/metrics").body + &visitor.get("/readyz").body;
    let (_, words) = served.end();
    assert!(!words.contains(CANARY) && !metrics.contains(CANARY), "{words}\n{metrics}");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder.path().join(".karat")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            files.push((
                path.clone(),
                String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned(),
            ));
        }
    }
    assert!(files.iter().any(|(_, bytes)| bytes.contains("[redacted]")), "bodies can be searched");
    for (path, bytes) in files {
        for gone in [CANARY, "1234 5678", "Müller"] {
            assert!(!bytes.contains(gone), "{gone} stands in {}", path.display());
        }
    }
    // Bodies may be packed in the file, so each is looked at as it is read back, too.
    for row in Ledger::of(&folder).all() {
        let kept = serde_json::to_string(&row).unwrap();
        assert!(!kept.contains(CANARY) && !kept.contains("1234 5678"), "{kept}");
    }
}

#[test]
fn too_much_and_too_slow_is_refused_and_others_are_answered() {
    let server = Server::start(OK);
    let folder = project(&server.url, &feature("ask", &[("live", "chat/good")], ""));
    let served = Served::start(&folder);
    let visitor = served.visitor();
    let fine = |what: &str| {
        let begun = Instant::now();
        let reply = ask(&visitor, Dialect::OpenAiChat, "ask", true);
        assert_eq!(reply.status, 200, "{what}: {reply:?}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{what}: {:?}", begun.elapsed());
    };
    let head = format!("POST {} HTTP/1.1\r\nhost: {}\r\n", path(Dialect::OpenAiChat), served.host);
    let announced = visitor.raw(&format!("{head}content-length: 104857600\r\n\r\n{{"));
    assert_eq!(announced.status, 413, "{announced:?}");
    assert!(announced.json()["error"]["message"].as_str().unwrap().contains("32 MB"));
    fine("after an announced 100 MB");

    let mut stream = visitor.connect();
    stream.write_all(format!("{head}transfer-encoding: chunked\r\n\r\n").as_bytes()).unwrap();
    let chunk = format!("100000\r\n{}\r\n", " ".repeat(1 << 20));
    for _ in 0..100 {
        if stream.write_all(chunk.as_bytes()).is_err() {
            break;
        }
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    fine("after 100 MB in chunks");

    let many: String = (0..2000).map(|index| format!("x-{index}: y\r\n")).collect();
    let bomb = visitor.raw(&format!("{head}{many}\r\n"));
    assert_eq!(bomb.status, 431, "{bomb:?}");
    fine("after a bomb of headers");

    let deep = format!("{{\"model\":\"ask\",\"messages\":{}", "[".repeat(1 << 20));
    let length = deep.len();
    let reply =
        visitor.raw(&format!("{head}content-length: {length}\r\nconnection: close\r\n\r\n{deep}"));
    assert_eq!(reply.status, 400, "{reply:?}");

    let slow: Vec<TcpStream> = (0..300)
        .map(|index| {
            let mut stream = visitor.connect();
            let begun = if index % 2 == 0 { "POST /v1/chat/comp" } else { head.as_str() };
            stream.write_all(begun.as_bytes()).unwrap();
            if index % 4 == 1 {
                stream.write_all(b"content-length: 1000\r\n\r\n{").unwrap();
            }
            stream
        })
        .collect();
    fine("beside 300 slow callers");
    drop(slow);
}
