//! Coding agents at the gateway: requests as Claude Code and Codex send them, to a provider of their own dialect and of others.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use karat_providers::Dialect;
use serde_json::{Value, json};

use crate::program::{Folder, repository};
use crate::served::{Reply, Served};
use crate::server::Server;
use crate::traffic::{Ledger, feature, path, project, understand, word};

const SCRIPT: &str = r#"
tokens_per_chunk = 2
[[answer]]
contains = "list the files"
after_tool = false
tool_calls = [{ name = "shell", arguments = { command = ["ls"] } }]
[[answer]]
text = "There are two files: Cargo.toml and src."
usage = { input_tokens = 900, cached_input_tokens = 8000, cache_write_tokens = 120, output_tokens = 12 }
"#;

/// What an agent sends: its file, its dialect, and headers of its own.
struct Sent {
    file: &'static str,
    dialect: Dialect,
    calls_a_tool: bool,
}

const SENT: [Sent; 5] = [
    Sent { file: "claude_code_first", dialect: Dialect::Anthropic, calls_a_tool: true },
    Sent { file: "claude_code_after_tool", dialect: Dialect::Anthropic, calls_a_tool: false },
    Sent { file: "claude_code_title", dialect: Dialect::Anthropic, calls_a_tool: false },
    Sent { file: "codex_first", dialect: Dialect::OpenAiResponses, calls_a_tool: true },
    Sent { file: "codex_after_tool", dialect: Dialect::OpenAiResponses, calls_a_tool: false },
];

const CLAUDE_CODE: [(&str, &str); 5] = [
    ("anthropic-version", "2023-06-01"),
    ("anthropic-beta", "claude-code-20250219,interleaved-thinking-2025-05-14"),
    ("anthropic-dangerous-direct-browser-access", "true"),
    ("user-agent", "claude-cli/2.0.44 (external, cli)"),
    ("x-app", "cli"),
];

const CODEX: [(&str, &str); 4] = [
    ("openai-beta", "responses=experimental"),
    ("originator", "codex_cli_rs"),
    ("session_id", "0199f6c1-5a1e-7bb2-9d0e-2f0c5b7e1a11"),
    ("accept", "text/event-stream"),
];

fn headers(dialect: Dialect) -> &'static [(&'static str, &'static str)] {
    if dialect == Dialect::Anthropic { &CLAUDE_CODE } else { &CODEX }
}

/// The request as the agent writes it, to this model.
fn text(file: &str, model: &str) -> String {
    let path = repository().join("crates/karat/tests/agents").join(format!("{file}.json"));
    std::fs::read_to_string(path).unwrap().replace("\"MODEL\"", &format!("\"{model}\""))
}

/// Sends bytes as they are.
fn send(served: &Served, address: &str, more: &[(&str, &str)], body: &str) -> Reply {
    let more: String = more.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    served.visitor().raw(&format!(
        "POST {address} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-type: application/json\r\n{more}content-length: {}\r\n\r\n{body}",
        served.host,
        body.len()
    ))
}

/// Where an agent of this dialect asks; Claude Code says that it means the beta.
fn address(dialect: Dialect) -> String {
    let more = if dialect == Dialect::Anthropic { "?beta=true" } else { "" };
    format!("{}{more}", path(dialect))
}

/// Stands before a scripted server and keeps what it is sent: heads and bodies.
struct Listener {
    url: String,
    heard: Arc<Mutex<Vec<(String, String)>>>,
}

impl Listener {
    fn before(server: &Server) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/v1", listener.local_addr().unwrap());
        let heard: Arc<Mutex<Vec<(String, String)>>> = Arc::default();
        let keep = Arc::clone(&heard);
        let behind = server.url.trim_start_matches("http://").split('/').next().unwrap().to_owned();
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                pass(stream.unwrap(), &behind, &keep);
            }
        });
        Self { url, heard }
    }

    /// The last head and body.
    fn last(&self) -> (String, String) {
        self.heard.lock().unwrap().last().unwrap().clone()
    }
}

fn pass(mut stream: TcpStream, behind: &str, keep: &Mutex<Vec<(String, String)>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    if head.is_empty() || reader.read_exact(&mut body).is_err() {
        return;
    }
    let mut onward = TcpStream::connect(behind).unwrap();
    onward.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).unwrap();
    onward.write_all(&body).unwrap();
    keep.lock().unwrap().push((head.to_ascii_lowercase(), String::from_utf8(body).unwrap()));
    let _ = std::io::copy(&mut onward, &mut stream);
}

