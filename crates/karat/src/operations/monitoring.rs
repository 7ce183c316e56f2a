//! Operations of the monitor: canaries, incidents, decisions.

use super::Access::{Read as Reads, Write as Writes};
use super::Scope::{Edit, Read};
use super::{Operation, row};
use crate::monitor;

/// Rows of the table, in reading order.
pub fn rows() -> Vec<Operation> {
    vec![
        row(
            "monitor.show",
            "What became worse, the canaries, and what was decided about waterfalls",
            Read,
            Reads,
            monitor::show::show,
        ),
        row(
            "waterfall.show",
            "Who answers a feature's applications now, in which order, and who may not and why",
            Read,
            Reads,
            monitor::waterfall::show,
        ),
        row(
            "canary.run",
            "Ask a variant the canary's questions once, and compare with its baseline",
            Edit,
            Writes,
            monitor::canary::run,
        ),
        row(
            "incidents.close",
            "Close an incident; what it was about is watched anew",
            Edit,
            Writes,
            monitor::show::close,
        ),
        row(
            "decisions.undo",
            "Undo the last decision about a feature's waterfall",
            Edit,
            Writes,
            monitor::decision::undo,
        ),
    ]
}
