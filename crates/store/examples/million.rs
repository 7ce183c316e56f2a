//! Measures the ledger of inferences at a million rows; `bench/store/run.sh` runs it optimised.
//! Arguments: how many inferences, how many append at once, and whether they name users and conversations (1 or 0).
#![expect(clippy::disallowed_methods, reason = "a measurement reads the clock")]
#![expect(clippy::unwrap_used, reason = "a measurement ends where something unexpected happens")]

use std::time::{Duration, Instant};

use karat_records::{Inference, Outcome, Target};
use karat_store::{Durability, Fact, HourFilter, InferenceFilter, Ledger, SignalFilter, Spender};

#[path = "../tests/it/samples.rs"]
#[expect(dead_code, reason = "the tests use all of it")]
mod samples;

use samples::{inference, open, runtime, thumb};

/// One inference each 2.6 s, so that a million are a month.
const PACE_MS: u64 = 2_600;

fn main() {
    let argument = |index, default| {
        std::env::args().nth(index).and_then(|text| text.parse().ok()).unwrap_or(default)
    };
    let (n, tasks) = (argument(1, 1_000_000_u64), argument(2, 64_u64));
    let is_named = argument(3, 1) > 0;
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path(), Durability::Process);
    runtime().block_on(async {
        let parts = 10;
        for part in 0..parts {
            let (begun, cpu) = (Instant::now(), cpu_us());
            let (from, to) = (n * part / parts, n * (part + 1) / parts);
            let mut running = tokio::task::JoinSet::new();
            for task in 0..tasks {
                let ledger = store.ledger.clone();
                running.spawn(async move {
                    for i in (from + task..to).step_by(tasks as usize) {
                        let fact = Fact::Inference(Box::new(sample(i, is_named)));
                        ledger.append(vec![fact]).await.unwrap();
                    }
                });
            }
            running.join_all().await;
            let made = (to - from) as f64;
            println!(
                "{to} inferences: {:.0}/s from {tasks} tasks, {:.1} µs of CPU each, resident {} MB",
                made / begun.elapsed().as_secs_f64(),
                (cpu_us() - cpu) as f64 / made,
                resident_mb(),
            );
        }
        let cpu = cpu_us();
        for i in 0..20_000 {
            std::hint::black_box(sample(i, is_named));
        }
        println!("  of it {:.1} µs to make the sample", (cpu_us() - cpu) as f64 / 20_000.0);
        let begun = Instant::now();
        let signals = (0..n / 49).map(|i| {
            let target = Target { inference_id: Some(id(i * 49)), ..Target::default() };
            Fact::Signal(thumb(&format!("s{i}"), i % 4 != 0, at_ms(i * 49), target))
        });
        let signals: Vec<_> = signals.collect();
        let n_signals = signals.len() as f64;
        for chunk in signals.chunks(100) {
            store.ledger.append(chunk.to_vec()).await.unwrap();
        }
        println!("signals: {:.0}/s", n_signals / begun.elapsed().as_secs_f64());
        pages(&store.ledger, n).await;
    });
    let size = std::fs::metadata(folder.path().join("karat.db")).unwrap().len();
    println!("{} bytes in the file for each inference", size / n);
}