/// A feature for each kind of provider, called `code-PROVIDER`.
fn live() -> (Server, Listener, Folder, Served) {
    let server = Server::start(SCRIPT);
    let listener = Listener::before(&server);
    let features: String = Dialect::ALL
        .map(|to| {
            feature(&format!("code-{}", word(to)), &[("live", &format!("{}/good", word(to)))], "")
        })
        .concat();
    let folder = project(&listener.url, &features);
    let served = Served::start(&folder);
    (server, listener, folder, served)
}

#[test]
fn an_agent_at_a_provider_of_its_dialect_reaches_it_byte_for_byte() {
    let (_server, listener, folder, served) = live();
    let ledger = Ledger::of(&folder);
    for Sent { file, dialect, .. } in SENT {
        let model = format!("{}/good", word(dialect));
        let body = text(file, &model);
        let reply = send(&served, &address(dialect), headers(dialect), &body);
        assert_eq!(reply.status, 200, "{file}: {reply:?}");
        let (head, sent) = listener.last();
        assert_eq!(sent, text(file, "good"), "{file}: only the name of the model is ours");
        for (name, value) in headers(dialect) {
            let is_meant = name.starts_with("anthropic-") || name.starts_with("openai-");
            let line = format!("{name}: {}\r\n", value.to_ascii_lowercase());
            assert_eq!(head.contains(&line), is_meant, "{file}: {name}: {head}");
        }
        let row = ledger.get(&reply);
        let user = row.user.as_deref();
        assert_eq!(user.is_some(), dialect == Dialect::Anthropic, "{file}: {user:?}");
        if !file.ends_with("first") {
            let usage = row.usage.unwrap();
            // Only Anthropic tells apart what was written to its cache.
            let read = usage.input_tokens + usage.cache_write_tokens;
            let counted = (read, usage.cached_input_tokens, usage.output_tokens);
            assert_eq!(counted, (1020, 8000, 12), "{file}");
        }
    }
}

#[test]
fn a_variants_prompt_stands_before_the_agents_own_and_all_else_stays() {
    let (_server, listener, _folder, served) = live();
    for Sent { file, dialect, .. } in SENT {
        let body = text(file, &format!("code-{}", word(dialect)));
        let reply = send(&served, &address(dialect), headers(dialect), &body);
        assert_eq!(reply.status, 200, "{file}: {reply:?}");
        let mut sent: Value = serde_json::from_str(&listener.last().1).unwrap();
        let mut asked: Value = serde_json::from_str(&text(file, "good")).unwrap();
        let member = if dialect == Dialect::Anthropic { "system" } else { "instructions" };
        let (ours, theirs) = (sent[member].take(), asked[member].take());
        assert_eq!(sent, asked, "{file}");
        if dialect == Dialect::Anthropic {
            assert_eq!(ours[0], json!({"type": "text", "text": "Answer kindly."}), "{file}");
            assert_eq!(ours.as_array().unwrap()[1..], *theirs.as_array().unwrap(), "{file}");
        } else {
            let wanted = format!("Answer kindly.\n\n{}", theirs.as_str().unwrap());
            assert_eq!(ours, wanted, "{file}");
        }
    }
}

/// Members that a provider of this dialect knows, of those that agents cause.
fn known(dialect: Dialect) -> &'static [&'static str] {
    match dialect {
        Dialect::OpenAiChat => &[
            "model",
            "messages",
            "tools",
            "tool_choice",
            "parallel_tool_calls",
            "stream",
            "stream_options",
            "max_tokens",
            "temperature",
            "reasoning_effort",
            "verbosity",
            "store",
            "prompt_cache_key",
            "user",
        ],
        Dialect::OpenAiResponses => {
            &["model", "input", "tools", "stream", "max_output_tokens", "temperature", "user"]
        }
        Dialect::Anthropic => &[
            "model",
            "messages",
            "system",
            "tools",
            "tool_choice",
            "stream",
            "max_tokens",
            "temperature",
        ],
    }
}

