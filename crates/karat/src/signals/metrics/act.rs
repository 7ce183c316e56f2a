//! Pure. What a signal says in the terms of the figures.

use karat_records::Signal;

use super::super::derive::is_bad;
use super::Row;

/// Below this an answer was taken back, whatever was pressed.
pub(super) const REVERTED: f64 = 0.2;

/// What somebody did with an answer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Act {
    /// It was in view.
    Shown,
    /// A share of it was taken: 1 for all of it.
    Accepted(f64),
    /// It was dismissed.
    Rejected,
    /// It was put into a document.
    Applied,
    /// It was copied.
    Copied,
    /// It was taken back.
    Undone,
    /// It was asked for again.
    Retried,
    /// The next message; true where that repeats the request or says that the answer is wrong.
    Followup(bool),
    /// The person left.
    Abandoned,
    /// A thumb; true is up.
    Thumb(bool),
    /// It was changed so far.
    Edited(f64),
    /// How much of it still stands.
    Survival {
        /// Milliseconds after it was applied.
        t_ms: f64,
        /// Share of its 4-grams that still stand.
        containment: f64,
        /// How far it is from having been taken back, where the sender knows what was there before.
        no_revert: Option<f64>,
    },
}

impl Act {
    /// What a signal says; nothing where no figure reads it.
    pub fn of(signal: &Signal) -> Option<Self> {
        let number = |name: &str| signal.data.get(name).and_then(serde_json::Value::as_f64);
        Some(match signal.kind.as_str() {
            "response.shown" => Self::Shown,
            "response.accepted" => Self::Accepted(1.0),
            "response.partially_accepted" => {
                let (part, whole) = (number("accepted_chars")?, number("shown_chars")?);
                Self::Accepted(if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { 0.0 })
            }
            "response.rejected" => Self::Rejected,
            "response.applied" => Self::Applied,
            "response.copied" => Self::Copied,
            "response.undone" => Self::Undone,
            "response.retried" => Self::Retried,
            "message.followup" => Self::Followup(is_bad(signal.data.get("class")?.as_str()?)),
            "task.abandoned" => Self::Abandoned,
            "feedback.thumb" => Self::Thumb(signal.data.get("up")?.as_bool()?),
            "response.edited" => Self::Edited(number("edit_distance")?),
            "response.survival" => Self::Survival {
                t_ms: number("t_ms")?,
                containment: number("containment4")?,
                no_revert: number("no_revert"),
            },
            _ => return None,
        })
    }
}

/// When an answer was first in view.
pub(super) fn shown_at(row: &Row) -> Option<i64> {
    first(row, |act| matches!(act, Act::Shown))
}

/// When an answer was first applied or accepted.
pub(super) fn applied_at(row: &Row) -> Option<i64> {
    first(row, |act| matches!(act, Act::Applied | Act::Accepted(_)))
}

fn first(row: &Row, is_it: impl Fn(&Act) -> bool) -> Option<i64> {
    row.acts.iter().filter(|seen| is_it(&seen.act)).map(|seen| seen.at_ms).min()
}