async fn pages(ledger: &Ledger, n: u64) {
    let text = |text: &str| Some(text.to_owned());
    let any = InferenceFilter::default;
    let day = 86_400_000;
    let thumbs = Some(SignalFilter { kind: "feedback.thumb".to_owned(), class: text("down") });
    let middle = at_ms(n / 2);
    for (words, filter) in [
        ("first page", any()),
        ("of a feature", InferenceFilter { feature: text("triage"), ..any() }),
        ("of a rare variant", InferenceFilter { variant: text("rare"), ..any() }),
        ("of a variant that is not there", InferenceFilter { variant: text("none"), ..any() }),
        ("that failed", InferenceFilter { outcome: Some(Outcome::Failed), ..any() }),
        (
            "of one day, a month ago",
            InferenceFilter { since_ms: Some(middle), until_ms: Some(middle + day), ..any() },
        ),
        (
            "of one hour and a feature",
            InferenceFilter {
                feature: text("reply"),
                since_ms: Some(middle),
                until_ms: Some(middle + 3_600_000),
                ..any()
            },
        ),
        ("of a user", InferenceFilter { user: text("user-77"), ..any() }),
        ("of a conversation", InferenceFilter { conversation: text("conversation-99"), ..any() }),
        ("of a key that is not there", InferenceFilter { key: text("none"), ..any() }),
        ("with a thumb down", InferenceFilter { signal: thumbs, ..any() }),
        ("that say a rare word", InferenceFilter { text: text("order 4242 "), ..any() }),
    ] {
        let begun = Instant::now();
        let page = ledger.inferences(InferenceFilter { limit: 50, ..filter }).await.unwrap();
        let took = begun.elapsed();
        let more = if page.next.is_some() { ", and more" } else { "" };
        println!("{took:>10.1?}  {words}: {} rows{more}", page.items.len());
    }
    measure("hours", async || ledger.hours(HourFilter::default()).await.unwrap().len()).await;
    measure("spent_since", async || {
        ledger.spent_since(&Spender::Key("key".to_owned()), middle + 1).await.unwrap().n as usize
    })
    .await;
    measure("signal_counts", async || {
        ledger.signal_counts("triage", 0, i64::MAX).await.unwrap().len()
    })
    .await;
    measure("one by its id", async || {
        usize::from(ledger.inference(&id(n / 2)).await.unwrap().is_some())
    })
    .await;
}

async fn measure(words: &str, ask: impl AsyncFn() -> usize) {
    let begun = Instant::now();
    let n = ask().await;
    let took: Duration = begun.elapsed();
    println!("{took:>10.1?}  {words}: {n}");
}

/// As a clock would make it: the time first.
fn id(i: u64) -> String {
    let ms = 1_760_000_000_000 + i * PACE_MS;
    format!("{:08x}-{:04x}-7000-8000-{:012x}", ms >> 16, ms & 0xffff, scattered(i) >> 16)
}

fn at_ms(i: u64) -> i64 {
    (i * PACE_MS).cast_signed()
}

fn scattered(i: u64) -> u64 {
    (i + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

/// About 1.5 KB of request and 300 bytes of answer.
fn sample(i: u64, is_named: bool) -> Inference {
    const WORDS: [&str; 16] = [
        "invoice",
        "charged",
        "refund",
        "because",
        "yesterday",
        "the",
        "customer",
        "password",
        "cannot",
        "reset",
        "please",
        "order",
        "late",
        "delivery",
        "again",
        "twice",
    ];
    let words = |n: u64, salt: u64| {
        let mut text = String::with_capacity(n as usize * 8);
        let mut state = scattered(i ^ (salt << 40));
        for _ in 0..n {
            text.push_str(WORDS[(state >> 60) as usize]);
            text.push(' ');
            state = scattered(state);
        }
        text
    };
    let feature = if i.is_multiple_of(10) { "reply" } else { "triage" };
    let variant = if i.is_multiple_of(9_999) { "rare" } else { "mini" };
    let outcome = if i.is_multiple_of(5_003) { Outcome::Failed } else { Outcome::Answered };
    Inference {
        id: id(i),
        feature: Some(feature.to_owned()),
        variant: Some(variant.to_owned()),
        outcome,
        response_id: Some(format!("chatcmpl-{:020x}", scattered(i))),
        latency_ms: 200.0 + (scattered(i) >> 52) as f64,
        user: is_named.then(|| format!("user-{}", scattered(i) % 20_000)),
        conversation: is_named.then(|| format!("conversation-{}", scattered(i / 4) % 250_000)),
        key: Some("key".to_owned()),
        request: format!(
            "{{\"model\":\"triage\",\"messages\":[{{\"role\":\"system\",\"content\":\"{}\"}},\
             {{\"role\":\"user\",\"content\":\"{} order {i} {}\"}}]}}",
            "Sort the message into one queue: billing, delivery, account or other. ".repeat(10),
            words(40, 1),
            words(40, 2),
        ),
        text: words(40, 3),
        ..inference("", at_ms(i))
    }
}

/// User and system time of this process, from the kernel's table; 0 where there is none.
fn cpu_us() -> u64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split(' ').collect();
    let ticks = |index: usize| fields.get(index).and_then(|t| t.parse::<u64>().ok()).unwrap_or(0);
    (ticks(12) + ticks(13)) * 10_000
}

fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<u64>().unwrap_or(0) / 1_024
}
