//! Pure. The verdict in words, and of 100 requests how many are good, for people who have never seen a prompt.

use karat_records::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::report::VariantReport;
use crate::gate::CriterionVerdict;
use crate::gate::describe::{number, plural};
use crate::gate::unit::{Unit, unit};

/// The verdict in words.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Headline {
    /// The variant that it speaks about.
    pub variant: Option<String>,
    /// One sentence or two.
    pub sentence: String,
    /// Of 100 requests, at least so many are good.
    pub good_of_100: Option<u8>,
    /// Of 100 requests, at least so many are not.
    pub bad_of_100: Option<u8>,
}

/// The variant that a report should speak about first: the best that passes, else the most promising, else the least bad.
pub fn choose(variants: &[VariantReport], metric: Option<&str>) -> Option<usize> {
    let rank = |variant: &VariantReport| {
        let verdict = variant.verdict.as_ref().map(|verdict| verdict.verdict);
        let class = match (verdict, variant.is_baseline) {
            (Some(Verdict::Pass), false) => 5,
            (Some(Verdict::Pass), true) => 4,
            (Some(Verdict::Undecided) | None, false) => 3,
            (Some(Verdict::Undecided) | None, true) => 2,
            (Some(Verdict::Fail), false) => 1,
            (Some(Verdict::Fail), true) => 0,
        };
        let lower = metric_of(variant, metric).map_or(0.0, |metric| metric.lower);
        (class, lower)
    };
    (0..variants.len()).max_by(|a, b| {
        let (a, b) = (rank(&variants[*a]), rank(&variants[*b]));
        // Of equals the first in the file: `max_by` keeps the last, so equality counts as greater on the left.
        a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)).then(std::cmp::Ordering::Greater)
    })
}

fn metric_of<'a>(
    variant: &'a VariantReport,
    name: Option<&str>,
) -> Option<&'a super::report::MetricReport> {
    variant.metrics.iter().find(|metric| Some(metric.name.as_str()) == name)
}

/// Says the verdict of the chosen variant.
pub fn headline(variant: Option<&VariantReport>, metric: Option<&str>, about: &str) -> Headline {
    let Some(variant) = variant else {
        return Headline { sentence: "Nothing was judged.".into(), ..Headline::default() };
    };
    let measured = metric_of(variant, metric);
    let of_100 = |rate: f64| (rate * 100.0 + 1e-9).floor().clamp(0.0, 100.0) as u8;
    let bounds = judged_rate(variant, metric)
        .and_then(|judged| Some((judged.lower?, judged.upper?)))
        .or_else(|| {
            measured.filter(|metric| metric.n > 0).map(|metric| (metric.lower, metric.upper))
        });
    let good_of_100 = bounds.map(|(lower, _)| of_100(lower));
    let bad_of_100 = bounds.map(|(_, upper)| of_100(1.0 - upper));
    let sentence = match &variant.verdict {
        None => estimate(variant, measured, about),
        Some(verdict) => match verdict.verdict {
            Verdict::Pass => passed(variant, &verdict.criteria, about),
            Verdict::Fail => failed(variant, &verdict.criteria),
            Verdict::Undecided => undecided(variant, &verdict.criteria, about),
        },
    };
    Headline { variant: Some(variant.name.clone()), sentence, good_of_100, bad_of_100 }
}

fn estimate(
    variant: &VariantReport,
    measured: Option<&super::report::MetricReport>,
    about: &str,
) -> String {
    match measured.and_then(|metric| Some((metric, metric.mean?))) {
        Some((metric, mean)) => format!(
            "{}: {} {:.2} on {} of these {about} (an estimate, between {:.2} and {:.2}).",
            variant.name,
            metric.name,
            mean,
            plural(metric.n, "case"),
            metric.lower,
            metric.upper
        ),
        None => format!("{} answered {}.", variant.name, plural(variant.n_trials, "time")),
    }
}

/// The criterion that judged this metric over all cases, if one did: its bounds are those that count, because they
/// pay for all candidates on the same cases.
pub fn judged_rate<'a>(
    variant: &'a VariantReport,
    metric: Option<&str>,
) -> Option<&'a CriterionVerdict> {
    let metric = metric?;
    variant.verdict.as_ref()?.criteria.iter().find(|criterion| {
        criterion.metric == metric && is_overall_rate(criterion) && what(criterion) == metric
    })
}

/// Whether it demands a share of all cases.
fn is_overall_rate(criterion: &CriterionVerdict) -> bool {
    unit(criterion) == Unit::ShareAtLeast
        && criterion.segment.is_none()
        && criterion.promise_of_100.is_some()
        && !criterion.demand.contains(", where ")
}

/// The first criterion that demands a share of all cases and is not advisory.
pub fn first_rate(criteria: &[CriterionVerdict]) -> Option<&CriterionVerdict> {
    criteria.iter().find(|criterion| is_overall_rate(criterion) && !criterion.advisory)
}

