//! Inferences that are acknowledged and not in the database yet: one line of JSON each, in a file beside it.
//!
//! A line in that file survives the death of the process as a commit does, at a tenth of its price,
//! and waits for no checkpoint. The writer brings the lines into the database many at a time;
//! what a dead process left is brought in by whoever opens the database next.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Write as _};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use karat_records::Inference;
use rusqlite::Connection;

use super::facts::Row;
use super::failure::system;
use super::inferences::write::Gathered;
use super::upkeep::beside;
use crate::{Fact, StoreError};

/// A file of this size is left for the other one, so that it becomes empty under a load that never pauses.
const LONG_FILE: u64 = 4 << 20;

/// Bytes that may wait for the writer; beyond them callers wait for their own commit, so that memory stays bounded.
const MOST_WAITING: u64 = 32 << 20;

/// Processes that use one database at once; more of them than this wait for their commits.
const MOST_OWNERS: usize = 64;

/// What stands between the database's name and the number of an owner's file.
const SUFFIX: &str = "-arrivals-";

/// This process's files of a database, made when the first inference arrives.
#[derive(Debug)]
pub(super) struct Arrivals {
    path: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    files: Option<[Lines; 2]>,
    /// Which of them grows.
    current: usize,
    waiting_bytes: u64,
    /// The writer could not bring lines in: nothing more is taken until it can.
    is_stuck: bool,
}

/// One file.
#[derive(Debug)]
struct Lines {
    path: PathBuf,
    file: Arc<File>,
    length: u64,
    /// Appends that are not in the database yet.
    n_waiting: usize,
}

/// Files of other processes with their lengths at one moment.
#[derive(Debug)]
pub(super) struct Others(Vec<(u64, PathBuf)>);

impl Others {
    /// Whether one of them still holds what it held: they only grow until all of it is in the database.
    pub(super) fn are_waiting(&self) -> bool {
        self.0.iter().any(|(before, path)| length(path) >= *before)
    }
}

fn length(path: &Path) -> u64 {
    std::fs::metadata(path).map_or(0, |seen| seen.len())
}

/// Where an append stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    file: usize,
    bytes: u64,
}

/// Facts as lines, where all of them are inferences.
pub(super) fn lines(facts: &[Fact]) -> Option<Vec<u8>> {
    let mut lines = Vec::new();
    for fact in facts {
        let Fact::Inference(inference) = fact else { return None };
        serde_json::to_writer(&mut lines, inference).ok()?;
        lines.push(b'\n');
    }
    Some(lines)
}

impl Arrivals {
    pub(super) fn new(path: &Path) -> Self {
        Self { path: path.to_path_buf(), state: Mutex::default() }
    }

    /// Keeps lines, all or none; nothing where their commit has to be waited for.
    ///
    /// Blocks for a write to the system's memory: handing it to a thread that may block costs more than it takes.
    pub(super) fn keep(&self, lines: &[u8]) -> Result<Option<Place>, StoreError> {
        let mut state = self.state();
        if state.is_stuck || state.waiting_bytes > MOST_WAITING {
            return Ok(None);
        }
        if state.files.is_none() {
            state.files = self.own()?;
        }
        let State { files: Some(files), current, waiting_bytes, .. } = &mut *state else {
            return Ok(None);
        };
        if files[*current].length > LONG_FILE && files[1 - *current].length == 0 {
            *current = 1 - *current;
        }
        files[*current].append(lines)?;
        let bytes = lines.len() as u64;
        *waiting_bytes += bytes;
        Ok(Some(Place { file: *current, bytes }))
    }

    /// These appends are in the database now; a file that has no others becomes empty.
    ///
    /// Nobody waits for that: appends go on in the other file meanwhile. Only the writer calls this.
    pub(super) fn settled(&self, places: impl Iterator<Item = Place>) {
        let Some((index, file)) = self.without(places) else { return };
        if file.set_len(0).is_ok()
            && let Some(files) = &mut self.state().files
        {
            files[index].length = 0;
        }
    }

    /// Counts these appends off; a file to be emptied, which nobody appends to any more.
    fn without(&self, places: impl Iterator<Item = Place>) -> Option<(usize, Arc<File>)> {
        let mut state = self.state();
        state.is_stuck = false;
        let State { files: Some(files), current, waiting_bytes, .. } = &mut *state else {
            return None;
        };
        for place in places {
            files[place.file].n_waiting -= 1;
            *waiting_bytes -= place.bytes;
        }
        if files[*current].is_settled() && files[1 - *current].length == 0 {
            *current = 1 - *current;
        }
        let idle = 1 - *current;
        files[idle].is_settled().then(|| (idle, Arc::clone(&files[idle].file)))
    }

    /// The writer cannot bring lines in at the moment.
    pub(super) fn stuck(&self) {
        self.state().is_stuck = true;
    }

    /// Whether the database lacks something that is acknowledged.
    pub(super) fn is_waiting(&self) -> bool {
        self.state().files.as_ref().is_some_and(|files| files.iter().any(|it| it.n_waiting > 0))
    }

