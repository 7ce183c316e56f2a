//! What the catalog keeps of a prototype: the link by the hash of its token, counts of its use, answers and thumbs.

use anyhow::Result;
use karat_records::{Hash, Version};
use karat_store::Store;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::{CAP_USD, MOST_A_MINUTE, MOST_TRIES, Thumb};
use crate::app::Refusal;

/// A published link.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Kept {
    pub(super) id: String,
    pub(super) title: String,
    pub(super) feature: String,
    pub(super) variant: String,
    pub(super) path_hint: String,
    pub(super) created_at_ms: i64,
    pub(super) expires_at_ms: i64,
    pub(super) is_withdrawn: bool,
    pub(super) by: String,
    /// A scripted server was seen behind the variant when it was published.
    #[serde(default)]
    pub(super) simulated: bool,
}

/// How much a link was used.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Uses {
    pub(super) n_tried: u64,
    /// Tries under way count with their estimate.
    pub(super) spent_usd: f64,
    minute: i64,
    n_in_minute: u64,
    pub(super) simulated: bool,
    /// What the dearest try cost: the next one is expected to cost no less.
    dearest_usd: f64,
    /// Makes each state another content.
    n_changes: u64,
}

/// An answer that somebody may judge once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct KeptAnswer {
    pub(super) at_ms: i64,
    pub(super) latency_ms: Option<f64>,
    pub(super) is_failed: bool,
}

/// What somebody thought of an answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct KeptThumb {
    pub(super) thumb: Thumb,
    pub(super) comment: Option<String>,
    pub(super) at_ms: i64,
}

const LINK: &str = "prototype";

const USE: &str = "prototype-use";

/// Rivals for one count at the same moment; more than this is no traffic of a prototype.
const MOST_ROUNDS: usize = 50;

const MINUTE_MS: i64 = 60_000;

impl Kept {
    pub(super) fn is_open(&self, now_ms: i64) -> bool {
        !self.is_withdrawn && now_ms < self.expires_at_ms
    }
}

fn answers_of(id: &str) -> String {
    format!("prototype-answer/{id}")
}

fn thumbs_of(id: &str) -> String {
    format!("prototype-thumb/{id}")
}

fn version(kind: &str, name: &str, content: &impl Serialize, now_ms: i64) -> Result<Version> {
    let content = serde_json::to_value(content)?;
    Ok(Version {
        kind: kind.to_owned(),
        name: name.to_owned(),
        hash: Hash::of_json(&content),
        content,
        seen_at_ms: now_ms,
    })
}

fn read<T: DeserializeOwned>(version: Version) -> Result<T> {
    Ok(serde_json::from_value(version.content)?)
}

/// Keeps a link under the hash of its token.
pub(super) async fn put(store: &Store, token: &Hash, kept: &Kept, now_ms: i64) -> Result<()> {
    store.catalog.put(version(LINK, token.as_str(), kept, now_ms)?).await?;
    Ok(())
}

/// The link with this token.
pub(super) async fn by_token(store: &Store, token: &str) -> Result<Option<Kept>> {
    let hash = Hash::of_bytes(token.as_bytes());
    store.catalog.newest(LINK, hash.as_str()).await?.map(read).transpose()
}

/// The link with this id, and the hash of its token.
pub(super) async fn by_id(store: &Store, id: &str) -> Result<Option<(Hash, Kept)>> {
    for version in store.catalog.list(LINK).await? {
        let name = Hash::from_text(version.name.clone());
        let kept: Kept = read(version)?;
        if kept.id == id {
            return Ok(Some((name, kept)));
        }
    }
    Ok(None)
}

/// Every link.
pub(super) async fn all(store: &Store) -> Result<Vec<Kept>> {
    store.catalog.list(LINK).await?.into_iter().map(read).collect()
}

