//! What the latest gate measured of each variant.

use anyhow::Result;
use karat_records::{EvalRun, NamedHash};
use karat_store::{RunFilter, Store};
use serde::Deserialize;

use super::report::{Report, VariantReport};

/// Runs that are looked through for the newest one about each variant.
const MOST_RUNS: usize = 5;

/// A variant as a gate measured it last.
#[derive(Clone, Debug, PartialEq)]
pub struct GatedVariant {
    /// What was measured.
    pub report: VariantReport,
    /// What scored the answers.
    pub scorers: Vec<NamedHash>,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// One-sided, for each bound.
    pub confidence: f64,
}

/// The runs that judged a feature, newest first.
pub async fn judged_runs(store: &Store, feature: &str, limit: usize) -> Result<Vec<EvalRun>> {
    let filter = RunFilter {
        feature: Some(feature.to_owned()),
        is_judged: true,
        limit,
        ..RunFilter::default()
    };
    Ok(store.ledger.runs(filter).await?.items)
}

/// What a run said.
pub fn report_of(run: &EvalRun) -> Option<Report> {
    Report::deserialize(run.report.as_ref()?).ok()
}

/// Every variant that was judged lately, from the newest run about it.
pub async fn latest(store: &Store, feature: &str) -> Result<Vec<GatedVariant>> {
    let mut all: Vec<GatedVariant> = Vec::new();
    for run in judged_runs(store, feature, MOST_RUNS).await? {
        let Some(read) = report_of(&run).filter(|report| report.is_gate) else { continue };
        let at_ms = run.ended_at_ms.unwrap_or(run.started_at_ms);
        for report in read.variants {
            if !all.iter().any(|known| known.report.name == report.name) {
                let scorers = run.plan.scorers.clone();
                all.push(GatedVariant { report, scorers, at_ms, confidence: read.confidence });
            }
        }
    }
    Ok(all)
}
