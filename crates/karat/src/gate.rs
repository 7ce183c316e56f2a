//! Criteria and scores in, verdict out. Nothing here calls anybody or reads anything.

pub mod outcomes;

pub mod measure;

pub mod judge;

pub mod compare;

pub mod capability;

pub mod economy;

pub mod unit;

pub mod describe;

pub mod shown;

pub mod less;

pub use judge::{CriterionVerdict, VariantVerdict, judge};
pub use outcomes::{Outcome, Outcomes, VariantOutcomes};