    /// What other processes have acknowledged and not brought in yet.
    pub(super) fn of_others(&self) -> Others {
        let own =
            |path: &PathBuf| self.state().files.iter().flatten().any(|lines| lines.path == *path);
        let others = of_database(&self.path).into_iter().filter(|path| !own(path));
        Others(others.map(|path| (length(&path), path)).filter(|(length, _)| *length > 0).collect())
    }

    /// Goes on in the other file where that one is empty, so that this one becomes empty.
    pub(super) fn turn(&self) {
        let mut state = self.state();
        let State { files: Some(files), current, .. } = &mut *state else { return };
        if files[1 - *current].length == 0 {
            *current = 1 - *current;
        }
    }

    /// Removes the files of this process, unless they hold what the database lacks.
    pub(super) fn leave(&self) {
        for lines in self.state().files.take().into_iter().flatten() {
            if lines.n_waiting == 0 {
                let _ = std::fs::remove_file(&lines.path);
            }
        }
    }

    /// Two files that are locked as long as this process lives.
    fn own(&self) -> Result<Option<[Lines; 2]>, StoreError> {
        let failed = |error: io::Error| system(&error, self.path.clone());
        let mut owned = Vec::new();
        for number in 1..=2 * MOST_OWNERS {
            let path = beside(&self.path, &format!("{SUFFIX}{number}"));
            owned.extend(Lines::create(path).map_err(failed)?);
            if let Ok(files) =
                <[Lines; 2]>::try_from(std::mem::take(&mut owned)).map_err(|few| owned = few)
            {
                return Ok(Some(files));
            }
        }
        Ok(None)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Lines {
    /// A new file of this name; nothing where there is one already.
    fn create(path: PathBuf) -> io::Result<Option<Self>> {
        let file = match OpenOptions::new().append(true).create_new(true).open(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(None),
            Err(error) => return Err(error),
        };
        // Somebody may have taken it for the file of a dead process and removed it.
        if !is_locked(&file)? || !is_at(&file, &path) {
            return Ok(None);
        }
        Ok(Some(Self { path, file: Arc::new(file), length: 0, n_waiting: 0 }))
    }

    fn append(&mut self, lines: &[u8]) -> Result<(), StoreError> {
        if let Err(error) = (&*self.file).write_all(lines) {
            // A part of a line would hide those that follow.
            let _ = self.file.set_len(self.length);
            return Err(system(&error, self.path.clone()));
        }
        self.length += lines.len() as u64;
        self.n_waiting += 1;
        Ok(())
    }

    /// Whether it has lines, and the database has all of them.
    fn is_settled(&self) -> bool {
        self.n_waiting == 0 && self.length > 0
    }
}

/// Brings in what dead processes left; a file that cannot be brought in now stays for the next time.
pub(super) fn recover(path: &Path, connection: &mut Connection) {
    for left in of_database(path) {
        let _ = recover_one(&left, connection);
    }
}

/// Removes what belongs to a database that nobody uses and that is replaced.
pub(super) fn discard(path: &Path) {
    for left in of_database(path) {
        let _ = std::fs::remove_file(left);
    }
}

/// The files beside a database, of all processes.
fn of_database(path: &Path) -> Vec<PathBuf> {
    let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else { return Vec::new() };
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let prefix = format!("{}{SUFFIX}", name.to_string_lossy());
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
    let is_ours = |name: &String| {
        name.strip_prefix(&prefix).is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
    };
    let mut found: Vec<PathBuf> = names.filter(is_ours).map(|name| folder.join(name)).collect();
    found.sort();
    found
}

fn recover_one(left: &Path, connection: &mut Connection) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(left)?;
    if !is_locked(&file)? || !is_at(&file, left) {
        return Ok(());
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes)?;
    let (rows, is_damaged) = read(&bytes);
    bring_in(connection, &rows).map_err(io::Error::other)?;
    if is_damaged {
        return std::fs::rename(left, beside(left, ".damaged"));
    }
    std::fs::remove_file(left)
}

/// The rows of whole lines, and whether a line that is whole cannot be read.
/// Only a power cut makes such a line; a last line without its end was never acknowledged.
fn read(bytes: &[u8]) -> (Vec<Row>, bool) {
    let mut rows = Vec::new();
    for line in bytes.split_inclusive(|byte| *byte == b'\n').filter(|line| line.ends_with(b"\n")) {
        let inference = serde_json::from_slice::<Inference>(line).ok();
        let row = inference.and_then(|it| Row::of(Fact::Inference(Box::new(it))).ok());
        let Some(row) = row else { return (rows, true) };
        rows.push(row);
    }
    (rows, false)
}

/// All of them at once; those that are there already are left alone.
fn bring_in(connection: &mut Connection, rows: &[Row]) -> rusqlite::Result<()> {
    let transaction = connection.transaction()?;
    let mut gathered = Gathered::default();
    rows.iter().try_for_each(|row| row.insert(&transaction, &mut gathered))?;
    gathered.finish(&transaction)?;
    transaction.commit()
}

/// Takes the file for this process; false where another one has it.
fn is_locked(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// Whether a file still has its name.
fn is_at(file: &File, path: &Path) -> bool {
    let (Ok(open), Ok(named)) = (file.metadata(), std::fs::metadata(path)) else { return false };
    (open.dev(), open.ino()) == (named.dev(), named.ino())
}

#[cfg(test)]
mod tests;
