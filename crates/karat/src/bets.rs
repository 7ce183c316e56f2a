//! Bets: from pasted rows to a hypothesis that is written down before its first outcome, and its rules as sentences.
//! In reading order: what was pasted, which column is which, how success is measured, the new bet, how it stands, its rules.

pub mod paste;

pub mod choice;

pub mod success;

pub mod preview;

pub mod render;

pub mod create;

pub mod show;

pub mod sentences;

pub mod rules;
