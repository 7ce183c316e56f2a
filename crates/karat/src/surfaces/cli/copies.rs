//! `karat backup` and `karat restore`: the database as one file, out and back.

use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use super::output;
use crate::app::App;
use crate::gate::describe::plural;

/// `karat backup`
#[derive(Debug, Args)]
pub struct BackupArgs {
    /// A new file.
    pub file: PathBuf,
}

/// `karat restore`
#[derive(Debug, Args)]
pub struct RestoreArgs {
    /// A copy that `karat backup` wrote.
    pub file: PathBuf,
    /// The data that are here may go.
    #[arg(long)]
    pub replace: bool,
}

/// Copies the database.
pub async fn backup(app: &App, args: &BackupArgs) -> Result<u8> {
    let to = app.folder.join(&args.file);
    app.backup(&to).await?;
    let size = std::fs::metadata(&to).map_or(0, |seen| seen.len());
    output::print(&format!(
        "{} has everything up to now, {:.1} MB\n  pasted keys are not part of it; what is erased later is still in it",
        to.display(),
        size as f64 / 1e6
    ))
    .map(|()| 0)
}

/// Puts a copy back.
pub fn restore(app: &App, args: &RestoreArgs) -> Result<u8> {
    let restored = app.restore(&app.folder.join(&args.file), args.replace)?;
    output::print(&format!(
        "the data are those of {}: {} and {}\n  users who were erased since are in it again: `karat call inferences.forget_user`",
        args.file.display(),
        plural(restored.runs, "eval run"),
        plural(restored.inferences, "inference")
    ))
    .map(|()| 0)
}
