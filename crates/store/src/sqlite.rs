//! The embedded engine: `SQLite` in WAL mode with one writer thread, one checkpointing thread and a few readers.

mod connection;

mod migrations;

mod writer;

mod arrivals;

mod facts;

mod runs;

mod trials;

mod scores;

mod inferences;

mod hours;

mod signals;

mod live_scores;

mod live;

mod upkeep;

pub(crate) mod restore;

mod versions;

mod cases;

mod readers;

mod checkpoint;

pub(crate) mod body;

mod failure;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{JoinHandle, Thread};
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::{mpsc, oneshot};

use crate::{Counts, Durability, Fact, Options, StoreError};
use arrivals::Arrivals;
use checkpoint::Checkpointer;
use facts::Row;
use failure::Failure;
use readers::Readers;
use writer::{Message, Work, Write, Writer};

/// Appends that may wait for the writer; beyond them callers wait, so that memory stays bounded.
const QUEUE: usize = 1024;

/// How often, and with which pauses, a reader looks whether other processes have brought in what they acknowledged;
/// under a load that never pauses their files are not empty for long, so it reads without the newest then.
const LOOKS: usize = 25;
const LOOK: Duration = Duration::from_millis(4);

/// One open database file.
#[derive(Debug)]
pub(crate) struct Sqlite {
    path: PathBuf,
    durability: Durability,
    /// `None` only while dropping.
    queue: Option<mpsc::Sender<Message>>,
    readers: Arc<Readers>,
    lost: Arc<writer::Lost>,
    arrivals: Arc<Arrivals>,
    writer: Mutex<Option<JoinHandle<()>>>,
    /// The writer rests a moment between inferences, unless somebody waits for it.
    rests: Thread,
}

impl Sqlite {
    pub(crate) fn open(path: &Path, options: Options) -> Result<Self, StoreError> {
        let mut connection = connection::prepare(path, options)?;
        arrivals::recover(path, &mut connection);
        let checkpointer = Checkpointer::start(path)?;
        let (queue, messages) = mpsc::channel(QUEUE);
        let lost = Arc::new(writer::Lost::default());
        let arrivals = Arc::new(Arrivals::new(path));
        let shared = (Arc::clone(&lost), Arc::clone(&arrivals));
        let writer = Writer::new(path, connection, messages, checkpointer, shared);
        let writer = std::thread::Builder::new()
            .name("karat-store-writer".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| failure::system(&error, path.to_path_buf()))?;
        Ok(Self {
            path: path.to_path_buf(),
            durability: options.durability,
            queue: Some(queue),
            readers: Arc::new(Readers::new(path)),
            lost,
            arrivals,
            rests: writer.thread().clone(),
            writer: Mutex::new(Some(writer)),
        })
    }

    pub(crate) async fn append(&self, facts: Vec<Fact>) -> Result<(), StoreError> {
        if facts.is_empty() {
            return Ok(());
        }
        let lines = match self.durability {
            Durability::Process => arrivals::lines(&facts),
            Durability::Power | Durability::Fast => None,
        };
        // Serialised and compressed here, by the many, so that the one writer only inserts.
        let rows = facts.into_iter().map(Row::of).collect::<Result<_, _>>()?;
        let work = Work::Facts(rows);
        if self.durability == Durability::Fast {
            return self.send(Message::Write(Write { work, done: None, place: None })).await;
        }
        if let (Some(lines), Some(queue)) = (lines, &self.queue) {
            let room = queue.reserve().await.map_err(|_| self.closed())?;
            if let Some(place) = self.arrivals.keep(&lines)? {
                room.send(Message::Write(Write { work, done: None, place: Some(place) }));
                return Ok(());
            }
        }
        self.write(work).await.map(|_| ())
    }

    pub(crate) async fn counts(&self) -> Result<Counts, StoreError> {
        let (runs, trials, scores): (i64, i64, i64) = self
            .read(|connection| {
                let sql = "SELECT (SELECT count(*) FROM run_starts), \
                           (SELECT count(*) FROM trials), (SELECT count(*) FROM scores)";
                Ok(connection.query_row(sql, [], |row| row.try_into())?)
            })
            .await?;
        let [runs, trials, scores] = [runs, trials, scores].map(i64::unsigned_abs);
        Ok(Counts { runs, trials, scores, lost: self.lost.facts() })
    }

    pub(crate) async fn position(&self) -> Result<u64, StoreError> {
        let sql = "SELECT (SELECT ifnull(max(number), 0) FROM run_starts) \
                   + (SELECT ifnull(max(number), 0) FROM run_ends) \
                   + (SELECT ifnull(max(number), 0) FROM trials) \
                   + (SELECT ifnull(max(number), 0) FROM scores)";
        let position: i64 = self
            .read(move |connection| Ok(connection.query_row(sql, [], |row| row.get(0))?))
            .await?;
        Ok(position.unsigned_abs())
    }

    pub(crate) async fn close(&self) -> Result<(), StoreError> {
        let (done, ended) = oneshot::channel();
        self.readers.finish().await;
        if self.send(Message::Close(done)).await.is_ok() {
            // The writer drops the sender without a word if it panics; the join below waits for it either way.
            let _ = ended.await;
        }
        self.join();
        self.arrivals.leave();
        self.lost.first().map_or(Ok(()), Err)
    }

    /// Hands work to the writer and waits for its commit.
    async fn write(&self, work: Work) -> Result<u64, StoreError> {
        let (done, answer) = oneshot::channel();
        self.send(Message::Write(Write { work, done: Some(done), place: None })).await?;
        self.rests.unpark();
        answer.await.map_err(|_| self.closed())?
    }

    async fn send(&self, message: Message) -> Result<(), StoreError> {
        let Some(queue) = &self.queue else { return Err(self.closed()) };
        queue.send(message).await.map_err(|_| self.closed())
    }

    /// Runs a query on one snapshot of the database, away from the async threads.
    async fn read<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        if self.durability == Durability::Fast || self.arrivals.is_waiting() {
            // What was acknowledged is visible as well; what could not be written is counted as lost, or tried again.
            let _ = self.write(Work::Nothing).await;
        }
        let others = self.arrivals.of_others();
        for _ in 0..LOOKS {
            if !others.are_waiting() {
                break;
            }
            tokio::time::sleep(LOOK).await;
        }
        self.readers.read(query).await
    }

    /// The same for what no inference changes, so that nobody waits for inferences.
    async fn read_versions<T: Send + 'static>(
        &self,
        query: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        match self.durability {
            Durability::Fast => self.read(query).await,
            Durability::Process | Durability::Power => self.readers.read(query).await,
        }
    }

    /// What was acknowledged before stands in the database now, and in no file beside it.
    async fn settle(&self) -> Result<(), StoreError> {
        self.write(Work::Nothing).await?;
        self.arrivals.turn();
        self.write(Work::Nothing).await.map(|_| ())
    }

    fn closed(&self) -> StoreError {
        StoreError::Closed { path: self.path.clone() }
    }

    fn join(&self) {
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            // A panic was already printed by the thread itself, and its callers were answered `Closed`.
            let _ = writer.join();
        }
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.readers.close();
        self.queue = None;
        self.join();
        self.arrivals.leave();
    }
}
