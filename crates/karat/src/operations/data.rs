//! Operations on datasets and on the history of what was loaded.

use super::Access::Read as Reads;
use super::Scope::Read;
use super::{Operation, row};
use crate::{datasets, history};

/// Rows of the table, in reading order.
pub fn rows() -> Vec<Operation> {
    vec![
        row("datasets.list", "List datasets and what they hold", Read, Reads, datasets::list::list),
        row("datasets.cases", "Page, filter and search cases", Read, Reads, datasets::cases::cases),
        row(
            "datasets.versions",
            "List every version of a dataset",
            Read,
            Reads,
            datasets::versions::versions,
        ),
        row(
            "datasets.diff",
            "Compare two versions of a dataset",
            Read,
            Reads,
            datasets::versions::diff,
        ),
        row(
            "datasets.health",
            "Find repeats, leaks, gaps and personal data",
            Read,
            Reads,
            datasets::health::health,
        ),
        row("history.list", "List every content that was loaded", Read, Reads, history::list::list),
        row("history.show", "Show a content and the one before", Read, Reads, history::list::show),
    ]
}
