//! Pure. `weighted`: several methods as one value.

use karat_records::{Answer, Case};

use super::method::{Combine, Weighted};
use super::score::{Judged, judge as judge_part, show};

/// What adding up fractions may cost.
const ROUNDING: f64 = 1e-9;

pub(super) fn judge(settings: &Weighted, case: &Case, answer: &Answer) -> Judged {
    let (mut sum, mut weights) = (0.0, 0.0);
    let mut shown = Vec::new();
    for part in settings.parts.iter().filter(|part| part.weight != 0.0) {
        let judged = judge_part(&part.method, case, answer);
        let Some(value) = judged.value else {
            let reason = judged.explanation.unwrap_or_default();
            return Judged::undecided(format!("{} is undecided: {reason}", part.name));
        };
        sum += part.weight * value;
        weights += part.weight;
        shown.push(format!("{} {}", part.name, (value * 1000.0).round() / 1000.0));
    }
    let explanation = shown.join(", ");
    let value = match settings.combine {
        Combine::Mean if weights > 0.0 => sum / weights,
        Combine::Mean => return Judged::undecided("the weights add up to nothing"),
        Combine::Sum { constant } => constant + sum,
    };
    if !(-ROUNDING..=1.0 + ROUNDING).contains(&value) {
        return Judged::undecided(format!(
            "the parts give {}, outside 0 to 1: {explanation}",
            show(value)
        ));
    }
    Judged::graded(value, settings.threshold, explanation)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::method::{Latency, Method, Part, Pattern};
    use super::super::vectors::{answer, case};
    use super::*;

    fn part(name: &str, weight: f64, pattern: &str) -> Part {
        let method = Method::Regex(Pattern::Fixed(regex::Regex::new(pattern).unwrap()));
        Part { name: name.into(), weight, method }
    }

    fn value(parts: Vec<Part>, combine: Combine, threshold: Option<f64>) -> Judged {
        judge(&Weighted { parts, combine, threshold }, &case(None), &answer(json!("abc")))
    }

    #[test]
    fn a_mean_weighs_its_parts() {
        let parts = vec![part("first", 3.0, "a"), part("second", 1.0, "x")];
        let judged = value(parts.clone(), Combine::Mean, None);
        assert_eq!(judged.value, Some(0.75));
        assert_eq!(judged.explanation.unwrap(), "first 1, second 0");
        assert_eq!(value(parts.clone(), Combine::Mean, Some(0.75)).value, Some(1.0));
        assert_eq!(value(parts, Combine::Mean, Some(0.8)).value, Some(0.0));
    }

    #[test]
    fn an_undecided_part_leaves_the_whole_undecided_unless_it_has_no_weight() {
        let late = |weight| Part {
            name: "fast".into(),
            weight,
            method: Method::Latency(Latency { max_ms: 1.0 }),
        };
        let judged = value(vec![part("first", 1.0, "a"), late(1.0)], Combine::Mean, None);
        assert_eq!(judged.value, None);
        assert_eq!(
            judged.explanation.unwrap(),
            "fast is undecided: the answer has no `latency_ms`"
        );
        assert_eq!(
            value(vec![part("first", 1.0, "a"), late(0.0)], Combine::Mean, None).value,
            Some(1.0)
        );
    }

    #[test]
    fn a_sum_outside_the_unit_interval_is_undecided() {
        let parts = vec![part("first", 1.0, "a"), part("second", -0.25, "b")];
        assert_eq!(value(parts.clone(), Combine::Sum { constant: 0.0 }, None).value, Some(0.75));
        assert_eq!(value(parts, Combine::Sum { constant: 0.5 }, None).value, None);
        assert_eq!(value(vec![], Combine::Mean, None).value, None);
        assert_eq!(value(vec![part("first", -1.0, "a")], Combine::Mean, None).value, None);
    }
}
