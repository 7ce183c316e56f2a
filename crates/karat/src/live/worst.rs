//! The worst answers of a feature, and those about which a judge and a person spoke.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::Result;
use karat_records::{Inference, Outcome};
use karat_store::{InferenceFilter, SignalFilter, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::conflict::Judged;
use super::gather::Window;
use super::words::{answered, asked, short};

/// Of each kind of bad news so many are shown.
const MOST_OF_A_KIND: usize = 8;

/// So many of the newest thumbs are compared with judges.
const MOST_THUMBS: usize = 500;

/// An answer that somebody should look at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveWorst {
    /// The inference.
    pub inference: String,
    /// When it was received, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// Why it is here.
    pub why: WorstWhy,
    /// What the person or the provider said about it, where they did.
    pub said: Option<String>,
    /// The variant that answered.
    pub variant: Option<String>,
    /// True where nothing proved that variant.
    pub unproven: bool,
    /// True where a scripted server answered.
    pub simulated: bool,
    /// The first words of what was asked; empty where they were erased.
    pub asked: String,
    /// The first words of the answer.
    pub answered: String,
}

/// Why an answer is among the worst, the worst first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum WorstWhy {
    /// Somebody gave a thumb down.
    ThumbDown,
    /// Somebody wrote what it should have been.
    Corrected,
    /// It was taken back.
    Undone,
    /// It was dismissed.
    Rejected,
    /// A human had to take over.
    Escalated,
    /// There was no answer.
    Failed,
    /// It broke off.
    Cut,
}

impl WorstWhy {
    const ALL: [Self; 7] = [
        Self::ThumbDown,
        Self::Corrected,
        Self::Undone,
        Self::Rejected,
        Self::Escalated,
        Self::Failed,
        Self::Cut,
    ];

    /// The kind and class of the signal that says so.
    fn signal(self) -> Option<SignalFilter> {
        let of = |kind: &str, class: Option<&str>| SignalFilter {
            kind: kind.to_owned(),
            class: class.map(str::to_owned),
        };
        match self {
            Self::ThumbDown => Some(of("feedback.thumb", Some("down"))),
            Self::Corrected => Some(of("feedback.correction", None)),
            Self::Undone => Some(of("response.undone", None)),
            Self::Rejected => Some(of("response.rejected", None)),
            Self::Escalated => Some(of("task.escalated", None)),
            Self::Failed | Self::Cut => None,
        }
    }

    fn outcome(self) -> Option<Outcome> {
        match self {
            Self::Failed => Some(Outcome::Failed),
            Self::Cut => Some(Outcome::Cut),
            _ => None,
        }
    }
}

/// The worst answers: the worst kind first, the newest first of each.
pub async fn worst(store: &Store, feature: &str, window: Window) -> Result<Vec<LiveWorst>> {
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    for why in WorstWhy::ALL {
        let filter = InferenceFilter {
            feature: Some(feature.to_owned()),
            since_ms: Some(window.from_ms),
            until_ms: Some(window.until_ms),
            outcome: why.outcome(),
            signal: why.signal(),
            limit: MOST_OF_A_KIND,
            ..InferenceFilter::default()
        };
        let page = store.ledger.inferences(filter).await?;
        let new = page.items.into_iter().filter(|row| seen.insert(row.inference.id.clone()));
        rows.extend(new.map(|row| (why, row.inference)));
    }
    let ids: Vec<String> = rows.iter().map(|(_, inference)| inference.id.clone()).collect();
    let whole = store.ledger.inferences_of(&ids).await?;
    let whole: HashMap<&str, &Inference> = whole.iter().map(|it| (it.id.as_str(), it)).collect();
    let said = said(store, &ids).await?;
    let shown = rows.iter().map(|(why, row)| {
        let inference = whole.get(row.id.as_str()).copied().unwrap_or(row);
        let failure = || {
            let last = inference.attempts.last()?.attempt.failure.as_ref()?;
            Some(short(&last.message))
        };
        LiveWorst {
            inference: row.id.clone(),
            at_ms: row.received_at_ms,
            why: *why,
            said: said.get(&row.id).cloned().or_else(failure),
            variant: row.variant.clone(),
            unproven: row.unproven,
            simulated: row.simulated,
            asked: asked(inference),
            answered: answered(inference),
        }
    });
    Ok(shown.collect())
}

/// What people wrote about these answers: a reason, a comment, or what they should have been.
async fn said(store: &Store, ids: &[String]) -> Result<HashMap<String, String>> {
    const FIELDS: [&str; 4] = ["final_text", "comment", "reason", "text"];
    let mut said = HashMap::new();
    for bound in store.ledger.signals_of(ids).await? {
        let words = FIELDS.iter().find_map(|field| bound.signal.data.get(*field)?.as_str());
        if let (Some(id), Some(words)) = (bound.inference_id, words) {
            said.insert(id, short(words));
        }
    }
    Ok(said)
}

/// Answers with a thumb, the newest first, with what scorers say about them.
pub async fn judged(store: &Store, feature: &str, window: Window) -> Result<Vec<Judged>> {
    let filter = InferenceFilter {
        feature: Some(feature.to_owned()),
        since_ms: Some(window.from_ms),
        until_ms: Some(window.until_ms),
        signal: Some(SignalFilter { kind: "feedback.thumb".to_owned(), class: None }),
        limit: MOST_THUMBS,
        ..InferenceFilter::default()
    };
    let page = store.ledger.inferences(filter).await?;
    let ids: Vec<String> = page.items.into_iter().map(|row| row.inference.id).collect();
    let mut scores: BTreeMap<String, Vec<(String, Option<f64>)>> = BTreeMap::new();
    for placed in store.ledger.live_scores_of(&ids).await? {
        let score = placed.score;
        scores.entry(score.inference_id).or_default().push((score.scorer, score.value));
    }
    let scored: Vec<String> = ids.into_iter().filter(|id| scores.contains_key(id)).collect();
    let mut thumbs: HashMap<String, (i64, bool)> = HashMap::new();
    for bound in store.ledger.signals_of(&scored).await? {
        let is_up = match (bound.signal.kind.as_str(), bound.class.as_str()) {
            ("feedback.thumb", "up") => true,
            ("feedback.thumb", "down") => false,
            _ => continue,
        };
        let Some(id) = bound.inference_id else { continue };
        let thumb = thumbs.entry(id).or_insert((i64::MIN, is_up));
        if bound.signal.at_ms >= thumb.0 {
            *thumb = (bound.signal.at_ms, is_up);
        }
    }
    let judged = scored.into_iter().filter_map(|id| {
        let (_, is_up) = *thumbs.get(&id)?;
        Some(Judged { scores: scores.remove(&id)?, inference_id: id, is_up })
    });
    Ok(judged.collect())
}
