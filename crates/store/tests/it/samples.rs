//! Small facts to store.

use std::path::Path;

use karat_records::{
    Answer, Attempt, Endpoint, EvalRun, Failure, FailureKind, Fault, Hash, Inference, LiveScore,
    NamedHash, Outcome, RunPlan, RunState, Scope, Score, Signal, Step, Target, ToolCall, Trial,
    Usage, Version,
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

/// An inference of the feature `triage` that was answered at once.
pub fn inference(id: &str, received_at_ms: i64) -> Inference {
    Inference {
        id: id.to_owned(),
        received_at_ms,
        endpoint: Endpoint::ChatCompletions,
        feature: Some("triage".to_owned()),
        variant: Some("mini".to_owned()),
        variant_hash: Some(hash("mini")),
        unproven: false,
        simulated: false,
        asked: Some("openai/gpt-5-mini".to_owned()),
        served: Some("gpt-5-mini-2026-08-07".to_owned()),
        fingerprint: None,
        response_id: Some(format!("chatcmpl-{id}")),
        outcome: Outcome::Answered,
        status: 200,
        streamed: false,
        first_chunk_ms: None,
        latency_ms: 840.5,
        usage: Some(Usage { input_tokens: 100, output_tokens: 20, ..Usage::default() }),
        usage_estimated: false,
        cost_usd: Some(0.25),
        conversation: None,
        user: None,
        key: None,
        tags: std::collections::BTreeMap::new(),
        attempts: vec![attempted("mini", 840.5)],
        inputs: None,
        request:
            r#"{"model":"triage","messages":[{"role":"user","content":"I was charged twice"}]}"#
                .to_owned(),
        text: "billing".to_owned(),
        tool_calls: Vec::new(),
    }
}

pub fn attempted(variant: &str, latency_ms: f64) -> Step {
    Step {
        variant: Some(variant.to_owned()),
        attempt: Attempt {
            asked: "openai/gpt-5-mini".to_owned(),
            served: Some("gpt-5-mini-2026-08-07".to_owned()),
            status: Some(200),
            latency_ms,
            waited_ms: None,
            failure: None,
        },
    }
}

/// An inference in which every field says something.
pub fn full_inference(id: &str) -> Inference {
    let failure = Failure {
        kind: FailureKind::ServerError,
        message: "“overloaded”\0".to_owned(),
        fault: Fault::Provider,
    };
    let mut broken = attempted("mini", 0.1 + 0.2);
    broken.attempt.failure = Some(failure);
    broken.attempt.waited_ms = Some(1.5);
    Inference {
        endpoint: Endpoint::Messages,
        unproven: true,
        simulated: true,
        fingerprint: Some("fp_1".to_owned()),
        outcome: Outcome::Cut,
        streamed: true,
        first_chunk_ms: Some(1.0 / 3.0),
        usage: Some(Usage {
            input_tokens: 1,
            cached_input_tokens: 2,
            cache_write_tokens: 3,
            output_tokens: 4,
        }),
        usage_estimated: true,
        cost_usd: Some(1e-9),
        conversation: Some("c-1".to_owned()),
        user: Some("u-1".to_owned()),
        key: Some("k-1".to_owned()),
        tags: [("tier".to_owned(), "gold".to_owned())].into_iter().collect(),
        attempts: vec![attempted("rules", 3.0), broken],
        inputs: json!({"text": "Grüße ☕", "n": 0.1}).as_object().cloned(),
        request: r#"{"messages":[{"role":"user","content":"Gr\u00fc\u00dfe \"twice\""}]}"#
            .to_owned(),
        text: "Grüße ☕ ".repeat(400),
        tool_calls: vec![ToolCall {
            name: "look_up".to_owned(),
            arguments: json!({"a": [1, null]}),
        }],
        ..inference(id, 7)
    }
}

/// A thumb for the inference that the target names.
pub fn thumb(id: &str, up: bool, at_ms: i64, target: Target) -> Signal {
    Signal {
        id: id.to_owned(),
        kind: "feedback.thumb".to_owned(),
        at_ms,
        received_at_ms: at_ms,
        feature: None,
        target,
        user: None,
        session: None,
        release: None,
        data: json!({ "up": up }).as_object().cloned().unwrap_or_default(),
        source: "karat.js".to_owned(),
    }
}

pub fn live_score(inference_id: &str, value: Option<f64>, scored_at_ms: i64) -> LiveScore {
    LiveScore {
        inference_id: inference_id.to_owned(),
        chance: 0.125,
        scored_at_ms,
        scorer: "exact".to_owned(),
        scorer_hash: hash("exact"),
        value,
        label: None,
        explanation: None,
        cost_usd: None,
        simulated: false,
    }
}
