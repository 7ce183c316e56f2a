//! Operations on labels: queues, labelling, disputes, agreement, guidelines, and the way to gold.

use super::Access::{Read as Reads, Write as Writes};
use super::Scope::{Edit, Label, Read};
use super::{Operation, row};
use crate::labels::{act, agreement, disputes, export, guideline, next, open, promote};

/// Rows of the table, in reading order.
pub fn rows() -> Vec<Operation> {
    vec![
        row("labels.queues", "List the queues and how far they are", Read, Reads, next::queues),
        row("labels.open", "Open a queue of items to label", Edit, Writes, open::open),
        row("labels.next", "Take the next item for ten minutes", Label, Writes, next::next),
        row("labels.submit", "Label the item in hand", Label, Writes, act::submit),
        row("labels.skip", "Pass the item in hand on, with a reason", Label, Writes, act::skip),
        row("labels.undo", "Take back what I submitted just now", Label, Writes, act::undo),
        row("labels.keep", "Keep the item in hand for longer", Label, Writes, act::keep_item),
        row(
            "labels.disputes",
            "List the disputes that I may settle",
            Label,
            Reads,
            disputes::disputes,
        ),
        row(
            "labels.adjudicate",
            "Settle a dispute about an item that I did not label",
            Label,
            Writes,
            disputes::adjudicate,
        ),
        row(
            "labels.agreement",
            "Say whether people agree, with intervals",
            Read,
            Reads,
            agreement::agreement,
        ),
        row(
            "labels.guideline",
            "Show the guideline and its versions",
            Read,
            Reads,
            guideline::guideline,
        ),
        row(
            "labels.write_guideline",
            "Write the next version of a guideline",
            Edit,
            Writes,
            guideline::write_guideline,
        ),
        row(
            "labels.promotion",
            "Say what promoting would write, and write nothing",
            Read,
            Reads,
            promote::promotion,
        ),
        row(
            "labels.promote",
            "Write agreed labels into the dataset as its next gold version",
            Edit,
            Writes,
            promote::promote,
        ),
        row("labels.mine", "Look at my own labels and my pace", Label, Reads, next::mine),
        row("labels.export", "Write all labels of a queue as text", Edit, Reads, export::export),
    ]
}