/// How much a link was used.
pub(super) async fn uses(store: &Store, id: &str) -> Result<Uses> {
    Ok(store.catalog.newest(USE, id).await?.map(read).transpose()?.unwrap_or_default())
}

/// Counts a try with what it may cost, or refuses it; answers with what was set aside.
pub(super) async fn reserve(
    store: &Store,
    id: &str,
    estimate_usd: f64,
    now_ms: i64,
) -> Result<f64> {
    change(store, id, now_ms, |uses| {
        let estimate_usd = estimate_usd.max(uses.dearest_usd);
        if uses.n_tried >= MOST_TRIES {
            return Err(Refusal::too_many(
                "this prototype has answered as often as it may\n  next: ask whoever sent the link",
            ));
        }
        if uses.spent_usd + estimate_usd > CAP_USD {
            return Err(Refusal::too_many(
                "this prototype has spent what it may\n  next: ask whoever sent the link",
            ));
        }
        let minute = now_ms / MINUTE_MS;
        if uses.minute != minute {
            (uses.minute, uses.n_in_minute) = (minute, 0);
        }
        if uses.n_in_minute >= MOST_A_MINUTE {
            return Err(Refusal::too_many(
                "this prototype was tried too often in this minute\n  next: wait a minute",
            ));
        }
        uses.n_in_minute += 1;
        uses.n_tried += 1;
        uses.spent_usd += estimate_usd;
        Ok(estimate_usd)
    })
    .await
}

/// Puts what a try did cost in the place of what was set aside.
pub(super) async fn settle(
    store: &Store,
    id: &str,
    set_aside_usd: f64,
    cost_usd: f64,
    simulated: bool,
    now_ms: i64,
) -> Result<()> {
    change(store, id, now_ms, |uses| {
        uses.spent_usd = (uses.spent_usd + cost_usd - set_aside_usd).max(0.0);
        uses.dearest_usd = uses.dearest_usd.max(cost_usd);
        uses.simulated |= simulated;
        Ok(())
    })
    .await
}

/// Changes the counts so that no rival's change is lost.
async fn change<T>(
    store: &Store,
    id: &str,
    now_ms: i64,
    apply: impl Fn(&mut Uses) -> Result<T>,
) -> Result<T> {
    for _ in 0..MOST_ROUNDS {
        let newest = store.catalog.newest(USE, id).await?;
        let known = newest.as_ref().map(|version| version.hash.clone());
        let mut uses: Uses = newest.map(read).transpose()?.unwrap_or_default();
        let applied = apply(&mut uses)?;
        uses.n_changes += 1;
        if store.catalog.compare_and_set(known, version(USE, id, &uses, now_ms)?).await? {
            return Ok(applied);
        }
    }
    Err(Refusal::too_many("too many people try this prototype at once\n  next: try again"))
}

/// Keeps that there was an answer.
pub(super) async fn put_answer(
    store: &Store,
    id: &str,
    answer_id: &str,
    answer: &KeptAnswer,
) -> Result<()> {
    store.catalog.put(version(&answers_of(id), answer_id, answer, answer.at_ms)?).await?;
    Ok(())
}

/// Whether there was such an answer.
pub(super) async fn has_answer(store: &Store, id: &str, answer_id: &str) -> Result<bool> {
    Ok(store.catalog.newest(&answers_of(id), answer_id).await?.is_some())
}

/// Keeps a thumb; only the first for an answer counts.
pub(super) async fn put_thumb(
    store: &Store,
    id: &str,
    answer_id: &str,
    thumb: &KeptThumb,
) -> Result<bool> {
    let version = version(&thumbs_of(id), answer_id, thumb, thumb.at_ms)?;
    Ok(store.catalog.compare_and_set(None, version).await?)
}

/// Every thumb of a prototype.
pub(super) async fn thumbs(store: &Store, id: &str) -> Result<Vec<KeptThumb>> {
    store.catalog.list(&thumbs_of(id)).await?.into_iter().map(read).collect()
}
