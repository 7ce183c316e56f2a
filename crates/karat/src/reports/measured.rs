//! Pure. One criterion as a reader sees it: what was measured in its unit, what that promises, what would decide it.

use karat_records::Verdict;

use super::clean::line;
use crate::gate::CriterionVerdict;
use crate::gate::describe::{count, milliseconds, number, plural, usd};

/// What a criterion's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share of cases that should be large.
    ShareAtLeast,
    /// A share of cases that should be small.
    ShareAtMost,
    /// A difference from the baseline, between -1 and 1.
    Gain,
    /// Milliseconds.
    Milliseconds,
    /// US dollars.
    Usd,
    /// Failures, counted exactly.
    Count,
}

/// The unit of a criterion, from its metric and its demand.
pub fn unit(criterion: &CriterionVerdict) -> Unit {
    let demand = criterion.demand.as_str();
    match criterion.metric.as_str() {
        _ if demand.contains("never fails") || demand.contains("fails at most") => Unit::Count,
        _ if demand.contains("above the baseline by") => Unit::Gain,
        "latency" => Unit::Milliseconds,
        "cost" => Unit::Usd,
        _ if demand.contains(" at most ") => Unit::ShareAtMost,
        _ => Unit::ShareAtLeast,
    }
}

impl Unit {
    /// An amount in this unit.
    pub fn amount(self, value: f64) -> String {
        match self {
            Self::ShareAtLeast | Self::ShareAtMost => format!("{value:.2}"),
            Self::Gain => format!("{value:+.2}"),
            Self::Milliseconds => milliseconds(value),
            Self::Usd => usd(value),
            Self::Count => number(value),
        }
    }

    /// An amount with its interval, as far as it is known: `0.87 [0.82, 0.91]`.
    pub fn with_interval(
        self,
        estimate: Option<f64>,
        lower: Option<f64>,
        upper: Option<f64>,
    ) -> String {
        let side = |value: Option<f64>| {
            value
                .filter(|value| value.is_finite())
                .map_or_else(|| "?".into(), |value| self.amount(value))
        };
        let estimate = estimate.map_or_else(|| "unknown".into(), |value| self.amount(value));
        match (lower, upper) {
            (None, None) => estimate,
            _ => format!("{estimate} [{}, {}]", side(lower), side(upper)),
        }
    }
}

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
        return Some("not decidable: too close to the floor".into());
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
