//! Pure. What can be done about a verdict that is undecided: label more, promise less, narrow the cases, or stop.

use karat_records::Verdict;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::address::of_feature;
use crate::evals::headline::{first_rate, named, what};
use crate::evals::report::{Report, VariantReport};
use crate::gate::describe::{count, group, number, plural};
use crate::gate::judge::{CriterionVerdict, Question};
use crate::gate::less::{largest_floor, parts_that_pass};
use crate::gate::unit::unit;
use crate::gate::{Outcomes, VariantOutcomes, VariantVerdict};
use crate::project::{Bound, Criterion, Filter, Metric};

/// Parts of the cases that are offered at most.
const MOST_PARTS: usize = 2;

/// One thing that can be done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Offer {
    /// What it is.
    pub kind: OfferKind,
    /// In a few words.
    pub title: String,
    /// Why it would help, or what it costs.
    pub why: String,
    /// Where in the application it is done.
    pub page: String,
    /// The amendment, where it is one.
    pub amend: Option<Amend>,
}

/// What an offer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OfferKind {
    /// More held-out cases.
    Label,
    /// A lower floor.
    PromiseLess,
    /// Fewer cases.
    Narrow,
    /// Leave it.
    Stop,
}

/// A criterion with another floor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Amend {
    /// The criterion's name.
    pub criterion: String,
    /// Its floor.
    pub min: f64,
}

/// What can be promised today, in a sentence; nothing where no share is demanded.
pub fn promise(report: &Report, variant: &VariantReport) -> Option<String> {
    let criterion = first_rate(&variant.verdict.as_ref()?.criteria)?;
    Some(format!(
        "Today we can promise that at least {} of 100 {} meet {} with {}; {} are demanded.",
        criterion.promise_of_100?,
        report.about,
        what(criterion),
        variant.name,
        number((criterion.bound * 1000.0).round() / 10.0)
    ))
}

/// The variant that offers are about: that of the headline, else the first that is undecided.
pub fn undecided(report: &Report) -> Option<&VariantReport> {
    if report.verdict != Some(Verdict::Undecided) {
        return None;
    }
    let is_undecided = |variant: &&VariantReport| {
        variant.verdict.as_ref().is_some_and(|verdict| verdict.verdict == Verdict::Undecided)
    };
    report
        .headline_variant()
        .filter(is_undecided)
        .or_else(|| report.variants.iter().find(|variant| is_undecided(variant)))
}

/// What was measured, and what was demanded of it.
#[derive(Clone, Copy, Debug)]
pub struct Grounds<'a> {
    /// The report that is undecided.
    pub report: &'a Report,
    /// Everything that its run measured.
    pub outcomes: &'a Outcomes,
    /// The criteria as they were judged.
    pub criteria: &'a [Criterion],
    /// Fields by which the cases fall into a few parts.
    pub fields: &'a [String],
}

/// The offers for an undecided report, in the order in which they are to be thought about; none for any other.
pub fn offers(grounds: Grounds<'_>) -> Vec<Offer> {
    let Some(variant) = undecided(grounds.report) else { return Vec::new() };
    let Some(verdict) = &variant.verdict else { return Vec::new() };
    let open = open(verdict);
    let mut offers: Vec<Offer> = label_of(grounds.report, variant).into_iter().collect();
    if let Some(own) = grounds.outcomes.variant(&variant.name) {
        let question = Question {
            criteria: grounds.criteria,
            alpha: 1.0 - grounds.report.confidence,
            candidate: verdict.candidate,
            baseline: grounds
                .report
                .baseline
                .as_ref()
                .and_then(|name| grounds.outcomes.variant(name)),
        };
        offers.extend(promise_less(grounds, own, &open, question));
        offers.extend(narrow(grounds, own, question));
    }
    offers.push(stop(grounds.report, variant));
    offers
}

/// What is undecided and counts.
fn open(verdict: &VariantVerdict) -> Vec<&CriterionVerdict> {
    let is_open = |criterion: &&CriterionVerdict| {
        criterion.verdict == Verdict::Undecided && !criterion.advisory
    };
    verdict.criteria.iter().filter(is_open).collect()
}

