//! Pure. How far a run is, for whoever watches it.

use std::time::Duration;

use serde::Serialize;
use serde_json::Value;

use crate::gate::describe;

/// What whoever watches a run is told.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Update {
    /// Before the first call.
    Before(Before),
    /// While it goes on, and once at its end.
    #[serde(rename = "progress")]
    Now(Progress),
    /// A piece of what an operation will answer, before the whole of it is there.
    Part(Value),
}

/// What can be known before the first call.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Before {
    /// The feature and which of its cases.
    pub title: String,
    /// Trials in all.
    pub n_trials: u64,
    /// Trials whose answers are stored already.
    pub n_stored: u64,
    /// Calls of models that are about to be made.
    pub n_calls: u64,
    /// What they cost in US dollars, roughly; absent where a price is unknown.
    pub estimate_usd: Option<f64>,
    /// What these cases can show, a sentence each.
    pub power: Vec<String>,
    /// The smallest difference between two variants that they show.
    pub smallest_difference: Option<f64>,
    /// True where an earlier run is continued.
    pub is_resumed: bool,
}

/// How far a run is.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Progress {
    /// Trials that are done, those that were there already included.
    pub done: u64,
    /// Trials in all.
    pub total: u64,
    /// Trials whose answers were there already.
    pub cached: u64,
    /// Trials without an answer.
    pub failures: u64,
    /// US dollars so far, judges included.
    pub cost_usd: f64,
    /// True where some cost is unknown.
    pub cost_is_partial: bool,
    /// Since the start.
    pub elapsed: Duration,
    /// The standing of the variants so far, in one line.
    pub standing: String,
    /// The last failure, in the provider's words.
    pub last_failure: Option<String>,
    /// True for the last report of a run.
    pub is_last: bool,
}

impl Progress {
    /// Trials a second, without those that were there already.
    pub fn rate(&self) -> f64 {
        let made = self.done.saturating_sub(self.cached) as f64;
        let seconds = self.elapsed.as_secs_f64();
        if seconds > 0.0 { made / seconds } else { 0.0 }
    }

    /// How long the rest takes at the present rate.
    pub fn time_left(&self) -> Option<Duration> {
        let rate = self.rate();
        let left = self.total.saturating_sub(self.done) as f64;
        (rate > 0.0).then(|| Duration::try_from_secs_f64(left / rate).ok()).flatten()
    }

    /// Everything in one line.
    pub fn line(&self) -> String {
        let mut parts =
            vec![format!("{}/{} trials", describe::count(self.done), describe::count(self.total))];
        if self.cached > 0 {
            parts.push(format!("{} stored before", describe::count(self.cached)));
        }
        if self.rate() > 0.0 && !self.is_last {
            parts.push(format!("{:.0}/s", self.rate().max(1.0)));
        }
        if self.cost_usd > 0.0 {
            let at_least = if self.cost_is_partial { "at least " } else { "" };
            parts.push(format!("{at_least}{}", describe::usd(self.cost_usd)));
        }
        if self.failures > 0 {
            parts.push(describe::plural(self.failures, "error"));
        }
        if let Some(left) = self.time_left().filter(|left| left.as_secs() > 0 && !self.is_last) {
            parts.push(format!("{} left", describe::milliseconds(left.as_secs_f64() * 1000.0)));
        }
        if !self.standing.is_empty() {
            parts.push(self.standing.clone());
        }
        parts.join(" · ")
    }
}
