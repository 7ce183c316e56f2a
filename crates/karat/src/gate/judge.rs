//! Pure. Is a variant good enough? Every criterion with its verdict, interval, n and what would decide it.

use std::collections::BTreeSet;
use std::f64::consts::PI;

use karat_records::{Case, Verdict};
use karat_stats::asymptotic::{Asymptotic, FEWEST, Sides};
use karat_stats::{Decision, Floor, Promise, clopper_pearson};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::describe;
use super::measure::{Measured, measure, quantile};
use super::outcomes::{Outcomes, VariantOutcomes};
use crate::project::{Bound, Criterion, Metric};

/// The smallest distance from a floor that is worth finding quickly.
const MIN_GAP: f64 = 0.02;

/// Above this many further cases a criterion is called too close to its floor.
const TOO_MANY_CASES: u64 = 10_000;

/// How a variant is judged.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// All must hold, but for the advisory ones.
    pub criteria: &'a [Criterion],
    /// Share of wrong verdicts that the project's confidence allows, one-sided.
    pub alpha: f64,
    /// The how-manieth candidate on these cases this is, from 1.
    pub candidate: u32,
    /// The variant that others are compared with.
    pub baseline: Option<&'a VariantOutcomes>,
}

/// A variant's verdict with its criteria.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VariantVerdict {
    /// Pass needs every criterion; one that fails is enough to fail.
    pub verdict: Verdict,
    /// The how-manieth candidate on these cases this was, from 1.
    pub candidate: u32,
    /// Error that a pass may have, after what earlier candidates spent.
    pub alpha_pass: f64,
    /// Error that a fail may have, shared by all criteria.
    pub alpha_fail: f64,
    /// Criteria in the order of the file, segments apart.
    pub criteria: Vec<CriterionVerdict>,
}

/// One criterion's verdict, in the criterion's own direction and unit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CriterionVerdict {
    /// Its name in the file.
    pub name: String,
    /// The segment, where each is judged apart.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub segment: Option<String>,
    /// What is demanded, as a short sentence.
    pub demand: String,
    /// The metric's name.
    pub metric: String,
    /// The bound: a rate, milliseconds, US dollars, a count or a gain.
    pub bound: f64,
    /// Pass, fail or undecided.
    pub verdict: Verdict,
    /// Shown, but never changes the variant's verdict.
    pub advisory: bool,
    /// Number of cases.
    pub n: u64,
    /// Number of trials; cases are the unit, not these.
    pub n_trials: u64,
    /// Trials without an answer; each counts as a failure.
    pub n_errors: u64,
    /// Answers that the scorer could not decide about; each counts as a failure.
    pub n_undecided: u64,
    /// What was measured.
    pub estimate: Option<f64>,
    /// Lower bound of the interval.
    pub lower: Option<f64>,
    /// Upper bound of the interval; absent where there are too few cases for one.
    pub upper: Option<f64>,
    /// "At least so many of 100", for rates.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub promise_of_100: Option<u8>,
    /// How many more cases would decide at the present rate.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub more: Option<MoreCases>,
    /// How the verdict was found.
    pub method: String,
    /// What else should be known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Cases that failed, for exact criteria; at most ten, and none that are held out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failed_cases: Vec<String>,
}

/// How many more cases would decide, if they are like those so far.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MoreCases {
    /// What it would then be.
    pub toward: Verdict,
    /// At the present rate; absent above 10,000: too close to the floor.
    pub expected: Option<u64>,
    /// If the rate is a little further from the floor.
    pub soonest: Option<u64>,
    /// If the rate is a little nearer to the floor; absent above 10,000.
    pub latest: Option<u64>,
}

/// The error that the k-th candidate on the same cases may have to pass: all of them together stay below alpha.
pub fn alpha_of(alpha: f64, candidate: u32) -> f64 {
    let k = f64::from(candidate.max(1));
    alpha * 6.0 / (PI * PI * k * k)
}

