//! Pure. Which cases a run covers: gold that tunes cannot judge.

use karat_records::{Case, Scope, Split};

use super::Dataset;

/// What `karat eval` iterates on: everything that is not held out.
pub fn tuning_scope(dataset: &Dataset) -> Scope {
    if dataset.holds_back() { Scope::Tune } else { Scope::All }
}

/// What `karat gate` judges on: the held-out cases, or all where none are held out.
pub fn gate_scope(dataset: &Dataset) -> Scope {
    if dataset.holds_back() { Scope::HeldOut } else { Scope::All }
}

/// The cases of a scope, in the order of the file.
pub fn cases_in(dataset: &Dataset, scope: Scope) -> Vec<&Case> {
    dataset
        .cases
        .iter()
        .filter(|case| match scope {
            Scope::All => true,
            Scope::Tune => case.split != Split::Gate,
            Scope::HeldOut => case.split == Split::Gate,
        })
        .collect()
}
