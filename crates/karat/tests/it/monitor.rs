//! A model silently becomes worse: the canary notices, the waterfall moves, somebody is told, and one word takes it back.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc;
use std::time::Duration;

use serde_json::{Value, json};

use crate::program::Folder;
use crate::served::{Served, Visitor};
use crate::server::{Asking, Server};

/// The gate asks 60 cases, the canary's first run 50 cases eleven times; after that the model is worse.
const SILENTLY_WORSE: &str = "seed = 5
[[answer]]
text = \"ok\"
wrong_text = \"no\"
[[drift]]
model = \"good\"
after = 610
wrong = 0.4
";

const PRODUCTION: &str = "
[features.ask.variants.spare]
kind = \"chat\"
model = \"sim/spare\"
prompt = \"ask.md\"
[features.ask.variants.last]
kind = \"rules\"
file = \"last.toml\"
unproven = true
";

/// A project in production, with two proven variants and unproven rules as the last resort.
fn proven(server: &Server) -> Folder {
    proven_with(server, &[])
}

/// The same, with these changes of the file before its gate.
fn proven_with(server: &Server, changes: &[(&str, &str)]) -> Folder {
    let asking = Asking { url: &server.url, n_cases: 60, more: PRODUCTION, ..Asking::default() };
    let folder = asking.folder();
    folder.write("last.toml", "[default]\nanswer = \"ok\"\n");
    let project = changes
        .iter()
        .fold(folder.read("karat.toml"), |text, (from, to)| text.replace(from, to))
        .replace("trials = 1\n", "trials = 1\nwaterfall = [\"live\", \"spare\", \"last\"]\n");
    folder.write("karat.toml", &project);
    let gate = folder.karat(&["gate", "--quiet"]);
    assert_eq!(gate.code, 0, "{gate:?}");
    folder
}

/// A receiver of notices on a port of its own, and what it received.
fn receiver() -> (String, mpsc::Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}/hook", listener.local_addr().unwrap());
    let (sender, received) = mpsc::channel();
    std::thread::spawn(move || {
        for (count, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let mut text = String::new();
            let mut bytes = vec![0; 65536];
            while !text.ends_with('}') {
                let n = stream.read(&mut bytes).unwrap_or(0);
                if n == 0 {
                    break;
                }
                text.push_str(&String::from_utf8_lossy(&bytes[..n]));
            }
            // The first attempt fails, as receivers do.
            let status = if count == 0 { "503 Busy" } else { "200 OK" };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
            );
            if count > 0 {
                let body = text.split("\r\n\r\n").nth(1).unwrap();
                sender.send(serde_json::from_str(body).unwrap()).unwrap();
            }
        }
    });
    (address, received)
}

fn ask(visitor: &Visitor) -> (u16, String) {
    let body = json!({"model": "ask", "messages": [{"role": "user", "content": "case 1"}]});
    let reply = visitor.send("POST", "/v1/chat/completions", Some(&body), &[]);
    (reply.status, reply.header("x-karat-variant").to_owned())
}

