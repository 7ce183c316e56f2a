//! Steps 2 and 3 of the story through operations: pasted rows, a bet that is written down first, rules as sentences;
//! and that a bet that cannot be made leaves no trace.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::program::{Done, Folder, variant};

const QUEUES: [(&str, &str); 4] = [
    ("billing", "the invoice shows a wrong amount"),
    ("shipping", "my parcel has not arrived"),
    ("returns", "i want to send the lamp back for a refund"),
    ("technical", "the app crashes when i open the map"),
];

/// Forty rows as a spreadsheet copies them: candidate A is right on 20, candidate B on 36.
fn pasted() -> String {
    let mut rows = String::from("Message\tExpected queue\tModel A\tModel B\tsegment\r\n");
    for index in 0..40 {
        let (queue, words) = QUEUES[index % 4];
        let wrong = QUEUES[(index + 1) % 4].0;
        let a = if index < 20 { queue } else { wrong };
        let b = if index % 10 == 3 { wrong } else { queue };
        let segment = if index % 3 == 0 { "web" } else { "app" };
        write!(rows, "\"message {index}:\n{words}\"\t{queue}\t{a}\t{b}\t{segment}\r\n").unwrap();
    }
    rows
}

fn call(folder: &Folder, operation: &str, input: &Value) -> Done {
    folder.karat(&["call", operation, &input.to_string()])
}

fn called(folder: &Folder, operation: &str, input: &Value) -> Value {
    let done = call(folder, operation, input);
    assert_eq!(done.code, 0, "{operation}: {}", done.err);
    done.json()
}

fn refused(folder: &Folder, operation: &str, input: &Value) -> String {
    let done = call(folder, operation, input);
    assert_eq!(done.code, 3, "{operation} was not refused: {}", done.out);
    assert!(done.err.contains("next:"), "{}", done.err);
    done.err
}

/// A bet on the pasted rows, with the columns that the preview guesses.
fn bet(folder: &Folder, text: &str) -> Value {
    let seen = called(folder, "bets.preview", &json!({ "text": text }));
    json!({
        "name": "route-by-llm", "feature": "triage", "about": "support messages", "text": text,
        "columns": seen["columns"], "hypothesis": "A model routes as well as people do",
        "scorer": seen["scorers"][0]["kind"], "floor": 0.85, "deadline": "2099-12-18",
        "spend_cap_usd": 200, "draft_rules": true,
    })
}

fn with(input: &Value, field: &str, value: Value) -> Value {
    let mut changed = input.clone();
    changed[field] = value;
    changed
}

/// Every file below a folder, with its bytes.
fn contents(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.insert(format!("{}/", path.display()), Vec::new());
            found.extend(contents(&path));
        } else {
            found.insert(path.display().to_string(), std::fs::read(&path).unwrap());
        }
    }
    found
}

