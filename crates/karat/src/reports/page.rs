//! The operation `reports.page`: finds a report and draws it as the page to forward.

use anyhow::Result;
use karat_records::EvalRun;
use karat_store::{RunFilter, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::html::{Audience, html_for};
use crate::app::{App, Refusal};
use crate::evals::load;
use crate::evals::report::Report;
use crate::evals::unknowns::short;

/// Runs that are looked through for one with a report.
const MOST_RUNS: usize = 20;

/// Which page.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AskPage {
    /// An id, or the beginning of one. Absent or `latest`: the run that judged last, else the last one with a report.
    pub run: Option<String>,
    /// Only runs of this feature.
    pub feature: Option<String>,
    /// For whom; for whoever decides where absent.
    pub audience: Audience,
}

/// The page.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Page {
    /// One file that needs nothing from elsewhere and runs nothing.
    pub html: String,
    /// The run that it is about.
    pub run_id: String,
    /// The feature.
    pub feature: String,
    /// The headline, for a preview or a subject line.
    pub title: String,
}

/// Draws the page of a run.
pub async fn page(app: App, input: AskPage) -> Result<Page> {
    let Some(store) = app.existing_store()? else { return Err(load::none_yet()) };
    let wished = input.run.as_deref().filter(|run| !run.is_empty() && *run != "latest");
    let (run_id, report) = match wished {
        Some(id) => {
            let run = load::find(&store, id).await?;
            let of_another = input.feature.as_ref().is_some_and(|name| *name != run.plan.feature);
            if of_another {
                return Err(Refusal::invalid(format!(
                    "run {} is about {}\n  next: leave the feature away, or name one of its runs",
                    short(&run.id),
                    run.plan.feature
                )));
            }
            let report = report_of(&run).ok_or_else(|| without_report(&run))?;
            (run.id, report)
        }
        None => latest(&store, input.feature).await?,
    };
    Ok(Page {
        html: html_for(&report, input.audience),
        run_id,
        feature: report.feature,
        title: report.headline.sentence,
    })
}

/// What judged last is what people forward; where nothing was judged, the last estimates.
async fn latest(store: &Store, feature: Option<String>) -> Result<(String, Report)> {
    for is_judged in [true, false] {
        let filter = RunFilter {
            feature: feature.clone(),
            is_judged,
            limit: if is_judged { 1 } else { MOST_RUNS },
            ..RunFilter::default()
        };
        let runs = store.ledger.runs(filter).await?.items;
        let found = runs.iter().find_map(|run| Some((run.id.clone(), report_of(run)?)));
        if let Some(found) = found {
            return Ok(found);
        }
    }
    Err(match feature {
        Some(feature) => Refusal::not_found(format!(
            "no run of {feature} has a report yet\n  next: karat eval {feature}"
        )),
        None => load::none_yet(),
    })
}

fn report_of(run: &EvalRun) -> Option<Report> {
    Report::deserialize(run.report.as_ref()?).ok()
}

fn without_report(run: &EvalRun) -> anyhow::Error {
    Refusal::conflict(format!(
        "run {} has no report: it goes on, or stopped before its end\n  next: run the same eval again, it goes on where it stopped",
        short(&run.id)
    ))
}
