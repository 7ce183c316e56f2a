//! Pure. What would pass today on the same cases: a lower floor, or a part of the cases.

use karat_records::Verdict;

use super::judge::{Question, VariantVerdict, judge};
use super::outcomes::{Outcomes, VariantOutcomes};
use crate::project::{Bound, Criterion, Filter};

/// The largest floor in hundredths, below the present one, with which the criterion would pass today in all its segments.
///
/// The floor is judged again, not read off the interval: the bets, and so the interval, depend on it.
pub fn largest_floor(
    outcomes: &Outcomes,
    variant: &VariantOutcomes,
    criterion: &Criterion,
    question: Question<'_>,
) -> Option<f64> {
    let Bound::Min(present) = criterion.bound else { return None };
    let rows = |floor: f64| {
        let lowered = [Criterion { bound: Bound::Min(floor), ..criterion.clone() }];
        judge(outcomes, variant, Question { criteria: &lowered, ..question }).criteria
    };
    let least = rows(present)
        .iter()
        .map(|row| row.lower.unwrap_or(0.0))
        .fold(f64::INFINITY, f64::min)
        .min(present);
    if !least.is_finite() {
        return None;
    }
    // Bets that are made for a lower floor see a little more or less of the same cases.
    let below_present = (present * 100.0 - 1e-9).ceil() as i64 - 1;
    let from = ((least * 100.0 + 1e-9).floor() as i64 + 1).min(below_present);
    (1..=from).rev().take(8).map(|hundredths| hundredths as f64 / 100.0).find(|floor| {
        let rows = rows(*floor);
        !rows.is_empty() && rows.iter().all(|row| row.verdict == Verdict::Pass)
    })
}

/// A part of the cases on which every criterion passes on its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// Which cases.
    pub filter: Filter,
    /// How many.
    pub n: u64,
    /// What was judged on them.
    pub verdict: VariantVerdict,
}

/// The parts on which the variant passes everything, the largest first; the parts share the error,
/// because looking at many finds one that passes by luck.
pub fn parts_that_pass(
    outcomes: &Outcomes,
    variant: &VariantOutcomes,
    filters: &[Filter],
    question: Question<'_>,
) -> Vec<Part> {
    let alpha = question.alpha / filters.len().max(1) as f64;
    let mut parts: Vec<Part> = filters
        .iter()
        .filter_map(|filter| {
            let keeps: Vec<bool> = outcomes.cases.iter().map(|case| filter.matches(case)).collect();
            let n = keeps.iter().filter(|keeps| **keeps).count();
            if n == 0 || n == outcomes.cases.len() {
                return None;
            }
            let own = part(variant, &keeps);
            let baseline = question.baseline.map(|baseline| part(baseline, &keeps));
            let outcomes = Outcomes {
                cases: kept(&outcomes.cases, &keeps),
                scorers: outcomes.scorers.clone(),
                variants: Vec::new(),
            };
            let question = Question { alpha, baseline: baseline.as_ref(), ..question };
            let verdict = judge(&outcomes, &own, question);
            (verdict.verdict == Verdict::Pass).then(|| Part {
                filter: filter.clone(),
                n: n as u64,
                verdict,
            })
        })
        .collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.n));
    parts
}

fn part(variant: &VariantOutcomes, keeps: &[bool]) -> VariantOutcomes {
    VariantOutcomes { trials: kept(&variant.trials, keeps), ..variant.clone() }
}

fn kept<T: Clone>(items: &[T], keeps: &[bool]) -> Vec<T> {
    items.iter().zip(keeps).filter(|(_, keeps)| **keeps).map(|(item, _)| item.clone()).collect()
}

#[cfg(test)]
mod tests {
    use karat_records::{Case, Hash, Split};
    use serde_json::{Map, json};

    use super::*;
    use crate::gate::Outcome;
    use crate::project::{Metric, Place};

    fn case(index: usize, segment: &str) -> Case {
        let mut metadata = Map::new();
        metadata.insert("segment".into(), json!(segment));
        Case {
            id: format!("c{index}"),
            input: Map::new(),
            expected: None,
            metadata,
            tags: Vec::new(),
            split: Split::Gate,
        }
    }