#[test]
fn forty_pasted_rows_kill_one_candidate_promise_the_other_and_set_rules_beside_them() {
    let folder = Folder::new();
    let seen = called(&folder, "bets.preview", &json!({ "text": pasted() }));
    assert_eq!((&seen["format"], &seen["n_rows"]), (&json!("tsv"), &json!(40)));
    assert_eq!(seen["problems"], json!([]));
    assert_eq!(seen["columns"]["input"], json!(["Message"]));
    assert_eq!(seen["columns"]["expected"], "Expected queue");
    assert_eq!(seen["columns"]["answers"], json!(["Model A", "Model B"]));
    assert_eq!(seen["scorers"][0]["kind"], "equals");
    assert_eq!(seen["sample"].as_array().unwrap().len(), 5);
    assert!(seen["power"].as_str().unwrap().contains("40 rows"), "{seen}");
    assert_eq!(contents(folder.path()), BTreeMap::new(), "a preview writes nothing");

    let created = called(&folder, "bets.create", &bet(&folder, &pasted()));
    assert_eq!((&created["bet"], &created["feature"]), (&json!("route-by-llm"), &json!("triage")));
    assert_eq!(created["rules"]["variant"], "rules");
    assert!(created["rules"]["says"].as_str().unwrap().contains("had not seen"), "{created}");
    let lock = folder.read("karat.lock");
    assert!(lock.contains("correct: right at least 0.85"), "registered before any run: {lock}");
    assert!(folder.read(".gitignore").contains(".karat/"));
    assert_eq!(folder.karat(&["check"]).code, 0);
    let shown = called(&folder, "bets.show", &json!({ "bet": "route-by-llm" }));
    assert!(shown["locked_at"].is_string() && shown["headline"].is_null(), "{shown}");

    let report = folder.karat(&["gate", "triage", "--format", "json", "--quiet"]).json();
    assert_eq!(report["n_held_out"], 0);
    assert_eq!(variant(&report, "model-a")["verdict"]["verdict"], "fail");
    let b = &variant(&report, "model-b")["verdict"];
    assert_eq!(b["verdict"], "undecided");
    let promise = b["criteria"][0]["promise_of_100"].as_u64().unwrap();
    assert!((65..=75).contains(&promise), "about 70 of 100, not {promise}");
    assert_eq!(variant(&report, "rules")["kind"], "rules");
    assert_eq!(report["baseline"], "rules");
    assert_eq!(report["amendments"], json!([]), "what was registered first is what judged");

    let shown = called(&folder, "bets.show", &json!({ "bet": "route-by-llm" }));
    assert!(shown["headline"].is_string() && shown["run_id"].is_string(), "{shown}");
    assert_eq!((&shown["state"], &shown["amendments"]), (&json!("running"), &json!([])));
    assert_eq!(shown["spent_usd"], 0.0);
    let rules = called(&folder, "rules.show", &json!({}));
    assert_eq!(rules["right"]["n"], 40);
    assert!(rules["rules"][0]["sentence"].as_str().unwrap().starts_with("When a message has *"));
}

#[test]
fn rows_that_nobody_gave_a_word_for_are_requests() {
    let folder = Folder::new();
    let mut input = bet(&folder, &pasted());
    (input["name"], input["feature"]) = (json!("new-bet"), json!("new-bet"));
    input["about"] = Value::Null;
    called(&folder, "bets.create", &input);
    let report = folder.karat(&["gate", "new-bet", "--format", "json", "--quiet"]).json();
    assert_eq!(report["about"], "requests", "a name is no word for what people ask");
}

#[test]
fn a_preview_says_the_same_whichever_answers_are_right() {
    let folder = Folder::new();
    let rotated: String = {
        let text = pasted().replace(":\n", ": ");
        let lines: Vec<&str> = text.trim_end().split("\r\n").collect();
        let cells: Vec<Vec<&str>> = lines.iter().map(|line| line.split('\t').collect()).collect();
        let row = |index: usize| {
            let other = 1 + (index + 6) % 40;
            [cells[index][0], cells[index][1], cells[other][2], cells[other][3], cells[index][4]]
                .join("\t")
        };
        std::iter::once(lines[0].to_owned()).chain((1..=40).map(row)).collect::<Vec<_>>().join("\n")
    };
    let mut before =
        called(&folder, "bets.preview", &json!({ "text": pasted().replace(":\n", ": ") }));
    let mut after = called(&folder, "bets.preview", &json!({ "text": rotated }));
    before["sample"] = Value::Null;
    after["sample"] = Value::Null;
    assert_eq!(before, after);
}

