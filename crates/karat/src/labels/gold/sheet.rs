//! Pure. A CSV text with some values changed and some rows added. A column that is missing is added to every row.

use csv::{Position, ReaderBuilder, StringRecord, WriterBuilder};

use super::splice::{is_spaced, set};
use super::{Cell, Change};
use crate::labels::queue::text_of;

pub(super) fn rewrite(
    text: &str,
    delimiter: u8,
    changes: &[Change],
    new: &[Vec<Cell>],
) -> Result<String, String> {
    let mut reader =
        ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header = reader.headers().map_err(|error| error.to_string())?.clone();
    let mut names: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    let n_known = names.len();
    let wanted = changes.iter().flat_map(|change| &change.cells).chain(new.iter().flatten());
    for cell in wanted {
        if !names.contains(&cell.column) {
            names.push(cell.column.clone());
        }
    }
    let n_added = names.len() - n_known;
    let mut records: Vec<(StringRecord, usize)> = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| error.to_string())?;
        let start = record.position().map_or(0, Position::byte) as usize;
        records.push((record, start));
    }
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let first = records.first().map_or(text.len(), |(_, start)| *start);
    let mut out = String::with_capacity(text.len() + 256 * new.len());
    let separator = char::from(delimiter).to_string();
    let (before, written, after) = parts(&text[..first]);
    out.push_str(before);
    out.push_str(written);
    for name in &names[n_known..] {
        out.push_str(&separator);
        out.push_str(line(std::slice::from_ref(name), delimiter)?.trim_end_matches('\n'));
    }
    out.push_str(after);
    for (index, (record, start)) in records.iter().enumerate() {
        let stop = records.get(index + 1).map_or(text.len(), |(_, next)| *next);
        let (before, written, after) = parts(&text[*start..stop]);
        out.push_str(before);
        match changes.iter().find(|change| change.row == index) {
            None => {
                out.push_str(written);
                out.push_str(&separator.repeat(n_added));
            }
            Some(change) => {
                let mut fields: Vec<String> = record.iter().map(str::to_owned).collect();
                fields.resize(names.len(), String::new());
                fill(&mut fields, &names, &change.cells);
                out.push_str(line(&fields, delimiter)?.trim_end_matches('\n'));
            }
        }
        out.push_str(after);
    }
    for cells in new {
        let mut fields = vec![String::new(); names.len()];
        fill(&mut fields, &names, cells);
        if !out.ends_with('\n') {
            out.push_str(end);
        }
        out.push_str(line(&fields, delimiter)?.trim_end_matches('\n'));
        out.push_str(end);
    }
    Ok(out)
}

/// Line breaks before a record, the record as it is written, line breaks behind it.
fn parts(text: &str) -> (&str, &str, &str) {
    let is_break = |c: char| c == '\n' || c == '\r';
    let rest = text.trim_start_matches(is_break);
    let written = rest.trim_end_matches(is_break);
    (&text[..text.len() - rest.len()], written, &rest[written.len()..])
}

fn fill(fields: &mut [String], names: &[String], cells: &[Cell]) {
    for cell in cells {
        let Some(at) = names.iter().position(|name| *name == cell.column) else { continue };
        fields[at] = if cell.keys.is_empty() {
            text_of(&cell.value)
        } else {
            let old = Some(fields[at].trim()).filter(|old| old.starts_with('{'));
            set(old, &cell.keys, &cell.value, old.is_none_or(is_spaced))
        };
    }
}

/// One record as CSV, with quotes where they are needed.
fn line(fields: &[String], delimiter: u8) -> Result<String, String> {
    let mut writer = WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
    writer.write_record(fields).map_err(|error| error.to_string())?;
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}
