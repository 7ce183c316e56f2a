//! Pure. Criteria and amounts in the words that every surface uses.

use crate::project::{Bound, Criterion, Metric};

/// A criterion as a short sentence, for example `right-queue at least 0.85`.
pub fn criterion(criterion: &Criterion) -> String {
    let metric = match (criterion.pass_hat, criterion.quantile) {
        (Some(k), _) => format!("{} in all of {k} repeats", criterion.metric.name()),
        (None, Some(quantile)) => {
            format!("{} of {} answers in 100", criterion.metric.name(), number(quantile * 100.0))
        }
        (None, None) => criterion.metric.name().to_owned(),
    };
    let bound = match criterion.bound {
        Bound::Min(floor) => format!("at least {}", number(floor)),
        Bound::Max(limit) => format!("at most {}", amount(&criterion.metric, limit)),
        Bound::Failures(0) => "never fails".to_owned(),
        Bound::Failures(most) => format!("fails at most {most} times"),
        Bound::BetterThanBaselineBy(gain) => format!("above the baseline by {}", number(gain)),
    };
    let only =
        criterion.only.as_ref().map(|filter| format!(", where {filter}")).unwrap_or_default();
    let each =
        criterion.each.as_ref().map(|field| format!(", for each {field}")).unwrap_or_default();
    format!("{metric} {bound}{only}{each}")
}

/// All criteria, each as `name: demand`.
pub fn criteria(criteria: &[Criterion]) -> Vec<String> {
    criteria.iter().map(|one| format!("{}: {}", one.name, criterion(one))).collect()
}

/// A limit in its unit.
pub fn amount(metric: &Metric, value: f64) -> String {
    match metric {
        Metric::Latency => milliseconds(value),
        Metric::Cost => usd(value),
        _ => number(value),
    }
}

/// A length of time: 640 ms, 2.1 s.
pub fn milliseconds(value: f64) -> String {
    if !value.is_finite() {
        "unknown".into()
    } else if value < 1.0 {
        "under 1 ms".into()
    } else if value < 1000.0 {
        format!("{value:.0} ms")
    } else if value < 60_000.0 {
        format!("{} s", number((value / 100.0).round() / 10.0))
    } else {
        format!("{} min", number((value / 6000.0).round() / 10.0))
    }
}

/// An amount of money with as many digits as it needs.
pub fn usd(value: f64) -> String {
    if value == 0.0 {
        "$0".into()
    } else if value.abs() >= 1.0 {
        format!("${value:.2}")
    } else {
        // Two significant digits.
        let digits = (1.0 - value.abs().log10().floor()).clamp(2.0, 9.0) as usize;
        format!("${value:.digits$}")
    }
}

/// A number without needless zeros, at most four digits behind the point.
pub fn number(value: f64) -> String {
    let text = format!("{value:.4}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".into() } else { text.into() }
}

/// A rate with two digits: 0.86.
pub fn rate(value: f64) -> String {
    format!("{value:.2}")
}

/// An interval with two digits: [0.80, 0.91].
pub fn interval(lower: f64, upper: f64) -> String {
    let side = |value: f64| if value.is_finite() { format!("{value:.2}") } else { "?".into() };
    format!("[{}, {}]", side(lower), side(upper))
}

/// A group of the capability map without the words that readers do not need: `tag=hard` is `hard`.
pub fn group(group: &str) -> &str {
    group.strip_prefix("tag=").or_else(|| group.strip_prefix("metadata.")).unwrap_or(group)
}

/// A count with thin groups of three: 10,000.
pub fn count(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// "1 case", "2 cases".
pub fn plural(n: u64, one: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {one}s", count(n)) }
}

/// 1st, 2nd, 3rd, 4th.
pub fn ordinal(n: u32) -> String {
    let ending = match (n % 10, n % 100) {
        (_, 11..=13) => "th",
        (1, _) => "st",
        (2, _) => "nd",
        (3, _) => "rd",
        _ => "th",
    };
    format!("{n}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(usd(0.000_21), "$0.00021");
        assert_eq!(usd(0.0031), "$0.0031");
        assert_eq!(usd(12.3), "$12.30");
        assert_eq!(milliseconds(2100.0), "2.1 s");
        assert_eq!(milliseconds(0.02), "under 1 ms");
        assert_eq!(count(10_000), "10,000");
        assert_eq!(ordinal(3), "3rd");
        assert_eq!(ordinal(12), "12th");
    }
}
