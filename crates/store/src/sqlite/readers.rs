//! A few connections for queries, opened when first needed, each used by one query at a time.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;
use tokio::sync::Semaphore;

use super::connection;
use super::failure::Failure;
use crate::StoreError;

/// More would only wait for the same disk and cores.
const READERS: u32 = 3;

/// Idle connections, and as many permits as there may be connections.
#[derive(Debug)]
pub(super) struct Readers {
    path: PathBuf,
    permits: Arc<Semaphore>,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(super) fn new(path: &Path) -> Self {
        Self {
            path: path.to_path_buf(),
            permits: Arc::new(Semaphore::new(READERS as usize)),
            idle: Mutex::default(),
        }
    }

    /// Runs a query on one snapshot, on a thread that may block.
    pub(super) async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        query: impl FnOnce(&Connection) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, StoreError> {
        let Ok(permit) = Arc::clone(&self.permits).acquire_owned().await else {
            return Err(StoreError::Closed { path: self.path.clone() });
        };
        let readers = Arc::clone(self);
        let answer = tokio::task::spawn_blocking(move || {
            let answer = readers.run(query);
            drop(permit);
            answer
        });
        match answer.await {
            Ok(answer) => answer.map_err(|failure| failure.at(&self.path)),
            Err(error) => {
                Err(StoreError::Other { path: self.path.clone(), detail: error.to_string() })
            }
        }
    }

    fn run<T>(&self, query: impl FnOnce(&Connection) -> Result<T, Failure>) -> Result<T, Failure> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connection::reader(&self.path)?,
        };
        let snapshot = connection.unchecked_transaction()?;
        let answer = query(&snapshot)?;
        snapshot.finish()?;
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        // Looked at under the lock: whoever closes empties the list after refusing permits.
        if !self.permits.is_closed() {
            idle.push(connection);
        }
        Ok(answer)
    }

    /// Waits for the running queries, which would hold the log, and refuses further ones.
    pub(super) async fn finish(&self) {
        // An error says that it is closed already.
        let _ = self.permits.acquire_many(READERS).await;
        self.close();
    }

    /// Refuses further queries.
    pub(super) fn close(&self) {
        self.permits.close();
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
