//! Pure. Whether the next message of a conversation says that the answer before it was of no use.
//!
//! Rules, no model: phrases that people use, and the same request in other words.
//! How often they are right was measured on pairs that were written for it, see [`MEASURED`].

use karat_stats::gold::Cells;

use super::survive::{containment, tokens};

/// From here two requests are the same in other words.
pub const LEAST_SIMILARITY: f64 = 0.6;

/// Only the beginning of long messages is compared, in characters.
const LONGEST: usize = 4_000;

/// Shorter requests resemble each other by nature.
const SHORTEST: usize = 12;

/// What a replaced part must share with what it replaces; below, somebody asked for another thing in the same words.
const LEAST_SHARED: f64 = 0.34;

/// Words that one request has and its twin need not have.
const EMPTY_WORDS: &[&str] = &[
    "a", "an", "the", "i", "you", "me", "my", "your", "do", "does", "did", "can", "could", "would",
    "will", "is", "are", "of", "to", "it", "please", "just", "'", "s", "so", "and",
];

/// The detector on the pairs of `followup/pairs.tsv`, written in English for this purpose.
///
/// The rules were made with these pairs in view, so real traffic is harder; labels of one's own say how much.
pub const MEASURED: Cells = Cells { yes_yes: 26, yes_no: 7, no_yes: 1, no_no: 36 };

/// A next message that says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Followup {
    /// Whether it repeats the request or states an error.
    pub class: Class,
    /// The phrase that says so, where there is one.
    pub cue: Option<&'static str>,
    /// How much of the shorter request stands in the longer one.
    pub similarity: f64,
}

/// What a next message is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The same goal in other words.
    Rephrase,
    /// The message says that the answer is wrong.
    Correct,
}

impl Class {
    /// The word for it.
    pub fn text(self) -> &'static str {
        match self {
            Self::Rephrase => "rephrase",
            Self::Correct => "correct",
        }
    }
}

/// Looks at two messages in a row; nothing where the second one says nothing against the answer between them.
pub fn followup(before: &str, next: &str) -> Option<Followup> {
    let (before, next) = (plain(before), plain(next));
    let similarity = likeness(&before, &next);
    let cue = cue(&next);
    let class = match cue {
        Some((class, _)) => class,
        None if similarity >= LEAST_SIMILARITY && !asks_for_another(&before, &next) => {
            Class::Rephrase
        }
        None => return None,
    };
    Some(Followup { class, cue: cue.map(|(_, phrase)| phrase), similarity })
}

/// Where a phrase must stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Anywhere,
    Whole,
}

/// Phrases, as [`plain`] would write them.
const CUES: &[(Place, Class, &str)] = &[
    (Place::Start, Class::Rephrase, "no i meant"),
    (Place::Start, Class::Rephrase, "no i mean"),
    (Place::Start, Class::Rephrase, "sorry i meant"),
    (Place::Start, Class::Rephrase, "i meant"),
    (Place::Start, Class::Rephrase, "what i meant"),
    (Place::Start, Class::Rephrase, "let me rephrase"),
    (Place::Start, Class::Rephrase, "let me ask"),
    (Place::Start, Class::Rephrase, "in other words"),
    (Place::Start, Class::Rephrase, "try again"),
    (Place::Start, Class::Rephrase, "please try again"),
    (Place::Start, Class::Rephrase, "again"),
    (Place::Start, Class::Rephrase, "once more"),
    (Place::Start, Class::Rephrase, "redo"),
    (Place::Start, Class::Rephrase, "do it again"),
    (Place::Anywhere, Class::Rephrase, "not what i asked"),
    (Place::Anywhere, Class::Rephrase, "not what i meant"),
    (Place::Anywhere, Class::Rephrase, "not what i wanted"),
    (Place::Anywhere, Class::Rephrase, "not what i was looking for"),
    (Place::Anywhere, Class::Rephrase, "not my question"),
    (Place::Anywhere, Class::Rephrase, "didn't answer"),
    (Place::Anywhere, Class::Rephrase, "did not answer"),
    (Place::Anywhere, Class::Rephrase, "you misunderstood"),
    (Place::Anywhere, Class::Rephrase, "misunderstood me"),
    (Place::Start, Class::Rephrase, "i asked"),
    (Place::Start, Class::Rephrase, "i said"),
    (Place::Start, Class::Rephrase, "no i"),
    (Place::Start, Class::Correct, "no that"),
    (Place::Start, Class::Correct, "no it"),
    (Place::Whole, Class::Correct, "no"),
    (Place::Start, Class::Correct, "wrong"),
    (Place::Start, Class::Correct, "incorrect"),
    (Place::Anywhere, Class::Correct, "that's wrong"),
    (Place::Anywhere, Class::Correct, "that is wrong"),
    (Place::Anywhere, Class::Correct, "this is wrong"),
    (Place::Anywhere, Class::Correct, "that's incorrect"),
    (Place::Anywhere, Class::Correct, "that is incorrect"),
    (Place::Anywhere, Class::Correct, "this is incorrect"),
    (Place::Anywhere, Class::Correct, "that's not right"),
    (Place::Anywhere, Class::Correct, "that isn't right"),
    (Place::Anywhere, Class::Correct, "that is not right"),
    (Place::Anywhere, Class::Correct, "that's not correct"),
    (Place::Anywhere, Class::Correct, "that is not correct"),
    (Place::Anywhere, Class::Correct, "that's not true"),
    (Place::Anywhere, Class::Correct, "your answer is wrong"),
    (Place::Anywhere, Class::Correct, "you made a mistake"),
    (Place::Anywhere, Class::Correct, "you forgot"),
    (Place::Anywhere, Class::Correct, "you missed"),
    (Place::Anywhere, Class::Correct, "you ignored"),
    (Place::Anywhere, Class::Correct, "you got it wrong"),
    (Place::Anywhere, Class::Correct, "it doesn't work"),
    (Place::Anywhere, Class::Correct, "that doesn't work"),
    (Place::Anywhere, Class::Correct, "this doesn't work"),
    (Place::Anywhere, Class::Correct, "that didn't work"),
    (Place::Anywhere, Class::Correct, "it didn't work"),
    (Place::Start, Class::Correct, "didn't work"),
    (Place::Start, Class::Correct, "doesn't work"),
    (Place::Anywhere, Class::Correct, "still wrong"),
    (Place::Anywhere, Class::Correct, "still not"),
    (Place::Anywhere, Class::Correct, "still doesn't"),
    (Place::Anywhere, Class::Correct, "still isn't"),
    (Place::Anywhere, Class::Correct, "still the same"),
    (Place::Anywhere, Class::Correct, "still fails"),
    (Place::Anywhere, Class::Correct, "still missing"),
    (Place::Anywhere, Class::Correct, "still too"),
    (Place::Start, Class::Correct, "it still"),
    (Place::Start, Class::Correct, "that still"),
];

