//! Runs against a model server: dialects, resume, cache, repeats, judges, rate limits.

use serde_json::Value;

use crate::program::{Folder, metric, variant};
use crate::server::{Asking, OK, Server};

fn report(folder: &Folder, args: &[&str]) -> Value {
    let mut all = vec!["eval", "--format", "json", "--quiet"];
    all.extend_from_slice(args);
    let done = folder.karat(&all);
    assert!(done.code == 0, "{done:?}");
    done.json()
}

#[test]
fn every_dialect_answers_and_says_that_it_is_simulated() {
    let server = Server::start(OK);
    for dialect in ["openai-chat", "openai-responses", "anthropic"] {
        let folder = Asking { url: &server.url, ..Asking::default() }.folder();
        let edited = folder.read("karat.toml").replace("openai-chat", dialect);
        folder.write("karat.toml", &edited);
        let report = report(&folder, &[]);
        assert_eq!(metric(&report, "live", "right")["n_right"], 20, "{dialect}");
        assert_eq!(report["simulated"], true);
        assert!(variant(&report, "live")["latency"]["p50_ms"].as_f64().unwrap() > 0.0);
    }
}

#[test]
fn stored_answers_are_not_asked_for_again_and_fresh_ones_are() {
    let server = Server::start("[[answer]]\ntext = \"ok {{ n }}\"\n");
    let folder = Asking { url: &server.url, n_cases: 5, ..Asking::default() }.folder();
    let first = folder.karat(&["eval", "--format", "json"]);
    assert!(first.err.contains("5 calls of a model"), "{}", first.err);
    let answer = |done: &crate::program::Done| done.json()["examples"][0]["answer"].clone();
    let second = folder.karat(&["eval", "--format", "json"]);
    assert_eq!(answer(&first), answer(&second));
    assert!(second.err.contains("5 stored"), "{}", second.err);
    let fresh = folder.karat(&["eval", "--fresh", "--format", "json"]);
    assert_ne!(answer(&first), answer(&fresh));
}

#[test]
fn an_edited_prompt_asks_again_and_an_edited_scorer_does_not() {
    let server = Server::start(OK);
    let folder = Asking { url: &server.url, n_cases: 5, ..Asking::default() }.folder();
    report(&folder, &[]);
    let edited = folder.read("karat.toml").replace("kind = \"equals\"", "kind = \"icontains\"");
    folder.write("karat.toml", &edited);
    assert!(folder.karat(&["eval"]).err.contains("5 stored"));
    folder.write("ask.md", "{{ message }}, please\n");
    assert!(folder.karat(&["eval"]).err.contains("5 calls"));
}

#[test]
fn scores_are_computed_again_without_a_call() {
    let server = Server::start(OK);
    let folder = Asking { url: &server.url, n_cases: 5, ..Asking::default() }.folder();
    let refused = folder.karat(&["eval", "--rescore"]);
    assert_eq!(refused.code, 3);
    assert!(refused.err.contains("not stored"), "{}", refused.err);
    report(&folder, &[]);
    drop(server);
    assert_eq!(metric(&report(&folder, &["--rescore"]), "live", "right")["n_right"], 5);
}

#[test]
fn repeats_expose_an_inconsistent_model() {
    let server =
        Server::start("seed = 3\n[[answer]]\ntexts = [\"ok\", \"no\"]\nweights = [0.7, 0.3]\n");
    let folder = Asking { url: &server.url, n_cases: 30, trials: 5, ..Asking::default() }.folder();
    let report = report(&folder, &[]);
    let consistency = &variant(&report, "live")["consistency"];
    let pass_hat = |k: usize| consistency["pass_hat"][k - 1].as_f64().unwrap();
    assert!(pass_hat(1) > pass_hat(3) && pass_hat(3) > pass_hat(5), "{consistency}");
    assert!(consistency["n_same"].as_u64().unwrap() < 20, "{consistency}");
}

#[test]
fn a_rate_limit_is_found_and_held_without_a_lost_trial() {
    let server = Server::start(&format!("{OK}\n[limits]\nconcurrency = 4\n"));
    let folder = Asking { url: &server.url, n_cases: 60, ..Asking::default() }.folder();
    let report = report(&folder, &[]);
    assert_eq!(metric(&report, "live", "right")["n_right"], 60);
    assert_eq!(variant(&report, "live")["n_errors"], 0);
}

