//! Looks after the project's files, and serves what they say when they have changed.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::Gateway;
use crate::tasks::Stop;

/// How often the files are looked at.
const EVERY: Duration = Duration::from_millis(500);

/// A file as it was seen last: when it was changed, and its length.
type Seen = Vec<(PathBuf, Option<(SystemTime, u64)>)>;

/// Reloads after each change until the server ends.
pub async fn watch(gateway: Arc<Gateway>, mut stop: Stop) {
    let mut seen = look(&gateway.snapshot().files);
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.wait() => return,
        }
        let before = gateway.problem();
        // Which files a broken project has is not known, so it is read again until it is mended.
        let found = look(&gateway.snapshot().files);
        if before.is_none() && found == seen {
            continue;
        }
        let reloading = Arc::clone(&gateway);
        // Reading the cases of a large dataset takes a while; requests go on meanwhile.
        if tokio::task::spawn_blocking(move || reloading.reload()).await.is_err() {
            continue;
        }
        match gateway.problem() {
            Some(problem) if before.as_ref() == Some(&problem) => {}
            Some(problem) => anstream::eprintln!(
                "warning: the changed files are not served, what was there before is: {problem}"
            ),
            None => anstream::eprintln!("the changed files are served"),
        }
        seen = as_found(&gateway.snapshot().files, &found);
    }
}

fn look(files: &[PathBuf]) -> Seen {
    let seen = files.iter().map(|path| {
        let seen = std::fs::metadata(path).ok();
        let seen = seen.and_then(|seen| Some((seen.modified().ok()?, seen.len())));
        (path.clone(), seen)
    });
    seen.collect()
}

/// Pure. The files that are served now, as they were found before they were read: what changed since is read again.
///
/// One that was not looked at counts as absent, so that it is read once more.
fn as_found(files: &[PathBuf], found: &Seen) -> Seen {
    let of = |path| found.iter().find(|(known, _)| known == path).and_then(|(_, seen)| *seen);
    files.iter().map(|path| (path.clone(), of(path))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_changed_while_it_was_read_is_read_again() {
        let folder = tempfile::tempdir().unwrap();
        let (known, new) = (folder.path().join("karat.toml"), folder.path().join("ask.md"));
        std::fs::write(&known, "before").unwrap();
        let found = look(std::slice::from_ref(&known));
        std::fs::write(&known, "changed meanwhile").unwrap();
        std::fs::write(&new, "named since").unwrap();

        let files = [known, new];
        let seen = as_found(&files, &found);
        assert_eq!(seen[0], found[0]);
        let later = look(&files);
        assert_ne!(later, seen, "both are read once more");
        assert_eq!(as_found(&files, &later), later, "and then no more");
    }
}
