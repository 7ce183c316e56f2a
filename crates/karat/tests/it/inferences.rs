//! What production recorded: listed, shown, followed, written out, made a case, erased; copied and put back.

use std::io::{BufRead, BufReader};
use std::process::Command;

use karat_records::{Signal, Target};
use karat_store::{Fact, Options, Store};
use serde_json::{Value, json};

use crate::program::Folder;
use crate::served::{Served, Visitor};
use crate::server::{Asking, OK, Server};

/// A waterfall of one model whose answers cost ten dollars per thousand tokens.
const PRODUCTION: &str = "
[prices.\"sim/good\"]
input = 10000
output = 10000
";

fn project(server: &Server) -> Folder {
    let folder = Asking { url: &server.url, more: PRODUCTION, ..Asking::default() }.folder();
    let file = folder
        .read("karat.toml")
        .replace("trials = 1\n", "trials = 1\nwaterfall = [\"live\"]\n")
        .replace("prompt = \"ask.md\"\n", "prompt = \"ask.md\"\nunproven = true\n");
    folder.write("karat.toml", &file);
    folder
}

fn ask(application: &Visitor, user: &str, words: &str) -> String {
    let body = json!({
        "model": "ask",
        "messages": [{"role": "user", "content": words}],
        "karat": {"user": user, "tags": {"plan": "pro"}},
    });
    let reply = application.send("POST", "/v1/chat/completions", Some(&body), &[]);
    assert_eq!(reply.status, 200, "{reply:?}");
    reply.header("x-karat-inference-id").to_owned()
}

/// What the endpoint for signals will write.
fn corrected(folder: &Folder, inference: &str, text: &str) {
    let signal = Signal {
        id: format!("signal of {inference}"),
        kind: "feedback.correction".into(),
        at_ms: 1,
        received_at_ms: 1,
        feature: None,
        target: Target { inference_id: Some(inference.into()), ..Target::default() },
        user: None,
        session: None,
        release: None,
        data: json!({ "final_text": text }).as_object().unwrap().clone(),
        source: "test".into(),
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let path = folder.path().join(".karat/karat.db");
        let store = Store::open(&path, Options::default()).unwrap();
        store.ledger.append(vec![Fact::Signal(signal)]).await.unwrap();
        store.close().await.unwrap();
    });
}

#[test]
fn what_was_recorded_is_found_read_written_out_and_erased() {
    let server = Server::start(OK);
    let folder = project(&server);
    let served = Served::start(&folder);
    let application = served.visitor();
    let ids: Vec<String> =
        (0..5).map(|i| ask(&application, "ann", &format!("case {i}!"))).collect();
    let theirs = ask(&application, "ben", "where is my parcel?");
    let admin = served.admin();
    let call = |name: &str, input: Value| {
        let reply = admin.call(name, &input);
        assert_eq!(reply.status, 200, "{reply:?}");
        reply.json()
    };

    // Pages, the last that arrived first, without texts.
    let first = call("inferences.list", json!({"limit": 4}));
    let rows = first["inferences"].as_array().unwrap();
    assert_eq!((rows.len(), &rows[0]["id"]), (4, &json!(theirs)));
    assert!(rows[0].get("request").is_none() && rows[0]["cost_usd"].as_f64().unwrap() > 0.0);
    assert_eq!((&rows[0]["unproven"], &rows[0]["simulated"]), (&json!(true), &json!(true)));
    let rest = call("inferences.list", json!({"limit": 4, "cursor": first["next"]}));
    assert_eq!(rest["inferences"].as_array().unwrap().len(), 2);
    let found = call("inferences.list", json!({"pick": {"text": "PARCEL", "user": "ben"}}));
    assert_eq!(found["inferences"].as_array().unwrap().len(), 1);

    // One with all that is known; whoever labels may not write it out.
    let shown = call("inferences.show", json!({"inference": theirs}));
    assert_eq!((&shown["inference"]["text"], &shown["has_body"]), (&json!("ok"), &json!(true)));
    assert!(shown["inference"]["request"].as_str().unwrap().contains("parcel"));
    assert_eq!(shown["inference"]["attempts"][0]["asked"], "sim/good");
    let labeller = served.program(&folder, "labeller");
    assert_eq!(labeller.call("inferences.export", &json!({"format": "csv"})).status, 403);
    assert_eq!(labeller.call("inferences.forget_user", &json!({"user": "ben"})).status, 403);
    assert_eq!(admin.call("inferences.show", &json!({"inference": "nothing"})).status, 404);

    // The terminal, here and at the server.
    let table = folder.karat(&["inferences", "--user", "ben"]);
    assert!(table.out.contains(&theirs) && !table.out.contains(&ids[0]), "{table:?}");
    let one = folder.karat(&["inferences", &theirs]);
    assert!(one.out.contains("parcel") && one.out.contains("simulated"), "{one:?}");
    let lines = folder.karat(&["export", "--format", "jsonl", "--since", "1h"]);
    let lines: Vec<Value> =
        lines.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((lines.len(), &lines[0]["id"]), (6, &json!(ids[0])), "in the order of arrival");
    let written = folder.karat(&["export", "--format", "csv", "-o", "out/all.csv"]);
    assert!(written.code == 0 && written.err.contains("6 inferences"), "{written:?}");
    let sheet = folder.read("out/all.csv");
    assert!(sheet.starts_with("id,time,") && sheet.contains("parcel"), "{sheet}");
    assert!(!folder.path().join("out/all.csv.part").exists());
    let pages = call("inferences.export", json!({"format": "csv", "limit": 2}));
    let more =
        call("inferences.export", json!({"format": "csv", "limit": 9, "cursor": pages["next"]}));
    assert_eq!((&pages["n"], &more["n"], &more["next"]), (&json!(2), &json!(4), &Value::Null));
    assert!(!more["text"].as_str().unwrap().starts_with("id,"), "one header");

    // One user leaves; the others and the counts stay.
    let erased = call("inferences.forget_user", json!({"user": "ann"}));
    assert_eq!(erased["n_inferences"], 5, "{erased}");
    let gone = call("inferences.show", json!({"inference": ids[0]}));
    assert_eq!((&gone["has_body"], gone["inference"].get("user")), (&json!(false), None));
    assert_eq!(call("inferences.list", json!({}))["inferences"].as_array().unwrap().len(), 6);
    let no_case = admin.call("inferences.to_case", &json!({"inference": ids[0]}));
    assert_eq!(no_case.status, 409, "{no_case:?}");
    let nobody = call("inferences.forget_user", json!({"user": "ann"}));
    assert_eq!(nobody["n_inferences"], 0);
}

