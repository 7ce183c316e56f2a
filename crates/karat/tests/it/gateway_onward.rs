//! What goes on after a failure: another variant with a broken stream, or the same one after the wait that it asked for.

use std::time::{Duration, Instant};

use karat_providers::Dialect;
use karat_records::{FailureKind, Outcome};
use serde_json::json;

use crate::served::Served;
use crate::server::Server;
use crate::traffic::{Ledger, TERMINAL, ask, feature, path, project, request, understand, word};

/// The spare variant goes on where the first breaks off: its answer is the rest.
/// Pieces come one by one: a failure that comes together with the first is one before it.
const SCRIPT: &str = r#"
tokens_per_chunk = 1
chunk_delay = "3ms"
[[answer]]
contains = "find it"
tool_calls = [{ name = "find", arguments = { what = "a lamp and a very long cable" } }]
[[answer]]
model = "spare*"
text = "six ten"
usage = { input_tokens = 20, output_tokens = 2 }
[[answer]]
text = "one two six ten"
[[fault]]
model = "stalls*"
kind = "hang-after"
chunks = 2
always = true
[[fault]]
model = "cuts*"
kind = "cut"
chunks = 2
always = true
[[fault]]
model = "garbles*"
kind = "malformed"
chunks = 2
always = true
[[fault]]
model = "overloads*"
kind = "overload-in-stream"
chunks = 2
always = true
[[fault]]
model = "spare-refuses"
contains = "hello"
kind = "status"
status = 400
always = true
[[fault]]
model = "down"
kind = "status"
status = 500
always = true
"#;

const CONTINUE: &str = "on_stream_failure = \"continue\"";

#[test]
fn the_next_variant_goes_on_with_a_stream_that_breaks_and_the_caller_sees_one() {
    let server = Server::start(SCRIPT);
    let rows = [
        ("stalls", "-hasty", FailureKind::Timeout),
        ("cuts", "", FailureKind::Malformed),
        ("garbles", "", FailureKind::Malformed),
        ("overloads", "", FailureKind::ServerError),
    ];
    let mut text = String::new();
    for (name, provider, _) in rows {
        for first in Dialect::ALL.map(word) {
            for next in Dialect::ALL.map(word) {
                // Each has a model of its own, so that no breaker opens.
                let models = (format!("{first}{provider}/{name}-{next}"), format!("{next}/spare"));
                let waterfall = [("broken", models.0.as_str()), ("spare", models.1.as_str())];
                text += &feature(&format!("{name}-{first}-{next}"), &waterfall, CONTINUE);
            }
        }
    }
    let folder = project(&server.url, &text);
    let served = Served::start(&folder);
    let ledger = Ledger::of(&folder);
    for (name, _, kind) in rows {
        for from in Dialect::ALL {
            for first in Dialect::ALL {
                for next in Dialect::ALL {
                    if name != "cuts" && next != Dialect::OpenAiChat {
                        continue;
                    }
                    let feature = format!("{name}-{}-{}", word(first), word(next));
                    let place = format!("{} asks {feature}", word(from));
                    let reply = ask(&served.visitor(), from, &feature, true);
                    assert_eq!(reply.status, 200, "{place}: {reply:?}");
                    let understood = understand(from, true, &reply);
                    assert!(understood.is_done, "{place}: {reply:?}");
                    assert_eq!(understood.error, None, "{place}");
                    assert_eq!(understood.answer.text, "one two six ten", "{place}: {reply:?}");
                    let n_ends = TERMINAL.iter().map(|mark| reply.body.matches(mark).count()).max();
                    assert!(n_ends <= Some(2), "{place}: one end, with its name: {reply:?}");
                    let row = ledger.get(&reply);
                    assert_eq!((row.outcome, row.status), (Outcome::Answered, 200), "{place}");
                    assert_eq!(row.text, "one two six ten", "{place}");
                    let variants: Vec<_> =
                        row.attempts.iter().map(|it| it.variant.as_deref().unwrap()).collect();
                    assert_eq!(variants, ["broken", "spare"], "{place}");
                    let failures: Vec<_> = row
                        .attempts
                        .iter()
                        .map(|it| it.attempt.failure.as_ref().map(|failure| failure.kind))
                        .collect();
                    assert_eq!(failures, [Some(kind), None], "{place}: {:?}", row.attempts);
                    assert!(row.usage.unwrap().output_tokens > 2, "{place}: both are counted");
                }
            }
        }
    }
}

