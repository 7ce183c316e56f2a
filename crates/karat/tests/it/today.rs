//! Today, on copies of the example: what is true, what to do next, and that the terminal says the same.

use karat_records::Role;
use serde_json::{Value, json};

use crate::inside::{app, call};
use crate::program::Folder;

fn today(folder: &Folder) -> Value {
    let done = folder.karat(&["call", "today.show"]);
    assert_eq!(done.code, 0, "{done:?}");
    done.json()
}

/// The first step that a terminal can take is what bare `karat` says.
fn both_say(folder: &Folder, title: &str, command: &str) {
    let shown = today(folder);
    assert_eq!(shown["next"][0]["title"], title, "{}", shown["next"]);
    assert_eq!(shown["next"][0]["command"], command);
    let bare = folder.karat(&[]).out;
    assert!(bare.contains(&format!("next: {command}")), "{bare}");
    assert!(bare.contains(shown["next"][0]["why"].as_str().unwrap()), "{bare}");
}

#[test]
fn the_first_step_leads_from_an_empty_folder_to_a_signed_verdict() {
    let empty = Folder::new();
    both_say(&empty, "Begin with a bet", "karat init");
    assert!(today(&empty)["project"].is_null());

    let folder = Folder::example("support-triage");
    both_say(&folder, "Run triage", "karat eval triage --gate");
    folder.karat(&["eval", "--quiet"]);
    both_say(&folder, "Judge triage", "karat gate triage");
    let estimate = today(&folder)["features"][0].clone();
    assert_eq!((&estimate["word"], &estimate["verdict"]), (&json!("not judged yet"), &Value::Null));
    assert!(estimate["measured"]["n"].as_u64().unwrap() > 0);

    folder.karat(&["gate", "--quiet"]);
    both_say(&folder, "Sign off steady-b", "karat sign triage --variant steady-b");
    let feature = today(&folder)["features"][0].clone();
    assert_eq!((&feature["word"], &feature["variant"]), (&json!("pass"), &json!("steady-b")));
    assert_eq!(feature["says_strong"], "91 of 100");
    assert!(feature["says"].as_str().unwrap().contains("91 of 100"));
    assert!(feature["detail"].as_str().unwrap().contains("points better than rules"), "{feature}");

    folder.karat(&["sign", "--variant", "steady-b"]);
    let next = today(&folder)["next"][0].clone();
    assert_eq!(next["title"], "Forward the page of triage");
    let command = next["command"].as_str().unwrap().split_whitespace().skip(1);
    let done = folder.karat(&command.collect::<Vec<_>>());
    assert_eq!(done.code, 0, "every command of a step is true: {done:?}");
    assert!(folder.read("triage.html").contains("The next decision"));
}

#[test]
fn a_change_is_seen_at_once_and_asks_for_a_new_judgement() {
    let folder = Folder::example("support-triage");
    folder.karat(&["gate", "--quiet"]);
    assert_eq!(today(&folder)["features"][0]["has_drifted"], false);
    let answers = folder.read("answers/steady-b.jsonl");
    folder.write("answers/steady-b.jsonl", &answers.replacen("billing", "other", 1));
    both_say(&folder, "Judge triage again", "karat gate triage");
    assert_eq!(today(&folder)["features"][0]["has_drifted"], true);
}

#[test]
fn a_mistake_in_the_files_comes_before_everything() {
    let folder = Folder::example("support-triage");
    folder.write("karat.toml", &folder.read("karat.toml").replace("min = 0.85", "min = 85"));
    both_say(&folder, "Mend 1 error in the project's files", "karat check");
    let shown = today(&folder);
    assert_eq!(shown["n_errors"], 1);
    assert!(shown["problems"][0].as_str().unwrap().starts_with("karat.toml:"), "{shown}");
}

#[test]
fn bets_and_the_loop_are_told_from_what_is_stored() {
    let folder = Folder::example("support-triage");
    assert!(today(&folder)["loop"].as_array().unwrap().is_empty(), "nothing went through it yet");
    folder.karat(&["eval", "--gate", "--quiet"]);
    let shown = today(&folder);
    let strip = shown["loop"].as_array().unwrap();
    let value =
        |says: &str| strip.iter().find(|one| one["says"] == says).map(|one| one["value"].clone());
    assert_eq!((value("runs"), value("pass")), (Some(json!("2")), Some(json!("1"))), "{strip:?}");
    let bet = &shown["bets"][0];
    assert_eq!((&bet["name"], &bet["spend_cap_usd"]), (&json!("triage-by-llm"), &json!(150.0)));
    assert!(bet["days_left"].is_i64() && bet["spent_usd"].as_f64().unwrap() > 0.0, "{bet}");
    assert!(shown["summary"].as_str().unwrap().starts_with("1 feature · 1 bet running"));

    let late = folder.read("karat.toml").replace("deadline = 2026-12-18", "deadline = 2026-11-01");
    folder.write("karat.toml", &late);
    let shown = today(&folder);
    assert_eq!(shown["bets"][0]["state"], "due");
    assert_eq!(shown["next"][0]["title"], "Decide on the bet triage-by-llm");
}

#[tokio::test]
async fn everybody_may_look_at_today() {
    let folder = Folder::example("support-triage");
    let viewer = app(&folder, Role::Viewer);
    let shown = call(&viewer, "today.show", json!({})).await.unwrap();
    assert_eq!(shown["person"]["name"], "Ana");
    assert!(shown["runs_active"].as_array().unwrap().is_empty());
    viewer.close().await;
}

#[test]
fn a_stranger_reads_on_the_page_how_many_fail_what_it_costs_and_what_is_to_be_decided() {
    let folder = Folder::example("support-triage");
    folder.karat(&["eval", "--gate", "--quiet"]);
    folder.karat(&["eval", "--quiet"]);
    let page = |input: &str| folder.karat(&["call", "reports.page", input]).json();
    let leader = page("{}");
    let html = leader["html"].as_str().unwrap();
    assert!(leader["title"].as_str().unwrap().contains("at least 91 of 100"), "the gate's page");
    assert!(
        html.contains("91 meet right-queue, at least")
            && html.contains("So between 1 and 9 of 100 go wrong.")
    );
    assert!(
        html.contains("1,000 support messages cost $") && html.contains("and nothing with rules.")
    );
    assert!(html.contains("The next decision") && html.contains("Whether steady-b is to answer"));
    assert!(!html.contains("McNemar"));
    let team = page("{\"audience\": \"team\", \"feature\": \"triage\"}");
    let html = team["html"].as_str().unwrap();
    for wanted in ["Every criterion of every variant", "McNemar", "seed of the order", "Identity"] {
        assert!(html.contains(wanted), "{wanted}");
    }
    let run = leader["run_id"].as_str().unwrap();
    let shown = folder.karat(&["show", run, "--format", "html", "--audience", "team"]);
    assert_eq!(shown.out.trim_end(), html.trim_end(), "the terminal draws the same page");
    let lost = folder.karat(&["call", "reports.page", "{\"feature\": \"other\"}"]);
    assert!(lost.code == 3 && lost.err.contains("next: "), "{lost:?}");
}
