//! Keeps the store's versions of a dataset up to its files: the files are the truth, and are read again when they changed.
//! Large files are read in the background while what is known is served.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Result, bail};
use karat_records::Split;
use karat_store::{Chunk, Chunker, DatasetVersion, Finish, Store};
use serde_json::json;
use tokio::sync::{mpsc, watch};

use super::about::Counting;
use super::health::Health;
use super::import;
use super::stamp::{self, Fit, Stamp};
use super::whole_version;
use crate::app::{App, Broken};
use crate::gate::describe::count;
use crate::project::files::Files;
use crate::project::{DatasetFile, Problem, Problems, Project};
use crate::tasks::Tasks;

/// A server waits so long for a file to be read, from the start of the reading, before it shows what is known so far.
const PATIENCE: Duration = Duration::from_millis(400);

/// How often, and how many times, a first look waits for the first cases.
const LOOK: Duration = Duration::from_millis(25);
const MOST_LOOKS: u32 = 400;

/// Chunks that are read ahead of the store.
const AHEAD: usize = 4;

/// Readings that are under way; a cheap clone.
#[derive(Clone, Debug, Default)]
pub struct Indexing {
    jobs: Arc<Mutex<HashMap<String, Arc<Job>>>>,
    tasks: Arc<Mutex<Tasks>>,
    health: Arc<Mutex<HashMap<String, (String, Health)>>>,
}

/// One reading of a dataset's files.
#[derive(Debug)]
struct Job {
    /// The version that is written.
    id: String,
    stamp: Stamp,
    n: AtomicU64,
    n_bytes: AtomicU64,
    ended: watch::Sender<Option<Ended>>,
}

/// How a reading ended.
#[derive(Clone, Debug)]
enum Ended {
    /// The version is there.
    Done,
    /// The files changed while they were read: another reading will tell.
    Changed,
    /// The files are wrong.
    Broken(Vec<Problem>),
    /// They could not be read or kept.
    Failed(String),
}

/// The version to show, and what is not complete about it.
#[derive(Clone, Debug)]
pub struct Current {
    /// The version; `is_whole` is false where it is still written.
    pub version: DatasetVersion,
    /// Says how far a reading is, where one is under way.
    pub note: Option<String>,
}

/// The version that the files hold now, read first where that was not done yet.
pub async fn current(app: &App, project: &Project, file: &DatasetFile) -> Result<Current> {
    let store = app.store()?;
    for _ in 0..3 {
        let Some(now) = Stamp::of(&project.root, file, app.clock.now_ms()) else {
            return Err(unreadable(project, file));
        };
        let versions = store.cases.versions(&file.name).await?;
        if let Some(newest) = versions.first()
            && fit(newest, &now) == Some(Fit::Same)
        {
            return Ok(Current { version: newest.clone(), note: None });
        }
        let job = app.indexing.job(app, &store, project, file, now, &versions);
        let mut ended = job.ended.subscribe();
        let how = if app.stays {
            match tokio::time::timeout(job.patience(app.clock.now_ms()), end_of(&mut ended)).await {
                Ok(how) => how,
                Err(_) => return so_far(&store, &job, versions).await,
            }
        } else {
            end_of(&mut ended).await
        };
        if !matches!(how, Some(Ended::Broken(_))) {
            app.indexing.forget(&file.name, &job);
        }
        match how {
            Some(Ended::Done) => {
                let versions = store.cases.versions(&file.name).await?;
                let Some(version) = versions.into_iter().next() else { continue };
                return Ok(Current { version, note: None });
            }
            Some(Ended::Changed) | None => {}
            Some(Ended::Broken(problems)) => return Err(Broken(problems).into()),
            Some(Ended::Failed(reason)) => bail!(reason),
        }
    }
    bail!(
        "{} changes faster than it can be read\n  next: try again once nobody writes it",
        file.file
    )
}

async fn end_of(ended: &mut watch::Receiver<Option<Ended>>) -> Option<Ended> {
    let ended = ended.wait_for(Option::is_some).await;
    ended.ok().and_then(|ended| ended.clone())
}

fn fit(version: &DatasetVersion, now: &Stamp) -> Option<Fit> {
    let known: Stamp = serde_json::from_value(version.stamp.clone()).ok()?;
    Some(known.fits(now))
}

/// The importer knows best why a file cannot be read.
fn unreadable(project: &Project, file: &DatasetFile) -> anyhow::Error {
    let problems = Problems::default();
    import::each(file, Files { root: &project.root, problems: &problems }, &mut |_| false);
    Broken(problems.sorted()).into()
}

