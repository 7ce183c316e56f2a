//! Play: real inputs × variants × repeats, answered while somebody watches; nothing of it is stored, nothing is judged.
//! In reading order: what there is to play with, which inputs may be asked, the asking, what it shows;
//! prompts and their versions; candidate cases; prototypes for people without an account.

pub mod start;

pub mod inputs;

pub mod run;

pub mod groups;

pub mod feasible;

pub mod prompt;

pub mod propose;

pub mod prototypes;
