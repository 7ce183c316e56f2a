//! What a gate would judge if it ran now, as hashes and words: so that a proof can be held against it without a run.

use karat_records::{Case, Hash, NamedHash, Proof};
use serde_json::{Value, json};

use super::start::{dataset_of, variant_hash};
use crate::app::App;
use crate::datasets::{self, split};
use crate::gate::describe;
use crate::project::history::Registered;
use crate::project::{Feature, Problems, Project};
use crate::scorers;

/// A feature as its files say it now.
#[derive(Clone, Debug)]
pub struct Present {
    /// The cases that a gate would judge on; absent where they cannot be read.
    pub cases: Option<PresentCases>,
    /// Variants with their contents, in the order of the file.
    pub variants: Vec<NamedHash>,
    /// Scorers with their contents; absent where they cannot be made ready, for example for want of a file.
    pub scorers: Option<Vec<NamedHash>>,
    /// All criteria together.
    pub mvq_hash: Hash,
    /// Criteria and desired outputs as they would be registered today.
    pub registered: Registered,
}

/// The cases that a gate would judge on.
#[derive(Clone, Debug)]
pub struct PresentCases {
    /// The dataset and the version of these cases.
    pub dataset: NamedHash,
    /// Hash of each case.
    pub hashes: Vec<Hash>,
    /// How many there are; all cases where none are held out.
    pub n: u64,
    /// How many are held out.
    pub n_held_out: u64,
    /// How many there are in the whole dataset.
    pub n_all: u64,
}

/// Reads what a gate of the feature would judge now; what cannot be read is absent.
pub fn present(app: &App, project: &Project, feature: &Feature, day: String) -> Present {
    let problems = Problems::default();
    let dataset = dataset_of(project, feature, &problems);
    let judged: Vec<Case> = dataset.as_ref().map_or_else(Vec::new, |dataset| {
        split::cases_in(dataset, split::gate_scope(dataset)).into_iter().cloned().collect()
    });
    let cases = dataset.as_ref().map(|dataset| PresentCases {
        dataset: NamedHash {
            name: dataset.name.clone(),
            hash: datasets::version(&judged.iter().collect::<Vec<_>>()),
        },
        hashes: judged.iter().map(Case::content_hash).collect(),
        n: judged.len() as u64,
        n_held_out: split::cases_in(dataset, karat_records::Scope::HeldOut).len() as u64,
        n_all: dataset.cases.len() as u64,
    });
    Present {
        cases,
        variants: feature
            .variants
            .iter()
            .map(|variant| NamedHash {
                name: variant.name.clone(),
                hash: variant_hash(variant, dataset.as_ref()),
            })
            .collect(),
        scorers: scorers::prepare(app, project, feature, &problems).map(|ready| {
            ready
                .iter()
                .map(|ready| NamedHash { name: ready.name.clone(), hash: ready.hash.clone() })
                .collect()
        }),
        mvq_hash: feature.mvq_hash(),
        registered: registered(feature, &judged, day),
    }
}

impl Present {
    /// The present content of a variant.
    pub fn variant(&self, name: &str) -> Option<&Hash> {
        self.variants.iter().find(|variant| variant.name == name).map(|variant| &variant.hash)
    }

    /// Whether a proof is about everything as it is now; what cannot be read is not held against it.
    pub fn is_proven_by(&self, proof: &Proof) -> bool {
        self.may_answer_by(proof)
            && self.cases.as_ref().is_none_or(|cases| cases.dataset.hash == proof.dataset_hash)
    }

    /// Whether production may rely on a proof: variant, criteria and scorers are as they were judged.
    ///
    /// Other cases make a proof old, which every page says; they change no answer. If they ended it, each case that
    /// people agree on would stop the applications until somebody had judged again.
    pub fn may_answer_by(&self, proof: &Proof) -> bool {
        self.variant(&proof.variant) == Some(&proof.variant_hash)
            && proof.mvq_hash == self.mvq_hash
            && self
                .scorers
                .as_ref()
                .is_none_or(|scorers| scorers_hash(scorers) == proof.scorers_hash)
    }
}

/// The state of criteria and desired outputs that judges on a day.
pub fn registered(feature: &Feature, cases: &[Case], day: String) -> Registered {
    let mut expected: Vec<Value> =
        cases.iter().map(|case| json!([case.id, case.expected])).collect();
    expected.sort_by_key(ToString::to_string);
    Registered {
        feature: feature.name.clone(),
        since: day,
        criteria: describe::criteria(&feature.mvq),
        desired_outputs: Hash::of_json(&Value::Array(expected)).short().to_owned(),
        n_cases: cases.len() as u64,
    }
}

/// All scorers together, as a proof names them.
pub fn scorers_hash(scorers: &[NamedHash]) -> Hash {
    let scorers: Vec<Value> =
        scorers.iter().map(|scorer| json!([scorer.name, scorer.hash])).collect();
    Hash::of_json(&Value::Array(scorers))
}
