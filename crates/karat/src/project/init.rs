//! Writes a project that `karat check` accepts.

use std::path::Path;

use anyhow::Result;

/// Scaffolds a project in a folder, and says what it wrote.
pub fn init(folder: &Path, from: Option<&Path>, is_forced: bool) -> Result<String> {
    let _ = (folder, from, is_forced);
    anyhow::bail!("not yet")
}
