//! One integration binary: a file for each journey, on the real program.
#![expect(
    clippy::disallowed_methods,
    reason = "tests start the program, and look at clock and environment"
)]
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod architecture;
mod example;
mod gsm8k;
mod program;
mod story;
mod tau;
