//! A feature in production: applications of three dialects ask it, variants at three kinds of provider answer, each answer is recorded.

use karat_providers::Dialect;
use karat_records::{Endpoint, Outcome};
use serde_json::{Value, json};

use crate::program::Folder;
use crate::served::Served;
use crate::server::Server;
use crate::traffic::{Ledger, ask, feature, path, project, request, understand, word};

const SCRIPT: &str = r#"
tokens_per_chunk = 1
[[answer]]
contains = "find it"
after_tool = false
tool_calls = [{ name = "find", arguments = { what = "a lamp" } }]
[[answer]]
text = "kind words, and more of them"
usage = { input_tokens = 11, output_tokens = 7 }
"#;

fn live() -> (Server, Folder, Served) {
    let server = Server::start(SCRIPT);
    let features: String = Dialect::ALL
        .map(|to| {
            feature(&format!("ask-{}", word(to)), &[("live", &format!("{}/good", word(to)))], "")
        })
        .concat();
    let folder = project(&server.url, &features);
    let served = Served::start(&folder);
    (server, folder, served)
}

#[test]
fn every_dialect_is_answered_by_every_provider_and_recorded() {
    let (_server, folder, served) = live();
    let ledger = Ledger::of(&folder);
    for from in Dialect::ALL {
        for to in Dialect::ALL {
            for streamed in [false, true] {
                let feature = format!("ask-{}", word(to));
                let place = format!("{} to {feature}, streamed {streamed}", word(from));
                let reply = ask(&served.visitor(), from, &feature, streamed);
                assert_eq!(reply.status, 200, "{place}: {reply:?}");
                let understood = understand(from, streamed, &reply);
                assert!(understood.is_done, "{place}: {reply:?}");
                assert_eq!(understood.answer.text, "kind words, and more of them", "{place}");
                for (name, value) in [
                    ("x-karat-variant", "live"),
                    ("x-karat-attempts", "1"),
                    ("x-karat-unproven", "true"),
                    ("x-karat-simulated", "true"),
                ] {
                    assert_eq!(reply.header(name), value, "{place}: {name}: {reply:?}");
                }
                let kind = if streamed { "text/event-stream" } else { "application/json" };
                assert!(reply.header("content-type").starts_with(kind), "{place}");
                let row = ledger.get(&reply);
                assert_eq!(row.id.as_bytes()[14], b'7', "{place}: a UUIDv7");
                let endpoint = match from {
                    Dialect::OpenAiChat => Endpoint::ChatCompletions,
                    Dialect::OpenAiResponses => Endpoint::Responses,
                    Dialect::Anthropic => Endpoint::Messages,
                };
                assert_eq!(
                    (row.endpoint, row.outcome, row.status),
                    (endpoint, Outcome::Answered, 200)
                );
                assert_eq!(row.feature.as_deref(), Some(feature.as_str()));
                assert_eq!(row.variant.as_deref(), Some("live"));
                assert!(row.variant_hash.is_some() && row.unproven && row.simulated, "{place}");
                assert_eq!(row.asked, Some(format!("{}/good", word(to))));
                assert_eq!(row.served.as_deref(), Some("good"), "{place}");
                assert_eq!(row.text, "kind words, and more of them", "{place}");
                assert!(row.request.contains("hello"), "{place}");
                assert_eq!((row.streamed, row.first_chunk_ms.is_some()), (streamed, streamed));
                let usage = row.usage.unwrap();
                assert_eq!((usage.input_tokens, usage.output_tokens), (11, 7), "{place}");
                assert!(!row.usage_estimated, "{place}");
                assert_eq!(row.attempts.len(), 1, "{place}");
                let step = &row.attempts[0];
                assert_eq!((step.attempt.status, &step.attempt.failure), (Some(200), &None));
                assert!(row.latency_ms > 0.0 && row.latency_ms < 60_000.0, "{place}");
                assert_eq!(row.response_id, understood.answer.provider_id, "{place}: {reply:?}");
            }
        }
    }
}

#[test]
fn tools_pass_between_dialects_both_ways() {
    let (_server, folder, served) = live();
    let ledger = Ledger::of(&folder);
    let schema = json!({"type": "object", "properties": {"what": {"type": "string"}}});
    for from in Dialect::ALL {
        for to in Dialect::ALL {
            for streamed in [false, true] {
                let place = format!("{} to {}, streamed {streamed}", word(from), word(to));
                let mut asked = request(from, &format!("ask-{}", word(to)), "find it", streamed);
                asked["tools"] = match from {
                    Dialect::OpenAiChat => {
                        json!([{"type": "function", "function": {"name": "find", "parameters": schema}}])
                    }
                    Dialect::OpenAiResponses => {
                        json!([{"type": "function", "name": "find", "parameters": schema}])
                    }
                    Dialect::Anthropic => json!([{"name": "find", "input_schema": schema}]),
                };
                let reply = served.visitor().send("POST", path(from), Some(&asked), &[]);
                assert_eq!(reply.status, 200, "{place}: {reply:?}");
                let understood = understand(from, streamed, &reply);
                let call = &understood.answer.tool_calls[0];
                assert_eq!(call.name, "find", "{place}");
                let arguments: Value = serde_json::from_str(&call.arguments).unwrap();
                assert_eq!(arguments, json!({"what": "a lamp"}), "{place}");
                let row = ledger.get(&reply);
                assert_eq!(row.tool_calls[0].name, "find");
                assert_eq!(row.tool_calls[0].arguments["what"], "a lamp", "{place}");
                let told = follow_up(from, &asked, &call.id);
                let reply = served.visitor().send("POST", path(from), Some(&told), &[]);
                let understood = understand(from, streamed, &reply);
                assert_eq!(
                    understood.answer.text, "kind words, and more of them",
                    "{place}: {reply:?}"
                );
            }
        }
    }
}

