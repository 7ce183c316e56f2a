//! Real labels: 999 pairs of answers, each judged by the same three people, whose agreement is known.
//!
//! Three queues with a third of the pairs each, because taking an item costs in proportion to its queue.

use std::collections::HashMap;
use std::fmt::Write as _;

use karat::app::App;
use karat_stats::agreement::{Coefficient, Level, Ratings, Weights, cohen_kappa};
use serde_json::{Value, json};

use crate::labels::{app, call, labeller};
use crate::program::{Folder, data};

type Said = HashMap<String, Vec<u64>>;

const PROJECT: &str = r#"
[project]
name = "pairs"
[features.compare.variants.none]
kind = "recorded"
file = "none.jsonl"
"#;

/// The pairs as rows to paste, in three parts, and what the three people said.
fn rows(text: &str) -> ([String; 3], Said) {
    let (mut rows, mut said) = (<[String; 3]>::default(), HashMap::new());
    for (index, line) in text.lines().enumerate() {
        let pair: Value = serde_json::from_str(line).unwrap();
        let id = pair["id"].as_str().unwrap();
        let row = json!({"id": id, "input": {
            "instruction": pair["input"]["instruction"], "first": pair["a"], "second": pair["b"], "pair": id,
        }});
        writeln!(rows[index % 3], "{row}").unwrap();
        said.insert(id.to_owned(), serde_json::from_value(pair["annotators"].clone()).unwrap());
    }
    (rows, said)
}

/// One person labels a queue as the file says.
async fn label(person: App, queue: String, said: Said, number: usize) {
    loop {
        let task = call(&person, "labels.next", json!({"queue": queue})).await;
        let item = &task["item"];
        let Some(pair) = item["input"]["pair"].as_str() else { break };
        let value = said[pair][number].to_string();
        let submit =
            json!({"queue": queue, "item": item["id"], "lease": item["lease"], "value": value});
        call(&person, "labels.submit", submit).await;
    }
}

/// The labels that the store has, by pair, in the order of the people.
async fn stored(app: &App, queue: &str) -> Vec<Vec<u64>> {
    let export = call(app, "labels.export", json!({"queue": queue, "format": "jsonl"})).await;
    let lines = export["text"].as_str().unwrap().lines();
    let labels_of = |line: &str| {
        let item: Value = serde_json::from_str(line).unwrap();
        let mut labels: Vec<(String, u64)> = item["labels"]
            .as_array()
            .unwrap()
            .iter()
            .map(|label| {
                let value = label["value"].as_str().unwrap().parse().unwrap();
                (label["by"].as_str().unwrap().to_owned(), value)
            })
            .collect();
        labels.sort();
        labels.into_iter().map(|(_, value)| value).collect()
    };
    lines.map(labels_of).collect()
}

fn kappa(labels: &[Vec<u64>], first: usize, second: usize) -> f64 {
    let mut table = vec![vec![0; 3]; 3];
    for row in labels {
        table[row[first] as usize][row[second] as usize] += 1;
    }
    cohen_kappa(&table, Weights::None, 0.95).unwrap().unwrap().kappa
}

fn person_index(name: &Value) -> usize {
    name.as_str().unwrap().rsplit(' ').next().unwrap().parse::<usize>().unwrap() - 1
}

/// What the operation shows is what the statistics crate says about the stored labels.
fn check(shown: &Value, labels: &[Vec<u64>]) {
    assert_eq!((&shown["n_items"], &shown["n_people"]), (&json!(labels.len()), &json!(3)));
    assert_eq!(shown["pairs"].as_array().unwrap().len(), 3);
    for pair in shown["pairs"].as_array().unwrap() {
        let known = kappa(labels, person_index(&pair["first"]), person_index(&pair["second"]));
        let found = pair["kappa"].as_f64().unwrap();
        assert!((found - known).abs() < 1e-9, "{pair}: {known}");
        assert!(pair["lower"].as_f64().unwrap() < found && found < pair["upper"].as_f64().unwrap());
    }
    let units: Vec<Vec<Option<f64>>> =
        labels.iter().map(|row| row.iter().map(|value| Some(*value as f64)).collect()).collect();
    let alpha = Coefficient::Alpha(Level::Nominal).of(&Ratings::new(&units).unwrap()).unwrap();
    let measure = &shown["measures"][0];
    assert_eq!(measure["name"], "Krippendorff's alpha");
    assert!((measure["value"].as_f64().unwrap() - alpha).abs() < 1e-9, "{measure}");
    assert!(shown["self"].is_null() || shown["self"]["estimate"] == 1.0, "they repeat themselves");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_three_annotators_of_pandalm_agree_as_they_are_known_to() {
    let Some(data) = data("pandalm") else { return };
    let read = |name: &str| std::fs::read_to_string(data.join(name)).unwrap();
    let oracle: Value = serde_json::from_str(&read("oracle.json")).unwrap();
    let (parts, said) = rows(&read("pairs.jsonl"));
    let none = "{\"id\": \"none\", \"output\": \"0\"}\n";
    let folder = Folder::with(&[("karat.toml", PROJECT), ("none.jsonl", none)]);
    let app = app(&folder);
    let mut people = Vec::new();
    for (part, rows) in parts.iter().enumerate() {
        let queue = format!("pairs-{part}");
        let open = json!({"feature": "compare", "source": "rows", "rows": rows, "kind": "choice",
            "options": ["0", "1", "2"], "question": "Which answer is better?", "overlap": 3, "name": queue});
        call(&app, "labels.open", open).await;
        for number in 0..3 {
            let person = labeller(&app, &format!("annotator {}", number + 1));
            people.push(tokio::spawn(label(person, queue.clone(), said.clone(), number)));
        }
    }
    for person in people {
        person.await.unwrap();
    }
    let mut all = Vec::new();
    for part in 0..3 {
        let queue = format!("pairs-{part}");
        let labels = stored(&app, &queue).await;
        check(&call(&app, "labels.agreement", json!({"queue": queue})).await, &labels);
        all.extend(labels);
    }
    assert_eq!(all.len(), 999);
    for (names, known) in oracle["human_pair_kappa"].as_object().unwrap() {
        let pair: Vec<usize> = names.split('-').map(|name| name.parse().unwrap()).collect();
        let found = kappa(&all, pair[0] - 1, pair[1] - 1);
        assert!((found - known.as_f64().unwrap()).abs() < 5e-5, "{names}: {found} and {known}");
    }
    app.close().await;
}
