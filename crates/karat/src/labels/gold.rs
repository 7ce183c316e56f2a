//! Pure. The text of a data file with some values changed and some rows added: every untouched line stays byte for byte.

mod lines;

mod sheet;

mod splice;

pub mod plan;

use serde_json::Value;

use crate::project::rows::delimiter;

/// One value of a row: a column, and keys that lead into its object.
#[derive(Clone, Debug, PartialEq)]
pub struct Cell {
    /// The column.
    pub column: String,
    /// Keys inside it; none for the whole value.
    pub keys: Vec<String>,
    /// The new value.
    pub value: Value,
}

/// New values of a row that is there.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The how-manieth row, from 0.
    pub row: usize,
    /// Its new values.
    pub cells: Vec<Cell>,
}

/// The text of the file with these changes and rows; the error says why that is impossible.
pub fn rewrite(
    file: &str,
    text: &str,
    changes: &[Change],
    new: &[Vec<Cell>],
) -> Result<String, String> {
    let (mark, text) = match text.strip_prefix('\u{feff}') {
        Some(rest) => ("\u{feff}", rest),
        None => ("", text),
    };
    let rewritten = match delimiter(file) {
        Some(delimiter) => sheet::rewrite(text, delimiter, changes, new),
        None => lines::rewrite(text, changes, new),
    }?;
    Ok(format!("{mark}{rewritten}"))
}

#[cfg(test)]
mod tests;
