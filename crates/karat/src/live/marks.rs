//! Pure. What changed at which moment: models and systems that answer, variants that joined, files. Charts show these as marks.

use std::collections::{BTreeMap, BTreeSet};

use karat_store::ServedFirst;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::history::changed::Changed;

/// More than these no chart can show.
const MOST: usize = 60;

/// A model that changes its fingerprint more often in one window is said once.
const MOST_FINGERPRINTS: usize = 5;

/// A change at a moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LiveMark {
    /// Milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// What kind of change it is.
    pub kind: MarkKind,
    /// The change in a sentence.
    pub says: String,
}

/// What changed.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum MarkKind {
    /// Another model answers for a variant.
    Model,
    /// The provider's system behind a model is another one.
    Fingerprint,
    /// A variant answered for the first time.
    Variant,
    /// A file of the project.
    File,
}

/// All changes in the window, the oldest first; the newest where there are too many.
pub fn marks(firsts: &[ServedFirst], changed: &[Changed], from_ms: i64) -> Vec<LiveMark> {
    let mut marks = served(firsts, from_ms);
    marks.extend(changed.iter().filter(|one| one.at_ms >= from_ms).map(file));
    marks.sort_by_key(|mark| (mark.at_ms, mark.kind));
    marks.split_off(marks.len().saturating_sub(MOST))
}

fn file(changed: &Changed) -> LiveMark {
    let says = match changed.kind.as_str() {
        "mvq" => format!("the criteria of {} changed", changed.name),
        "dataset" => format!("the dataset {} changed", changed.name),
        _ => format!("{} changed", changed.name),
    };
    LiveMark { at_ms: changed.at_ms, kind: MarkKind::File, says }
}

/// `firsts` come in the order of time.
fn served(firsts: &[ServedFirst], from_ms: i64) -> Vec<LiveMark> {
    let mut marks = Vec::new();
    let mut models: BTreeMap<Option<&str>, BTreeSet<Option<&str>>> = BTreeMap::new();
    let mut fingerprints: BTreeMap<(Option<&str>, Option<&str>), Vec<LiveMark>> = BTreeMap::new();
    let mut last: BTreeMap<Option<&str>, Option<&str>> = BTreeMap::new();
    for first in firsts {
        let (variant, served) = (first.variant.as_deref(), first.served.as_deref());
        let name = variant.unwrap_or("no variant");
        let model = served.unwrap_or("an unnamed model");
        let known = models.entry(variant).or_default();
        let is_first = known.is_empty();
        let is_new_model = known.insert(served);
        let before = last.insert(variant, served).flatten();
        let mark = |kind, says| LiveMark { at_ms: first.at_ms, kind, says };
        if first.at_ms < from_ms {
            continue;
        }
        if is_first {
            let by = served.map(|served| format!(", with {served}")).unwrap_or_default();
            marks.push(mark(MarkKind::Variant, format!("{name} answered for the first time{by}")));
        } else if is_new_model {
            let instead = before.map(|before| format!(", before {before}")).unwrap_or_default();
            marks.push(mark(MarkKind::Model, format!("{model} answers for {name}{instead}")));
        } else {
            let fingerprint = first.fingerprint.as_deref().unwrap_or("no fingerprint");
            let says = format!("the system behind {model} changed to {fingerprint} ({name})");
            let list = fingerprints.entry((variant, served)).or_default();
            list.push(mark(MarkKind::Fingerprint, says));
        }
    }
    for ((variant, served), list) in fingerprints {
        if list.len() <= MOST_FINGERPRINTS {
            marks.extend(list);
        } else if let Some(first) = list.first() {
            let says = format!(
                "{} gives a fingerprint that changes all the time ({})",
                served.unwrap_or("an unnamed model"),
                variant.unwrap_or("no variant")
            );
            marks.push(LiveMark { says, ..first.clone() });
        }
    }
    marks
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(at_ms: i64, variant: &str, served: &str, fingerprint: &str) -> ServedFirst {
        let text = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let (variant, served, fingerprint) = (text(variant), text(served), text(fingerprint));
        ServedFirst { variant, served, fingerprint, at_ms }
    }

    #[test]
    fn a_model_a_system_a_variant_and_a_file_each_have_their_mark() {
        let firsts = [
            first(1, "mini", "gpt-1", "f1"),
            first(10, "mini", "gpt-1", "f2"),
            first(20, "mini", "gpt-2", "f2"),
            first(30, "rules", "", ""),
        ];
        let changed = [
            Changed { at_ms: 25, kind: "prompt".into(), name: "prompts/triage.txt".into() },
            Changed { at_ms: 2, kind: "project".into(), name: "karat.toml".into() },
        ];
        let found: Vec<_> = marks(&firsts, &changed, 5).into_iter().map(|mark| mark.says).collect();
        assert_eq!(
            found,
            [
                "the system behind gpt-1 changed to f2 (mini)",
                "gpt-2 answers for mini, before gpt-1",
                "prompts/triage.txt changed",
                "rules answered for the first time",
            ]
        );
    }

    #[test]
    fn a_fingerprint_for_each_answer_is_said_once() {
        let firsts: Vec<_> = (0..99).map(|i| first(i, "mini", "gpt-1", &format!("f{i}"))).collect();
        let found = marks(&firsts, &[], 0);
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].kind, MarkKind::Fingerprint);
        assert!(found[1].says.contains("all the time"));
    }

    #[test]
    fn of_too_many_marks_the_newest_stay() {
        let changed: Vec<_> = (0..200)
            .map(|at_ms| Changed { at_ms, kind: "rules".into(), name: format!("{at_ms}") })
            .collect();
        let found = marks(&[], &changed, 0);
        assert_eq!((found.len(), found[0].at_ms), (MOST, 140));
    }
}
