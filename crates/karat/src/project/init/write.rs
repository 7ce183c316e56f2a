//! Writes all files of a plan, or none: what is there is refused first.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use super::plan::{NewFile, Plan};
use crate::project::edit::{Edit, NewContent};

/// What git should not see.
const IGNORED: &str = ".karat/";

/// Writes the plan; refuses to overwrite unless forced.
pub fn all(folder: &Path, plan: &Plan, is_forced: bool) -> Result<()> {
    // A file that is there already, as it would be written, is left alone; but a project is a project.
    let new: Vec<&NewFile> = plan
        .files
        .iter()
        .filter(|file| {
            file.path == crate::project::FILE
                || fs::read(folder.join(&file.path)).ok().as_ref() != Some(&file.content)
        })
        .collect();
    let there: Vec<&str> = new
        .iter()
        .map(|file| file.path.as_str())
        .filter(|path| folder.join(path).symlink_metadata().is_ok())
        .collect();
    if !there.is_empty() && !is_forced {
        bail!(
            "nothing was written, because {} there already:\n  {}\n  next: move {} away, start in another folder with -C, or overwrite with --force",
            if there.len() == 1 { "this file is" } else { "these files are" },
            there.join("\n  "),
            if there.len() == 1 { "it" } else { "them" },
        );
    }
    if let Some(folder) = there.iter().find(|path| folder.join(path).is_dir()) {
        bail!("{folder} is a folder, and a file is to be written there\n  next: rename the folder");
    }
    let ignore = ignore_file(folder)?;
    let files = new.iter().map(|file| NewContent { path: &file.path, content: &file.content });
    let ignore =
        ignore.iter().map(|text| NewContent { path: ".gitignore", content: text.as_bytes() });
    let mut edit = Edit::begin(folder);
    edit.write(&files.chain(ignore).collect::<Vec<_>>())?;
    edit.keep();
    Ok(())
}

/// The `.gitignore` with our line, or nothing where it is there already.
pub(crate) fn ignore_file(folder: &Path) -> Result<Option<String>> {
    let path = folder.join(".gitignore");
    let mut text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
        Err(error) => {
            return Err(error).with_context(|| format!("{} cannot be read", path.display()));
        }
    };
    if text.lines().any(|line| matches!(line.trim(), ".karat/" | ".karat" | "/.karat/" | "/.karat"))
    {
        return Ok(None);
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text.push_str(IGNORED);
    text.push('\n');
    Ok(Some(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plan() -> Plan {
        let files = vec![NewFile::text("a.txt", "one"), NewFile::text("sub/b.txt", "two")];
        Plan { files, text: String::new() }
    }

    #[test]
    fn a_file_that_is_there_is_refused_by_name_and_nothing_is_written() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), "mine").unwrap();
        let error = all(folder.path(), &plan(), false).unwrap_err().to_string();
        assert!(error.contains("a.txt") && error.contains("--force"), "{error}");
        assert_eq!(fs::read_to_string(folder.path().join("a.txt")).unwrap(), "mine");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        all(folder.path(), &plan(), true).unwrap();
        assert_eq!(fs::read_to_string(folder.path().join("a.txt")).unwrap(), "one");
        all(folder.path(), &plan(), false).unwrap();
    }

    #[test]
    fn a_write_that_fails_midway_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("sub"), "a file where a folder should be").unwrap();
        all(folder.path(), &plan(), false).unwrap_err();
        assert!(!folder.path().join("a.txt").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn the_data_folder_is_ignored_once_and_other_lines_are_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".gitignore");
        fs::write(&path, "/target").unwrap();
        all(folder.path(), &plan(), false).unwrap();
        all(folder.path(), &plan(), true).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap(), "/target\n.karat/\n");
    }
}
