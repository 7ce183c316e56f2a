//! Live scores: a share of production's answers, drawn by their ids, judged by the eval's own scorers.

use std::sync::Arc;

use anyhow::Result;
use karat_providers::chat::json::messages_to_json;
use karat_records::{Answer, Case, Hash, Inference, LiveScore, Outcome, Score, Split};
use karat_store::{Fact, Store};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::gateway::asked::dialect;
use crate::project::{Feature, Problems, Project};
use crate::scorers::{self, Ready, score_some};
use crate::variants::shape::Shape;

/// What scores the live answers of a feature.
#[derive(Debug)]
pub struct Panel {
    chance: f64,
    scorers: Vec<Ready>,
    /// Those that can judge without a desired answer.
    wanted: Vec<usize>,
    shape: Option<Shape>,
}

impl Panel {
    /// The scorers of a feature that can judge live answers; nothing where none can, or none are wished.
    pub fn of(app: &App, project: &Project, feature: &Feature) -> Option<Self> {
        if feature.live_sample <= 0.0 {
            return None;
        }
        let scorers = scorers::prepare(app, project, feature, &Problems::default())?;
        let wanted: Vec<usize> =
            (0..scorers.len()).filter(|index| !scorers[*index].needs_expected()).collect();
        let shape = feature.output.as_ref().map(Shape::new);
        (!wanted.is_empty()).then_some(Self { chance: feature.live_sample, scorers, wanted, shape })
    }

    /// How likely an inference was to be drawn, where it was; the draw follows from its id alone, so that it can be repeated.
    pub fn draws(&self, inference: &Inference) -> Option<f64> {
        let is_drawn = inference.outcome == Outcome::Answered && unit(&inference.id) < self.chance;
        is_drawn.then_some(self.chance)
    }

    /// Whether a score was given by a scorer as it is now.
    pub fn gave(&self, score: &LiveScore) -> bool {
        self.wanted.iter().any(|index| {
            let scorer = &self.scorers[*index];
            scorer.name == score.scorer && scorer.hash == score.scorer_hash
        })
    }

    /// Scores one inference and keeps what was said.
    pub async fn score(
        self: Arc<Self>,
        app: App,
        store: Store,
        inference: Inference,
        chance: f64,
    ) -> Result<Vec<LiveScore>> {
        let case = case_of(&inference);
        let answer = self.answer_of(&inference);
        let scores = score_some(&self.scorers, &self.wanted, &case, &answer, 0).await;
        let now_ms = app.clock.now_ms();
        let live: Vec<LiveScore> =
            scores.into_iter().map(|score| live(score, &inference, chance, now_ms)).collect();
        store.ledger.append(live.iter().cloned().map(Fact::LiveScore).collect()).await?;
        Ok(live)
    }

    /// The answer as an eval would see it.
    fn answer_of(&self, inference: &Inference) -> Answer {
        let answer = Answer {
            output: json!(inference.text),
            tool_calls: inference.tool_calls.clone(),
            latency_ms: Some(inference.latency_ms),
            cost_usd: inference.cost_usd,
            usage: inference.usage,
            simulated: inference.simulated,
            ..Answer::default()
        };
        match &self.shape {
            Some(shape) => shape.hold(answer),
            None => answer,
        }
    }
}

/// The request as a case would hold it; nobody has written what was desired.
fn case_of(inference: &Inference) -> Case {
    Case {
        id: inference.id.clone(),
        input: inference.inputs.clone().unwrap_or_else(|| conversation(inference)),
        expected: None,
        metadata: Map::new(),
        tags: Vec::new(),
        split: Split::default(),
    }
}

fn conversation(inference: &Inference) -> Map<String, Value> {
    let mut input = Map::new();
    let asked =
        karat_providers::parse_request(dialect(inference.endpoint), inference.request.as_bytes());
    if let Ok(asked) = asked {
        input.insert("message".into(), json!(asked.last_user_text().unwrap_or_default()));
        input.insert("messages".into(), messages_to_json(&asked.messages));
    }
    input
}

fn live(score: Score, inference: &Inference, chance: f64, now_ms: i64) -> LiveScore {
    LiveScore {
        inference_id: inference.id.clone(),
        chance,
        scored_at_ms: now_ms,
        scorer: score.scorer,
        scorer_hash: score.scorer_hash,
        value: score.value,
        label: score.label,
        explanation: score.explanation,
        cost_usd: score.cost_usd,
        simulated: score.simulated || inference.simulated,
    }
}

/// A number in [0, 1) that follows from an id.
fn unit(id: &str) -> f64 {
    let hash = Hash::of_bytes(format!("live {id}").as_bytes());
    let digits = hash.as_str().get(..12).and_then(|digits| u64::from_str_radix(digits, 16).ok());
    digits.unwrap_or(0) as f64 / (1u64 << 48) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_drawn_and_the_same_ids_again() {
        let drawn = |share: f64| (0..10_000).filter(|n| unit(&format!("id-{n}")) < share).count();
        let n = drawn(0.05);
        assert!((400..600).contains(&n), "{n}");
        assert_eq!((drawn(0.0), drawn(1.0), drawn(0.05)), (0, 10_000, n));
    }
}
