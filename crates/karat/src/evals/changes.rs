//! The operation `runs.changes`: two runs or variants on the same cases, as a whole, by group and case by case.

use std::sync::Arc;

use anyhow::Result;
use karat_records::Scope;
use karat_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer_rows::page;
use super::answers::{filters, note, read_cursor};
use super::load::{self, Loaded};
use super::pairing::{self, ChangeRow, Pair, SegmentDifference, Side};
use super::runs::{cases_by_id, metric_of};
use super::unknowns::short;
use crate::app::{App, Refusal};
use crate::datasets::looks;
use crate::gate::compare::{self, Comparison};
use crate::gate::describe::{number, plural};
use crate::project::problem::suggestion;

/// What to compare, and which cases to show.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AskChanges {
    /// A run, or a variant of `run`.
    pub first: String,
    /// Another one.
    pub second: String,
    /// By which scorer; the primary metric where absent.
    pub metric: Option<String>,
    /// The run whose variants are compared; the latest where absent.
    pub run: Option<String>,
    /// Which variant, where two runs are compared that have several in common.
    pub variant: Option<String>,
    /// Only cases whose field has the `value`, for example `metadata.segment`, or `tag`.
    pub field: Option<String>,
    /// What the `field` must be.
    pub value: Option<String>,
    /// Which cases to show; those that changed where absent.
    pub only: Only,
    /// At most so many cases; 50 where absent.
    pub limit: Option<u64>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
    /// Show held-out cases as well; needs the role editor, and each look is written down.
    pub reveal_held_out: bool,
}

/// Which cases to show.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Only {
    /// Those that changed, the worst regression first.
    #[default]
    Changed,
    /// Those that became worse, the worst first.
    Worse,
    /// Those that became better, the best first.
    Better,
    /// All, the worst regression first.
    All,
}

/// Two sides on the cases that both answered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Changes {
    /// What was compared, in words.
    pub title: String,
    /// The paired comparison.
    pub comparison: Comparison,
    /// Cases on which the second is better.
    pub wins: u64,
    /// Cases on which both are the same.
    pub ties: u64,
    /// Cases on which the second is worse.
    pub losses: u64,
    /// The difference within each group.
    pub segments: Vec<SegmentDifference>,
    /// How the intervals are to be read, and what else should be known.
    pub note: String,
    /// Cases of this page.
    pub cases: Vec<ChangeRow>,
    /// Cases that match, on all pages together.
    pub n: u64,
    /// Held-out cases that are not shown one by one.
    pub n_hidden: u64,
    /// Where the next page begins.
    pub next: Option<String>,
    /// True where the cases are held out: who tunes on them needs fresh ones.
    pub is_held_out: bool,
    /// What both cost, in words.
    pub cost: Option<String>,
    /// How long both take, in words.
    pub latency: Option<String>,
}

/// Two loaded runs with the variant of each; both may be the same run.
struct Sides {
    first: (Arc<Loaded>, String),
    second: (Arc<Loaded>, String),
    title: String,
    note: Option<String>,
}

