//! The handles that every operation receives: a cheap clone.

mod copies;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, bail};
use karat_records::{Person, Role};
use karat_store::{Options, Store};

use crate::clock::Clock;
use crate::config::{self, Config};
use crate::datasets::indexing::Indexing;
use crate::evals::active::Active;
use crate::evals::shelf::Shelf;
use crate::project::{Project, read};
use crate::tasks::Stop;
use crate::upstream::Upstream;

/// Where an operation reports how far it is; called often, so it must be quick.
pub type Watch = Arc<dyn Fn(&crate::evals::progress::Update) + Send + Sync>;

/// Where `karat serve` answers unless it is told otherwise.
const ADDRESS: &str = "http://127.0.0.1:7878";

/// The handles that every operation receives.
#[derive(Clone)]
pub struct App {
    /// The folder in which the command was given.
    pub folder: PathBuf,
    /// What the environment says.
    pub config: Arc<Config>,
    /// The clock and source of ids.
    pub clock: Clock,
    /// The door to model vendors.
    pub upstream: Upstream,
    /// The request to stop.
    pub stop: Stop,
    /// Who wants to know how far a run is.
    pub watch: Option<Watch>,
    /// Readings of datasets that are under way.
    pub indexing: Indexing,
    /// Whether this process goes on after an operation, so that long work may go on in the background.
    pub stays: bool,
    /// The runs that are under way in this process.
    pub active: Arc<Active>,
    /// The last few runs that were looked at.
    pub shelf: Arc<Shelf>,
    /// Held while files of the project are read, changed and written back, so that no change is lost.
    pub files: Arc<tokio::sync::Mutex<FileChanges>>,
    /// Who acts: on a terminal the local person, who may do everything.
    pub actor: Arc<Person>,
    /// Where people reach this server, without a slash at the end; links begin with it.
    pub address: Arc<str>,
    store: Arc<Mutex<Option<Store>>>,
    data_folder: PathBuf,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("folder", &self.folder).finish_non_exhaustive()
    }
}

/// What happened to the project's files in this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileChanges {
    /// The history has everything that we wrote.
    #[default]
    Kept,
    /// Somebody wrote, or tried to, since the history was kept.
    Written,
}

impl App {
    /// Handles for commands given in this folder.
    pub fn new(folder: PathBuf, config: Config, stop: Stop) -> Self {
        let root = read::find_root(&folder).unwrap_or_else(|| folder.clone());
        let data_folder = config.data_folder(&root);
        Self {
            folder,
            config: Arc::new(config),
            clock: Clock,
            upstream: Upstream::new(Clock, stop.clone()),
            stop,
            watch: None,
            indexing: Indexing::default(),
            stays: false,
            active: Arc::default(),
            shelf: Arc::default(),
            files: Arc::default(),
            actor: Arc::new(local_person()),
            address: ADDRESS.into(),
            store: Arc::default(),
            data_folder,
        }
    }

    /// The same handles, with somebody who wants to know how far a run is.
    #[must_use]
    pub fn watched_by(self, watch: Option<Watch>) -> Self {
        Self { watch, ..self }
    }

    /// The same handles in a process that goes on after an operation.
    #[must_use]
    pub fn staying(self) -> Self {
        Self { stays: true, ..self }
    }

    /// Waits until nobody else changes files of the project; the next one waits for what this answers.
    pub async fn change_files(&self) -> tokio::sync::OwnedMutexGuard<FileChanges> {
        let mut files = Arc::clone(&self.files).lock_owned().await;
        *files = FileChanges::Written;
        files
    }

    /// The same handles, for somebody else.
    #[must_use]
    pub fn acting_as(self, person: Person) -> Self {
        Self { actor: Arc::new(person), ..self }
    }

    /// The same handles, reached at another address.
    #[must_use]
    pub fn reached_at(self, address: &str) -> Self {
        Self { address: address.trim_end_matches('/').into(), ..self }
    }

    /// Sends a piece of what an operation will answer to whoever watches.
    pub fn send_part(&self, part: &impl serde::Serialize) {
        if let Some(watch) = &self.watch
            && let Ok(part) = serde_json::to_value(part)
        {
            watch(&crate::evals::progress::Update::Part(part));
        }
    }