#[test]
fn later_changes_are_amendments_and_decisions_have_a_name_and_a_reason() {
    let folder = Folder::new();
    called(&folder, "bets.create", &bet(&folder, &pasted()));
    let edited = folder
        .read("karat.toml")
        .replace("min = 0.85", "min = 0.7")
        .replace("2099-12-18", "2020-01-31")
        .replace("as well as people", "better than people");
    folder.write("karat.toml", &edited);
    let shown = called(&folder, "bets.list", &json!({}))["bets"][0].clone();
    let what: Vec<&str> = shown["amendments"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["what"].as_str().unwrap())
        .collect();
    assert_eq!(
        what,
        [
            "hypothesis: A model routes as well as people do → A model routes better than people do",
            "deadline: 2099-12-18 → 2020-01-31",
            "correct: right at least 0.85 → right at least 0.7",
        ]
    );
    assert_eq!(shown["state"], "due");
    assert!(shown["days_left"].as_i64().unwrap() < 0);
    let again = called(&folder, "bets.show", &json!({ "bet": "route-by-llm" }));
    assert_eq!(again["amendments"], shown["amendments"], "a look is no further change");

    let decide = |state: &str, reason: &str| json!({ "bet": "route-by-llm", "state": state, "reason": reason });
    refused(&folder, "bets.decide", &decide("killed", "  "));
    refused(&folder, "bets.decide", &json!({ "bet": "route", "state": "won", "reason": "x" }));
    let killed = called(&folder, "bets.decide", &decide("killed", "rules are as good"));
    assert_eq!(killed["state"], "killed");
    assert_eq!(
        (&killed["decision"]["by"], &killed["decision"]["reason"]),
        (&json!("the owner"), &json!("rules are as good"))
    );
    let undone = called(&folder, "bets.decide", &decide("running", "one more week"));
    assert_eq!(undone["state"], "due", "the deadline has still passed");
}

#[test]
fn a_bet_that_cannot_be_made_leaves_no_trace() {
    let input = bet(&Folder::new(), &pasted());
    let old = "# mine\r\n[project]   # odd\r\nname = 'desk'\r\n";
    for (what, files, says) in [
        (
            "a file stands where the rules' folder should be",
            vec![("karat.toml", old), ("rules", "x")],
            "rules",
        ),
        (
            "a damaged lock",
            vec![("karat.toml", old), ("karat.lock", "format = [")],
            "karat.lock is damaged",
        ),
        (
            "a damaged lock without a project",
            vec![("karat.lock", "format = [")],
            "karat.lock is damaged",
        ),
        ("a data folder that is a file", vec![("data", "x")], "data"),
    ] {
        let folder = Folder::with(&files);
        let before = contents(folder.path());
        let done = call(&folder, "bets.create", &input);
        assert_eq!(done.code, 3, "{what}: {}", done.out);
        assert!(done.err.contains(says), "{what}: {}", done.err);
        assert_eq!(contents(folder.path()), before, "{what}");
    }
    let folder = Folder::with(&[("karat.toml", old)]);
    let before = contents(folder.path());
    for (field, value, says) in [
        ("floor", json!(1.0), "floor"),
        ("floor", json!(-0.2), "floor"),
        ("floor", json!(85), "85 is 0.85"),
        ("deadline", json!("2001-01-01"), "has passed"),
        ("deadline", json!("soon"), "no day"),
        ("deadline", json!("2027-02-30"), "no day"),
        ("spend_cap_usd", json!(-1), "spend_cap_usd"),
        ("hypothesis", json!(" \n"), "hypothesis"),
        ("name", json!("../evil"), "no name"),
        ("name", json!(""), "no name"),
        ("feature", json!("a.b]\n[x"), "no name"),
        ("scorer", json!("llm-rubric"), "choose one of equals"),
        ("text", json!("Message\tExpected queue\nx\ty\tz"), "row"),
        ("text", json!(""), "no rows"),
        (
            "columns",
            json!({ "input": ["Massage"], "expected": "Expected queue", "answers": ["Model A"] }),
            "did you mean `Message`?",
        ),
    ] {
        let err = refused(&folder, "bets.create", &with(&input, field, value.clone()));
        assert!(err.contains(says), "{field} {value}: {err}");
        assert_eq!(contents(folder.path()), before, "{field} {value}");
    }
    let all = with(&with(&input, "floor", json!(2)), "deadline", json!("soon"));
    let err = refused(&folder, "bets.create", &all);
    assert!(err.contains("2 problems"), "all at once: {err}");
}

