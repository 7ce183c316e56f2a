//! Pure. Values of answers by user, their mean and its interval.

use std::collections::BTreeMap;

use karat_stats::clustered::{FEW_CLUSTERS, clustered_mean};
use karat_stats::wilson::wilson;
use karat_stats::{Interval, Invalid};

use super::{Method, PerUser, Range};

/// Values in 0 to 1, by user; whoever has no name stands alone.
#[derive(Default)]
pub(super) struct Counted {
    users: BTreeMap<String, Vec<f64>>,
    strangers: Vec<Vec<f64>>,
}

impl Counted {
    pub(super) fn add(&mut self, user: Option<&str>, value: f64) {
        match user {
            None => self.strangers.push(vec![value]),
            Some(user) => match self.users.get_mut(user) {
                Some(values) => values.push(value),
                None => drop(self.users.insert(user.to_owned(), vec![value])),
            },
        }
    }

    fn clusters(&self) -> impl Iterator<Item = &Vec<f64>> {
        self.users.values().chain(&self.strangers)
    }

    pub(super) fn n(&self) -> u64 {
        self.clusters().map(Vec::len).sum::<usize>() as u64
    }

    pub(super) fn n_clusters(&self) -> u64 {
        (self.users.len() + self.strangers.len()) as u64
    }

    pub(super) fn sum(&self) -> f64 {
        self.clusters().flatten().sum()
    }

    pub(super) fn mean(&self) -> Option<f64> {
        (self.n() > 0).then(|| (self.sum() / self.n() as f64).clamp(0.0, 1.0))
    }

    /// The interval of the mean over all answers.
    pub(super) fn interval(&self, confidence: f64) -> Result<(Option<Range>, Method), Invalid> {
        let clusters: Vec<Vec<f64>> = self.clusters().cloned().collect();
        interval(&clusters, confidence)
    }

    /// Each user counted once.
    pub(super) fn per_user(&self, confidence: f64) -> Result<Option<PerUser>, Invalid> {
        if self.users.is_empty() {
            return Ok(None);
        }
        let mean = |values: &Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
        let means: Vec<Vec<f64>> = self.users.values().map(|values| vec![mean(values)]).collect();
        let n_users = means.len() as u64;
        let mean = means.iter().flatten().sum::<f64>() / n_users as f64;
        let interval = if n_users > 1 { interval(&means, confidence)?.0 } else { None };
        Ok(Some(PerUser { mean: mean.clamp(0.0, 1.0), interval, n_users }))
    }
}

/// From so many yes and so many no, in terms of independent answers, the mean is nearly normal.
const ENOUGH: f64 = 10.0;

fn interval(clusters: &[Vec<f64>], confidence: f64) -> Result<(Option<Range>, Method), Invalid> {
    let n: usize = clusters.iter().map(Vec::len).sum();
    if n == 0 {
        return Ok((None, Method::FewUsers));
    }
    let mean = (clusters.iter().flatten().sum::<f64>() / n as f64).clamp(0.0, 1.0);
    if clusters.len() >= FEW_CLUSTERS
        && let Some(clustered) = clustered_mean(clusters, confidence)?
        && let Some(interval) = clustered.interval
    {
        // So many independent answers of yes and no would have this standard error.
        let size = mean * (1.0 - mean) / clustered.standard_error.powi(2);
        let is_normal = size * mean.min(1.0 - mean) >= ENOUGH;
        let range = if is_normal { cut(interval) } else { score(mean, size, confidence)? };
        return Ok((Some(range), Method::ByUser));
    }
    // Kish's effective size for clusters of one mind: (Σm)² / Σm². A value between 0 and 1 varies no more than
    // a yes or no with the same mean, so the interval is wide enough for it.
    let squares: usize = clusters.iter().map(|cluster| cluster.len().pow(2)).sum();
    let size = (n as f64).powi(2) / squares as f64;
    Ok((Some(score(mean, size, confidence)?), Method::FewUsers))
}

/// Wilson's interval for an effective size (Franco, Little, Louis and Slud, 2019), which need not be whole.
fn score(mean: f64, size: f64, confidence: f64) -> Result<Range, Invalid> {
    let whole = size.floor().max(1.0);
    let interval = wilson((mean * whole).round() as u64, whole as u64, confidence)?;
    Ok(Range { lower: interval.lower.min(mean), upper: interval.upper.max(mean) })
}

fn cut(interval: Interval) -> Range {
    Range { lower: interval.lower.clamp(0.0, 1.0), upper: interval.upper.clamp(0.0, 1.0) }
}
