//! Simulates what the verdicts promise and prints a table beside the bars; ends with code 1 when a bar is missed.
//!
//! `cargo run --release -p karat-stats --example validity [share [row...]]` runs all rows or those that are named;
//! a share below 1 simulates less and widens the bars by three standard errors. All seeds are fixed.

#[path = "validity/claim_rows.rs"]
mod claim_rows;
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

/// The rows that it makes, and how.
type Part<'a> = (&'a [&'a str], &'a dyn Fn() -> Vec<Row>);

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let share = arguments.next().and_then(|share| share.parse().ok()).unwrap_or(1.0_f64);
    let wanted: Vec<String> = arguments.collect();
    let runs = |full: u64| ((full as f64 * share) as u64).max(20);
    println!("| row | what | runs | measured | ± | bar | holds |");
    println!("| --- | --- | ---: | ---: | ---: | ---: | --- |");
    let parts: [Part; 8] = [
        (&["V2"], &|| gate_rows::false_verdicts(runs(10_000), 3000)),
        (&["V3"], &|| gate_rows::coverage(runs(10_000), 2000)),
        (&["E1"], &|| gate_rows::edited_prompts(runs(10_000))),
        (&["D1", "D2"], &|| monitor_rows::detectors(runs(2000))),
        (&["K1"], &|| monitor_rows::canaries(runs(2000))),
        (&["F1"], &|| claim_rows::false_claims(runs(2000))),
        (&["X1"], &|| comparison_rows::false_alarms(runs(10_000), 5000)),
        (&["X2", "X3"], &|| comparison_rows::decisions(runs(10_000))),
    ];
    let mut missed = 0;
    for (ids, part) in parts {
        if !wanted.is_empty() && !wanted.iter().any(|wanted| ids.contains(&wanted.as_str())) {
            continue;
        }
        for row in part() {
            let holds = row.holds_within(if share < 1.0 { 3.0 } else { 0.0 });
            println!("{row} {} |", if holds { "yes" } else { "NO" });
            missed += u32::from(!holds);
        }
    }
    if missed > 0 { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
