//! Pure. The loop in a strip of numbers: what went through it lately. A number that is nothing yet is left out.

use karat_store::Tally;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::gate::describe::count;

/// One number of the strip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LoopNumber {
    /// As it is written, for example `+34`.
    pub value: String,
    /// What it counts.
    pub says: String,
    /// True for labelled data.
    pub is_gold: bool,
}

/// What went through the loop in the last 30 days.
#[derive(Clone, Copy, Debug, Default)]
pub struct Through {
    /// Runs by what they judged.
    pub runs: Tally,
    /// Labels that people gave.
    pub n_labels: u64,
    /// Disputes that were settled.
    pub n_settled: u64,
    /// Cases that were added to the datasets.
    pub n_cases_added: u64,
}

/// The strip, in the order of the loop.
pub fn strip(through: &Through) -> Vec<LoopNumber> {
    let verdicts = through.runs.passed + through.runs.failed + through.runs.undecided;
    let noun =
        |n: u64, one: &str, many: &str| if n == 1 { one.to_owned() } else { many.to_owned() };
    let numbers = [
        (through.n_labels, noun(through.n_labels, "label", "labels"), true, ""),
        (
            through.n_settled,
            noun(through.n_settled, "dispute settled", "disputes settled"),
            true,
            "",
        ),
        (
            through.n_cases_added,
            noun(through.n_cases_added, "case for judging", "cases for judging"),
            true,
            "+",
        ),
        (through.runs.runs, noun(through.runs.runs, "run", "runs"), false, ""),
        (verdicts, noun(verdicts, "verdict", "verdicts"), false, ""),
        (through.runs.passed, noun(through.runs.passed, "pass", "passes"), false, ""),
    ];
    numbers
        .into_iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, says, is_gold, sign)| LoopNumber {
            value: format!("{sign}{}", count(n)),
            says,
            is_gold,
        })
        .collect()
}

/// Cases that a dataset gained: the newest count beside the last one before the window, or the first in it.
/// The counts come newest first, each with its time.
pub fn gained(counts: &[(i64, u64)], since_ms: i64) -> u64 {
    let Some((_, newest)) = counts.first() else { return 0 };
    let before = counts.iter().find(|(at_ms, _)| *at_ms < since_ms).or(counts.last());
    before.map_or(0, |(_, before)| newest.saturating_sub(*before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nothing_yet_is_left_out() {
        assert!(strip(&Through::default()).is_empty());
        let through = Through {
            runs: Tally { runs: 1204, passed: 1, failed: 2, undecided: 0 },
            n_cases_added: 34,
            ..Through::default()
        };
        let found: Vec<String> =
            strip(&through).iter().map(|one| format!("{} {}", one.value, one.says)).collect();
        assert_eq!(found, ["+34 cases for judging", "1,204 runs", "3 verdicts", "1 pass"]);
    }

    #[test]
    fn cases_are_gained_beside_what_was_there_before_the_window() {
        assert_eq!(gained(&[], 10), 0);
        assert_eq!(gained(&[(20, 50)], 10), 0, "the first load is no gain");
        assert_eq!(gained(&[(20, 50), (15, 30), (5, 20), (1, 10)], 10), 30);
        assert_eq!(gained(&[(20, 40), (5, 50)], 10), 0, "fewer cases are no gain");
    }
}
