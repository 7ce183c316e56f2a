//! The text files of a project: `karat.toml` and every prompt, rules file, schema and rubric that it names.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use toml::Value;

use super::{FILE, Project};

/// More is no text that people edit.
const MOST_BYTES: u64 = 4 << 20;

/// One file as it is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// What it is: `project`, `prompt`, `rules`, `schema`, `rubric`, `tools` or `grader`.
    pub kind: &'static str,
    /// Its path, relative to the project's folder; a file that is named twice stands here once.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// Reads them all; what cannot be read is left out, because whoever reads the project says so.
pub fn read(project: &Project) -> Vec<Source> {
    let Some(text) = text(&project.root, FILE) else { return Vec::new() };
    let mut named = BTreeMap::new();
    if let Ok(table) = text.parse::<toml::Table>() {
        for (_, feature) in tables(&table, "features") {
            note(feature, "output", "schema", &mut named);
            for (_, variant) in tables(feature, "variants") {
                note(variant, "prompt", "prompt", &mut named);
                note(variant, "tools", "tools", &mut named);
                note(variant, "output", "schema", &mut named);
                if variant.get("kind").and_then(Value::as_str) == Some("rules") {
                    note(variant, "file", "rules", &mut named);
                }
            }
            for (_, scorer) in tables(feature, "scorers") {
                note(scorer, "schema", "schema", &mut named);
                note(scorer, "rubric", "rubric", &mut named);
                let kind = scorer.get("kind").and_then(Value::as_str).unwrap_or_default();
                if kind.trim_start_matches("not-") == "grader" {
                    note(scorer, "file", "grader", &mut named);
                }
            }
        }
    }
    let source = |kind, file: &str, text| Source { kind, file: file.to_owned(), text };
    let files = named.into_iter().filter_map(|(file, kind)| {
        let text = self::text(&project.root, &file)?;
        Some(source(kind, &file, text))
    });
    let files: Vec<Source> = files.collect();
    std::iter::once(source("project", FILE, text)).chain(files).collect()
}

fn text(root: &Path, file: &str) -> Option<String> {
    let path = root.join(file);
    let is_small = fs::metadata(&path).is_ok_and(|meta| meta.is_file() && meta.len() <= MOST_BYTES);
    is_small.then(|| fs::read_to_string(path).ok()).flatten()
}

fn tables<'a>(
    table: &'a toml::Table,
    name: &str,
) -> impl Iterator<Item = (&'a String, &'a toml::Table)> {
    let below = table.get(name).and_then(Value::as_table);
    below.into_iter().flatten().filter_map(|(name, value)| Some((name, value.as_table()?)))
}

fn note(
    table: &toml::Table,
    field: &str,
    kind: &'static str,
    named: &mut BTreeMap<String, &'static str>,
) {
    if let Some(file) = table.get(field).and_then(Value::as_str) {
        named.entry(file.to_owned()).or_insert(kind);
    }
}
