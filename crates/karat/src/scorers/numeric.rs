//! Pure. `numeric`: the number in the output is close enough to the expected one.

use karat_records::{Answer, Case};
use regex::Regex;
use serde_json::Value;

use super::equals::select_output;
use super::method::Numeric;
use super::score::{Judged, shorten, show};
use super::wanted::text_of;

/// What the rounding of floats may cost, as a fraction: 0.1 + 0.2 equals 0.3.
const ROUNDING: f64 = 1e-12;

pub(super) fn judge(settings: &Numeric, case: &Case, answer: &Answer) -> Judged {
    let expected = match settings.wanted.resolve(case, answer) {
        Ok(expected) => expected,
        Err(missing) => return Judged::undecided(missing),
    };
    let Some(wanted) = number_of(&expected, settings.expected_pattern.as_ref()) else {
        let text = shorten(&text_of(&expected));
        return Judged::undecided(format!("case {}: no number in `expected`: {text}", case.id));
    };
    let output = match &settings.path {
        None => Ok(answer.output.clone()),
        Some(path) => select_output(path, answer),
    };
    let output = match output {
        Ok(output) => output,
        Err(missing) => {
            return Judged::new(0.0, format!("expected {}, but {missing}", show(wanted)));
        }
    };
    let Some(found) = number_of(&output, settings.pattern.as_ref()) else {
        let text = shorten(&text_of(&output));
        return Judged::new(0.0, format!("expected {}, found no number in: {text}", show(wanted)));
    };
    let allowed = settings.tolerance.max(settings.relative_tolerance * wanted.abs());
    // Whole numbers, which may be long identifiers, have nothing to round.
    let whole = wanted.fract() == 0.0 && found.fract() == 0.0;
    let rounding = if whole { 0.0 } else { ROUNDING * wanted.abs().max(found.abs()) };
    let close = (found - wanted).abs() <= allowed + rounding;
    let within = if allowed > 0.0 { format!(" (± {})", show(allowed)) } else { String::new() };
    Judged::holds(close, format!("expected {}{within}, found {}", show(wanted), show(found)))
}

/// The last number of a text, whatever stands around it.
///
/// Understands signs, thousands separators (`90,000`), decimals, exponents and signs of currency.
/// A per cent sign is a unit like any other: `45%` is 45.
pub fn last_number(text: &str) -> Option<f64> {
    let bytes = text.as_bytes();
    let mut last = None;
    let mut at = 0;
    while at < bytes.len() {
        let starts = bytes[at].is_ascii_digit() || is_decimal_point_first(bytes, at);
        if !starts {
            at += 1;
            continue;
        }
        let (magnitude, end) = read_magnitude(bytes, at);
        if let Some(magnitude) = magnitude {
            last = Some(if is_negative(&text[..at]) { -magnitude } else { magnitude });
        }
        at = end;
    }
    last
}

/// A JSON number as it is, otherwise the number that the pattern finds, otherwise the last in the text.
fn number_of(value: &Value, pattern: Option<&Regex>) -> Option<f64> {
    let text = text_of(value);
    let Some(pattern) = pattern else {
        return value.as_f64().or_else(|| last_number(&text));
    };
    let captures = pattern.captures_iter(&text).last()?;
    let group = captures.iter().skip(1).flatten().next().or_else(|| captures.get(0))?;
    last_number(group.as_str())
}

/// `.5` is a number, but not in `1.2.5` and not at the end of `x.5`.
fn is_decimal_point_first(bytes: &[u8], at: usize) -> bool {
    bytes[at] == b'.'
        && bytes.get(at + 1).is_some_and(u8::is_ascii_digit)
        && (at == 0 || !bytes[at - 1].is_ascii_alphanumeric() && bytes[at - 1] != b'.')
}

/// Reads digits, separators, decimals and an exponent; returns the number and where it ends.
fn read_magnitude(bytes: &[u8], start: usize) -> (Option<f64>, usize) {
    let digits_end = |from: usize| {
        bytes[from..]
            .iter()
            .position(|byte| !byte.is_ascii_digit())
            .map_or(bytes.len(), |n| from + n)
    };
    let mut text: Vec<u8> = Vec::new();
    let mut end = digits_end(start);
    text.extend(&bytes[start..end]);
    // Separators stand after one to three digits, before groups of exactly three.
    if (1..=3).contains(&(end - start)) {
        while bytes.get(end) == Some(&b',') && digits_end(end + 1) == end + 4 {
            text.extend(&bytes[end + 1..end + 4]);
            end += 4;
        }
    }
    if bytes.get(end) == Some(&b'.') && bytes.get(end + 1).is_some_and(u8::is_ascii_digit) {
        let decimals_end = digits_end(end + 1);
        text.extend(&bytes[end..decimals_end]);
        end = decimals_end;
    }
    if matches!(bytes.get(end), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
        let exponent_start = (end + 1 + sign).min(bytes.len());
        let exponent_end = digits_end(exponent_start);
        if exponent_end > exponent_start {
            text.extend(&bytes[end..exponent_end]);
            end = exponent_end;
        }
    }
    let number = str::from_utf8(&text).ok().and_then(|text| text.parse().ok());
    (number.filter(|number: &f64| number.is_finite()), end)
}