/// Compares two runs or variants, paired.
pub async fn changes(app: App, input: AskChanges) -> Result<Changes> {
    let after = input.cursor.as_deref().map(read_cursor).transpose()?;
    let filters = match (input.field.as_deref(), input.value.as_deref()) {
        (Some("tag"), Some(tag)) => filters(Some(tag), None, None)?,
        (field, value) => filters(None, field, value)?,
    };
    if input.reveal_held_out {
        looks::check(&app)?;
    }
    let Some(store) = app.existing_store()? else { return Err(load::none_yet()) };
    let sides = sides(&app, &store, &input).await?;
    let metric = metric_of(&sides.second.0, input.metric.as_deref())?;
    let (first, second) = (side(&sides.first, &metric)?, side(&sides.second, &metric)?);
    let feature = &second.loaded.run.plan.feature;
    let cases = cases_by_id(&app, feature);
    let mut pairs = pairing::pairs(first, second, &cases);
    pairs.retain(|pair| {
        filters.iter().all(|filter| pair.case.is_some_and(|case| filter.matches(case)))
    });
    let alpha = app.project().map_or(0.05, |project| project.alpha());
    let outcomes = pairing::outcomes(&pairs, first, second, &metric);
    let comparison = compare::compare(&outcomes, &[(0, 1)], &metric, alpha).pop();
    let Some(comparison) = comparison else {
        return Err(Refusal::invalid(
            "no case was answered by both\n  next: compare runs on the same cases, or take the filter away",
        ));
    };
    let judged = judged_fields(&app, feature);
    let fields = pairing::fields_of(pairs.iter().filter_map(|pair| pair.case), &judged);
    let segments = pairing::segments(&pairs, &fields, alpha);
    let count =
        |is: &dyn Fn(&Pair<'_>) -> bool| pairs.iter().filter(|pair| is(pair)).count() as u64;
    let wins = count(&|pair| pair.is_changed() && pair.difference() > 0.0);
    let losses = count(&|pair| pair.is_changed() && pair.difference() < 0.0);
    let names = (first.variant, second.variant);
    let names = if names.0 == names.1 { ("the first", "the second") } else { names };
    let is_held_out =
        [first, second].iter().any(|side| side.loaded.run.plan.scope == Scope::HeldOut);
    let mut answer = Changes {
        title: sides.title.clone(),
        wins,
        ties: comparison.n - wins - losses,
        losses,
        note: note_on(&segments, alpha, sides.note.as_deref()),
        segments,
        cost: pairing::cost_words(&pairs, names),
        latency: pairing::latency_words(&pairs, names),
        comparison,
        cases: Vec::new(),
        n: 0,
        n_hidden: 0,
        next: None,
        is_held_out,
    };
    let sign = if input.only == Only::Better { -1.0 } else { 1.0 };
    pairs.retain(|pair| {
        if !input.reveal_held_out && (is_held_out || pair.is_held_out()) {
            answer.n_hidden += 1;
            return false;
        }
        match input.only {
            Only::All => true,
            Only::Changed => pair.is_changed(),
            Only::Worse => pair.is_changed() && pair.difference() < 0.0,
            Only::Better => pair.is_changed() && pair.difference() > 0.0,
        }
    });
    answer.n = pairs.len() as u64;
    let limit = input.limit.unwrap_or(50).clamp(1, 500) as usize;
    let (shown, next) =
        page(pairs, |pair| (sign * pair.difference(), pair.case_id, ""), after.as_ref(), limit);
    let n_seen: usize = shown
        .iter()
        .filter(|pair| is_held_out || pair.is_held_out())
        .map(|pair| pair.first.len() + pair.second.len())
        .sum();
    let run = &second.loaded.run;
    note(&app, &run.plan.dataset.name, &run.id, n_seen as u64).await?;
    answer.cases = shown.iter().map(|pair| pair.shown(first, second)).collect();
    answer.next = next;
    Ok(answer)
}

fn side<'a>(side: &'a (Arc<Loaded>, String), metric: &str) -> Result<Side<'a>> {
    let names: Vec<&str> =
        side.0.run.plan.scorers.iter().map(|scorer| scorer.name.as_str()).collect();
    let scorer = names.iter().position(|name| *name == metric).ok_or_else(|| {
        Refusal::invalid(format!(
            "run {} has no scorer {metric}\n  next: {}",
            short(&side.0.run.id),
            suggestion(metric, names.clone())
        ))
    })?;
    Ok(Side { loaded: &side.0, variant: &side.1, scorer })
}

/// Why the report of a run with more pairs shows another interval for this one.
fn more_pairs(loaded: &Loaded) -> Option<String> {
    let report = loaded.run.report.as_ref()?;
    let n = report["comparisons"].as_array().map_or(0, Vec::len);
    (n > 1).then(|| {
        format!("This pair is looked at alone; the run's page holds its {n} pairs all together, so each interval is wider there.")
    })
}

