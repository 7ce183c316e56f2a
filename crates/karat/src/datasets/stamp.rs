//! Whether the files of a dataset are those that were read: by their look at first, by their content when in doubt.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::UNIX_EPOCH;

use karat_records::Hash;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::project::DatasetFile;

/// A file that was written less than this before it was read may be written again without looking different.
const GRAIN_MS: i64 = 2_000;

/// What the files of a dataset looked like when they were read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    /// Size, time and place of each file.
    pub looks: Vec<Looks>,
    /// Hash of how the file is read: columns and paths.
    pub reading: Hash,
    /// Hash of the bytes of all files.
    pub bytes: Option<Hash>,
    /// When they were read, in milliseconds since the Unix epoch.
    pub at_ms: i64,
}

/// What a file looks like from outside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looks {
    /// Its size in bytes.
    pub size: u64,
    /// When it was changed, in nanoseconds since the Unix epoch.
    pub changed_ns: i64,
    /// Which file of the disk it is.
    pub inode: u64,
}

impl Stamp {
    /// Looks at the files without reading them; `None` where one cannot be seen.
    pub fn of(root: &Path, file: &DatasetFile, at_ms: i64) -> Option<Self> {
        let looks = paths(file).map(|path| fs::metadata(root.join(path)).ok().map(|it| looks(&it)));
        let columns = &file.columns;
        let reading = json!([
            file.file,
            file.gate_file,
            columns.id,
            columns.input,
            columns.expected,
            columns.metadata,
            columns.tags,
            columns.split,
            file.answers,
        ]);
        let reading = Hash::of_json(&reading);
        Some(Self { looks: looks.collect::<Option<_>>()?, reading, bytes: None, at_ms })
    }

    /// Whether files that look as in `now` hold what they held when this stamp was made.
    pub fn fits(&self, now: &Self) -> Fit {
        if self.reading != now.reading {
            return Fit::Differs;
        }
        if self.looks != now.looks {
            return Fit::Doubtful;
        }
        let youngest = self.looks.iter().map(|it| it.changed_ns / 1_000_000).max().unwrap_or(0);
        if youngest + GRAIN_MS > self.at_ms { Fit::Doubtful } else { Fit::Same }
    }

    /// Size of all files in bytes.
    pub fn size(&self) -> u64 {
        self.looks.iter().map(|it| it.size).sum()
    }
}

/// What a look from outside says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fit {
    /// The content is the same.
    Same,
    /// Only the content can tell.
    Doubtful,
    /// The files are read in another way.
    Differs,
}

/// The hash of the bytes of all files of a dataset.
pub fn hash_bytes(root: &Path, file: &DatasetFile) -> io::Result<Hash> {
    let mut all = Vec::new();
    let mut buffer = vec![0; 1 << 17];
    for path in paths(file) {
        let mut digest = Sha256::new();
        let mut opened = File::open(root.join(path))?;
        loop {
            let n = opened.read(&mut buffer)?;
            if n == 0 {
                break;
            }
            digest.update(&buffer[..n]);
        }
        all.extend_from_slice(&digest.finalize());
    }
    Ok(Hash::of_bytes(&all))
}

fn paths(file: &DatasetFile) -> impl Iterator<Item = &String> {
    std::iter::once(&file.file).chain(&file.gate_file)
}

fn looks(file: &Metadata) -> Looks {
    let changed = file.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    #[cfg(unix)]
    let inode = std::os::unix::fs::MetadataExt::ino(file);
    #[cfg(not(unix))]
    let inode = 0;
    let changed_ns = changed.map_or(0, |since| i64::try_from(since.as_nanos()).unwrap_or(i64::MAX));
    Looks { size: file.len(), changed_ns, inode }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stamp(changed_ms: i64, at_ms: i64, reading: &str) -> Stamp {
        let looks = vec![Looks { size: 1, changed_ns: changed_ms * 1_000_000, inode: 1 }];
        Stamp { looks, reading: Hash::of_bytes(reading.as_bytes()), bytes: None, at_ms }
    }

    #[test]
    fn a_file_that_was_read_right_after_it_was_written_is_in_doubt() {
        assert_eq!(stamp(10_000, 20_000, "a").fits(&stamp(10_000, 30_000, "a")), Fit::Same);
        assert_eq!(stamp(10_000, 10_500, "a").fits(&stamp(10_000, 30_000, "a")), Fit::Doubtful);
        assert_eq!(stamp(10_000, 20_000, "a").fits(&stamp(10_001, 30_000, "a")), Fit::Doubtful);
        assert_eq!(stamp(10_000, 20_000, "a").fits(&stamp(10_000, 30_000, "b")), Fit::Differs);
    }
}
