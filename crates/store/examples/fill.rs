//! Fills a database with inferences and signals of the last days, for measurements of what reads them; see `bench/live/run.py`.
//! Arguments: the database's path, how many inferences, over how many days.
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
#![expect(clippy::unwrap_used, reason = "a measurement ends where something unexpected happens")]

use std::path::Path;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use karat_records::{Inference, Outcome, Target};
use karat_store::{Durability, Fact, Options, Store};
use serde_json::json;

#[path = "../tests/it/samples.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod samples;

use samples::{inference, runtime, thumb};

/// One inference in so many gets signals.
const SIGNALLED: u64 = 49;

/// Facts that are appended together.
const CHUNK: u64 = 500;

/// Writers at once.
const TASKS: u64 = 8;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, path, n, days] = &arguments[..] else {
        eprintln!("usage: fill DATABASE INFERENCES DAYS");
        std::process::exit(2);
    };
    let (n, days): (u64, u64) = (n.parse().unwrap(), days.parse().unwrap());
    let now_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let span_ms = days * 86_400_000;
    let at_ms = move |i: u64| (now_ms - span_ms + i * span_ms / n).cast_signed();
    std::fs::create_dir_all(Path::new(path).parent().unwrap()).unwrap();
    let options = Options { durability: Durability::Process, max_pages: None };
    let store = Store::open(Path::new(path), options).unwrap();
    let begun = Instant::now();
    runtime().block_on(async {
        // In parts, so that rows arrive nearly in the order of their times, as they do in production.
        for part in 0..n.div_ceil(CHUNK * TASKS) {
            let mut running = tokio::task::JoinSet::new();
            for task in 0..TASKS {
                let from = (part * TASKS + task) * CHUNK;
                let ledger = store.ledger.clone();
                running.spawn(async move {
                    let facts = (from..(from + CHUNK).min(n))
                        .flat_map(|i| facts(i, at_ms(i)))
                        .collect::<Vec<_>>();
                    if !facts.is_empty() {
                        ledger.append(facts).await.unwrap();
                    }
                });
            }
            running.join_all().await;
        }
        store.close().await.unwrap();
    });
    let took = begun.elapsed().as_secs_f64();
    println!("{n} inferences over {days} days in {took:.0} s, {:.0}/s", n as f64 / took);
}

fn scattered(i: u64) -> u64 {
    (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// As a clock would make it: the time first.
fn id(i: u64, at_ms: i64) -> String {
    let ms = at_ms.cast_unsigned();
    format!("{:08x}-{:04x}-7000-8000-{:012x}", ms >> 16, ms & 0xffff, scattered(i) >> 16)
}

/// An inference of one of two features, with three variants and a model that changed once; now and then with signals.
fn facts(i: u64, at_ms: i64) -> Vec<Fact> {
    let dice = scattered(i);
    let (feature, variant) = match dice % 100 {
        0..10 => ("reply", "mini"),
        10..11 => ("triage", "rules"),
        11..26 => ("triage", "spare"),
        _ => ("triage", "live"),
    };
    let outcome = if dice.is_multiple_of(503) { Outcome::Failed } else { Outcome::Answered };
    let sample = Inference {
        feature: Some(feature.to_owned()),
        variant: Some(variant.to_owned()),
        served: Some(format!("{variant}-{}", if i % 2_000_000 < 1_200_000 { "06" } else { "08" })),
        outcome,
        response_id: Some(format!("chatcmpl-{dice:020x}")),
        // Most of them fast, few of them slow, as answers are.
        latency_ms: 150.0 + f64::from((dice >> 44) as u32).sqrt() * 4.0,
        user: Some(format!("user-{}", dice % 20_000)),
        request: json!({
            "model": feature,
            "messages": [{"role": "user", "content": format!("order {i} was charged twice, and nobody answers; what now? ({dice:x})")}],
        })
        .to_string(),
        text: format!("billing {}", dice % 97),
        ..inference(&id(i, at_ms), at_ms)
    };
    let target = Target { inference_id: Some(sample.id.clone()), ..Target::default() };
    let mut facts = vec![Fact::Inference(Box::new(sample))];
    if i.is_multiple_of(SIGNALLED) {
        facts.push(Fact::Signal(thumb(
            &format!("thumb {i}"),
            !i.is_multiple_of(4),
            at_ms + 2000,
            target.clone(),
        )));
        for kind in ["response.shown", "response.accepted", "response.undone"] {
            let is_rare = kind == "response.undone" && !i.is_multiple_of(3);
            if !is_rare {
                let mut signal = thumb(&format!("{kind} {i}"), true, at_ms + 1000, target.clone());
                kind.clone_into(&mut signal.kind);
                signal.data.clear();
                facts.push(Fact::Signal(signal));
            }
        }
    }
    facts
}