/// Asks until this variant answers; the server looks twice a second.
fn answered_by(visitor: &Visitor, variant: &str) {
    for _ in 0..50 {
        if ask(visitor) == (200, variant.to_owned()) {
            return;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    panic!("{variant} never answered: {:?}", ask(visitor));
}

#[test]
fn a_silent_loss_is_found_told_once_and_taken_back_with_one_word() {
    let server = Server::start(SILENTLY_WORSE);
    let folder = proven(&server);
    let (hook, received) = receiver();
    let served = Served::start_with_variables(&folder, &[], &[("KARAT_WEBHOOK", &hook)]);
    let admin = served.admin();
    assert_eq!(ask(&served.visitor()).1, "live");

    // The first run makes the baseline; one of the next ones raises the alarm.
    let mut alarm = None;
    for run in 0..9 {
        let ran = admin.call("canary.run", &json!({}));
        assert_eq!(ran.status, 200, "{ran:?}");
        let ran = ran.json();
        assert_eq!(ran["n_replicates"], if run == 0 { 10 } else { 0 });
        if ran["run"]["is_alarm"] == true {
            alarm = Some(ran);
            break;
        }
    }
    let alarm = alarm.expect("an alarm within nine runs");
    let incident = &alarm["incident"];
    assert_eq!(incident["simulated"], true);
    let cause = incident["cause"].as_str().unwrap();
    assert!(cause.starts_with("provider: ") && cause.contains("under the same name"), "{cause}");
    assert!(incident["action"].as_str().unwrap().contains("spare answers first now"));

    // The waterfall has moved, and only there.
    answered_by(&served.visitor(), "spare");
    assert!(folder.read("karat.toml").contains("[\"live\", \"spare\", \"last\"]"));

    let waterfall = admin.call("waterfall.show", &json!({"feature": "ask"})).json();
    let names: Vec<&str> = waterfall["answering"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["variant"].as_str().unwrap())
        .collect();
    assert_eq!((names, &waterfall["is_decided"]), (vec!["spare", "last", "live"], &json!(true)));

    // Today begins with it, in the browser and on the terminal.
    let today = admin.call("today.show", &json!({})).json();
    assert!(
        today["features"][0]["incident"].as_str().unwrap().contains("live of ask became worse")
    );
    assert_eq!(today["next"][0]["title"], "Look at what became worse in ask");
    let monitor = folder.karat(&["monitor"]);
    assert!(
        monitor.out.contains("1 open incident") && monitor.out.contains("karat undo ask"),
        "{monitor:?}"
    );

    // Somebody was told, after a first attempt that failed, and only once.
    let told = received.recv_timeout(Duration::from_secs(30)).unwrap();
    assert_eq!(told["incident"]["id"], incident["id"]);
    assert!(received.recv_timeout(Duration::from_secs(3)).is_err(), "told twice");

    // The same again opens nothing; undone, the file's order holds at once.
    let again = admin.call("canary.run", &json!({})).json();
    assert!(again["incident"].is_null());
    let undone = admin.call("decisions.undo", &json!({"feature": "ask"}));
    assert_eq!(undone.status, 200, "{undone:?}");
    answered_by(&served.visitor(), "live");
    assert_eq!(admin.call("decisions.undo", &json!({"feature": "ask"})).status, 404);

    // Closed, the canary begins anew; within the cool-down the waterfall stays.
    let id = incident["id"].as_str().unwrap();
    assert_eq!(admin.call("incidents.close", &json!({"id": id})).status, 200);
    assert_eq!(admin.call("today.show", &json!({})).json()["features"][0]["incident"], Value::Null);
    drop(served);
}

#[test]
fn the_monitor_says_what_stands_in_the_way() {
    let server = Server::start("[[answer]]\ntext = \"ok\"\n");
    let folder = Asking { url: &server.url, n_cases: 5, ..Asking::default() }.folder();
    let nothing = folder.karat(&["monitor"]);
    assert!(nothing.code == 0 && nothing.out.contains("No incident is open"), "{nothing:?}");
    let no_waterfall = folder.karat(&["canary"]);
    assert!(no_waterfall.code == 3 && no_waterfall.err.contains("--variant"), "{no_waterfall:?}");
    let unknown = folder.karat(&["canary", "ask", "--variant", "lvie"]);
    assert!(unknown.err.contains("live"), "{unknown:?}");
    let undo = folder.karat(&["undo", "ask"]);
    assert!(undo.code == 3 && undo.err.contains("nothing is decided"), "{undo:?}");
    let ran = folder.karat(&["canary", "ask", "--variant", "live"]);
    assert!(ran.code == 0 && ran.out.contains("no proof of being the same"), "{ran:?}");
}

/// The gate asks 60 cases, people 40 times; then the answers become worse, and no request fails.
const WORSE_LIVE: &str = "seed = 5
[[answer]]
text = \"ok\"
wrong_text = \"no\"
[[drift]]
model = \"good\"
after = 100
wrong = 0.7
";

#[test]
fn answers_that_become_worse_live_open_an_incident_that_names_metric_n_and_interval() {
    let server = Server::start(WORSE_LIVE);
    let folder = proven_with(
        &server,
        &[
            ("trials = 1\n", "trials = 1\nlive_sample = 1.0\n"),
            (
                "right = { kind = \"equals\" }",
                "right = { kind = \"equals\" }\nfine = { kind = \"regex\", pattern = '^ok$' }",
            ),
            (
                "right = { metric = \"right\", min = 0.5 }",
                "right = { metric = \"right\", min = 0.5 }\nfine = { metric = \"fine\", min = 0.8 }\nerrors = { metric = \"error-rate\", max = 0.2 }",
            ),
        ],
    );
    let served = Served::start(&folder);
    let admin = served.admin();
    // What comes before the first look was another process's to draw.
    std::thread::sleep(Duration::from_millis(1500));
    let mut found = Value::Null;
    for round in 0..30 {
        for _ in 0..10 {
            assert_eq!(ask(&served.visitor()).0, 200, "no request fails");
        }
        std::thread::sleep(Duration::from_millis(600));
        let monitored = admin.call("monitor.show", &json!({})).json();
        if let Some(incident) = monitored["incidents"].as_array().and_then(|all| all.first()) {
            assert!(round >= 4, "nothing is wrong in the first 40 answers: {incident}");
            found = incident.clone();
            break;
        }
    }
    let number = |name: &str| found[name].as_f64().unwrap_or_else(|| panic!("{name}: {found}"));
    assert_eq!((&found["metric"], &found["variant"]), (&json!("score of fine"), &json!("live")));
    assert!((number("level") - 0.78).abs() < 1e-9);
    assert!(number("lower") < number("mean") && number("mean") < number("upper"), "{found}");
    assert!(number("n") >= 5.0 && number("upper") < 0.8, "{found}");
    assert!(found["began_at_ms"].as_i64() < found["opened_at_ms"].as_i64());
    let title = found["title"].as_str().unwrap();
    let words = format!(
        "live of ask: score of fine on live answers fell to {:.2} [{:.2}, {:.2}], below 0.78: the floor 0.8 less 0.02 ({} observations)",
        number("mean"),
        number("lower"),
        number("upper"),
        number("n")
    );
    assert_eq!(title, words);
    assert!(found["cause"].as_str().unwrap().starts_with("unknown: neither model"), "{found}");
    // A criterion demands it, so the proven one answers.
    assert!(found["action"].as_str().unwrap().contains("spare answers first now"), "{found}");
    answered_by(&served.visitor(), "spare");

    // The gate's value stands beside the live one, in the browser and on the terminal.
    let live = admin.call("live.show", &json!({"feature": "ask"})).json();
    let gaps = live["features"][0]["gaps"].as_array().unwrap();
    let gap = gaps.iter().find(|gap| gap["variant"] == "live" && gap["metric"] == "fine").unwrap();
    assert_eq!((&gap["gate"]["n"], &gap["criterion"]), (&json!(60), &json!("fine")));
    assert_eq!((&gap["difference"]["verdict"], &gap["simulated"]), (&json!("worse"), &json!(true)));
    let says = gap["says"].as_str().unwrap();
    assert!(
        says.contains("in the gate (n 60)") && says.contains("performance dropped by"),
        "{says}"
    );
    let answered = gaps.iter().find(|gap| gap["variant"] == "live" && gap["metric"] == "answered");
    let answered = answered.unwrap();
    assert_eq!((&answered["gate"]["mean"], &answered["live"]["mean"]), (&json!(1.0), &json!(1.0)));
    assert_eq!(
        (&answered["floor"], &answered["difference"]["verdict"]),
        (&json!(0.8), &json!("not-shown"))
    );
    let right = gaps.iter().find(|gap| gap["variant"] == "live" && gap["metric"] == "right");
    assert!(right.unwrap()["live"].is_null(), "what needs a desired answer is not measured live");
    let monitor = folder.karat(&["monitor", "ask"]);
    assert!(
        monitor.out.contains("score of fine") && monitor.out.contains("performance dropped by")
    );
}

/// The live scores that lie in a project's ledger.
fn live_scores(folder: &Folder) -> Vec<karat_records::LiveScore> {
    let path = folder.path().join(".karat/karat.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = karat_store::Store::open(&path, karat_store::Options::default()).unwrap();
        let news = store.ledger.live_scores_after(0, Some("ask"), 1000).await.unwrap();
        store.close().await.unwrap();
        news.items.into_iter().map(|placed| placed.score).collect()
    })
}

#[test]
fn a_share_of_live_answers_is_judged_by_the_scorers_that_need_no_desired_answer() {
    let server = Server::start(
        "[[answer]]\ncontains = \"card\"\ntext = \"1234\"\n[[answer]]\ntext = \"ok\"\n",
    );
    let more = "[features.ask.scorers.no-card]\nkind = \"not-regex\"\npattern = '\\d{4}'\n";
    let folder = Asking { url: &server.url, n_cases: 5, more, ..Asking::default() }.folder();
    let edited = folder
        .read("karat.toml")
        .replace("trials = 1\n", "trials = 1\nlive_sample = 1.0\nwaterfall = [\"live\"]\n")
        .replace("kind = \"chat\"\n", "kind = \"chat\"\nunproven = true\n")
        // A table inside `scorers` may stand once only.
        .replace("[features.ask.scorers]\nright = {", "[features.ask.scorers.right]\n")
        .replace(
            "[features.ask.scorers.right]\n kind = \"equals\" }",
            "[features.ask.scorers.right]\nkind = \"equals\"",
        );
    folder.write("karat.toml", &edited);
    let served = Served::start(&folder);
    // What comes before the first look was another process's to draw.
    std::thread::sleep(Duration::from_millis(1200));
    for content in ["case 1", "my card"] {
        let body = json!({"model": "ask", "messages": [{"role": "user", "content": content}]});
        let reply = served.visitor().send("POST", "/v1/chat/completions", Some(&body), &[]);
        assert_eq!(reply.status, 200, "{reply:?}");
        assert_eq!(reply.header("x-karat-unproven"), "true");
    }
    let mut scores = Vec::new();
    for _ in 0..50 {
        scores = live_scores(&folder);
        if scores.len() == 2 {
            break;
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    let mut values: Vec<_> = scores.iter().map(|score| score.value.unwrap()).collect();
    values.sort_by(f64::total_cmp);
    assert_eq!(values, [0.0, 1.0], "{scores:?}");
    assert!(scores.iter().all(|score| score.scorer == "no-card" && score.simulated));
    assert!(scores.iter().all(|score| (score.chance - 1.0).abs() < 1e-9));
}
