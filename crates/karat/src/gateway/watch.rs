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
    let mut seen = look(&gateway);
    loop {
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.wait() => return,
        }
        let before = gateway.problem();
        // Which files a broken project has is not known, so it is read again until it is mended.
        if before.is_none() && look(&gateway) == seen {
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
        seen = look(&gateway);
    }
}

fn look(gateway: &Gateway) -> Seen {
    let snapshot = gateway.snapshot();
    let seen = snapshot.files.iter().map(|path| {
        let seen = std::fs::metadata(path).ok();
        let seen = seen.and_then(|seen| Some((seen.modified().ok()?, seen.len())));
        (path.clone(), seen)
    });
    seen.collect()
}
