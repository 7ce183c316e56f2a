//! Pure. Every criterion of the headline's variant as a small picture: interval as a bar, value as a point, floor as a tick.

use std::fmt::Write as _;

use karat_records::Verdict;

use super::class;
use super::text::{block_of, mark, name, prose};
use crate::evals::report::Report;
use crate::gate::CriterionVerdict;
use crate::gate::describe::number;
use crate::gate::unit::{Unit, unit};
use crate::reports::clean::line;
use crate::reports::measured::{n, promise, remarks, value};

/// Width of a picture in its own units.
const WIDTH: f64 = 200.0;

/// Room beside the axis, so that a point at its end is whole.
const MARGIN: f64 = 6.0;

/// The scorecard, what fails first; nothing where nothing was judged.
pub fn scorecard(report: &Report) -> String {
    let Some(variant) = report.headline_variant() else { return String::new() };
    let Some(verdict) = variant.verdict.as_ref().filter(|verdict| !verdict.criteria.is_empty())
    else {
        return String::new();
    };
    let mut criteria: Vec<&CriterionVerdict> = verdict.criteria.iter().collect();
    criteria.sort_by_key(|criterion| {
        let rank = match criterion.verdict {
            Verdict::Fail => 0,
            Verdict::Undecided => 1,
            Verdict::Pass => 2,
        };
        (criterion.advisory, rank)
    });
    let from = least_share(&criteria);
    let mut body = String::from("<ul class=\"score\">\n");
    for criterion in criteria {
        body.push_str(&item(criterion, from));
    }
    let _ = write!(
        body,
        "</ul>\n<p class=\"small\">Bar: interval. Point: what was measured. Tick: floor or limit. Shares that should be large are drawn from {} to 1.</p>\n",
        number(from)
    );
    block_of(&format!("The criteria of {}", name(&variant.name)), &body)
}

/// Where the common axis of all large shares begins, so that their pictures can be compared.
fn least_share(criteria: &[&CriterionVerdict]) -> f64 {
    let least = criteria
        .iter()
        .filter(|criterion| unit(criterion) == Unit::ShareAtLeast)
        .map(|criterion| criterion.lower.unwrap_or(1.0).min(criterion.bound))
        .fold(0.9, f64::min);
    ((least - 0.02) * 10.0).floor().clamp(0.0, 9.0) / 10.0
}

fn item(criterion: &CriterionVerdict, from: f64) -> String {
    let segment = criterion
        .segment
        .as_ref()
        .map(|segment| format!(" <span class=\"soft\">{}</span>", name(segment)))
        .unwrap_or_default();
    let said = promise(criterion).map(|promise| match criterion.verdict {
        Verdict::Pass => format!("We can promise {}", prose(&promise)),
        Verdict::Fail | Verdict::Undecided => format!("Today we can promise {}", prose(&promise)),
    });
    let said = match (said, unit(criterion), criterion.estimate) {
        (_, Unit::Gain, _) => promise(criterion).map(|promise| capital(&promise)),
        (_, Unit::Count, Some(_)) => Some(value(criterion)),
        (said, ..) => said,
    };
    let mut small = Vec::new();
    if unit(criterion) != Unit::Count {
        small.push(value(criterion));
    }
    small.push(n(criterion));
    small.extend(remarks(criterion).iter().map(|remark| prose(remark)));
    format!(
        "<li>\n<div class=\"what\">{}<b>{}</b>{segment}<small>{}</small></div>\n{}\n<div class=\"say\">{}<small>{}</small></div>\n</li>\n",
        mark(criterion.verdict),
        name(&criterion.name),
        prose(&criterion.demand),
        picture(criterion, from),
        said.unwrap_or_else(|| "Nothing can be said yet".into()),
        small.join(" · ")
    )
}

fn capital(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}

/// Ends of the axis in the criterion's unit.
fn axis(criterion: &CriterionVerdict, from: f64) -> (f64, f64) {
    let known = [criterion.estimate, criterion.lower, criterion.upper];
    let values = || known.into_iter().flatten().filter(|value| value.is_finite());
    let most = values().fold(criterion.bound, f64::max);
    let least = values().fold(criterion.bound, f64::min);
    match unit(criterion) {
        Unit::ShareAtLeast => (from, 1.0),
        Unit::ShareAtMost => (0.0, (most * 1.25).min(1.0)),
        Unit::Gain => (least.min(0.0) - 0.02, most + 0.02),
        Unit::Milliseconds | Unit::Usd | Unit::Count => (0.0, most * 1.25),
    }
}

/// The picture, in whole words for those who hear the page; empty where a count says it all.
fn picture(criterion: &CriterionVerdict, from: f64) -> String {
    let Some(estimate) = criterion.estimate.filter(|_| unit(criterion) != Unit::Count) else {
        return "<div class=\"picture\"></div>".into();
    };
    let (least, most) = axis(criterion, from);
    let span = (most - least).max(f64::MIN_POSITIVE);
    let at = |value: f64| {
        let share = ((value - least) / span).clamp(0.0, 1.0);
        number(((MARGIN + share * (WIDTH - 2.0 * MARGIN)) * 10.0).round() / 10.0)
    };
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
    let (lower, upper) = (finite(criterion.lower), finite(criterion.upper));
    // Where an end is unknown the bar runs on to the end of the axis, dotted.
    let is_whole = lower.is_some() && upper.is_some();
    format!(
        "<svg class=\"picture {}\" viewBox=\"0 0 {WIDTH} 24\" role=\"img\" aria-label=\"{}, {}, {} {}\"><path d=\"M0 12H{WIDTH}\" class=\"axis\"/><path d=\"M{} 12H{}\" class=\"{}\"/><path d=\"M{tick} 2V22\" class=\"tick\"/><circle cx=\"{}\" cy=\"12\" r=\"4.5\" fill=\"currentColor\"/></svg>",
        class(criterion.verdict),
        prose(&value(criterion)),
        n(criterion),
        unit(criterion).bound_word().trim_start_matches("the "),
        prose(&line(&unit(criterion).amount(criterion.bound))),
        at(lower.unwrap_or(least)),
        at(upper.unwrap_or(most)),
        if is_whole { "bar" } else { "bar unknown" },
        at(estimate),
        tick = at(criterion.bound),
    )
}
