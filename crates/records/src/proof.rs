//! Proofs: what `karat.lock` carries from CI to production.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Hash, Verdict};

/// A gate's verdict with the hashes of all that it judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Proof {
    /// The feature's name.
    pub feature: String,
    /// The variant's name.
    pub variant: String,
    /// Prompt, parameters, rules: everything that shapes an answer.
    pub variant_hash: Hash,
    /// The held-out cases that judged.
    pub dataset_hash: Hash,
    /// The scorers that the criteria use.
    pub scorers_hash: Hash,
    /// The criteria.
    pub mvq_hash: Hash,
    /// What came out.
    pub verdict: Verdict,
    /// Number of cases.
    pub n: u64,
    /// The lower bound of the first criterion, as a rate.
    pub bound: Option<f64>,
    /// The how-manieth candidate on these cases this was, from 1.
    pub candidate: u32,
    /// True where a scripted server answered instead of a model.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub simulated: bool,
}

/// Held-out cases and the candidates that they have judged so far: each further one spends confidence.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Judged {
    /// The feature's name.
    pub feature: String,
    /// Content hashes of the candidates, first judged first, shortened.
    pub candidates: Vec<String>,
    /// Content hashes of the cases, shortened; cases in common continue the count.
    pub cases: Vec<String>,
}
