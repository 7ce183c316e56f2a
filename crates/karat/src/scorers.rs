//! One answer in, a score out. The deterministic scorers are pure; judges ask a model and live elsewhere.

pub mod bleu;
pub mod chrf;
pub mod edits;
pub mod rouge;

pub mod lcs;
pub mod ngrams;

#[cfg(test)]
mod vectors;
