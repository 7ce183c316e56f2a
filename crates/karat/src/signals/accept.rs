//! Signals into the ledger: decoded, appended all at once, and answered one by one.

use karat_store::{Fact, Store, StoreError};
use schemars::JsonSchema;
use serde::Serialize;
use thiserror::Error;

use super::decode::{DecodeError, Rejected, decode};
use crate::clock::Clock;

/// What became of a request with signals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Receipt {
    /// How many are in the ledger now; one that was there already is there once.
    pub taken: usize,
    /// How many are not.
    pub refused: usize,
    /// What became of each, in the order in which they were sent.
    pub results: Vec<Outcome>,
}

/// What became of one signal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "status", rename_all = "kebab-case")]
pub enum Outcome {
    /// It is in the ledger.
    Taken {
        /// Its id: the sender's, or one that was made here.
        id: String,
    },
    /// It is not.
    Refused(Rejected),
}

/// Why nothing of a request was taken.
#[derive(Debug, Error)]
pub enum AcceptError {
    /// The request holds no signals.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The ledger did not take them; the sender may send them again.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Takes what can be taken; it answers once that is committed.
pub async fn accept(store: &Store, clock: Clock, body: &[u8]) -> Result<Receipt, AcceptError> {
    let mut receipt = Receipt::default();
    let mut facts = Vec::new();
    for signal in decode(body, clock.now_ms(), &mut || clock.new_id())? {
        receipt.results.push(match signal {
            Ok(signal) => {
                let id = signal.id.clone();
                facts.push(Fact::Signal(signal));
                Outcome::Taken { id }
            }
            Err(rejected) => Outcome::Refused(rejected),
        });
    }
    receipt.taken = facts.len();
    receipt.refused = receipt.results.len() - facts.len();
    if !facts.is_empty() {
        store.ledger.append(facts).await?;
    }
    Ok(receipt)
}

#[cfg(test)]
mod tests {
    use karat_store::Options;
    use tempfile::TempDir;

    use super::*;

    #[tokio::test]
    async fn what_is_good_is_kept_once_and_what_is_not_is_said() {
        let folder = TempDir::new().unwrap();
        let store = Store::open(&folder.path().join("karat.db"), Options::default()).unwrap();
        let body = br#"[
            {"id": "a", "type": "thumb", "up": false, "inference_id": "i"},
            {"type": "thmb", "up": false, "inference_id": "i"},
            {"type": "copy", "inference_id": "i"}
        ]"#;
        for _ in 0..2 {
            let receipt = accept(&store, Clock, body).await.unwrap();
            assert_eq!((receipt.taken, receipt.refused), (2, 1));
            assert_eq!(receipt.results[0], Outcome::Taken { id: "a".into() });
            let text = serde_json::to_value(&receipt).unwrap();
            assert_eq!(text["results"][1]["status"], "refused");
            assert_eq!(text["results"][1]["index"], 1);
        }
        let news = store.ledger.signals_after(0, 10).await.unwrap();
        let kinds: Vec<&str> = news.items.iter().map(|it| it.signal.kind.as_str()).collect();
        assert_eq!(kinds, ["feedback.thumb", "response.copied", "response.copied"]);
        assert_eq!(accept(&store, Clock, b"[]").await.unwrap(), Receipt::default());
        assert!(matches!(accept(&store, Clock, b"").await, Err(AcceptError::Decode(_))));
    }
}
