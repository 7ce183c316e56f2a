//! Signals over HTTP: who may send them, from where, and how they find their answer.

use serde_json::{Value, json};

use crate::program::Folder;
use crate::served::{Reply, Served, Visitor};
use crate::server::{Asking, OK, Server};

/// A project whose only variant serves without a proof.
fn serving(server: &Server) -> Folder {
    let folder = Asking { url: &server.url, n_cases: 5, ..Asking::default() }.folder();
    let edited = folder
        .read("karat.toml")
        .replace("trials = 1\n", "trials = 1\nwaterfall = [\"live\"]\n")
        .replace("kind = \"chat\"\n", "kind = \"chat\"\nunproven = true\n");
    folder.write("karat.toml", &edited);
    folder
}

fn ask(visitor: &Visitor) -> Reply {
    let body = json!({"model": "ask", "messages": [{"role": "user", "content": "case 1"}]});
    visitor.send("POST", "/v1/chat/completions", Some(&body), &[])
}

fn signal(visitor: &Visitor, path: &str, body: &Value, more: &[(&str, &str)]) -> Reply {
    visitor.send("POST", path, Some(body), more)
}

fn token(folder: &Folder, role: &str) -> String {
    let made = folder.karat(&["token", "create", role, "--role", role]);
    made.out.split_whitespace().next().unwrap().to_owned()
}

#[test]
fn a_thumb_and_an_undo_reach_their_answer_also_before_it_is_there_and_only_once() {
    let server = Server::start(OK);
    let folder = serving(&server);
    let served = Served::start(&folder);
    let visitor = served.visitor();
    let answered = ask(&visitor);
    assert_eq!(answered.status, 200, "{answered:?}");
    let id = answered.header("x-karat-inference-id").to_owned();
    let seen = answered.json()["id"].as_str().unwrap().to_owned();
    let both = json!([
        {"id": "s1", "type": "thumb", "up": false, "inference_id": id},
        {"id": "s2", "type": "response.undone", "response_id": seen},
        {"type": "no-such-thing", "inference_id": id},
    ]);
    for _ in 0..2 {
        let receipt = signal(&visitor, "/v1/signals", &both, &[]);
        assert_eq!(receipt.status, 202, "{receipt:?}");
        let receipt = receipt.json();
        assert_eq!((&receipt["taken"], &receipt["refused"]), (&json!(2), &json!(1)), "{receipt}");
    }
    let shown = served.admin().call("inferences.show", &json!({ "inference": id }));
    assert_eq!(shown.status, 200, "{shown:?}");
    let text = shown.body;
    assert_eq!(text.matches("feedback.thumb").count(), 1, "{text}");
    assert!(text.contains("response.undone"), "{text}");
    // What is no list of signals says so and takes nothing.
    let wrong = visitor.send("POST", "/v1/signals", Some(&json!("thumb")), &[]);
    assert_eq!(wrong.status, 400, "{wrong:?}");
}

#[test]
fn a_pages_key_can_send_signals_from_anywhere_and_nothing_else() {
    let server = Server::start(OK);
    let folder = serving(&server);
    let served = Served::start(&folder);
    let visitor = served.visitor();
    let thumb = json!({"type": "thumb", "up": true, "inference_id": "x"});
    let page = ("origin", "https://shop.example");

    // Another site's page without a key is refused; with one it may send, also in the address.
    assert_eq!(signal(&visitor, "/v1/signals", &thumb, &[page]).status, 401);
    let key = token(&folder, "signals");
    let sent = signal(&visitor, &format!("/v1/signals?key={key}"), &thumb, &[page]);
    assert_eq!(sent.status, 202, "{sent:?}");
    assert_eq!(sent.header("access-control-allow-origin"), "*");
    let bearer = format!("Bearer {key}");
    let sent = signal(&visitor, "/v1/signals", &thumb, &[page, ("authorization", &bearer)]);
    assert_eq!(sent.status, 202, "{sent:?}");
    let asked = visitor.send("OPTIONS", "/v1/signals", None, &[page]);
    assert_eq!((asked.status, asked.header("access-control-allow-methods")), (204, "POST"));
    let beacon = "{\"type\":\"thumb\",\"up\":true,\"inference_id\":\"x\"}";
    let beacon = visitor.raw(&format!(
        "POST /v1/signals?key={key} HTTP/1.1\r\nhost: {}\r\norigin: https://shop.example\r\ncontent-type: text/plain\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{beacon}",
        served.host,
        beacon.len()
    ));
    assert_eq!(beacon.status, 202, "{beacon:?}");

    // The same key opens no other door.
    let holder = visitor.with("authorization", &bearer);
    assert_eq!(ask(&holder).status, 403);
    assert_eq!(holder.call("today.show", &json!({})).status, 403);
    // And one that asks for answers may send signals, but calls no operation.
    let infer = format!("Bearer {}", token(&folder, "infer"));
    let infer = visitor.with("authorization", &infer);
    assert_eq!(ask(&infer).status, 200);
    assert_eq!(signal(&infer, "/v1/signals", &thumb, &[]).status, 202);
    assert_eq!(infer.call("runs.list", &json!({})).status, 403);
    // A foreign name is refused before anything else, and a revoked key at once.
    let foreign = signal(&visitor, "/v1/signals", &thumb, &[("host", "evil.example")]);
    assert_eq!(foreign.status, 403, "{foreign:?}");
    let id = key.trim_start_matches("karat_").split('_').next().unwrap();
    assert_eq!(served.admin().call("tokens.revoke", &json!({ "id": id })).status, 200);
    assert_eq!(signal(&visitor, "/v1/signals", &thumb, &[("authorization", &bearer)]).status, 401);
    assert_eq!(ask(&holder).status, 401);
}

#[test]
fn the_script_for_pages_is_served_to_pages_of_others() {
    let folder = Folder::new();
    let served = Served::start(&folder);
    let script = served.visitor().get("/karat.js");
    assert_eq!(script.status, 200, "{script:?}");
    assert!(script.header("content-type").starts_with("text/javascript"));
    assert_eq!(script.header("cross-origin-resource-policy"), "cross-origin");
    assert!(script.body.contains("sendBeacon"));
}