/// Judges a variant.
pub fn judge(
    outcomes: &Outcomes,
    variant: &VariantOutcomes,
    question: Question<'_>,
) -> VariantVerdict {
    let tests = expand(outcomes, variant, question);
    let n_shared = tests.iter().filter(|test| !test.criterion.is_advisory).count().max(1);
    let alpha_pass = alpha_of(question.alpha, question.candidate);
    let alpha_fail = alpha_pass / n_shared as f64;
    let criteria: Vec<CriterionVerdict> = tests
        .iter()
        .map(|test| test.judge(outcomes, variant, question, alpha_pass, alpha_fail))
        .collect();
    let gating = || {
        criteria.iter().filter(|criterion| !criterion.advisory).map(|criterion| criterion.verdict)
    };
    let verdict = if gating().any(|verdict| verdict == Verdict::Fail) {
        Verdict::Fail
    } else if gating().all(|verdict| verdict == Verdict::Pass) && gating().next().is_some() {
        Verdict::Pass
    } else {
        Verdict::Undecided
    };
    VariantVerdict { verdict, candidate: question.candidate, alpha_pass, alpha_fail, criteria }
}

/// One criterion on one segment.
struct Test<'a> {
    criterion: &'a Criterion,
    segment: Option<String>,
}

/// Criteria with `each` become one test for each value; the baseline is not compared with itself.
fn expand<'a>(
    outcomes: &Outcomes,
    variant: &VariantOutcomes,
    question: Question<'a>,
) -> Vec<Test<'a>> {
    let is_baseline = question.baseline.is_some_and(|baseline| baseline.name == variant.name);
    let mut tests = Vec::new();
    for criterion in question.criteria {
        if is_baseline && matches!(criterion.bound, Bound::BetterThanBaselineBy(_)) {
            continue;
        }
        match &criterion.each {
            None => tests.push(Test { criterion, segment: None }),
            Some(path) => {
                let mut segments: BTreeSet<String> = BTreeSet::new();
                for case in outcomes.cases.iter().filter(|case| is_wanted(criterion, case)) {
                    segments.insert(segment_of(case, path));
                }
                tests.extend(
                    segments.into_iter().map(|segment| Test { criterion, segment: Some(segment) }),
                );
            }
        }
    }
    tests
}

/// The value of a case's field, as a segment's name.
pub fn segment_of(case: &Case, path: &str) -> String {
    match case.field(path) {
        Some(Value::String(text)) => text,
        None | Some(Value::Null) => "(none)".into(),
        Some(other) => other.to_string(),
    }
}

fn is_wanted(criterion: &Criterion, case: &Case) -> bool {
    criterion.only.as_ref().is_none_or(|filter| filter.matches(case))
}

impl Test<'_> {
    fn wants(&self, case: &Case) -> bool {
        is_wanted(self.criterion, case)
            && match (&self.segment, &self.criterion.each) {
                (Some(segment), Some(path)) => segment_of(case, path) == *segment,
                _ => true,
            }
    }

    fn judge(
        &self,
        outcomes: &Outcomes,
        variant: &VariantOutcomes,
        question: Question<'_>,
        alpha_pass: f64,
        alpha_fail: f64,
    ) -> CriterionVerdict {
        let measured = measure(outcomes, variant, self.criterion, |case| self.wants(case));
        let blank = self.blank(&measured);
        if measured.values.is_empty() {
            let note = match &self.criterion.only {
                Some(filter) => format!("no case matches {filter}"),
                None => "nothing was measured yet".into(),
            };
            return CriterionVerdict { note: Some(note), ..blank };
        }
        if let Some(field) = measured.lacks {
            let note = format!("{} records no {field}, so nothing can be said", variant.name);
            return CriterionVerdict { note: Some(note), ..blank };
        }
        match (&self.criterion.metric, self.criterion.bound) {
            (_, Bound::Failures(most)) => exact(&measured, most, question.alpha, blank),
            (Metric::Scorer(name), Bound::BetterThanBaselineBy(gain)) => {
                let Some(baseline) = question.baseline else {
                    return CriterionVerdict {
                        note: Some("there is no baseline in this run".into()),
                        ..blank
                    };
                };
                let Some(scorer) = outcomes.scorer_index(name) else { return blank };
                let differences =
                    super::compare::differences(outcomes, baseline, variant, scorer, |case| {
                        self.wants(case)
                    });
                gain_over(&differences, gain, alpha_pass, alpha_fail, blank)
            }
            (Metric::Cost, Bound::Max(limit)) if self.criterion.quantile.is_none() => {
                mean_cost(&measured, limit, alpha_pass, alpha_fail, blank)
            }
            (Metric::Latency | Metric::Cost, Bound::Max(_)) => {
                let share = self.criterion.quantile.unwrap_or(0.95);
                let decided = by_floor(&measured, share, alpha_pass, alpha_fail, blank);
                with_quantile(&measured, share, alpha_pass, decided)
            }
            (_, Bound::Min(floor)) => by_floor(&measured, floor, alpha_pass, alpha_fail, blank),
            (_, Bound::Max(limit)) => {
                turned(by_floor(&measured, 1.0 - limit, alpha_pass, alpha_fail, blank))
            }
            (_, Bound::BetterThanBaselineBy(_)) => blank,
        }
    }

    /// Undecided, with everything that is known before judging.
    fn blank(&self, measured: &Measured) -> CriterionVerdict {
        let criterion = self.criterion;
        CriterionVerdict {
            name: criterion.name.clone(),
            segment: self.segment.clone(),
            demand: describe::criterion(&Criterion { each: None, ..criterion.clone() }),
            metric: criterion.metric.name().to_owned(),
            bound: match criterion.bound {
                Bound::Min(value) | Bound::Max(value) | Bound::BetterThanBaselineBy(value) => value,
                Bound::Failures(most) => most as f64,
            },
            verdict: Verdict::Undecided,
            advisory: criterion.is_advisory,
            n: measured.values.len() as u64,
            n_trials: measured.n_trials,
            n_errors: measured.n_errors,
            n_undecided: measured.n_undecided,
            estimate: None,
            lower: None,
            upper: None,
            promise_of_100: None,
            more: None,
            method: String::new(),
            note: None,
            failed_cases: Vec::new(),
        }
    }
}

