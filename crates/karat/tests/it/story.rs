//! Steps 2 and 3 of the story from the terminal: forty rows, one candidate killed, one undecided, rules drafted.

use std::fmt::Write as _;

use crate::program::{Folder, variant};

const QUEUES: [(&str, &str); 4] = [
    ("billing", "the invoice shows a wrong amount"),
    ("shipping", "my parcel has not arrived"),
    ("returns", "i want to send the lamp back for a refund"),
    ("technical", "the app crashes when i open the map"),
];

/// Forty rows: candidate A is right on 20 of them, candidate B on 36.
fn rows() -> String {
    let mut rows = String::from("id,input,expected,model_a,model_b\n");
    for index in 0..40 {
        let (queue, words) = QUEUES[index % 4];
        let wrong = QUEUES[(index + 1) % 4].0;
        let a = if index < 20 { queue } else { wrong };
        let b = if index % 10 == 3 { wrong } else { queue };
        writeln!(rows, "r{index},\"message {index}: {words}\",{queue},{a},{b}").unwrap();
    }
    rows
}

const PROJECT: &str = r#"
[project]
name = "helpdesk"

[datasets.rows]
file = "rows.csv"
answers = ["model_a", "model_b"]

[bets.route]
feature = "triage"
hypothesis = "a model routes as well as people do"
success = "right queue at least 0.85"
deadline = 2026-12-18

[features.triage]
dataset = "rows"

[features.triage.variants.a]
kind = "recorded"
column = "model_a"

[features.triage.variants.b]
kind = "recorded"
column = "model_b"

[features.triage.scorers]
right-queue = { kind = "equals" }

[features.triage.mvq]
correct = { metric = "right-queue", min = 0.85 }
"#;

#[test]
fn forty_rows_kill_one_candidate_promise_the_other_and_draft_rules() {
    let folder = Folder::with(&[("rows.csv", &rows()), ("karat.toml", PROJECT)]);
    let done = folder.karat(&["gate", "--format", "json", "--quiet"]);
    assert_eq!(done.code, 2, "{}", done.err);
    let report = done.json();
    assert_eq!(variant(&report, "a")["verdict"]["verdict"], "fail");
    let b = &variant(&report, "b")["verdict"];
    assert_eq!(b["verdict"], "undecided");
    let promise = b["criteria"][0]["promise_of_100"].as_u64().unwrap();
    assert!((65..=75).contains(&promise), "about 70 of 100, not {promise}");
    assert!(b["criteria"][0]["more"]["expected"].as_u64().is_some());

    let drafted = folder.karat(&["rules", "draft"]);
    assert_eq!(drafted.code, 0, "{}", drafted.err);
    assert!(folder.read("rules/triage.toml").contains("[default]"));
    let with_rules = PROJECT.replace(
        "[features.triage.scorers]",
        "[features.triage.variants.rules]\nkind = \"rules\"\nfile = \"rules/triage.toml\"\nunproven = true\n\n[features.triage.scorers]",
    );
    folder.write("karat.toml", &with_rules);
    let report = folder.karat(&["gate", "--format", "json", "--quiet"]).json();
    assert_eq!(variant(&report, "rules")["kind"], "rules");
    assert_eq!(
        folder.karat(&["rules", "draft"]).code,
        3,
        "a file that is there is not overwritten"
    );
}

#[test]
fn a_second_file_is_held_out_and_a_person_is_a_variant() {
    let project = r#"
[project]
name = "desk"
[datasets.rows]
file = "tune.csv"
gate_file = "gate.csv"
columns = { input = "text", expected = "queue" }
[features.triage]
dataset = "rows"
[features.triage.variants.ann]
kind = "human"
file = "people.csv"
columns = { id = "case", output = "said", annotator = "who" }
[features.triage.scorers]
right = { kind = "equals" }
[features.triage.mvq]
right = { metric = "right", min = 0.5 }
"#;
    let folder = Folder::with(&[
        ("karat.toml", project),
        ("tune.csv", "id,text,queue\na,one,x\nb,two,y\n"),
        ("gate.csv", "id,text,queue\nc,three,x\nd,four,y\ne,five,y\n"),
        ("people.csv", "case,said,who\na,x,ann\nb,y,ann\nc,x,ann\nd,y,ann\ne,x,ann\n"),
    ]);
    let tuned = folder.karat(&["eval", "--format", "json", "--quiet"]).json();
    assert_eq!(
        (&tuned["scope"], &tuned["n_cases"], &tuned["n_held_out"]),
        (&"tune".into(), &2.into(), &3.into())
    );
    assert!(tuned["verdict"].is_null(), "nobody judges on the cases that tune");
    let judged = folder.karat(&["gate", "--format", "json", "--quiet"]).json();
    assert_eq!((&judged["scope"], &judged["n_cases"]), (&"held-out".into(), &3.into()));
    assert_eq!(variant(&judged, "ann")["kind"], "human");
    assert_eq!(variant(&judged, "ann")["metrics"][0]["n_right"], 2);
}