const JUDGES: &str = r#"
[features.judged]
dataset = "cases"
[features.judged.variants.live]
kind = "chat"
model = "sim/good"
prompt = "ask.md"
[features.judged.scorers]
kind-words = { kind = "llm-rubric", model = "sim/judge", text = "The answer is kind." }
majority = { kind = "llm-rubric", models = ["sim/judge", "sim/strict", "sim/judge"], text = "The answer is kind." }
pair = { kind = "llm-rubric", model = "sim/first-reader", text = "Which is kinder?", compare_with = "expected" }
unreadable = { kind = "llm-rubric", model = "sim/rambling", text = "The answer is kind." }
facts = { kind = "grounded", model = "sim/claims", context = "input.message" }
near = { kind = "similar", model = "sim/embed", threshold = 0.99 }
both = { kind = "weighted", parts = { kind-words = 1, pair = 1 } }
"#;

#[test]
fn judges_reason_vote_exchange_the_order_and_fail_closed() {
    let script = r#"
[[answer]]
model = "judge"
json = { reasoning = "It is.", verdict = "pass" }
[[answer]]
model = "strict"
json = { reasoning = "It is not.", verdict = "fail" }
[[answer]]
model = "first-reader"
json = { reasoning = "The first.", verdict = "A" }
[[answer]]
model = "rambling"
text = "Well, on the one hand"
[[answer]]
model = "claims"
json = { claims = [{ claim = "a", reasoning = "yes", supported = true }, { claim = "b", reasoning = "no", supported = false }] }
[[answer]]
text = "ok"
"#;
    let server = Server::start(script);
    let folder =
        Asking { url: &server.url, n_cases: 4, more: JUDGES, ..Asking::default() }.folder();
    let report = report(&folder, &["judged"]);
    let mean = |scorer: &str| metric(&report, "live", scorer)["mean"].as_f64().unwrap();
    assert!((mean("kind-words") - 1.0).abs() < 1e-9);
    assert!((mean("majority") - 1.0).abs() < 1e-9);
    assert!((mean("pair") - 0.5).abs() < 1e-9, "who always likes the first has no preference");
    assert!(mean("unreadable").abs() < 1e-9);
    assert_eq!(metric(&report, "live", "unreadable")["n_undecided"], 4);
    assert!((mean("facts") - 0.5).abs() < 1e-9);
    assert!((mean("both") - 0.75).abs() < 1e-9);
    assert!((mean("near") - 1.0).abs() < 1e-9, "equal texts have equal embeddings");
}

#[test]
fn a_program_and_an_endpoint_are_variants_and_a_program_is_a_scorer() {
    let server = Server::start(OK);
    let more = format!(
        r#"
[features.any]
dataset = "cases"
[features.any.variants.program]
kind = "command"
run = ["sh", "-c", "cat > /dev/null; echo ok"]
[features.any.variants.broken]
kind = "command"
run = "echo 'it broke' >&2; exit 7"
[features.any.variants.slow]
kind = "command"
run = "sleep 30"
timeout = "200ms"
[features.any.variants.hungry]
kind = "command"
run = "head -c 600000000 /dev/zero | tail > /dev/null"
memory_mb = 200
[features.any.variants.endpoint]
kind = "http"
url = "{}/chat/completions"
answer = "$.choices[0].message.content"
[features.any.scorers]
right = {{ kind = "equals" }}
mine = {{ kind = "command", run = ["sh", "-c", "cat > /dev/null; echo 0.25"] }}
"#,
        server.url
    );
    let folder = Asking { n_cases: 3, more: &more, ..Asking::default() }.folder();
    let report = report(&folder, &["any"]);
    assert_eq!(metric(&report, "program", "right")["n_right"], 3);
    assert!((metric(&report, "program", "mine")["mean"].as_f64().unwrap() - 0.25).abs() < 1e-9);
    let example = |name: &str| {
        variant(&report, name)["errors"][0]["example"].as_str().unwrap_or_default().to_owned()
    };
    assert!(
        example("broken").contains("it broke") && example("broken").contains('7'),
        "{}",
        example("broken")
    );
    assert!(example("slow").contains("longer than"), "{}", example("slow"));
    assert!(example("hungry").contains("memory exhausted"), "{}", example("hungry"));
    // The endpoint is no chat client of ours, so the server refuses the request; its words arrive.
    assert_eq!(variant(&report, "endpoint")["n_errors"], 3);
}

