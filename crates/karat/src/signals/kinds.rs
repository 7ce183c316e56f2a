//! Pure. The one vocabulary of signals: each kind with what it means, what it is counted over, when it is ripe,
//! which way is good, and how it misleads. A long table of equal rows.

use crate::project::problem::{nearest, suggestion};

/// One kind of signal.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kind {
    /// As it is sent and stored.
    pub name: &'static str,
    /// Further words that senders may use for it, and what they say about `data`.
    pub short: &'static [Short],
    /// What happened.
    pub definition: &'static str,
    /// What one signal is about.
    pub unit: Unit,
    /// What the signals are divided by.
    pub denominator: &'static str,
    /// After so long without it, it did not happen; zero where it is counted at once.
    pub window_ms: i64,
    /// Which way is good.
    pub direction: Direction,
    /// How it misleads.
    pub bias: &'static str,
    /// What `data` may say.
    pub data: &'static [Field],
}

/// A further word for a kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Short {
    /// The word.
    pub word: &'static str,
    /// What it says about `data` by itself.
    pub implies: Option<(&'static str, bool)>,
}

/// What one signal is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// One answer, so that a target is needed.
    Answer,
    /// One person, who must be named.
    Person,
}

/// Which way is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// More of it is good.
    Good,
    /// More of it is bad.
    Bad,
    /// Neither by itself.
    Neither,
}

impl Direction {
    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Neither => "neither",
        }
    }
}

/// One field of `data`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it must be.
    pub shape: Shape,
    /// Whether it must be there.
    pub need: Need,
}

/// What a field of `data` must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// True or false; 1 and 0 are read as these.
    Truth,
    /// A number from 0 to 1.
    Share,
    /// A number that is not negative.
    Amount,
    /// Text.
    Text,
    /// One of these words.
    Word(&'static [&'static str]),
}

/// Whether a field must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Always.
    Must,
    /// One of the fields with this need.
    OneOf,
    /// Never.
    May,
}

/// The classes of a follow-up, from bad to good.
pub const FOLLOWUPS: &[&str] = &["rephrase", "correct", "refine", "continue", "thanks"];

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const DAY: i64 = 24 * 60 * MINUTE;

const fn word(word: &'static str) -> Short {
    Short { word, implies: None }
}

const fn says(word: &'static str, field: &'static str, value: bool) -> Short {
    Short { word, implies: Some((field, value)) }
}

const fn must(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, need: Need::Must }
}

const fn one_of(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, need: Need::OneOf }
}

const fn may(name: &'static str, shape: Shape) -> Field {
    Field { name, shape, need: Need::May }
}

const ACCEPTED_CHARS: Field = may("accepted_chars", Shape::Amount);
const SHOWN_CHARS: Field = may("shown_chars", Shape::Amount);
const TIME_TO_ACTION: Field = may("time_to_action_ms", Shape::Amount);

