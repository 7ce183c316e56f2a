//! The page Gate, on copies of the example: what is offered, what is amended, what is signed off and until when.

use karat::app::RefusalKind;
use karat_records::Role;
use serde_json::{Value, json};

use crate::inside::{app, call, refusal};
use crate::program::Folder;

fn gate(folder: &Folder) -> Value {
    folder.karat(&["call", "gate.show"]).json()
}

fn texts(value: &Value, field: &str) -> Vec<String> {
    let rows = value.as_array().unwrap().iter();
    rows.map(|row| row[field].as_str().unwrap().to_owned()).collect()
}

/// The example with only the variant that is undecided, and no baseline to beat.
fn undecided() -> Folder {
    let folder = Folder::example("support-triage");
    let text = folder.read("karat.toml");
    let mut kept = String::new();
    let mut is_left_out = false;
    for line in text.lines() {
        if line.starts_with('[') {
            is_left_out =
                ["steady-b", "quick-c", "variants.rules"].iter().any(|it| line.contains(it));
        }
        let is_about_rules = line.starts_with("baseline") || line.starts_with("worth-it");
        if !is_left_out && !is_about_rules {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    folder.write("karat.toml", &kept);
    folder
}

#[test]
fn a_gate_that_never_judged_shows_its_criteria_and_its_command() {
    let folder = Folder::example("support-triage");
    let shown = gate(&folder);
    assert!(shown["report"].is_null() && shown["run_id"].is_null());
    assert_eq!(shown["n_held_out"], 186);
    assert_eq!(shown["command"], "karat gate triage");
    assert_eq!(texts(&shown["criteria"], "name")[0], "correct");
    assert_eq!(shown["criteria"][0]["can_amend"], true);
    for empty in ["candidates", "history", "looks", "sign_offs", "offers", "amendments"] {
        assert!(shown[empty].as_array().unwrap().is_empty(), "{empty}");
    }
    assert!(folder.karat(&["verdict"]).out.starts_with("triage: not judged yet"));
}

#[test]
fn a_judged_gate_shows_its_candidates_and_its_history() {
    let folder = Folder::example("support-triage");
    folder.karat(&["gate", "--quiet"]);
    let shown = gate(&folder);
    assert_eq!(shown["report"]["verdict"], "pass");
    assert!(shown["offers"].as_array().unwrap().is_empty(), "there is nothing to decide");
    assert!(shown["has_drifted"].as_array().unwrap().is_empty(), "{}", shown["has_drifted"]);
    assert_eq!(
        texts(&shown["candidates"], "variant"),
        ["steady-b", "compact-a", "quick-c", "rules"]
    );
    assert_eq!(texts(&shown["candidates"], "verdict"), ["pass", "undecided", "fail", "fail"]);
    let past = &shown["history"][0];
    assert_eq!((&past["variant"], &past["n_cases"]), (&json!("steady-b"), &json!(186)));
    let measured = &past["measured"];
    assert_eq!(
        (&measured["floor"], &measured["unit"], &measured["n"]),
        (&json!(0.85), &json!("rate"), &json!(186))
    );
    assert!(measured["lower"].as_f64().unwrap() >= 0.85);
}

#[test]
fn what_changed_since_is_said_in_sentences() {
    let folder = Folder::example("support-triage");
    folder.karat(&["gate", "--quiet"]);
    let rules = folder.read("rules/triage.toml");
    folder.write("rules/triage.toml", &format!("{rules}\n# edited\n"));
    let edited = folder
        .read("karat.toml")
        .replace("path = \"$.queue\" }", "path = \"$.queue\", ignore_case = true }");
    folder.write("karat.toml", &edited.replace("max = \"2s\"", "max = \"3s\""));
    let drift = gate(&folder)["has_drifted"].clone();
    let drift: Vec<&str> =
        drift.as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
    assert!(drift.contains(&"The variant rules was changed."), "{drift:?}");
    assert!(drift.contains(&"The scorer right-queue was changed."), "{drift:?}");
    assert!(drift.iter().any(|it| it.starts_with("The criterion fast: ")), "{drift:?}");
}

#[test]
fn an_undecided_gate_says_what_can_be_promised_and_what_can_be_done() {
    let folder = undecided();
    assert_eq!(folder.karat(&["gate", "--quiet"]).code, 2);
    let shown = gate(&folder);
    let promise = shown["promise"].as_str().unwrap();
    assert!(promise.contains("at least 7") || promise.contains("at least 8"), "{promise}");
    let kinds = texts(&shown["offers"], "kind");
    assert_eq!((kinds[0].as_str(), kinds[kinds.len() - 1].as_str()), ("label", "stop"));
    assert!(kinds.contains(&"promise-less".to_owned()), "{kinds:?}");
    for offer in shown["offers"].as_array().unwrap() {
        assert!(
            !offer["why"].as_str().unwrap().is_empty()
                && offer["page"].as_str().unwrap().starts_with('/')
        );
    }
    let printed = folder.karat(&["verdict"]).out;
    assert!(printed.contains("karat amend triage"), "{printed}");
}

#[test]
fn the_floors_that_are_offered_pass_and_show_as_amendments() {
    let folder = undecided();
    folder.karat(&["gate", "--quiet"]);
    let shown = gate(&folder);
    let offers = shown["offers"].as_array().unwrap();
    let less: Vec<&Value> = offers.iter().filter(|it| it["kind"] == "promise-less").collect();
    for offer in &less {
        let input = json!({
            "feature": "triage",
            "criterion": offer["amend"]["criterion"],
            "min": offer["amend"]["min"],
            "reason": "the desk reads every answer anyway",
        });
        let done = folder.karat(&["call", "gate.amend", &input.to_string()]);
        assert_eq!(done.code, 0, "{done:?}");
    }
    let report = folder.karat(&["gate", "--format", "json", "--quiet"]).json();
    let criteria = report["variants"][0]["verdict"]["criteria"].as_array().unwrap();
    for offer in &less {
        let own = criteria.iter().filter(|it| it["name"] == offer["amend"]["criterion"]);
        assert!(own.clone().count() > 0);
        for criterion in own {
            assert_eq!(criterion["verdict"], "pass", "{offer} {criterion}");
        }
    }
    assert_eq!(report["amendments"].as_array().unwrap().len(), less.len());
    let after = gate(&folder);
    assert_eq!(after["amendments"][0]["reason"], "the desk reads every answer anyway");
    assert_eq!(after["amendments"][0]["is_pending"], false);
}

#[test]
fn lowering_the_floor_afterwards_shows_as_an_amendment_at_once_and_with_the_next_verdict() {
    let folder = Folder::example("support-triage");
    folder.karat(&["gate", "--quiet"]);
    let before = folder.read("karat.toml");
    let done = folder.karat(&[
        "amend",
        "triage",
        "correct",
        "--min",
        "0.8",
        "--reason",
        "agreed with the desk",
    ]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(
        done.out.contains("agreed with the desk")
            && done.out.contains("no gate has judged with it yet")
    );
    assert_eq!(
        folder.read("karat.toml"),
        before.replace("min = 0.85", "min = 0.8"),
        "nothing else changed"
    );
    let shown = gate(&folder);
    let amendment = &shown["amendments"][0];
    assert_eq!(amendment["what"], "correct: right-queue at least 0.85 → right-queue at least 0.8");
    assert_eq!((&amendment["is_pending"], &amendment["by"]), (&json!(true), &json!("the owner")));
    assert!(!shown["has_drifted"].as_array().unwrap().is_empty());
    let report = folder.karat(&["gate", "--format", "json", "--quiet"]).json();
    assert_eq!(report["amendments"][0]["what"], amendment["what"]);
    assert_eq!(gate(&folder)["amendments"][0]["is_pending"], false);
}

#[test]
fn an_amendment_that_makes_no_sense_changes_nothing() {
    let folder = Folder::example("support-triage");
    let before = folder.read("karat.toml");
    for (input, says) in [
        (json!({"criterion": "correct", "min": 1.2, "reason": "x"}), "between 0 and 1"),
        (json!({"criterion": "correct", "min": 0.8, "reason": " "}), "needs its reason"),
        (json!({"criterion": "corect", "min": 0.8, "reason": "x"}), "did you mean `correct`?"),
        (json!({"criterion": "fast", "min": 0.8, "reason": "x"}), "has no floor"),
        (json!({"criterion": "correct", "min": 0.85, "reason": "x"}), "already"),
        (json!({"criterion": "correct", "min": 0.8, "reason": "x".repeat(2000)}), "at most 1000"),
    ] {
        let done = folder.karat(&["call", "gate.amend", &input.to_string()]);
        assert_eq!(done.code, 3, "{input}");
        assert!(done.err.contains(says) && done.err.contains("next: "), "{}", done.err);
        assert_eq!(folder.read("karat.toml"), before);
    }
}

#[test]
fn a_sign_off_stops_holding_when_what_it_rests_on_changes() {
    let folder = Folder::example("support-triage");
    folder.karat(&["gate", "--quiet"]);
    let done = folder.karat(&["sign", "--variant", "steady-b", "--note", "read 20 answers"]);
    assert_eq!(done.code, 0, "{done:?}");
    assert!(done.out.contains("holds") && done.out.contains("read 20 answers"), "{}", done.out);
    let holds = || gate(&folder)["sign_offs"][0]["holds"].clone();
    assert_eq!(holds(), true);
    folder.karat(&["gate", "--quiet"]);
    assert_eq!(holds(), true, "the same proof again is the same proof");
    let answers = folder.read("answers/steady-b.jsonl");
    folder.write("answers/steady-b.jsonl", &answers.replacen("billing", "other", 1));
    assert_eq!(holds(), false, "its answers were changed");
    let refused = folder.karat(&["sign", "--variant", "steady-b"]);
    assert!(refused.err.contains("were changed after"), "{}", refused.err);
    folder.write("answers/steady-b.jsonl", &answers);
    assert_eq!(holds(), true);
    folder.karat(&["amend", "triage", "correct", "--min", "0.8", "--reason", "x"]);
    assert_eq!(holds(), false, "its criteria were changed");
}

#[test]
fn only_what_passed_can_be_signed_off() {
    let folder = Folder::example("support-triage");
    let early = folder.karat(&["sign", "--variant", "steady-b"]);
    assert!(early.err.contains("was never judged"), "{}", early.err);
    folder.karat(&["gate", "--quiet"]);
    for (variant, says) in [
        ("compact-a", "is undecided"),
        ("rules", "is fail"),
        ("steadyb", "did you mean `steady-b`?"),
    ] {
        let refused = folder.karat(&["sign", "--variant", variant]);
        assert_eq!(refused.code, 3);
        assert!(refused.err.contains(says), "{}", refused.err);
    }
    folder.karat(&["eval", "--quiet"]);
    let tuned = folder.karat(&["runs", "--format", "json", "--limit", "1"]).json();
    let run = tuned["runs"][0]["id"].as_str().unwrap().to_owned();
    let refused = folder.karat(&["sign", "--variant", "steady-b", "--run", &run]);
    assert!(refused.err.contains("judged nothing"), "{}", refused.err);
}

#[tokio::test]
async fn who_may_only_look_or_label_cannot_amend_or_sign() {
    let folder = Folder::example("support-triage");
    for role in [Role::Viewer, Role::Labeller] {
        let app = app(&folder, role);
        let amend = json!({"criterion": "correct", "min": 0.8, "reason": "x"});
        for (operation, input) in
            [("gate.amend", amend), ("gate.sign", json!({"variant": "steady-b"}))]
        {
            let (kind, message) = refusal(call(&app, operation, input).await);
            assert_eq!(kind, RefusalKind::NotAllowed, "{message}");
        }
        app.close().await;
    }
}
