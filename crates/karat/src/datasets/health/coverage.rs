//! Pure. Groups with too few cases for a verdict of their own.

use karat_records::{Case, Split};

use super::{CheckKind, CheckState, HealthCheck, HealthRow, MOST_NAMED};
use crate::datasets::about::Counting;
use crate::gate::describe::{count, plural};

/// Counts the cases that a gate judges on.
#[derive(Debug)]
pub struct Coverage {
    fewest: u64,
    holds_back: bool,
    counting: Counting,
}

impl Coverage {
    /// Below `fewest` cases even a group that is all right cannot pass.
    pub fn new(fewest: u64, holds_back: bool) -> Self {
        Self { fewest, holds_back, counting: Counting::default() }
    }

    /// Looks at a case.
    pub fn add(&mut self, case: &Case) {
        if !self.holds_back || case.split == Split::Gate {
            self.counting.add(case);
        }
    }

    /// What was found.
    pub fn check(self) -> HealthCheck {
        let judged = if self.holds_back { "held-out case" } else { "case" };
        let (n_cases, fewest) = (self.counting.n, self.fewest);
        let about = self.counting.about();
        let tags = about.tags.iter().map(|it| (format!("tag {}", it.value), it.n));
        let segments = about.segments.iter().flat_map(|segment| {
            let name = segment.field.trim_start_matches("metadata.");
            segment.values.iter().map(move |it| (format!("{name} {}", it.value), it.n))
        });
        let groups: Vec<(String, u64)> = tags.chain(segments).collect();
        let mut thin: Vec<&(String, u64)> = groups.iter().filter(|(_, n)| *n < fewest).collect();
        thin.sort_by_key(|(_, n)| *n);
        let rows = thin.iter().take(MOST_NAMED).map(|(label, n)| HealthRow {
            label: label.clone(),
            n: *n,
            of: fewest,
            note: Some(format!("{} more", count(fewest - n))),
        });
        let n = thin.len() as u64;
        let says = match (groups.len() as u64, n) {
            (0, _) => {
                "the cases have neither tags nor segments, so nothing says where it fails".into()
            }
            (all, 0) => {
                format!("each of {} has {} or more", plural(all, "group"), plural(fewest, judged))
            }
            (all, n) => format!(
                "{} of {} have fewer than {}, too few to pass even where all are right",
                count(n),
                plural(all, "group"),
                plural(fewest, judged)
            ),
        };
        let is_fine = n == 0 && !groups.is_empty() && n_cases >= fewest;
        HealthCheck {
            kind: CheckKind::Coverage,
            state: if is_fine { CheckState::Fine } else { CheckState::Look },
            says,
            n,
            of: groups.len() as u64,
            cases: Vec::new(),
            rows: rows.collect(),
            next: (!is_fine).then(|| {
                if groups.is_empty() {
                    "add tags or metadata, for example a language or a channel".into()
                } else {
                    "label cases of these groups first, or make no promise about them".into()
                }
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_thin_group_is_named_with_what_it_lacks_and_only_judged_cases_count() {
        let mut coverage = Coverage::new(14, true);
        for index in 0..100 {
            let channel = if index < 90 { "mail" } else { "chat" };
            let split = if index % 2 == 0 { "gate" } else { "tune" };
            let case = json!({
                "id": "x", "input": {}, "split": split, "metadata": { "channel": channel },
            });
            coverage.add(&serde_json::from_value(case).unwrap());
        }
        let check = coverage.check();
        assert_eq!((check.n, check.of, check.state), (1, 2, CheckState::Look));
        assert_eq!((check.rows[0].label.as_str(), check.rows[0].n), ("channel chat", 5));
        assert_eq!(check.rows[0].note.as_deref(), Some("9 more"));
    }
}
