//! The Karat workbench, in reading order: the files a team writes, the cases, the ways to answer,
//! the judgement of answers, the run of all of them, and the verdict.

pub mod project;

pub mod datasets;

pub mod variants;

pub mod upstream;

pub mod scorers;

pub mod gate;

pub mod evals;

pub mod history;

pub mod labels;

pub mod signals;

pub mod settings;

pub mod checks;

pub mod bets;

pub mod play;
pub mod proofs;

pub mod today;

pub mod reports;

pub mod mock;

pub mod people;

pub mod gateway;

pub mod monitor;

pub mod inferences;
pub mod live;

pub mod operations;

pub mod surfaces;

pub mod app;

pub mod config;

pub mod clock;

pub mod tasks;
