//! Pure. What nobody knows yet, and the one next step.

use karat_records::{Scope, Verdict};

use super::headline::named;
use super::report::{Report, VariantReport};
use crate::gate::CriterionVerdict;
use crate::gate::describe::{count, group, number, plural};
use crate::gate::unit::{Unit, unit};

/// Groups with fewer cases say next to nothing.
const FEW: u64 = 20;

/// What nobody knows yet, the most important first.
pub fn unknowns(report: &Report, has_judges: bool) -> Vec<String> {
    let mut unknowns = Vec::new();
    if report.simulated {
        unknowns.push(
            "Answers were simulated by a scripted server: nothing here says how a real model does."
                .to_owned(),
        );
    }
    if report.scope == Scope::All && report.is_gate {
        unknowns.push(
            "No cases are held out: the cases that tuned the variants also judge them, so the true rate may be lower.".to_owned(),
        );
    }
    let thin: Vec<String> = report
        .capability
        .iter()
        .filter_map(|row| {
            let n = row.cells.first()?.n;
            (n < FEW).then(|| format!("{} (n {n})", group(&row.group)))
        })
        .collect();
    if !thin.is_empty() {
        unknowns.push(format!("Too few cases to say anything about {}.", thin.join(", ")));
    }
    for variant in &report.variants {
        if variant.economy.n_unknown > 0 {
            unknowns.push(format!(
                "What {} costs: no price is known for {}.",
                variant.name,
                plural(variant.economy.n_unknown, "answer")
            ));
        }
        for metric in variant.metrics.iter().filter(|metric| metric.n_undecided > 0) {
            let reason = metric
                .undecided_example
                .as_ref()
                .map(|words| format!(" ({words})"))
                .unwrap_or_default();
            unknowns.push(format!(
                "{} could not decide about {} of {}{reason}; they count as failures.",
                metric.name,
                plural(metric.n_undecided, "answer"),
                variant.name
            ));
        }
    }
    if has_judges {
        unknowns.push(
            "Whether the judge agrees with people: its scores were not yet compared with labels."
                .to_owned(),
        );
    }
    if report.trials == 1 && report.variants.iter().any(|variant| variant.kind == "chat") {
        unknowns.push(
            "How much the answers vary: every case was answered once; set trials = 3 or more."
                .to_owned(),
        );
    }
    unknowns
}

/// The one next step.
pub fn next_step(report: &Report) -> String {
    if !report.is_complete {
        return "Run the same command again: it goes on where it stopped.".into();
    }
    let Some(variant) = report.headline_variant() else {
        return "Add a variant.".into();
    };
    let feature = &report.feature;
    let Some(verdict) = &variant.verdict else {
        return if report.n_criteria > 0 && report.n_held_out == 0 {
            format!("Judge the variants: karat gate {feature}")
        } else if report.n_criteria > 0 {
            format!(
                "When you are content, judge on the {}: karat gate {feature}",
                plural(report.n_held_out, "held-out case")
            )
        } else {
            format!(
                "Say what is good enough: add [features.{feature}.mvq] with a floor, then karat gate {feature}"
            )
        };
    };
    match verdict.verdict {
        Verdict::Pass if report.simulated => {
            "Point the feature at a real model and run the same command again.".into()
        }
        Verdict::Pass if variant.kind == "recorded" || variant.kind == "human" => format!(
            "Commit karat.lock; then make {} answer live (a chat, command or http variant) and judge that.",
            variant.name
        ),
        Verdict::Pass => {
            format!("Commit karat.lock; {} may stand in the waterfall of {feature}.", variant.name)
        }
        // Who looks at held-out cases tunes on them, so the way leads to the others.
        Verdict::Fail if report.scope == Scope::HeldOut => format!(
            "See what goes wrong on the tuning cases: karat eval {feature}, then karat show latest --failed"
        ),
        Verdict::Fail => {
            format!("See what went wrong: karat show {} --failed", short(&report.run_id))
        }
        Verdict::Undecided => next_when_undecided(variant, &verdict.criteria),
    }
}

/// The first eight digits of an id do for people; those of a `UUIDv7` are its time, so the last ones are taken too.
pub fn short(id: &str) -> &str {
    id.get(..13).unwrap_or(id)
}

fn next_when_undecided(variant: &VariantReport, criteria: &[CriterionVerdict]) -> String {
    let open: Vec<&CriterionVerdict> = criteria
        .iter()
        .filter(|criterion| criterion.verdict == Verdict::Undecided && !criterion.advisory)
        .collect();
    // What takes the most cases decides how many are needed.
    let slowest = open
        .iter()
        .filter(|criterion| criterion.more.is_some())
        .max_by_key(|criterion| criterion.more.and_then(|more| more.expected).unwrap_or(u64::MAX));
    let Some(criterion) = slowest else {
        return open.first().map_or_else(String::new, |criterion| {
            format!(
                "{}: {}.",
                named(criterion),
                criterion.note.clone().unwrap_or_else(|| "nothing is known".into())
            )
        });
    };
    // Only a share has a floor that a promise of so many of 100 could replace.
    let promise = criterion
        .promise_of_100
        .filter(|of_100| *of_100 > 0 && unit(criterion) == Unit::ShareAtLeast);
    let less = promise.map_or_else(String::new, |of_100| {
        let what = if open.len() == 1 { "would pass today" } else { "would settle this one today" };
        format!(
            " Promising {} instead of {} {what}; the change would show as an amendment.",
            number(f64::from(of_100) / 100.0),
            number(criterion.bound)
        )
    });
    match criterion.more.and_then(|more| more.expected.map(|expected| (more, expected))) {
        Some((more, expected)) => {
            let range = match (more.soonest, more.latest) {
                (Some(soonest), Some(latest)) => {
                    format!(" ({} to {})", count(soonest), count(latest))
                }
                (Some(soonest), None) => format!(" ({} or more)", count(soonest)),
                _ => String::new(),
            };
            format!(
                "Add about {} more cases{range} to decide {} of {} (toward {}).{less}",
                count(expected),
                named(criterion),
                variant.name,
                more.toward
            )
        }
        None => format!(
            "{} of {} is not decidable: too close to {}.{less}",
            named(criterion),
            variant.name,
            unit(criterion).bound_word()
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::reports::fixtures;

    #[test]
    fn no_floor_is_offered_in_place_of_a_limit_on_the_wait() {
        let mut report = fixtures::undecided();
        let verdict = report.variants[1].verdict.as_mut().unwrap();
        verdict.criteria.retain(|criterion| criterion.name == "fast");
        assert_eq!(
            next_step(&report),
            "Add about 410 more cases (150 to 3,100) to decide fast of steady-b (toward fail)."
        );
    }

    #[test]
    fn a_lower_floor_passes_only_where_it_is_the_last_thing_open() {
        let mut report = fixtures::undecided();
        assert!(
            next_step(&report).contains("Promising 0.69 instead of 0.75 would settle this one")
        );
        let verdict = report.variants[1].verdict.as_mut().unwrap();
        verdict.criteria.retain(|criterion| criterion.name == "consistent");
        assert!(next_step(&report).contains("would pass today"));
    }
}
