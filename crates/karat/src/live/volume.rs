//! Pure. Requests, times and cost from the sums by the hour: in all, by span of time, and by variant.

use std::collections::BTreeMap;

use karat_store::{Histogram, Hour};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Two-sided confidence of every interval of this page.
const CONFIDENCE: f64 = 0.95;

/// What is summed over inferences.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveSum {
    /// Requests.
    pub n: u64,
    /// How many ended with an error before their first piece.
    pub n_failed: u64,
    /// How many broke off after it.
    pub n_cut: u64,
    /// How many the application hung up on.
    pub n_cancelled: u64,
    /// How many took more than one attempt.
    pub n_retried: u64,
    /// How many a scripted server answered.
    pub n_simulated: u64,
    /// US dollars, of those that a model answered and whose cost is known.
    pub cost_usd: f64,
    /// What scripted servers' answers would have cost: no money.
    pub simulated_usd: f64,
    /// How many say nothing about their cost.
    pub n_cost_unknown: u64,
    /// Input tokens, those from and into caches included.
    pub input_tokens: u64,
    /// How many of these came from caches.
    pub cached_input_tokens: u64,
    /// Output tokens.
    pub output_tokens: u64,
    /// Times to the end of the answer, of those that were answered.
    pub latency: LiveTimes,
    /// Times to the first piece, of those that had one.
    pub first_chunk: LiveTimes,
}

/// Times; each is off by less than 5 % of itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveTimes {
    /// How many were measured.
    pub n: u64,
    /// Half of them took no longer, in milliseconds.
    pub p50_ms: Option<f64>,
    /// Of a hundred, 95 took no longer.
    pub p95_ms: Option<f64>,
}

/// A share with what it was counted over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveShare {
    /// What was counted.
    pub numerator: u64,
    /// Over how many.
    pub denominator: u64,
    /// Numerator over denominator; absent over none.
    pub value: Option<f64>,
    /// Lower end of the interval (Wilson, 0.95), as if each answer were somebody else's.
    pub lower: Option<f64>,
    /// Upper end of the interval.
    pub upper: Option<f64>,
}

/// One span of time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LivePoint {
    /// When it begins, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// What was summed over it.
    #[serde(flatten)]
    pub sum: LiveSum,
}

/// The part of a variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveVariant {
    /// The variant; absent where nobody was tried.
    pub variant: Option<String>,
    /// True where its newest answer says that nothing proves it.
    pub unproven: bool,
    /// True where a scripted server gave any of its answers.
    pub simulated: bool,
    /// Its part of the feature's requests.
    pub share: LiveShare,
    /// How many of its requests failed or broke off.
    pub failing: LiveShare,
    /// Models that answered for it, the one with most answers first; at most five.
    pub served: Vec<String>,
    /// What was summed over it.
    #[serde(flatten)]
    pub sum: LiveSum,
}

impl LiveShare {
    /// A share with its interval.
    pub fn of(numerator: u64, denominator: u64) -> Self {
        let numerator = numerator.min(denominator);
        let interval = karat_stats::wilson::wilson(numerator, denominator, CONFIDENCE).ok();
        let interval = interval.filter(|_| denominator > 0);
        Self {
            numerator,
            denominator,
            value: interval.map(|_| numerator as f64 / denominator as f64),
            lower: interval.map(|interval| interval.lower),
            upper: interval.map(|interval| interval.upper),
        }
    }
}

/// A sum while it grows.
#[derive(Clone, Debug, Default)]
pub struct Growing {
    sum: LiveSum,
    latency: Histogram,
    first_chunk: Histogram,
}

impl Growing {
    /// Adds an hour.
    pub fn add(&mut self, hour: &Hour) {
        let sum = &mut self.sum;
        sum.n += hour.n;
        sum.n_failed += hour.n_failed;
        sum.n_cut += hour.n_cut;
        sum.n_cancelled += hour.n_cancelled;
        sum.n_retried += hour.n_retried;
        sum.n_cost_unknown += hour.n_cost_unknown;
        sum.input_tokens += hour.input_tokens + hour.cached_input_tokens + hour.cache_write_tokens;
        sum.cached_input_tokens += hour.cached_input_tokens;
        sum.output_tokens += hour.output_tokens;
        if hour.simulated {
            sum.n_simulated += hour.n;
            sum.simulated_usd += hour.cost_usd;
        } else {
            sum.cost_usd += hour.cost_usd;
        }
        self.latency.merge(&hour.latency);
        self.first_chunk.merge(&hour.first_chunk);
    }

    /// What it came to.
    pub fn ended(&self) -> LiveSum {
        LiveSum { latency: times(&self.latency), first_chunk: times(&self.first_chunk), ..self.sum }
    }
}

fn times(histogram: &Histogram) -> LiveTimes {
    LiveTimes {
        n: histogram.n(),
        p50_ms: histogram.quantile(0.5),
        p95_ms: histogram.quantile(0.95),
    }
}

/// The sum over all hours.
pub fn total<'a>(hours: impl IntoIterator<Item = &'a Hour>) -> LiveSum {
    let mut growing = Growing::default();
    for hour in hours {
        growing.add(hour);
    }
    growing.ended()
}

