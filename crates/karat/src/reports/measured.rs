//! Pure. One criterion as a reader sees it: what was measured in its unit, what that promises, what would decide it.

use karat_records::Verdict;

use super::clean::line;
use crate::gate::CriterionVerdict;
use crate::gate::describe::{count, plural};
use crate::gate::unit::{Unit, unit};

/// What was measured, with its interval; a dash where nothing was.
pub fn value(criterion: &CriterionVerdict) -> String {
    match (unit(criterion), criterion.estimate) {
        (_, None) if criterion.lower.is_none() && criterion.upper.is_none() => "–".into(),
        (Unit::Count, Some(failures)) => plural(failures.max(0.0) as u64, "failure"),
        (unit, estimate) => unit.with_interval(estimate, criterion.lower, criterion.upper),
    }
}

/// How many cases stand behind it.
pub fn n(criterion: &CriterionVerdict) -> String {
    format!("n {}", count(criterion.n))
}

/// What these numbers promise, as a person would say it; nothing for what is counted or unknown.
pub fn promise(criterion: &CriterionVerdict) -> Option<String> {
    let of_100 = criterion.promise_of_100;
    match unit(criterion) {
        Unit::ShareAtLeast => of_100.map(|n| format!("at least {n} of 100")),
        Unit::ShareAtMost => of_100.map(|n| format!("at most {} of 100", 100_u8.saturating_sub(n))),
        Unit::Milliseconds | Unit::Usd => {
            let limit = unit(criterion).amount(criterion.bound);
            of_100.map(|n| format!("at least {n} of 100 within {limit}")).or_else(|| {
                criterion.upper.map(|upper| format!("at most {}", unit(criterion).amount(upper)))
            })
        }
        Unit::Gain => {
            let lower = criterion.lower?;
            Some(if lower >= 0.005 {
                format!("at least {lower:.2} above the baseline")
            } else {
                "no gain over the baseline yet".into()
            })
        }
        Unit::Count => None,
    }
}

/// How many more cases would decide, or why none would; nothing once it is decided.
pub fn would_decide(criterion: &CriterionVerdict) -> Option<String> {
    if criterion.verdict != Verdict::Undecided {
        return None;
    }
    let more = criterion.more?;
    let Some(expected) = more.expected else {
        let bound = unit(criterion).bound_word();
        return Some(format!("not decidable: too close to {bound}"));
    };
    let range = match (more.soonest, more.latest) {
        (Some(soonest), Some(latest)) => format!(" ({} to {})", count(soonest), count(latest)),
        (Some(soonest), None) => format!(" ({} or more)", count(soonest)),
        _ => String::new(),
    };
    let noun = if expected == 1 { "case" } else { "cases" };
    Some(format!(
        "about {} more {noun}{range} would decide, toward {}",
        count(expected),
        more.toward
    ))
}

/// Everything else that should be known, in short pieces: what would decide, notes, cases that failed.
pub fn remarks(criterion: &CriterionVerdict) -> Vec<String> {
    let mut remarks = Vec::new();
    if criterion.advisory {
        remarks.push("advisory: never changes the verdict".to_owned());
    }
    remarks.extend(would_decide(criterion));
    remarks.extend(criterion.note.as_deref().map(line));
    if criterion.verdict != Verdict::Pass && !criterion.failed_cases.is_empty() {
        let ids: Vec<String> = criterion.failed_cases.iter().map(|id| line(id)).collect();
        let noun = if ids.len() == 1 { "case" } else { "cases" };
        remarks.push(format!("failed {noun}: {}", ids.join(", ")));
    }
    if criterion.n_undecided > 0 && unit(criterion) != Unit::Count {
        remarks.push(format!(
            "{} could not be judged and count as failures",
            plural(criterion.n_undecided, "answer")
        ));
    }
    remarks
}
