//! Pure. The figures: what each counts, over what, and when it is ripe.

use super::super::kinds::Direction;
use super::act::{self, Act};
use super::{Exposure, Row, Seen};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;

/// From here an applied text is kept.
const KEPT: f64 = 0.5;

/// Up to here an edit is light.
const LIGHT: f64 = 0.2;

/// Timers of pages are late, never early.
const LATE: f64 = 1.5;

/// What can be measured from signals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Figure {
    /// Share of the answers in view that were taken; a part counts as a part.
    AcceptRate,
    /// Share that was dismissed.
    RejectRate,
    /// What neither was taken nor dismissed.
    IgnoreRate,
    /// Share of applied answers that were taken back within so many milliseconds.
    UndoRate(i64),
    /// Share that was asked for again.
    RetryRate,
    /// Share after which the next message repeats the request or says that the answer is wrong.
    RephraseRate,
    /// Share after which the person left without a further act.
    AbandonRate,
    /// Share that was copied.
    CopyRate,
    /// Share of thumbs that are up.
    ThumbsUpRate,
    /// Mean distance of edited answers.
    EditDistance,
    /// Share of edited answers that were edited lightly.
    LightEditRate,
    /// Mean share of an applied answer that still stands so many milliseconds later.
    Survival(i64),
    /// Share of applied answers of which at least half still stands then.
    KeptRate(i64),
}

/// All of them.
pub const FIGURES: &[Figure] = &[
    Figure::AcceptRate,
    Figure::RejectRate,
    Figure::IgnoreRate,
    Figure::UndoRate(60 * SECOND),
    Figure::UndoRate(DAY),
    Figure::RetryRate,
    Figure::RephraseRate,
    Figure::AbandonRate,
    Figure::CopyRate,
    Figure::ThumbsUpRate,
    Figure::EditDistance,
    Figure::LightEditRate,
    Figure::Survival(30 * SECOND),
    Figure::Survival(5 * MINUTE),
    Figure::Survival(15 * MINUTE),
    Figure::Survival(DAY),
    Figure::Survival(7 * DAY),
    Figure::KeptRate(15 * MINUTE),
];

/// What a figure sees in one answer.
pub(super) struct Look {
    /// From when the window runs; nothing where the answer is not counted.
    pub start_ms: Option<i64>,
    /// What it says, where it says something.
    pub value: Option<f64>,
    /// Whether the act is there, although the answer may not be counted.
    pub has_act: bool,
}

impl Figure {
    /// Its name in answers of the program.
    pub fn name(self) -> String {
        match self {
            Self::AcceptRate => "accept-rate".into(),
            Self::RejectRate => "reject-rate".into(),
            Self::IgnoreRate => "ignore-rate".into(),
            Self::UndoRate(ms) => format!("undo-rate-{}", short(ms)),
            Self::RetryRate => "retry-rate".into(),
            Self::RephraseRate => "rephrase-rate".into(),
            Self::AbandonRate => "abandon-rate".into(),
            Self::CopyRate => "copy-rate".into(),
            Self::ThumbsUpRate => "thumbs-up-rate".into(),
            Self::EditDistance => "edit-distance".into(),
            Self::LightEditRate => "light-edit-rate".into(),
            Self::Survival(ms) => format!("survival-{}", short(ms)),
            Self::KeptRate(ms) => format!("kept-rate-{}", short(ms)),
        }
    }

    /// The figure of this name.
    pub fn named(name: &str) -> Option<Self> {
        FIGURES.iter().copied().find(|figure| figure.name() == name)
    }

    /// What it is, in words.
    pub fn label(self) -> String {
        match self {
            Self::AcceptRate => "taken, of the answers in view".into(),
            Self::RejectRate => "dismissed, of the answers in view".into(),
            Self::IgnoreRate => "neither taken nor dismissed, of the answers in view".into(),
            Self::UndoRate(ms) => {
                format!("taken back within {}, of the answers applied", short(ms))
            }
            Self::RetryRate => "asked for again".into(),
            Self::RephraseRate => "asked again in other words, or said to be wrong".into(),
            Self::AbandonRate => "left without a further act".into(),
            Self::CopyRate => "copied".into(),
            Self::ThumbsUpRate => "up, of the thumbs".into(),
            Self::EditDistance => "changed, of the text of edited answers".into(),
            Self::LightEditRate => "changed by a fifth at most, of the answers edited".into(),
            Self::Survival(ms) => format!("still there after {}, of the text applied", short(ms)),
            Self::KeptRate(ms) => format!("kept by half or more after {}", short(ms)),
        }
    }

