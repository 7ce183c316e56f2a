//! Evals: cases × variants × trials × scorers, run so that nothing finished is lost, and reported with a verdict.

pub mod plan;

pub mod run;

mod work;

mod board;

pub mod resume;

pub mod progress;

pub mod active;

pub mod judged;

pub mod report;

pub mod gated;

pub mod examples;

pub mod headline;

pub mod unknowns;

pub mod start;

pub mod eval;

pub mod present;

pub mod runs;

pub mod answer_rows;

pub mod answers;

pub mod pairing;

pub mod changes;

pub mod load;

pub mod shelf;

pub mod draft;

pub mod rule_marks;
