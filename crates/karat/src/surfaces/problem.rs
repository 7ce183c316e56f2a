//! Pure. What went wrong, as callers outside the terminal read it: RFC 9457 problem details.

use std::fmt::Write as _;
use std::io::ErrorKind;

use karat_store::StoreError;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::{Broken, Refusal, RefusalKind};
use crate::project::Problem as Mistake;

/// An `application/problem+json` document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "ProblemDetails")]
pub struct Problem {
    /// Which kind of problem, as a relative reference; equal kinds are handled equally.
    #[serde(rename = "type")]
    pub kind: String,
    /// The kind in a few words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What happened.
    pub detail: String,
    /// What to do next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Where: a file with its line, or a field.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Everything that is wrong with the project's files, where that is the problem.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<Mistake>,
}

/// Kinds with their titles, by status; the one list that answers and their description share.
pub const KINDS: [(u16, &str, &str); 12] = [
    (400, "invalid", "The request says something that cannot be"),
    (401, "signed-out", "Nobody is signed in"),
    (403, "not-allowed", "This is not allowed"),
    (404, "not-found", "There is no such thing"),
    (405, "wrong-method", "This address takes another method"),
    (408, "too-slow", "The request did not arrive in time"),
    (409, "conflict", "Somebody else was faster, or it was done already"),
    (413, "too-large", "The request is too large"),
    (415, "wrong-content-type", "The request is not JSON"),
    (422, "not-done", "It cannot be done as things stand"),
    (429, "too-many", "Too many at once; later again"),
    (500, "broken", "Something broke inside"),
];

impl Problem {
    /// A problem of a kind that its status names.
    pub fn new(status: u16, message: &str) -> Self {
        let (status, kind, title) = KINDS
            .into_iter()
            .find(|(known, _, _)| *known == status)
            .unwrap_or(KINDS[KINDS.len() - 1]);
        let (detail, next) = split(message);
        Self {
            kind: format!("/problems/{kind}"),
            title: title.to_owned(),
            status,
            detail,
            next,
            place: None,
            problems: Vec::new(),
        }
    }

    /// What broke inside stays inside; the server's own output has it under this name.
    pub fn inside(id: &str) -> Self {
        Self::new(
            500,
            &format!(
                "something broke inside\n  next: look for {id} in the output of `karat serve`"
            ),
        )
    }

    /// The problem of an operation's error; `None` where it broke inside and nobody outside may see why.
    pub fn of(error: &anyhow::Error) -> Option<Self> {
        let words = words(error);
        for cause in error.chain() {
            if let Some(refusal) = cause.downcast_ref::<Refusal>() {
                return Some(Self::new(status(refusal.kind), &words));
            }
            if let Some(Broken(problems)) = cause.downcast_ref::<Broken>() {
                return Some(Self::broken(problems));
            }
            if let Some(StoreError::Ambiguous { .. }) = cause.downcast_ref::<StoreError>() {
                return Some(Self::new(400, &words));
            }
            match cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
                // A name that cannot be a file's is the caller's; its own words may hold a path of the machine.
                Some(kind) if is_no_file(kind) => {
                    return Some(Self::new(422, &error.to_string()));
                }
                Some(_) => return None,
                None => {}
            }
            if cause.is::<StoreError>() {
                return None;
            }
        }
        Some(Self::new(422, &words))
    }

    fn broken(problems: &[Mistake]) -> Self {
        let errors = problems.iter().filter(|problem| !problem.is_warning).count();
        let first = problems.iter().find(|problem| !problem.is_warning);
        let mut problem = Self::new(422, "the project's files have errors");
        if let Some(first) = first {
            problem.detail.clone_from(&first.message);
            if errors > 1 {
                problem.detail = format!("{errors} errors in the files; first: {}", first.message);
            }
            problem.next = (!first.next.is_empty()).then(|| first.next.clone());
            problem.place = Some(place(first));
        }
        problem.problems = problems.to_vec();
        problem
    }
}

