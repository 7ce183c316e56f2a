//! Simulates what the verdicts promise and prints a table beside the bars; ends with code 1 when a bar is missed.
//!
//! `cargo run --release -p karat-stats --example validity [share]` runs all rows; a share below 1 runs fewer of them
//! and widens the bars by three standard errors. All seeds are fixed.

#[path = "validity/comparison_rows.rs"]
mod comparison_rows;
#[path = "validity/gate_rows.rs"]
mod gate_rows;
#[path = "validity/monitor_rows.rs"]
mod monitor_rows;
#[path = "validity/row.rs"]
mod row;

use std::process::ExitCode;

use row::Row;

fn main() -> ExitCode {
    let share = std::env::args().nth(1).and_then(|share| share.parse().ok()).unwrap_or(1.0_f64);
    let runs = |full: u64| ((full as f64 * share) as u64).max(20);
    println!("| row | what | runs | measured | ± | bar | holds |");
    println!("| --- | --- | ---: | ---: | ---: | ---: | --- |");
    let parts: [&dyn Fn() -> Vec<Row>; 7] = [
        &|| gate_rows::false_verdicts(runs(10_000), 3000),
        &|| gate_rows::coverage(runs(10_000), 2000),
        &|| gate_rows::edited_prompts(runs(10_000)),
        &|| monitor_rows::detectors(runs(2000)),
        &|| monitor_rows::canaries(runs(2000)),
        &|| comparison_rows::false_alarms(runs(10_000), 5000),
        &|| comparison_rows::decisions(runs(10_000)),
    ];
    let mut missed = 0;
    for part in parts {
        for row in part() {
            let holds = row.holds_within(if share < 1.0 { 3.0 } else { 0.0 });
            println!("{row} {} |", if holds { "yes" } else { "NO" });
            missed += u32::from(!holds);
        }
    }
    if missed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
