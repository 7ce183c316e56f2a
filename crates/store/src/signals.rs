//! Signals and live scores in the ledger: what people and scorers said about inferences, and about which ones.

use karat_records::{LiveScore, Signal};
use serde_json::Value;

use crate::{Engine, Ledger, News, StoreError};

/// A signal, and the inference that it is about as far as that is known.
#[derive(Clone, Debug, PartialEq)]
pub struct BoundSignal {
    /// The signal.
    pub signal: Signal,
    /// Its class; see [`class_of`].
    pub class: String,
    /// The inference; none while it has not arrived.
    pub inference_id: Option<String>,
    /// When that inference was received, in milliseconds since the Unix epoch.
    pub inference_received_at_ms: Option<i64>,
    /// The inference's feature; what the sender says while there is none.
    pub feature: Option<String>,
    /// The inference's variant.
    pub variant: Option<String>,
    /// The signal's user; the inference's where the signal names none.
    pub user: Option<String>,
}

/// How many signals of one kind and class the inferences of one variant got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalCount {
    /// The variant.
    pub variant: Option<String>,
    /// The kind, such as `feedback.thumb`.
    pub kind: String,
    /// The class, such as `down`; empty for most kinds.
    pub class: String,
    /// Signals.
    pub n: u64,
    /// Distinct inferences with such a signal.
    pub n_inferences: u64,
    /// Distinct users behind them; signals without a user count as one user together.
    pub n_users: u64,
}

/// Bound signals of one hour that have feature, variant, kind and class in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignalHour {
    /// Milliseconds since the Unix epoch, when the hour of their inferences begins.
    pub begins_at_ms: i64,
    /// The variant.
    pub variant: Option<String>,
    /// The kind, such as `feedback.thumb`.
    pub kind: String,
    /// The class, such as `down`; empty for most kinds.
    pub class: String,
    /// Signals.
    pub n: u64,
    /// Distinct inferences with such a signal.
    pub n_inferences: u64,
}

/// When a model, or the system behind it, first answered for a variant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServedFirst {
    /// The variant.
    pub variant: Option<String>,
    /// The model that the provider says it used; what was asked for where it does not say.
    pub served: Option<String>,
    /// The provider's fingerprint.
    pub fingerprint: Option<String>,
    /// Milliseconds since the Unix epoch, when its first inference had arrived.
    pub at_ms: i64,
}

/// A live score with its inference's feature and variant.
#[derive(Clone, Debug, PartialEq)]
pub struct PlacedScore {
    /// The score.
    pub score: LiveScore,
    /// The feature; none where the inference was not there when it was scored.
    pub feature: Option<String>,
    /// The variant.
    pub variant: Option<String>,
}

/// How much was lost for one reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drops {
    /// Why.
    pub reason: String,
    /// How many.
    pub n: u64,
    /// The latest loss, in milliseconds since the Unix epoch.
    pub last_at_ms: i64,
}

/// What a next message may be for.
const FOLLOWUPS: [&str; 5] = ["rephrase", "correct", "refine", "continue", "thanks"];

/// What signals of one kind are counted by: `up` or `down` for a thumb, a number for a rating,
/// what it was for of a follow-up, else empty.
///
/// The thumb stands in the field `up` or `value`, as true or false, or as a number above zero or not;
/// a rating stands in `rating` or `value`.
pub fn class_of(signal: &Signal) -> String {
    let value = |name: &str| signal.data.get(name).or_else(|| signal.data.get("value"));
    match signal.kind.as_str() {
        "feedback.thumb" => match value("up") {
            Some(Value::Bool(up)) => thumb(*up),
            Some(Value::Number(number)) => thumb(number.as_f64().is_some_and(|value| value > 0.0)),
            Some(Value::String(word)) if word == "up" || word == "down" => word.clone(),
            _ => String::new(),
        },
        "feedback.rating" => match value("rating").and_then(Value::as_f64) {
            // Whoever sends fractions gets the nearest whole one, so that classes stay few.
            Some(rating) if rating.abs() <= 100.0 => format!("{:.0}", rating.round() + 0.0),
            _ => String::new(),
        },
        "message.followup" => match signal.data.get("class").and_then(Value::as_str) {
            Some(class) if FOLLOWUPS.contains(&class) => class.to_owned(),
            _ => String::new(),
        },
        _ => String::new(),
    }
}

