//! Operations on what the project is connected to: providers, keys, prices.

use super::Access::{Read as Reads, Write as Writes};
use super::Scope::{Admin, Edit, Read};
use super::{Operation, row};
use crate::settings;

/// Rows of the table, in reading order.
pub fn rows() -> Vec<Operation> {
    vec![
        row(
            "providers.list",
            "List providers and whether their keys are there",
            Read,
            Reads,
            settings::providers::list,
        ),
        row(
            "providers.test",
            "Ask a provider one short question",
            Edit,
            Writes,
            settings::connection::test,
        ),
        row("keys.set", "Keep the key of a provider", Admin, Writes, settings::keys::set),
        row("prices.list", "List what tokens cost", Read, Reads, settings::prices::list),
    ]
}
