//! Keeps what the project's files say in the history: when the server starts, and after somebody changed them through it.

use std::mem;

use crate::app::{App, FileChanges};
use crate::history;

/// Keeps what the files say now; a project with mistakes is kept once they are mended.
pub async fn files(app: App) {
    let Ok(project) = app.project() else { return };
    if let Err(error) = history::remember(&app, &project, None).await {
        anstream::eprintln!("error: the history could not be kept: {error:#}");
    }
}

/// Keeps what the files say where an operation wrote some of them.
pub async fn changes(app: App) {
    let before = mem::take(&mut *app.files.lock().await);
    if before == FileChanges::Written {
        files(app).await;
    }
}
