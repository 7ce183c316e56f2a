//! Pure. What somebody pasted: CSV, a part of a spreadsheet, or JSON Lines; every problem names its row.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::project::Problems;
use crate::project::rows::{self, Row};

/// How the pasted text separates its cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PasteFormat {
    /// Commas or semicolons.
    Csv,
    /// Tabs, as a spreadsheet copies them.
    Tsv,
    /// One JSON object a line.
    Jsonl,
}

/// A pasted table.
#[derive(Clone, Debug)]
pub struct Paste {
    /// How it was written.
    pub format: PasteFormat,
    /// Columns in their order.
    pub names: Vec<String>,
    /// Rows; `line` is the number that a spreadsheet shows beside the row.
    pub rows: Vec<Row>,
    /// What keeps it from being used, with row numbers.
    pub problems: Vec<String>,
}

/// Longer texts are files, not something that is pasted.
pub const MOST_BYTES: usize = 16 << 20;

/// More rows than this belong into a file of the project.
const MOST_ROWS: usize = 50_000;

const MOST_COLUMNS: usize = 200;

const MOST_PROBLEMS: usize = 20;

/// Reads what was pasted; the file's name helps where the text alone is not clear.
pub fn read(text: &str, file_name: Option<&str>) -> Paste {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let format = format_of(text, file_name);
    if text.len() > MOST_BYTES {
        let problem = format!(
            "this is {:.0} MB of text, and at most {} MB can be pasted; put it into a file of the project",
            text.len() as f64 / 1e6,
            MOST_BYTES >> 20
        );
        return Paste { format, names: Vec::new(), rows: Vec::new(), problems: vec![problem] };
    }
    let mut paste = match format {
        PasteFormat::Jsonl => json(text),
        PasteFormat::Tsv => sheet(text, b'\t', format),
        PasteFormat::Csv => sheet(text, delimiter(text), format),
    };
    if paste.rows.is_empty() && paste.problems.is_empty() {
        paste.problems.push(
            "there are no rows; paste a line with column names and some forty rows below it".into(),
        );
    }
    if paste.rows.len() > MOST_ROWS {
        paste.problems.push(format!(
            "there are {} rows, and at most {MOST_ROWS} can be pasted; put them into a file of the project",
            paste.rows.len()
        ));
    }
    paste.problems = at_most(paste.problems);
    paste
}

/// The first problems, and how many more there are.
pub fn at_most(mut problems: Vec<String>) -> Vec<String> {
    if problems.len() > MOST_PROBLEMS {
        let n_more = problems.len() - MOST_PROBLEMS;
        problems.truncate(MOST_PROBLEMS);
        problems.push(format!("and {n_more} more problems like these"));
    }
    problems
}

fn format_of(text: &str, file_name: Option<&str>) -> PasteFormat {
    let extension = file_name.and_then(|name| name.rsplit_once('.')).map(|(_, end)| end);
    match extension.map(str::to_lowercase).as_deref() {
        Some("jsonl" | "ndjson" | "json") => PasteFormat::Jsonl,
        Some("tsv" | "tab") => PasteFormat::Tsv,
        _ if text.trim_start().starts_with(['{', '[']) => PasteFormat::Jsonl,
        _ if n_outside_quotes(text, '\t') > 0 => PasteFormat::Tsv,
        _ => PasteFormat::Csv,
    }
}

/// A comma, or the semicolon of countries that write decimals with a comma.
fn delimiter(text: &str) -> u8 {
    if n_outside_quotes(text, ';') > n_outside_quotes(text, ',') { b';' } else { b',' }
}

/// How often a character occurs in the first row that says something, outside of quotes.
fn n_outside_quotes(text: &str, wanted: char) -> usize {
    let mut is_quoted = false;
    let mut n = 0;
    for c in text.trim_start_matches(['\n', '\r']).chars() {
        match c {
            '"' => is_quoted = !is_quoted,
            '\n' | '\r' if !is_quoted => break,
            c if c == wanted && !is_quoted => n += 1,
            _ => {}
        }
    }
    n
}

