//! Datasets: every version of the cases that a file ever held, to be paged, filtered, searched and compared.

pub(crate) mod chunk;

use karat_records::{Case, Hash, Split};
use serde_json::Value;

use crate::{Engine, StoreError};

pub use chunk::{Chunk, Chunker};

/// Versions of datasets with their cases.
#[derive(Clone, Debug)]
pub struct Cases {
    pub(crate) engine: Engine,
}

/// One version of a dataset.
#[derive(Clone, Debug, PartialEq)]
pub struct DatasetVersion {
    /// Given by whoever wrote it; the same content in the same order keeps its first one.
    pub id: String,
    /// The dataset's name.
    pub dataset: String,
    /// Hash of the contents; empty while the version is written.
    pub hash: String,
    /// Cases, those written so far while the version is written.
    pub n: u64,
    /// Held-out cases among them.
    pub n_gate: u64,
    /// When this content was loaded first, in milliseconds since the Unix epoch.
    pub first_seen_ms: i64,
    /// When it was loaded last.
    pub last_seen_ms: i64,
    /// What the files looked like when they were read: for the caller, who compares it.
    pub stamp: Value,
    /// What the caller wants to know without reading cases.
    pub about: Value,
    /// False while it is written.
    pub is_whole: bool,
}

/// What is known of a version once its last chunk is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Finish {
    /// Hash of the contents.
    pub hash: Hash,
    /// What the files looked like.
    pub stamp: Value,
    /// What the caller wants to know without reading cases.
    pub about: Value,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
}

/// By what a page of cases is ordered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CaseSort {
    /// The order of the file.
    #[default]
    Position,
    /// The id, by its bytes.
    Id,
}

/// The last case of the page before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum After {
    /// Its position, where pages are ordered by position.
    Position(u64),
    /// Its id, where pages are ordered by id.
    Id(String),
}

/// Which cases of a version, and in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseQuery {
    /// Only held-out cases, or only those that are not.
    pub is_held_out: Option<bool>,
    /// Only cases with this tag.
    pub tag: Option<String>,
    /// Only cases in which these fields, for example `metadata.segment`, have these values.
    pub fields: Vec<(String, String)>,
    /// Only cases in which this text occurs, whatever its case.
    pub text: Option<String>,
    /// The order.
    pub sort: CaseSort,
    /// Turns the order round.
    pub is_descending: bool,
    /// At most so many.
    pub limit: usize,
    /// Goes on after this one.
    pub after: Option<After>,
    /// Counts all cases that fit, which may mean reading all of them.
    pub counts: bool,
}

/// A case at its place in a version.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedCase {
    /// Counted from zero.
    pub position: u64,
    /// The case, with the split that it has in this version.
    pub case: Case,
}

/// Some cases of a version.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CasePage {
    /// The cases, in the order asked for.
    pub cases: Vec<PlacedCase>,
    /// Whether there are more behind them.
    pub has_more: bool,
    /// How many fit in all, where that was asked for.
    pub n: Option<u64>,
}

/// What distinguishes two versions; cases are the same by id, wherever they stand.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CaseDiff {
    /// Cases of the second version alone, the first few.
    pub added: Vec<PlacedCase>,
    /// Cases of the first version alone, the first few.
    pub removed: Vec<PlacedCase>,
    /// Cases whose content or split differs, before and after, the first few.
    pub changed: Vec<(PlacedCase, PlacedCase)>,
    /// How many were added.
    pub n_added: u64,
    /// How many were removed.
    pub n_removed: u64,
    /// How many differ.
    pub n_changed: u64,
    /// How many are the same.
    pub n_same: u64,
}

impl Cases {
    /// Begins to write a version; nobody sees it among the versions before it is finished.
    pub async fn begin(&self, id: &str, dataset: &str, at_ms: i64) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.begin_version(id, dataset, at_ms).await,
        }
    }

    /// Adds the next chunk; cases and chunks that some version has already are not written again.
    pub async fn add(&self, id: &str, chunk: Chunk) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.add_chunk(id, chunk).await,
        }
    }

    /// Makes the version visible, and the newest of its dataset.
    ///
    /// Where the same content in the same order was there before, that version becomes the newest again instead.
    pub async fn finish(&self, id: &str, finish: Finish) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.finish_version(id, finish).await,
        }
    }

    /// Takes back a version that is not finished.
    pub async fn abandon(&self, id: &str) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.abandon_version(id).await,
        }
    }

    /// Notes that a version was found again behind another stamp.
    pub async fn stamp(&self, id: &str, stamp: Value, at_ms: i64) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.stamp_version(id, stamp, at_ms).await,
        }
    }

    /// The versions of a dataset, the one that was loaded last first.
    pub async fn versions(&self, dataset: &str) -> Result<Vec<DatasetVersion>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.dataset_versions(dataset).await,
        }
    }

    /// One version, one that is being written too.
    pub async fn version(&self, id: &str) -> Result<Option<DatasetVersion>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.dataset_version(id).await,
        }
    }

    /// Some cases of a version; none where there is no such version.
    pub async fn page(&self, id: &str, query: CaseQuery) -> Result<CasePage, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.case_page(id, query).await,
        }
    }

    /// The cases at these positions, in their order; positions that do not exist are left out.
    pub async fn at(&self, id: &str, positions: &[u64]) -> Result<Vec<PlacedCase>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.cases_at(id, positions).await,
        }
    }

    /// Compares two versions; at most `limit` cases of each kind are named.
    pub async fn diff(&self, from: &str, to: &str, limit: usize) -> Result<CaseDiff, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.case_diff(from, to, limit).await,
        }
    }
}

/// The split that a case has where so many cases are held out.
pub(crate) fn split_of(is_gate: bool, n_gate: u64) -> Split {
    match (is_gate, n_gate) {
        (true, _) => Split::Gate,
        (false, 0) => Split::Both,
        (false, _) => Split::Tune,
    }
}
