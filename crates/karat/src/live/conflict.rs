//! Pure. Where a judge and the person who saw the answer say different things.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::volume::LiveShare;

/// From here a score says that the answer is good.
const GOOD: f64 = 0.5;

/// Of each cell so many answers can be opened, the newest first.
const MOST: usize = 10;

/// An answer that got a thumb and was scored.
#[derive(Clone, Debug, PartialEq)]
pub struct Judged {
    /// The inference.
    pub inference_id: String,
    /// The last thumb.
    pub is_up: bool,
    /// What each scorer says; nothing where it could not decide.
    pub scores: Vec<(String, Option<f64>)>,
}

/// One judge beside the people.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveConflict {
    /// The scorer.
    pub scorer: String,
    /// How often both say the same, over the answers that both spoke about.
    pub agree: LiveShare,
    /// The four ways, in the order good and up, good and down, bad and up, bad and down.
    pub cells: Vec<LiveCell>,
    /// Answers with a thumb about which the scorer could not decide.
    pub n_undecided: u64,
}

/// One way in which a judge and a person spoke.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LiveCell {
    /// Whether the judge gave 0.5 or more.
    pub judge_is_good: bool,
    /// Whether the thumb is up.
    pub thumb_is_up: bool,
    /// Answers.
    pub n: u64,
    /// Some of them, the newest first.
    pub inferences: Vec<String>,
}

/// One matrix for each scorer, the one with most answers first. Answers come newest first.
pub fn conflicts(judged: &[Judged]) -> Vec<LiveConflict> {
    type Cells = BTreeMap<(bool, bool), (u64, Vec<String>)>;
    let mut scorers: BTreeMap<&str, (Cells, u64)> = BTreeMap::new();
    for answer in judged {
        for (scorer, value) in &answer.scores {
            let (cells, n_undecided) = scorers.entry(scorer).or_default();
            let Some(value) = value else {
                *n_undecided += 1;
                continue;
            };
            let (n, some) = cells.entry((*value >= GOOD, answer.is_up)).or_default();
            *n += 1;
            if some.len() < MOST {
                some.push(answer.inference_id.clone());
            }
        }
    }
    let mut found: Vec<LiveConflict> = scorers
        .into_iter()
        .map(|(scorer, (mut cells, n_undecided))| {
            let ways = [(true, true), (true, false), (false, true), (false, false)];
            let cells: Vec<LiveCell> = ways
                .into_iter()
                .map(|way| {
                    let (n, inferences) = cells.remove(&way).unwrap_or_default();
                    LiveCell { judge_is_good: way.0, thumb_is_up: way.1, n, inferences }
                })
                .collect();
            let n = cells.iter().map(|cell| cell.n).sum();
            let same = cells.iter().filter(|cell| cell.judge_is_good == cell.thumb_is_up);
            let agree = LiveShare::of(same.map(|cell| cell.n).sum(), n);
            LiveConflict { scorer: scorer.to_owned(), agree, cells, n_undecided }
        })
        .collect();
    found.sort_by_key(|one| std::cmp::Reverse(one.agree.denominator));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(id: &str, is_up: bool, value: Option<f64>) -> Judged {
        let scores = vec![("tone".to_owned(), value)];
        Judged { inference_id: id.to_owned(), is_up, scores }
    }

    #[test]
    fn each_answer_stands_in_one_cell_and_undecided_ones_in_none() {
        let found = conflicts(&[
            judged("a", true, Some(1.0)),
            judged("b", false, Some(0.9)),
            judged("c", false, Some(0.2)),
            judged("d", false, None),
            judged("e", true, Some(0.5)),
        ]);
        let one = &found[0];
        let n: Vec<u64> = one.cells.iter().map(|cell| cell.n).collect();
        assert_eq!(n, [2, 1, 0, 1]);
        assert_eq!((one.agree.numerator, one.agree.denominator, one.n_undecided), (3, 4, 1));
        assert_eq!(one.cells[0].inferences, ["a", "e"]);
    }

    #[test]
    fn of_many_answers_some_can_be_opened() {
        let many: Vec<_> = (0..50).map(|i| judged(&i.to_string(), false, Some(1.0))).collect();
        let found = conflicts(&many);
        assert_eq!((found[0].cells[1].n, found[0].cells[1].inferences.len()), (50, MOST));
    }
}
