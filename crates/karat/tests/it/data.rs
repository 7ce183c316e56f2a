//! Datasets as people use them: pages, versions, what is hidden, and what the checks find.

use std::fmt::Write as _;

use karat::app::{App, RefusalKind};
use karat::config::Config;
use karat::operations;
use karat::tasks::Stop;
use karat_records::{Person, Role};
use serde_json::{Value, json};

use crate::program::{Folder, data};

const PROJECT: &str = r#"[project]
name = "data"

[datasets.tickets]
file = "cases.jsonl"

[features.triage]
dataset = "tickets"

[features.triage.variants.rules]
kind = "rules"
file = "rules.toml"

[features.triage.scorers]
right = { kind = "equals" }

[features.triage.mvq]
right = { metric = "right", min = 0.8 }
"#;

const RULES: &str =
    "[[rule]]\nany = \"refund\"\nanswer = \"billing\"\n\n[default]\nanswer = \"other\"\n";

fn line(index: usize, message: &str) -> String {
    let split = if index.is_multiple_of(2) { "gate" } else { "tune" };
    let case = json!({
        "id": format!("t-{index:06}"), "input": message, "expected": "billing", "split": split,
        "tags": ["easy"], "metadata": { "channel": if index.is_multiple_of(3) { "chat" } else { "mail" } },
    });
    format!("{case}\n")
}

/// Words of which no two messages share many.
fn message(index: usize) -> String {
    const WORDS: [&str; 20] = [
        "parcel", "garden", "window", "seven", "orange", "hammer", "letter", "planet", "bridge",
        "coffee", "silver", "monday", "forest", "engine", "pencil", "island", "thunder", "mirror",
        "basket", "violin",
    ];
    let mut state = index as u64 + 1;
    let mut text = format!("message {index}:");
    for _ in 0..12 {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        write!(text, " {}", WORDS[(state >> 40) as usize % WORDS.len()]).unwrap();
    }
    text
}

fn project(cases: &str) -> Folder {
    Folder::with(&[("karat.toml", PROJECT), ("rules.toml", RULES), ("cases.jsonl", cases)])
}

fn many(n: usize) -> String {
    (0..n).map(|index| line(index, &message(index))).collect()
}

fn app(folder: &Folder, role: Role) -> App {
    let person = Person { id: "p1".into(), name: "Ana".into(), role };
    App::new(folder.path().to_path_buf(), Config::default(), Stop::never()).acting_as(person)
}

async fn call(app: &App, name: &str, input: Value) -> anyhow::Result<Value> {
    operations::find(name)?.call(app.clone(), input).await
}