fn is_no_file(kind: ErrorKind) -> bool {
    use ErrorKind::{InvalidFilename, InvalidInput, IsADirectory, NotADirectory};
    matches!(kind, InvalidFilename | InvalidInput | IsADirectory | NotADirectory)
}

fn status(kind: RefusalKind) -> u16 {
    match kind {
        RefusalKind::Invalid => 400,
        RefusalKind::NotAllowed => 403,
        RefusalKind::NotFound => 404,
        RefusalKind::Conflict => 409,
        RefusalKind::TooMany => 429,
    }
}

fn place(mistake: &Mistake) -> String {
    let mut place = mistake.file.clone();
    if let Some(line) = mistake.line {
        let _ = write!(place, ":{line}");
    }
    if !mistake.field.is_empty() {
        let _ = write!(place, " · {}", mistake.field);
    }
    place
}

/// An error with its causes, as the terminal prints it.
fn words(error: &anyhow::Error) -> String {
    let text = error.to_string();
    let causes: Vec<String> = error.chain().skip(1).map(ToString::to_string).collect();
    if causes.is_empty() {
        return text;
    }
    let (detail, next) = split(&text);
    let because = format!("{detail}: {}", causes.join(": "));
    next.map_or(because.clone(), |next| format!("{because}\n  next: {next}"))
}

/// A message in the house's form: what happened, then `next: …` on a line of its own.
fn split(message: &str) -> (String, Option<String>) {
    let mut detail = Vec::new();
    let mut next = Vec::new();
    for line in message.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix("next: ") {
            Some(step) => next.push(step),
            None => detail.push(line),
        }
    }
    let detail = detail.join("; ");
    (detail, (!next.is_empty()).then(|| next.join("; ")))
}

#[cfg(test)]
mod tests {
    use anyhow::{Context, anyhow};

    use super::*;

    #[test]
    fn what_happened_and_the_next_step_are_told_apart() {
        let problem = Problem::of(&anyhow!("there is no bet x\n  next: `karat bets`")).unwrap();
        assert_eq!((problem.status, problem.detail.as_str()), (422, "there is no bet x"));
        assert_eq!(problem.next.as_deref(), Some("`karat bets`"));
        let refused = Problem::of(&Refusal::not_found("no run z")).unwrap();
        assert_eq!((refused.status, refused.kind.as_str()), (404, "/problems/not-found"));
        assert_eq!(refused.next, None);
    }

    #[test]
    fn a_refusal_counts_also_under_a_context() {
        let error =
            Err::<(), _>(Refusal::conflict("two\n  next: wait")).context("one").unwrap_err();
        let problem = Problem::of(&error).unwrap();
        assert_eq!((problem.status, problem.detail.as_str()), (409, "one: two"));
        assert_eq!(problem.next.as_deref(), Some("wait"));
    }

    #[test]
    fn what_broke_inside_is_not_told() {
        let disk = std::io::Error::other("/secret/path");
        assert_eq!(Problem::of(&anyhow::Error::from(disk).context("reading")), None);
        let odd = std::io::Error::from(ErrorKind::NotADirectory);
        let odd = Problem::of(&anyhow::Error::from(odd).context("a/b cannot be made")).unwrap();
        assert_eq!((odd.status, odd.detail.as_str()), (422, "a/b cannot be made"));
        let inside = Problem::inside("0199");
        assert!(inside.status == 500 && inside.next.unwrap().contains("0199"));
    }

    #[test]
    fn errors_in_the_files_come_with_all_their_places() {
        let mistake = |message: &str, is_warning| Mistake {
            file: "karat.toml".into(),
            line: Some(3),
            field: "features.a".into(),
            message: message.into(),
            next: "mend it".into(),
            is_warning,
        };
        let broken = Broken(vec![mistake("w", true), mistake("e", false), mistake("f", false)]);
        let problem = Problem::of(&broken.into()).unwrap();
        assert_eq!(problem.detail, "2 errors in the files; first: e");
        assert_eq!(problem.place.as_deref(), Some("karat.toml:3 · features.a"));
        assert_eq!((problem.problems.len(), problem.status), (3, 422));
    }
}