fn verdict_of(decision: Decision) -> Verdict {
    match decision {
        Decision::Pass => Verdict::Pass,
        Decision::Fail => Verdict::Fail,
        Decision::Undecided | Decision::Unprovable => Verdict::Undecided,
    }
}

/// A mean of values in [0, 1] against a floor.
fn by_floor(
    measured: &Measured,
    floor: f64,
    alpha_pass: f64,
    alpha_fail: f64,
    blank: CriterionVerdict,
) -> CriterionVerdict {
    let question = Floor { floor, alpha_pass, alpha_fail, min_gap: MIN_GAP };
    let sample = measured.sample();
    let answer = match karat_stats::gate(&sample, &question) {
        Ok(answer) => answer,
        Err(error) => return CriterionVerdict { note: Some(error.to_string()), ..blank },
    };
    let more = (answer.decision == Decision::Undecided)
        .then(|| karat_stats::more(&sample, &question).ok())
        .flatten()
        .map(|more| MoreCases {
            toward: verdict_of(more.toward),
            expected: decidable(more.expected),
            soonest: decidable(more.soonest),
            latest: decidable(more.latest),
        });
    CriterionVerdict {
        verdict: verdict_of(answer.decision),
        estimate: answer.mean,
        lower: Some(answer.lower),
        upper: Some(answer.upper),
        promise_of_100: Some(Promise::of(answer.lower).of_100),
        more,
        method: answer.method.into(),
        ..blank
    }
}

fn decidable(more: Option<u64>) -> Option<u64> {
    more.filter(|more| *more <= TOO_MANY_CASES)
}

/// The same verdict for a share that should be small.
fn turned(verdict: CriterionVerdict) -> CriterionVerdict {
    let flip = |value: Option<f64>| value.map(|value| 1.0 - value);
    CriterionVerdict {
        estimate: flip(verdict.estimate),
        lower: flip(verdict.upper),
        upper: flip(verdict.lower),
        ..verdict
    }
}

/// The verdict of "so many answers within the limit", shown as the quantile itself.
fn with_quantile(
    measured: &Measured,
    share: f64,
    alpha: f64,
    verdict: CriterionVerdict,
) -> CriterionVerdict {
    let quantile = quantile(&measured.raw, measured.values.len(), share, (alpha * 2.0).min(0.5));
    let within = verdict.estimate;
    let limit = verdict.bound;
    // The share within the limit decides; the thinned order statistics may not contradict it.
    let (lower, upper) = (quantile.lower, quantile.upper);
    let (lower, upper) = match verdict.verdict {
        Verdict::Pass => (lower, Some(upper.map_or(limit, |upper| upper.min(limit)))),
        Verdict::Fail => (Some(lower.map_or(limit, |lower| lower.max(limit))), upper),
        Verdict::Undecided => {
            (lower.map(|lower| lower.min(limit)), upper.filter(|upper| *upper > limit))
        }
    };
    CriterionVerdict {
        estimate: quantile.estimate,
        lower,
        upper,
        promise_of_100: verdict.promise_of_100,
        method: "anytime-valid betting on the share within the limit".into(),
        note: within.map(|within| {
            format!(
                "{} of 100 answers within the limit",
                describe::number((within * 1000.0).round() / 10.0)
            )
        }),
        ..verdict
    }
}