#[test]
fn what_stands_in_the_project_file_stays_and_names_that_exist_are_refused() {
    let old = "# mine\r\n[project]   # odd   spaces\r\nname = 'desk'\r\n\r\n[datasets.old]\r\nfile = \"old.csv\" # kept";
    let folder = Folder::with(&[
        ("karat.toml", old),
        ("old.csv", "input\nx\n"),
        ("data/triage.csv", "mine"),
    ]);
    let input = bet(&folder, &pasted());
    let created = called(&folder, "bets.create", &input);
    let after = folder.read("karat.toml");
    assert!(after.starts_with(old), "{after}");
    assert!(!after.replace("\r\n", "").contains('\n'), "line ends stay as they are");
    assert_eq!(folder.read("data/triage.csv"), "mine");
    assert_eq!(created["files"][0], json!({ "path": "karat.toml", "is_new": false }));
    assert_eq!(created["files"][1], json!({ "path": "data/triage-2.csv", "is_new": true }));
    for (name, feature) in [("route-by-llm", "other"), ("other", "triage"), ("other", "old")] {
        let input = with(&with(&input, "name", json!(name)), "feature", json!(feature));
        assert!(refused(&folder, "bets.create", &input).contains("is there already"));
    }
    // A bet that was taken out of the file has been promised all the same.
    folder.write("karat.toml", old);
    let err = refused(&folder, "bets.create", &with(&input, "feature", json!("again")));
    assert!(err.contains("was written down on"), "{err}");
}

#[test]
fn hostile_rows_and_words_stay_what_they_are() {
    let hostile = "a\"]\n[features.evil]\nx = 1 #'''\\u{202e} {{ 7*7 }} <script>";
    let mut rows = String::new();
    for index in 0..24 {
        let cell = json!({
            "input": format!("{index} {hostile}"), "expected": if index % 2 == 0 { "yes \"1\"" } else { "no\\'" },
            "an \"odd\" ] [col.umn = '": if index % 3 == 0 { "no\\'" } else { "yes \"1\"" }, "=cmd()": hostile,
        });
        writeln!(rows, "{cell}").unwrap();
    }
    let folder = Folder::new();
    let mut input = bet(&folder, &rows);
    input["columns"] = json!({ "input": ["input"], "expected": "expected", "answers": ["an \"odd\" ] [col.umn = '"], "metadata": ["=cmd()"] });
    for field in ["hypothesis", "why_us", "about"] {
        input[field] = json!(hostile);
    }
    called(&folder, "bets.create", &input);
    let read: toml::Table = toml::from_str(&folder.read("karat.toml")).unwrap();
    assert_eq!(read["features"].as_table().unwrap().keys().collect::<Vec<_>>(), ["triage"]);
    assert_eq!(read["bets"]["route-by-llm"]["hypothesis"].as_str(), Some(hostile));
    assert_eq!(folder.karat(&["check"]).code, 0);
    let report = folder.karat(&["gate", "--format", "json", "--quiet"]).json();
    assert_eq!(report["n_cases"], 24);
    for text in [
        "\0\0\0",
        "{\"input\":{}}",
        "[[[[",
        "\"",
        "\t\t\t\n\t\t",
        "a,b\n\u{202e},\u{0}\n",
        "{\"input\":null}\n{}",
    ] {
        let seen = called(&folder, "bets.preview", &json!({ "text": text }));
        assert_ne!(seen["problems"], json!([]), "{text:?}");
    }
}

