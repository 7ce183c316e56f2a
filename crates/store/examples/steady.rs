//! Measures how long a steady stream of inferences waits for its commits; `bench/store/run.sh` runs it optimised.
//! Arguments: how many a second, and for how many seconds.
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
#![expect(clippy::unwrap_used, reason = "a measurement ends where something unexpected happens")]

use std::time::{Duration, Instant};

use karat_records::Inference;
use karat_store::{Durability, Fact};

#[path = "../tests/it/samples.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod samples;

use samples::{inference, open, runtime};

fn main() {
    let argument = |index, default| {
        std::env::args().nth(index).and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (rate, seconds) = (argument(1, 2_000_u64), argument(2, 10_u64));
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Process);
    runtime().block_on(async {
        let mut running = tokio::task::JoinSet::new();
        let begun = Instant::now();
        for i in 0..rate * seconds {
            let due = begun + Duration::from_micros(i * 1_000_000 / rate);
            tokio::time::sleep_until(due.into()).await;
            let ledger = store.ledger.clone();
            running.spawn(async move {
                let fact = Fact::Inference(Box::new(sample(i)));
                let asked = Instant::now();
                ledger.append(vec![fact]).await.unwrap();
                asked.elapsed()
            });
        }
        let mut waits = running.join_all().await;
        waits.sort_unstable();
        let at = |share: f64| waits[((waits.len() - 1) as f64 * share) as usize];
        println!(
            "{rate} inferences a second for {seconds} s: commits take {:.1?} (p50), {:.1?} (p99), {:.1?} (p99.9), {:.1?} at most",
            at(0.5), at(0.99), at(0.999), at(1.0)
        );
    });
}

/// About 900 bytes of request and 200 of answer; the provider's id has no order.
fn sample(i: u64) -> Inference {
    let scattered = (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    Inference {
        id: format!("{:08x}-{:04x}-7000-8000-{scattered:016x}", i >> 16, i & 0xffff),
        feature: Some("triage".to_owned()),
        variant: Some("mini".to_owned()),
        response_id: Some(format!(
            "chatcmpl-{:016x}",
            scattered.wrapping_mul(0xbf58_476d_1ce4_e5b9)
        )),
        latency_ms: 200.0,
        request: format!(
            "{{\"model\":\"triage\",\"messages\":[\"{}\"]}}",
            "Where is my parcel? ".repeat(45)
        ),
        text: "It is with the carrier now and should be with you within two days. ".repeat(3),
        ..inference("", 1_760_000_000_000 + i.cast_signed())
    }
}
