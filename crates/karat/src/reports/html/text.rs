//! Pure. Text and marks for the page: everything from data goes through `prose`, `name` or `lines`.

use karat_records::Verdict;

use super::class;
use crate::reports::clean;

/// Data on one line.
pub fn prose(text: &str) -> String {
    clean::markup(&clean::line(text))
}

/// A name, kept apart from the writing direction around it.
pub fn name(text: &str) -> String {
    format!("<bdi>{}</bdi>", prose(text))
}

/// Data with its line ends.
pub fn lines(text: &str) -> String {
    clean::markup(clean::block(text).trim())
}

/// A verdict's shape in its colour, named for those who hear the page.
pub fn mark(verdict: Verdict) -> String {
    let shape = match verdict {
        Verdict::Pass => "<circle cx=\"5\" cy=\"5\" r=\"4.5\" fill=\"currentColor\"/>",
        Verdict::Fail => "<path d=\"M1 1h8v8H1z\" fill=\"currentColor\"/>",
        Verdict::Undecided => {
            "<circle cx=\"5\" cy=\"5\" r=\"4\" fill=\"none\" stroke=\"currentColor\" stroke-width=\"1.4\"/><path d=\"M5 1a4 4 0 0 0 0 8z\" fill=\"currentColor\"/>"
        }
    };
    format!(
        "<svg class=\"mark {}\" viewBox=\"0 0 10 10\" role=\"img\" aria-label=\"{verdict}\">{shape}</svg>",
        class(verdict)
    )
}

/// A section with its heading.
pub fn block_of(title: &str, body: &str) -> String {
    format!("<section>\n<h2>{title}</h2>\n{body}</section>\n")
}