#[test]
fn calls_of_tools_and_answers_with_a_shape_are_not_gone_on_with() {
    let server = Server::start(SCRIPT);
    let both = |first: &str| format!("{first}/cuts");
    let text: String = Dialect::ALL
        .map(|dialect| {
            let first = both(word(dialect));
            let waterfall = [("broken", first.as_str()), ("spare", "chat/spare")];
            feature(&format!("ask-{}", word(dialect)), &waterfall, CONTINUE)
        })
        .concat();
    let folder = project(&server.url, &text);
    let served = Served::start(&folder);
    let ledger = Ledger::of(&folder);
    let schema = json!({"type": "object", "properties": {"what": {"type": "string"}}});
    for to in Dialect::ALL {
        let model = format!("ask-{}", word(to));
        let mut tools = request(Dialect::OpenAiChat, &model, "find it", true);
        tools["tools"] =
            json!([{"type": "function", "function": {"name": "find", "parameters": schema}}]);
        let mut shaped = request(Dialect::OpenAiChat, &model, "hello", true);
        shaped["response_format"] =
            json!({"type": "json_schema", "json_schema": {"name": "x", "schema": schema}});
        for body in [tools, shaped] {
            let reply = served.visitor().send("POST", path(Dialect::OpenAiChat), Some(&body), &[]);
            let understood = understand(Dialect::OpenAiChat, true, &reply);
            assert!(understood.error.is_some() && !understood.is_done, "{model}: {reply:?}");
            let row = ledger.get(&reply);
            assert_eq!((row.outcome, row.attempts.len()), (Outcome::Cut, 1), "{model}: {body}");
        }
    }
}

#[test]
fn a_model_that_takes_no_words_into_its_mouth_is_told_to_go_on() {
    let server = Server::start(SCRIPT);
    let waterfall = [("broken", "chat/cuts"), ("spare", "messages/spare-refuses")];
    let folder = project(&server.url, &feature("ask", &waterfall, CONTINUE));
    let served = Served::start(&folder);
    let reply = ask(&served.visitor(), Dialect::Anthropic, "ask", true);
    let understood = understand(Dialect::Anthropic, true, &reply);
    assert!(understood.is_done, "{reply:?}");
    assert_eq!(understood.answer.text, "one two six ten");
    let row = Ledger::of(&folder).get(&reply);
    let attempts: Vec<_> = row
        .attempts
        .iter()
        .map(|it| (it.variant.as_deref().unwrap(), it.attempt.failure.is_none()))
        .collect();
    assert_eq!(attempts, [("broken", false), ("spare", false), ("spare", true)]);
    assert_eq!((row.outcome, row.text.as_str()), (Outcome::Answered, "one two six ten"));
}

#[test]
fn where_nobody_can_go_on_the_stream_ends_in_an_error_with_all_attempts() {
    let server = Server::start(SCRIPT);
    let waterfall = [("broken", "chat/cuts"), ("down", "messages/down")];
    let folder = project(&server.url, &feature("ask", &waterfall, CONTINUE));
    let served = Served::start(&folder);
    for from in Dialect::ALL {
        let reply = ask(&served.visitor(), from, "ask", true);
        let understood = understand(from, true, &reply);
        assert!(understood.error.is_some() && !understood.is_done, "{reply:?}");
        assert_eq!(understood.answer.text, "one two ");
        let row = Ledger::of(&folder).get(&reply);
        assert_eq!((row.outcome, row.variant.as_deref()), (Outcome::Cut, Some("broken")));
        assert_eq!(row.attempts.len(), 2, "{:?}", row.attempts);
        assert!(row.attempts.iter().all(|it| it.attempt.failure.is_some()));
    }
}

