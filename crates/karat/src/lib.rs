//! The Karat workbench, in reading order: the files a team writes, the cases, the ways to answer,
//! the judgement of answers, the run of all of them, and the verdict.

pub mod project;

pub mod datasets;

pub mod gate;

pub mod clock;

pub mod config;

pub mod tasks;

pub mod upstream;

pub mod variants;

pub mod app;

pub mod scorers;

pub mod evals;

pub mod checks;

pub mod mock;

pub mod operations;

pub mod surfaces;
