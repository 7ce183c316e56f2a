//! Proofs in production: a proven replacement answers when the first variant dies, an unproven one does not, and files may change while Karat serves.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use karat_providers::Dialect;

use crate::program::Folder;
use crate::served::Served;
use crate::server::{OK, Server};
use crate::traffic::{Ledger, ask, feature, project, understand};

/// Three variants at servers of their own, of which the waterfall has two.
fn judged(first: &Server, second: &Server) -> Folder {
    let mut cases = String::new();
    for index in 0..20 {
        writeln!(cases, "{{\"id\":\"c{index}\",\"input\":\"case {index}\",\"expected\":\"ok\"}}")
            .unwrap();
    }
    let mut text = format!(
        r#"[project]
name = "judged"
[providers.first]
dialect = "openai-chat"
base_url = "{}"
[providers.second]
dialect = "anthropic"
base_url = "{}"
[datasets.cases]
file = "cases.jsonl"
[features.ask]
dataset = "cases"
waterfall = ["main", "stand-in"]
[features.ask.scorers]
right = {{ kind = "equals" }}
[features.ask.mvq]
right = {{ metric = "right", min = 0.5 }}
"#,
        first.url, second.url
    );
    for (variant, model) in
        [("main", "first/good"), ("stand-in", "second/good"), ("new", "second/new")]
    {
        writeln!(
            text,
            "[features.ask.variants.{variant}]\nkind = \"chat\"\nmodel = \"{model}\"\nprompt = \"{variant}.md\""
        )
        .unwrap();
    }
    let prompt = "# system\nAnswer ok.\n# user\n{{ message }}\n";
    Folder::with(&[
        ("cases.jsonl", &cases),
        ("karat.toml", &text),
        ("main.md", prompt),
        ("stand-in.md", prompt),
        ("new.md", prompt),
    ])
}

#[test]
fn a_proven_replacement_answers_and_an_unproven_variant_is_refused_with_the_next_step() {
    let (first, second) = (Server::start(OK), Server::start(OK));
    let folder = judged(&first, &second);
    let served = Served::start(&folder);
    let asked = |model| ask(&served.visitor(), Dialect::OpenAiChat, model, true);
    let refused = asked("ask");
    assert!(refused.status >= 500, "{refused:?}");
    let message = refused.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("karat gate ask --variant main"), "{message}");

    for variant in ["main", "stand-in"] {
        let gated = folder.karat(&["gate", "ask", "--variant", variant]);
        assert_eq!(gated.code, 0, "{gated:?}");
    }
    let until = Instant::now() + Duration::from_secs(5);
    while asked("ask").status != 200 {
        assert!(Instant::now() < until, "the new proofs are not seen: {:?}", asked("ask"));
        std::thread::sleep(Duration::from_millis(100));
    }
    let fine = asked("ask");
    assert_eq!((fine.header("x-karat-variant"), fine.header("x-karat-unproven")), ("main", ""));
    let unproven = asked("ask/new");
    assert_eq!(unproven.status, 403, "{unproven:?}");
    let message = unproven.json()["error"]["message"].as_str().unwrap().to_owned();
    assert!(message.contains("karat gate ask --variant new"), "{message}");

    drop(first);
    let replaced = asked("ask");
    assert_eq!(replaced.status, 200, "{replaced:?}");
    assert_eq!(understand(Dialect::OpenAiChat, true, &replaced).answer.text, "ok");
    let marks = ["x-karat-variant", "x-karat-attempts", "x-karat-unproven"]
        .map(|name| replaced.header(name));
    assert_eq!(marks, ["stand-in", "2", ""]);
    let row = Ledger::of(&folder).get(&replaced);
    assert!(!row.unproven && row.attempts.len() == 2, "{row:?}");

    // A case more makes the proofs old, and stops nobody; that the new files are served, a new variant says.
    let cases = folder.read("cases.jsonl");
    folder.write(
        "cases.jsonl",
        &format!("{cases}{{\"id\":\"more\",\"input\":\"case more\",\"expected\":\"ok\"}}\n"),
    );
    folder.write(
        "karat.toml",
        &format!(
            "{}[features.ask.variants.other]\nkind = \"chat\"\nmodel = \"second/other\"\nprompt = \"new.md\"\nunproven = true\n",
            folder.read("karat.toml")
        ),
    );
    let until = Instant::now() + Duration::from_secs(5);
    while asked("ask/other").status != 200 {
        assert!(Instant::now() < until, "the new files are not seen: {:?}", asked("ask/other"));
        std::thread::sleep(Duration::from_millis(100));
    }
    let fine = asked("ask");
    assert_eq!((fine.status, fine.header("x-karat-unproven")), (200, ""), "{fine:?}");
    let drifted = folder.karat(&["verdict", "ask"]);
    assert!(drifted.out.contains("20 then, 21 now"), "{drifted:?}");

    // A prompt that has changed since its proof takes its variant out of the waterfall.
    folder.write("stand-in.md", "# system\nAnswer no.\n# user\n{{ message }}\n");
    let until = Instant::now() + Duration::from_secs(5);
    loop {
        let refused = asked("ask");
        if refused.status != 200 {
            assert!(!refused.body.contains("\"no\""), "{refused:?}");
            break;
        }
        assert!(Instant::now() < until, "{refused:?}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_broken_file_leaves_what_is_served_and_a_mended_one_is_served_within_three_seconds() {
    let server = Server::start("[[answer]]\ntext = \"{{ model }}\"\n");
    let folder = project(&server.url, &feature("ask", &[("live", "chat/old")], ""));
    let served = Served::start(&folder);
    let visitor = served.visitor();
    let said = || {
        let reply = ask(&visitor, Dialect::OpenAiChat, "ask", false);
        assert_eq!(reply.status, 200, "{reply:?}");
        understand(Dialect::OpenAiChat, false, &reply).answer.text
    };
    assert_eq!(said(), "old");
    let within_three_seconds = |what: &str, is_there: &dyn Fn() -> bool| {
        let until = Instant::now() + Duration::from_secs(3);
        while !is_there() {
            assert!(Instant::now() < until, "{what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    let good = folder.read("karat.toml");
    for broken in [
        "[project",
        "[project]\nname = \"live\"\n[features.ask]\nwaterfall = [\"nobody\"]\n[features.ask.variants]\n",
    ] {
        folder.write("karat.toml", broken);
        within_three_seconds("the fault is not seen", &|| {
            visitor.get("/readyz").json()["files"] != "fine"
        });
        assert_eq!(said(), "old", "what was served is still served");
        folder.write("karat.toml", &good);
        within_three_seconds("the mended file is not seen", &|| {
            visitor.get("/readyz").json()["files"] == "fine"
        });
    }
    folder.write("karat.toml", &good.replace("chat/old", "chat/new"));
    within_three_seconds("the change is not served", &|| said() == "new");
    folder.write("ask.md", "# user\nSay it: {{ message }}\n");
    std::fs::remove_file(folder.path().join("karat.toml")).unwrap();
    within_three_seconds("the loss is not seen", &|| {
        visitor.get("/readyz").json()["files"] != "fine"
    });
    assert_eq!(said(), "new");
    let (_, words) = served.end();
    assert!(words.contains("what was there before is"), "{words}");
}
