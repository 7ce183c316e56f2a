//! One integration binary: a file for each journey, on the real program.
#![expect(
    clippy::disallowed_methods,
    reason = "tests start the program, and look at clock and environment"
)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod applications;
mod architecture;
mod assistants;
mod bad_input;
mod bets;
mod calls;
mod compare;
mod data;
mod docs;
mod doors;
mod example;
mod faults;
mod gate_page;
mod gateway;
mod gateway_agents;
mod gateway_faults;
mod gateway_keys;
mod gateway_killed;
mod gateway_limits;
mod gateway_onward;
mod gateway_proofs;
mod gsm8k;
mod inferences;
mod inside;
mod labels;
mod labels_to_gold;
mod live;
mod monitor;
mod openapi;
mod operations;
mod pages;
mod pandalm;
mod play;
mod production;
mod program;
mod reach;
mod served;
mod server;
mod settings;
mod signal_senders;
mod signals;
mod story;
mod tau;
mod today;
mod traffic;
mod watched;
