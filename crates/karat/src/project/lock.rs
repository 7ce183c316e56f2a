//! `karat.lock`: proofs, and which candidates each set of held-out cases has judged.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context, bail};
use karat_records::{Hash, Judged, Proof};
use serde::{Deserialize, Serialize};

use super::history::{Amendment, Registered, amendments, register};

/// The name of the lock file.
pub const FILE: &str = "karat.lock";

/// Format of the file.
const FORMAT: u32 = 1;

/// Everything that the lock file carries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Lock {
    /// Format of the file.
    pub format: u32,
    /// Gate verdicts with the hashes of all that they judged.
    #[serde(default, rename = "proof")]
    pub proofs: Vec<Proof>,
    /// What each feature's held-out cases have judged so far.
    #[serde(default, rename = "judged")]
    pub judged: Vec<Judged>,
    /// The states of criteria and desired outputs, oldest first.
    #[serde(default, rename = "registered")]
    pub registered: Vec<Registered>,
}

/// Digits that are kept of a hash in the list of what was judged: two of 10,000 cases seldom share eight.
const SHORT: usize = 8;

impl Lock {
    /// Reads the lock file of a project; a project without one has proven nothing.
    pub fn read(root: &Path) -> anyhow::Result<Self> {
        let path = root.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(error).with_context(|| format!("{FILE} cannot be read")),
        };
        let lock: Self = toml::from_str(&text).with_context(|| {
            format!("{FILE} is damaged; take it from git (`git checkout {FILE}`), or delete it and run `karat gate` again")
        })?;
        if lock.format > FORMAT {
            bail!(
                "{FILE} was written by a newer karat (format {}, this one knows {FORMAT}); use that version",
                lock.format
            );
        }
        Ok(lock)
    }

    /// Writes the lock file whole or not at all; leaves it alone when nothing changed.
    pub fn write(&self, root: &Path) -> anyhow::Result<()> {
        let path = root.join(FILE);
        let text = self.text()?;
        if fs::read_to_string(&path).is_ok_and(|old| old == text) {
            return Ok(());
        }
        let draft = root.join(format!("{FILE}.new"));
        fs::write(&draft, text).and_then(|()| fs::rename(&draft, &path)).with_context(|| {
            format!(
                "{FILE} cannot be written; make the folder writable and run the same command again"
            )
        })
    }

    /// The file's text.
    pub fn text(&self) -> anyhow::Result<String> {
        let mut lock = self.clone();
        lock.format = FORMAT;
        Ok(format!(
            "# Written by karat gate; commit it, so that proofs reach production.\n{}",
            toml::to_string(&lock).context("a lock file is always TOML")?
        ))
    }

    /// Keeps a proof in place of an older one of the same variant.
    pub fn put(&mut self, proof: Proof) {
        match self
            .proofs
            .iter_mut()
            .find(|old| old.feature == proof.feature && old.variant == proof.variant)
        {
            Some(old) => *old = proof,
            None => self.proofs.push(proof),
        }
    }

    /// The proof of a variant.
    pub fn proof(&self, feature: &str, variant: &str) -> Option<&Proof> {
        self.proofs.iter().find(|proof| proof.feature == feature && proof.variant == variant)
    }

    /// Notes the present state of a feature's criteria, and answers with everything that was amended so far.
    pub fn register(&mut self, now: Registered) -> Vec<Amendment> {
        let is_own = |state: &Registered| state.feature == now.feature;
        let mut own: Vec<Registered> =
            self.registered.iter().filter(|state| is_own(state)).cloned().collect();
        self.registered.retain(|state| !is_own(state));
        register(&mut own, now);
        let amended = amendments(&own);
        self.registered.extend(own);
        amended
    }

    /// The day on which a feature's present criteria first judged.
    pub fn registered_since(&self, feature: &str) -> Option<String> {
        self.registered
            .iter()
            .rfind(|state| state.feature == feature)
            .map(|state| state.since.clone())
    }

    /// What these held-out cases, or some of them, have judged.
    pub fn judged_on(&self, feature: &str, cases: &[Hash]) -> Option<&Judged> {
        let cases: std::collections::HashSet<String> =
            cases.iter().map(|case| short(case.as_str())).collect();
        self.judged.iter().find(|judged| {
            judged.feature == feature && judged.cases.iter().any(|case| cases.contains(case))
        })
    }

    /// The how-manieth candidate on these held-out cases each variant is, from 1.
    /// The same content judged again keeps its number; cases that were never judged start the count anew.
    pub fn number_candidates(
        &mut self,
        feature: &str,
        cases: &[Hash],
        variants: &[&Hash],
    ) -> Vec<u32> {
        let cases: Vec<String> = cases.iter().map(|case| short(case.as_str())).collect();
        let seen: std::collections::HashSet<&String> = cases.iter().collect();
        let found = self.judged.iter().position(|judged| {
            judged.feature == feature && judged.cases.iter().any(|case| seen.contains(case))
        });
        let index = found.unwrap_or_else(|| {
            self.judged.push(Judged { feature: feature.into(), ..Judged::default() });
            self.judged.len() - 1
        });
        let judged = &mut self.judged[index];
        judged.cases.extend(cases);
        judged.cases.sort_unstable();
        judged.cases.dedup();
        variants
            .iter()
            .map(|hash| {
                let hash = short(hash.as_str());
                let at = judged.candidates.iter().position(|known| *known == hash).unwrap_or_else(
                    || {
                        judged.candidates.push(hash);
                        judged.candidates.len() - 1
                    },
                );
                at as u32 + 1
            })
            .collect()
    }
}

/// The beginning of a hash, as the list of what was judged keeps it.
pub fn short(hash: &str) -> String {
    hash.chars().take(SHORT).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hashes(words: &[&str]) -> Vec<Hash> {
        words.iter().map(|word| Hash::of_bytes(word.as_bytes())).collect()
    }

    #[test]
    fn the_same_content_judged_again_keeps_its_number() {
        let mut lock = Lock::default();
        let cases = hashes(&["c1", "c2"]);
        let variants = hashes(&["a", "b"]);
        let both: Vec<&Hash> = variants.iter().collect();
        assert_eq!(lock.number_candidates("f", &cases, &both), [1, 2]);
        assert_eq!(lock.number_candidates("f", &cases, &both), [1, 2]);
        let third = Hash::of_bytes(b"c");
        assert_eq!(lock.number_candidates("f", &cases, &[&third]), [3]);
    }

    #[test]
    fn added_cases_continue_the_count_and_fresh_cases_start_it_anew() {
        let mut lock = Lock::default();
        let (a, b) = (Hash::of_bytes(b"a"), Hash::of_bytes(b"b"));
        lock.number_candidates("f", &hashes(&["c1", "c2"]), &[&a]);
        assert_eq!(lock.number_candidates("f", &hashes(&["c2", "c3"]), &[&b]), [2]);
        assert_eq!(lock.number_candidates("f", &hashes(&["c8", "c9"]), &[&b]), [1]);
    }
}
