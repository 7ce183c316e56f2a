//! Pure. Old cases: by a date in their metadata, or by the first version that had any.

use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, tz::TimeZone};
use karat_records::Case;
use serde_json::Value;

use super::{CheckKind, CheckState, HealthCheck, HealthRow, MOST_NAMED};
use crate::gate::describe::{count, plural};

/// Fields of the metadata that are read as a date, the first that is there.
const FIELDS: [&str; 9] = [
    "labelled_at",
    "labeled_at",
    "updated_at",
    "created_at",
    "date",
    "day",
    "created",
    "timestamp",
    "time",
];

/// An older case may no longer be what users send.
const OLD_DAYS: i64 = 365;
const DAY_MS: i64 = 24 * 3_600_000;

/// Counts cases by age.
#[derive(Debug)]
pub struct Staleness {
    now_ms: i64,
    n_dated: u64,
    n_old: u64,
    by_year: [u64; 4],
    ids: Vec<String>,
}

impl Staleness {
    /// Ages are counted up to now.
    pub fn new(now_ms: i64) -> Self {
        Self { now_ms, n_dated: 0, n_old: 0, by_year: [0; 4], ids: Vec::new() }
    }

    /// Looks at a case.
    pub fn add(&mut self, case: &Case) {
        let dated = FIELDS.iter().find_map(|name| moment(case.metadata.get(*name)?));
        let Some(moment) = dated else { return };
        let days = (self.now_ms - moment).max(0) / DAY_MS;
        self.n_dated += 1;
        self.by_year[(days / OLD_DAYS).clamp(0, 3) as usize] += 1;
        if days >= OLD_DAYS {
            self.n_old += 1;
            if self.ids.len() < MOST_NAMED {
                self.ids.push(case.id.clone());
            }
        }
    }

    /// What was found.
    pub fn check(self, n: u64, first_seen_ms: Option<i64>) -> HealthCheck {
        if self.n_dated == 0 {
            return self.by_version(n, first_seen_ms);
        }
        let labels = ["less than a year old", "1 year old", "2 years old", "3 years old or more"];
        let rows = labels.iter().zip(self.by_year).filter(|(_, n)| *n > 0);
        let rows = rows.map(|(label, n)| HealthRow {
            label: (*label).to_owned(),
            n,
            of: self.n_dated,
            note: None,
        });
        let is_fine = self.n_old * 2 < self.n_dated;
        HealthCheck {
            kind: CheckKind::Staleness,
            state: if is_fine { CheckState::Fine } else { CheckState::Look },
            says: format!(
                "{} of {} with a date are a year old or more",
                count(self.n_old),
                plural(self.n_dated, "case")
            ),
            n: self.n_old,
            of: self.n_dated,
            rows: rows.collect(),
            cases: self.ids,
            next: (!is_fine)
                .then(|| "add cases of the last months: users change what they ask".into()),
        }
    }

    fn by_version(self, n: u64, first_seen_ms: Option<i64>) -> HealthCheck {
        let days = first_seen_ms.map_or(0, |at| (self.now_ms - at).max(0) / DAY_MS).unsigned_abs();
        let is_old = days >= OLD_DAYS.unsigned_abs();
        HealthCheck {
            kind: CheckKind::Staleness,
            state: if is_old { CheckState::Look } else { CheckState::Fine },
            says: format!(
                "no case says how old it is; the first version was loaded {} ago",
                plural(days, "day")
            ),
            n: 0,
            of: n,
            cases: Vec::new(),
            rows: Vec::new(),
            next: is_old.then(|| {
                "add a date to the metadata of cases, and cases of the last months".to_owned()
            }),
        }
    }
}

fn moment(value: &Value) -> Option<i64> {
    match value {
        Value::String(text) => {
            let text = text.trim();
            let of = |time: DateTime| TimeZone::UTC.to_timestamp(time).ok();
            let read = text.parse::<Timestamp>().ok();
            let read = read.or_else(|| of(text.parse::<DateTime>().ok()?));
            let read = read.or_else(|| {
                of(text.parse::<Date>().ok()?.to_datetime(jiff::civil::Time::midnight()))
            });
            read.map(Timestamp::as_millisecond)
        }
        // Seconds or milliseconds since the Unix epoch, between 2001 and 2286.
        Value::Number(number) => match number.as_i64()? {
            seconds @ 1_000_000_000..=9_999_999_999 => Some(seconds * 1000),
            ms @ 1_000_000_000_000..=9_999_999_999_999 => Some(ms),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_795_000_000_000;

    fn check(dates: &[Value]) -> HealthCheck {
        let mut staleness = Staleness::new(NOW);
        for (index, date) in dates.iter().enumerate() {
            let case =
                json!({ "id": index.to_string(), "input": {}, "metadata": { "date": date } });
            staleness.add(&serde_json::from_value(case).unwrap());
        }
        staleness.check(dates.len() as u64, Some(NOW - 3 * DAY_MS))
    }

    #[test]
    fn dates_are_read_in_the_usual_forms() {
        let seconds = NOW / 1000 - 400 * 86_400;
        let old = [
            json!("2024-01-02"),
            json!("2024-01-02T10:00:00Z"),
            json!("2024-01-02 10:00"),
            json!(seconds),
        ];
        let found = check(&old);
        assert_eq!((found.n, found.of, found.state), (4, 4, CheckState::Look));
        let found = check(&[json!("2026-11-01"), json!("2024-11-01"), json!(NOW), json!("soon")]);
        assert_eq!((found.n, found.of, found.state), (1, 3, CheckState::Fine));
        assert_eq!(found.cases, ["1"]);
    }

    #[test]
    fn without_dates_the_first_version_tells_the_age() {
        let found = check(&[json!("unknown")]);
        assert_eq!(
            found.says,
            "no case says how old it is; the first version was loaded 3 days ago"
        );
        assert_eq!(found.state, CheckState::Fine);
    }
}
