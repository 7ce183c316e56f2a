//! Pure. Agreement beyond chance with intervals, and what each number means in a sentence.

use karat_stats::agree::FEWEST_UNITS;
use karat_stats::agreement::{Coefficient, Level, Ratings, Weights, agreement_interval};
use karat_stats::bootstrap::Resampling;
use karat_stats::{Band, Interval};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::queue::{Kind, text_of};
use super::shown::Measured;
use super::table::Table;
use crate::gate::describe::{plural, rate};

/// A measure of agreement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    /// Its name.
    pub name: String,
    /// The value; absent where it does not exist.
    pub value: Option<f64>,
    /// Lower end of its interval at 95 %.
    pub lower: Option<f64>,
    /// Upper end of its interval at 95 %.
    pub upper: Option<f64>,
    /// Items with two labels or more.
    pub n: u64,
    /// What it means.
    pub says: String,
}

/// How often a value occurs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BaseRate {
    /// The value.
    pub value: String,
    /// Its share of all labels.
    pub share: f64,
    /// Labels in all.
    pub n: u64,
}

/// Two people on the items that both have labelled.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PairAgreement {
    /// One person's name.
    pub first: String,
    /// The other's.
    pub second: String,
    /// Items that both have labelled.
    pub n: u64,
    /// Share of them with the same label.
    pub raw: f64,
    /// Cohen's kappa; absent where it does not exist.
    pub kappa: Option<f64>,
    /// Lower end of its interval at 95 %.
    pub lower: Option<f64>,
    /// Upper end of its interval at 95 %.
    pub upper: Option<f64>,
}

/// Agreement on the items that were finished on one day.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DayAgreement {
    /// The day, in UTC.
    pub day: String,
    /// Items with two labels or more.
    pub n: u64,
    /// Percent agreement as a share.
    pub raw: f64,
    /// Lower end of its interval at 95 %.
    pub lower: f64,
    /// Upper end of its interval at 95 %.
    pub upper: f64,
}

fn resampling(seed: u64) -> Resampling {
    Resampling { resamples: 2000, seed, confidence: 0.95 }
}

/// The share of pairs of labels on the same item that are equal.
pub fn raw(ratings: &Ratings, seed: u64) -> Option<Measured> {
    let share = Coefficient::Percent.of(ratings)?;
    let ends = agreement_interval(ratings, Coefficient::Percent, &resampling(seed)).ok().flatten();
    let n = ratings.n_pairable() as u64;
    Some(Measured::between(
        "same label",
        Some(share),
        ends.unwrap_or(Interval { lower: 0.0, upper: 1.0 }),
        n,
    ))
}

/// Kappa for two people, alpha and AC1 for any number, each with its interval and a sentence.
pub fn measures(table: &Table, kind: Kind, seed: u64) -> Vec<Measure> {
    let Some(ratings) = table.ratings().filter(|ratings| ratings.n_pairable() > 0) else {
        return Vec::new();
    };
    let (level, weights) = match kind {
        Kind::Scale => (Level::Ordinal, Weights::Quadratic),
        _ => (Level::Nominal, Weights::None),
    };
    let mut wanted = vec![("Krippendorff's alpha", Coefficient::Alpha(level))];
    if ratings.n_raters() == 2 {
        wanted.insert(0, ("Cohen's kappa", Coefficient::Kappa(weights)));
    }
    // AC1 does not know that some numbers of a scale are nearer than others.
    if kind != Kind::Scale {
        wanted.push(("Gwet's AC1", Coefficient::Ac1));
    }
    wanted.into_iter().map(|(name, which)| measure(name, which, &ratings, seed)).collect()
}

fn measure(name: &str, which: Coefficient, ratings: &Ratings, seed: u64) -> Measure {
    let value = which.of(ratings);
    let ends = agreement_interval(ratings, which, &resampling(seed)).ok().flatten();
    let n = ratings.n_pairable();
    let says = match (value, ends) {
        (None, _) => "All labels are the same: there is no disagreement to expect, and neither 1 nor 0 would be true.".to_owned(),
        (Some(value), Some(ends)) => format!(
            "{} [{}, {}] on {}, where 1 is full agreement and 0 is chance{}: {}.",
            rate(value),
            rate(ends.lower),
            rate(ends.upper),
            plural(n as u64, "item"),
            if which == Coefficient::Ac1 { ", counted so that a frequent label does not hide agreement" } else { "" },
            band(n, ends.lower)
        ),
        (Some(value), None) => format!(
            "{} on {}: too few for an interval.",
            rate(value),
            plural(n as u64, "item")
        ),
    };
    Measure {
        name: name.to_owned(),
        value,
        lower: ends.map(|ends| ends.lower),
        upper: ends.map(|ends| ends.upper),
        n: n as u64,
        says,
    }
}

/// What labels of such agreement are good for; the lower end decides.
fn band(n: usize, lower: f64) -> String {
    if n < FEWEST_UNITS {
        return format!("no conclusion below {FEWEST_UNITS} items with two labels");
    }
    Band::of(lower).text().to_owned()
}

/// How often each value occurs, the most frequent first.
pub fn base_rates(table: &Table) -> Vec<BaseRate> {
    let n: u64 = table.counts.iter().sum();
    let mut rates: Vec<BaseRate> = table
        .values
        .iter()
        .zip(&table.counts)
        .map(|(value, count)| BaseRate {
            value: text_of(value),
            share: *count as f64 / n as f64,
            n,
        })
        .collect();
    rates.sort_by(|a, b| b.share.total_cmp(&a.share).then_with(|| a.value.cmp(&b.value)));
    rates.truncate(50);
    rates
}

