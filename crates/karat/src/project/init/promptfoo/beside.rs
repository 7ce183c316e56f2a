//! Files that a config names: read from its own folder and from nowhere else.

use std::path::{Component, Path, PathBuf};

/// Reads files beside a config.
pub trait Beside {
    /// The file's text, or why there is none.
    fn text(&self, path: &str) -> Result<String, String>;
    /// Paths that match a pattern with `*` in its last part.
    fn list(&self, pattern: &str) -> Vec<String>;
}

/// More than this is no prompt and no list of tests.
const MOST_BYTES: u64 = 64 << 20;

/// The folder in which the config lies.
#[derive(Debug)]
pub struct Disk {
    home: PathBuf,
}

impl Disk {
    /// A folder that is already canonical.
    pub fn new(home: PathBuf) -> Self {
        Self { home }
    }
}

impl Beside for Disk {
    fn text(&self, path: &str) -> Result<String, String> {
        let relative = Path::new(path);
        let escapes = relative.is_absolute()
            || relative.components().any(|part| matches!(part, Component::ParentDir));
        let outside = || "it lies outside the config's folder, so it was not read".to_owned();
        // Steps upwards are fine as long as they end inside.
        let found = self.home.join(relative).canonicalize();
        match found {
            Ok(found) if !found.starts_with(&self.home) => Err(outside()),
            Err(_) if escapes => Err(outside()),
            Err(_) => Err("there is no such file".to_owned()),
            Ok(found) => {
                let size = found.metadata().map_or(0, |meta| meta.len());
                if !found.is_file() {
                    return Err("it is no file".to_owned());
                }
                if size > MOST_BYTES {
                    return Err(format!("it is larger than {} MB", MOST_BYTES >> 20));
                }
                let text = std::fs::read_to_string(&found)
                    .map_err(|_| "it cannot be read as UTF-8 text".to_owned())?;
                Ok(text.strip_prefix('\u{feff}').map_or(text.clone(), str::to_owned))
            }
        }
    }

    fn list(&self, pattern: &str) -> Vec<String> {
        let (folder, name) = pattern.rsplit_once('/').map_or(("", pattern), |parts| parts);
        let Some((before, after)) = name.split_once('*') else { return vec![pattern.to_owned()] };
        let mut found: Vec<String> = std::fs::read_dir(self.home.join(folder))
            .into_iter()
            .flatten()
            .flatten()
            .filter_map(|entry| entry.file_name().into_string().ok())
            .filter(|name| {
                name.len() >= before.len() + after.len()
                    && name.starts_with(before)
                    && name.ends_with(after)
            })
            .map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") })
            .collect();
        found.sort_unstable();
        found
    }
}

/// A path as a config writes it, without `file://` and what follows the file's name.
pub fn path_of(text: &str) -> Option<&str> {
    let path = text.strip_prefix("file://")?;
    Some(path.strip_prefix("./").unwrap_or(path))
}
