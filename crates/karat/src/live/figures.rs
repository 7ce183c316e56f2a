//! What signals say about the newest answers, with people as the units: one who clicks much counts as one person.

use std::collections::HashMap;

use anyhow::Result;
use karat_records::{Inference, Outcome};
use karat_store::{InferenceFilter, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::gather::Window;
use crate::signals::correct::{Corrected, correct};
use crate::signals::followup::MEASURED;
use crate::signals::metrics::{Figure, Measured, Row, measure_all};

/// Two-sided confidence of every interval.
const CONFIDENCE: f64 = 0.95;

/// Answers that are looked at, the newest ones.
const MOST_ANSWERS: usize = 5_000;

/// Answers that are read at once.
const PAGE: usize = 500;

/// Figures over the newest answers of the window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveFigures {
    /// Answers that were looked at.
    pub n_answers: u64,
    /// True where there are older ones in the window.
    pub is_cut: bool,
    /// Each figure that somebody tells of.
    pub figures: Vec<LiveFigure>,
}

/// One figure.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LiveFigure {
    /// What was counted, with the interval over people.
    pub measured: Measured,
    /// The rate corrected by how often the detector errs; absent where people or pages sent it themselves.
    pub corrected: Option<Corrected>,
}

/// Reads the newest answers of a feature with their signals, and measures.
pub async fn figures(
    store: &Store,
    feature: &str,
    window: Window,
    now_ms: i64,
) -> Result<LiveFigures> {
    let mut filter = InferenceFilter {
        feature: Some(feature.to_owned()),
        since_ms: Some(window.from_ms),
        until_ms: Some(window.until_ms),
        outcome: Some(Outcome::Answered),
        limit: PAGE,
        ..InferenceFilter::default()
    };
    let mut answers: Vec<Inference> = Vec::new();
    let is_cut = loop {
        let page = store.ledger.inferences(filter.clone()).await?;
        answers.extend(page.items.into_iter().map(|row| row.inference));
        match page.next {
            None => break false,
            Some(_) if answers.len() >= MOST_ANSWERS => break true,
            next => filter.cursor = next,
        }
    };
    let ids: Vec<String> = answers.iter().map(|answer| answer.id.clone()).collect();
    let mut rows = rows(&answers);
    let places: HashMap<&str, usize> = ids.iter().map(String::as_str).zip(0..).collect();
    for bound in store.ledger.signals_of(&ids).await? {
        let place = bound.inference_id.as_deref().and_then(|id| places.get(id));
        if let Some(row) = place.and_then(|place| rows.get_mut(*place)) {
            row.add(&bound.signal);
        }
    }
    let rows: Vec<&Row> = rows.iter().collect();
    let figures = measure_all(&rows, now_ms, CONFIDENCE)?;
    let figures = figures.into_iter().map(with_correction).collect::<Result<_>>()?;
    Ok(LiveFigures { n_answers: answers.len() as u64, is_cut, figures })
}

/// Answers in the terms of the figures, in their order; each knows when its conversation went on.
fn rows(answers: &[Inference]) -> Vec<Row> {
    let mut turns: HashMap<&str, Vec<i64>> = HashMap::new();
    for answer in answers {
        if let Some(conversation) = &answer.conversation {
            turns.entry(conversation).or_default().push(answer.received_at_ms);
        }
    }
    let row = |answer: &Inference| {
        let turns = answer.conversation.as_deref().and_then(|name| turns.get(name));
        let later = turns.into_iter().flatten().filter(|at_ms| **at_ms > answer.received_at_ms);
        Row {
            variant: answer.variant.clone(),
            user: answer.user.clone(),
            answered_at_ms: answer.received_at_ms.saturating_add(answer.latency_ms as i64),
            next_turn_at_ms: later.min().copied(),
            is_in_conversation: answer.conversation.is_some(),
            acts: Vec::new(),
        }
    };
    answers.iter().map(row).collect()
}

/// Follow-ups are classified by words, and how often that errs is known.
fn with_correction(measured: Measured) -> Result<LiveFigure> {
    let is_detected = Figure::named(&measured.name) == Some(Figure::RephraseRate);
    let corrected = is_detected
        .then(|| {
            let found = measured.numerator.round() as u64;
            correct(found, measured.denominator, &MEASURED, CONFIDENCE)
        })
        .transpose()?;
    Ok(LiveFigure { measured, corrected })
}
