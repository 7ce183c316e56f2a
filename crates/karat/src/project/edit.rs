//! A change of several files of the project: all of it stays, or none.
//! Until it is kept, dropping it puts everything back as it was.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use crate::app::Refusal;

/// A change that is not kept yet.
#[derive(Debug)]
pub struct Edit {
    root: PathBuf,
    read: Vec<(PathBuf, Option<Vec<u8>>)>,
    done: Vec<Done>,
    folders: Vec<PathBuf>,
    is_kept: bool,
}

/// One file that was written.
#[derive(Debug)]
struct Done {
    path: PathBuf,
    /// What was there; nothing where the file is new.
    old: Option<Vec<u8>>,
    new: Vec<u8>,
}

/// A file that is to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewContent<'a> {
    /// Relative to the project's folder.
    pub path: &'a str,
    /// The whole content.
    pub content: &'a [u8],
}

/// Looking at a file and replacing it is one step within this process.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

impl Edit {
    /// Begins a change in this folder; nothing is written yet.
    pub fn begin(root: &Path) -> Self {
        Self {
            root: root.to_path_buf(),
            read: Vec::new(),
            done: Vec::new(),
            folders: Vec::new(),
            is_kept: false,
        }
    }

    /// The file's text, or nothing where there is none; whoever changes it in between makes the write fail.
    pub fn text(&mut self, path: &str) -> Result<Option<String>> {
        let place = self.place(path)?;
        let bytes = content(&place)?;
        self.read.push((place, bytes.clone()));
        let Some(bytes) = bytes else { return Ok(None) };
        match String::from_utf8(bytes) {
            Ok(text) => Ok(Some(text)),
            Err(_) => bail!("{path} is not valid UTF-8\n  next: save it as UTF-8"),
        }
    }

    /// Writes these files: each lies beside its place before the first takes it.
    pub fn write(&mut self, files: &[NewContent<'_>]) -> Result<()> {
        let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let mut drafts: Vec<PathBuf> = Vec::new();
        let written = self.write_with(files, &mut drafts);
        if written.is_err() {
            for draft in drafts {
                let _ = fs::remove_file(draft);
            }
        }
        written
    }

    fn write_with(&mut self, files: &[NewContent<'_>], drafts: &mut Vec<PathBuf>) -> Result<()> {
        let mut moves = Vec::new();
        for file in files {
            let target = self.place(file.path)?;
            let failed = || format!("{} cannot be written", target.display());
            if let Some(parent) = target.parent() {
                self.make_folders(parent).with_context(failed)?;
            }
            let old = content(&target)?;
            if self.read.iter().any(|(place, known)| *place == target && *known != old) {
                return Err(Refusal::conflict(format!(
                    "{} was changed by somebody else in the meantime\n  next: look at it again, then repeat the change",
                    file.path
                )));
            }
            let mut name = target.file_name().unwrap_or_default().to_os_string();
            name.push(".karat-new");
            let draft = target.with_file_name(name);
            drafts.push(draft.clone());
            fs::write(&draft, file.content).with_context(failed)?;
            if let Ok(there) = fs::metadata(&target) {
                fs::set_permissions(&draft, there.permissions()).with_context(failed)?;
            }
            moves.push((draft, target, old, file.content.to_vec()));
        }
        for (draft, path, old, new) in moves {
            fs::rename(&draft, &path)
                .with_context(|| format!("{} cannot be written", path.display()))?;
            // What this change wrote is what it may overwrite.
            for (place, known) in &mut self.read {
                if *place == path {
                    *known = Some(new.clone());
                }
            }
            self.done.push(Done { path, old, new });
        }
        Ok(())
    }

    /// Whether the file is new by this change.
    pub fn is_new(&self, path: &str) -> bool {
        let Ok(place) = self.place(path) else { return false };
        self.done.iter().find(|done| done.path == place).is_some_and(|done| done.old.is_none())
    }

    /// Everything that was written stays.
    pub fn keep(mut self) {
        self.is_kept = true;
    }

    /// Where a file of the project lies; a path that leads out of the folder is refused.
    fn place(&self, path: &str) -> Result<PathBuf> {
        let is_inside = !path.is_empty()
            && Path::new(path)
                .components()
                .all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !is_inside {
            bail!("{path} lies outside the project's folder\n  next: change it there by hand");
        }
        let place = self.root.join(path);
        // A link is followed, so that it stays a link.
        Ok(place.canonicalize().unwrap_or(place))
    }

    fn make_folders(&mut self, folder: &Path) -> std::io::Result<()> {
        let missing: Vec<&Path> =
            folder.ancestors().take_while(|ancestor| !ancestor.exists()).collect();
        for folder in missing.into_iter().rev() {
            fs::create_dir(folder)?;
            self.folders.push(folder.to_path_buf());
        }
        Ok(())
    }

    /// What cannot be put back any more is left where it is: the error that led here is what counts.
    fn undo(&mut self) {
        let _one = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        for done in self.done.drain(..).rev() {
            // What somebody else wrote on top is not ours to take away.
            if content(&done.path).ok().flatten().as_ref() != Some(&done.new) {
                continue;
            }
            match done.old {
                None => drop(fs::remove_file(&done.path)),
                Some(old) => drop(fs::write(&done.path, old)),
            }
        }
        for folder in self.folders.drain(..).rev() {
            let _ = fs::remove_dir(folder);
        }
    }
}

impl Drop for Edit {
    fn drop(&mut self) {
        if !self.is_kept {
            self.undo();
        }
    }
}

fn content(path: &Path) -> Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one<'a>(path: &'a str, content: &'a str) -> NewContent<'a> {
        NewContent { path, content: content.as_bytes() }
    }

    #[test]
    fn a_change_that_is_not_kept_leaves_the_folder_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.txt"), "old\r\n").unwrap();
        let mut edit = Edit::begin(folder.path());
        edit.write(&[one("a.txt", "new"), one("sub/deep/b.txt", "b")]).unwrap();
        edit.write(&[one("a.txt", "newer")]).unwrap();
        assert!(edit.is_new("sub/deep/b.txt") && !edit.is_new("a.txt"));
        drop(edit);
        assert_eq!(fs::read(folder.path().join("a.txt")).unwrap(), b"old\r\n");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_write_that_fails_midway_is_undone_and_leaves_no_draft() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("sub"), "a file where a folder should be").unwrap();
        let mut edit = Edit::begin(folder.path());
        edit.write(&[one("a.txt", "one"), one("sub/b.txt", "two")]).unwrap_err();
        drop(edit);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_somebody_else_changed_is_not_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        fs::write(&path, "one").unwrap();
        let mut edit = Edit::begin(folder.path());
        assert_eq!(edit.text("a.txt").unwrap().as_deref(), Some("one"));
        fs::write(&path, "theirs").unwrap();
        let error = edit.write(&[one("a.txt", "mine")]).unwrap_err().to_string();
        assert!(error.contains("a.txt was changed by somebody else"), "{error}");
        drop(edit);
        assert_eq!(fs::read_to_string(&path).unwrap(), "theirs");
    }

    #[test]
    fn a_path_that_leads_out_of_the_folder_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let mut edit = Edit::begin(folder.path());
        for path in ["../a", "/etc/a", "a/../../b", ""] {
            edit.write(&[one(path, "x")]).unwrap_err();
        }
    }
}
