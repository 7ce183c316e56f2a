//! The operation `runs.answers`: page through the answers of a run.

use anyhow::Result;
use karat_records::Scope;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer_rows::{AnswerRow, Cursor, Sort, Wanted, answer_page, rows};
use super::load;
use super::runs::{RunSummary, cases_by_id, metric_of, summary};
use super::unknowns::short;
use crate::app::{App, Refusal};
use crate::datasets::looks::{self, Seeing};
use crate::project::Filter;

/// Which answers to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AskAnswers {
    /// An id, the beginning of one, or `latest`.
    pub run: String,
    /// Only answers of this variant.
    pub variant: Option<String>,
    /// Only answers without full marks by the primary metric.
    pub failed: bool,
    /// Only cases with this tag.
    pub tag: Option<String>,
    /// Only cases whose field has the `value`, for example `metadata.segment`.
    pub field: Option<String>,
    /// What the `field` must be.
    pub value: Option<String>,
    /// Only where this stands in the case or the answers, whatever its case.
    pub text: Option<String>,
    /// In which order; the worst first where absent.
    pub sort: Sort,
    /// At most so many rows; 50 where absent.
    pub limit: Option<u64>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// Show answers to held-out cases as well; needs the role editor, and each look is written down.
    pub reveal_held_out: bool,
}

/// A page of answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct AnswerPage {
    /// The run in a line.
    pub run: RunSummary,
    /// One row for each case and variant.
    pub cases: Vec<AnswerRow>,
    /// Rows that match, on all pages together.
    pub n: u64,
    /// Rows about held-out cases that are not shown, whether they match or not.
    pub n_hidden: u64,
    /// Where the next page begins.
    pub next: Option<String>,
    /// True where the run's cases are held out: who tunes on them needs fresh ones.
    pub is_held_out: bool,
    /// The run's scorers; the rows' `mean` is by `metric`.
    pub scorers: Vec<String>,
    /// The scorer that says what a success is.
    pub metric: Option<String>,
}

/// Shows a page of a run's answers; the repeats of a case by one variant stand in one row.
pub async fn answers(app: App, input: AskAnswers) -> Result<AnswerPage> {
    let after = input.cursor.as_deref().map(read_cursor).transpose()?;
    let wanted = Wanted {
        filters: filters(input.tag.as_deref(), input.field.as_deref(), input.value.as_deref())?,
        variant: input.variant,
        failed: input.failed,
        text: input.text.filter(|text| !text.is_empty()),
    };
    if input.reveal_held_out {
        looks::check(&app)?;
    }
    let Some(store) = app.existing_store()? else { return Err(load::none_yet()) };
    let loaded = app.shelf.load(&store, &input.run).await?;
    let plan = &loaded.run.plan;
    let cases = cases_by_id(&app, &plan.feature);
    let metric = metric_of(&loaded, None).ok();
    let scorer = plan.scorers.iter().position(|scorer| Some(&scorer.name) == metric.as_ref());
    let is_held_out = plan.scope == Scope::HeldOut;
    let needle = wanted.text.as_ref().map(|text| text.to_lowercase());
    let mut n_hidden = 0;
    let mut matching = rows(&loaded, &cases, scorer);
    matching.retain(|row| {
        if !input.reveal_held_out && (is_held_out || row.is_held_out()) {
            n_hidden += 1;
            return false;
        }
        row.is_wanted(&wanted, needle.as_deref())
    });
    let n = matching.len() as u64;
    let limit = input.limit.unwrap_or(50).clamp(1, 500) as usize;
    let (page, next) = answer_page(matching, input.sort, after.as_ref(), limit);
    let n_seen: usize = page
        .iter()
        .filter(|row| is_held_out || row.is_held_out())
        .map(|row| row.trials.len())
        .sum();
    note(&app, &plan.dataset.name, &loaded.run.id, n_seen as u64).await?;
    Ok(AnswerPage {
        run: summary(&loaded.run),
        cases: page.iter().map(|row| row.shown(&loaded)).collect(),
        n,
        n_hidden,
        next,
        is_held_out,
        scorers: plan.scorers.iter().map(|scorer| scorer.name.clone()).collect(),
        metric,
    })
}

/// Writes down that single answers to held-out cases are about to be shown; nothing where there are none.
pub async fn note(app: &App, dataset: &str, run_id: &str, n: u64) -> Result<()> {
    if n == 0 {
        return Ok(());
    }
    let what = format!("answers of run {}", short(run_id));
    looks::note(app, Seeing { dataset, what: &what, run_id: Some(run_id), n }).await
}

/// The filters by tag and by field.
pub fn filters(tag: Option<&str>, field: Option<&str>, value: Option<&str>) -> Result<Vec<Filter>> {
    let mut filters: Vec<Filter> = tag.map(|tag| Filter::Tag(tag.to_owned())).into_iter().collect();
    match (field, value) {
        (None, None) => {}
        (Some(field), Some(value)) => {
            let filter = Filter::parse(&format!("{field}={value}")).ok_or_else(|| {
                Refusal::invalid(format!(
                    "{field} is no field of a case\n  next: write metadata.FIELD, input.FIELD or expected.FIELD"
                ))
            })?;
            filters.push(filter);
        }
        _ => {
            return Err(Refusal::invalid(
                "field and value go together\n  next: give both, for example field = metadata.segment and value = app",
            ));
        }
    }
    Ok(filters)
}

/// Reads a cursor, or refuses one that no page gave.
pub fn read_cursor(text: &str) -> Result<Cursor> {
    Cursor::parse(text).ok_or_else(|| {
        Refusal::invalid("the cursor is not the next of an earlier page\n  next: leave it away to begin with the first page")
    })
}
