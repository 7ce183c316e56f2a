//! Fifty airline-support tasks, four trials each, with rewards that were given elsewhere: pass^k and pass@k.

use serde_json::{Value, json};

use crate::program::{Folder, data, variant};

#[test]
fn pass_hat_and_pass_at_are_the_known_ones() {
    let Some(data) = data("tau-airline") else { return };
    let oracle: Value =
        serde_json::from_str(&std::fs::read_to_string(data.join("oracle.json")).unwrap()).unwrap();
    let episodes = std::fs::read_to_string(data.join("episodes.jsonl")).unwrap();
    let mut cases = String::new();
    let mut seen = std::collections::BTreeSet::new();
    for line in episodes.lines() {
        let episode: Value = serde_json::from_str(line).unwrap();
        let id = episode["id"].as_str().unwrap().to_owned();
        let request = episode["messages"]
            .as_array()
            .unwrap()
            .iter()
            .find(|message| message["role"] == "user")
            .unwrap();
        if seen.insert(id.clone()) {
            cases.push_str(
                &json!({ "id": id, "input": { "message": request["content"] } }).to_string(),
            );
            cases.push('\n');
        }
    }
    let file = data.join("episodes.jsonl").display().to_string();
    let folder = Folder::with(&[
        ("cases.jsonl", &cases),
        (
            "karat.toml",
            &format!(
                "[project]\nname = \"airline\"\n[datasets.tasks]\nfile = \"cases.jsonl\"\n[features.support]\ndataset = \"tasks\"\ntrials = 4\n[features.support.variants.agent]\nkind = \"recorded\"\nfile = \"{file}\"\ncolumns = {{ output = \"messages\" }}\n[features.support.scorers]\nsolved = {{ kind = \"recorded-score\", field = \"reward\" }}\n"
            ),
        ),
    ]);
    let done = folder.karat(&["eval", "--format", "json", "--quiet"]);
    assert_eq!(done.code, 0, "{}", done.err);
    let report = done.json();
    let consistency = &variant(&report, "agent")["consistency"];
    for k in 1..=4_usize {
        for (name, known) in [("pass_hat", "pass_hat_k"), ("pass_at", "pass_at_k")] {
            let value = consistency[name][k - 1].as_f64().unwrap();
            let expected = oracle[known][k.to_string()].as_f64().unwrap();
            assert!((value - expected).abs() < 1e-6, "{name}{k}: {value} and {expected}");
        }
    }
}
