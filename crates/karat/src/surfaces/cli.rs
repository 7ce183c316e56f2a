//! The terminal: pleasant wrappers over the operations.

pub mod args;

pub mod commands;

pub mod reach;

pub mod serve;

pub mod mcp;

pub mod bets;
pub mod people;

pub mod monitoring;

pub mod copies;
pub mod data;
pub mod inferences;
pub mod label;
pub mod play;

pub mod progress;

pub mod tables;

pub mod verdicts;

pub mod output;

pub mod moment;