/// All kinds.
pub const KINDS: &[Kind] = &[
    Kind {
        name: "response.shown",
        short: &[word("shown"), word("show"), word("impression")],
        definition: "at least half of the answer was in view for 750 ms",
        unit: Unit::Answer,
        denominator: "answers",
        window_ms: 0,
        direction: Direction::Neither,
        bias: "a page that sends it from the server counts answers that nobody looked at",
        data: &[SHOWN_CHARS],
    },
    Kind {
        name: "response.accepted",
        short: &[word("accepted"), word("accept")],
        definition: "the person took the whole answer",
        unit: Unit::Answer,
        denominator: "answers shown",
        window_ms: 10 * MINUTE,
        direction: Direction::Good,
        bias: "few heavy users dominate the pooled rate; showing less often raises it",
        data: &[ACCEPTED_CHARS, SHOWN_CHARS, TIME_TO_ACTION],
    },
    Kind {
        name: "response.partially_accepted",
        short: &[word("partially_accepted"), word("partial_accept")],
        definition: "the person took a part of the answer; it counts as its share of the characters",
        unit: Unit::Answer,
        denominator: "answers shown",
        window_ms: 10 * MINUTE,
        direction: Direction::Good,
        bias: "characters are not worth: the part that was left may be the one that mattered",
        data: &[
            must("accepted_chars", Shape::Amount),
            must("shown_chars", Shape::Amount),
            TIME_TO_ACTION,
        ],
    },
    Kind {
        name: "response.rejected",
        short: &[word("rejected"), word("reject"), word("dismissed"), word("dismiss")],
        definition: "the person dismissed the answer",
        unit: Unit::Answer,
        denominator: "answers shown",
        window_ms: 10 * MINUTE,
        direction: Direction::Bad,
        bias: "most people who do not want an answer ignore it",
        data: &[TIME_TO_ACTION],
    },
    Kind {
        name: "response.applied",
        short: &[word("applied"), word("apply"), word("inserted"), word("insert")],
        definition: "the answer was put into the person's document",
        unit: Unit::Answer,
        denominator: "answers shown",
        window_ms: 10 * MINUTE,
        direction: Direction::Good,
        bias: "people apply an answer to look at it and take it back",
        data: &[may("final_chars", Shape::Amount), TIME_TO_ACTION],
    },
    Kind {
        name: "response.copied",
        short: &[word("copied"), word("copy")],
        definition: "the person copied the answer or a part of it",
        unit: Unit::Answer,
        denominator: "answers shown",
        window_ms: 10 * MINUTE,
        direction: Direction::Good,
        bias: "people copy a wrong answer to complain about it",
        data: &[may("chars", Shape::Amount), TIME_TO_ACTION],
    },
    Kind {
        name: "response.edited",
        short: &[word("edited"), word("edit")],
        definition: "the person changed the answer; only the distance is needed, not the text",
        unit: Unit::Answer,
        denominator: "answers edited",
        window_ms: DAY,
        direction: Direction::Neither,
        bias: "answers that were thrown away were never edited",
        data: &[
            one_of("edit_distance", Shape::Share),
            one_of("final_text", Shape::Text),
            may("final_chars", Shape::Amount),
        ],
    },
    Kind {
        name: "response.undone",
        short: &[word("undone"), word("undo")],
        definition: "an applied or accepted answer was taken back",
        unit: Unit::Answer,
        denominator: "answers applied or accepted",
        window_ms: DAY,
        direction: Direction::Bad,
        bias: "taking back by deleting the text is seen only where survival is measured",
        data: &[TIME_TO_ACTION],
    },
    Kind {
        name: "response.retried",
        short: &[word("retried"), word("retry"), word("regenerated"), word("regenerate")],
        definition: "the same request was sent again after its answer had ended",
        unit: Unit::Answer,
        denominator: "answers shown",
        window_ms: 5 * MINUTE,
        direction: Direction::Bad,
        bias: "people also retry a good answer to see another one",
        data: &[may("next", Shape::Text)],
    },
    Kind {
        name: "response.cancelled",
        short: &[word("cancelled"), word("canceled"), word("cancel"), word("stop")],
        definition: "the person stopped the answer while it was written",
        unit: Unit::Answer,
        denominator: "answers started",
        window_ms: 0,
        direction: Direction::Bad,
        bias: "people also stop an answer once they have read enough",
        data: &[may("seen_chars", Shape::Amount), TIME_TO_ACTION],
    },
    Kind {
        name: "response.survival",
        short: &[word("survival")],
        definition: "how much of an applied answer still stands so many milliseconds later",
        unit: Unit::Answer,
        denominator: "answers applied that were looked at again at that time",
        window_ms: 15 * MINUTE,
        direction: Direction::Good,
        bias: "pages that were closed before are not looked at again",
        data: &[
            must("t_ms", Shape::Amount),
            must("containment4", Shape::Share),
            may("no_revert", Shape::Share),
        ],
    },
    Kind {
        name: "message.followup",
        short: &[word("followup"), word("follow_up"), word("followed_up")],
        definition: "what the person's next message was for, within 15 minutes",
        unit: Unit::Answer,
        denominator: "answers with a next message or 15 minutes without one",
        window_ms: 15 * MINUTE,
        direction: Direction::Neither,
        bias: "the server's detector knows English words; see how often it is right",
        data: &[
            must("class", Shape::Word(FOLLOWUPS)),
            may("next", Shape::Text),
            may("cue", Shape::Text),
            may("similarity", Shape::Share),
        ],
    },
    Kind {
        name: "feedback.thumb",
        short: &[
            word("thumb"),
            word("thumbs"),
            says("thumbs_up", "up", true),
            says("thumb_up", "up", true),
            says("thumbs_down", "up", false),
            says("thumb_down", "up", false),
        ],
        definition: "the person gave a thumb up or down; the last one counts",
        unit: Unit::Answer,
        denominator: "answers with a thumb; the response rate over answers shown stands beside it",
        window_ms: DAY,
        direction: Direction::Good,
        bias: "about one person in a hundred answers, mostly those who are angry or delighted",
        data: &[must("up", Shape::Truth), may("reason", Shape::Text), may("comment", Shape::Text)],
    },
    Kind {
        name: "feedback.rating",
        short: &[word("rating"), word("stars")],
        definition: "the person gave a number from 0 to the best, which is 5 unless `best` says so",
        unit: Unit::Answer,
        denominator: "answers with a rating",
        window_ms: DAY,
        direction: Direction::Good,
        bias: "as of a thumb, and scales differ between people",
        data: &[
            must("value", Shape::Amount),
            may("best", Shape::Amount),
            may("comment", Shape::Text),
        ],
    },
    Kind {
        name: "feedback.comment",
        short: &[word("comment")],
        definition: "the person wrote something about the answer",
        unit: Unit::Answer,
        denominator: "answers shown",
        window_ms: DAY,
        direction: Direction::Neither,
        bias: "few write, and rarely to praise",
        data: &[must("text", Shape::Text)],
    },
    Kind {
        name: "feedback.correction",
        short: &[word("correction"), word("corrected")],
        definition: "the person wrote what the answer should have been; people agree on it before it is gold",
        unit: Unit::Answer,
        denominator: "answers shown",
        window_ms: DAY,
        direction: Direction::Bad,
        bias: "only answers that are worth mending get one",
        data: &[must("final_text", Shape::Text), may("reason", Shape::Text)],
    },
    Kind {
        name: "task.completed",
        short: &[word("completed"), word("complete")],
        definition: "the person reached what the answer was for",
        unit: Unit::Answer,
        denominator: "answers shown",
        window_ms: DAY,
        direction: Direction::Good,
        bias: "people complete tasks in spite of an answer, too",
        data: &[],
    },
    Kind {
        name: "task.abandoned",
        short: &[word("abandoned"), word("abandon")],
        definition: "no further turn and no action, and the session ended within 60 s after the answer",
        unit: Unit::Answer,
        denominator: "answers of features with conversations",
        window_ms: 30 * MINUTE,
        direction: Direction::Bad,
        bias: "people who got what they wanted leave as well; only a change of it says something",
        data: &[],
    },
    Kind {
        name: "task.escalated",
        short: &[word("escalated"), word("escalate"), word("handover")],
        definition: "a human or the manual way took over",
        unit: Unit::Answer,
        denominator: "answers shown",
        window_ms: DAY,
        direction: Direction::Bad,
        bias: "some tasks should go to a human",
        data: &[may("reason", Shape::Text)],
    },
    Kind {
        name: "feature.enabled",
        short: &[word("enabled"), word("opt_in")],
        definition: "the person switched the feature on",
        unit: Unit::Person,
        denominator: "people who can",
        window_ms: 0,
        direction: Direction::Good,
        bias: "switched on is not used",
        data: &[],
    },
    Kind {
        name: "feature.disabled",
        short: &[word("disabled"), word("opt_out")],
        definition: "the person switched the feature off",
        unit: Unit::Person,
        denominator: "people who have it on",
        window_ms: 0,
        direction: Direction::Bad,
        bias: "most people who dislike a feature leave it on and do not use it",
        data: &[may("reason", Shape::Text)],
    },
    Kind {
        name: "fallback.used",
        short: &[word("fallback")],
        definition: "the application showed something of its own instead of the answer",
        unit: Unit::Answer,
        denominator: "answers",
        window_ms: 0,
        direction: Direction::Bad,
        bias: "applications fall back for reasons of their own as well",
        data: &[may("reason", Shape::Text)],
    },
];