#[test]
fn conversations_images_and_tools_are_legal_input() {
    let script = "[[answer]]\ncontains = \"where\"\ntool_calls = [{ name = \"find_order\", arguments = { id = 7 } }]\n[[answer]]\ntext = \"a red dot\"\n";
    let server = Server::start(script);
    let more = r#"
[features.chat]
dataset = "talks"
[features.chat.variants.live]
kind = "chat"
model = "sim/good"
prompt = "talk.md"
tools = "tools.json"
[features.chat.scorers]
called = { kind = "tool-calls", mode = "subset" }
"#;
    let folder = Asking { url: &server.url, n_cases: 1, more, ..Asking::default() }.folder();
    let project = folder
        .read("karat.toml")
        .replace("[features.ask]", "[datasets.talks]\nfile = \"talks.jsonl\"\n\n[features.ask]");
    folder.write("karat.toml", &project);
    folder.write("talk.md", "# system\nHelp the customer.\n");
    folder.write("tools.json", r#"[{"name":"find_order","description":"Finds an order","parameters":{"type":"object","properties":{"id":{"type":"integer"}}}}]"#);
    folder.write(
        "talks.jsonl",
        concat!(
            r#"{"id":"order","input":[{"role":"user","content":"hello"},{"role":"assistant","content":"hi"},{"role":"user","content":"where is order 7?"}],"expected":[{"name":"find_order","arguments":{"id":7}}]}"#,
            "\n",
            r#"{"id":"image","input":[{"role":"user","content":[{"type":"text","text":"what is this?"},{"type":"image_url","image_url":{"url":"dot.png"}}]}],"expected":[]}"#,
            "\n"
        ),
    );
    let missing = folder.karat(&["check"]);
    assert!(missing.err.contains("there is no image dot.png"), "{}", missing.err);
    std::fs::write(folder.path().join("dot.png"), [0x89, b'P', b'N', b'G']).unwrap();
    for dialect in ["openai-chat", "openai-responses", "anthropic"] {
        folder.write("karat.toml", &project.replace("openai-chat", dialect));
        let report = report(&folder, &["chat"]);
        assert_eq!(variant(&report, "live")["n_errors"], 0, "{dialect}: {report}");
        let shown = folder.karat(&["show", "latest", "--case", "order", "--format", "json"]).json();
        let called = &shown["answers"][0]["scores"][0];
        assert_eq!(called["value"], 1.0, "{dialect}: {shown}");
    }
}

#[test]
fn an_endpoint_of_ones_own_answers_by_the_path_that_it_names() {
    use std::io::{Read as _, Write as _};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/ask", listener.local_addr().unwrap());
    // Answers every request with the case's own text, and closes the connection; ends with the test.
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = Vec::new();
            let mut chunk = [0; 4096];
            while !request.ends_with(b"}") {
                match stream.read(&mut chunk) {
                    Ok(n) if n > 0 => request.extend_from_slice(&chunk[..n]),
                    _ => break,
                }
            }
            let text = String::from_utf8_lossy(&request).into_owned();
            let answer = if text.contains("\"message\":\"case 1\"") { "no" } else { "ok" };
            let body = format!("{{\"result\":{{\"answer\":\"{answer}\"}},\"cost_usd\":0.5}}");
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
        }
    });
    let more = format!(
        "[features.own]\ndataset = \"cases\"\n[features.own.variants.mine]\nkind = \"http\"\nurl = \"{url}\"\nanswer = \"$.result.answer\"\n[features.own.scorers]\nright = {{ kind = \"equals\" }}\n"
    );
    let folder = Asking { n_cases: 4, more: &more, ..Asking::default() }.folder();
    let report = report(&folder, &["own"]);
    assert_eq!(metric(&report, "mine", "right")["n_right"], 3, "{report}");
    assert_eq!(variant(&report, "mine")["economy"]["usd_per_1000"], 500.0);
}