/// How many more cases would decide; nothing where no number of them is known to.
pub fn label_of(report: &Report, variant: &VariantReport) -> Option<Offer> {
    // What takes the most cases decides how many are needed.
    let slowest = open(variant.verdict.as_ref()?)
        .into_iter()
        .filter(|criterion| criterion.more.is_some())
        .max_by_key(|criterion| {
            criterion.more.and_then(|more| more.expected).unwrap_or(u64::MAX)
        })?;
    let more = slowest.more?;
    let expected = more.expected?;
    let range = match (more.soonest, more.latest) {
        (Some(soonest), Some(latest)) => format!(" ({} to {})", count(soonest), count(latest)),
        (Some(soonest), None) => format!(" ({} or more)", count(soonest)),
        _ => String::new(),
    };
    let word = if report.n_held_out > 0 { "held-out case" } else { "case" };
    Some(Offer {
        kind: OfferKind::Label,
        title: format!("Label {} more {word}s", count(expected)),
        why: format!(
            "If they are like those so far, about {} more{range} decide {} of {}, toward {}.",
            count(expected),
            named(slowest),
            variant.name,
            more.toward
        ),
        page: of_feature("/label", &report.feature),
        amend: None,
    })
}

/// A floor that would pass, for each open criterion that has one; with several open none alone passes the whole.
fn promise_less(
    grounds: Grounds<'_>,
    variant: &VariantOutcomes,
    open: &[&CriterionVerdict],
    question: Question<'_>,
) -> Vec<Offer> {
    let mut names: Vec<&str> = open.iter().map(|criterion| criterion.name.as_str()).collect();
    names.dedup();
    let is_only = names.len() == 1;
    names
        .into_iter()
        .filter_map(|name| {
            let criterion = grounds.criteria.iter().find(|criterion| criterion.name == name)?;
            let Bound::Min(present) = criterion.bound else { return None };
            let floor = largest_floor(grounds.outcomes, variant, criterion, question)?;
            let effect = if is_only {
                "passes today".to_owned()
            } else {
                format!("settles {name} today, but not the others that are open")
            };
            Some(Offer {
                kind: OfferKind::PromiseLess,
                title: format!("Promise {} instead of {}", number(floor), number(present)),
                why: format!(
                    "The largest floor of {name} that {effect}. It shows as an amendment with every later verdict."
                ),
                page: of_feature("/gate", &grounds.report.feature),
                amend: Some(Amend { criterion: name.to_owned(), min: floor }),
            })
        })
        .collect()
}

fn narrow(grounds: Grounds<'_>, variant: &VariantOutcomes, question: Question<'_>) -> Vec<Offer> {
    let filters = filters(grounds.outcomes, grounds.fields);
    let parts = parts_that_pass(grounds.outcomes, variant, &filters, question);
    parts
        .into_iter()
        .take(MOST_PARTS)
        .map(|part| {
            let filter = part.filter.to_string();
            let promised = first_rate(&part.verdict.criteria)
                .and_then(|criterion| Some((criterion, criterion.promise_of_100?)))
                .map(|(criterion, of_100)| {
                    format!(": at least {of_100} of 100 meet {}", what(criterion))
                })
                .unwrap_or_default();
            Offer {
                kind: OfferKind::Narrow,
                title: format!("Answer only {} with it", group(&filter)),
                why: format!(
                    "It passes on these {} alone{promised}, after paying for the {} that were looked at. Write where = \"{filter}\" into the criteria; it shows as an amendment.",
                    plural(part.n, "case"),
                    plural(filters.len() as u64, "part")
                ),
                page: of_feature("/gate", &grounds.report.feature),
                amend: None,
            }
        })
        .collect()
}