fn thumb(up: bool) -> String {
    if up { "up" } else { "down" }.to_owned()
}

impl Ledger {
    /// Signals about these inferences, in the order in which they were bound.
    pub async fn signals_of(
        &self,
        inference_ids: &[String],
    ) -> Result<Vec<BoundSignal>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.signals_of(inference_ids).await,
        }
    }

    /// At most `limit` signals after a place, in the order of arrival.
    ///
    /// A signal whose inference arrives later comes twice: without the inference at first, then with it.
    pub async fn signals_after(
        &self,
        after: u64,
        limit: usize,
    ) -> Result<News<BoundSignal>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.signals_after(after, limit).await,
        }
    }

    /// Bound signals of a feature by variant, kind and class, in that order,
    /// for inferences received at `since_ms` or later and before `until_ms`.
    pub async fn signal_counts(
        &self,
        feature: &str,
        since_ms: i64,
        until_ms: i64,
    ) -> Result<Vec<SignalCount>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.signal_counts(feature, since_ms, until_ms).await,
        }
    }

    /// Bound signals of a feature by the hour in which their inferences were received, in the order of time,
    /// variant, kind and class; hours that begin at `since_ms` or later and before `until_ms`.
    ///
    /// They outlive retention and erasure.
    pub async fn signal_hours(
        &self,
        feature: &str,
        since_ms: i64,
        until_ms: i64,
    ) -> Result<Vec<SignalHour>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.signal_hours(feature, since_ms, until_ms).await,
        }
    }

    /// When each model and each of its fingerprints was first seen for a feature, the first one first.
    ///
    /// Of a model that changes its fingerprint with every answer, a hundred are kept.
    pub async fn served_firsts(&self, feature: &str) -> Result<Vec<ServedFirst>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.served_firsts(feature).await,
        }
    }

    /// How many signals wait for their inference.
    pub async fn n_waiting_signals(&self) -> Result<u64, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.n_waiting_signals().await,
        }
    }

    /// The newest live score of each scorer content for each of these inferences.
    pub async fn live_scores_of(
        &self,
        inference_ids: &[String],
    ) -> Result<Vec<PlacedScore>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.live_scores_of(inference_ids).await,
        }
    }

    /// At most `limit` live scores after a place, of one feature or of all, in the order of arrival.
    pub async fn live_scores_after(
        &self,
        after: u64,
        feature: Option<&str>,
        limit: usize,
    ) -> Result<News<PlacedScore>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.live_scores_after(after, feature, limit).await,
        }
    }

    /// What was lost at this time or later, in milliseconds since the Unix epoch, the most frequent reason first.
    pub async fn drops(&self, since_ms: i64) -> Result<Vec<Drops>, StoreError> {
        match &self.engine {
            Engine::Sqlite(sqlite) => sqlite.drops(since_ms).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_thumb_and_a_rating_have_classes_and_nothing_else_has() {
        for (kind, data, class) in [
            ("feedback.thumb", json!({"up": true}), "up"),
            ("feedback.thumb", json!({"up": false}), "down"),
            ("feedback.thumb", json!({"value": 1}), "up"),
            ("feedback.thumb", json!({"value": -1}), "down"),
            ("feedback.thumb", json!({"value": "down"}), "down"),
            ("feedback.thumb", json!({"value": "sideways"}), ""),
            ("feedback.thumb", json!({}), ""),
            ("feedback.rating", json!({"rating": 4}), "4"),
            ("feedback.rating", json!({"value": 3.6}), "4"),
            ("feedback.rating", json!({"value": -0.2}), "0"),
            ("feedback.rating", json!({"value": 1e300}), ""),
            ("message.followup", json!({"class": "rephrase"}), "rephrase"),
            ("message.followup", json!({"class": "anything else"}), ""),
            ("response.edited", json!({"up": true}), ""),
        ] {
            let Value::Object(data) = data else { continue };
            let signal = Signal {
                id: String::new(),
                kind: kind.to_owned(),
                at_ms: 0,
                received_at_ms: 0,
                feature: None,
                target: karat_records::Target::default(),
                user: None,
                session: None,
                release: None,
                data,
                source: String::new(),
            };
            assert_eq!(class_of(&signal), class, "{signal:?}");
        }
    }
}
