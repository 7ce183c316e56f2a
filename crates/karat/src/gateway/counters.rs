//! What was counted since the start, and its text for Prometheus.

use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use karat_records::{Inference, Outcome};

use super::retention::Kept;

/// Counts since the start of this process.
#[derive(Debug, Default)]
pub struct Counters {
    rows: Mutex<BTreeMap<Row, Totals>>,
    lost: AtomicU64,
    signals: AtomicU64,
    unexported: AtomicU64,
    /// Sums of what was forgotten, and the last size.
    kept: Mutex<Kept>,
    troubles: Mutex<HashMap<(String, &'static str), i64>>,
}

/// What is counted apart.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Row {
    feature: String,
    variant: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, Default)]
struct Totals {
    n: u64,
    seconds: f64,
    /// Requests that took at most as long as the bound of that place.
    buckets: [u64; BOUNDS.len()],
    input_tokens: u64,
    output_tokens: u64,
    cost_usd: f64,
    n_cost_unknown: u64,
}

/// Upper bounds of the latency histogram, in seconds.
const BOUNDS: [f64; 10] = [0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];

/// The same trouble of the same model is said again only after so long.
const QUIET_MS: i64 = 60_000;

/// Most kinds of trouble that are remembered.
const MOST_TROUBLES: usize = 1000;

impl Counters {
    /// One more inference.
    pub fn count(&self, inference: &Inference) {
        let row = Row {
            feature: inference.feature.clone().unwrap_or_default(),
            variant: inference
                .variant
                .clone()
                .or_else(|| inference.asked.clone())
                .unwrap_or_default(),
            outcome: word(inference.outcome),
        };
        let seconds = inference.latency_ms / 1000.0;
        let mut rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        let totals = rows.entry(row).or_default();
        totals.n += 1;
        totals.seconds += seconds;
        for (bucket, bound) in totals.buckets.iter_mut().zip(BOUNDS) {
            *bucket += u64::from(seconds <= bound);
        }
        let usage = inference.usage.unwrap_or_default();
        totals.input_tokens +=
            usage.input_tokens + usage.cached_input_tokens + usage.cache_write_tokens;
        totals.output_tokens += usage.output_tokens;
        match inference.cost_usd {
            Some(usd) => totals.cost_usd += usd,
            None => totals.n_cost_unknown += 1,
        }
    }

    /// Inferences that could not be recorded.
    pub fn lost(&self, n: u64) {
        self.lost.fetch_add(n, Ordering::Relaxed);
    }

    /// Spans that no collector got.
    pub fn unexported(&self, n: u64) {
        self.unexported.fetch_add(n, Ordering::Relaxed);
    }

    /// How many inferences could not be recorded.
    pub fn n_lost(&self) -> u64 {
        self.lost.load(Ordering::Relaxed)
    }

    /// Signals that were accepted.
    pub fn signalled(&self, n: u64) {
        self.signals.fetch_add(n, Ordering::Relaxed);
    }

    /// What one look after age and room came to.
    pub fn kept(&self, kept: &Kept) {
        let mut sums = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        sums.forgotten.inferences += kept.forgotten.inferences;
        sums.forgotten.signals += kept.forgotten.signals;
        sums.n_bodies += kept.n_bodies;
        sums.held_bytes = kept.held_bytes;
        sums.is_over_budget = kept.is_over_budget;
    }

    /// Whether this trouble was not said lately.
    pub fn is_new_trouble(&self, model: &str, class: &'static str, now_ms: i64) -> bool {
        let mut troubles = self.troubles.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (model.to_owned(), class);
        if troubles.get(&key).is_some_and(|at| now_ms - at < QUIET_MS) {
            return false;
        }
        if troubles.len() >= MOST_TROUBLES {
            troubles.retain(|_, at| now_ms - *at < QUIET_MS);
        }
        troubles.insert(key, now_ms);
        true
    }

