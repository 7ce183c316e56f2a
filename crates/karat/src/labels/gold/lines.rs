//! Pure. JSON Lines, or one JSON list of objects, with some values changed and some rows added.

use std::ops::Range;

use serde_json::value::RawValue;

use super::splice::{is_spaced, set, span};
use super::{Cell, Change};

pub(super) fn rewrite(text: &str, changes: &[Change], new: &[Vec<Cell>]) -> Result<String, String> {
    let is_list = text.trim_start().starts_with('[');
    let rows = if is_list { list(text)? } else { lines(text) };
    let spaced = rows.first().is_none_or(|at| is_spaced(&text[at.clone()]));
    let mut out = String::with_capacity(text.len() + 256 * new.len());
    let mut from = 0;
    for (index, at) in rows.iter().enumerate() {
        let Some(change) = changes.iter().find(|change| change.row == index) else { continue };
        out.push_str(&text[from..at.start]);
        out.push_str(&changed(&text[at.clone()], &change.cells));
        from = at.end;
    }
    let fresh = new.iter().map(|cells| made(cells, spaced));
    if is_list {
        let end = rows.last().map_or_else(|| text.find('[').map_or(0, |at| at + 1), |at| at.end);
        out.push_str(&text[from..end]);
        let mut is_first = rows.is_empty();
        for row in fresh {
            out.push_str(if is_first { "\n" } else { ",\n" });
            out.push_str(&row);
            is_first = false;
        }
        out.push_str(&text[end..]);
        return Ok(out);
    }
    out.push_str(&text[from..]);
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    for row in fresh {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push_str(end);
        }
        out.push_str(&row);
        out.push_str(end);
    }
    Ok(out)
}

fn changed(row: &str, cells: &[Cell]) -> String {
    let spaced = is_spaced(row);
    cells.iter().fold(row.to_owned(), |row, cell| put(&row, cell, spaced))
}

fn made(cells: &[Cell], spaced: bool) -> String {
    cells.iter().fold("{}".to_owned(), |row, cell| put(&row, cell, spaced))
}

fn put(row: &str, cell: &Cell, spaced: bool) -> String {
    let keys: Vec<String> = std::iter::once(&cell.column).chain(&cell.keys).cloned().collect();
    set(Some(row), &keys, &cell.value, spaced)
}

/// Lines that hold something, without their ends.
fn lines(text: &str) -> Vec<Range<usize>> {
    let rows = text.lines().filter(|line| !line.trim().is_empty());
    rows.map(|line| span(text, line.trim())).collect()
}

fn list(text: &str) -> Result<Vec<Range<usize>>, String> {
    let rows: Vec<&RawValue> =
        serde_json::from_str(text).map_err(|error| format!("not valid JSON: {error}"))?;
    Ok(rows.into_iter().map(|row| span(text, row.get())).collect())
}