#[test]
fn what_both_variants_took_is_charged_at_the_price_of_each() {
    let server = Server::start(SCRIPT);
    let prices = "[prices.\"messages/cuts\"]\ninput = 1\noutput = 1\n[prices.\"chat/spare\"]\ninput = 100\noutput = 1000\n";
    let waterfall = [("broken", "messages/cuts"), ("spare", "chat/spare")];
    let folder = project(&server.url, &(prices.to_owned() + &feature("ask", &waterfall, CONTINUE)));
    let served = Served::start(&folder);
    let reply = ask(&served.visitor(), Dialect::OpenAiChat, "ask", true);
    let row = Ledger::of(&folder).get(&reply);
    // 20 tokens at $100 and 2 at $1000 the million, and some cents' cents for the first.
    let spare = 20.0 * 100e-6 + 2.0 * 1000e-6;
    let cost = row.cost_usd.unwrap();
    assert!(cost > spare && cost < spare + 0.001, "{cost}: {row:?}");
}

#[test]
fn a_provider_that_asks_for_a_wait_is_asked_again_after_it_where_nobody_else_is_there() {
    let server = Server::start(
        "[[answer]]\ntext = \"ok\"\n[[fault]]\nmodel = \"busy\"\nkind = \"rate-limit\"\nfirst = 1\nretry_after = \"1s\"\n[[fault]]\nmodel = \"spared\"\nkind = \"rate-limit\"\nfirst = 1\nretry_after = \"1s\"\n",
    );
    let features = feature("alone", &[("busy", "chat/busy")], "")
        + &feature("both", &[("busy", "chat/spared"), ("spare", "chat/spare")], "");
    let folder = project(&server.url, &features);
    let served = Served::start(&folder);
    let begun = Instant::now();
    let reply = ask(&served.visitor(), Dialect::OpenAiChat, "alone", false);
    assert_eq!((reply.status, reply.header("x-karat-attempts")), (200, "2"), "{reply:?}");
    assert!(begun.elapsed() >= Duration::from_secs(1), "{:?}", begun.elapsed());
    let row = Ledger::of(&folder).get(&reply);
    let waited: Vec<_> = row.attempts.iter().map(|it| it.attempt.waited_ms).collect();
    assert!(waited[0].is_none() && waited[1] >= Some(900.0), "{waited:?}");
    let begun = Instant::now();
    let reply = ask(&served.visitor(), Dialect::OpenAiChat, "both", false);
    assert_eq!((reply.status, reply.header("x-karat-variant")), (200, "spare"), "{reply:?}");
    assert!(begun.elapsed() < Duration::from_secs(1), "nobody waits while another can answer");
}

#[test]
fn a_wait_is_not_begun_that_outlasts_the_deadline_and_attempts_stay_counted() {
    let server = Server::start(
        "[[answer]]\ntext = \"ok\"\n[[fault]]\nmodel = \"long\"\nkind = \"rate-limit\"\nalways = true\nretry_after = \"30s\"\n[[fault]]\nmodel = \"short\"\nkind = \"rate-limit\"\nalways = true\nretry_after = \"200ms\"\n",
    );
    let text = "[gateway]\ndeadline = \"4s\"\nattempts = 2\n".to_owned()
        + &feature("long", &[("busy", "chat/long")], "")
        + &feature("short", &[("busy", "chat/short")], "");
    let folder = project(&server.url, &text);
    let served = Served::start(&folder);
    let begun = Instant::now();
    let reply = ask(&served.visitor(), Dialect::OpenAiChat, "long", false);
    assert_eq!((reply.status, reply.header("x-karat-attempts")), (429, "1"), "{reply:?}");
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    let wait: u64 = reply.header("retry-after").parse().unwrap();
    assert!((28..=30).contains(&wait), "{wait}");
    let reply = ask(&served.visitor(), Dialect::OpenAiChat, "short", false);
    assert_eq!((reply.status, reply.header("x-karat-attempts")), (429, "2"), "{reply:?}");
    // Both cool down now: nobody is asked, and the shortest rest of a cool-down is told.
    let reply = ask(&served.visitor(), Dialect::OpenAiChat, "long", false);
    assert_eq!((reply.status, reply.header("x-karat-attempts")), (503, "0"), "{reply:?}");
    assert!((20..=30).contains(&reply.header("retry-after").parse::<u64>().unwrap()));
}