/// The same conversation with the tool's answer.
fn follow_up(dialect: Dialect, asked: &Value, id: &str) -> Value {
    let mut told = asked.clone();
    let (place, turns) = match dialect {
        Dialect::OpenAiChat => (
            "messages",
            json!([
                {"role": "user", "content": "find it"},
                {"role": "assistant", "content": null, "tool_calls": [{"id": id, "type": "function", "function": {"name": "find", "arguments": "{\"what\":\"a lamp\"}"}}]},
                {"role": "tool", "tool_call_id": id, "content": "here"},
            ]),
        ),
        Dialect::OpenAiResponses => (
            "input",
            json!([
                {"role": "user", "content": "find it"},
                {"type": "function_call", "call_id": id, "name": "find", "arguments": "{\"what\":\"a lamp\"}"},
                {"type": "function_call_output", "call_id": id, "output": "here"},
            ]),
        ),
        Dialect::Anthropic => (
            "messages",
            json!([
                {"role": "user", "content": "find it"},
                {"role": "assistant", "content": [{"type": "tool_use", "id": id, "name": "find", "input": {"what": "a lamp"}}]},
                {"role": "user", "content": [{"type": "tool_result", "tool_use_id": id, "content": "here"}]},
            ]),
        ),
    };
    told[place] = turns;
    told
}

#[test]
fn what_an_application_says_to_karat_is_recorded_and_never_reaches_the_provider() {
    let (_server, folder, served) = live();
    let ledger = Ledger::of(&folder);
    let mut asked = request(Dialect::OpenAiChat, "ask-chat", "hello", false);
    asked["karat"] = json!({"conversation": "c-1", "user": "ana", "tags": {"plan": "pro"}});
    let reply = served.visitor().send("POST", "/v1/chat/completions", Some(&asked), &[]);
    let row = ledger.get(&reply);
    assert_eq!((row.conversation.as_deref(), row.user.as_deref()), (Some("c-1"), Some("ana")));
    assert_eq!(row.tags["plan"], "pro");
    let plain = request(Dialect::Anthropic, "ask-messages/live", "hello", false);
    let headers =
        [("x-karat-conversation", "c-2"), ("x-karat-user", "bo"), ("x-karat-tags", "a=b")];
    let reply = served.visitor().send("POST", "/v1/messages", Some(&plain), &headers);
    let row = ledger.get(&reply);
    assert_eq!((row.conversation.as_deref(), row.user.as_deref()), (Some("c-2"), Some("bo")));
    assert_eq!((row.tags["a"].as_str(), row.variant.as_deref()), ("b", Some("live")));
}

#[test]
fn models_vectors_and_counts_of_tokens_are_answered_too() {
    let (_server, folder, served) = live();
    let visitor = served.visitor();
    let models = visitor.get("/v1/models").json();
    let ids: Vec<&str> =
        models["data"].as_array().unwrap().iter().filter_map(|it| it["id"].as_str()).collect();
    assert!(ids.contains(&"ask-chat") && ids.contains(&"ask-chat/live"), "{ids:?}");
    assert_eq!(visitor.get("/v1/models/ask-chat").json()["id"], "ask-chat");
    assert_eq!(visitor.get("/v1/models/nobody").status, 404);
    let asked = json!({"model": "chat/vectors", "input": ["one", "two"]});
    let reply = visitor.send("POST", "/v1/embeddings", Some(&asked), &[]);
    assert_eq!(reply.status, 200, "{reply:?}");
    assert_eq!(reply.json()["data"].as_array().unwrap().len(), 2);
    let row = Ledger::of(&folder).get(&reply);
    assert_eq!((row.endpoint, row.outcome), (Endpoint::Embeddings, Outcome::Answered));
    assert_eq!(row.asked.as_deref(), Some("chat/vectors"));
    let asked = request(Dialect::Anthropic, "ask-messages", "hello", false);
    let counted = visitor.send("POST", "/v1/messages/count_tokens", Some(&asked), &[]);
    assert!(counted.json()["input_tokens"].as_u64().unwrap() > 0, "{counted:?}");
    assert_eq!(visitor.get("/readyz").json()["ready"], true);
    let metrics = visitor.get("/metrics").body;
    assert!(metrics.contains("karat_inferences_total{"), "{metrics}");
}

#[test]
fn a_name_that_means_nobody_is_refused_in_the_callers_dialect_with_the_next_step() {
    let (_server, _folder, served) = live();
    for dialect in Dialect::ALL {
        let reply = ask(&served.visitor(), dialect, "ask-chta", false);
        assert_eq!(reply.status, 404, "{reply:?}");
        let error = reply.json();
        let message = error["error"]["message"].as_str().unwrap();
        assert!(message.contains("next:") && message.contains("ask-chat"), "{message}");
        assert_eq!(error["type"] == "error", dialect == Dialect::Anthropic);
    }
    for body in ["", "{", "[]", "{\"model\":1}", "{\"messages\":[]}"] {
        let length = body.len();
        let reply = served.visitor().raw(&format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: {}\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}",
            served.host
        ));
        assert_eq!(reply.status, 400, "{body}: {reply:?}");
        assert!(reply.json()["error"]["message"].is_string());
    }
}
