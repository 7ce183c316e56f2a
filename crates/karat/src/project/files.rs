//! Files beside `karat.toml`: read whole, as UTF-8, with errors that name the place that asked for them.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::problem::{Place, Problems, nearest};

/// The project's folder.
#[derive(Clone, Copy, Debug)]
pub struct Files<'a> {
    /// The folder with `karat.toml`.
    pub root: &'a Path,
    /// Where problems go.
    pub problems: &'a Problems,
}

impl Files<'_> {
    /// The path of a file beside the project file.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Whether the file can be read; notes a problem at the place that names it when not.
    pub fn exists(&self, relative: &str, place: &Place) -> bool {
        match fs::metadata(self.path(relative)) {
            Ok(meta) if meta.is_file() => true,
            Ok(_) => {
                self.problems.error(place, format!("{relative} is no file"), "name a file");
                false
            }
            Err(error) => {
                self.note(relative, place, error.kind());
                false
            }
        }
    }

    /// The file's text.
    pub fn text(&self, relative: &str, place: &Place) -> Option<String> {
        match fs::read(self.path(relative)) {
            Err(error) => {
                self.note(relative, place, error.kind());
                None
            }
            Ok(bytes) => match String::from_utf8(bytes) {
                Ok(text) => Some(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned)),
                Err(error) => {
                    let line = 1 + error.as_bytes()[..error.utf8_error().valid_up_to()]
                        .iter()
                        .filter(|byte| **byte == b'\n')
                        .count();
                    self.problems.error(
                        &Place::line(relative, line),
                        "this file is not valid UTF-8",
                        "save it as UTF-8, for example with `iconv -t UTF-8`",
                    );
                    None
                }
            },
        }
    }

    /// The file, to be read piece by piece.
    pub fn open(&self, relative: &str, place: &Place) -> Option<fs::File> {
        let opened = fs::File::open(self.path(relative));
        opened.map_err(|error| self.note(relative, place, error.kind())).ok()
    }

    /// Notes that the file cannot be read on.
    pub fn note_broken(&self, relative: &str, place: &Place, error: &std::io::Error) {
        self.note(relative, place, error.kind());
    }

    /// The file's JSON.
    pub fn json(&self, relative: &str, place: &Place) -> Option<Value> {
        let text = self.text(relative, place)?;
        serde_json::from_str(&text)
            .map_err(|error| {
                self.problems.error(
                    &Place::line(relative, error.line()),
                    format!("not valid JSON: {error}"),
                    "correct the syntax at this line",
                );
            })
            .ok()
    }

    fn note(&self, relative: &str, place: &Place, kind: ErrorKind) {
        let (message, next) = match kind {
            ErrorKind::NotFound => (format!("there is no file {relative}"), self.near(relative)),
            ErrorKind::PermissionDenied => {
                (format!("{relative} may not be read"), "change its permissions".into())
            }
            other => (format!("{relative} cannot be read: {other}"), "check the path".into()),
        };
        self.problems.error(place, message, next);
    }

    /// A file of a similar name in the same folder.
    fn near(&self, relative: &str) -> String {
        let path = Path::new(relative);
        let folder = path.parent().unwrap_or(Path::new(""));
        let wanted = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let names: Vec<String> = fs::read_dir(self.root.join(folder))
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .collect();
        nearest(wanted, names.iter().map(String::as_str)).map_or_else(
            || "create it, or correct the path; paths are relative to the project's folder".into(),
            |name| format!("did you mean {}?", folder.join(name).display()),
        )
    }
}