#[test]
fn rules_are_edited_whole_or_not_at_all_and_comments_stay() {
    let folder = Folder::example("support-triage");
    let before = folder.read("rules/triage.toml");
    let shown = called(&folder, "rules.show", &json!({ "feature": "triage" }));
    assert_eq!((&shown["variant"], &shown["file"]), (&json!("rules"), &json!("rules/triage.toml")));
    assert_eq!((&shown["n_cases"], &shown["right"]["n"]), (&json!(124), &json!(124)));
    let estimate = shown["right"]["estimate"].as_f64().unwrap();
    assert!((estimate - 107.0 / 124.0).abs() < 1e-9, "as karat eval says: {estimate}");
    assert!(shown["note"].as_str().unwrap().contains("Held-out"), "{shown}");
    let rules = shown["rules"].as_array().unwrap().clone();
    let n_matched: u64 = rules.iter().map(|rule| rule["n_matched"].as_u64().unwrap()).sum();
    assert!(
        n_matched < 124
            && rules.iter().all(|rule| rule["n_right"].as_u64() <= rule["n_matched"].as_u64())
    );

    let edit = |rules: &[Value]| json!({ "feature": "triage", "variant": "rules", "rules": rules, "default": shown["default"] });
    called(&folder, "rules.edit", &edit(&rules));
    assert_eq!(folder.read("rules/triage.toml"), before, "nothing changed, so no byte does");

    let mut hostile = rules.clone();
    for (field, value, says) in [
        ("regex", json!("(unclosed"), "cannot be compiled"),
        ("answer", json!({ "queue": "sales" }), "output schema"),
        ("answer", Value::Null, "output schema"),
        ("any", json!([""]), "empty phrase"),
    ] {
        hostile[2] = rules[2].clone();
        hostile[2][field] = value;
        let err = refused(&folder, "rules.edit", &edit(&hostile));
        assert!(err.contains(says), "{field}: {err}");
        assert_eq!(folder.read("rules/triage.toml"), before);
    }
    let mut better = rules.clone();
    better[0]["any"].as_array_mut().unwrap().push(json!("stinkt nach plastik"));
    better.swap(6, 7);
    let after = called(&folder, "rules.edit", &edit(&better));
    let text = folder.read("rules/triage.toml");
    assert!(text.contains("\"stinkt nach plastik\""), "{text}");
    for comment in before.lines().filter(|line| line.starts_with('#')) {
        assert!(text.contains(comment), "{comment} is gone");
    }
    assert!(after["rules"][0]["sentence"].as_str().unwrap().contains("*stinkt nach plastik*"));
    assert_eq!(folder.karat(&["check"]).code, 0);
}

#[test]
fn the_terminal_writes_a_bet_down_lists_it_and_decides() {
    let folder = Folder::with(&[("in/tickets.tsv", &pasted())]);
    let new =
        ["bet", "new", "--from", "in/tickets.tsv", "--floor", "0.85", "--deadline", "2099-01-01"];
    let missing = folder.karat(&new);
    assert_eq!(missing.code, 3);
    assert!(missing.err.contains("--hypothesis is missing"), "{}", missing.err);
    let done = folder.karat(&[&new[..], &["--hypothesis", "It works", "--cap", "20"]].concat());
    assert_eq!(done.code, 0, "{}", done.err);
    assert!(done.out.contains("next: karat gate tickets"), "{}", done.out);
    assert!(done.err.contains("Model B") && done.err.contains("recorded variant"), "{}", done.err);
    let listed = folder.karat(&["bets"]);
    assert!(
        listed.out.contains("tickets") && listed.out.contains("$0 of $20.00"),
        "{}",
        listed.out
    );
    let decided = folder.karat(&["bet", "decide", "tickets", "won", "--reason", "it does"]);
    assert!(decided.out.starts_with("tickets: won"), "{}{}", decided.out, decided.err);
    let shown = folder.karat(&["bet", "show", "tickets"]);
    assert!(shown.out.contains("won by the owner"), "{}", shown.out);
    let rules = folder.karat(&["rules", "show"]);
    assert!(
        rules.out.contains("When a message has") && rules.out.contains("n 40"),
        "{}",
        rules.out
    );
}

#[test]
fn money_that_runs_have_spent_counts_against_the_cap() {
    let folder = Folder::example("support-triage");
    let spent = || called(&folder, "bets.show", &json!({ "bet": "triage-by-llm" }));
    assert!(spent()["locked_at"].is_null(), "nothing was run yet");
    folder.karat(&["gate", "--quiet"]);
    let shown = spent();
    assert!(shown["locked_at"].is_string(), "the first run wrote it down: {shown}");
    assert!(
        shown["spent_usd"].as_f64().unwrap() > 0.0,
        "recorded answers say what they cost: {shown}"
    );
    let again = spent()["spent_usd"].clone();
    folder.karat(&["gate", "--quiet"]);
    assert_eq!(spent()["spent_usd"], again, "answers from the store cost nothing again");
}