    /// Which way is good.
    pub fn direction(self) -> Direction {
        match self {
            Self::AcceptRate
            | Self::CopyRate
            | Self::ThumbsUpRate
            | Self::LightEditRate
            | Self::Survival(_)
            | Self::KeptRate(_) => Direction::Good,
            Self::RejectRate
            | Self::UndoRate(_)
            | Self::RetryRate
            | Self::RephraseRate
            | Self::AbandonRate
            | Self::EditDistance => Direction::Bad,
            Self::IgnoreRate => Direction::Neither,
        }
    }

    /// After so long an answer counts.
    pub fn window_ms(self) -> i64 {
        match self {
            Self::AcceptRate | Self::RejectRate | Self::IgnoreRate | Self::CopyRate => 10 * MINUTE,
            Self::UndoRate(ms) => ms,
            Self::RetryRate => super::super::derive::RETRY_MS,
            Self::RephraseRate => super::super::derive::FOLLOWUP_MS,
            Self::AbandonRate => super::super::derive::SESSION_MS,
            Self::ThumbsUpRate | Self::EditDistance | Self::LightEditRate => DAY,
            Self::Survival(ms) | Self::KeptRate(ms) => late(ms),
        }
    }

    /// Whether an answer is ripe as soon as the next turn of its conversation came.
    pub(super) fn ends_with_next_turn(self) -> bool {
        matches!(self, Self::AcceptRate | Self::RejectRate | Self::IgnoreRate | Self::RephraseRate)
    }

    /// Whether an answer without the act says that it did not happen; otherwise it says nothing.
    pub(super) fn silence_is_an_answer(self) -> bool {
        !matches!(
            self,
            Self::ThumbsUpRate
                | Self::EditDistance
                | Self::LightEditRate
                | Self::Survival(_)
                | Self::KeptRate(_)
        )
    }

    /// Whether this answer shows that somebody tells of such acts; where nobody does, none is no news.
    pub(super) fn is_told(self, row: &Row, exposure: Exposure) -> bool {
        let look = self.look(row, exposure);
        match self {
            // The server itself looks for these.
            Self::RetryRate | Self::RephraseRate | Self::AbandonRate => {
                look.start_ms.is_some() || look.has_act
            }
            Self::UndoRate(_) => row.acts.iter().any(|seen| {
                matches!(seen.act, Act::Undone | Act::Survival { no_revert: Some(_), .. })
            }),
            _ => look.has_act,
        }
    }

    /// Looks at one answer.
    pub(super) fn look(self, row: &Row, exposure: Exposure) -> Look {
        let view = match exposure {
            Exposure::Shown => act::shown_at(row),
            Exposure::Answered => Some(row.answered_at_ms),
        };
        match self {
            Self::AcceptRate => self.over(row, view, |part, _| part),
            Self::RejectRate => self.over(row, view, |_, rejected| rejected),
            // Nobody can be said to have ignored what they may never have seen.
            Self::IgnoreRate => {
                let view = view.filter(|_| exposure == Exposure::Shown);
                let look = self.over(row, view, |part, rejected| 1.0 - part - rejected);
                Look { has_act: look.has_act && exposure == Exposure::Shown, ..look }
            }
            Self::UndoRate(ms) => {
                let undone = |seen: &Seen| match seen.act {
                    Act::Undone => Some(true),
                    Act::Survival { t_ms, no_revert: Some(left), .. } => {
                        Some(left <= act::REVERTED && t_ms <= ms as f64)
                    }
                    _ => None,
                };
                self.happened(row, act::applied_at(row), undone)
            }
            // Without a name or a conversation nobody can be seen to come back.
            Self::RetryRate => {
                let view = view.filter(|_| row.is_in_conversation || row.user.is_some());
                self.happened(row, view, |seen| (seen.act == Act::Retried).then_some(true))
            }
            Self::RephraseRate => {
                let view = view.filter(|_| row.is_in_conversation);
                self.happened(row, view, |seen| match seen.act {
                    Act::Followup(is_bad) => Some(is_bad),
                    _ => None,
                })
            }
            Self::AbandonRate => {
                let view = view.filter(|_| row.is_in_conversation);
                self.happened(row, view, |seen| (seen.act == Act::Abandoned).then_some(true))
            }
            Self::CopyRate => {
                self.happened(row, view, |seen| (seen.act == Act::Copied).then_some(true))
            }
            Self::ThumbsUpRate => self.last(row, view, |act| match act {
                Act::Thumb(is_up) => Some(f64::from(u8::from(is_up))),
                _ => None,
            }),
            Self::EditDistance => self.last(row, view, edit),
            Self::LightEditRate => self.last(row, view, |act| {
                edit(act).map(|far| f64::from(u8::from(far > 0.0 && far <= LIGHT)))
            }),
            Self::Survival(ms) => self.last(row, act::applied_at(row), |act| still(act, ms)),
            Self::KeptRate(ms) => self.last(row, act::applied_at(row), |act| {
                still(act, ms).map(|share| f64::from(u8::from(share >= KEPT)))
            }),
        }
    }

