//! Operations of bets: pasted rows, what was promised, decisions, and rules as sentences.

use super::Access::{Read as Reads, Write as Writes};
use super::Scope::{Edit, Read};
use super::{Operation, row};
use crate::bets;

/// Rows of the table, in reading order.
pub fn rows() -> Vec<Operation> {
    vec![
        row(
            "bets.preview",
            "Read pasted rows and guess their columns, without comparing anything",
            Read,
            Reads,
            bets::preview::preview,
        ),
        row(
            "bets.create",
            "Write a bet down with its data, feature, rules and floor, before any outcome",
            Edit,
            Writes,
            bets::create::create,
        ),
        row("bets.list", "List bets with what became of them", Read, Reads, bets::show::list),
        row("bets.show", "Show a bet with its amendments", Read, Reads, bets::show::show),
        row("bets.decide", "Decide about a bet, with a reason", Edit, Writes, bets::show::decide),
        row(
            "rules.show",
            "Show rules as sentences, with what each is worth",
            Read,
            Reads,
            bets::rules::show,
        ),
        row("rules.edit", "Write rules, whole or not at all", Edit, Writes, bets::rules::edit),
    ]
}
