//! Pure. Who gave which item which label: the table that every measure of agreement reads.

use karat_stats::agreement::Ratings;
use serde_json::Value;

use super::item::{Item, Label};
use super::queue::Kind;
use super::resolve::is_same;
use crate::clock;

/// Labels that were made without a model's answer, by item and person.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Id and name of each person, in the order of their first labels.
    pub people: Vec<(String, String)>,
    /// Distinct values, in the order in which they first occur.
    pub values: Vec<Value>,
    /// For each item the code of each person's label.
    pub units: Vec<Vec<Option<f64>>>,
    /// For each item the day of its last label.
    pub days: Vec<String>,
    /// How often each value occurs.
    pub counts: Vec<u64>,
}

/// Builds the table from items in any order; labels made with a model's answer are left out.
pub fn table<'a>(items: impl IntoIterator<Item = &'a Item>, kind: Kind) -> Table {
    let mut table = Table::default();
    let mut rows: Vec<Vec<(usize, f64)>> = Vec::new();
    for item in items {
        let labels: Vec<&Label> = item.labels.iter().filter(|label| !label.assisted).collect();
        let Some(last) = labels.iter().map(|label| label.at_ms).max() else { continue };
        let row = labels.iter().map(|label| (table.person(label), table.code(label, kind)));
        let row: Vec<(usize, f64)> = row.collect();
        rows.push(row);
        table.days.push(clock::day(last));
    }
    let n_people = table.people.len();
    table.units = rows
        .into_iter()
        .map(|row| {
            let mut unit = vec![None; n_people];
            for (person, code) in row {
                unit[person] = Some(code);
            }
            unit
        })
        .collect();
    table
}

impl Table {
    fn person(&mut self, label: &Label) -> usize {
        let known = self.people.iter().position(|(id, _)| *id == label.by);
        known.unwrap_or_else(|| {
            self.people.push((label.by.clone(), label.name.clone()));
            self.people.len() - 1
        })
    }

    /// A number on a scale stands for itself, every other value for its place among the values.
    fn code(&mut self, label: &Label, kind: Kind) -> f64 {
        let known = self.values.iter().position(|value| is_same(value, &label.value));
        let index = known.unwrap_or_else(|| {
            self.values.push(label.value.clone());
            self.counts.push(0);
            self.values.len() - 1
        });
        self.counts[index] += 1;
        match kind {
            Kind::Scale => label.value.as_f64().unwrap_or(index as f64),
            _ => index as f64,
        }
    }

    /// All ratings.
    pub fn ratings(&self) -> Option<Ratings> {
        Ratings::new(&self.units).ok()
    }

    /// The ratings of two people on the items that both have labelled.
    pub fn pair(&self, first: usize, second: usize) -> Vec<Vec<Option<f64>>> {
        let both = |unit: &&Vec<Option<f64>>| unit[first].is_some() && unit[second].is_some();
        self.units.iter().filter(both).map(|unit| vec![unit[first], unit[second]]).collect()
    }

    /// The items that two or more people have labelled, by the day of their last label.
    pub fn by_day(&self) -> Vec<(String, Vec<Vec<Option<f64>>>)> {
        let mut days: std::collections::BTreeMap<&str, Vec<Vec<Option<f64>>>> =
            std::collections::BTreeMap::new();
        for (unit, day) in self.units.iter().zip(&self.days) {
            if unit.iter().flatten().count() > 1 {
                days.entry(day).or_default().push(unit.clone());
            }
        }
        days.into_iter().map(|(day, units)| (day.to_owned(), units)).collect()
    }
}
