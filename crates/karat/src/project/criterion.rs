//! Criteria of an MVQ: metric, one bound, and to which cases it applies.

use karat_records::Case;
use serde_json::{Map, Value};

use super::problem::Place;
use super::reader::Table;

/// One condition that a variant must meet.
#[derive(Clone, Debug, PartialEq)]
pub struct Criterion {
    /// Its name in the file; appears in the verdict.
    pub name: String,
    /// What is measured.
    pub metric: Metric,
    /// How good it must be.
    pub bound: Bound,
    /// A case field whose values are judged apart.
    pub each: Option<String>,
    /// Only cases that match.
    pub only: Option<Filter>,
    /// All of k repeats must succeed.
    pub pass_hat: Option<u32>,
    /// Judge this quantile instead of the mean.
    pub quantile: Option<f64>,
    /// Shown, but never changes the verdict.
    pub is_advisory: bool,
    /// As it is written, for the hash.
    pub content: Map<String, Value>,
    /// Where it stands in the file.
    pub place: Place,
}

/// What is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Metric {
    /// A scorer's value; 1 is good.
    Scorer(String),
    /// Milliseconds to the answer; errors take for ever.
    Latency,
    /// US dollars an answer.
    Cost,
    /// Share of trials without an answer.
    ErrorRate,
}

impl Metric {
    /// As it is written in the file.
    pub fn name(&self) -> &str {
        match self {
            Self::Scorer(name) => name,
            Self::Latency => "latency",
            Self::Cost => "cost",
            Self::ErrorRate => "error-rate",
        }
    }
}

/// How good the metric must be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Bound {
    /// At least this.
    Min(f64),
    /// At most this; milliseconds for latency.
    Max(f64),
    /// At most so many failed trials, counted exactly.
    Failures(u64),
    /// The paired gain over the baseline.
    BetterThanBaselineBy(f64),
}

/// Which cases a criterion looks at: a tag, or a field with a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Filter {
    /// Cases with this tag.
    Tag(String),
    /// Cases whose field has this value.
    Field(String, String),
}

impl Filter {
    /// Reads `tag=hard` or `metadata.segment=app`.
    pub fn parse(text: &str) -> Option<Self> {
        let (field, value) = text.split_once('=')?;
        let (field, value) = (field.trim(), value.trim());
        if value.is_empty() {
            return None;
        }
        match field {
            "tag" | "tags" => Some(Self::Tag(value.into())),
            "id" => Some(Self::Field(field.into(), value.into())),
            _ if is_case_field(field) => Some(Self::Field(field.into(), value.into())),
            _ => None,
        }
    }

    /// Whether a case matches.
    pub fn matches(&self, case: &Case) -> bool {
        match self {
            Self::Tag(tag) => case.tags.contains(tag),
            Self::Field(path, wanted) => case.field(path).is_some_and(|value| {
                let words = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                words == *wanted
            }),
        }
    }
}

impl std::fmt::Display for Filter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tag(tag) => write!(f, "tag={tag}"),
            Self::Field(path, value) => write!(f, "{path}={value}"),
        }
    }
}

fn is_case_field(path: &str) -> bool {
    matches!(path.split('.').next(), Some("metadata" | "input" | "expected")) && path.contains('.')
}

/// Reads one criterion.
pub fn read(name: &str, table: &Table<'_>) -> Option<Criterion> {
    table.check(&[super::fields::CRITERION]);
    let metric = match table.text("metric")?.as_str() {
        "latency" => Metric::Latency,
        "cost" => Metric::Cost,
        "error-rate" => Metric::ErrorRate,
        scorer => Metric::Scorer(scorer.into()),
    };
    let bound = bound(table, &metric)?;
    check_settings(table, &metric, bound);
    let only = table.text("where").and_then(|text| {
        let filter = Filter::parse(&text);
        if filter.is_none() {
            table.error(
                "where",
                format!("\"{text}\" names no cases"),
                "write where = \"tag=NAME\" or where = \"metadata.FIELD=VALUE\"",
            );
        }
        filter
    });
    let each = table.text("each");
    if let Some(path) = &each
        && !is_case_field(path)
    {
        table.error(
            "each",
            format!("\"{path}\" is no field of a case"),
            "write each = \"metadata.FIELD\"",
        );
    }
    Some(Criterion {
        name: name.into(),
        metric,
        bound,
        each,
        only,
        pass_hat: table.integer("pass_hat").map(|k| k.clamp(1, 1000) as u32),
        quantile: table.number("quantile"),
        is_advisory: table.flag("advisory"),
        content: table.to_json(),
        place: table.place.clone(),
    })
}

