//! Pure. `recorded-score`: a score that a recorded answer brought along, on its own scale.

use karat_records::Answer;
use serde_json::Value;

use super::method::RecordedScore;
use super::score::{Judged, shorten, show};

/// The declared values of a recorded score; its ends become 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Range {
    min: f64,
    max: f64,
}

impl Range {
    /// A range with a positive width.
    pub fn new(min: f64, max: f64) -> Result<Self, String> {
        if min.is_finite() && max.is_finite() && (max - min).is_finite() && min < max {
            Ok(Self { min, max })
        } else {
            Err(format!("`min` must be below `max`, found {min} and {max}"))
        }
    }

    /// The value that becomes 0.
    pub fn min(self) -> f64 {
        self.min
    }

    /// The value that becomes 1.
    pub fn max(self) -> f64 {
        self.max
    }
}

pub(super) fn judge(settings: &RecordedScore, answer: &Answer) -> Judged {
    let field = &settings.field;
    let Some(value) = find(answer, field) else {
        return Judged::undecided(format!("the recorded answer has no `{field}`"));
    };
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    };
    let Some(number) = number else {
        let found = shorten(&value.to_string());
        return Judged::undecided(format!("`{field}` is no number: {found}"));
    };
    let Range { min, max } = settings.range;
    let shown = show(number);
    if number < min || number > max {
        return Judged::undecided(format!(
            "`{field}` is {shown}, outside its declared range of {min} to {max}"
        ));
    }
    match settings.pass_at {
        Some(pass_at) => {
            Judged::holds(number >= pass_at, format!("`{field}` is {shown}, passes at {pass_at}"))
        }
        None => Judged::new((number - min) / (max - min), format!("`{field}` is {shown}")),
    }
}

/// The field by its whole name, else along its dots.
fn find<'a>(answer: &'a Answer, field: &str) -> Option<&'a Value> {
    let found = answer.extra.get(field).or_else(|| {
        let mut parts = field.split('.');
        let first = answer.extra.get(parts.next()?)?;
        parts.try_fold(first, |value, part| value.get(part))
    });
    found.filter(|value| !value.is_null())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::vectors::answer;
    use super::*;

    fn judged(field: &str, range: (f64, f64), pass_at: Option<f64>) -> Judged {
        let mut output = answer(json!("x"));
        for (name, value) in [
            ("stars", json!(4)),
            ("reward", json!("-0.5")),
            ("solved", json!(true)),
            ("judge", json!({"score": 7})),
            ("a.b", json!(1)),
            ("note", json!("good")),
            ("empty", json!(null)),
        ] {
            output.extra.insert(name.into(), value);
        }
        let range = Range::new(range.0, range.1).unwrap();
        judge(&RecordedScore { field: field.into(), range, pass_at }, &output)
    }

    #[test]
    fn a_score_is_rescaled_from_its_own_range() {
        assert_eq!(judged("stars", (1.0, 5.0), None).value, Some(0.75));
        assert_eq!(judged("reward", (-1.0, 1.0), None).value, Some(0.25));
        assert_eq!(judged("solved", (0.0, 1.0), None).value, Some(1.0));
        assert_eq!(judged("judge.score", (0.0, 10.0), None).value, Some(0.7));
        assert_eq!(judged("a.b", (0.0, 1.0), None).value, Some(1.0));
        assert_eq!(judged("stars", (1.0, 5.0), Some(4.0)).value, Some(1.0));
        assert_eq!(judged("stars", (1.0, 5.0), Some(4.5)).value, Some(0.0));
    }

    #[test]
    fn what_is_missing_or_out_of_range_is_undecided_and_named() {
        for (field, range, explanation) in [
            ("rating", (0.0, 1.0), "the recorded answer has no `rating`"),
            ("empty", (0.0, 1.0), "the recorded answer has no `empty`"),
            ("note", (0.0, 1.0), "`note` is no number: \"good\""),
            ("stars", (0.0, 1.0), "`stars` is 4, outside its declared range of 0 to 1"),
        ] {
            let found = judged(field, range, None);
            assert_eq!((found.value, found.explanation.as_deref()), (None, Some(explanation)));
        }
    }

    #[test]
    fn a_range_needs_a_width() {
        for (min, max) in
            [(1.0, 1.0), (2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (f64::MIN, f64::MAX)]
        {
            assert!(Range::new(min, max).is_err());
        }
    }
}