/// Fields by which a criterion of the feature judges apart.
fn judged_fields(app: &App, feature: &str) -> Vec<String> {
    let Ok(project) = app.project() else { return Vec::new() };
    let criteria = project.feature(feature).map_or(&[][..], |feature| &feature.mvq);
    let mut fields: Vec<String> =
        criteria.iter().filter_map(|criterion| criterion.each.clone()).collect();
    fields.dedup();
    fields
}

fn note_on(segments: &[SegmentDifference], alpha: f64, more: Option<&str>) -> String {
    let confidence = number((1.0 - alpha) * 100.0);
    let mut says = match segments.len() {
        0 => format!("The interval holds with {confidence} of 100 certainty."),
        1 => format!("Each interval holds with {confidence} of 100 certainty."),
        n => format!(
            "The intervals of the {} hold all together with {confidence} of 100 certainty, so each is wider than it would be alone.",
            plural(n as u64, "group")
        ),
    };
    says.push_str(" Cases are the unit; repeats of a case count once.");
    if let Some(more) = more {
        says.push(' ');
        says.push_str(more);
    }
    says
}

/// Two variants of one run, or one variant of two runs.
async fn sides(app: &App, store: &Store, input: &AskChanges) -> Result<Sides> {
    let of = app.shelf.load(store, input.run.as_deref().unwrap_or("latest")).await?;
    let names: Vec<&str> =
        of.run.plan.variants.iter().map(|variant| variant.name.as_str()).collect();
    let is_variant = |name: &str| names.contains(&name);
    if is_variant(&input.first) && is_variant(&input.second) {
        let title = format!("{} and {} in run {}", input.first, input.second, short(&of.run.id));
        return Ok(Sides {
            first: (Arc::clone(&of), input.first.clone()),
            second: (Arc::clone(&of), input.second.clone()),
            title,
            note: more_pairs(&of),
        });
    }
    if input.run.is_some() || is_variant(&input.first) != is_variant(&input.second) {
        let odd = if is_variant(&input.first) { &input.second } else { &input.first };
        return Err(Refusal::not_found(format!(
            "run {} has no variant {odd}\n  next: {}",
            short(&of.run.id),
            suggestion(odd, names.clone())
        )));
    }
    let first = app.shelf.load(store, &input.first).await?;
    let second = app.shelf.load(store, &input.second).await?;
    let variant = variant_of(&first, &second, input.variant.as_deref())?;
    let note = (first.run.plan.dataset.hash != second.run.plan.dataset.hash).then(|| {
        "The cases changed between these runs; only those that both answered are compared, by their ids.".to_owned()
    });
    Ok(Sides {
        title: format!(
            "{variant} in run {} and in run {}",
            short(&first.run.id),
            short(&second.run.id)
        ),
        first: (first, variant.clone()),
        second: (second, variant),
        note,
    })
}

/// The variant to follow from one run to the other: the one that was asked for, else that of the headline, else the first.
fn variant_of(first: &Loaded, second: &Loaded, wished: Option<&str>) -> Result<String> {
    let shared: Vec<&str> = first
        .run
        .plan
        .variants
        .iter()
        .map(|variant| variant.name.as_str())
        .filter(|name| second.run.plan.variants.iter().any(|variant| variant.name == *name))
        .collect();
    if let Some(wished) = wished {
        return if shared.contains(&wished) {
            Ok(wished.to_owned())
        } else {
            Err(Refusal::not_found(format!(
                "these runs have no variant {wished} in common\n  next: {}",
                suggestion(wished, shared.clone())
            )))
        };
    }
    let headline = second
        .run
        .report
        .as_ref()
        .and_then(|report| report["headline"]["variant"].as_str())
        .filter(|name| shared.contains(name));
    headline.or(shared.first().copied()).map(str::to_owned).ok_or_else(|| {
        Refusal::invalid(
            "these runs have no variant in common\n  next: name two variants of one run instead",
        )
    })
}
