//! Operations of the doors: people, invites, tokens.

use super::Access::{Read as Reads, Write as Writes};
use super::Scope::Admin;
use super::{Operation, row};
use crate::people::{manage, tokens};

/// Rows of the table, in reading order.
pub fn rows() -> Vec<Operation> {
    vec![
        row("people.list", "List people and invites", Admin, Reads, manage::list),
        row("people.invite", "Make a link that lets one person in", Admin, Writes, manage::invite),
        row("people.set_role", "Change what a person may do", Admin, Writes, manage::set_role),
        row("people.remove", "Remove a person and end all sessions", Admin, Writes, manage::remove),
        row("tokens.list", "List keys of programs", Admin, Reads, tokens::list),
        row("tokens.create", "Make a key with which a program acts", Admin, Writes, tokens::create),
        row("tokens.revoke", "Revoke a key of a program", Admin, Writes, tokens::revoke),
    ]
}
