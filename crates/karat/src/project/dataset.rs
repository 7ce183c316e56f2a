//! Where a dataset's cases lie and which column is which; reading the cases is the room `datasets`.

use super::files::Files;
use super::problem::Place;
use super::reader::Table;

/// Columns that are understood as the id, the first that is there.
pub const ID: &[&str] = &["id", "case_id", "ID"];
/// Columns that are understood as the input.
pub const INPUT: &[&str] =
    &["input", "inputs", "vars", "question", "prompt", "query", "message", "messages", "text"];
/// Columns that are understood as the desired output.
pub const EXPECTED: &[&str] =
    &["expected", "expected_output", "target", "ideal", "label", "answer", "__expected"];
/// Columns that say which cases are held out.
pub const SPLIT: &[&str] = &["split"];
/// Columns that are understood as tags.
pub const TAGS: &[&str] = &["tags", "tag"];

/// A dataset as the project file names it.
#[derive(Clone, Debug)]
pub struct DatasetFile {
    /// Its name in the file.
    pub name: String,
    /// JSON Lines or CSV, relative to the project's folder.
    pub file: String,
    /// A second file whose cases are held out.
    pub gate_file: Option<String>,
    /// Which column is which.
    pub columns: Columns,
    /// Columns that hold answers.
    pub answers: Vec<String>,
    /// Where it stands in the file.
    pub place: Place,
}

/// Column names, where they are not the usual ones.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// Column of the id.
    pub id: Option<String>,
    /// Columns of the input.
    pub input: Vec<String>,
    /// Column of the desired output.
    pub expected: Option<String>,
    /// Columns of metadata.
    pub metadata: Vec<String>,
    /// Column of the tags.
    pub tags: Option<String>,
    /// Column of the split.
    pub split: Option<String>,
}

/// Reads `[datasets.NAME]`.
pub fn read(name: &str, table: &Table<'_>, files: Files<'_>) -> Option<DatasetFile> {
    table.check(&[super::fields::DATASET]);
    let file = table.text("file")?;
    files.exists(&file, &table.place_of("file"));
    let gate_file = table.text("gate_file");
    if let Some(gate_file) = &gate_file {
        files.exists(gate_file, &table.place_of("gate_file"));
    }
    let columns = table.table("columns").map_or_else(Columns::default, |columns| {
        columns.check(&[super::fields::COLUMNS]);
        Columns {
            id: columns.text("id"),
            input: columns.texts("input"),
            expected: columns.text("expected"),
            metadata: columns.texts("metadata"),
            tags: columns.text("tags"),
            split: columns.text("split"),
        }
    });
    Some(DatasetFile {
        name: name.into(),
        file,
        gate_file,
        columns,
        answers: table.texts("answers"),
        place: table.place.clone(),
    })
}