    fn outcome(is_right: bool) -> Outcome {
        Outcome {
            trial_id: String::new(),
            failure: None,
            latency_ms: None,
            cost_usd: None,
            fingerprint: 0,
            simulated: false,
            scores: vec![Some(f64::from(u8::from(is_right)))],
        }
    }

    /// So many right of so many, in each segment.
    fn outcomes(segments: &[(&str, usize, usize)]) -> Outcomes {
        let mut cases = Vec::new();
        let mut trials = Vec::new();
        for (segment, right, n) in segments {
            for index in 0..*n {
                cases.push(case(cases.len(), segment));
                trials.push(vec![outcome(index < *right)]);
            }
        }
        let variant = VariantOutcomes {
            name: "a".into(),
            kind: "recorded",
            hash: Hash::of_bytes(b"a"),
            trials,
        };
        Outcomes { cases, scorers: vec!["right".into()], variants: vec![variant] }
    }

    fn floor(min: f64, each: Option<&str>) -> Criterion {
        Criterion {
            name: "correct".into(),
            metric: Metric::Scorer("right".into()),
            bound: Bound::Min(min),
            each: each.map(str::to_owned),
            only: None,
            pass_hat: None,
            quantile: None,
            is_advisory: false,
            content: Map::new(),
            place: Place::default(),
        }
    }

    fn question(criteria: &[Criterion]) -> Question<'_> {
        Question { criteria, alpha: 0.05, candidate: 1, baseline: None }
    }

    #[test]
    fn the_largest_floor_passes_and_the_next_hundredth_does_not() {
        for (right, n) in [(85, 100), (36, 40), (170, 186), (400, 500)] {
            let outcomes = outcomes(&[("app", right, n)]);
            let variant = &outcomes.variants[0];
            let criterion = floor(0.9, None);
            let found = largest_floor(&outcomes, variant, &criterion, question(&[])).unwrap();
            let verdict = |min: f64| {
                judge(&outcomes, variant, question(&[floor(min, None)])).criteria[0].verdict
            };
            assert_eq!(verdict(found), Verdict::Pass, "{right} of {n}: {found}");
            assert_ne!(verdict(found + 0.01), Verdict::Pass, "{right} of {n}: {found}");
        }
    }

    #[test]
    fn every_segment_must_pass_with_the_lower_floor() {
        let outcomes = outcomes(&[("app", 98, 100), ("web", 30, 40)]);
        let variant = &outcomes.variants[0];
        let criterion = floor(0.9, Some("metadata.segment"));
        let found = largest_floor(&outcomes, variant, &criterion, question(&[])).unwrap();
        assert!(found < 0.7, "the weaker segment decides: {found}");
        let rows = judge(&outcomes, variant, question(&[floor(found, Some("metadata.segment"))]));
        assert_eq!(rows.verdict, Verdict::Pass);
    }

    #[test]
    fn nothing_right_promises_nothing_and_a_limit_has_no_lower_floor() {
        let none = outcomes(&[("app", 0, 20)]);
        assert_eq!(largest_floor(&none, &none.variants[0], &floor(0.9, None), question(&[])), None);
        let limit = Criterion { bound: Bound::Max(0.1), ..floor(0.9, None) };
        assert_eq!(largest_floor(&none, &none.variants[0], &limit, question(&[])), None);
    }

    #[test]
    fn a_part_that_passes_is_found_and_pays_for_the_parts_that_were_looked_at() {
        let outcomes = outcomes(&[("app", 149, 150), ("web", 60, 100), ("mail", 9, 10)]);
        let criteria = [floor(0.9, None)];
        let filters = ["app", "web", "mail"]
            .map(|segment| Filter::Field("metadata.segment".into(), segment.into()));
        let question = question(&criteria);
        let whole = judge(&outcomes, &outcomes.variants[0], question);
        assert_ne!(whole.verdict, Verdict::Pass);
        let parts = parts_that_pass(&outcomes, &outcomes.variants[0], &filters, question);
        assert_eq!(parts.len(), 1);
        assert_eq!(
            (parts[0].filter.to_string().as_str(), parts[0].n),
            ("metadata.segment=app", 150)
        );
        assert!(parts[0].verdict.alpha_pass < whole.alpha_pass / 2.9);
    }
}
