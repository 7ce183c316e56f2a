//! Operations on what applications asked for in production.

use super::Access::{Read as Reads, Write as Writes};
use super::Scope::{Admin, Edit, Label, Read};
use super::{Operation, row};
use crate::inferences::{export, forget, list, show, to_case};

/// Rows of the table, in reading order.
pub fn rows() -> Vec<Operation> {
    vec![
        row(
            "inferences.list",
            "List inferences, the last that arrived first",
            Read,
            Reads,
            list::list,
        ),
        row(
            "inferences.follow",
            "Say which inferences arrived since a place",
            Read,
            Reads,
            list::follow,
        ),
        row(
            "inferences.show",
            "Show an inference with attempts, signals and live scores",
            Read,
            Reads,
            show::show,
        ),
        row(
            "inferences.export",
            "Write inferences as text, page by page",
            Edit,
            Reads,
            export::export,
        ),
        row(
            "inferences.to_case",
            "Make an inference a candidate case, for people to label",
            Label,
            Writes,
            to_case::to_case,
        ),
        row(
            "inferences.forget_user",
            "Erase what one user left in production",
            Admin,
            Writes,
            forget::forget_user,
        ),
    ]
}
