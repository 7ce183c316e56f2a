//! Runs under way, their answers page by page, and what changed between two variants.

use std::collections::BTreeSet;
use std::sync::Arc;

use karat::app::{RefusalKind, Watch};
use karat::evals::progress::Update;
use karat_records::Role;
use serde_json::{Value, json};

use crate::inside::{app, call, refusal};
use crate::program::Folder;
use crate::server::{Asking, Server};

fn ask(folder: &Folder, operation: &str, input: &Value) -> Value {
    let done = folder.karat(&["call", operation, &input.to_string()]);
    assert_eq!(done.code, 0, "{done:?}");
    done.json()
}

fn ids(page: &Value) -> Vec<String> {
    let rows = page["cases"].as_array().unwrap().iter();
    rows.map(|row| format!("{}/{}", row["case_id"], row["variant"])).collect()
}

#[test]
fn answers_are_paged_the_worst_first_with_repeats_in_one_row() {
    let folder = Folder::example("support-triage");
    folder.karat(&["eval", "--quiet"]);
    let whole = ask(&folder, "runs.answers", &json!({"run": "latest", "limit": 500}));
    assert_eq!(whole["n"], 124 * 4, "a row for each tuning case and variant");
    assert_eq!((&whole["is_held_out"], &whole["n_hidden"]), (&json!(false), &json!(0)));
    let means: Vec<f64> = whole["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["mean"].as_f64().unwrap())
        .collect();
    assert!(means.is_sorted(), "{means:?}");
    let steady = json!({"run": "latest", "variant": "steady-b", "limit": 1});
    let row = ask(&folder, "runs.answers", &steady)["cases"][0].clone();
    assert_eq!(row["outputs"].as_array().unwrap().len(), 5, "five repeats: {row}");
    assert!(row["input"]["message"].is_string() && row["outputs"][0]["scores"].is_array());

    let (mut seen, mut cursor) = (Vec::new(), Value::Null);
    loop {
        let input = json!({"run": "latest", "limit": 100, "cursor": cursor, "sort": "slowest"});
        let page = ask(&folder, "runs.answers", &input);
        seen.extend(ids(&page));
        cursor = page["next"].clone();
        if cursor.is_null() {
            break;
        }
    }
    assert_eq!(seen.len(), 124 * 4);
    assert_eq!(seen.iter().collect::<BTreeSet<_>>().len(), seen.len());
}

#[test]
fn answers_are_filtered_and_what_no_filter_means_is_refused() {
    let folder = Folder::example("support-triage");
    folder.karat(&["eval", "--quiet"]);
    let n = |input: Value| {
        let mut all = json!({"run": "latest"});
        all.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
        ask(&folder, "runs.answers", &all)["n"].as_u64().unwrap()
    };
    let all = n(json!({}));
    let failed = n(json!({"failed": true}));
    assert!(0 < failed && failed < all);
    let app = n(json!({"field": "metadata.segment", "value": "app"}));
    assert!(0 < app && app < all);
    assert_eq!(n(json!({"text": "no ticket says this"})), 0);
    assert!(n(json!({"text": "INVOICE"})) > 0);
    for wrong in [
        json!({"run": "latest", "field": "metadata.segment"}),
        json!({"run": "latest", "field": "segment", "value": "app"}),
        json!({"run": "latest", "cursor": "no cursor"}),
        json!({"run": "0199"}),
    ] {
        let done = folder.karat(&["call", "runs.answers", &wrong.to_string()]);
        assert_eq!(done.code, 3, "{wrong}");
        assert!(done.err.contains("next: "), "{}", done.err);
    }
}

#[tokio::test]
async fn held_out_answers_need_a_reveal_by_an_editor_and_each_look_is_recorded() {
    let folder = Folder::example("support-triage");
    folder.karat(&["gate", "--quiet"]);
    let viewer = app(&folder, Role::Viewer);
    let hidden = call(&viewer, "runs.answers", json!({"run": "latest"})).await.unwrap();
    assert_eq!((&hidden["n"], &hidden["n_hidden"]), (&json!(0), &json!(186 * 4)));
    assert!(hidden["cases"].as_array().unwrap().is_empty());
    let changes = json!({"first": "compact-a", "second": "steady-b"});
    let compared = call(&viewer, "runs.changes", changes.clone()).await.unwrap();
    assert!(compared["cases"].as_array().unwrap().is_empty(), "no single case");
    assert_eq!(compared["comparison"]["n"], 186, "but the whole");
    let named = call(&viewer, "runs.compare", changes.clone()).await.unwrap();
    assert!(named["changed"].as_array().unwrap().is_empty(), "{named}");
    assert_eq!(
        named["n_hidden"],
        compared["comparison"]["n"].as_u64().unwrap() - compared["ties"].as_u64().unwrap()
    );
    let shown = call(&viewer, "runs.show", json!({"run": "latest"})).await.unwrap();
    assert_eq!(shown["report"]["examples"], json!([]), "a report names no held-out case");
    let report = shown["report"].to_string();
    assert!(!report.contains("failed_cases"), "{report}");
    assert!(report.contains("cases failed"), "how many is said");
    assert!(compared["note"].as_str().unwrap().contains("looked at alone"), "{compared}");
    for (operation, input) in [
        (
            "runs.compare",
            json!({"first": "compact-a", "second": "steady-b", "reveal_held_out": true}),
        ),
        ("runs.answers", json!({"run": "latest", "reveal_held_out": true})),
        ("runs.show", json!({"run": "latest", "failed": true, "reveal_held_out": true})),
        (
            "runs.changes",
            json!({"first": "compact-a", "second": "steady-b", "reveal_held_out": true}),
        ),
    ] {
        let (kind, message) = refusal(call(&viewer, operation, input).await);
        assert_eq!(kind, RefusalKind::NotAllowed, "{operation}: {message}");
    }
    let without = call(&viewer, "runs.show", json!({"run": "latest", "failed": true})).await;
    assert!(refusal(without).1.contains("reveal_held_out"));

    let editor = app(&folder, Role::Editor);
    let look = json!({"run": "latest", "reveal_held_out": true, "limit": 3});
    let shown = call(&editor, "runs.answers", look).await.unwrap();
    let n_shown: usize = shown["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["outputs"].as_array().unwrap().len())
        .sum();
    let gate = call(&viewer, "gate.show", json!({})).await.unwrap();
    let looks = gate["looks"].as_array().unwrap();
    assert_eq!(looks.len(), 1, "{looks:?}");
    assert_eq!((&looks[0]["by"], &looks[0]["n_answers"]), (&json!("Ana"), &json!(n_shown)));
    let look = json!({"first": "compact-a", "second": "steady-b", "reveal_held_out": true});
    let named = call(&editor, "runs.compare", look).await.unwrap();
    assert_eq!((named["changed"].as_array().unwrap().len(), &named["n_hidden"]), (20, &json!(0)));
    let gate = call(&viewer, "gate.show", json!({})).await.unwrap();
    assert_eq!(gate["looks"].as_array().unwrap().len(), 2, "that was a look, too");
    viewer.close().await;
    editor.close().await;
}

#[test]
fn the_terminal_asks_before_it_shows_held_out_answers() {
    let folder = Folder::example("support-triage");
    folder.karat(&["gate", "--quiet"]);
    let refused = folder.karat(&["show", "--failed"]);
    assert_eq!(refused.code, 3);
    assert!(refused.err.contains("--reveal-held-out"), "{}", refused.err);
    let shown = folder.karat(&["show", "--failed", "--reveal-held-out", "--limit", "2"]);
    assert!(shown.out.contains("this look was written down"), "{shown:?}");
    assert!(folder.karat(&["verdict"]).out.contains("looks at held-out cases"));
}

#[test]
fn changes_are_the_worst_regressions_first_with_groups_and_money() {
    let folder = Folder::example("support-triage");
    folder.karat(&["eval", "--quiet"]);
    let changes = json!({"first": "steady-b", "second": "quick-c", "limit": 500});
    let changed = ask(&folder, "runs.changes", &changes);
    let n = |name: &str| changed[name].as_u64().unwrap();
    assert_eq!(n("wins") + n("ties") + n("losses"), 124);
    assert_eq!(n("n"), n("wins") + n("losses"), "unchanged cases are left out");
    let differences: Vec<f64> = changed["cases"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| row["after"].as_f64().unwrap() - row["before"].as_f64().unwrap())
        .collect();
    assert!(differences[0] < 0.0 && differences.is_sorted(), "{differences:?}");
    let row = &changed["cases"][0];
    assert_eq!(row["first"].as_array().unwrap().len(), 5);
    assert!(row["why"].is_string(), "{row}");
    let segments = changed["segments"].as_array().unwrap();
    assert!(segments.iter().any(|one| one["group"] == "metadata.segment=app"), "{segments:?}");
    for one in segments {
        let at = |name: &str| one[name].as_f64().unwrap();
        assert!(at("lower") <= at("difference") && at("difference") <= at("upper"), "{one}");
        assert!(one["n"].as_u64().unwrap() > 0);
    }
    assert!(changed["note"].as_str().unwrap().contains("all together"));
    assert!(changed["cost"].as_str().unwrap().contains("1,000 answers cost"), "{changed}");
    assert!(changed["latency"].as_str().unwrap().contains("95 of 100 answers"));

    let better = json!({"first": "steady-b", "second": "quick-c", "only": "better"});
    assert_eq!(ask(&folder, "runs.changes", &better)["n"], n("wins"));
    let all = json!({"first": "steady-b", "second": "quick-c", "only": "all"});
    assert_eq!(ask(&folder, "runs.changes", &all)["n"], 124);
    let lost = json!({"first": "steady-b", "second": "quik-c"});
    let refused = folder.karat(&["call", "runs.changes", &lost.to_string()]);
    assert!(refused.err.contains("did you mean `quick-c`?"), "{}", refused.err);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stopped_run_goes_on_and_a_second_one_is_told_who_runs_it() {
    let server = Server::start("latency = \"40ms\"\n[[answer]]\ntext = \"ok\"\n");
    let asking =
        Asking { url: &server.url, n_cases: 200, provider: "concurrency = 2", ..Asking::default() };
    let folder = asking.folder();
    let (sender, mut progress) = tokio::sync::mpsc::unbounded_channel();
    let watch: Watch = Arc::new(move |update| {
        if let Update::Now(now) = update {
            let _ = sender.send(now.done);
        }
    });
    let app = app(&folder, Role::Editor);
    let watched = app.clone().watched_by(Some(watch));
    let running = tokio::spawn(async move { call(&watched, "evals.run", json!({})).await });
    while progress.recv().await.unwrap() == 0 {}
    let run = call(&app, "runs.active", json!({})).await.unwrap()["runs"][0].clone();
    assert_eq!((&run["by"], &run["total"]), (&json!("Ana"), &json!(200)));
    let (kind, message) = refusal(call(&app, "evals.run", json!({})).await);
    assert_eq!(kind, RefusalKind::Conflict);
    let short = &run["id"].as_str().unwrap()[..13];
    assert!(message.contains(short) && message.contains("started by Ana"), "{message}");
    let stopped = call(&app, "runs.stop", json!({"run": run["id"]})).await.unwrap();
    assert_eq!(stopped["stopped"], true);
    let report = running.await.unwrap().unwrap();
    assert_eq!(report["is_complete"], false);
    assert!(!app.stop.is_set(), "the server goes on");
    let none = call(&app, "runs.active", json!({})).await.unwrap();
    assert!(none["runs"].as_array().unwrap().is_empty());
    let again = call(&app, "runs.stop", json!({"run": run["id"]})).await.unwrap();
    assert_eq!(again["stopped"], false, "it has ended already");

    let whole = call(&app, "evals.run", json!({})).await.unwrap();
    assert_eq!((&whole["is_complete"], &whole["run_id"]), (&json!(true), &run["id"]));
    let answers = call(&app, "runs.answers", json!({"run": "latest"})).await.unwrap();
    assert_eq!(answers["n"], 200);
    app.close().await;
}

#[test]
fn runs_are_listed_by_cases_and_by_verdict() {
    let folder = Folder::example("support-triage");
    folder.karat(&["eval", "--gate", "--quiet"]);
    let n = |input: Value| ask(&folder, "runs.list", &input)["runs"].as_array().unwrap().len();
    assert_eq!(n(json!({})), 2);
    assert_eq!(n(json!({"scope": "tune"})), 1);
    assert_eq!(n(json!({"scope": "held-out", "verdict": "pass"})), 1);
    assert_eq!(n(json!({"verdict": "fail"})), 0);
    assert!(folder.karat(&["runs", "--verdict", "fail"]).out.contains("no run"));
}
