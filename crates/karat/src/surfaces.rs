//! Surfaces: ways to call the operations. They contain no decisions.

pub mod problem;

pub mod http;

pub mod cli;