/// Whether a sign stands before the number: `-5`, `-$5`, `$-5`, but not `3-5` and not `covid-19`.
fn is_negative(before: &str) -> bool {
    let is_currency = |c: char| matches!(c, '$' | '€' | '£' | '¥' | '₹');
    let before = before.trim_end_matches(is_currency);
    let Some(before) = before.strip_suffix(['-', '−']) else { return false };
    let before = before.trim_end_matches(is_currency);
    !before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | '%' | '-'))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::super::vectors::{answer, case};
    use super::super::wanted::Wanted;
    use super::*;
    use crate::project::path::Path;

    fn exact() -> Numeric {
        Numeric {
            wanted: Wanted::Expected,
            tolerance: 0.0,
            relative_tolerance: 0.0,
            pattern: None,
            expected_pattern: None,
            path: None,
        }
    }

    #[test]
    fn the_last_number_of_a_text_is_found_however_it_is_written() {
        for (text, wanted) in [
            ("18", Some(18.0)),
            ("First 3, then 18.", Some(18.0)),
            ("That makes $90,000.", Some(90_000.0)),
            ("1,234,567.89 in all", Some(1_234_567.89)),
            ("1,2,3", Some(3.0)),
            ("1234,567", Some(567.0)),
            ("12,3456", Some(3456.0)),
            ("45%", Some(45.0)),
            ("-5", Some(-5.0)),
            ("−5", Some(-5.0)),
            ("-$5.50", Some(-5.5)),
            ("$-5.50", Some(-5.5)),
            ("from 3-5", Some(5.0)),
            ("covid-19", Some(19.0)),
            ("(-7)", Some(-7.0)),
            ("x = -7", Some(-7.0)),
            ("6.02e23", Some(6.02e23)),
            ("1E-3", Some(0.001)),
            ("5 eggs, 2e", Some(2.0)),
            (".5", Some(0.5)),
            ("-.5", Some(-0.5)),
            ("1.2.3", Some(3.0)),
            ("**42**", Some(42.0)),
            (r"\boxed{42}", Some(42.0)),
            ("42km", Some(42.0)),
            ("€1.000", Some(1.0)),
            ("1e999", None),
            ("none", None),
            ("", None),
            ("...", None),
        ] {
            assert_eq!(last_number(text), wanted, "{text}");
        }
    }

    #[test]
    fn closeness_is_absolute_or_relative_and_forgives_rounding() {
        let value = |settings: &Numeric, expected: f64, output: &str| {
            judge(settings, &case(Some(json!(expected))), &answer(json!(output))).value
        };
        assert_eq!(value(&exact(), 0.3, "0.30000000000000004"), Some(1.0));
        assert_eq!(value(&exact(), 100_000_000_000_001.0, "100000000000002"), Some(0.0));
        let absolute = Numeric { tolerance: 0.5, ..exact() };
        assert_eq!(value(&absolute, 10.0, "10.5"), Some(1.0));
        assert_eq!(value(&absolute, 10.0, "10.51"), Some(0.0));
        let relative = Numeric { relative_tolerance: 0.01, ..exact() };
        assert_eq!(value(&relative, -200.0, "-202"), Some(1.0));
        assert_eq!(value(&relative, -200.0, "202"), Some(0.0));
    }

    #[test]
    fn patterns_find_the_number_on_both_sides() {
        let pattern = Some(Regex::new(r"#### (\S+)").unwrap());
        let settings = Numeric { pattern: pattern.clone(), expected_pattern: pattern, ..exact() };
        let expected = case(Some(json!("2 + 16 = 18\n#### 18")));
        let judged = judge(&settings, &expected, &answer(json!("… so\n#### 26, that is 18")));
        assert_eq!(judged.value, Some(0.0));
        assert_eq!(judged.explanation.unwrap(), "expected 18, found 26");
        let missing = judge(&settings, &expected, &answer(json!("it is 18")));
        assert_eq!(missing.explanation.unwrap(), "expected 18, found no number in: it is 18");
    }

    #[test]
    fn a_number_may_stand_inside_json() {
        let settings = Numeric { path: Some(Path::parse("$.total").unwrap()), ..exact() };
        let expected = case(Some(json!("1,000")));
        assert_eq!(judge(&settings, &expected, &answer(json!({"total": 1000}))).value, Some(1.0));
        assert_eq!(
            judge(&settings, &expected, &answer(json!("{\"total\": \"$1,000\"}"))).value,
            Some(1.0)
        );
        assert_eq!(judge(&settings, &expected, &answer(json!("1000"))).value, Some(0.0));
    }

    #[test]
    fn an_expected_text_without_a_number_cannot_be_decided() {
        let judged = judge(&exact(), &case(Some(json!("many"))), &answer(json!("3")));
        assert_eq!(judged.value, None);
        assert_eq!(judged.explanation.unwrap(), "case c1: no number in `expected`: many");
    }

    proptest! {
        #[test]
        fn a_written_number_is_read_back(number in -1e15..1e15_f64) {
            prop_assert_eq!(last_number(&format!("The answer is {number}.")), Some(number));
        }
    }
}