/// A sentence where one label dominates so much that kappa and alpha mislead.
pub fn paradox(rates: &[BaseRate], raw: Option<f64>, measures: &[Measure]) -> Option<String> {
    let top = rates.first().filter(|top| top.share >= 0.8)?;
    let value_of = |name: &str| {
        measures.iter().find(|measure| measure.name == name).and_then(|measure| measure.value)
    };
    let (raw, alpha, ac1) = (raw?, value_of("Krippendorff's alpha")?, value_of("Gwet's AC1")?);
    (raw >= 0.8 && ac1 - alpha >= 0.15).then(|| {
        format!(
            "{} of 100 labels are \"{}\", so chance alone would agree often: kappa and alpha are low although people differ in only {} of 100 pairs. Read AC1 beside them, and label more of the rare kind.",
            (top.share * 100.0).round(),
            top.value,
            ((1.0 - raw) * 100.0).round()
        )
    })
}

/// Every two people who share items, the pair with most items first.
pub fn pairs(table: &Table, kind: Kind, seed: u64) -> Vec<PairAgreement> {
    let which =
        Coefficient::Kappa(if kind == Kind::Scale { Weights::Quadratic } else { Weights::None });
    let mut pairs = Vec::new();
    for first in 0..table.people.len() {
        for second in first + 1..table.people.len() {
            let units = table.pair(first, second);
            let Ok(ratings) = Ratings::new(&units) else { continue };
            let Some(raw) = Coefficient::Percent.of(&ratings) else { continue };
            let ends = agreement_interval(&ratings, which, &resampling(seed)).ok().flatten();
            pairs.push(PairAgreement {
                first: table.people[first].1.clone(),
                second: table.people[second].1.clone(),
                n: units.len() as u64,
                raw,
                kappa: which.of(&ratings),
                lower: ends.map(|ends| ends.lower),
                upper: ends.map(|ends| ends.upper),
            });
        }
    }
    pairs.sort_by_key(|pair| std::cmp::Reverse(pair.n));
    pairs.truncate(100);
    pairs
}

/// Agreement by the day on which items were finished.
pub fn by_day(table: &Table, seed: u64) -> Vec<DayAgreement> {
    let days = table.by_day().into_iter().filter_map(|(day, units)| {
        let ratings = Ratings::new(&units).ok()?;
        let raw = raw(&ratings, seed)?;
        Some(DayAgreement {
            day,
            n: raw.n,
            raw: raw.estimate?,
            lower: raw.lower.unwrap_or(0.0),
            upper: raw.upper.unwrap_or(1.0),
        })
    });
    days.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// Ninety items on which both say x, five on which both say y, five on which they differ.
    fn skewed() -> Table {
        let mut units = vec![vec![Some(0.0), Some(0.0)]; 93];
        units.extend(vec![vec![Some(1.0), Some(1.0)]; 1]);
        units.extend(vec![vec![Some(0.0), Some(1.0)]; 6]);
        Table {
            people: vec![("a".into(), "Ann".into()), ("b".into(), "Bob".into())],
            values: vec![json!("x"), json!("y")],
            days: vec!["2026-11-23".into(); units.len()],
            units,
            counts: vec![192, 8],
        }
    }

    #[test]
    fn a_dominating_label_makes_kappa_low_and_the_note_says_why() {
        let table = skewed();
        let measures = measures(&table, Kind::Choice, 1);
        let names: Vec<&str> = measures.iter().map(|measure| measure.name.as_str()).collect();
        assert_eq!(names, ["Cohen's kappa", "Krippendorff's alpha", "Gwet's AC1"]);
        assert!(measures[0].value.unwrap() < 0.4 && measures[2].value.unwrap() > 0.9);
        assert!(measures[0].says.contains("do not use as gold"), "{}", measures[0].says);
        let rates = base_rates(&table);
        assert_eq!((rates[0].value.as_str(), rates[0].n), ("x", 200));
        let note = paradox(&rates, Some(0.94), &measures).unwrap();
        assert!(note.contains("96 of 100 labels are \"x\"") && note.contains("AC1"), "{note}");
        assert_eq!(paradox(&rates[1..], Some(0.94), &measures), None);
    }

    #[test]
    fn days_and_pairs_carry_n_and_intervals() {
        let table = skewed();
        let day = &by_day(&table, 1)[0];
        assert_eq!((day.n, day.raw), (100, 0.94));
        assert!(day.lower < 0.94 && day.upper > 0.94);
        let pair = &pairs(&table, Kind::Choice, 1)[0];
        assert_eq!((pair.first.as_str(), pair.second.as_str(), pair.n), ("Ann", "Bob", 100));
        assert!(pair.lower < pair.kappa && pair.kappa < pair.upper);
    }

    #[test]
    fn without_disagreement_to_expect_there_is_no_number() {
        let mut table = skewed();
        table.units = vec![vec![Some(0.0), Some(0.0)]; 30];
        let measures = measures(&table, Kind::Choice, 1);
        assert!(measures.iter().all(|measure| measure.value.is_none()));
        assert!(measures[0].says.contains("neither 1 nor 0"));
    }
}
