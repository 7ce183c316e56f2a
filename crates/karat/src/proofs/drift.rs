//! Pure. What changed since a gate judged, as sentences.

use karat_records::{NamedHash, RunPlan};

use crate::evals::present::Present;
use crate::gate::describe::{count, plural};
use crate::project::history::{Registered, amendments};

/// Everything that differs from what a run judged. Of a variant that the run left out, `is_proven` says whether
/// it has a proof, and whether that is about everything as it is now.
pub fn drift(
    judged: &RunPlan,
    registered: Option<&Registered>,
    present: &Present,
    is_proven: impl Fn(&NamedHash) -> Option<bool>,
) -> Vec<String> {
    let mut changes = Vec::new();
    for old in &judged.variants {
        match present.variant(&old.name) {
            None => changes.push(format!("The variant {} is gone.", old.name)),
            Some(now) if *now != old.hash => {
                changes.push(format!("The variant {} was changed.", old.name));
            }
            Some(_) => {}
        }
    }
    for new in &present.variants {
        if judged.variants.iter().any(|old| old.name == new.name) {
            continue;
        }
        match is_proven(new) {
            None => changes.push(format!("The variant {} was never judged.", new.name)),
            Some(false) => changes.push(format!(
                "The variant {} was judged before, but not as things are now.",
                new.name
            )),
            Some(true) => {}
        }
    }
    if let Some(cases) = &present.cases
        && cases.dataset.hash != judged.dataset.hash
    {
        changes.push(if cases.n == judged.n_cases {
            format!("The {} that judge were edited.", plural(cases.n, "case"))
        } else {
            format!(
                "The cases that judge were changed: {} then, {} now.",
                count(judged.n_cases),
                count(cases.n)
            )
        });
    }
    if let Some(registered) = registered {
        let criteria = Registered {
            desired_outputs: registered.desired_outputs.clone(),
            ..present.registered.clone()
        };
        for amendment in amendments(&[registered.clone(), criteria]) {
            changes.push(format!("The criterion {}.", amendment.what));
        }
    }
    if let Some(scorers) = &present.scorers {
        for old in &judged.scorers {
            match scorers.iter().find(|scorer| scorer.name == old.name) {
                None => changes.push(format!("The scorer {} is gone.", old.name)),
                Some(now) if now.hash != old.hash => {
                    changes.push(format!("The scorer {} was changed.", old.name));
                }
                Some(_) => {}
            }
        }
        for new in scorers {
            if !judged.scorers.iter().any(|old| old.name == new.name) {
                changes.push(format!("The scorer {} is new.", new.name));
            }
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use karat_records::{Hash, Scope};

    use super::*;
    use crate::evals::present::PresentCases;

    fn named(name: &str, content: &str) -> NamedHash {
        NamedHash { name: name.into(), hash: Hash::of_bytes(content.as_bytes()) }
    }

    fn state(criteria: &[&str]) -> Registered {
        Registered {
            feature: "f".into(),
            since: "2026-11-23".into(),
            criteria: criteria.iter().map(|line| (*line).to_owned()).collect(),
            desired_outputs: "d".into(),
            n_cases: 10,
        }
    }

    fn judged() -> RunPlan {
        RunPlan {
            feature: "f".into(),
            scope: Scope::HeldOut,
            variants: vec![named("a", "1"), named("b", "1")],
            dataset: named("d", "1"),
            n_cases: 10,
            scorers: vec![named("right", "1")],
            trials: 1,
            seed: 1,
        }
    }

    fn present() -> Present {
        Present {
            cases: Some(PresentCases {
                dataset: named("d", "1"),
                hashes: Vec::new(),
                n: 10,
                n_held_out: 10,
                n_all: 30,
            }),
            variants: vec![named("a", "1"), named("b", "1")],
            scorers: Some(vec![named("right", "1")]),
            mvq_hash: Hash::of_bytes(b"m"),
            registered: state(&["correct: right at least 0.9"]),
        }
    }

    fn found(present: &Present) -> Vec<String> {
        drift(&judged(), Some(&state(&["correct: right at least 0.9"])), present, |variant| {
            (variant.name == "old").then_some(false)
        })
    }

    #[test]
    fn what_did_not_change_is_not_mentioned() {
        assert!(found(&present()).is_empty());
        let unreadable = Present { cases: None, scorers: None, ..present() };
        assert!(found(&unreadable).is_empty(), "what cannot be read is not held against a proof");
    }

    #[test]
    fn every_kind_of_change_is_a_sentence() {
        let mut now = present();
        now.variants = vec![named("a", "2"), named("c", "1"), named("old", "1")];
        now.scorers = Some(vec![named("right", "2"), named("kind", "1")]);
        now.registered = state(&["correct: right at least 0.85"]);
        if let Some(cases) = &mut now.cases {
            (cases.dataset, cases.n) = (named("d", "2"), 12);
        }
        assert_eq!(
            found(&now),
            [
                "The variant a was changed.",
                "The variant b is gone.",
                "The variant c was never judged.",
                "The variant old was judged before, but not as things are now.",
                "The cases that judge were changed: 10 then, 12 now.",
                "The criterion correct: right at least 0.9 → right at least 0.85.",
                "The scorer right was changed.",
                "The scorer kind is new.",
            ]
        );
    }
}
