//! Keys that were looked up a moment ago, so that each request does not ask the database.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use karat_records::Hash;

use super::enter::Key;

/// Keys by the hash of their secret; what is kept is forgotten after a second, and at once when a key is revoked here.
#[derive(Debug, Default)]
pub struct Keyring(Mutex<HashMap<Hash, (Option<Key>, Instant)>>);

/// Another process may revoke a key; it works so long at most.
const KEPT: Duration = Duration::from_secs(1);

/// Most keys that are kept.
const MOST: usize = 10_000;

impl Keyring {
    /// What was found a moment ago; the inner nothing is a key that is not known.
    pub fn find(&self, hash: &Hash, now: Instant) -> Option<Option<Key>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (key, at) = kept.get(hash)?;
        (now.saturating_duration_since(*at) < KEPT).then(|| key.clone())
    }

    /// Keeps what was found.
    pub fn keep(&self, hash: Hash, key: Option<Key>, now: Instant) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MOST {
            kept.clear();
        }
        kept.insert(hash, (key, now));
    }

    /// Forgets everything: a key was revoked.
    pub fn forget(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}
