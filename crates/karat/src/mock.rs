//! A model server that answers from a script: for demonstrations, tests and benchmarks; it never asks a real model.
//!
//! It speaks the dialects of `OpenAI` and Anthropic, streamed or not, and every response says `x-karat-simulated: true`.
//! A script sets answers, faults, delays, rate limits and a slow loss of quality; what it picks is a function of the seed,
//! the request and how often that request came, so that a run can be repeated whatever the order of its calls.
//! In reading order: the script ([`Script`]) and how it is read, what is picked for a request, how that is written,
//! and the server ([`serve()`], [`Mock`]).

mod script;

mod read;

mod fields;

mod choose;

mod counters;

mod dice;

mod template;

mod limits;

mod embed;

mod route;

mod reply;

mod faults;

mod body;

mod serve;

mod started;

mod seen;

#[cfg(test)]
mod over_loopback;

pub use script::{Script, ScriptProblem};
pub use seen::{Rule, Seen};
pub use serve::serve;
pub use started::Mock;
