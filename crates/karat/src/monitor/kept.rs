//! How the monitor keeps its things in the catalog: each under a kind and a name, the newest version counts.

use anyhow::Result;
use karat_records::{Hash, Version};
use karat_store::Store;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Something that the monitor keeps.
pub trait Keep: Serialize + DeserializeOwned {
    /// Its kind in the catalog.
    const KIND: &'static str;
}

/// Reads one, with the hash by which a rival's change is noticed.
pub async fn read<T: Keep>(store: &Store, name: &str) -> Result<Option<(T, Hash)>> {
    let Some(version) = store.catalog.newest(T::KIND, name).await? else { return Ok(None) };
    Ok(Some((serde_json::from_value(version.content)?, version.hash)))
}

/// Reads all, each with its name.
pub async fn list<T: Keep>(store: &Store) -> Result<Vec<(String, T)>> {
    let versions = store.catalog.list(T::KIND).await?;
    versions
        .into_iter()
        .map(|version| Ok((version.name, serde_json::from_value(version.content)?)))
        .collect()
}

/// Writes one if nobody has changed it since it was read; answers whether it did.
pub async fn replace<T: Keep>(
    store: &Store,
    name: &str,
    before: Option<Hash>,
    value: &T,
    now_ms: i64,
) -> Result<bool> {
    let content = serde_json::to_value(value)?;
    let hash = Hash::of_json(&content);
    let (kind, name) = (T::KIND.to_owned(), name.to_owned());
    let version = Version { kind, name, hash, content, seen_at_ms: now_ms };
    Ok(store.catalog.compare_and_set(before, version).await?)
}
