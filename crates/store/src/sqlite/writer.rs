//! The one thread that writes: it commits whatever is queued the moment it is free.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::park_timeout;
use std::time::Duration;

use karat_records::Hash;
use rusqlite::wal::CheckpointMode;
use rusqlite::{Connection, MAIN_DB, TransactionBehavior};
use tokio::sync::mpsc::error::TryRecvError;
use tokio::sync::{mpsc, oneshot};

use super::arrivals::{Arrivals, Place};
use super::cases::write::CaseWork;
use super::checkpoint::Checkpointer;
use super::connection::{PATIENCE_MS, patient};
use super::facts::Row;
use super::failure::Failure;
use super::inferences::write::Gathered;
use super::upkeep::Upkeep;
use super::versions::{self, Load};
use crate::StoreError;

/// Facts per commit, so that the first of a burst does not wait for the last; one append is never split.
const GROUP: usize = 500;

/// How long inferences that are acknowledged wait for others, so that one commit serves many of them.
const REST: Duration = Duration::from_millis(10);

/// How long the writer waits before it tries again what it could not bring in.
const RETRY: Duration = Duration::from_millis(500);

/// A log of more pages than this (64 MB) is folded into the database between two groups.
const LONG_LOG_PAGES: i32 = 16_384;

/// How much longer it grows before the next try, where a reader or another process was in the way (16 MB).
const RETRY_PAGES: i32 = 4_096;

/// How long that waits for a reader on an old snapshot before it tries again later.
const RESTART_PATIENCE_MS: u32 = 100;

/// What reaches the writer.
#[derive(Debug)]
pub(super) enum Message {
    Write(Write),
    Close(oneshot::Sender<()>),
}

/// Work, and who waits for it.
#[derive(Debug)]
pub(super) struct Write {
    pub(super) work: Work,
    /// `None` where it was acknowledged before.
    pub(super) done: Option<oneshot::Sender<Result<u64, StoreError>>>,
    /// Where it stands as long as it is not in the database; `None` where it was acknowledged in memory.
    pub(super) place: Option<Place>,
}

/// What can be written.
#[derive(Debug)]
pub(super) enum Work {
    Facts(Vec<Row>),
    Put(Box<Load>),
    CompareAndSet {
        expected: Option<Hash>,
        load: Box<Load>,
    },
    Cases(Box<CaseWork>),
    Upkeep(Upkeep),
    /// Answered after everything before it: a barrier.
    Nothing,
}

impl Work {
    fn n_facts(&self) -> usize {
        match self {
            Self::Facts(rows) => rows.len(),
            Self::Put(_) | Self::CompareAndSet { .. } => 1,
            Self::Cases(work) => work.n_rows(),
            Self::Upkeep(work) => work.n_rows(),
            Self::Nothing => 0,
        }
    }
}

/// Facts that were acknowledged in memory and could not be written.
#[derive(Debug, Default)]
pub(super) struct Lost(Mutex<(u64, Option<StoreError>)>);

impl Lost {
    pub(super) fn facts(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    pub(super) fn first(&self) -> Option<StoreError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone()
    }

    fn add(&self, n_facts: usize, cause: StoreError) {
        let mut lost = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lost.0 += n_facts as u64;
        lost.1.get_or_insert(cause);
    }
}

/// The writer's state; it lives on its own thread.
pub(super) struct Writer {
    path: PathBuf,
    connection: Connection,
    messages: mpsc::Receiver<Message>,
    checkpointer: Checkpointer,
    lost: Arc<Lost>,
    arrivals: Arc<Arrivals>,
    /// Acknowledged inferences that could not be brought in, to be tried again.
    behind: Vec<Write>,
    patience_ms: Arc<AtomicU32>,
    log_pages: Arc<AtomicI32>,
    long_log_pages: i32,
    farewells: Vec<oneshot::Sender<()>>,
}

impl Writer {
    pub(super) fn new(
        path: &Path,
        connection: Connection,
        messages: mpsc::Receiver<Message>,
        checkpointer: Checkpointer,
        (lost, arrivals): (Arc<Lost>, Arc<Arrivals>),
    ) -> Self {
        Self {
            path: path.to_path_buf(),
            connection,
            messages,
            checkpointer,
            lost,
            arrivals,
            behind: Vec::new(),
            patience_ms: Arc::new(AtomicU32::new(PATIENCE_MS)),
            log_pages: Arc::default(),
            long_log_pages: LONG_LOG_PAGES,
            farewells: Vec::new(),
        }
    }

    /// Writes until the store is closed or dropped, then leaves the database in one file.
    pub(super) fn run(mut self) {
        // Without them the log may grow and locks are not waited for: worse, yet nothing is lost.
        let _ = patient(&mut self.connection, &self.patience_ms);
        let log_pages = Arc::clone(&self.log_pages);
        let _ = self.connection.wal_hook(Some(move |_: &mut rusqlite::hooks::Wal, pages| {
            log_pages.store(pages, Ordering::Relaxed);
            Ok(())
        }));
        let mut held_over = None;
        while let Some(first) = held_over.take().or_else(|| self.wait()) {
            let (group, next) = self.gather(first);
            held_over = next;
            self.catch_up();
            self.settle(group);
            self.shorten_log();
        }
        self.catch_up();
        self.finish();
    }

    /// The next write; `None` when there will be no more.
    fn wait(&mut self) -> Option<Write> {
        loop {
            let message = if self.behind.is_empty() {
                self.messages.blocking_recv()?
            } else {
                match self.messages.try_recv() {
                    Ok(message) => message,
                    Err(TryRecvError::Disconnected) => return None,
                    Err(TryRecvError::Empty) => {
                        park_timeout(RETRY);
                        self.catch_up();
                        continue;
                    }
                }
            };
            if let Some(write) = self.sort(message) {
                // Nobody waits for it; the next write that somebody waits for ends the rest.
                if write.place.is_some() && self.messages.len() < GROUP {
                    park_timeout(REST);
                }
                return Some(write);
            }
        }
    }

