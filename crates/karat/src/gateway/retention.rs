//! Forgets what is older than `keep_days`, and under a disk budget the oldest requests and answers first.

use std::sync::Arc;
use std::time::Duration;

use karat_store::{Fact, Forgotten, HourFilter, Spender, Store, StoreError};

use super::budget::Owner;
use super::earlier::earlier;
use super::{Gateway, lock};
use crate::project::GatewaySettings;
use crate::tasks::Stop;

/// How often it is looked.
const EVERY: Duration = Duration::from_mins(1);

const HOUR_MS: i64 = 60 * 60_000;

const DAY_MS: i64 = 24 * HOUR_MS;

/// Bodies between two looks at the size.
const STEP: u32 = 1_000;

/// Of the budget, so that the next request does not begin it again.
const SHARE_LEFT: f64 = 0.95;

/// Why bodies are counted among what was lost: they went before their time.
pub const REASON: &str = "max_disk_mb";

/// What one look came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// What was too old.
    pub forgotten: Forgotten,
    /// Requests and answers for which there was no room.
    pub n_bodies: u64,
    /// Bytes that the database holds now.
    pub held_bytes: u64,
    /// True where it holds more than it may although no request and answer is left to forget.
    pub is_over_budget: bool,
}

/// Looks after age and room until the server ends.
pub async fn look_after(gateway: Arc<Gateway>, mut stop: Stop) {
    let mut was_over_budget = false;
    loop {
        let snapshot = gateway.snapshot();
        let now_ms = gateway.app.clock.now_ms();
        match keep(&gateway.store, &snapshot.settings, now_ms, &stop).await {
            Ok(kept) => {
                if kept.is_over_budget && !was_over_budget {
                    anstream::eprintln!(
                        "warning: the database holds {} MB, more than max_disk_mb, and what is left are runs, labels and counts\n  next: raise max_disk_mb in [gateway]",
                        kept.held_bytes >> 20
                    );
                }
                was_over_budget = kept.is_over_budget;
                gateway.counters.kept(&kept);
            }
            Err(error) => {
                anstream::eprintln!("warning: old inferences could not be forgotten: {error}");
            }
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.wait() => return,
        }
    }
}

/// One look: what is too old goes whole; under a budget the texts that arrived first go, and their rows stay.
pub async fn keep(
    store: &Store,
    settings: &GatewaySettings,
    now_ms: i64,
    stop: &Stop,
) -> Result<Kept, StoreError> {
    let mut kept = Kept::default();
    if let Some(days) = settings.keep_days {
        let span_ms = i64::try_from(days).unwrap_or(i64::MAX).saturating_mul(DAY_MS);
        kept.forgotten = store.ledger.forget_before(now_ms.saturating_sub(span_ms)).await?;
    }
    kept.held_bytes = store.size().await?.held_bytes();
    let Some(budget) = settings.max_disk_bytes.filter(|budget| kept.held_bytes > *budget) else {
        return Ok(kept);
    };
    let target = (budget as f64 * SHARE_LEFT) as u64;
    while kept.held_bytes > target && !stop.is_set() {
        let n = store.ledger.forget_bodies(STEP).await?;
        kept.n_bodies += n;
        kept.held_bytes = store.size().await?.held_bytes();
        if n < u64::from(STEP) {
            kept.is_over_budget = kept.held_bytes > budget;
            break;
        }
    }
    if kept.n_bodies > 0 {
        let reason = REASON.to_owned();
        let lost = Fact::Drops { reason, n: kept.n_bodies, at_ms: now_ms };
        store.ledger.append(vec![lost]).await?;
    }
    Ok(kept)
}

impl Gateway {
    /// Puts what these keys spent in the last 24 hours into their budgets, hour by hour.
    pub async fn remember_spending_of_keys(&self, ids: &[String]) -> Result<(), StoreError> {
        let now_ms = self.app.clock.now_ms();
        for id in ids {
            let spender = Spender::Key(id.clone());
            let mut before_usd = 0.0;
            let mut amounts = Vec::new();
            for hour in 1..=24 {
                let spent =
                    self.store.ledger.spent_since(&spender, now_ms - hour * HOUR_MS).await?;
                let usd = spent.usd + spent.simulated_usd;
                // An hour counts at its end, so that it leaves the budget too late rather than too early.
                let at_ms = now_ms - (hour - 1) * HOUR_MS;
                amounts.push((at_ms, usd - before_usd));
                before_usd = usd;
            }
            let mut spending = lock(&self.spending);
            for (at_ms, usd) in amounts.into_iter().rev() {
                spending.remember(&Owner::Key(id.clone()), at_ms, usd);
            }
        }
        Ok(())
    }

