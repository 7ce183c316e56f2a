//! Pure. The mean of observations that come in clusters (several runs of an item), with an honest standard error.

use crate::interval::Interval;
use crate::invalid::{self, Invalid};
use crate::student;

/// Below this many clusters the interval is too short; betting on cluster means is exact instead.
pub const FEW_CLUSTERS: usize = 20;

/// A mean over all observations, clusters as independent units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Clustered {
    /// Mean of all observations.
    pub mean: f64,
    /// How many observations there are.
    pub n: usize,
    /// How many clusters have observations; below [`FEW_CLUSTERS`] distrust the interval.
    pub n_clusters: usize,
    /// Standard error if all observations were independent.
    pub naive_error: f64,
    /// Cluster standard error without small-sample factor (Miller 2024).
    pub uncorrected_error: f64,
    /// Cluster standard error with the CR1 factor G / (G - 1).
    pub standard_error: f64,
    /// Uncorrected cluster variance over naive variance; nothing when nothing varies.
    pub design_effect: Option<f64>,
    /// Two-sided interval from t with G - 1 degrees of freedom; nothing when clusters do not differ.
    pub interval: Option<Interval>,
}

/// Cluster-robust mean (Liang and Zeger 1986, CR1; t with G - 1 as in Cameron and Miller 2015).
///
/// `clusters[c]` holds the observations of one cluster, in any unit; empty clusters are ignored.
/// Nothing below two clusters. The interval is not cut to any range.
pub fn clustered_mean(
    clusters: &[Vec<f64>],
    confidence: f64,
) -> Result<Option<Clustered>, Invalid> {
    invalid::open_unit("confidence", confidence)?;
    for cluster in clusters {
        invalid::finite("observation", cluster)?;
    }
    let n_clusters = clusters.iter().filter(|cluster| !cluster.is_empty()).count();
    if n_clusters < 2 {
        return Ok(None);
    }
    let n: usize = clusters.iter().map(Vec::len).sum();
    let (count, groups) = (n as f64, n_clusters as f64);
    let mean = clusters.iter().flatten().map(|x| x / count).sum::<f64>();
    let residual = |cluster: &Vec<f64>| cluster.iter().map(|x| x - mean).sum::<f64>();
    let uncorrected = clusters.iter().map(|c| (residual(c) / count).powi(2)).sum::<f64>();
    let squares = clusters.iter().flatten().map(|x| (x - mean).powi(2)).sum::<f64>();
    let naive = squares / (count - 1.0) / count;
    let standard_error = (uncorrected * groups / (groups - 1.0)).sqrt();

    let size = clusters.iter().flatten().fold(0.0_f64, |size, x| size.max(x.abs()));
    let differ = standard_error > 1e-12 * size;
    let interval = differ.then(|| {
        let half = student::two_sided_quantile(1.0 - confidence, groups - 1.0) * standard_error;
        Interval { lower: mean - half, upper: mean + half }
    });
    Ok(Some(Clustered {
        mean,
        n,
        n_clusters,
        naive_error: naive.sqrt(),
        uncorrected_error: uncorrected.sqrt(),
        standard_error,
        design_effect: (naive > 0.0).then(|| uncorrected / naive),
        interval,
    }))
}
