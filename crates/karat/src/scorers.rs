//! One answer in, a score out. The deterministic scorers are pure; judges ask a model and live elsewhere.

pub mod score;

pub mod method;

pub mod prepare;

pub mod ready;

pub mod ask;

pub mod similar;

pub mod equals;
pub mod text;

pub mod numeric;

pub mod json;

pub mod similarity;

pub mod bleu;
pub mod chrf;
pub mod edits;
pub mod rouge;

pub mod ranking;

pub mod tools;

pub mod refusal;

pub mod limits;

pub mod recorded;

pub mod weighted;

pub mod grader;

pub mod formula;

pub mod template;

pub mod lcs;
pub mod ngrams;

pub mod wanted;

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod vectors;

pub use method::Method;
pub use prepare::prepare;
pub use ready::{Ready, score_all, score_some};
pub use score::{Judged, score};