fn json(text: &str) -> Paste {
    let noted = Problems::default();
    let rows = rows::json_lines("", text, &noted).unwrap_or_default();
    let mut names: Vec<String> = Vec::new();
    let mut known: BTreeSet<String> = BTreeSet::new();
    for name in rows.iter().flat_map(|row| row.fields.keys()) {
        if known.insert(name.clone()) {
            names.push(name.clone());
        }
    }
    let mut problems: Vec<String> = noted
        .sorted()
        .into_iter()
        .map(|problem| match problem.line {
            Some(line) => format!("row {line}: {}; {}", problem.message, problem.next),
            None => format!("{}; {}", problem.message, problem.next),
        })
        .collect();
    note_names(&names, &mut problems);
    Paste { format: PasteFormat::Jsonl, names, rows, problems }
}

fn sheet(text: &str, delimiter: u8, format: PasteFormat) -> Paste {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .has_headers(false)
        .from_reader(text.as_bytes());
    let mut problems = Vec::new();
    let mut records: Vec<(usize, Vec<String>)> = Vec::new();
    for (index, record) in reader.records().enumerate() {
        match record {
            Ok(record) => records.push((index + 1, record.iter().map(str::to_owned).collect())),
            Err(error) => problems.push(format!("row {}: {error}", index + 1)),
        }
    }
    let is_blank = |cells: &[String]| cells.iter().all(|cell| cell.trim().is_empty());
    records.retain(|(_, cells)| !is_blank(cells));
    if let Some((row, cells)) = records.last()
        && text.matches('"').count() % 2 == 1
        && cells.iter().any(|cell| cell.contains('\n'))
    {
        problems.push(format!(
            "row {row}: a quotation mark is opened and never closed; close it, or double it inside a quoted cell"
        ));
    }
    if records.is_empty() {
        return Paste { format, names: Vec::new(), rows: Vec::new(), problems };
    }
    let (_, header) = records.remove(0);
    let header: Vec<String> = header.iter().map(|name| name.trim().to_owned()).collect();
    // A column without a name and without content is the edge of the sheet.
    let is_used = |column: usize| {
        header.get(column).is_some_and(|name| !name.is_empty())
            || records
                .iter()
                .any(|(_, cells)| cells.get(column).is_some_and(|cell| !cell.trim().is_empty()))
    };
    let used: Vec<usize> = (0..header.len()).filter(|column| is_used(*column)).collect();
    let names: Vec<String> = used.iter().map(|column| header[*column].clone()).collect();
    note_names(&names, &mut problems);
    let mut rows = Vec::new();
    for (row, cells) in records {
        let n_filled =
            cells.iter().rposition(|cell| !cell.trim().is_empty()).map_or(0, |last| last + 1);
        if n_filled > header.len() || (cells.len() < header.len() && format == PasteFormat::Csv) {
            problems.push(format!(
                "row {row}: it has {} cells, and the first row names {} columns; put quotes around texts with a separator or a line break",
                cells.len(),
                header.len()
            ));
            continue;
        }
        if let Some(cell) = cells.iter().find(|cell| cell.len() > rows::MOST_ROW_BYTES) {
            problems.push(format!(
                "row {row}: a cell holds {:.1} MB; at most {} MB fit into one",
                cell.len() as f64 / 1e6,
                rows::MOST_ROW_BYTES >> 20
            ));
            continue;
        }
        let cell = |column: &usize| cells.get(*column).cloned().unwrap_or_default();
        let n_bytes = cells.iter().map(|cell| cell.len() + 1).sum();
        let fields = names.iter().cloned().zip(used.iter().map(cell).map(Value::String)).collect();
        rows.push(Row { line: row, fields, n_bytes });
    }
    Paste { format, names, rows, problems }
}

