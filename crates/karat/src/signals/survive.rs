//! Pure. How much of a text is still there: containment and similarity of 4-grams, what an undo takes back,
//! and the distance of an edit. `karat.js` computes the same in the browser, so that no text needs to leave it.

use std::cmp::Ordering;

/// Characters of a gram; a shorter text is one gram.
const GRAM: usize = 4;

/// Cells of the table up to which an edit is compared token by token; a browser fills them in a blink.
const MOST_CELLS: usize = 4_000_000;

/// Share of 4-grams of `part` that still stand in `whole`, each counted as often as it occurs.
///
/// It asks about a snippet in a document: the rest of the document does not matter.
/// Nothing is contained in everything.
pub fn containment(part: &str, whole: &str) -> f64 {
    let (part, whole) = (even(part), even(whole));
    let size = GRAM.min(part.len());
    if size == 0 {
        return 1.0;
    }
    let (part, whole) = (grams(&part, size), grams(&whole, size));
    overlap(&part, &whole) as f64 / part.len() as f64
}

/// Similarity of two whole texts, from 0 to 1: 1 − Σ|c₁ − c₂| / (n₁ + n₂) over the counts of 4-grams.
pub fn similarity(a: &str, b: &str) -> f64 {
    let (a, b) = (even(a), even(b));
    let size = GRAM.min(a.len()).min(b.len());
    if size == 0 {
        return if a == b { 1.0 } else { 0.0 };
    }
    let (a, b) = (grams(&a, size), grams(&b, size));
    // Σ|c₁ − c₂| is n₁ + n₂ without twice what both have.
    2.0 * overlap(&a, &b) as f64 / (a.len() + b.len()) as f64
}

/// How far a text is from having been taken back, from 0 (it is as it was before) to 1 (nothing of that came back).
pub fn no_revert(before: &str, after: &str, now: &str) -> f64 {
    let was = similarity(after, before);
    if was >= 1.0 {
        return 1.0;
    }
    let back = (similarity(now, before) - was).max(0.0) / (1.0 - was);
    (1.0 - back).clamp(0.0, 1.0)
}

/// Levenshtein's distance of the tokens, divided by the longer text's: 0 for the same, 1 for nothing in common.
///
/// Texts that are too long to compare so are compared by 4-grams.
pub fn edit_distance(before: &str, after: &str) -> f64 {
    let (a, b) = (tokens(before), tokens(after));
    let longer = a.len().max(b.len());
    if longer == 0 {
        return 0.0;
    }
    let prefix = a.iter().zip(&b).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[prefix..], &b[prefix..]);
    let suffix = a.iter().rev().zip(b.iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (&a[..a.len() - suffix], &b[..b.len() - suffix]);
    if a.len() * b.len() > MOST_CELLS {
        return 1.0 - similarity(before, after);
    }
    levenshtein(a, b) as f64 / longer as f64
}

fn levenshtein<T: PartialEq>(a: &[T], b: &[T]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (above, left) in a.iter().enumerate() {
        let mut diagonal = above;
        row[0] = above + 1;
        for (at, right) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[at + 1];
            row[at + 1] = replaced.min(diagonal + 1).min(row[at] + 1);
        }
    }
    row[b.len()]
}

/// White space as editors insert and remove it; a no-break space is what a browser's editor writes for two spaces.
/// Not `char::is_whitespace`: browsers and this program must agree whatever version of Unicode they know.
fn is_space(c: char) -> bool {
    matches!(c, '\t'..='\r' | ' ' | '\u{a0}')
}

/// The characters with one space for each run of white space and none at the ends.
fn even(text: &str) -> Vec<char> {
    let mut even = Vec::new();
    for word in text.split(is_space).filter(|word| !word.is_empty()) {
        if !even.is_empty() {
            even.push(' ');
        }
        even.extend(word.chars());
    }
    even
}

/// All runs of `size` characters in order of their code points, so that equal ones stand together.
fn grams(text: &[char], size: usize) -> Vec<u128> {
    let code =
        |gram: &[char]| gram.iter().fold(0, |code, c| code << 32 | u128::from(u32::from(*c)));
    let mut grams: Vec<u128> = text.windows(size).map(code).collect();
    grams.sort_unstable();
    grams
}

/// How many grams both sorted lists have, each as often as in both.
fn overlap(a: &[u128], b: &[u128]) -> usize {
    let (mut a, mut b) = (a.iter().peekable(), b.iter().peekable());
    let mut n_shared = 0;
    while let (Some(left), Some(right)) = (a.peek(), b.peek()) {
        match left.cmp(right) {
            Ordering::Less => drop(a.next()),
            Ordering::Greater => drop(b.next()),
            Ordering::Equal => {
                n_shared += 1;
                a.next();
                b.next();
            }
        }
    }
    n_shared
}

