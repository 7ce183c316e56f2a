//! What is wrong in a project's files: collected, never thrown one at a time.

use std::cell::RefCell;
use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing to mend, with its place and the next step.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Problem {
    /// File, relative to the project's folder.
    pub file: String,
    /// One-based line, where it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// Dotted field, for example `features.triage.mvq.correct.min`.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub field: String,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub next: String,
    /// A warning does not stop a run.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_warning: bool,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", if self.is_warning { "warning" } else { "error" }, self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if !self.field.is_empty() {
            write!(f, " · {}", self.field)?;
        }
        write!(f, "\n  {}", self.message)?;
        if !self.next.is_empty() {
            write!(f, "\n  next: {}", self.next)?;
        }
        Ok(())
    }
}

/// Where in which file something stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// File, relative to the project's folder.
    pub file: String,
    /// One-based line; 0 where it is unknown.
    pub line: usize,
    /// Dotted field.
    pub field: String,
}

impl Place {
    /// The place of a whole file.
    pub fn file(file: impl Into<String>) -> Self {
        Self { file: file.into(), ..Self::default() }
    }

    /// A line of a file.
    pub fn line(file: impl Into<String>, line: usize) -> Self {
        Self { file: file.into(), line, field: String::new() }
    }

    /// The place of a field below this one, on the same line.
    #[must_use]
    pub fn below(&self, field: &str) -> Self {
        let field =
            if self.field.is_empty() { field.into() } else { format!("{}.{field}", self.field) };
        Self { field, ..self.clone() }
    }
}

/// Collects problems while reading goes on.
#[derive(Debug, Default)]
pub struct Problems(RefCell<Vec<Problem>>);

impl Problems {
    /// Notes an error.
    pub fn error(&self, place: &Place, message: impl Into<String>, next: impl Into<String>) {
        self.push(place, message.into(), next.into(), false);
    }

    /// Notes a warning.
    pub fn warning(&self, place: &Place, message: impl Into<String>, next: impl Into<String>) {
        self.push(place, message.into(), next.into(), true);
    }

    fn push(&self, place: &Place, message: String, next: String, is_warning: bool) {
        self.0.borrow_mut().push(Problem {
            file: place.file.clone(),
            line: (place.line > 0).then_some(place.line),
            field: place.field.clone(),
            message,
            next,
            is_warning,
        });
    }

    /// Everything that was noted, in the order of file and line, each once.
    pub fn sorted(self) -> Vec<Problem> {
        let mut all = self.0.into_inner();
        all.sort();
        all.dedup();
        all
    }

    /// How many errors there are so far.
    pub fn n_errors(&self) -> usize {
        self.0.borrow().iter().filter(|problem| !problem.is_warning).count()
    }
}

/// The nearest of some known words, where one is near enough to be what was meant.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|candidate| {
            (
                strsim::damerau_levenshtein(&word.to_lowercase(), &candidate.to_lowercase()),
                candidate,
            )
        })
        .filter(|(distance, candidate)| {
            *distance <= (candidate.chars().count().max(word.chars().count()) / 3).max(1)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// "did you mean `x`?", or the list of what is known.
pub fn suggestion<'a>(word: &str, known: impl IntoIterator<Item = &'a str> + Clone) -> String {
    if let Some(near) = nearest(word, known.clone()) {
        return format!("did you mean `{near}`?");
    }
    let list: Vec<&str> = known.into_iter().collect();
    if list.is_empty() {
        return "nothing that could be named here is defined yet; define it, or take the name out"
            .into();
    }
    format!("known here: {}", list.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typing_error_finds_its_field_and_a_stranger_finds_none() {
        assert_eq!(nearest("trails", ["trials", "dataset"]), Some("trials"));
        assert_eq!(nearest("modle", ["model", "prompt"]), Some("model"));
        assert_eq!(nearest("colour", ["model", "prompt"]), None);
    }
}