fn ids(page: &Value) -> Vec<String> {
    let cases = page["cases"].as_array().unwrap();
    cases.iter().map(|case| case["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edited_case_makes_a_version_and_the_difference_names_it() {
    let before = many(50);
    let folder = project(&before);
    let app = app(&folder, Role::Viewer);
    let list = call(&app, "datasets.list", json!({})).await.unwrap();
    let shown = &list["datasets"][0];
    assert_eq!(
        (&shown["n"], &shown["n_tune"], &shown["n_gate"]),
        (&json!(50), &json!(25), &json!(25))
    );
    assert_eq!(shown["fields"], json!(["message"]));
    assert_eq!(shown["segments"][0]["field"], "metadata.channel");
    assert_eq!(shown["answers"], json!(["billing"]));
    assert_eq!(shown["features"], json!(["triage"]));

    let edited = before.replace("message 7:", "message seven:");
    folder.write("cases.jsonl", &(edited + &line(51, "a new one")));
    let versions = call(&app, "datasets.versions", json!({"dataset": "tickets"})).await.unwrap();
    let versions = versions["versions"].as_array().unwrap();
    assert_eq!(versions.len(), 2);
    assert_eq!((&versions[0]["n"], &versions[0]["is_current"]), (&json!(51), &json!(true)));
    assert_eq!(versions[1]["version"], shown["version"]);
    let diff = call(&app, "datasets.diff", json!({"dataset": "tickets"})).await.unwrap();
    assert_eq!(
        (&diff["n_added"], &diff["n_changed"], &diff["n_same"]),
        (&json!(1), &json!(1), &json!(49))
    );
    let change = &diff["changed"][0];
    assert_eq!(change["before"]["id"], "t-000007");
    assert!(change["before"]["input"]["message"].as_str().unwrap().starts_with("message 7:"));
    assert!(change["after"]["input"]["message"].as_str().unwrap().starts_with("message seven:"));

    // The first content comes back: nothing new, and it is the present version again.
    folder.write("cases.jsonl", &before);
    let versions = call(&app, "datasets.versions", json!({"dataset": "tickets"})).await.unwrap();
    assert_eq!(versions["versions"].as_array().unwrap().len(), 2);
    assert_eq!(versions["versions"][0]["version"], shown["version"]);
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_a_hundred_thousand_rows_hold_each_once_while_the_file_changes() {
    let n = 100_000;
    let text = many(n);
    let folder = project(&text);
    let app = app(&folder, Role::Viewer);
    let (mut seen, mut cursor, mut n_pages) = (Vec::new(), Value::Null, 0);
    let mut versions = std::collections::BTreeSet::new();
    loop {
        let input = json!({"dataset": "tickets", "limit": 1000, "cursor": cursor});
        let page = call(&app, "datasets.cases", input).await.unwrap();
        assert_eq!(page["n"], n);
        versions.insert(page["version"].as_str().unwrap().to_owned());
        seen.extend(ids(&page));
        cursor = page["next"].clone();
        n_pages += 1;
        if n_pages % 40 == 1 {
            folder.write("cases.jsonl", &text.replace("message 5", &format!("edit {n_pages}")));
            call(&app, "datasets.list", json!({})).await.unwrap();
        }
        if cursor.is_null() {
            break;
        }
    }
    let expected: Vec<String> = (0..n).map(|index| format!("t-{index:06}")).collect();
    assert!(seen == expected, "{} rows", seen.len());
    assert_eq!(versions.len(), 1, "all pages are of one version");
    // Filters are counted, and a search finds.
    let wanted = json!({"dataset": "tickets", "split": "tune", "text": "message 99,", "limit": 5});
    assert_eq!(call(&app, "datasets.cases", wanted).await.unwrap()["n"], 0);
    let wanted = json!({"dataset": "tickets", "field": "metadata.channel", "value": "chat"});
    assert_eq!(call(&app, "datasets.cases", wanted).await.unwrap()["n"], n.div_ceil(3));
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_shows_a_large_file_while_it_is_read_and_then_all_of_it() {
    let n = 60_000;
    let folder = project(&many(n));
    let app = app(&folder, Role::Viewer).staying();
    let (mut seen, mut cursor, mut notes) = (Vec::new(), Value::Null, Vec::new());
    loop {
        let input = json!({"dataset": "tickets", "limit": 1000, "cursor": cursor});
        let page = call(&app, "datasets.cases", input).await.unwrap();
        seen.extend(ids(&page));
        notes.extend(page["note"].as_str().map(str::to_owned));
        cursor = page["next"].clone();
        if cursor.is_null() {
            break;
        }
        if page["cases"].as_array().unwrap().is_empty() {
            tokio::task::yield_now().await;
        }
    }
    assert_eq!(seen.len(), n);
    assert!(notes.iter().any(|note| note.starts_with("indexing: ")), "{notes:?}");
    app.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn contents_of_held_out_cases_are_hidden_and_each_look_is_kept() {
    let folder = project(&many(40));
    let viewer = app(&folder, Role::Viewer);
    let page = call(&viewer, "datasets.cases", json!({"dataset": "tickets"})).await.unwrap();
    assert_eq!(page["n"], 40);
    for case in page["cases"].as_array().unwrap() {
        let is_gate = case["split"] == "gate";
        assert_eq!(case["input"].is_null(), is_gate);
        assert_eq!(case["expected"].is_null(), is_gate);
        assert_eq!(case["metadata"].as_object().unwrap().len(), 1);
    }
    assert!(page["hidden"].as_str().unwrap().contains("held-out"));
    // Neither do filters tell what they hold.
    for filter in [
        json!({"dataset": "tickets", "text": "message 4:"}),
        json!({"dataset": "tickets", "field": "expected", "value": "billing", "split": "gate"}),
        json!({"dataset": "tickets", "field": "input.message", "value": message(4)}),
    ] {
        let page = call(&viewer, "datasets.cases", filter.clone()).await.unwrap();
        assert_eq!(page["n"], 0, "{filter}");
        assert!(page["hidden"].is_string(), "{filter}");
    }
    let reveal =
        json!({"dataset": "tickets", "reveal_held_out": true, "split": "gate", "limit": 5});
    for role in [Role::Viewer, Role::Labeller] {
        let refused =
            call(&app(&folder, role), "datasets.cases", reveal.clone()).await.unwrap_err();
        let refusal = refused.downcast::<karat::app::Refusal>().unwrap();
        assert_eq!(refusal.kind, RefusalKind::NotAllowed);
    }
    assert!(karat::datasets::looks::list(&viewer, "tickets").await.unwrap().is_empty());
    let editor = viewer.clone().acting_as(Person { role: Role::Editor, ..(*viewer.actor).clone() });
    let page = call(&editor, "datasets.cases", reveal).await.unwrap();
    assert!(page["cases"][0]["input"]["message"].as_str().unwrap().starts_with("message 0:"));
    let looks = karat::datasets::looks::list(&viewer, "tickets").await.unwrap();
    assert_eq!((looks.len(), looks[0].n, looks[0].by.as_str()), (1, 5, "Ana"));
    viewer.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_questions_are_answered_with_what_to_do() {
    let folder = project(&many(10));
    let app = app(&folder, Role::Viewer);
    for (name, input, words) in [
        ("datasets.cases", json!({"dataset": "tikets"}), "did you mean `tickets`?"),
        ("datasets.cases", json!({"dataset": "tickets", "cursor": "x"}), "no cursor"),
        ("datasets.cases", json!({"dataset": "tickets", "cursor": "none.1.p0"}), "begin again"),
        ("datasets.cases", json!({"dataset": "tickets", "field": "id"}), "belong together"),
        ("datasets.diff", json!({"dataset": "tickets"}), "no version before"),
        ("datasets.diff", json!({"dataset": "tickets", "from": "zz"}), "no version zz"),
        ("history.list", json!({"kind": "person"}), "there is no kind person"),
        ("history.show", json!({"kind": "person", "name": "a", "hash": "b"}), "never loaded"),
    ] {
        let error = call(&app, name, input.clone()).await.unwrap_err().to_string();
        assert!(error.contains(words) && error.contains("next: "), "{input}: {error}");
    }
    app.close().await;
    folder.write("cases.jsonl", "{\"id\": 1}\n");
    let done = folder.karat(&["data", "cases", "tickets"]);
    assert_eq!(done.code, 3);
    assert!(done.err.contains("cases.jsonl:1"), "{}", done.err);
}

fn check<'a>(health: &'a Value, kind: &str) -> &'a Value {
    let checks = health["checks"].as_array().unwrap();
    checks.iter().find(|check| check["kind"] == kind).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn planted_mistakes_are_found_and_clean_data_is_quiet() {
    let clean = many(200);
    let folder = project(&clean);
    let app = app(&folder, Role::Viewer);
    let ask = json!({"dataset": "tickets"});
    let health = call(&app, "datasets.health", ask.clone()).await.unwrap();
    for check in health["checks"].as_array().unwrap() {
        assert_eq!(check["state"], "fine", "{check}");
    }
    let mut planted = clean;
    // 200 tunes nothing: even indices are held out.
    planted += &line(201, &message(3));
    planted += &line(203, &format!("{}!", message(5).to_uppercase()));
    planted += &line(205, &message(8));
    planted += &line(207, &message(9)).replace("billing", "sales");
    planted += &line(209, "please write to ana.k@mail.example.org about 4111 1111 1111 1111");
    folder.write("cases.jsonl", &planted);
    folder.write(
        "rules.toml",
        &RULES.replace("\"refund\"", &format!("[\"refund\", \"{}\"]", message(10))),
    );
    let health = call(&app, "datasets.health", ask).await.unwrap();
    let found = |kind: &str| {
        let check = check(&health, kind);
        (check["n"].as_u64().unwrap(), check["cases"].clone(), check["state"].clone())
    };
    assert_eq!(found("duplicates"), (2, json!(["t-000201", "t-000205"]), json!("look")));
    assert_eq!(found("conflicts"), (1, json!(["t-000207"]), json!("mend")));
    assert_eq!(found("near-duplicates"), (1, json!(["t-000203"]), json!("look")));
    assert_eq!(found("leakage"), (2, json!(["t-000008", "t-000010"]), json!("mend")));
    assert_eq!(found("personal-data"), (1, json!(["t-000209"]), json!("mend")));
    let text = health.to_string();
    assert!(!text.contains("ana.k") && !text.contains("4111"), "{text}");
    assert!(!text.contains(&message(8)), "contents of held-out cases are not repeated");
    app.close().await;
    assert_eq!(folder.karat(&["data", "health"]).code, 0);
}

#[test]
fn every_content_that_a_run_loaded_is_in_the_history_without_keys() {
    let folder = project(&many(30));
    let project = PROJECT.replace(
        "[features.triage.scorers]",
        "[features.triage.variants.own]\nkind = \"http\"\nurl = \"http://127.0.0.1:9/\"\nheaders = { authorization = \"plain-secret-0123\" }\n\n[features.triage.scorers]",
    );
    folder.write("karat.toml", &format!("# sk-0123456789abcdef\n{project}"));
    assert_eq!(folder.karat(&["eval", "--variant", "rules", "--quiet"]).code, 0);
    folder.write("rules.toml", &RULES.replace("refund", "money"));
    assert_eq!(folder.karat(&["eval", "--variant", "rules", "--quiet"]).code, 0);
    let list = folder.karat(&["history", "--format", "json"]).json();
    let entries = list["entries"].as_array().unwrap();
    let of = |kind: &str| entries.iter().filter(|entry| entry["kind"] == kind).collect::<Vec<_>>();
    assert_eq!((of("rules").len(), of("project").len(), of("dataset").len()), (2, 1, 1));
    assert_eq!(of("dataset")[0]["says"], "30 cases, 15 held out");
    let wanted = json!({"kind": "rules", "name": "rules.toml", "hash": of("rules")[0]["hash"]});
    let shown = folder.karat(&["call", "history.show", &wanted.to_string()]).json();
    assert!(shown["content"].as_str().unwrap().contains("money"));
    assert_eq!(shown["before"], RULES);
    let wanted = json!({"kind": "project", "name": "karat.toml", "hash": of("project")[0]["hash"]});
    let shown = folder.karat(&["call", "history.show", &wanted.to_string()]);
    assert!(shown.out.contains("[redacted]"), "{}", shown.out);
    assert!(!shown.out.contains("plain-secret") && !shown.out.contains("sk-0123"), "{}", shown.out);
}

#[test]
fn real_questions_are_indexed_searched_and_found_healthy_but_for_their_repeats() {
    let Some(data) = data("gsm8k") else { return };
    let folder = Folder::new();
    folder.write("cases.jsonl", &std::fs::read_to_string(data.join("cases.jsonl")).unwrap());
    folder.write(
        "karat.toml",
        "[project]\nname = \"gsm8k\"\n\n[datasets.gsm8k]\nfile = \"cases.jsonl\"\n",
    );
    let list = folder.karat(&["data", "--format", "json"]).json();
    assert_eq!(list["datasets"][0]["n"], 1319);
    let page =
        folder.karat(&["data", "cases", "gsm8k", "--text", "JANET", "--format", "json"]).json();
    assert!(page["n"].as_u64().unwrap() >= 2, "{page}");
    let health = folder.karat(&["data", "health", "gsm8k", "--format", "json"]).json();
    assert_eq!(health["n"], 1319);
    assert_eq!(check(&health, "personal-data")["n"], 0, "{health}");
    assert_eq!(check(&health, "conflicts")["n"], 0, "{health}");
    println!("{}", folder.karat(&["data", "health", "gsm8k"]).out);
}
