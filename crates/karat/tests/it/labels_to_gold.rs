//! Labels on their way into files: new rows, candidates and judged answers in tables, and the terminal.

use std::fmt::Write as _;
use std::io::Write as _;
use std::process::Stdio;

use karat::app::App;
use karat::labels::propose::{Proposal, propose};
use serde_json::{Value, json};

use crate::labels::{PROJECT, SCHEMA, app, call, desk, label_all, labeller, number_of, truth};
use crate::program::Folder;

/// Judges every answer of the run, and corrects those that are wrong.
async fn correct_answers(app: &App, ann: &App) {
    call(
        app,
        "labels.open",
        json!({"feature": "triage", "source": "answers", "overlap": 1, "name": "judged"}),
    )
    .await;
    loop {
        let task = call(ann, "labels.next", json!({"queue": "judged"})).await;
        let item = &task["item"];
        if item.is_null() {
            break;
        }
        let wanted = truth(number_of(item) + 1);
        let is_right = item["answer"]["queue"] == wanted;
        call(ann, "labels.submit", json!({"queue": "judged", "item": item["id"], "lease": item["lease"], "value": is_right, "correction": if is_right { Value::Null } else { json!({"queue": wanted}) }})).await;
    }
    let promoted = call(app, "labels.promote", json!({"queue": "judged"})).await;
    assert_eq!(
        (&promoted["n_changed"], &promoted["n_left_out"]),
        (&json!(6), &json!(0)),
        "{promoted}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn new_rows_and_candidates_become_cases_in_a_table_and_answers_are_corrected() {
    let project = PROJECT.replace("tickets.jsonl\"", "tickets.csv\"\ngate_file = \"gate.csv\"");
    let mut cases = String::from("id,message,expected,labelled\r\n");
    for index in 0..6 {
        write!(
            cases,
            "t{index},\"message {index}\",\"{{\"\"queue\"\": \"\"{}\"\"}}\",\r\n",
            truth(index)
        )
        .unwrap();
    }
    let gate = "id,message,expected\ng1,held out 100,\"{\"\"queue\"\": \"\"billing\"\"}\"\n";
    let mut answers = String::new();
    for index in 0..6 {
        writeln!(
            answers,
            "{}",
            json!({"id": format!("t{index}"), "output": {"queue": truth(index / 2)}})
        )
        .unwrap();
    }
    writeln!(answers, "{}", json!({"id": "g1", "output": {"queue": "billing"}})).unwrap();
    let folder = Folder::with(&[
        ("karat.toml", &project),
        ("triage.json", SCHEMA),
        ("tickets.csv", &cases),
        ("gate.csv", gate),
        ("answers.jsonl", &answers),
    ]);
    assert_eq!(folder.karat(&["eval", "--quiet"]).code, 0);
    let app = app(&folder);
    let ann = labeller(&app, "Ann");

    let rows = "message\nmessage 50\nmessage 51\nmessage 51\nmessage 3\n";
    let opened = call(
        &app,
        "labels.open",
        json!({"feature": "triage", "source": "rows", "rows": rows, "overlap": 1, "name": "new"}),
    )
    .await;
    assert_eq!(opened["n_items"], 3, "the same input is one item");
    label_all(&ann, "new", |index| json!(truth(index))).await;
    // Somebody else adds a line in the meantime.
    let grown = format!("{cases}t90,by hand 90,\"{{\"\"queue\"\": \"\"billing\"\"}}\",\r\n");
    folder.write("tickets.csv", &grown);
    let promoted = call(&app, "labels.promote", json!({"queue": "new"})).await;
    assert_eq!(
        (&promoted["n_added"], &promoted["n_changed"]),
        (&json!(2), &json!(0)),
        "{promoted}"
    );
    let text = folder.read("tickets.csv");
    assert!(text.starts_with(&grown), "{text}");
    assert_eq!(text.lines().count(), 10);
    assert!(
        text.ends_with("\r\n")
            && text.contains("\"\"queue\"\": \"\"technical\"\"")
            && text.contains("\"\"people\"\":1"),
        "{text}"
    );

    let proposal = |message: &str| Proposal {
        inference: None,
        overlap: None,
        feature: "triage".into(),
        input: json!({"message": message}).as_object().unwrap().clone(),
        expected: Some(json!({"queue": "billing"})),
        note: Some("odd".into()),
        from: "play".into(),
        from_case: Some("t1".into()),
    };
    let first = propose(&ann, proposal("message 70")).await.unwrap();
    let second = propose(&ann, proposal("message 70")).await.unwrap();
    assert_eq!(
        (first.queue.as_str(), first.is_new, second.is_new),
        ("triage-candidates", true, false)
    );
    assert_eq!(first.item, second.item);
    label_all(&ann, "triage-candidates", |index| json!(truth(index))).await;
    let export =
        call(&app, "labels.export", json!({"queue": "triage-candidates", "format": "jsonl"})).await;
    let line: Value = serde_json::from_str(export["text"].as_str().unwrap().trim()).unwrap();
    assert_eq!(
        (&line["provenance"]["name"], &line["provenance"]["from_case"]),
        (&json!("Ann"), &json!("t1"))
    );
    let promoted =
        call(&app, "labels.promote", json!({"queue": "triage-candidates", "split": "gate"})).await;
    assert_eq!(
        (&promoted["n_added"], &promoted["file"]),
        (&json!(1), &json!("gate.csv")),
        "{promoted}"
    );
    assert!(
        folder.read("gate.csv").starts_with(gate) && folder.read("gate.csv").contains("message 70")
    );

    correct_answers(&app, &ann).await;
    app.close().await;
    let held_out = folder.karat(&["gate", "--format", "json", "--quiet"]);
    assert_eq!(held_out.json()["n_cases"], 2, "{held_out:?}");
    let eval = folder.karat(&["eval", "--format", "json", "--quiet"]).json();
    assert_eq!(eval["n_cases"], 9);
}

#[test]
fn labels_are_written_line_by_line_in_the_terminal() {
    let folder = desk();
    let opened = folder.karat(&[
        "label",
        "open",
        "triage",
        "--overlap",
        "1",
        "--sample",
        "4",
        "--name",
        "mine",
    ]);
    assert_eq!(opened.code, 0, "{opened:?}");
    assert!(
        opened.out.contains("4 items") && opened.out.contains("next: karat label next mine"),
        "{opened:?}"
    );
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_karat"))
        .current_dir(folder.path())
        .args(["label", "next", "mine"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(b"shipping\n1\n:undo\nreturns\n:skip\n:skip no text\n3\n")
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let (out, err) =
        (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success(), "{out}{err}");
    assert!(
        err.contains("give one of billing, returns, technical")
            && err.contains("a skip needs a reason"),
        "{err}"
    );
    assert!(
        out.contains("1 of 4") && out.contains("taken back") && out.contains("skipped"),
        "{out}"
    );
    let queues = folder.karat(&["label", "queues", "--format", "json"]).json();
    let queue = &queues["queues"][0];
    assert_eq!(
        (&queue["n_agreed"], &queue["n_skipped"], &queue["n_mine"]),
        (&json!(2), &json!(1), &json!(1))
    );
    let promoted = folder.karat(&["label", "promote", "mine"]);
    assert!(promoted.out.contains("2 desired outputs changed in tickets.jsonl"), "{promoted:?}");
    assert_eq!(folder.karat(&["label", "next", "nobody"]).code, 3);
}
