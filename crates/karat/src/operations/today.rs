//! Operations of the first page and of the page to forward.

use super::Access::Read as Reads;
use super::Scope::Read;
use super::{Operation, row};
use crate::{reports, today};

/// Rows of the table, in reading order.
pub fn rows() -> Vec<Operation> {
    vec![
        row(
            "today.show",
            "What is true about every feature, and what to do next",
            Read,
            Reads,
            today::show::show,
        ),
        row(
            "reports.page",
            "The page to forward, for whoever decides or for the team",
            Read,
            Reads,
            reports::page::page,
        ),
    ]
}