/// What failed or broke off.
pub fn failing(sum: &LiveSum) -> LiveShare {
    LiveShare::of(sum.n_failed + sum.n_cut, sum.n)
}

/// Sums by spans of `step_ms`, counted from `from_ms`; spans without requests are left out.
pub fn points(hours: &[Hour], from_ms: i64, step_ms: i64) -> Vec<LivePoint> {
    let mut spans: BTreeMap<i64, Growing> = BTreeMap::new();
    for hour in hours {
        spans.entry(span_at(hour.begins_at_ms, from_ms, step_ms)).or_default().add(hour);
    }
    spans.into_iter().map(|(at_ms, span)| LivePoint { at_ms, sum: span.ended() }).collect()
}

/// When the span of a time begins.
pub fn span_at(ms: i64, from_ms: i64, step_ms: i64) -> i64 {
    from_ms + (ms - from_ms).div_euclid(step_ms) * step_ms
}

/// Parts of the variants, the one with most requests first. `unproven` says what is known of their proofs.
pub fn variants(hours: &[Hour], unproven: &BTreeMap<Option<String>, bool>) -> Vec<LiveVariant> {
    const MOST_SERVED: usize = 5;
    let n_all: u64 = hours.iter().map(|hour| hour.n).sum();
    let mut parts: BTreeMap<Option<String>, (Growing, BTreeMap<String, u64>)> = BTreeMap::new();
    for hour in hours {
        let (growing, served) = parts.entry(hour.variant.clone()).or_default();
        growing.add(hour);
        if let Some(model) = &hour.served {
            *served.entry(model.clone()).or_default() += hour.n;
        }
    }
    let mut variants: Vec<LiveVariant> = parts
        .into_iter()
        .map(|(variant, (growing, served))| {
            let sum = growing.ended();
            let mut served: Vec<(String, u64)> = served.into_iter().collect();
            served.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
            served.truncate(MOST_SERVED);
            LiveVariant {
                unproven: unproven.get(&variant).copied().unwrap_or(false),
                simulated: sum.n_simulated > 0,
                share: LiveShare::of(sum.n, n_all),
                failing: failing(&sum),
                served: served.into_iter().map(|(model, _)| model).collect(),
                variant,
                sum,
            }
        })
        .collect();
    variants.sort_by_key(|variant| std::cmp::Reverse(variant.sum.n));
    variants
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR_MS: i64 = 3_600_000;

    fn hour(at: i64, variant: &str, n: u64) -> Hour {
        let mut hour = Hour {
            begins_at_ms: at * HOUR_MS,
            variant: Some(variant.to_owned()),
            served: Some(format!("model of {variant}")),
            n,
            n_failed: 1,
            cost_usd: 0.5,
            input_tokens: 10,
            cached_input_tokens: 5,
            ..Hour::default()
        };
        for _ in 1..n {
            hour.latency.add(100.0);
        }
        hour
    }

    #[test]
    fn sums_of_spans_add_up_to_the_total() {
        let hours = [hour(0, "a", 5), hour(1, "b", 7), hour(25, "a", 3)];
        let all = total(&hours);
        assert_eq!((all.n, all.n_failed, all.cost_usd, all.input_tokens), (15, 3, 1.5, 45));
        assert_eq!(all.latency.n, 12);
        assert!((all.latency.p95_ms.unwrap() - 100.0).abs() < 5.0);
        let days = points(&hours, 0, 24 * HOUR_MS);
        let found: Vec<_> = days.iter().map(|day| (day.at_ms / HOUR_MS, day.sum.n)).collect();
        assert_eq!(found, [(0, 12), (24, 3)]);
    }

    #[test]
    fn what_scripted_servers_answer_is_no_money() {
        let scripted = Hour { simulated: true, ..hour(0, "a", 5) };
        let sum = total(&[scripted, hour(0, "a", 2)]);
        assert_eq!((sum.cost_usd, sum.simulated_usd, sum.n_simulated), (0.5, 0.5, 5));
    }

    #[test]
    fn shares_of_variants_are_of_all_requests() {
        let hours = [hour(0, "a", 5), hour(1, "b", 7), hour(2, "b", 3)];
        let known = BTreeMap::from([(Some("b".to_owned()), true)]);
        let parts = variants(&hours, &known);
        let found: Vec<_> = parts
            .iter()
            .map(|part| (part.variant.as_deref(), part.share.numerator, part.unproven))
            .collect();
        assert_eq!(found, [(Some("b"), 10, true), (Some("a"), 5, false)]);
        assert_eq!(parts[0].share.denominator, 15);
        assert_eq!((parts[0].failing.numerator, parts[0].failing.denominator), (2, 10));
    }

    #[test]
    fn a_share_of_nothing_is_unknown() {
        assert_eq!(LiveShare::of(0, 0), LiveShare::default());
        let share = LiveShare::of(3, 4);
        assert!(share.lower.unwrap() < 0.75 && share.upper.unwrap() > 0.75);
        assert_eq!(LiveShare::of(9, 4).numerator, 4, "late sums never exceed their whole");
    }
}