/// One filter for each tag and each value of these fields.
fn filters(outcomes: &Outcomes, fields: &[String]) -> Vec<Filter> {
    let mut filters: Vec<Filter> = Vec::new();
    let mut add = |filter: Filter| {
        if !filters.contains(&filter) {
            filters.push(filter);
        }
    };
    for case in &outcomes.cases {
        for tag in &case.tags {
            add(Filter::Tag(tag.clone()));
        }
        for field in fields {
            if let Some(value) = case.field(field).filter(|value| !value.is_null()) {
                let words = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                add(Filter::Field(field.clone(), words));
            }
        }
    }
    filters
}

fn stop(report: &Report, variant: &VariantReport) -> Offer {
    let keeps = report
        .baseline
        .as_ref()
        .filter(|baseline| **baseline != variant.name)
        .map_or_else(String::new, |baseline| format!(" and keep {baseline}"));
    Offer {
        kind: OfferKind::Stop,
        title: format!("Stop{keeps}"),
        why: "Nothing is lost: runs, cases and labels stay, and a better model can be judged on the same criteria later.".into(),
        page: "/bet".into(),
        amend: None,
    }
}

/// Whether a criterion's bound is a floor that can be amended here.
pub fn can_amend(criterion: &Criterion) -> bool {
    matches!((&criterion.bound, &criterion.metric), (Bound::Min(_), Metric::Scorer(_)))
}

/// A criterion's bound as a number: a rate, milliseconds, US dollars, a count or a gain.
pub fn bound_of(criterion: &Criterion) -> f64 {
    match criterion.bound {
        Bound::Min(value) | Bound::Max(value) | Bound::BetterThanBaselineBy(value) => value,
        Bound::Failures(most) => most as f64,
    }
}

/// Where a verdict stands on its way to the bound, for a line of history.
pub fn headline_criterion(variant: &VariantReport) -> Option<&CriterionVerdict> {
    let criteria = &variant.verdict.as_ref()?.criteria;
    first_rate(criteria).or_else(|| {
        criteria.iter().find(|criterion| {
            !criterion.advisory && unit(criterion) != crate::gate::unit::Unit::Count
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::fixtures;

    /// The undecided report without the criteria that are too close to their floors.
    fn decidable() -> Report {
        let mut report = fixtures::undecided();
        for variant in &mut report.variants {
            if let Some(verdict) = &mut variant.verdict {
                verdict.criteria.retain(|criterion| criterion.name == "fast");
            }
        }
        report
    }

    fn kinds(report: &Report) -> Vec<OfferKind> {
        let grounds =
            Grounds { report, outcomes: &Outcomes::default(), criteria: &[], fields: &[] };
        offers(grounds).into_iter().map(|offer| offer.kind).collect()
    }

    #[test]
    fn only_an_undecided_verdict_has_offers_and_stopping_is_the_last() {
        assert_eq!(kinds(&decidable()), [OfferKind::Label, OfferKind::Stop]);
        assert!(kinds(&fixtures::pass()).is_empty());
        assert!(kinds(&fixtures::fail()).is_empty());
        assert!(kinds(&fixtures::tuning()).is_empty());
    }

    #[test]
    fn more_cases_are_offered_only_where_a_number_of_them_would_decide() {
        let mut report = decidable();
        let name = undecided(&report).unwrap().name.clone();
        let label = label_of(&report, undecided(&report).unwrap()).unwrap();
        assert!(label.title.starts_with("Label ") && label.page.starts_with("/label?feature="));
        for variant in report.variants.iter_mut().filter(|variant| variant.name == name) {
            for criterion in &mut variant.verdict.as_mut().unwrap().criteria {
                if let Some(more) = &mut criterion.more {
                    more.expected = None;
                }
            }
        }
        assert_eq!(kinds(&report), [OfferKind::Stop]);
        // One criterion that is too close to its floor is enough: more cases do not decide the whole.
        assert_eq!(kinds(&fixtures::undecided()), [OfferKind::Stop]);
    }

    #[test]
    fn the_promise_is_a_frequency_beside_what_is_demanded() {
        let report = fixtures::undecided();
        let says = promise(&report, undecided(&report).unwrap()).unwrap();
        assert!(says.starts_with("Today we can promise that at least "), "{says}");
        assert!(says.contains(" of 100 ") && says.ends_with("are demanded."), "{says}");
    }
}
