//! Proofs as people work with them: the latest gate of a feature, what changed since, what it may be asked instead,
//! and who signed it off. The judgement itself is made in `gate` and `evals`.

pub mod show;

pub mod known;

pub mod drift;

pub mod offers;

pub mod amend;

pub mod sign;

pub mod address;