#[test]
fn an_agent_at_a_provider_of_another_dialect_is_understood_and_answered_in_its_own() {
    let (_server, listener, folder, served) = live();
    let ledger = Ledger::of(&folder);
    for Sent { file, dialect, calls_a_tool } in SENT {
        for to in Dialect::ALL.into_iter().filter(|to| *to != dialect) {
            let place = format!("{file} to {}", word(to));
            let body = text(file, &format!("code-{}", word(to)));
            let streamed = body.contains("\"stream\": true");
            let reply = send(&served, &address(dialect), headers(dialect), &body);
            assert_eq!(reply.status, 200, "{place}: {reply:?}");
            let sent: Value = serde_json::from_str(&listener.last().1).unwrap();
            for name in sent.as_object().unwrap().keys() {
                assert!(known(to).contains(&name.as_str()), "{place}: {name} in {sent}");
            }
            for gone in ["cache_control", "signature", "encrypted_content", "grammar", "web_search"]
            {
                assert!(!sent.to_string().contains(gone), "{place}: {gone} in {sent}");
            }
            let understood = understand(dialect, streamed, &reply);
            assert!(understood.is_done && understood.error.is_none(), "{place}: {reply:?}");
            if calls_a_tool {
                let call = &understood.answer.tool_calls[0];
                assert_eq!(call.name, "shell", "{place}");
                let arguments: Value = serde_json::from_str(&call.arguments).unwrap();
                assert_eq!(arguments, json!({"command": ["ls"]}), "{place}");
            } else {
                assert_eq!(understood.answer.text, "There are two files: Cargo.toml and src.");
            }
            if streamed {
                in_order(dialect, &reply, &place);
            }
            assert_eq!(ledger.get(&reply).attempts.len(), 1, "{place}");
        }
    }
}

/// Events in the order that the agents insist on.
fn in_order(dialect: Dialect, reply: &Reply, place: &str) {
    let events = reply.events();
    let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    let (first, last) = match dialect {
        Dialect::Anthropic => ("message_start", "message_stop"),
        _ => ("response.created", "response.completed"),
    };
    assert_eq!((names[0], *names.last().unwrap()), (first, last), "{place}: {names:?}");
    for (name, data) in &events {
        assert_eq!(data["type"], *name, "{place}: {data}");
    }
    if dialect == Dialect::Anthropic {
        let mut open = None;
        for (name, data) in &events {
            match name.as_str() {
                "content_block_start" => {
                    assert_eq!(open.replace(data["index"].clone()), None, "{place}: {names:?}");
                }
                "content_block_delta" => assert_eq!(open.as_ref(), Some(&data["index"]), "{place}"),
                "content_block_stop" => assert_eq!(open.take(), Some(data["index"].clone())),
                _ => {}
            }
        }
        let delta = events.iter().rfind(|(name, _)| name == "message_delta").unwrap();
        assert!(delta.1["delta"]["stop_reason"].is_string() && delta.1["usage"].is_object());
    } else {
        let whole = &events.last().unwrap().1["response"];
        assert_eq!(whole["status"], "completed", "{place}");
        assert!(!whole["output"].as_array().unwrap().is_empty(), "{place}: {whole}");
        assert!(whole["usage"]["total_tokens"].is_u64(), "{place}: {whole}");
        let done = events.iter().filter(|(name, _)| name == "response.output_item.done").count();
        assert_eq!(done, whole["output"].as_array().unwrap().len(), "{place}: {names:?}");
    }
}

#[test]
fn claude_code_counts_tokens_with_what_it_says_to_the_provider() {
    let (_server, listener, _folder, served) = live();
    let address = "/v1/messages/count_tokens?beta=true";
    let reply = send(&served, address, &CLAUDE_CODE, &text("claude_code_count", "messages/good"));
    assert!(reply.json()["input_tokens"].as_u64().unwrap() > 0, "{reply:?}");
    assert_eq!(reply.header("x-karat-estimated"), "");
    let (head, sent) = listener.last();
    assert_eq!(sent, text("claude_code_count", "good"));
    assert!(head.starts_with("post /v1/messages/count_tokens "), "{head}");
    for (name, value) in &CLAUDE_CODE[..2] {
        let line = format!("{name}: {value}\r\n");
        assert_eq!(head.matches(&line).count(), 1, "{line}: {head}");
    }
    let other = send(&served, address, &CLAUDE_CODE, &text("claude_code_count", "code-chat"));
    assert!(other.json()["input_tokens"].as_u64().unwrap() > 0, "{other:?}");
    assert_eq!(other.header("x-karat-estimated"), "true", "nobody counts for other dialects");
}
