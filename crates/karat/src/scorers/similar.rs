//! `similar`: how near the meaning of the answer is to what is wanted, by a provider's embeddings.

use karat_records::{Answer, Case};

use super::ready::Costed;
use super::score::Judged;
use super::wanted::Wanted;
use crate::app::App;
use crate::project::{Problems, Project, Scorer};
use crate::variants::chat::Model;

/// A similarity that is ready.
#[derive(Debug)]
pub struct Similar {
    model: Model,
    wanted: Wanted,
    threshold: Option<f64>,
}

impl Similar {
    /// Finds the embedding model; notes what stands in the way.
    pub fn prepare(
        app: &App,
        project: &Project,
        scorer: &Scorer,
        wanted: Wanted,
        problems: &Problems,
    ) -> Option<Self> {
        let model = Model::prepare(app, project, scorer.models.first()?, problems)?;
        Some(Self { model, wanted, threshold: scorer.number("threshold") })
    }

    /// The cosine of answer and wanted text; of several wanted texts the nearest counts.
    pub async fn judge(&self, case: &Case, answer: &Answer, seed: u64) -> Costed {
        let wanted = match self.wanted.texts(case, answer) {
            Ok(wanted) => wanted,
            Err(reason) => return Costed::free(Judged::undecided(reason)),
        };
        let text = answer.text();
        if text.trim().is_empty() {
            return Costed::free(Judged::new(0.0, "the answer is empty"));
        }
        let texts: Vec<&str> =
            std::iter::once(text.as_str()).chain(wanted.iter().map(String::as_str)).collect();
        let outcome = self.model.embed(&texts, seed).await;
        let judged = match &outcome.answer {
            Err(failure) => Judged::undecided(format!("no embedding: {}", failure.message)),
            Ok(embedded) => {
                let (own, others) = embedded.vectors.split_at(1);
                let nearest = others
                    .iter()
                    .map(|other| cosine(&own[0], other))
                    .fold(f64::NEG_INFINITY, f64::max);
                Judged::graded(
                    nearest.clamp(0.0, 1.0),
                    self.threshold,
                    format!("cosine {nearest:.3}"),
                )
            }
        };
        let cost_usd =
            outcome.answer.as_ref().ok().and_then(|embedded| self.model.cost_usd(&embedded.usage));
        Costed { judged, cost_usd, simulated: outcome.simulated }
    }
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |x: &[f32], y: &[f32]| {
        x.iter().zip(y).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum::<f64>()
    };
    let norms = (dot(a, a) * dot(b, b)).sqrt();
    if norms > 0.0 { dot(a, b) / norms } else { 0.0 }
}
