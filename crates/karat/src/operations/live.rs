//! Operations on what features do in production.

use super::Access::Read as Reads;
use super::Scope::Read;
use super::{Operation, row};
use crate::live;

/// Rows of the table, in reading order.
pub fn rows() -> Vec<Operation> {
    vec![row(
        "live.show",
        "What features do in production: requests, cost, signals, changes, the worst answers",
        Read,
        Reads,
        live::show::show,
    )]
}