fn cue(next: &str) -> Option<(Class, &'static str)> {
    let found = CUES.iter().find(|(place, _, phrase)| match place {
        Place::Whole => next == *phrase,
        Place::Start => next.strip_prefix(phrase).is_some_and(is_end),
        Place::Anywhere => next.match_indices(phrase).any(|(at, _)| {
            is_end(&next[at + phrase.len()..]) && (at == 0 || next[..at].ends_with(' '))
        }),
    });
    found.map(|(_, class, phrase)| (*class, *phrase))
}

/// Whether a word ends here.
fn is_end(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(' ')
}

/// Small letters and digits with single spaces: what people type, without what they type it with.
fn plain(text: &str) -> String {
    let mut plain = String::new();
    for c in text.chars().take(LONGEST).flat_map(char::to_lowercase) {
        match c {
            '’' | '\'' => plain.push('\''),
            c if c.is_alphanumeric() => plain.push(c),
            _ if plain.ends_with(' ') || plain.is_empty() => {}
            _ => plain.push(' '),
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

/// How much of the shorter request stands in the longer one, with the empty words or without.
fn likeness(before: &str, next: &str) -> f64 {
    let shared = |before: &str, next: &str| {
        let (short, long) =
            if before.len() <= next.len() { (before, next) } else { (next, before) };
        if short.chars().count() < SHORTEST { 0.0 } else { containment(short, long) }
    };
    shared(before, next).max(shared(&words(before).join(" "), &words(next).join(" ")))
}

/// Whether the second request is the first one with another thing in one place: "in Paris", then "in Rome".
fn asks_for_another(before: &str, next: &str) -> bool {
    let (a, b) = (words(before), words(next));
    let prefix = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (a[..a.len() - suffix].join(" "), b[..b.len() - suffix].join(" "));
    if a.is_empty() || b.is_empty() {
        return false;
    }
    let has_digit = |text: &str| text.contains(|c: char| c.is_numeric());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    // Numbers that differ in one digit are as different as any.
    (has_digit(short) && has_digit(long)) || containment(short, long) < LEAST_SHARED
}

/// The words that carry what is asked for.
fn words(text: &str) -> Vec<&str> {
    tokens(text).into_iter().filter(|word| !EMPTY_WORDS.contains(word)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAIRS: &str = include_str!("followup/pairs.tsv");

    fn pairs() -> impl Iterator<Item = (bool, &'static str, &'static str)> {
        PAIRS.lines().filter(|line| !line.starts_with('#')).map(|line| {
            let parts: Vec<&str> = line.split('\t').collect();
            assert_eq!(parts.len(), 3, "{line}");
            (parts[0] == "bad", parts[1], parts[2])
        })
    }

    #[test]
    fn it_is_as_often_right_as_it_says() {
        let mut cells = Cells::default();
        for (is_bad, before, next) in pairs() {
            let found = followup(before, next);
            let cell = match (is_bad, found.is_some()) {
                (true, true) => &mut cells.yes_yes,
                (true, false) => &mut cells.yes_no,
                (false, true) => &mut cells.no_yes,
                (false, false) => &mut cells.no_no,
            };
            *cell += 1;
            if is_bad != found.is_some() {
                println!("missed ({is_bad}): {before} | {next} | {found:?}");
            }
        }
        let precision = cells.yes_yes as f64 / (cells.yes_yes + cells.no_yes) as f64;
        let recall = cells.sensitivity().unwrap();
        println!("precision {precision:.3}, recall {recall:.3}, {cells:?}");
        assert!(cells.n() >= 60 && precision >= 0.85 && recall >= 0.75, "{precision} {recall}");
        assert_eq!(cells, MEASURED, "write the new counts down");
    }

    #[test]
    fn the_reason_is_told() {
        let found = followup("Who wrote Emma?", "No, I meant the film").unwrap();
        assert_eq!((found.class, found.cue), (Class::Rephrase, Some("no i meant")));
        let found = followup("Sum the column", "That’s wrong: it leaves out the last row").unwrap();
        assert_eq!((found.class, found.cue), (Class::Correct, Some("that's wrong")));
        let found = followup("How do I cancel my plan?", "how can I cancel my plan").unwrap();
        assert_eq!((found.class, found.cue), (Class::Rephrase, None));
        assert!(found.similarity >= LEAST_SIMILARITY);
    }

    #[test]
    fn no_text_makes_it_panic() {
        for (a, b) in [("", ""), ("İ", "İİ"), ("no", "No."), ("'", "’"), ("茶", "茶はどこ")]
        {
            let _ = (followup(a, b), followup(b, a));
        }
    }
}
