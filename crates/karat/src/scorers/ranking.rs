//! Pure. Rankings of ids: nDCG, reciprocal rank and precision at k.
//!
//! Järvelin and Kekäläinen, "Cumulated gain-based evaluation of IR techniques" (2002); gains are linear, as in scikit-learn.

use std::collections::{BTreeMap, HashSet};

use karat_records::{Answer, Case};
use serde_json::Value;

use super::equals::select_output;
use super::json::output_json;
use super::method::{Ranking, RankingMetric};
use super::score::{Judged, shorten};
use super::wanted::text_of;

pub(super) fn judge(settings: &Ranking, case: &Case, answer: &Answer) -> Judged {
    let grades = match settings.wanted.resolve(case, answer).and_then(|wanted| grades(&wanted)) {
        Ok(grades) => grades,
        Err(missing) => return Judged::undecided(missing),
    };
    let output = match &settings.path {
        None => output_json(answer).ok_or_else(|| "the output is no JSON".to_owned()),
        Some(path) => select_output(path, answer),
    };
    let ranked = match output.and_then(|output| ids(&output)) {
        Ok(ranked) => ranked,
        Err(missing) => return Judged::new(0.0, format!("expected a list of ids, but {missing}")),
    };
    let value = measure(settings.metric, &ranked, &grades, settings.k);
    Judged::graded(value, settings.threshold, explain(&ranked, &grades, settings.k))
}

/// Each relevant id with its grade.
pub type Grades = BTreeMap<String, f64>;

/// The measure of a ranking; an id that is repeated counts where it stands first.
pub fn measure(metric: RankingMetric, ranked: &[String], grades: &Grades, k: Option<usize>) -> f64 {
    let mut seen = HashSet::new();
    let mut gains: Vec<f64> = ranked
        .iter()
        .map(|id| if seen.insert(id) { grades.get(id).copied().unwrap_or(0.0) } else { 0.0 })
        .collect();
    let depth = k.unwrap_or(gains.len());
    gains.truncate(depth);
    match metric {
        RankingMetric::Ndcg => {
            let mut ideal: Vec<f64> = grades.values().copied().collect();
            ideal.sort_by(|a, b| b.total_cmp(a));
            ideal.truncate(k.unwrap_or(ideal.len()));
            let best = discounted(&ideal);
            if best > 0.0 { discounted(&gains) / best } else { 0.0 }
        }
        RankingMetric::ReciprocalRank => {
            let first = gains.iter().position(|gain| *gain > 0.0);
            first.map_or(0.0, |index| 1.0 / (index + 1) as f64)
        }
        RankingMetric::Precision => {
            let n_relevant = gains.iter().filter(|gain| **gain > 0.0).count();
            n_relevant as f64 / depth.max(1) as f64
        }
    }
}

fn discounted(gains: &[f64]) -> f64 {
    gains.iter().enumerate().map(|(index, gain)| gain / (index as f64 + 2.0).log2()).sum()
}

/// Relevant ids as a list (grade 1 each) or as an object from id to grade.
fn grades(wanted: &Value) -> Result<Grades, String> {
    let grades: Grades = match wanted {
        Value::Object(map) => map
            .iter()
            .map(|(id, grade)| match grade.as_f64() {
                Some(grade) if grade.is_finite() && grade >= 0.0 => Ok((id.clone(), grade)),
                _ => Err(format!(
                    "the grade of {} is no number from 0: {}",
                    shorten(id),
                    shorten(&text_of(grade))
                )),
            })
            .collect::<Result<_, _>>()?,
        Value::String(text) => match serde_json::from_str(text) {
            Ok(inner @ (Value::Object(_) | Value::Array(_))) => return self::grades(&inner),
            _ => Grades::from([(text.clone(), 1.0)]),
        },
        list => ids(list)
            .map_err(|error| format!("relevant ids: {error}"))?
            .into_iter()
            .map(|id| (id, 1.0))
            .collect(),
    };
    // Infinite sums would make the ratio meaningless.
    let sum: f64 = grades.values().sum();
    match sum {
        sum if sum > 0.0 && sum.is_finite() => Ok(grades),
        _ => Err("no id is relevant, so that no ranking is better than another".into()),
    }
}

/// A list of texts or numbers, or of objects with an `id`.
fn ids(value: &Value) -> Result<Vec<String>, String> {
    let Value::Array(list) = value else {
        return Err(format!("found {}", shorten(&text_of(value))));
    };
    list.iter()
        .map(|entry| match entry.get("id").unwrap_or(entry) {
            id @ (Value::String(_) | Value::Number(_)) => Ok(text_of(id)),
            other => Err(format!("an entry has no id: {}", shorten(&text_of(other)))),
        })
        .collect()
}

