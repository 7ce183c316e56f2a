//! Surfaces: ways to call the operations. They contain no decisions.

pub mod cli;
