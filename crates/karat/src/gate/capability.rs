//! Pure. The capability map: how each variant does on each tag and segment.

use std::collections::BTreeSet;

use karat_records::Case;
use karat_stats::Floor;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::judge::segment_of;
use super::outcomes::Outcomes;

/// One group of cases, with one cell for each variant in the order of the run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MapRow {
    /// For example `tag=hard` or `metadata.segment=app`.
    pub group: String,
    /// Cells in the order of the variants.
    pub cells: Vec<MapCell>,
}

/// How one variant does on one group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MapCell {
    /// The variant.
    pub variant: String,
    /// Number of cases.
    pub n: u64,
    /// Mean of case means.
    pub mean: Option<f64>,
    /// Lower bound at the project's confidence.
    pub lower: f64,
    /// Upper bound.
    pub upper: f64,
}

/// Most groups that a map shows; the largest stay.
const MOST_GROUPS: usize = 24;

/// Draws the map over all tags and over the case fields that criteria judge apart.
pub fn map(outcomes: &Outcomes, metric: &str, fields: &[String], alpha: f64) -> Vec<MapRow> {
    let Some(scorer) = outcomes.scorer_index(metric) else { return Vec::new() };
    let mut groups: BTreeSet<(Option<&str>, String)> = BTreeSet::new();
    for case in &outcomes.cases {
        groups.extend(case.tags.iter().map(|tag| (None, tag.clone())));
        groups.extend(fields.iter().map(|field| (Some(field.as_str()), segment_of(case, field))));
    }
    let mut rows: Vec<(usize, MapRow)> = groups
        .into_iter()
        .map(|(field, value)| {
            let belongs = |case: &Case| match field {
                None => case.tags.contains(&value),
                Some(field) => segment_of(case, field) == value,
            };
            let n_cases = outcomes.cases.iter().filter(|case| belongs(case)).count();
            let group = match field {
                None => format!("tag={value}"),
                Some(field) => format!("{field}={value}"),
            };
            let cells = outcomes.variants.iter().map(|variant| {
                let values: Vec<f64> = outcomes
                    .cases
                    .iter()
                    .zip(&variant.trials)
                    .filter(|(case, trials)| !trials.is_empty() && belongs(case))
                    .map(|(_, trials)| {
                        trials.iter().map(|trial| trial.score(scorer)).sum::<f64>()
                            / trials.len() as f64
                    })
                    .collect();
                let n = values.len() as u64;
                let question = Floor { alpha_pass: alpha, alpha_fail: alpha, ..Floor::at(0.5) };
                let answer =
                    karat_stats::gate(&karat_stats::Sample::Values(values), &question).ok();
                MapCell {
                    variant: variant.name.clone(),
                    n,
                    mean: answer.and_then(|answer| answer.mean),
                    lower: answer.map_or(0.0, |answer| answer.lower),
                    upper: answer.map_or(1.0, |answer| answer.upper),
                }
            });
            (n_cases, MapRow { group, cells: cells.collect() })
        })
        .collect();
    if rows.len() > MOST_GROUPS {
        rows.sort_by_key(|(n_cases, _)| std::cmp::Reverse(*n_cases));
        rows.truncate(MOST_GROUPS);
        rows.sort_by(|a, b| a.1.group.cmp(&b.1.group));
    }
    rows.into_iter().map(|(_, row)| row).collect()
}
