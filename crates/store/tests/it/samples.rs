//! Small facts to store.

use std::path::Path;

use karat_records::{
    Answer, Attempt, EvalRun, Failure, FailureKind, Fault, Hash, NamedHash, RunPlan, RunState,
    Scope, Score, Trial, Usage, Version,
};
use karat_store::{Durability, Options, Store};
use serde_json::json;

pub fn open(folder: &Path, durability: Durability) -> Store {
    Store::open(&folder.join("karat.db"), Options { durability, max_pages: None }).unwrap()
}

pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_time().build().unwrap()
}

pub fn hash(text: &str) -> Hash {
    Hash::of_bytes(text.as_bytes())
}

pub fn run(id: &str, feature: &str, started_at_ms: i64) -> EvalRun {
    let named = |name: &str| NamedHash { name: name.to_owned(), hash: hash(name) };
    EvalRun {
        id: id.to_owned(),
        plan: RunPlan {
            feature: feature.to_owned(),
            scope: Scope::HeldOut,
            variants: vec![named("mini"), named("rules")],
            dataset: named("golden"),
            n_cases: 40,
            scorers: vec![named("exact")],
            trials: 3,
            seed: u64::MAX,
        },
        fresh: true,
        started_at_ms,
        ended_at_ms: None,
        state: RunState::Running,
        report: None,
    }
}

pub fn trial(id: &str, run_id: &str, key: &str, ended_at_ms: i64) -> Trial {
    Trial {
        id: id.to_owned(),
        run_id: run_id.to_owned(),
        feature: "triage".to_owned(),
        variant: "mini".to_owned(),
        case_id: format!("case of {id}"),
        trial_index: 2,
        key: hash(key),
        ended_at_ms,
        answer: Answer { output: json!("billing"), ..Answer::default() },
    }
}

/// An answer in which every field says something.
pub fn full_answer() -> Answer {
    Answer {
        output: json!({"queue": "billing", "text": "Grüße ☕ ".repeat(400), "z": 1, "a": [null, true]}),
        failure: Some(Failure {
            kind: FailureKind::ContentPolicy,
            message: "no".to_owned(),
            fault: Fault::Provider,
        }),
        latency_ms: Some(0.1 + 0.2),
        cost_usd: Some(1.0 / 3.0),
        usage: Some(Usage { input_tokens: 7, output_tokens: u64::MAX, ..Usage::default() }),
        attempts: vec![Attempt {
            asked: "openai/gpt".to_owned(),
            served: Some("gpt-1".to_owned()),
            status: Some(429),
            latency_ms: 123.456_789_012_345_67,
            waited_ms: Some(2.225_073_858_507_201_4e-308),
            failure: None,
        }],
        simulated: true,
        extra: [("reward".to_owned(), json!(0.1))].into_iter().collect(),
        ..Answer::default()
    }
}

pub fn score(trial_id: &str, scorer: &str, value: Option<f64>) -> Score {
    Score {
        trial_id: trial_id.to_owned(),
        scorer: scorer.to_owned(),
        scorer_hash: hash(scorer),
        value,
        label: None,
        explanation: None,
        cost_usd: None,
        simulated: false,
    }
}

pub fn version(kind: &str, name: &str, content: &str, seen_at_ms: i64) -> Version {
    Version {
        kind: kind.to_owned(),
        name: name.to_owned(),
        hash: hash(content),
        content: json!({ "content": content }),
        seen_at_ms,
    }
}