#[test]
fn an_inference_becomes_a_candidate_case_whose_correction_is_never_gold() {
    let server = Server::start(OK);
    let folder = project(&server);
    let served = Served::start(&folder);
    let id = ask(&served.visitor(), "ann", "my card was charged twice");
    corrected(&folder, &id, "billing");
    let admin = served.admin();
    let nobody = admin.call("inferences.to_case", &json!({"inference": id, "overlap": 0}));
    assert_eq!(nobody.status, 400, "{nobody:?}");
    let made = admin.call("inferences.to_case", &json!({"inference": id, "overlap": 2})).json();
    assert!(made["says"].as_str().unwrap().contains("for labels by 2 people"), "{made}");
    assert_eq!((&made["suggested"], &made["is_new"]), (&json!("billing"), &json!(true)), "{made}");
    let again = admin.call("inferences.to_case", &json!({"inference": id})).json();
    assert_eq!((&again["item"], &again["is_new"]), (&made["item"], &json!(false)));

    // Whoever labels sees the input, and neither the correction nor who answered.
    let queue = &made["queue"];
    let next = admin.call("labels.next", &json!({"queue": queue}));
    assert_eq!(next.status, 200, "{next:?}");
    assert!(next.body.contains("charged twice"), "{next:?}");
    assert!(!next.body.contains("billing") && !next.body.contains(&id), "{next:?}");
    // Its provenance is kept, and no case has come of it.
    let kept = admin.call("labels.export", &json!({"queue": queue, "format": "jsonl"})).json();
    let kept: Value = serde_json::from_str(kept["text"].as_str().unwrap().trim()).unwrap();
    let from = &kept["provenance"];
    assert_eq!((&from["from"], &from["expected"]), (&json!("production"), &json!("billing")));
    assert_eq!(
        (&from["inference"]["id"], &from["inference"]["variant"]),
        (&json!(id), &json!("live"))
    );
    assert_eq!(from["inference"]["correction"], "feedback.correction");
    assert!(!folder.read("cases.jsonl").contains("charged twice"));
    // Whoever erases the user is told what was made of it.
    let erased = admin.call("inferences.forget_user", &json!({"user": "ann"})).json();
    assert_eq!(erased["candidates"][0]["inference"], json!(id), "{erased}");
}