    /// The folder with the project file.
    pub fn root(&self) -> anyhow::Result<PathBuf> {
        read::find_root(&self.folder).with_context(|| {
            format!(
                "there is no {} in {} or above\n  next: `karat init` writes one here",
                crate::project::FILE,
                self.folder.display()
            )
        })
    }

    /// The project, or all that is wrong with it in one error.
    pub fn project(&self) -> anyhow::Result<Project> {
        let reading = read::read(&self.root()?);
        match reading.project {
            Some(project) => Ok(project),
            None => Err(Broken(reading.problems).into()),
        }
    }

    /// The embedded database, opened on first use.
    pub fn store(&self) -> anyhow::Result<Store> {
        let mut store = self.store.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(store) = store.as_ref() {
            return Ok(store.clone());
        }
        self.make_data_folder()?;
        let options = Options { max_pages: self.config.max_pages, ..Options::default() };
        let opened = Store::open(&self.data_folder.join("karat.db"), options)?;
        *store = Some(opened.clone());
        Ok(opened)
    }

    /// Makes the data folder where there is none, and keeps it out of git.
    pub fn make_data_folder(&self) -> anyhow::Result<()> {
        if let Err(error) = std::fs::create_dir_all(&self.data_folder) {
            bail!(
                "the data folder {} cannot be made: {error}\n  next: make the folder writable, or set KARAT_DATA to a folder that is",
                self.data_folder.display()
            );
        }
        keep_out_of_git(&self.data_folder);
        Ok(())
    }

    /// The database, if there is one already.
    pub fn existing_store(&self) -> anyhow::Result<Option<Store>> {
        if self.data_folder.join("karat.db").is_file() { self.store().map(Some) } else { Ok(None) }
    }

    /// Ends what the store has begun.
    pub async fn close(&self) {
        self.indexing.stop().await;
        let store = self.store.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(store) = store {
            // What was acknowledged is on disk already; a failed last checkpoint loses nothing.
            let _ = store.close().await;
        }
    }

    /// The data folder.
    pub fn data_folder(&self) -> &Path {
        &self.data_folder
    }

    /// A secret by the name of its environment variable.
    pub fn secret(&self, name: &str) -> Option<String> {
        config::secret(name, &self.data_folder)
    }
}

/// Whoever has a terminal on this machine, or the first sign-in link; others read the name, so it says who that is to all.
pub fn local_person() -> Person {
    Person { id: "local".into(), name: "the owner".into(), role: Role::Admin }
}

/// Data stays out of git even where nobody ran `karat init`.
fn keep_out_of_git(folder: &Path) {
    let path = folder.join(".gitignore");
    if !path.exists() {
        let _ = std::fs::write(path, "*\n");
    }
}

/// A project with errors.
#[derive(Debug)]
pub struct Broken(pub Vec<crate::project::Problem>);

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Broken {}

/// An error that surfaces tell apart from others, because callers act on it.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// What kind it is.
    pub kind: RefusalKind,
    /// What happened, where, and what to do next.
    pub message: String,
}

/// Why something is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RefusalKind {
    /// The input says something that cannot be.
    Invalid,
    /// The actor may not do this.
    NotAllowed,
    /// There is no such thing.
    NotFound,
    /// Somebody else was faster, or it was done already.
    Conflict,
    /// Later again.
    TooMany,
}

impl Refusal {
    /// The input says something that cannot be.
    pub fn invalid(message: impl Into<String>) -> anyhow::Error {
        Self { kind: RefusalKind::Invalid, message: message.into() }.into()
    }

    /// The actor may not do this.
    pub fn not_allowed(message: impl Into<String>) -> anyhow::Error {
        Self { kind: RefusalKind::NotAllowed, message: message.into() }.into()
    }

    /// There is no such thing.
    pub fn not_found(message: impl Into<String>) -> anyhow::Error {
        Self { kind: RefusalKind::NotFound, message: message.into() }.into()
    }

    /// Somebody else was faster, or it was done already.
    pub fn conflict(message: impl Into<String>) -> anyhow::Error {
        Self { kind: RefusalKind::Conflict, message: message.into() }.into()
    }

    /// Later again.
    pub fn too_many(message: impl Into<String>) -> anyhow::Error {
        Self { kind: RefusalKind::TooMany, message: message.into() }.into()
    }
}
