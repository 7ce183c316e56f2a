//! What would decide the feature's gate: the sentence of the newest stored verdict, where it is undecided.

use anyhow::Result;
use karat_records::{EvalRun, RunState, Scope, Verdict};
use karat_store::{RunFilter, Store};

use crate::evals::report::Report;
use crate::gate::describe::{count, plural};

/// "about 23 more labels until this gate can decide", from the newest gate run of the feature.
pub async fn sentence(store: &Store, feature: &str) -> Result<Option<String>> {
    let filter = RunFilter { feature: Some(feature.to_owned()), limit: 50, ..RunFilter::default() };
    let runs = store.ledger.runs(filter).await?.items;
    let is_done = |run: &EvalRun| run.state == RunState::Complete && run.plan.scope != Scope::Tune;
    let reports = runs.into_iter().filter(is_done);
    let newest = reports
        .filter_map(|run| serde_json::from_value::<Report>(run.report?).ok())
        .find(|report| report.is_gate);
    Ok(newest.and_then(|report| of(&report)))
}

/// Pure. What the report says about labels that are missing.
fn of(report: &Report) -> Option<String> {
    if report.verdict != Some(Verdict::Undecided) {
        return None;
    }
    let judged = report.headline_variant()?.verdict.as_ref()?;
    let mut most: Option<(u64, &str)> = None;
    let mut too_close = None;
    for criterion in judged
        .criteria
        .iter()
        .filter(|criterion| !criterion.advisory && criterion.verdict == Verdict::Undecided)
    {
        match criterion.more.and_then(|more| more.expected) {
            Some(n) if most.is_none_or(|(known, _)| n > known) => most = Some((n, &criterion.name)),
            Some(_) => {}
            None if criterion.more.is_some() => too_close = Some(criterion.name.as_str()),
            None => {}
        }
    }
    if let Some(name) = too_close {
        return Some(format!(
            "More labels will hardly decide this gate: {name} lies too close to its floor. Promise less, or narrow the segment."
        ));
    }
    most.map(|(n, name)| {
        let labels =
            if n == 1 { plural(n, "more label") } else { format!("{} more labels", count(n)) };
        format!(
            "about {labels} until this gate can decide ({name}, held-out cases at the present rate)"
        )
    })
}
