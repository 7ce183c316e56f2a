//! The catalog: every content that a named thing of the project ever had, in the order in which it was loaded.

use karat_records::{Hash, Version};

use crate::{Engine, Page, StoreError};

/// What we want.
#[derive(Clone, Debug)]
pub struct Catalog {
    pub(crate) engine: Engine,
}

/// Which loads to list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadFilter {
    /// Only these kinds; none lists nothing.
    pub kinds: Vec<String>,
    /// At most so many; zero lists none.
    pub limit: usize,
    /// Go on after the last page: its `next`.
    pub cursor: Option<String>,
}

impl Catalog {
    /// Makes this the newest version of its kind and name; does nothing when it already is.
    ///
    /// Older content that is put again becomes the newest again, with the `seen_at_ms` given here.
    pub async fn put(&self, version: Version) -> Result<(), StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.put(version).await,
        }
    }

    /// Puts the version if the newest hash of its kind and name is `expected` (`None`: there is none yet).
    ///
    /// Answers whether it did; also across processes, only one of two rivals does.
    pub async fn compare_and_set(
        &self,
        expected: Option<Hash>,
        version: Version,
    ) -> Result<bool, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.compare_and_set(expected, version).await,
        }
    }

    /// The version that was put last.
    pub async fn newest(&self, kind: &str, name: &str) -> Result<Option<Version>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.newest(kind, name).await,
        }
    }

    /// Every load, newest first: content that came back stands there twice.
    pub async fn history(&self, kind: &str, name: &str) -> Result<Vec<Version>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.history(kind, name).await,
        }
    }

    /// The newest version of each name of a kind, ordered by name.
    pub async fn list(&self, kind: &str) -> Result<Vec<Version>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.list(kind).await,
        }
    }

    /// Every load of some kinds, newest first, page by page.
    pub async fn loads(&self, filter: LoadFilter) -> Result<Page<Version>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.load_page(filter).await,
        }
    }

    /// The last load of this content, and what stood there before it; `None` where it was never loaded.
    pub async fn with_before(
        &self,
        kind: &str,
        name: &str,
        hash: &Hash,
    ) -> Result<Option<(Version, Option<Version>)>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.with_before(kind, name, hash).await,
        }
    }
}