/// Exactly one of the four bounds.
fn bound(table: &Table<'_>, metric: &Metric) -> Option<Bound> {
    const BOUNDS: [&str; 4] = ["min", "max", "failures", "better_than_baseline_by"];
    let given: Vec<&str> = BOUNDS.into_iter().filter(|name| table.has(name)).collect();
    let [one] = given.as_slice() else {
        table.problems().error(
            &table.place,
            if given.is_empty() {
                "this criterion has no bound".to_owned()
            } else {
                format!("this criterion has {} bounds: {}", given.len(), given.join(", "))
            },
            format!("keep exactly one of {}", BOUNDS.join(", ")),
        );
        return None;
    };
    match *one {
        "min" => table.number("min").map(Bound::Min),
        "max" if *metric == Metric::Latency => match (table.duration("max"), table.number("max")) {
            (Some(limit), _) => Some(Bound::Max(limit.as_secs_f64() * 1000.0)),
            (None, Some(number)) => {
                table.error(
                    "max",
                    format!("{number} of what?"),
                    format!("write max = \"{number}ms\" or \"{number}s\""),
                );
                None
            }
            (None, None) => None,
        },
        "max" => table.number("max").map(Bound::Max),
        "failures" => table.integer("failures").map(Bound::Failures),
        _ => table.number("better_than_baseline_by").map(Bound::BetterThanBaselineBy),
    }
}

fn check_settings(table: &Table<'_>, metric: &Metric, bound: Bound) {
    let is_share = matches!(metric, Metric::Scorer(_) | Metric::ErrorRate);
    match bound {
        Bound::Min(_) if !matches!(metric, Metric::Scorer(_)) => table.error(
            "min",
            format!("{} is better when it is smaller", metric.name()),
            "write max instead of min",
        ),
        Bound::Min(floor) if !(0.0..=1.0).contains(&floor) => table.error(
            "min",
            format!("a score lies between 0 and 1, and {floor} does not"),
            if (1.0..=100.0).contains(&floor) {
                format!("for {floor} percent write {}", floor / 100.0)
            } else {
                "write a number between 0 and 1".into()
            },
        ),
        Bound::Min(floor) if floor >= 1.0 => table.error(
            "min",
            "no number of cases can prove that something is always right",
            "write failures = 0 to allow no failure in these cases, or a floor below 1",
        ),
        Bound::Max(limit) if is_share && !(0.0..=1.0).contains(&limit) => table.error(
            "max",
            format!("a share lies between 0 and 1, and {limit} does not"),
            "write a number between 0 and 1",
        ),
        Bound::Max(limit) if *metric == Metric::ErrorRate && limit <= 0.0 => table.error(
            "max",
            "no number of cases can prove that an error never happens",
            "write failures = 0 to allow no error in these cases, or a limit above 0",
        ),
        Bound::BetterThanBaselineBy(gain) if !(-1.0..1.0).contains(&gain) => table.error(
            "better_than_baseline_by",
            format!("a gain lies between -1 and 1, and {gain} does not"),
            "write for example 0.05",
        ),
        Bound::Failures(_) | Bound::BetterThanBaselineBy(_)
            if matches!(metric, Metric::Latency | Metric::Cost) =>
        {
            table.error("metric", format!("{} needs max", metric.name()), "write max = …");
        }
        _ => {}
    }
    if let Some(quantile) = table.number("quantile") {
        if !matches!(metric, Metric::Latency | Metric::Cost) {
            table.error("quantile", "only latency and cost have quantiles", "remove it");
        } else if !(0.0..1.0).contains(&quantile) || quantile <= 0.0 {
            table.error("quantile", format!("{quantile} is no quantile"), "write for example 0.95");
        }
    } else if *metric == Metric::Latency {
        table.error(
            "metric",
            "the mean of latencies hides the slow ones",
            "add quantile = 0.95: 95 of 100 answers must be as fast as max",
        );
    }
    if table.has("pass_hat") && !matches!((metric, bound), (Metric::Scorer(_), Bound::Min(_))) {
        table.error(
            "pass_hat",
            "pass^k goes with a scorer and min",
            "remove pass_hat, or write min",
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_needs_a_known_field_and_a_value() {
        assert_eq!(Filter::parse("tag=hard"), Some(Filter::Tag("hard".into())));
        assert_eq!(
            Filter::parse("metadata.plan = pro"),
            Some(Filter::Field("metadata.plan".into(), "pro".into()))
        );
        assert_eq!(Filter::parse("plan=pro"), None);
        assert_eq!(Filter::parse("tag="), None);
        assert_eq!(Filter::parse("hard"), None);
    }
}