fn note_names(names: &[String], problems: &mut Vec<String>) {
    if names.len() > MOST_COLUMNS {
        problems.push(format!(
            "there are {} columns, and at most {MOST_COLUMNS} are understood; leave some out",
            names.len()
        ));
        return;
    }
    for (index, name) in names.iter().enumerate() {
        if name.is_empty() {
            problems.push(format!("column {} has no name; write one in the first row", index + 1));
        } else if names[..index].contains(name) {
            problems.push(format!("the column {name} stands there twice; rename one of them"));
        } else if name.chars().count() > 200 || name.chars().any(char::is_control) {
            problems.push(format!(
                "the name of column {} is too long or has a line break; write a short one in the first row",
                index + 1
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(paste: &Paste, row: usize) -> Vec<&str> {
        paste.rows[row].fields.values().map(|value| value.as_str().unwrap_or_default()).collect()
    }

    #[test]
    fn separators_quotes_line_ends_and_marks_are_understood() {
        for (text, format) in [
            ("\u{feff}input,expected\r\n\"a, \"\"b\"\"\r\nc\",x\r\n\r\nd,y\r\n", PasteFormat::Csv),
            ("input;expected\n\"a, \"\"b\"\"\nc\";x\nd;y", PasteFormat::Csv),
            ("input\texpected\n\"a, \"\"b\"\"\nc\"\tx\nd\ty\n\t\n", PasteFormat::Tsv),
            (
                "{\"input\":\"a, \\\"b\\\"\\nc\",\"expected\":\"x\"}\n{\"input\":\"d\",\"expected\":\"y\"}",
                PasteFormat::Jsonl,
            ),
        ] {
            let paste = read(text, None);
            assert_eq!(paste.problems, Vec::<String>::new(), "{text}");
            assert_eq!(paste.format, format);
            assert_eq!(paste.names, ["input", "expected"]);
            let first: String = cells(&paste, 0)[0].replace("\r\n", "\n");
            assert_eq!(first, "a, \"b\"\nc");
            assert_eq!(cells(&paste, 1), ["d", "y"]);
        }
    }

    #[test]
    fn the_edge_of_a_sheet_is_no_column_and_a_short_row_of_a_sheet_is_filled_up() {
        let paste = read("input\texpected\t\nx\ty\t\nz\n\t\t\n", None);
        assert_eq!(paste.problems, Vec::<String>::new());
        assert_eq!((paste.names.len(), paste.rows.len()), (2, 2));
        assert_eq!(cells(&paste, 1), ["z", ""]);
    }

    #[test]
    fn problems_name_their_row() {
        for (text, says) in [
            ("input,expected\na,x\nb\nc,z", "row 3: it has 1 cells"),
            ("input,expected\na,x,y,z\n", "row 2: it has 4 cells"),
            ("input,input\na,x\n", "input stands there twice"),
            ("input,\na,x\n", "column 2 has no name"),
            ("input,expected\n\"a,x\nb,y\n", "row 2"),
            ("{\"input\":1}\n{\"input\":\n", "row 2: not valid JSON"),
            ("[1]", "a number"),
            ("", "there are no rows"),
            ("input,expected\n", "there are no rows"),
        ] {
            let problems = read(text, None).problems.join("\n");
            assert!(problems.contains(says), "{text:?}: {problems}");
        }
    }

    #[test]
    fn many_problems_are_counted() {
        let text: String =
            std::iter::once("a,b\n".to_owned()).chain((0..50).map(|n| format!("{n}\n"))).collect();
        let problems = read(&text, None).problems;
        assert_eq!(problems.len(), 21);
        assert_eq!(problems[20], "and 30 more problems like these");
    }

    #[test]
    fn a_quote_in_the_middle_of_a_cell_is_a_quote() {
        let paste = read("input\texpected\n5\" pipe\tx\nplain\ty", None);
        assert_eq!(paste.problems, Vec::<String>::new());
        assert_eq!(cells(&paste, 0), ["5\" pipe", "x"]);
    }
}
