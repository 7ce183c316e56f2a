//! What fails at providers: before the first piece the next variant answers, after it the stream says in its own words that it broke.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use karat_providers::Dialect;
use karat_records::{FailureKind, Outcome};

use crate::served::Served;
use crate::server::Server;
use crate::traffic::{
    Ledger, TERMINAL, Wire, ask, feature, path, project, request, understand, word,
};

/// A fault's name, which is its model's; the end of the provider's name; what the server does; how that is recorded.
type Row = (&'static str, &'static str, &'static str, FailureKind);

/// What happens before the first piece of an answer.
const BEFORE: [Row; 13] = [
    ("refused", "-gone", "", FailureKind::Unreachable),
    ("hangs", "-hasty", "kind = \"hang\"", FailureKind::Timeout),
    ("stalls", "-hasty", "kind = \"hang-after\"\nchunks = 0", FailureKind::Timeout),
    ("closes", "", "kind = \"cut\"", FailureKind::ServerError),
    ("cuts", "", "kind = \"cut\"\nchunks = 0", FailureKind::Malformed),
    ("garbles", "", "kind = \"malformed\"\nchunks = 0", FailureKind::Malformed),
    ("page", "", "kind = \"html\"\nstatus = 502", FailureKind::ServerError),
    ("fine-page", "", "kind = \"html\"\nstatus = 200", FailureKind::Malformed),
    ("limits", "", "kind = \"status\"\nstatus = 429", FailureKind::RateLimited),
    ("breaks", "", "kind = \"status\"\nstatus = 500", FailureKind::ServerError),
    ("overloads", "", "kind = \"overload-in-stream\"\nchunks = 0", FailureKind::ServerError),
    ("says-nothing", "", "kind = \"empty\"", FailureKind::Empty),
    ("forbids", "", "kind = \"status\"\nstatus = 401", FailureKind::Unauthorized),
];

/// What happens after two pieces of a streamed answer.
const AFTER: [Row; 4] = [
    ("stalls", "-hasty", "kind = \"hang-after\"\nchunks = 2", FailureKind::Timeout),
    ("cuts", "", "kind = \"cut\"\nchunks = 2", FailureKind::Malformed),
    ("garbles", "", "kind = \"malformed\"\nchunks = 2", FailureKind::Malformed),
    ("overloads", "", "kind = \"overload-in-stream\"\nchunks = 2", FailureKind::ServerError),
];

/// Pieces come one by one: a failure that comes together with the first is one before it.
const ANSWERS: &str = r#"
tokens_per_chunk = 1
chunk_delay = "3ms"
[[answer]]
model = "spare"
text = "from the spare"
[[answer]]
text = "one two six ten"
"#;

fn script(rows: &[Row]) -> String {
    let faults =
        rows.iter().filter(|(_, _, fault, _)| !fault.is_empty()).map(|(name, _, fault, _)| {
            format!("[[fault]]\nmodel = \"{name}\"\nalways = true\n{fault}\n")
        });
    ANSWERS.to_owned() + &faults.collect::<String>()
}

/// One feature for each row and provider, called `ROW-PROVIDER`.
fn features(rows: &[Row], has_spare: bool) -> String {
    let mut text = String::new();
    for (name, provider, _, _) in rows {
        for word in Dialect::ALL.map(word) {
            let broken = format!("{word}{provider}/{name}");
            let spare = format!("{word}/spare");
            let mut waterfall = vec![("broken", broken.as_str())];
            waterfall.extend(has_spare.then_some(("spare", spare.as_str())));
            text.push_str(&feature(&format!("{name}-{word}"), &waterfall, ""));
        }
    }
    text
}

#[test]
fn before_the_first_piece_the_next_variant_answers() {
    let server = Server::start(&script(&BEFORE));
    let folder = project(&server.url, &features(&BEFORE, true));
    let served = Served::start(&folder);
    let ledger = Ledger::of(&folder);
    let mut wrong = Vec::new();
    for (name, _, _, kind) in BEFORE {
        for dialect in Dialect::ALL {
            for streamed in [true, false] {
                let place = format!("{name} at {}, streamed {streamed}", word(dialect));
                let feature = format!("{name}-{}", word(dialect));
                let reply = ask(&served.visitor(), dialect, &feature, streamed);
                let understood = understand(dialect, streamed, &reply);
                if reply.status != 200 || understood.answer.text != "from the spare" {
                    wrong.push(format!("{place}: {reply:?}"));
                    continue;
                }
                assert!(understood.is_done, "{place}: {reply:?}");
                let marks = (reply.header("x-karat-variant"), reply.header("x-karat-attempts"));
                assert_eq!(marks, ("spare", "2"), "{place}");
                let row = ledger.get(&reply);
                assert_eq!(
                    (row.outcome, row.variant.as_deref()),
                    (Outcome::Answered, Some("spare"))
                );
                let failures: Vec<_> = row
                    .attempts
                    .iter()
                    .map(|step| step.attempt.failure.as_ref().map(|failure| failure.kind))
                    .collect();
                if failures != [Some(kind), None] {
                    wrong.push(format!("{place}: {:?}", row.attempts));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} are wrong:\n{}", wrong.len(), wrong.join("\n"));
    let (_, words) = served.end();
    assert!(words.contains("chat/forbids refuses what this project sets"), "{words}");
}

#[test]
fn where_nobody_is_left_the_caller_gets_an_error_in_its_dialect_and_no_stream() {
    let server = Server::start(&script(&BEFORE));
    let folder = project(&server.url, &features(&BEFORE, false));
    let served = Served::start(&folder);
    let ledger = Ledger::of(&folder);
    for (name, _, _, _) in BEFORE {
        for dialect in Dialect::ALL {
            let place = format!("{name} at {}", word(dialect));
            let reply = ask(&served.visitor(), dialect, &format!("{name}-{}", word(dialect)), true);
            assert!(reply.status >= 429, "{place}: {reply:?}");
            assert_eq!(reply.header("content-type"), "application/json", "{place}");
            assert_eq!(reply.header("x-should-retry"), "false", "{place}");
            assert!(reply.json()["error"]["message"].as_str().unwrap().contains("no variant"));
            let row = ledger.get(&reply);
            assert_eq!((row.outcome, row.status), (Outcome::Failed, reply.status), "{place}");
            assert!(row.attempts[0].attempt.failure.is_some(), "{place}");
        }
    }
}

#[test]
fn after_the_first_piece_the_stream_ends_in_an_error_of_the_callers_dialect() {
    let server = Server::start(&script(&AFTER));
    let folder = project(&server.url, &features(&AFTER, true));
    let served = Served::start(&folder);
    let ledger = Ledger::of(&folder);
    for (name, _, _, kind) in AFTER {
        for to in Dialect::ALL {
            for from in Dialect::ALL {
                let place = format!("{name}: {} asks {}", word(from), word(to));
                let reply = ask(&served.visitor(), from, &format!("{name}-{}", word(to)), true);
                assert_eq!(reply.status, 200, "{place}: {reply:?}");
                assert!(
                    TERMINAL.iter().all(|mark| !reply.body.contains(mark)),
                    "{place} ends as if it were whole: {reply:?}"
                );
                let understood = understand(from, true, &reply);
                assert!(understood.error.is_some() && !understood.is_done, "{place}: {reply:?}");
                let last = reply.body.trim_end().rsplit("\n\n").next().unwrap();
                let is_in_dialect = match from {
                    Dialect::OpenAiChat => last.starts_with("data: {\"error\":"),
                    Dialect::OpenAiResponses => {
                        last.starts_with("event: error\n")
                            || last.starts_with("event: response.failed\n")
                    }
                    Dialect::Anthropic => last.starts_with("event: error\n"),
                };
                assert!(is_in_dialect, "{place}: {last}");
                let row = ledger.get(&reply);
                assert_eq!((row.outcome, row.status), (Outcome::Cut, 200), "{place}");
                assert_eq!(row.text, "one two ", "{place}");
                assert_eq!(understood.answer.text, row.text, "{place}: {reply:?}");
                assert_eq!(row.attempts.len(), 1, "{place}: nobody answers after the first piece");
                let failure = row.attempts[0].attempt.failure.as_ref().unwrap();
                assert_eq!(failure.kind, kind, "{place}: {failure:?}");
            }
        }
    }
}

#[test]
fn a_provider_that_asks_for_a_wait_gets_it_and_nobody_left_says_how_long_it_takes() {
    let server = Server::start(&format!(
        "{ANSWERS}[[fault]]\nmodel = \"busy\"\nkind = \"rate-limit\"\nalways = true\nretry_after = \"40s\"\n"
    ));
    let features = feature("both", &[("busy", "chat/busy"), ("spare", "chat/spare")], "")
        + &feature("alone", &[("busy", "chat/busy")], "");
    let folder = project(&server.url, &features);
    let served = Served::start(&folder);
    let asked = |feature| ask(&served.visitor(), Dialect::OpenAiChat, feature, false);
    assert_eq!(asked("both").header("x-karat-attempts"), "2");
    assert_eq!(asked("both").header("x-karat-attempts"), "1", "it cools down");
    let refused = asked("alone");
    assert_eq!(refused.status, 503, "{refused:?}");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((20..=40).contains(&wait), "{wait}");
    assert_eq!(refused.header("x-should-retry"), "false");
}

#[test]
fn the_callers_own_mistake_is_given_back_and_no_other_variant_is_asked() {
    let mut script = ANSWERS.to_owned();
    for (name, fault) in [
        ("odd", "status = 400"),
        ("large", "status = 413"),
        ("unread", "status = 422"),
        ("long", "error = \"context_length\""),
    ] {
        script.extend([format!(
            "[[fault]]\nmodel = \"{name}\"\nkind = \"status\"\nalways = true\n{fault}\n"
        )]);
    }
    let server = Server::start(&script);
    let names = ["odd", "large", "unread", "long"];
    let mut text: String = names
        .map(|name| {
            feature(name, &[("broken", &format!("chat/{name}")), ("spare", "chat/spare")], "")
        })
        .concat();
    text += &feature(
        "longer",
        &[("broken", "chat/long"), ("spare", "chat/spare")],
        "next_on = [\"context-length\"]",
    );
    let folder = project(&server.url, &text);
    let served = Served::start(&folder);
    for (name, status) in names.into_iter().zip([400, 413, 422, 400]) {
        let reply = ask(&served.visitor(), Dialect::OpenAiChat, name, true);
        assert_eq!((reply.status, reply.header("x-karat-attempts")), (status, "1"), "{reply:?}");
    }
    let longer = ask(&served.visitor(), Dialect::OpenAiChat, "longer", true);
    assert_eq!((longer.status, longer.header("x-karat-attempts")), (200, "2"), "{longer:?}");
}

#[test]
fn what_a_failed_attempt_consumed_is_counted_with_the_answer_of_the_next() {
    let script =
        format!("{ANSWERS}[[fault]]\nmodel = \"says-nothing\"\nalways = true\nkind = \"empty\"\n");
    let server = Server::start(&script);
    let [broken, spare] = [("broken", "chat/says-nothing"), ("spare", "chat/spare")];
    let text = feature("pays", &[broken, spare], "") + &feature("alone", &[spare], "");
    let folder = project(&server.url, &text);
    let served = Served::start(&folder);
    let ledger = Ledger::of(&folder);
    let used = |name: &str| {
        let reply = ask(&served.visitor(), Dialect::OpenAiChat, name, false);
        assert_eq!(reply.status, 200, "{reply:?}");
        let row = ledger.get(&reply);
        assert_eq!(row.text, "from the spare");
        row.usage.unwrap().input_tokens
    };
    let (pays, alone) = (used("pays"), used("alone"));
    assert!(alone > 0 && pays > alone, "{pays} {alone}");
}

#[test]
fn a_slow_answer_arrives_piece_by_piece() {
    let server = Server::start(&format!(
        "{ANSWERS}[[fault]]\nmodel = \"slow\"\nkind = \"slow-drip\"\nalways = true\npause = \"300ms\"\n"
    ));
    for dialect in Dialect::ALL {
        let folder = project(
            &server.url,
            &feature("slow", &[("slow", &format!("{}/slow", word(dialect)))], ""),
        );
        let served = Served::start(&folder);
        let mut wire = Wire::ask(&served.visitor(), Dialect::OpenAiChat, "slow");
        wire.read_until("one ");
        let begun = Instant::now();
        assert!(!wire.text.contains("\"six"), "{}", wire.text);
        wire.read_until("[DONE]");
        assert!(begun.elapsed() >= Duration::from_millis(600), "{:?}", begun.elapsed());
        assert_eq!(Ledger::of(&folder).wait_for("slow").text, "one two six ten");
    }
}

#[test]
fn who_hangs_up_before_the_answer_is_recorded_and_the_call_is_cancelled() {
    let (url, gone) = raw_server(|mut stream, gone| {
        // Nothing is sent; the end of the stream says that the caller has gone.
        let n = stream.read(&mut [0; 16]).unwrap_or(0);
        gone.send(n == 0).unwrap();
    });
    let folder = project(&url, &feature("ask", &[("silent", "chat/silent")], ""));
    let served = Served::start(&folder);
    let ledger = Ledger::of(&folder);
    let wire = Wire::ask(&served.visitor(), Dialect::OpenAiChat, "ask");
    std::thread::sleep(Duration::from_millis(300));
    drop(wire);
    assert!(gone.recv_timeout(Duration::from_secs(20)).unwrap(), "the provider's call goes on");
    let row = ledger.wait_for("ask");
    assert_eq!((row.outcome, row.status, row.text.as_str()), (Outcome::Cancelled, 499, ""));
}

#[test]
fn who_hangs_up_in_the_middle_leaves_a_partial_answer_and_the_call_is_cancelled() {
    for from in Dialect::ALL {
        let (url, gone) = raw_server(|mut stream, gone| {
            let _ = stream.write_all(HEAD.as_bytes());
            for _ in 0..1000 {
                let event = "data: {\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"more \"},\"finish_reason\":null}]}\n\n";
                if stream.write_all(event.as_bytes()).is_err() {
                    return gone.send(true).unwrap();
                }
                std::thread::sleep(Duration::from_millis(20));
            }
            gone.send(false).unwrap();
        });
        let folder = project(&url, &feature("ask", &[("endless", "chat/endless")], ""));
        let served = Served::start(&folder);
        let ledger = Ledger::of(&folder);
        let mut wire = Wire::ask(&served.visitor(), from, "ask");
        wire.read_until("more ");
        drop(wire);
        assert!(gone.recv_timeout(Duration::from_secs(20)).unwrap(), "the provider's call goes on");
        let row = ledger.wait_for("ask");
        assert_eq!((row.outcome, row.status), (Outcome::Cancelled, 499), "{}", word(from));
        assert!(row.text.starts_with("more "), "{row:?}");
        assert!(row.usage.is_some() && row.usage_estimated, "what came is counted");
    }
}

#[test]
fn bytes_of_the_same_dialect_arrive_unchanged_wherever_they_are_cut() {
    let body = concat!(
        ": a comment\r\n\r\n",
        "data: {\"id\":\"x\",\"model\":\"m\", \"odd\": [1,  2],\r\ndata: \"choices\":[{\"index\":0,\"delta\":{\"content\":\"Grüße 🦀 \\u00fc\"}}]}\r\n\r\n",
        "data: {\"id\":\"x\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
        "data: {\"id\":\"x\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":4,\"total_tokens\":7}}\n\n",
        "data: [DONE]\n\n",
    );
    let (url, _gone) = raw_server(move |mut stream, _| {
        let _ = stream.set_nodelay(true);
        let _ = stream.write_all(HEAD.as_bytes());
        for byte in body.as_bytes() {
            let _ = stream.write_all(&[*byte]);
        }
    });
    let folder = project(&url, &feature("ask", &[("raw", "chat/raw")], ""));
    let served = Served::start(&folder);
    let mut asked = request(Dialect::OpenAiChat, "ask", "hello", true);
    asked["stream_options"] = serde_json::json!({"include_usage": true});
    let mut stream = served.visitor().connect();
    let text = asked.to_string();
    let head = format!(
        "POST {} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{text}",
        path(Dialect::OpenAiChat),
        served.host,
        text.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert_eq!(String::from_utf8(unchunked(&bytes)).unwrap(), body);
    let row = Ledger::of(&folder).wait_for("ask");
    assert_eq!(row.text, "Grüße 🦀 ü");
    let usage = row.usage.unwrap();
    assert_eq!((usage.input_tokens, usage.output_tokens), (3, 4));
}

const HEAD: &str =
    "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";

/// The body of a reply in chunks, as bytes.
fn unchunked(reply: &[u8]) -> Vec<u8> {
    let start = reply.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
    let mut rest = &reply[start..];
    let mut body = Vec::new();
    loop {
        let line = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
        if size == 0 {
            return body;
        }
        body.extend_from_slice(&rest[line + 2..line + 2 + size]);
        rest = &rest[line + 4 + size..];
    }
}

/// A provider that reads a request and then does what it is told, for each connection.
fn raw_server(
    answer: impl Fn(TcpStream, mpsc::Sender<bool>) + Send + 'static,
) -> (String, mpsc::Receiver<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/v1", listener.local_addr().unwrap());
    let (sender, receiver) = mpsc::channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let stream = stream.unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut length = 0;
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or(0) == 0 {
                    break;
                }
                let line = line.trim().to_ascii_lowercase();
                if let Some(value) = line.strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
                if line.is_empty() {
                    break;
                }
            }
            let mut body = vec![0; length];
            if reader.read_exact(&mut body).is_ok() && length > 0 {
                answer(stream, sender.clone());
            }
        }
    });
    (url, receiver)
}