/// What a share is a share of: `right-queue in all of 3 repeats`.
pub fn what(criterion: &CriterionVerdict) -> &str {
    criterion.demand.split(" at least ").next().unwrap_or(&criterion.metric)
}

fn passed(variant: &VariantReport, criteria: &[CriterionVerdict], about: &str) -> String {
    match first_rate(criteria) {
        Some(criterion) => format!(
            "{} passes: we can promise that at least {} of 100 {about} meet {}; the floor is {}.",
            variant.name,
            criterion.promise_of_100.unwrap_or(0),
            what(criterion),
            of_floor(criterion)
        ),
        None => format!("{} passes: it meets all of its criteria.", variant.name),
    }
}

fn of_floor(criterion: &CriterionVerdict) -> String {
    number((criterion.bound * 1000.0).round() / 10.0)
}

fn failed(variant: &VariantReport, criteria: &[CriterionVerdict]) -> String {
    let failing: Vec<&CriterionVerdict> = criteria
        .iter()
        .filter(|criterion| criterion.verdict == Verdict::Fail && !criterion.advisory)
        .collect();
    let Some(first) = failing.first() else { return format!("{} fails.", variant.name) };
    let more = match failing.len() {
        1 => String::new(),
        n => format!(
            ", and {} more",
            plural(n as u64 - 1, "criterion").replace("criterions", "criteria")
        ),
    };
    format!("{} fails {}: {}{more}.", variant.name, named(first), measured_words(first))
}

/// A criterion's name with its segment.
pub fn named(criterion: &CriterionVerdict) -> String {
    match &criterion.segment {
        Some(segment) => format!("{} ({segment})", criterion.name),
        None => criterion.name.clone(),
    }
}

/// What was measured, in words.
fn measured_words(criterion: &CriterionVerdict) -> String {
    let value = |value: f64| unit(criterion).amount(value);
    match (criterion.method.as_str(), criterion.estimate, criterion.lower, criterion.upper) {
        ("exact count", _, _, _) => criterion.note.clone().unwrap_or_default(),
        (_, Some(estimate), Some(lower), Some(upper)) => format!(
            "{} on {} (between {} and {}), where {} is demanded",
            value(estimate),
            plural(criterion.n, "case"),
            value(lower),
            value(upper),
            criterion.demand
        ),
        (_, Some(estimate), _, _) => format!(
            "{} on {}, where {} is demanded",
            value(estimate),
            plural(criterion.n, "case"),
            criterion.demand
        ),
        _ => criterion.note.clone().unwrap_or_default(),
    }
}

fn undecided(variant: &VariantReport, criteria: &[CriterionVerdict], about: &str) -> String {
    let open: Vec<&CriterionVerdict> = criteria
        .iter()
        .filter(|criterion| criterion.verdict == Verdict::Undecided && !criterion.advisory)
        .collect();
    let promise = first_rate(criteria).map(|criterion| {
        let of_100 = criterion.promise_of_100.unwrap_or(0);
        format!(
            " Today we can promise that at least {of_100} of 100 {about} meet {}; the floor is {}.",
            what(criterion),
            of_floor(criterion)
        )
    });
    let open_names: Vec<String> = open.iter().take(3).map(|criterion| named(criterion)).collect();
    let rest = open.len().saturating_sub(3);
    let more = if rest > 0 { format!(" and {rest} more") } else { String::new() };
    format!(
        "{} is not yet decided.{} Open: {}{more}.",
        variant.name,
        promise.unwrap_or_default(),
        open_names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use karat_records::Verdict;

    use super::*;
    use crate::reports::fixtures;

    #[test]
    fn a_limit_on_the_wait_is_never_said_as_a_floor_of_a_hundred() {
        let mut report = fixtures::undecided();
        let verdict = report.variants[1].verdict.as_mut().unwrap();
        verdict.criteria.retain(|criterion| criterion.name == "fast");
        let said = headline(Some(&report.variants[1]), Some("right-queue"), "support tickets");
        assert_eq!(said.sentence, "steady-b is not yet decided. Open: fast.");
    }

    #[test]
    fn the_dots_promise_what_the_sentence_promises() {
        let report = fixtures::undecided();
        let judged = judged_rate(&report.variants[1], Some("right-queue")).unwrap();
        assert_eq!(report.headline.good_of_100, judged.promise_of_100);
        assert!(report.headline.sentence.contains("at least 82 of 100"));
        assert_eq!(report.headline.bad_of_100, Some(9));
    }

    #[test]
    fn a_share_of_repeats_is_said_as_one() {
        let mut report = fixtures::undecided();
        let verdict = report.variants[1].verdict.as_mut().unwrap();
        verdict.criteria.retain(|criterion| criterion.name == "consistent");
        verdict.verdict = Verdict::Undecided;
        let said = headline(Some(&report.variants[1]), Some("right-queue"), "support tickets");
        assert!(said.sentence.contains("meet right-queue in all of 3 repeats; the floor is 75."));
    }
}