/// The version before, or the part of the new one that is there.
async fn so_far(store: &Store, job: &Job, versions: Vec<DatasetVersion>) -> Result<Current> {
    if let Some(version) = versions.into_iter().next() {
        let note = format!("the file changed; {}, and this is the version before", job.progress());
        return Ok(Current { version, note: Some(note) });
    }
    // The first cases of a new file are there soon, and a page without any helps nobody.
    for _ in 0..MOST_LOOKS {
        if job.n.load(Ordering::Relaxed) > 0 || job.ended.borrow().is_some() {
            break;
        }
        tokio::time::sleep(LOOK).await;
    }
    match store.cases.version(&job.id).await? {
        Some(version) => Ok(Current { version, note: Some(job.progress()) }),
        None => bail!("{}\n  next: ask again in a moment", job.progress()),
    }
}

impl Job {
    /// What is left of it: who comes later to a long reading does not wait once more.
    fn patience(&self, now_ms: i64) -> Duration {
        PATIENCE.saturating_sub(Duration::from_millis(now_ms.abs_diff(self.stamp.at_ms)))
    }

    /// How far it is, by the bytes that were read.
    fn progress(&self) -> String {
        let (n, n_bytes) = (self.n.load(Ordering::Relaxed), self.n_bytes.load(Ordering::Relaxed));
        let share = n_bytes.max(1) as f64 / self.stamp.size().max(1) as f64;
        let about = (n as f64 / share.min(1.0)) as u64;
        format!("indexing: {} of about {} cases so far", count(n), count(about))
    }
}

impl Indexing {
    /// The reading that is under way for these files, or a new one.
    fn job(
        &self,
        app: &App,
        store: &Store,
        project: &Project,
        file: &DatasetFile,
        now: Stamp,
        versions: &[DatasetVersion],
    ) -> Arc<Job> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(job) = jobs.get(&file.name)
            && (job.ended.borrow().is_none() || is_fresh(job, &now))
        {
            return Arc::clone(job);
        }
        let job = Arc::new(Job {
            id: app.clock.new_id(),
            stamp: now,
            n: AtomicU64::new(0),
            n_bytes: AtomicU64::new(0),
            ended: watch::Sender::new(None),
        });
        jobs.insert(file.name.clone(), Arc::clone(&job));
        let reading = Reading {
            app: app.clone(),
            store: store.clone(),
            root: project.root.clone(),
            file: file.clone(),
            known: versions.to_vec(),
            job: Arc::clone(&job),
        };
        let mut tasks = self.tasks.lock().unwrap_or_else(PoisonError::into_inner);
        tasks.reap();
        tasks.start(async move {
            let job = Arc::clone(&reading.job);
            let ended =
                reading.read().await.unwrap_or_else(|error| Ended::Failed(format!("{error:#}")));
            job.ended.send_replace(Some(ended));
        });
        job
    }

    /// What the checks found last, where nothing that they look at has changed.
    pub fn known_health(&self, dataset: &str, key: &str) -> Option<Health> {
        let health = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        health.get(dataset).filter(|(known, _)| known == key).map(|(_, health)| health.clone())
    }

    /// Keeps what the checks found.
    pub fn keep_health(&self, dataset: &str, key: String, health: &Health) {
        let mut known = self.health.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert(dataset.to_owned(), (key, health.clone()));
    }

    /// Ends what is under way; what was read stays in the store for the next reading.
    pub async fn stop(&self) {
        let mut tasks =
            std::mem::take(&mut *self.tasks.lock().unwrap_or_else(PoisonError::into_inner));
        tasks.abort().await;
    }

    fn forget(&self, dataset: &str, job: &Arc<Job>) {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        if jobs.get(dataset).is_some_and(|known| Arc::ptr_eq(known, job)) {
            jobs.remove(dataset);
        }
    }
}

/// Whether files that were wrong a moment ago need not be read again to say so.
fn is_fresh(job: &Job, now: &Stamp) -> bool {
    const MOMENT_MS: i64 = 5_000;
    let (was, is) = (&job.stamp, now);
    was.looks == is.looks && was.reading == is.reading && is.at_ms - was.at_ms < MOMENT_MS
}

/// All that a reading needs.
struct Reading {
    app: App,
    store: Store,
    root: PathBuf,
    file: DatasetFile,
    known: Vec<DatasetVersion>,
    job: Arc<Job>,
}

