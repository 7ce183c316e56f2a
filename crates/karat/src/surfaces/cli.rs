//! The terminal: pleasant wrappers over the operations.

pub mod args;

pub mod commands;

pub mod reach;

pub mod serve;

pub mod mcp;

pub mod people;
pub mod bets;

pub mod play;
pub mod data;
pub mod label;

pub mod progress;

pub mod tables;

pub mod verdicts;

pub mod output;