/// Words; each mark of ASCII and each character from U+2E80 on (Chinese, Japanese, Korean, pictures) by itself.
pub(super) fn tokens(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut word = None;
    for (at, c) in text.char_indices() {
        let stands_alone = c.is_ascii_punctuation() || c >= '\u{2e80}';
        if (is_space(c) || stands_alone)
            && let Some(from) = word.take()
        {
            tokens.push(&text[from..at]);
        }
        if stands_alone {
            tokens.push(&text[at..at + c.len_utf8()]);
        } else if !is_space(c) {
            word.get_or_insert(at);
        }
    }
    tokens.extend(word.map(|from| &text[from..]));
    tokens
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn close(a: f64, b: f64) {
        assert!((a - b).abs() < 1e-12, "{a} and {b}");
    }

    #[test]
    fn a_snippet_stays_whole_in_a_long_document() {
        let snippet = "the quick brown fox";
        let document = format!("{}{snippet}{}", "a ".repeat(500), "b ".repeat(500));
        close(containment(snippet, &document), 1.0);
        assert!(similarity(snippet, &document) < 0.05);
    }

    #[test]
    fn grams_are_counted_as_often_as_they_occur() {
        close(containment("aaaaa", "aaaa"), 0.5);
        close(similarity("abcde", "abcdx"), 0.5);
        close(containment("ab", "xaby"), 1.0);
        close(containment("", "x"), 1.0);
        close(containment("x", ""), 0.0);
    }

    #[test]
    fn white_space_alone_is_no_change() {
        close(containment("a  b\r\n\tc d", "\u{a0}a b c d\n"), 1.0);
        close(edit_distance("one two", " one\n\ntwo "), 0.0);
    }

    #[test]
    fn an_undo_goes_to_zero_and_an_edit_does_not() {
        let (before, after) =
            ("Dear all, see below.", "Dear all, please find the report below, with thanks.");
        close(no_revert(before, after, after), 1.0);
        close(no_revert(before, after, before), 0.0);
        assert!(no_revert(before, after, "Dear all, please find the report of May below.") > 0.6);
        close(no_revert(after, after, "anything"), 1.0);
    }

    #[test]
    fn one_word_of_four_is_a_quarter() {
        close(edit_distance("please send the file", "please send the report"), 0.25);
        close(edit_distance("我喜欢茶", "我喜欢水"), 0.25);
        assert_eq!(
            tokens("it's 3.5 €, 茶! x"),
            ["it", "'", "s", "3", ".", "5", "€", ",", "茶", "!", "x"]
        );
    }

    #[test]
    fn texts_too_long_to_compare_by_tokens_are_still_compared() {
        let (a, b) = ("a b ".repeat(3_000), "b c ".repeat(3_000));
        assert!((0.0..=1.0).contains(&edit_distance(&a, &b)));
        close(edit_distance(&a, &a), 0.0);
    }

    proptest! {
        #[test]
        fn all_lie_between_zero_and_one(a in ".{0,40}", b in ".{0,40}", c in "[ab ]{0,40}") {
            for (x, y) in [(&a, &b), (&a, &c), (&c, &a)] {
                let edits = edit_distance(x, y);
                let values = [containment(x, y), similarity(x, y), edits, no_revert(x, y, &c)];
                prop_assert!(values.iter().all(|value| (0.0..=1.0).contains(value)), "{values:?}");
                close(similarity(x, y), similarity(y, x));
                close(edits, edit_distance(y, x));
            }
        }

        #[test]
        fn the_same_text_is_all_there(a in ".{0,60}", b in ".{0,20}") {
            close(containment(&a, &a), 1.0);
            close(similarity(&a, &a), 1.0);
            close(edit_distance(&a, &a), 0.0);
            close(containment(&a, &format!("{b}{a}{b}")), 1.0);
            close(no_revert(&b, &a, &a), 1.0);
        }

        #[test]
        fn nothing_in_common_is_nothing(a in "[a-m ]{0,20}[a-m]", b in "[n-z ]{0,20}[n-z]") {
            close(containment(&a, &b), 0.0);
            close(similarity(&a, &b), 0.0);
            close(edit_distance(&a, &b), 1.0);
        }

        #[test]
        fn the_distance_is_a_metric_of_tokens(
            a in prop::collection::vec(0..3_u8, 0..12),
            b in prop::collection::vec(0..3_u8, 0..12),
            c in prop::collection::vec(0..3_u8, 0..12),
        ) {
            prop_assert!(levenshtein(&a, &c) <= levenshtein(&a, &b) + levenshtein(&b, &c));
            prop_assert_eq!(levenshtein(&a, &b), strsim::generic_levenshtein(&a, &b));
            prop_assert_eq!(levenshtein(&a, &b) == 0, a == b);
        }
    }
}