/// What is known when the last case was read.
struct ReadAll {
    counting: Counting,
    tune: Vec<[u8; 32]>,
    gate: Vec<[u8; 32]>,
}

impl Reading {
    async fn read(self) -> Result<Ended> {
        let bytes = self.hash().await?;
        for version in &self.known {
            let Ok(known) = serde_json::from_value::<Stamp>(version.stamp.clone()) else {
                continue;
            };
            // The content came back, or was only written again: nothing has to be read.
            if known.bytes.as_ref() == Some(&bytes) && known.reading == self.job.stamp.reading {
                let stamp = Stamp { bytes: Some(bytes), ..self.job.stamp.clone() };
                self.store.cases.stamp(&version.id, json!(stamp), stamp.at_ms).await?;
                return Ok(Ended::Done);
            }
        }
        self.store.cases.begin(&self.job.id, &self.file.name, self.job.stamp.at_ms).await?;
        let ended = self.fill(bytes).await;
        if !matches!(ended, Ok(Ended::Done)) {
            // What cannot be taken back now is taken back by a later reading.
            let _ = self.store.cases.abandon(&self.job.id).await;
        }
        ended
    }

    async fn hash(&self) -> Result<karat_records::Hash> {
        let (root, file) = (self.root.clone(), self.file.clone());
        Ok(tokio::task::spawn_blocking(move || stamp::hash_bytes(&root, &file)).await??)
    }

    /// Reads on a thread that may block, and stores chunk by chunk.
    async fn fill(&self, bytes: karat_records::Hash) -> Result<Ended> {
        let (sender, mut chunks) = mpsc::channel::<Chunk>(AHEAD);
        let (root, file, job) = (self.root.clone(), self.file.clone(), Arc::clone(&self.job));
        let stop = self.app.stop.clone();
        let reading =
            tokio::task::spawn_blocking(move || read_all(&root, &file, &job, &sender, &stop));
        while let Some(chunk) = chunks.recv().await {
            let n = chunk.n() as u64;
            self.store.cases.add(&self.job.id, chunk).await?;
            self.job.n.fetch_add(n, Ordering::Relaxed);
        }
        let mut all = match reading.await? {
            Ok(Some(all)) => all,
            Ok(None) => bail!("stopped before {} was read", self.file.file),
            Err(problems) => return Ok(Ended::Broken(problems)),
        };
        let now = Stamp::of(&self.root, &self.file, self.app.clock.now_ms());
        if now.is_none_or(|now| now.looks != self.job.stamp.looks) || self.hash().await? != bytes {
            return Ok(Ended::Changed);
        }
        let stamp = Stamp { bytes: Some(bytes), ..self.job.stamp.clone() };
        let finish = Finish {
            hash: whole_version(&mut all.tune, &mut all.gate),
            stamp: json!(stamp),
            about: json!(all.counting.about()),
            at_ms: stamp.at_ms,
        };
        self.store.cases.finish(&self.job.id, finish).await?;
        Ok(Ended::Done)
    }
}

/// Reads the files case by case; `None` where somebody asked to stop.
fn read_all(
    root: &std::path::Path,
    file: &DatasetFile,
    job: &Job,
    chunks: &mpsc::Sender<Chunk>,
    stop: &crate::tasks::Stop,
) -> Result<Option<ReadAll>, Vec<Problem>> {
    let problems = Problems::default();
    let mut chunker = Chunker::default();
    let mut all = ReadAll { counting: Counting::default(), tune: Vec::new(), gate: Vec::new() };
    let mut is_stopped = false;
    let is_fine = import::each(file, Files { root, problems: &problems }, &mut |read| {
        let case = read.case;
        let hash = case.content_hash();
        all.counting.add(&case);
        let is_gate = case.split == Split::Gate;
        let hashes = if is_gate { &mut all.gate } else { &mut all.tune };
        hashes.extend(hash.bytes());
        job.n_bytes.fetch_add(read.n_bytes as u64, Ordering::Relaxed);
        match chunker.push(case, &hash) {
            Ok(Some(chunk)) => is_stopped = stop.is_set() || chunks.blocking_send(chunk).is_err(),
            Ok(None) => {}
            Err(error) => {
                problems.error(&file.place, error.to_string(), "remove what JSON cannot say");
                is_stopped = true;
            }
        }
        !is_stopped
    });
    if !is_fine || problems.n_errors() > 0 {
        return Err(problems.sorted());
    }
    if let Some(chunk) = chunker.close() {
        is_stopped |= chunks.blocking_send(chunk).is_err();
    }
    Ok((!is_stopped).then_some(all))
}
