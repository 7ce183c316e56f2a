//! What is kept of people, sessions, invites and tokens, and how it is read and written in the catalog.

use anyhow::Result;
use karat_records::{Hash, Person, Role, TokenRole, Version};
use karat_store::Store;
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A person who joined.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptPerson {
    /// Made once, never reused.
    pub id: String,
    /// As others see it.
    pub name: String,
    /// What the person may do.
    pub role: Role,
    /// Milliseconds since the Unix epoch.
    pub joined_at_ms: i64,
    /// No longer here; what the person did keeps the name.
    pub is_removed: bool,
}

impl KeptPerson {
    /// As the one who acts.
    pub fn person(&self) -> Person {
        Person { id: self.id.clone(), name: self.name.clone(), role: self.role }
    }
}

/// A browser that is signed in.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptSession {
    /// Whose it is.
    pub person: String,
    /// Of the secret in the cookie.
    pub hash: Hash,
    /// Milliseconds since the Unix epoch.
    pub created_at_ms: i64,
    /// The last request, to the hour.
    pub seen_at_ms: i64,
    /// When it ends without a further request.
    pub expires_at_ms: i64,
    /// Ended by sign-out or removal.
    pub is_ended: bool,
}

/// A link that lets somebody in once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptInvite {
    /// Of the secret in the link.
    pub hash: Hash,
    /// What who joins may do.
    pub role: Role,
    /// For whom it is, in the inviter's words.
    pub note: String,
    /// Somebody who is known already: the link signs that person in.
    pub person: Option<String>,
    /// Who made it.
    pub by: String,
    /// Milliseconds since the Unix epoch.
    pub created_at_ms: i64,
    /// When it is too late.
    pub expires_at_ms: i64,
    /// When it was used.
    pub used_at_ms: Option<i64>,
}

/// A key with which a program acts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct KeptToken {
    /// Of the secret that the program sends.
    pub hash: Hash,
    /// What it is for.
    pub name: String,
    /// What the program may do.
    pub role: TokenRole,
    /// Who made it.
    pub by: String,
    /// Milliseconds since the Unix epoch.
    pub created_at_ms: i64,
    /// The last call, to the hour.
    pub last_used_at_ms: Option<i64>,
    /// Revoked for good.
    pub is_revoked: bool,
    /// What may be used up with it.
    #[serde(default, skip_serializing_if = "KeyLimits::is_none")]
    pub limits: KeyLimits,
}

/// What may be used up with a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct KeyLimits {
    /// US dollars in 24 hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub budget_usd_per_day: Option<f64>,
    /// Requests in a minute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub requests_per_minute: Option<u64>,
    /// Tokens in a minute, read and written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_minute: Option<u64>,
}

impl KeyLimits {
    /// Whether nothing is limited.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

/// Something that is kept under an id.
pub trait Keep: Serialize + DeserializeOwned {
    /// Its kind in the catalog.
    const KIND: &'static str;
}

impl Keep for KeptPerson {
    const KIND: &'static str = "person";
}

impl Keep for KeptSession {
    const KIND: &'static str = "session";
}

impl Keep for KeptInvite {
    const KIND: &'static str = "invite";
}

impl Keep for KeptToken {
    const KIND: &'static str = "token";
}

/// Something that was read, with the hash by which a rival's change is noticed.
#[derive(Clone, Debug)]
pub struct Read<T> {
    /// What it says.
    pub value: T,
    /// The content's hash.
    pub hash: Hash,
}

/// Reads one.
pub async fn read<T: Keep>(store: &Store, id: &str) -> Result<Option<Read<T>>> {
    let Some(version) = store.catalog.newest(T::KIND, id).await? else { return Ok(None) };
    Ok(Some(Read { value: serde_json::from_value(version.content)?, hash: version.hash }))
}

/// Reads all, each with its id.
pub async fn list<T: Keep>(store: &Store) -> Result<Vec<(String, T)>> {
    let versions = store.catalog.list(T::KIND).await?;
    versions
        .into_iter()
        .map(|version| Ok((version.name, serde_json::from_value(version.content)?)))
        .collect()
}

/// Writes one, whatever was there.
pub async fn write<T: Keep>(store: &Store, id: &str, value: &T, now_ms: i64) -> Result<()> {
    Ok(store.catalog.put(version(id, value, now_ms)?).await?)
}

/// Writes one if nobody has changed it since it was read; answers whether it did.
pub async fn replace<T: Keep>(
    store: &Store,
    id: &str,
    before: Option<Hash>,
    value: &T,
    now_ms: i64,
) -> Result<bool> {
    Ok(store.catalog.compare_and_set(before, version(id, value, now_ms)?).await?)
}

fn version<T: Keep>(id: &str, value: &T, now_ms: i64) -> Result<Version> {
    let content = serde_json::to_value(value)?;
    let hash = Hash::of_json(&content);
    Ok(Version { kind: T::KIND.into(), name: id.into(), hash, content, seen_at_ms: now_ms })
}
