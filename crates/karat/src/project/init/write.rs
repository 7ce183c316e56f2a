//! Writes all files of a plan, or none: what is there is refused first, and what fails midway is undone.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::plan::{NewFile, Plan};

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
    let mut undo = Undo::default();
    match write(folder, &new, &mut undo) {
        Ok(()) => Ok(()),
        Err(error) => {
            undo.run();
            Err(error)
        }
    }
}

fn write(folder: &Path, new: &[&NewFile], undo: &mut Undo) -> Result<()> {
    let ignore = ignore_file(folder)?;
    let files = new.iter().map(|file| (file.path.as_str(), file.content.as_slice()));
    let files: Vec<(&str, &[u8])> =
        files.chain(ignore.iter().map(|text| (".gitignore", text.as_bytes()))).collect();
    // Everything lies beside its place before the first file takes it.
    let mut drafts: Vec<(PathBuf, PathBuf)> = Vec::new();
    for (path, content) in files {
        let target = folder.join(path);
        let failed = || format!("{} cannot be written", target.display());
        if let Some(parent) = target.parent() {
            undo.make_folders(parent).with_context(failed)?;
        }
        let mut name = target.file_name().unwrap_or_default().to_os_string();
        name.push(".karat-new");
        let draft = target.with_file_name(name);
        undo.files.push(draft.clone());
        fs::write(&draft, content).with_context(failed)?;
        drafts.push((draft, target));
    }
    for (draft, target) in drafts {
        let is_new = !target.exists();
        fs::rename(&draft, &target)
            .with_context(|| format!("{} cannot be written", target.display()))?;
        if is_new {
            undo.files.push(target);
        }
    }
    Ok(())
}

/// The `.gitignore` with our line, or nothing where it is there already.
fn ignore_file(folder: &Path) -> Result<Option<String>> {
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

/// What was made so far.
#[derive(Default)]
struct Undo {
    files: Vec<PathBuf>,
    folders: Vec<PathBuf>,
}

impl Undo {
    fn make_folders(&mut self, folder: &Path) -> std::io::Result<()> {
        let missing: Vec<&Path> =
            folder.ancestors().take_while(|ancestor| !ancestor.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.folders.push(folder.to_path_buf());
        }
        Ok(())
    }

    /// What cannot be removed any more is left where it is: the error that led here is what counts.
    fn run(self) {
        for file in self.files.iter().rev() {
            let _ = fs::remove_file(file);
        }
        for folder in self.folders.iter().rev() {
            let _ = fs::remove_dir(folder);
        }
    }
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
