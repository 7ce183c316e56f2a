//! Measures the page Live; `bench/store/run.sh` runs it optimised. Arguments: days, answers kept for each sum.
//!
//! A sum takes the same room whatever it counts, so its number is what the page costs: here each hour of each variant
//! of five features has one, as it would have with ten million requests.
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
#![expect(clippy::unwrap_used, reason = "a measurement ends where something unexpected happens")]

use std::time::Instant;

use karat::app::App;
use karat::config::Config;
use karat::operations;
use karat::tasks::Stop;
use karat_records::{Inference, Outcome, Signal, Target};
use karat_store::Fact;
use serde_json::{Value, json};

const HOUR_MS: i64 = 3_600_000;

fn main() {
    let argument = |index, default| {
        std::env::args().nth(index).and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (days, of_each) = (argument(1, 90_i64), argument(2, 12_i64));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("karat.toml"), "version = 1\nproject = \"speed\"\n").unwrap();
    let app = App::new(folder.path().to_path_buf(), Config::default(), Stop::never());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let store = app.store().unwrap();
        let now_ms = app.clock.now_ms();
        let begun = Instant::now();
        let mut n = 0_i64;
        for hour in (0..days * 24).rev() {
            let mut facts = Vec::new();
            for feature in 0..5 {
                for variant in 0..3 {
                    for index in 0..of_each {
                        let made = sample(n, now_ms - hour * HOUR_MS - index, feature, variant);
                        if index % 4 == 0 {
                            facts.push(Fact::Signal(signal(n, index, &made)));
                        }
                        facts.push(Fact::Inference(Box::new(made)));
                        n += 1;
                    }
                }
            }
            store.ledger.append(facts).await.unwrap();
        }
        println!("{n} inferences in {} sums: {:.1?}", days * 24 * 15, begun.elapsed());
        for (words, input) in [
            ("a feature, 7 days", json!({"feature": "feature-1"})),
            ("a feature, 30 days", json!({"feature": "feature-1", "days": 30})),
            ("a feature, 90 days", json!({"feature": "feature-1", "days": 90})),
            ("all features, 24 hours", json!({"hours": 24})),
            ("all features, 7 days", json!({})),
            ("all features, 90 days", json!({"days": 90})),
        ] {
            let mut took = Vec::new();
            let mut answer = Value::Null;
            for _ in 0..9 {
                let begun = Instant::now();
                let operation = operations::find("live.show").unwrap();
                answer = operation.call(app.clone(), input.clone()).await.unwrap();
                took.push(begun.elapsed());
            }
            took.sort();
            let bytes = answer.to_string().len();
            println!("{:>10.1?} (slowest {:.1?})  {words}: {bytes} bytes", took[4], took[8]);
        }
        app.close().await;
    });
}

fn sample(n: i64, at_ms: i64, feature: i64, variant: i64) -> Inference {
    let scattered = n.wrapping_mul(0x5851_f42d_4c95_7f2d).unsigned_abs() >> 33;
    let made = json!({
        "id": format!("{n:036}"), "received_at_ms": at_ms, "endpoint": "chat-completions",
        "feature": format!("feature-{feature}"), "variant": format!("variant-{variant}"),
        "served": "gpt-5-mini-2026-08", "outcome": "answered", "status": 200,
        "latency_ms": 200.0 + (scattered % 4_000) as f64, "cost_usd": 0.001,
        "usage": {"input_tokens": 100, "cached_input_tokens": 0, "cache_write_tokens": 0, "output_tokens": 20},
        "request": "{\"messages\":[{\"role\":\"user\",\"content\":\"Where is my order?\"}]}",
        "text": "It is on its way.",
    });
    let made: Inference = serde_json::from_value(made).unwrap();
    let outcome = if scattered.is_multiple_of(97) { Outcome::Failed } else { Outcome::Answered };
    Inference { outcome, ..made }
}

fn signal(n: i64, index: i64, about: &Inference) -> Signal {
    let (kind, data) = match index % 3 {
        0 => ("feedback.thumb", json!({"up": n % 5 != 0})),
        1 => ("response.accepted", json!({})),
        _ => ("response.copied", json!({})),
    };
    Signal {
        id: format!("s{n}"),
        kind: kind.to_owned(),
        at_ms: about.received_at_ms,
        received_at_ms: about.received_at_ms,
        feature: None,
        target: Target { inference_id: Some(about.id.clone()), ..Target::default() },
        user: None,
        session: None,
        release: None,
        data: data.as_object().cloned().unwrap_or_default(),
        source: String::new(),
    }
}