/// Exact counts: what happened in these trials, and what they say about further ones.
fn exact(measured: &Measured, most: u64, alpha: f64, blank: CriterionVerdict) -> CriterionVerdict {
    let n = measured.n_trials;
    let n_cases = measured.values.len() as u64;
    let verdict = if measured.n_failures.saturating_sub(measured.n_undecided) > most {
        Verdict::Fail
    } else if measured.n_undecided > 0 {
        Verdict::Undecided
    } else {
        Verdict::Pass
    };
    let failing_cases = measured.failed_cases.len() as u64;
    let upper = clopper_pearson::clopper_pearson_one_sided(failing_cases, n_cases, 1.0 - alpha)
        .ok()
        .map(|interval| interval.upper);
    let mut notes = vec![format!(
        "{} in {}",
        describe::plural(measured.n_failures, "failure"),
        describe::plural(n, "trial")
    )];
    if failing_cases > 0 {
        notes.push(format!("{} failed", describe::plural(failing_cases, "case")));
    }
    if measured.n_undecided > 0 {
        notes.push(format!(
            "{} could not be decided",
            describe::plural(measured.n_undecided, "answer")
        ));
    }
    if let (Verdict::Pass, Some(upper)) = (verdict, upper) {
        notes.push(format!(
            "in the long run up to {} of 100 cases may still fail",
            describe::number((upper * 1000.0).ceil() / 10.0)
        ));
    }
    CriterionVerdict {
        verdict,
        estimate: Some(measured.n_failures as f64),
        lower: None,
        upper: None,
        method: "exact count".into(),
        note: Some(notes.join("; ")),
        failed_cases: measured.failed_cases.iter().take(10).cloned().collect(),
        ..blank
    }
}

/// The paired gain over the baseline against a margin: y = (d + 1) / 2 against m = (1 + gain) / 2.
fn gain_over(
    differences: &[f64],
    gain: f64,
    alpha_pass: f64,
    alpha_fail: f64,
    blank: CriterionVerdict,
) -> CriterionVerdict {
    if differences.is_empty() {
        return CriterionVerdict { note: Some("no case was answered by both".into()), ..blank };
    }
    let halves = Measured {
        values: differences.iter().map(|difference| f64::midpoint(1.0, *difference)).collect(),
        ..Measured::default()
    };
    let judged = by_floor(&halves, f64::midpoint(1.0, gain), alpha_pass, alpha_fail, blank);
    let doubled = |value: Option<f64>| value.map(|value| 2.0 * value - 1.0);
    CriterionVerdict {
        n: differences.len() as u64,
        estimate: doubled(judged.estimate),
        lower: doubled(judged.lower),
        upper: doubled(judged.upper),
        promise_of_100: None,
        method: "anytime-valid betting on paired differences".into(),
        ..judged
    }
}

/// The mean of an amount without an upper limit: approximate, and only from a hundred cases on.
fn mean_cost(
    measured: &Measured,
    limit: f64,
    alpha_pass: f64,
    alpha_fail: f64,
    blank: CriterionVerdict,
) -> CriterionVerdict {
    let n = blank.n;
    let mean = measured.raw.iter().sum::<f64>() / measured.raw.len().max(1) as f64;
    let method = "approximate confidence sequence of a mean".to_owned();
    if n < FEWEST {
        let note = format!("a mean cost can be judged from {FEWEST} cases on");
        return CriterionVerdict { estimate: Some(mean), method, note: Some(note), ..blank };
    }
    let variance = measured.raw.iter().map(|value| (value - mean).powi(2)).sum::<f64>()
        / (measured.raw.len().max(2) - 1) as f64;
    let half = |alpha: f64| {
        if variance == 0.0 {
            return 0.0;
        }
        Asymptotic { alpha, n_planned: n, sides: Sides::One }
            .half_width(variance, n)
            .unwrap_or(f64::INFINITY)
    };
    let (lower, upper) = ((mean - half(alpha_fail)).max(0.0), mean + half(alpha_pass));
    let verdict = if upper <= limit {
        Verdict::Pass
    } else if lower > limit {
        Verdict::Fail
    } else {
        Verdict::Undecided
    };
    CriterionVerdict {
        verdict,
        estimate: Some(mean),
        lower: Some(lower),
        upper: Some(upper),
        method,
        ..blank
    }
}