#[test]
fn tail_follows_what_arrives_also_at_a_server_and_ends_when_it_is_asked_to() {
    let server = Server::start(OK);
    let folder = project(&server);
    let served = Served::start(&folder);
    let application = served.visitor();
    ask(&application, "ann", "before anybody looked");
    let viewer = served.program(&folder, "viewer");
    let token = viewer.headers[0].1.strip_prefix("Bearer ").unwrap().to_owned();
    let url = format!("http://{}", served.host);
    for flags in [vec![], vec!["--server", url.as_str()]] {
        let mut tail = Command::new(env!("CARGO_BIN_EXE_karat"))
            .current_dir(folder.path())
            .args(["tail", "--feature", "ask"])
            .args(flags)
            .env("KARAT_API_KEY", &token)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        let mut words = BufReader::new(tail.stderr.take().unwrap());
        words.read_line(&mut said).unwrap();
        assert!(said.contains("waiting"), "{said}");
        ask(&application, "ann", "while somebody looks");
        let mut line = String::new();
        let mut lines = BufReader::new(tail.stdout.take().unwrap());
        lines.read_line(&mut line).unwrap();
        assert!(line.contains("ask/live") && line.contains("answered"), "{line}");
        assert!(line.trim_end().ends_with("ok"), "{line}");
        Command::new("kill").args(["-INT", &tail.id().to_string()]).status().unwrap();
        assert_eq!(tail.wait().unwrap().code(), Some(0));
    }
}

#[test]
fn a_restart_is_no_new_budget() {
    let server = Server::start(OK);
    let folder = project(&server);
    let file = folder
        .read("karat.toml")
        .replace("waterfall = [\"live\"]\n", "waterfall = [\"live\"]\nbudget_usd_per_day = 1.0\n");
    folder.write("karat.toml", &file);
    let served = Served::start(&folder);
    let spend = |served: &Served| {
        let body = json!({"model": "ask", "messages": [{"role": "user", "content": "hi"}], "max_tokens": 1});
        served.visitor().send("POST", "/v1/chat/completions", Some(&body), &[])
    };
    let mut n_answered = 0;
    while spend(&served).status == 200 {
        n_answered += 1;
        assert!(n_answered < 50, "nothing is spent");
    }
    assert!(n_answered > 0, "the budget has room for the first");
    let before = spend(&served);
    served.end();
    let served = Served::start(&folder);
    let after = spend(&served);
    assert_eq!((before.status, after.status), (429, 429), "{n_answered} {before:?} {after:?}");
}

#[test]
fn a_copy_is_made_while_karat_serves_and_put_back_only_when_nobody_works() {
    let server = Server::start(OK);
    let folder = project(&server);
    let nothing = folder.karat(&["backup", "none.db"]);
    assert!(nothing.code == 3 && nothing.err.contains("no database"), "{nothing:?}");
    let served = Served::start(&folder);
    ask(&served.visitor(), "ann", "kept");
    let made = folder.karat(&["backup", "copies/one.db"]);
    assert_eq!(made.code, 0, "{made:?}");
    assert!(folder.karat(&["backup", "copies/one.db"]).err.contains("is there already"));
    ask(&served.visitor(), "ann", "later");
    let refused = folder.karat(&["restore", "copies/one.db"]);
    assert!(refused.code == 3 && refused.err.contains("--replace"), "{refused:?}");
    let in_use = folder.karat(&["restore", "copies/one.db", "--replace"]);
    assert!(in_use.code == 3 && in_use.err.contains("karat serve"), "{in_use:?}");
    served.end();
    folder.write("wrong.db", "no database at all");
    let wrong = folder.karat(&["restore", "wrong.db", "--replace"]);
    assert!(wrong.code == 3 && wrong.err.contains("wrong.db"), "{wrong:?}");
    let n = |folder: &Folder| folder.karat(&["export", "--format", "jsonl"]).out.lines().count();
    assert_eq!(n(&folder), 2);
    let restored = folder.karat(&["restore", "copies/one.db", "--replace"]);
    assert!(restored.code == 0 && restored.out.contains("1 inference"), "{restored:?}");
    assert_eq!(n(&folder), 1);
    let elsewhere = Folder::new();
    elsewhere.write("karat.toml", &folder.read("karat.toml"));
    std::fs::copy(folder.path().join("copies/one.db"), elsewhere.path().join("one.db")).unwrap();
    assert_eq!(elsewhere.karat(&["restore", "one.db"]).code, 0);
    assert_eq!(n(&elsewhere), 1);
}
