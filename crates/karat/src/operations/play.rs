//! Operations of Play: asking with repeats, prompts and their versions, candidate cases, prototypes.

use super::Access::{Read as Reads, Write as Writes};
use super::Scope::{Edit, Label, Read};
use super::{Operation, row};
use crate::play::{prompt, propose, prototypes, run, start};

/// Rows of the table, in reading order.
pub fn rows() -> Vec<Operation> {
    vec![
        row("play.start", "Show inputs and variants to play with", Read, Reads, start::start),
        row("play.run", "Ask variants on a few inputs, with repeats", Edit, Writes, run::run),
        row("play.prompt", "Show a prompt with its versions", Read, Reads, prompt::show),
        row(
            "play.save_prompt",
            "Save a prompt, in its file or as a new variant",
            Edit,
            Writes,
            prompt::save,
        ),
        row(
            "play.propose_case",
            "Keep an input as a candidate case, for people to label",
            Label,
            Writes,
            propose::propose,
        ),
        row(
            "prototypes.publish",
            "Put a variant behind a link for people without an account",
            Edit,
            Writes,
            prototypes::publish,
        ),
        row(
            "prototypes.list",
            "List prototypes with thumbs and comments",
            Read,
            Reads,
            prototypes::list,
        ),
        row("prototypes.withdraw", "Close a prototype", Edit, Writes, prototypes::withdraw),
    ]
}
