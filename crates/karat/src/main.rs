//! The binary: parse, compose, run, exit.

use std::process::ExitCode;

use clap::Parser;
use karat::surfaces::cli::{args::Cli, commands};

/// Gives memory back that one thread took and another let go; what the system's keeps for each thread grew under load.
#[cfg(target_os = "linux")]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            // A wrong flag is no verdict: clap's own code 2 would say undecided.
            let code = if error.use_stderr() { commands::COULD_NOT_RUN } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            anstream::eprintln!("error: the runtime cannot be started: {error}");
            return ExitCode::from(commands::COULD_NOT_RUN);
        }
    };
    ExitCode::from(runtime.block_on(commands::run(cli)))
}
