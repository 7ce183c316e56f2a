//! The terminal: pleasant wrappers over the operations.

pub mod args;

pub mod commands;

pub mod serve;

pub mod progress;

pub mod tables;

pub mod output;
