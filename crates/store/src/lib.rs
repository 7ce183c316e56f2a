//! The only SQL of the product: the ledger of what happened, the catalog of what the project wants,
//! and the cases of every version of its datasets.
//! It stores what it is given, and never makes ids, reads the clock or decides anything.
//!
//! Outside, a concrete [`Store`] that is cheap to clone; inside, a closed enum over engines and one `match` per method.
//! Reads and writes are awaited on a tokio runtime.

mod ledger;

mod inferences;

mod signals;

mod upkeep;

mod histogram;

mod catalog;

mod cases;

mod options;

mod error;

mod sqlite;

use std::path::Path;
use std::sync::Arc;

pub use cases::{
    After, CaseDiff, CasePage, CaseQuery, CaseSort, Cases, Chunk, Chunker, DatasetVersion, Finish,
    PlacedCase,
};
pub use catalog::{Catalog, LoadFilter};
pub use error::StoreError;
pub use histogram::{Histogram, bucket_of, middle_of};
pub use inferences::{
    Hour, HourFilter, InferenceFilter, InferenceRow, LiveSpent, News, Places, SignalFilter, Spender,
};
pub use ledger::{Counts, Fact, Ledger, Page, RunFilter, Spent, Tally};
pub use options::{Durability, Options};
pub use signals::{
    BoundSignal, Drops, PlacedScore, ServedFirst, SignalCount, SignalHour, class_of,
};
pub use upkeep::{Erased, Forgotten, Restored, Size};

use sqlite::Sqlite;

/// Ledger, catalog and cases of one project; clones share one database.
#[derive(Clone, Debug)]
pub struct Store {
    /// What we want: small, versioned.
    pub catalog: Catalog,
    /// What happened: facts that are only ever added.
    pub ledger: Ledger,
    /// Versions of datasets with their cases.
    pub cases: Cases,
}

/// The databases that can keep a ledger, a catalog or cases.
#[derive(Clone, Debug)]
enum Engine {
    Sqlite(Arc<Sqlite>),
}

impl Store {
    /// Opens the database file at `path`, and creates it with its folders where there is none.
    ///
    /// It migrates an older database to this binary's schema and refuses a newer one.
    pub fn open(path: &Path, options: Options) -> Result<Self, StoreError> {
        let engine = Engine::Sqlite(Arc::new(Sqlite::open(path, options)?));
        Ok(Self {
            catalog: Catalog { engine: engine.clone() },
            cases: Cases { engine: engine.clone() },
            ledger: Ledger { engine },
        })
    }

    /// Writes what is queued, folds the write-ahead log into the database and ends the store's threads.
    ///
    /// Every clone is closed with it; the last clone that is dropped does the same without an answer.
    pub async fn close(&self) -> Result<(), StoreError> {
        match &self.ledger.engine {
            Engine::Sqlite(sqlite) => sqlite.close().await,
        }
    }
}
