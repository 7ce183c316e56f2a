//! Copies of the database, and the way back: one of the two things that act on the file and not on what it holds.

use std::path::Path;

use anyhow::{Context, Result};
use karat_store::{Restored, Store, StoreError};

use super::{App, Refusal};

impl App {
    /// Copies the database as it is at one moment to a new file; a server goes on meanwhile.
    pub async fn backup(&self, to: &Path) -> Result<()> {
        let Some(store) = self.existing_store()? else {
            return Err(Refusal::not_found(format!(
                "there is no database in {} yet\n  next: `karat eval` or `karat serve` begins one",
                self.data_folder.display()
            )));
        };
        if let Some(folder) = to.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            std::fs::create_dir_all(folder)
                .with_context(|| format!("{} cannot be made", folder.display()))?;
        }
        match store.backup(to).await {
            Err(error @ StoreError::Exists { .. }) => Err(Refusal::conflict(error.to_string())),
            done => Ok(done?),
        }
    }

    /// Puts a copy in the place of the database, which nobody may have open.
    pub fn restore(&self, from: &Path, may_replace: bool) -> Result<Restored> {
        if !from.is_file() {
            return Err(Refusal::not_found(format!(
                "there is no file {}\n  next: name a copy that `karat backup FILE` wrote",
                from.display()
            )));
        }
        self.make_data_folder()?;
        let database = self.data_folder.join("karat.db");
        Store::restore(from, &database, may_replace).map_err(|error| match error {
            StoreError::Exists { path } => Refusal::conflict(format!(
                "{} has data, and they would be gone\n  next: `karat backup` keeps them; then repeat it with --replace",
                path.display()
            )),
            StoreError::Busy { path } if path == database => Refusal::conflict(format!(
                "{} is in use: a server or a command has it open\n  next: end `karat serve` and every karat that works in this folder, then repeat it",
                path.display()
            )),
            StoreError::Busy { path } => Refusal::invalid(format!(
                "{} is a database in use and no copy: a part of it stands in a file beside it\n  next: make a copy with `karat backup FILE`",
                path.display()
            )),
            other => other.into(),
        })
    }
}
