//! Pure. Which signals the page shows, the most telling first. When each is ripe and which way is good
//! stands in the one vocabulary, [`crate::signals::kinds`].

/// One signal of the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its name in answers.
    pub name: &'static str,
    /// The kind of its signals.
    pub kind: &'static str,
    /// Only these classes; all where empty.
    pub classes: &'static [&'static str],
    /// What it is divided by.
    pub over: Over,
    /// What it says about an answer.
    pub says: &'static str,
    /// True where these classes are bad, although the kind is neither.
    pub is_bad: bool,
}

/// What a signal is divided by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Over {
    /// Answers in view; all answers where nobody says which were.
    Answers,
    /// Answers with any signal of the same kind.
    SameKind,
    /// Answers that were applied or taken.
    Applied,
}

const fn shown(name: &'static str, kind: &'static str, says: &'static str) -> Shown {
    Shown { name, kind, classes: &[], over: Over::Answers, says, is_bad: false }
}

/// The page's signals, the most telling first.
pub const SHOWN: &[Shown] = &[
    Shown {
        classes: &["up"],
        over: Over::SameKind,
        ..shown("thumbs-up", "feedback.thumb", "thumbs up")
    },
    shown("accepted", "response.accepted", "taken"),
    shown("rejected", "response.rejected", "dismissed"),
    Shown { over: Over::Applied, ..shown("undone", "response.undone", "taken back") },
    shown("retried", "response.retried", "asked for again"),
    Shown {
        classes: &["rephrase", "correct"],
        is_bad: true,
        ..shown("rephrased", "message.followup", "asked again in other words, or said to be wrong")
    },
    shown("corrected", "feedback.correction", "corrected"),
    shown("escalated", "task.escalated", "handed to a human"),
    shown("fallback", "fallback.used", "replaced by the application"),
    shown("cancelled", "response.cancelled", "stopped while written"),
    shown("abandoned", "task.abandoned", "left without a further act"),
    shown("completed", "task.completed", "reached what it was for"),
    shown("applied", "response.applied", "applied"),
    shown("copied", "response.copied", "copied"),
    shown("edited", "response.edited", "edited"),
    shown("commented", "feedback.comment", "commented"),
    shown("rated", "feedback.rating", "rated"),
];

/// The kind that says which answers were in view.
pub const IN_VIEW: &str = "response.shown";

/// Kinds that say which answers were applied.
pub const APPLIED: [&str; 2] = ["response.applied", "response.accepted"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signals::kinds::kind;

    #[test]
    fn every_signal_of_the_page_is_in_the_vocabulary() {
        let kinds = SHOWN.iter().map(|shown| shown.kind).chain(APPLIED).chain([IN_VIEW]);
        for name in kinds {
            assert!(kind(name).is_some(), "{name}");
        }
    }
}
