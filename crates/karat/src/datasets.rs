//! Datasets: cases from files, versioned by content, with some held out for the gate.

pub mod import;

pub mod split;

pub mod images;

pub mod looks;

pub mod stamp;

pub mod about;

pub mod indexing;

pub mod list;

pub mod cases;

pub mod versions;

pub mod health;

use std::collections::BTreeMap;

use karat_records::{Case, Hash};
use serde_json::{Value, json};

use crate::project::files::Files;
use crate::project::{Feature, Problems, Project};

/// A dataset with its cases.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// Its name in the project file.
    pub name: String,
    /// Cases in the order of the file.
    pub cases: Vec<Case>,
    /// Answers that stand in columns of the dataset: column, then case id.
    pub answers: BTreeMap<String, BTreeMap<String, Value>>,
}

impl Dataset {
    /// Whether some cases are held out for the gate.
    pub fn holds_back(&self) -> bool {
        self.cases.iter().any(|case| case.split == karat_records::Split::Gate)
    }
}

/// Reads the cases of a feature.
pub fn of(project: &Project, feature: &Feature, problems: &Problems) -> Option<Dataset> {
    let Some(file) = feature.dataset.as_ref().and_then(|name| project.dataset(name)) else {
        problems.error(
            &feature.place,
            format!("the feature {} has no dataset, so there is nothing to run on", feature.name),
            "add dataset = \"NAME\" to the feature, and [datasets.NAME] with a file",
        );
        return None;
    };
    import::import(file, Files { root: &project.root, problems })
}

/// The version of a whole dataset: its contents, and which of them are held out.
pub fn whole_version(tune: &mut [[u8; 32]], gate: &mut [[u8; 32]]) -> Hash {
    tune.sort_unstable();
    gate.sort_unstable();
    let version = Hash::of_hashes(tune.iter());
    if gate.is_empty() {
        return version;
    }
    Hash::of_json(&json!([version, Hash::of_hashes(gate.iter())]))
}

/// The version of some cases: a hash of their contents, whatever their order.
pub fn version(cases: &[&Case]) -> Hash {
    let mut hashes: Vec<String> =
        cases.iter().map(|case| case.content_hash().to_string()).collect();
    hashes.sort_unstable();
    Hash::of_json(&json!(hashes))
}
