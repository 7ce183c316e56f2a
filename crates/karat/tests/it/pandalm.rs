//! Real labels: 999 pairs of answers, each judged by the same three people, whose agreement is known.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use karat_stats::agreement::{Coefficient, Level, Ratings, Weights, cohen_kappa};
use serde_json::{Value, json};

use crate::labels::{app, call, labeller};
use crate::program::{Folder, data};

#[tokio::test(flavor = "multi_thread")]
async fn the_three_annotators_of_pandalm_agree_as_they_are_known_to() {
    let Some(data) = data("pandalm") else { return };
    let text = std::fs::read_to_string(data.join("pairs.jsonl")).unwrap();
    let oracle: Value =
        serde_json::from_str(&std::fs::read_to_string(data.join("oracle.json")).unwrap()).unwrap();
    let mut rows = String::new();
    let mut said: HashMap<String, Vec<u64>> = HashMap::new();
    for line in text.lines() {
        let pair: Value = serde_json::from_str(line).unwrap();
        let id = pair["id"].as_str().unwrap();
        let row = json!({"id": id, "input": {"instruction": pair["input"]["instruction"], "first": pair["a"], "second": pair["b"], "pair": id}});
        writeln!(rows, "{row}").unwrap();
        said.insert(id.to_owned(), serde_json::from_value(pair["annotators"].clone()).unwrap());
    }
    let project = "[project]\nname = \"pairs\"\n[features.compare.variants.none]\nkind = \"recorded\"\nfile = \"none.jsonl\"\n";
    let none = "{\"id\": \"none\", \"output\": \"0\"}\n";
    let folder = Folder::with(&[("karat.toml", project), ("none.jsonl", none)]);
    let app = app(&folder);
    call(&app, "labels.open", json!({"feature": "compare", "source": "rows", "rows": rows, "kind": "choice", "options": ["0", "1", "2"], "question": "Which answer is better?", "overlap": 3, "name": "pairs"})).await;
    let people: Vec<_> = (0..3)
        .map(|number| {
            let (person, said) = (labeller(&app, &format!("annotator {}", number + 1)), said.clone());
            tokio::spawn(async move {
                loop {
                    let task = call(&person, "labels.next", json!({"queue": "pairs"})).await;
                    let item = &task["item"];
                    let Some(pair) = item["input"]["pair"].as_str() else { break };
                    let value = said[pair][number].to_string();
                    call(&person, "labels.submit", json!({"queue": "pairs", "item": item["id"], "lease": item["lease"], "value": value})).await;
                }
            })
        })
        .collect();
    for person in people {
        person.await.unwrap();
    }
    let shown = call(&app, "labels.agreement", json!({"queue": "pairs"})).await;
    assert_eq!(
        (&shown["n_items"], &shown["n_labels"], &shown["n_people"]),
        (&json!(999), &json!(2997), &json!(3))
    );
    let pairs: BTreeMap<String, f64> = shown["pairs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|pair| {
            let mut names = [pair["first"].as_str().unwrap(), pair["second"].as_str().unwrap()];
            names.sort_unstable();
            let numbers: Vec<&str> =
                names.iter().map(|name| name.rsplit(' ').next().unwrap()).collect();
            assert_eq!(pair["n"], 999);
            (numbers.join("-"), pair["kappa"].as_f64().unwrap())
        })
        .collect();
    for (names, known) in oracle["human_pair_kappa"].as_object().unwrap() {
        assert!((pairs[names] - known.as_f64().unwrap()).abs() < 5e-4, "{names}: {}", pairs[names]);
    }
    // The same table, straight from the file.
    let mut table = vec![vec![0_u64; 3]; 3];
    let mut units = Vec::new();
    for answers in said.values() {
        table[answers[0] as usize][answers[1] as usize] += 1;
        units.push(answers.iter().map(|answer| Some(*answer as f64)).collect());
    }
    let kappa = cohen_kappa(&table, Weights::None, 0.95).unwrap().unwrap().kappa;
    assert!((pairs["1-2"] - kappa).abs() < 1e-9);
    let alpha = Coefficient::Alpha(Level::Nominal).of(&Ratings::new(&units).unwrap()).unwrap();
    let found = shown["measures"]
        .as_array()
        .unwrap()
        .iter()
        .find(|one| one["name"] == "Krippendorff's alpha")
        .unwrap();
    assert!((found["value"].as_f64().unwrap() - alpha).abs() < 1e-9);
    assert!(found["says"].as_str().unwrap().contains("reliable"), "{found}");
    assert_eq!(shown["self"]["estimate"], 1.0, "they repeat themselves: {}", shown["self"]);
    app.close().await;
}
