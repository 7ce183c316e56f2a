//! What the scorers' unit tests share: reference vectors, a case and an answer.

use karat_records::{Answer, Case, Split};
use serde_json::{Map, Value};

/// The vectors of a file in `tests/scorers_vectors`, which `make_vectors.py` wrote.
pub fn load(name: &str) -> Vec<Value> {
    let path = format!("{}/tests/scorers_vectors/{name}.json", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap();
    let mut file: Value = serde_json::from_str(&text).unwrap();
    serde_json::from_value(file["vectors"].take()).unwrap()
}

/// The texts under `references`.
pub fn reference_texts(vector: &Value) -> Vec<&str> {
    vector["references"].as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

/// Fails unless a value agrees with the reference's to nine decimals.
pub fn assert_close(found: f64, wanted: &Value, what: &str) {
    let wanted = wanted.as_f64().unwrap();
    assert!((found - wanted).abs() < 1e-9, "found {found}, the reference has {wanted}: {what}");
}

/// A case with this expected output.
pub fn case(expected: Option<Value>) -> Case {
    Case {
        id: "c1".into(),
        input: Map::new(),
        expected,
        metadata: Map::new(),
        tags: vec![],
        split: Split::Both,
    }
}

/// An answer with this output.
pub fn answer(output: Value) -> Answer {
    Answer { output, ..Answer::default() }
}