    /// The first write and what is queued behind it, and the write that no longer fits.
    fn gather(&mut self, first: Write) -> (Vec<Write>, Option<Write>) {
        let mut n_facts = first.work.n_facts();
        let mut group = vec![first];
        while let Ok(message) = self.messages.try_recv() {
            let Some(write) = self.sort(message) else { continue };
            n_facts += write.work.n_facts();
            if n_facts > GROUP {
                return (group, Some(write));
            }
            group.push(write);
        }
        (group, None)
    }

    fn sort(&mut self, message: Message) -> Option<Write> {
        match message {
            Message::Write(write) => Some(write),
            Message::Close(done) => {
                // What was queued before is still delivered, then the queue is at its end.
                self.messages.close();
                self.farewells.push(done);
                None
            }
        }
    }

    /// Brings in what could not be brought in before.
    fn catch_up(&mut self) {
        if self.behind.is_empty() {
            return;
        }
        let behind = std::mem::take(&mut self.behind);
        match self.commit(&behind) {
            Ok(_) => self.arrivals.settled(behind.iter().filter_map(|write| write.place)),
            Err(_) => self.behind = behind,
        }
    }

    /// Commits a group and answers everybody in it; one that cannot be written does not take the others with it.
    fn settle(&mut self, group: Vec<Write>) {
        match self.commit(&group) {
            Ok(answers) => {
                let places = group.iter().filter_map(|write| write.place);
                self.arrivals.settled(places);
                for (write, answer) in group.into_iter().zip(answers) {
                    self.answer(write, Ok(answer));
                }
            }
            Err(StoreError::NoSpace { .. } | StoreError::Other { .. }) if group.len() > 1 => {
                for write in group {
                    let single = std::slice::from_ref(&write);
                    let outcome = self.commit(single).map(|answers| answers.into_iter().sum());
                    if outcome.is_ok() {
                        self.arrivals.settled(write.place.into_iter());
                    }
                    self.answer(write, outcome);
                }
            }
            Err(error) => {
                for write in group {
                    self.answer(write, Err(error.clone()));
                }
            }
        }
    }

    fn commit(&mut self, group: &[Write]) -> Result<Vec<u64>, StoreError> {
        let answers = self.transact(group).map_err(|error| Failure::from(error).at(&self.path))?;
        self.checkpointer.note_work();
        Ok(answers)
    }

    fn transact(&mut self, group: &[Write]) -> rusqlite::Result<Vec<u64>> {
        if group.iter().all(|write| matches!(write.work, Work::Nothing)) {
            return Ok(vec![0; group.len()]);
        }
        let transaction =
            self.connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut answers = Vec::with_capacity(group.len());
        let mut gathered = Gathered::default();
        for write in group {
            answers.push(apply(&transaction, &write.work, &mut gathered)?);
        }
        gathered.finish(&transaction)?;
        transaction.commit()?;
        Ok(answers)
    }

    fn answer(&mut self, mut write: Write, outcome: Result<u64, StoreError>) {
        match (write.done.take(), outcome) {
            // Whoever asked may have stopped listening.
            (Some(done), outcome) => drop(done.send(outcome)),
            (None, Ok(_)) => {}
            (None, Err(_)) if write.place.is_some() => {
                self.arrivals.stuck();
                self.behind.push(write);
            }
            (None, Err(error)) => self.lost.add(write.work.n_facts(), error),
        }
    }

    /// Under load the other thread's checkpoints never reach the log's end, so the log would only grow.
    fn shorten_log(&mut self) {
        if self.log_pages.load(Ordering::Relaxed) < self.long_log_pages {
            return;
        }
        self.patience_ms.store(RESTART_PATIENCE_MS, Ordering::Relaxed);
        let restarted = self
            .checkpointer
            .in_turn(|| self.connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::RESTART));
        self.patience_ms.store(PATIENCE_MS, Ordering::Relaxed);
        if restarted.is_ok() {
            self.log_pages.store(0, Ordering::Relaxed);
            self.long_log_pages = LONG_LOG_PAGES;
        } else {
            self.long_log_pages += RETRY_PAGES;
        }
    }

    /// Stops the other thread first, so that nobody of this process holds the log.
    fn finish(self) {
        drop(self.checkpointer);
        self.patience_ms.store(RESTART_PATIENCE_MS, Ordering::Relaxed);
        // Fails while another process reads; then that one, or the next to open the file, does it.
        let _ = self.connection.wal_checkpoint_v2(Some(MAIN_DB), CheckpointMode::TRUNCATE);
        drop(self.connection);
        for done in self.farewells {
            let _ = done.send(());
        }
    }
}

/// Answers a count, where the work has one: 1 for a comparison that was won.
fn apply(connection: &Connection, work: &Work, gathered: &mut Gathered) -> rusqlite::Result<u64> {
    match work {
        Work::Facts(rows) => {
            rows.iter().try_for_each(|row| row.insert(connection, gathered)).map(|()| 0)
        }
        Work::Put(load) => versions::put(connection, load).map(|()| 0),
        Work::CompareAndSet { expected, load } => {
            versions::compare_and_set(connection, expected.as_ref(), load).map(u64::from)
        }
        Work::Cases(work) => work.apply(connection).map(|()| 0),
        Work::Upkeep(upkeep) => upkeep.apply(connection),
        Work::Nothing => Ok(0),
    }
}