fn explain(ranked: &[String], grades: &Grades, k: Option<usize>) -> String {
    let is_relevant = |id: &&String| grades.get(*id).is_some_and(|grade| *grade > 0.0);
    let depth = k.unwrap_or(ranked.len()).min(ranked.len());
    let found: HashSet<&String> = ranked[..depth].iter().filter(is_relevant).collect();
    let first = ranked[..depth].iter().position(|id| is_relevant(&id));
    let first = first.map_or(String::new(), |index| format!(", the first at rank {}", index + 1));
    let n_relevant = grades.values().filter(|grade| **grade > 0.0).count();
    format!("{} of {n_relevant} relevant ids among {depth}{first}", found.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::vectors::{answer, assert_close, case, load};
    use super::super::wanted::Wanted;
    use super::*;
    use crate::project::path::Path;

    #[test]
    fn ndcg_agrees_with_scikit_learn() {
        for vector in load("ndcg") {
            let ranked: Vec<String> = serde_json::from_value(vector["ranked"].clone()).unwrap();
            let grades: Grades = serde_json::from_value(vector["grades"].clone()).unwrap();
            let k = vector["k"].as_u64().map(|k| k as usize);
            let found = measure(RankingMetric::Ndcg, &ranked, &grades, k);
            assert_close(found, &vector["ndcg"], &vector.to_string());
        }
    }

    fn judged(metric: RankingMetric, k: Option<usize>, expected: Value, output: Value) -> Judged {
        let settings = Ranking { metric, wanted: Wanted::Expected, k, path: None, threshold: None };
        judge(&settings, &case(Some(expected)), &answer(output))
    }

    #[test]
    fn reciprocal_rank_and_precision_count_relevant_ids() {
        use RankingMetric::{Precision, ReciprocalRank};
        for (metric, k, expected, output, value) in [
            (ReciprocalRank, None, json!(["b"]), json!(["a", "b"]), Some(0.5)),
            (ReciprocalRank, Some(1), json!(["b"]), json!(["a", "b"]), Some(0.0)),
            (ReciprocalRank, None, json!({"a": 0, "b": 2}), json!("[\"a\", \"b\"]"), Some(0.5)),
            (ReciprocalRank, None, json!("b"), json!(["b"]), Some(1.0)),
            (Precision, Some(2), json!(["a", "b"]), json!(["a", "x", "b"]), Some(0.5)),
            (Precision, Some(4), json!(["a", "b"]), json!(["a", "b"]), Some(0.5)),
            (Precision, None, json!([1, 2]), json!([{"id": 1}, {"id": 3}]), Some(0.5)),
            (Precision, None, json!(["a"]), json!(["a", "a"]), Some(0.5)),
            (Precision, None, json!(["a"]), json!([]), Some(0.0)),
            (Precision, None, json!(["a"]), json!("a, b"), Some(0.0)),
            (Precision, None, json!(["a"]), json!([null]), Some(0.0)),
            (Precision, None, json!([]), json!(["a"]), None),
            (Precision, None, json!({"a": -1}), json!(["a"]), None),
        ] {
            let found = judged(metric, k, expected.clone(), output.clone()).value;
            assert_eq!(found, value, "{metric:?} {k:?} {expected} {output}");
        }
    }

    #[test]
    fn an_explanation_says_how_many_relevant_ids_were_found_and_where() {
        let found =
            judged(RankingMetric::Ndcg, Some(3), json!(["b", "c"]), json!(["a", "b", "x", "c"]));
        assert_eq!(found.explanation.unwrap(), "1 of 2 relevant ids among 3, the first at rank 2");
    }

    #[test]
    fn a_list_may_stand_inside_the_output_and_a_threshold_decides() {
        let settings = Ranking {
            metric: RankingMetric::ReciprocalRank,
            wanted: Wanted::Expected,
            k: None,
            path: Some(Path::parse("$.hits").unwrap()),
            threshold: Some(0.5),
        };
        let expected = case(Some(json!(["b"])));
        let value = |output: Value| judge(&settings, &expected, &answer(output)).value;
        assert_eq!(value(json!({"hits": ["a", "b"]})), Some(1.0));
        assert_eq!(value(json!({"hits": ["a", "c", "b"]})), Some(0.0));
        assert_eq!(value(json!({"results": ["b"]})), Some(0.0));
    }
}
