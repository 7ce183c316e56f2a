//! The binary: parse, compose, run, exit.

use std::process::ExitCode;

use clap::Parser;
use karat::surfaces::cli::{args::Cli, commands};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            anstream::eprintln!("error: the runtime cannot be started: {error}");
            return ExitCode::from(commands::COULD_NOT_RUN);
        }
    };
    ExitCode::from(runtime.block_on(commands::run(cli)))
}