    /// The text that Prometheus reads.
    pub fn prometheus(&self) -> String {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut text = String::new();
        let mut metric = |name: &str, kind: &str, help: &str, lines: &[String]| {
            let _ = writeln!(text, "# HELP {name} {help}\n# TYPE {name} {kind}");
            for line in lines {
                let _ = writeln!(text, "{name}{line}");
            }
        };
        let each = |value: &dyn Fn(&Totals) -> String| -> Vec<String> {
            rows.iter()
                .map(|(row, totals)| format!("{{{}}} {}", row.labels(), value(totals)))
                .collect()
        };
        metric(
            "karat_inferences_total",
            "counter",
            "Requests that ended.",
            &each(&|it| it.n.to_string()),
        );
        metric(
            "karat_input_tokens_total",
            "counter",
            "Input tokens, cached ones included.",
            &each(&|it| it.input_tokens.to_string()),
        );
        metric(
            "karat_output_tokens_total",
            "counter",
            "Output tokens.",
            &each(&|it| it.output_tokens.to_string()),
        );
        metric(
            "karat_cost_usd_total",
            "counter",
            "US dollars, as far as prices are known.",
            &each(&|it| it.cost_usd.to_string()),
        );
        metric(
            "karat_cost_unknown_total",
            "counter",
            "Requests whose cost is unknown.",
            &each(&|it| it.n_cost_unknown.to_string()),
        );
        let latency = histogram(&rows);
        metric(
            "karat_latency_seconds",
            "histogram",
            "From the request to the end of the answer.",
            &latency,
        );
        metric(
            "karat_unrecorded_total",
            "counter",
            "Inferences that could not be recorded.",
            &[format!(" {}", self.n_lost())],
        );
        metric(
            "karat_unexported_total",
            "counter",
            "Inferences whose spans no collector got.",
            &[format!(" {}", self.unexported.load(Ordering::Relaxed))],
        );
        metric(
            "karat_signals_total",
            "counter",
            "Signals that were accepted.",
            &[format!(" {}", self.signals.load(Ordering::Relaxed))],
        );
        let kept = *self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        metric(
            "karat_forgotten_total",
            "counter",
            "What was older than keep_days, and texts for which max_disk_mb left no room.",
            &[
                format!("{{what=\"inferences\"}} {}", kept.forgotten.inferences),
                format!("{{what=\"signals\"}} {}", kept.forgotten.signals),
                format!("{{what=\"texts\"}} {}", kept.n_bodies),
            ],
        );
        metric(
            "karat_database_bytes",
            "gauge",
            "What the database holds, as of the last look.",
            &[format!(" {}", kept.held_bytes)],
        );
        metric(
            "karat_over_disk_budget",
            "gauge",
            "1 where no text is left to forget and max_disk_mb is exceeded.",
            &[format!(" {}", u8::from(kept.is_over_budget))],
        );
        text
    }
}

/// The lines of the latency histogram.
fn histogram(rows: &BTreeMap<Row, Totals>) -> Vec<String> {
    let mut lines = Vec::new();
    for (row, totals) in rows {
        let labels = row.labels();
        for (bound, n) in BOUNDS.iter().zip(totals.buckets) {
            lines.push(format!("_bucket{{{labels},le=\"{bound}\"}} {n}"));
        }
        lines.push(format!("_bucket{{{labels},le=\"+Inf\"}} {}", totals.n));
        lines.push(format!("_sum{{{labels}}} {}", totals.seconds));
        lines.push(format!("_count{{{labels}}} {}", totals.n));
    }
    lines
}

impl Row {
    fn labels(&self) -> String {
        format!(
            "feature=\"{}\",variant=\"{}\",outcome=\"{}\"",
            escaped(&self.feature),
            escaped(&self.variant),
            self.outcome
        )
    }
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

fn word(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Answered => "answered",
        Outcome::Failed => "failed",
        Outcome::Cut => "cut",
        Outcome::Cancelled => "cancelled",
    }
}