    /// Puts what features spent in the last 24 hours into their budgets, whoever served them then.
    pub async fn remember_spending(&self) -> Result<(), StoreError> {
        let now_ms = self.app.clock.now_ms();
        let since_ms = Some(now_ms - DAY_MS);
        let hours =
            self.store.ledger.hours(HourFilter { since_ms, ..HourFilter::default() }).await?;
        for name in self.snapshot().features.keys() {
            let spender = Spender::Feature(name.clone());
            let spent = self.store.ledger.spent_since(&spender, now_ms - DAY_MS).await?;
            let of_hours: Vec<(i64, f64)> = hours
                .iter()
                .filter(|hour| hour.feature.as_ref() == Some(name))
                .map(|hour| (hour.begins_at_ms, hour.cost_usd))
                .collect();
            // A budget counts what scripted servers would have cost as well, so that it can be tried out.
            let amounts = earlier(&of_hours, spent.usd + spent.simulated_usd, now_ms);
            let mut spending = lock(&self.spending);
            for (at_ms, usd) in amounts {
                spending.remember(&Owner::Feature(name.clone()), at_ms, usd);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use karat_records::Inference;
    use karat_store::{InferenceFilter, Options};
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000_000;

    fn inference(index: i64, received_at_ms: i64, text: &str) -> Fact {
        let record = json!({
            "id": format!("i{index:04}"), "received_at_ms": received_at_ms, "outcome": "answered",
            "endpoint": "chat-completions", "status": 200, "latency_ms": 1.0,
            "request": "{}", "text": text,
        });
        let inference: Inference = serde_json::from_value(record).unwrap();
        Fact::Inference(Box::new(inference))
    }

    /// Text that no compression makes much shorter.
    fn noise(seed: i64) -> String {
        let hashes = (0..120).map(|part| {
            karat_records::Hash::of_bytes(format!("{seed} {part}").as_bytes()).as_str().to_owned()
        });
        hashes.collect()
    }

    async fn filled(folder: &tempfile::TempDir) -> Store {
        let store = Store::open(&folder.path().join("karat.db"), Options::default()).unwrap();
        let old = NOW - 40 * DAY_MS;
        let facts = (0..3_000)
            .map(|index| inference(index, if index < 10 { old } else { NOW - 1 }, &noise(index)));
        store.ledger.append(facts.collect()).await.unwrap();
        store
    }

    async fn n_rows(store: &Store) -> usize {
        let filter = InferenceFilter { limit: 10_000, ..InferenceFilter::default() };
        store.ledger.inferences(filter).await.unwrap().items.len()
    }

    #[tokio::test]
    async fn what_is_too_old_goes_and_without_settings_everything_stays() {
        let folder = tempfile::tempdir().unwrap();
        let store = filled(&folder).await;
        let stop = Stop::never();
        let nothing = GatewaySettings::default();
        let kept = keep(&store, &nothing, NOW, &stop).await.unwrap();
        assert_eq!((kept.forgotten.inferences, kept.n_bodies), (0, 0));
        let month = GatewaySettings { keep_days: Some(30), ..GatewaySettings::default() };
        let kept = keep(&store, &month, NOW, &stop).await.unwrap();
        assert_eq!(kept.forgotten.inferences, 10);
        assert_eq!(n_rows(&store).await, 2_990);
    }

    #[tokio::test]
    async fn under_a_budget_the_oldest_texts_go_first_their_rows_stay_and_the_loss_is_counted() {
        let folder = tempfile::tempdir().unwrap();
        let store = filled(&folder).await;
        let before = store.size().await.unwrap().held_bytes();
        let budget = before - before / 4;
        let settings =
            GatewaySettings { max_disk_bytes: Some(budget), ..GatewaySettings::default() };
        let kept = keep(&store, &settings, NOW, &Stop::never()).await.unwrap();
        assert!(kept.n_bodies == 1_000 && !kept.is_over_budget, "{kept:?} {before}");
        assert!(kept.held_bytes <= budget, "{kept:?} {budget}");
        assert_eq!(n_rows(&store).await, 3_000);
        let text = async |id: &str| store.ledger.inference(id).await.unwrap().unwrap().text;
        assert_eq!(text("i0999").await, "");
        assert_ne!(text("i1000").await, "");
        let drops = store.ledger.drops(0).await.unwrap();
        assert_eq!((drops[0].reason.as_str(), drops[0].n), (REASON, 1_000));
        let again = keep(&store, &settings, NOW, &Stop::never()).await.unwrap();
        assert_eq!(again.n_bodies, 0);
        let tiny = GatewaySettings { max_disk_bytes: Some(1), ..settings };
        let kept = keep(&store, &tiny, NOW, &Stop::never()).await.unwrap();
        assert!(kept.is_over_budget && kept.n_bodies == 2_000, "{kept:?}");
    }
}