/// The kind of this name.
pub fn kind(name: &str) -> Option<&'static Kind> {
    KINDS.iter().find(|kind| kind.name == name)
}

/// The kind that a sender means by its name or by a further word, with what that word says by itself.
pub fn meant(word: &str) -> Option<(&'static Kind, Option<(&'static str, bool)>)> {
    if let Some(kind) = kind(word) {
        return Some((kind, None));
    }
    KINDS.iter().find_map(|kind| {
        let short = kind.short.iter().find(|short| short.word == word)?;
        Some((kind, short.implies))
    })
}

/// What somebody who wrote an unknown kind may have meant.
pub fn suggest(word: &str) -> String {
    let names = || KINDS.iter().map(|kind| kind.name);
    let shorts = KINDS.iter().flat_map(|kind| kind.short.iter().map(|short| short.word));
    match nearest(word, names().chain(shorts)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => suggestion("", names()),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_word_means_two_kinds() {
        let mut seen = HashSet::new();
        for kind in KINDS {
            assert!(seen.insert(kind.name), "{}", kind.name);
            for short in kind.short {
                assert!(seen.insert(short.word), "{}", short.word);
                let field = short.implies.map(|(field, _)| field);
                assert!(field.is_none_or(|name| kind.data.iter().any(|field| field.name == name)));
            }
        }
    }

    #[test]
    fn a_typing_error_finds_its_kind() {
        assert_eq!(suggest("response.acepted"), "did you mean `response.accepted`?");
        assert_eq!(suggest("thump"), "did you mean `thumb`?");
        assert!(suggest("weather").starts_with("known here: response.shown"));
    }

    #[test]
    fn a_thumb_can_be_said_in_one_word() {
        let (kind, implies) = meant("thumbs_down").unwrap();
        assert_eq!((kind.name, implies), ("feedback.thumb", Some(("up", false))));
    }
}