    /// Accepting and dismissing exclude each other: the last of them within the window counts.
    fn over(self, row: &Row, start_ms: Option<i64>, value: impl Fn(f64, f64) -> f64) -> Look {
        let decision = |act| match act {
            Act::Accepted(part) => Some((part, 0.0)),
            Act::Rejected => Some((0.0, 1.0)),
            _ => None,
        };
        let found = self.latest(row, start_ms, decision);
        let (part, rejected) = found.unwrap_or((0.0, 0.0));
        let has_act = row.acts.iter().any(|seen| decision(seen.act).is_some());
        Look { start_ms, value: Some(value(part, rejected)), has_act }
    }

    /// Whether it happened at least once within the window.
    fn happened(
        self,
        row: &Row,
        start_ms: Option<i64>,
        is_it: impl Fn(&Seen) -> Option<bool>,
    ) -> Look {
        let inside = |seen: &&Seen| start_ms.is_some_and(|start| self.is_inside(start, seen));
        let did = row.acts.iter().filter(inside).any(|seen| is_it(seen) == Some(true));
        let has_act = row.acts.iter().any(|seen| is_it(seen) == Some(true));
        Look { start_ms, value: Some(f64::from(u8::from(did))), has_act }
    }

    /// What was said last within the window; nothing where nothing was said.
    fn last(self, row: &Row, start_ms: Option<i64>, said: impl Fn(Act) -> Option<f64>) -> Look {
        let has_act = row.acts.iter().any(|seen| said(seen.act).is_some());
        Look { start_ms, value: self.latest(row, start_ms, said), has_act }
    }

    fn latest<T>(
        self,
        row: &Row,
        start_ms: Option<i64>,
        said: impl Fn(Act) -> Option<T>,
    ) -> Option<T> {
        let start_ms = start_ms?;
        let inside = row.acts.iter().filter(|seen| self.is_inside(start_ms, seen));
        let found = inside.filter_map(|seen| Some((seen.at_ms, said(seen.act)?)));
        found.max_by_key(|(at_ms, _)| *at_ms).map(|(_, value)| value)
    }

    /// Clocks of browsers and of this machine differ, so what seems to come a little before is inside.
    fn is_inside(self, start_ms: i64, seen: &Seen) -> bool {
        // A look says itself how long after applying it was taken.
        if matches!(seen.act, Act::Survival { .. }) {
            return true;
        }
        let end_ms = start_ms.saturating_add(self.window_ms());
        seen.at_ms >= start_ms.saturating_sub(MINUTE) && seen.at_ms <= end_ms
    }
}

fn edit(act: Act) -> Option<f64> {
    match act {
        Act::Edited(distance) => Some(distance),
        _ => None,
    }
}

/// What a look at this time found.
fn still(act: Act, ms: i64) -> Option<f64> {
    match act {
        Act::Survival { t_ms, containment, .. } => {
            let is_then = t_ms >= 0.9 * ms as f64 && t_ms <= late(ms) as f64;
            is_then.then_some(containment)
        }
        _ => None,
    }
}

fn late(ms: i64) -> i64 {
    (ms as f64 * LATE) as i64
}

/// 60 s, 5 min, 24 h, 7 d, without the space.
fn short(ms: i64) -> String {
    match ms {
        ms if ms > DAY => format!("{}d", ms / DAY),
        ms if ms > 60 * MINUTE => format!("{}h", ms / (60 * MINUTE)),
        ms if ms > MINUTE => format!("{}min", ms / MINUTE),
        ms => format!("{}s", ms / SECOND),
    }
}
