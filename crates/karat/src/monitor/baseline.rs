//! Pure. What a variant was like at first, where nobody demands anything of it: learnt once, and held until an incident about it is closed.

use karat_stats::betting::{Betting, Observations};
use karat_stats::quantile::quantile_bounds;
use serde::{Deserialize, Serialize};

use super::kept::Keep;
use super::metric::Metric;
use super::plan::{Goal, SLACK, WITHIN, level};

/// Error of a baseline's bound.
const ALPHA: f64 = 0.05;

/// The gap that bets on a baseline are chosen for.
const MIN_GAP: f64 = 0.02;

/// What a variant was like.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Baseline {
    /// Observations behind it; none where it was forgotten.
    pub n: u64,
    /// Their mean; of what has a limit, the share within it.
    pub mean: f64,
    /// What the mean is surely not below.
    pub lower: f64,
    /// Upper bound of the 95th percentile, in milliseconds or US dollars.
    pub limit: Option<f64>,
    /// The content of what measured, where that can change.
    #[serde(default)]
    pub instrument: Option<String>,
    /// The last observation behind it, in milliseconds since the Unix epoch.
    pub until_ms: i64,
}

impl Keep for Baseline {
    const KIND: &'static str = "live-baseline";
}

impl Baseline {
    /// Learns from what was observed: shares from 0 to 1, or milliseconds and US dollars.
    pub fn learn(metric: &Metric, observed: &[f64], until_ms: i64) -> Option<Self> {
        let n = observed.len() as u64;
        if matches!(metric, Metric::Latency | Metric::Cost) {
            let mut sorted = observed.to_vec();
            sorted.sort_by(f64::total_cmp);
            let bounds = quantile_bounds(&sorted, WITHIN, 2.0 * ALPHA).ok()?;
            let limit = if bounds.upper.is_finite() { bounds.upper } else { *sorted.last()? };
            let n_within = observed.iter().filter(|value| **value <= limit).count();
            let mean = n_within as f64 / n as f64;
            return Some(Self {
                n,
                mean,
                lower: WITHIN,
                limit: Some(limit),
                instrument: None,
                until_ms,
            });
        }
        let observations = Observations::values(observed).ok()?;
        let mean = observations.mean()?;
        let lower = Betting::new(0.5, MIN_GAP).ok()?.lower(&observations, ALPHA).ok()?;
        Some(Self { n, mean, lower, limit: None, instrument: None, until_ms })
    }

    /// What is demanded because of it.
    pub fn goal(&self) -> Goal {
        let why = match self.limit {
            Some(_) => format!("95 of 100 kept within it among the first {}, less {SLACK}", self.n),
            None => format!(
                "{:.2} among the first {}, surely {:.2}, less {SLACK}",
                self.mean, self.n, self.lower
            ),
        };
        Goal { level: level(self.lower - SLACK), limit: self.limit, why, is_demanded: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_held_against_what_was_sure_and_times_against_their_95th_percentile() {
        let thumbs: Vec<f64> = (0..200).map(|i| f64::from(u8::from(i % 10 != 0))).collect();
        let learnt = Baseline::learn(&Metric::Thumbs, &thumbs, 7).unwrap();
        assert!((learnt.mean - 0.9).abs() < 1e-9 && learnt.lower > 0.8 && learnt.lower < 0.9);
        assert!((learnt.goal().level - (learnt.lower - SLACK)).abs() < 1e-9);

        let times: Vec<f64> = (1..=500).map(f64::from).collect();
        let learnt = Baseline::learn(&Metric::Latency, &times, 7).unwrap();
        let limit = learnt.limit.unwrap();
        assert!((475.0..=500.0).contains(&limit), "{limit}");
        assert!((learnt.goal().level - 0.93).abs() < 1e-9);
        assert!(!learnt.goal().is_demanded, "the past demands nothing of a waterfall");
    }
}
