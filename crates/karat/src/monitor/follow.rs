//! Follows what production says: inferences as they end, live scores as they are given, and what people did once its time is over.

use std::collections::{HashMap, HashSet};

use anyhow::Result;
use karat_records::{Hash, Inference, LiveScore};
use karat_store::{InferenceFilter, InferenceRow, Store};

use super::baseline::Baseline;
use super::evidence::{Fall, Found, Question, Stream, Streams};
use super::incident::Incident;
use super::kept;
use super::metric::Metric;
use super::observed::{self, Observed};
use super::plan::{Gated, aim, n_metrics, run_length};
use crate::evals::gated;
use crate::project::{Feature, Project};
use crate::signals::metrics::{Act, Figure, Seen};

/// Rows that are read at once.
const PAGE: usize = 500;

/// Pages in one look; the others wait for the next one.
const MOST_PAGES: usize = 10;

/// What happened before the start is looked at again, because evidence lives in memory.
pub const LOOKS_BACK: u64 = 5000;

/// Signals are derived and sent a little after what they are about.
const LATE_MS: i64 = 2 * 60 * 1000;

/// A gate is run by people or in CI, so it is looked for this seldom.
const GATES_EVERY_MS: i64 = 60_000;

/// A row from so far in the future comes from a clock that was wrong; nothing waits for it.
const FUTURE_MS: i64 = 60 * 60 * 1000;

/// What is followed, and how far.
#[derive(Debug, Default)]
pub struct Following {
    streams: Streams,
    baselines: Option<HashMap<String, Baseline>>,
    /// By feature, variant and scorer, with the content of the scorer.
    gated: HashMap<(String, String, String), (Hash, Gated)>,
    gated_at_ms: i64,
    closed_at_ms: HashMap<Stream, i64>,
    scores_after: Option<u64>,
    ripening: Vec<Ripening>,
    /// Features whose application says which answers were in view.
    telling: HashSet<String>,
}

/// Metrics whose time is over after the same while.
#[derive(Debug)]
struct Ripening {
    metrics: Vec<Metric>,
    wait_ms: i64,
    after: u64,
    /// Nothing is ripe before this.
    next_at_ms: i64,
}

impl Following {
    /// Reads what has to be known before anything is held against it.
    pub async fn prepare(&mut self, store: &Store, project: &Project, now_ms: i64) -> Result<()> {
        if self.baselines.is_none() {
            self.baselines = Some(kept::list::<Baseline>(store).await?.into_iter().collect());
            let places = store.ledger.places().await?;
            let after = places.inferences.saturating_sub(LOOKS_BACK);
            for metric in super::metric::OF_SIGNALS {
                let wait_ms = metric.figure().map_or(0, Figure::window_ms) + LATE_MS;
                match self.ripening.iter_mut().find(|one| one.wait_ms == wait_ms) {
                    Some(same) => same.metrics.push(metric),
                    None => self.ripening.push(Ripening {
                        metrics: vec![metric],
                        wait_ms,
                        after,
                        next_at_ms: 0,
                    }),
                }
            }
            self.scores_after = Some(places.live_scores.saturating_sub(LOOKS_BACK));
        }
        if now_ms - self.gated_at_ms >= GATES_EVERY_MS {
            self.gated_at_ms = now_ms;
            for feature in project.features.iter().filter(|feature| feature.live_sample > 0.0) {
                for gated in gated::latest(store, &feature.name).await? {
                    for one in gated.report.metrics {
                        let scorer = gated.scorers.iter().find(|scorer| scorer.name == one.name);
                        let Some(scorer) = scorer else { continue };
                        let measured = Gated { lower: one.lower, n: one.n };
                        let key = (feature.name.clone(), gated.report.name.clone(), one.name);
                        self.gated.insert(key, (scorer.hash.clone(), measured));
                    }
                }
            }
        }
        Ok(())
    }

    /// Watches anew what a closed incident was about.
    pub fn close(&mut self, incident: &Incident) {
        let (Some(at_ms), Some(metric)) = (incident.closed_at_ms, Metric::named(&incident.metric))
        else {
            return;
        };
        let stream =
            Stream { feature: incident.feature.clone(), variant: incident.variant.clone(), metric };
        let known = self.closed_at_ms.entry(stream.clone()).or_default();
        if at_ms > *known {
            *known = at_ms;
            self.streams.reset(&stream);
        }
    }

    /// Takes an inference that has ended, with its attempts.
    pub async fn inference(
        &mut self,
        store: &Store,
        feature: &Feature,
        inference: &Inference,
        now_ms: i64,
    ) -> Result<Vec<Fall>> {
        let mut falls = Vec::new();
        for observed in observed::at_once(inference) {
            falls.extend(self.take(store, feature, observed, now_ms).await?);
        }
        Ok(falls)
    }

    /// Takes the live scores since the last look; `is_current` says whether a scorer is still what it was then.
    pub async fn scores(
        &mut self,
        store: &Store,
        project: &Project,
        mut is_current: impl FnMut(&Feature, &LiveScore) -> bool,
        now_ms: i64,
    ) -> Result<Vec<Fall>> {
        let mut falls = Vec::new();
        for _ in 0..MOST_PAGES {
            let Some(after) = self.scores_after else { break };
            let news = store.ledger.live_scores_after(after, None, PAGE).await?;
            let wanted: Vec<(&Feature, LiveScore)> = news
                .items
                .into_iter()
                .filter_map(|placed| {
                    let feature = project.feature(placed.feature.as_ref()?)?;
                    is_current(feature, &placed.score).then_some((feature, placed.score))
                })
                .collect();
            let mut ids: Vec<String> =
                wanted.iter().map(|(_, score)| score.inference_id.clone()).collect();
            ids.dedup();
            let read = store.ledger.inferences_of(&ids).await?;
            let read: HashMap<&str, &Inference> =
                read.iter().map(|inference| (inference.id.as_str(), inference)).collect();
            for (feature, score) in &wanted {
                let Some(inference) = read.get(score.inference_id.as_str()) else { continue };
                let Some(observed) = observed::scored(inference, score) else { continue };
                falls.extend(self.take(store, feature, observed, now_ms).await?);
            }
            self.scores_after = Some(news.after);
            if news.is_end {
                break;
            }
        }
        Ok(falls)
    }

    /// Takes what people did with answers, once for each answer, as soon as its time is over.
    pub async fn signals(
        &mut self,
        store: &Store,
        project: &Project,
        now_ms: i64,
    ) -> Result<Vec<Fall>> {
        let mut falls = Vec::new();
        for index in 0..self.ripening.len() {
            for _ in 0..MOST_PAGES {
                let Some(rows) = self.ripe(store, index, now_ms).await? else { break };
                falls.extend(self.acts(store, project, index, &rows, now_ms).await?);
            }
        }
        Ok(falls)
    }

    /// The next answers whose time is over; nothing where there are none.
    async fn ripe(
        &mut self,
        store: &Store,
        index: usize,
        now_ms: i64,
    ) -> Result<Option<Vec<InferenceRow>>> {
        let Some(one) = self.ripening.get_mut(index) else { return Ok(None) };
        if now_ms < one.next_at_ms {
            return Ok(None);
        }
        let filter = InferenceFilter { limit: PAGE, ..InferenceFilter::default() };
        let news = store.ledger.inferences_after(one.after, filter).await?;
        let ripe_at_ms = |row: &InferenceRow| {
            let ended = row.inference.received_at_ms + row.inference.latency_ms as i64;
            if ended > now_ms + FUTURE_MS { now_ms } else { ended.saturating_add(one.wait_ms) }
        };
        let mut rows = news.items;
        match rows.iter().position(|row| ripe_at_ms(row) > now_ms) {
            Some(young) => {
                one.next_at_ms = ripe_at_ms(&rows[young]);
                one.after = rows[young].number.saturating_sub(1);
                rows.truncate(young);
            }
            None => one.after = news.after,
        }
        Ok((!rows.is_empty()).then_some(rows))
    }

    async fn acts(
        &mut self,
        store: &Store,
        project: &Project,
        index: usize,
        rows: &[InferenceRow],
        now_ms: i64,
    ) -> Result<Vec<Fall>> {
        let ids: Vec<String> = rows.iter().map(|row| row.inference.id.clone()).collect();
        let mut acts: HashMap<String, Vec<Seen>> = HashMap::new();
        for bound in store.ledger.signals_of(&ids).await? {
            let (Some(id), Some(act)) = (bound.inference_id, Act::of(&bound.signal)) else {
                continue;
            };
            if act == Act::Shown {
                self.telling.extend(bound.feature);
            }
            acts.entry(id).or_default().push(Seen { at_ms: bound.signal.at_ms, act });
        }
        let metrics = self.ripening[index].metrics.clone();
        let mut falls = Vec::new();
        for InferenceRow { inference, .. } in rows {
            let Some(feature) = inference.feature.as_ref().and_then(|name| project.feature(name))
            else {
                continue;
            };
            let seen = acts.remove(&inference.id).unwrap_or_default();
            let row = observed::row(inference, seen.into_iter());
            let is_telling = self.telling.contains(&feature.name);
            for metric in &metrics {
                let observed = observed::matured(inference, &row, metric, is_telling);
                let Some(observed) = observed else { continue };
                falls.extend(self.take(store, feature, observed, now_ms).await?);
            }
        }
        Ok(falls)
    }

    /// Holds one observation against what is demanded of it, or learns from it.
    async fn take(
        &mut self,
        store: &Store,
        feature: &Feature,
        (variant, metric, seen): Observed<'_>,
        now_ms: i64,
    ) -> Result<Option<Fall>> {
        let stream =
            Stream { feature: feature.name.clone(), variant: variant.map(str::to_owned), metric };
        let closed_at_ms = self.closed_at_ms.get(&stream).copied().unwrap_or(i64::MIN);
        if seen.at_ms <= closed_at_ms {
            return Ok(None);
        }
        let name = stream.name();
        let known = self.baselines.as_ref().and_then(|all| all.get(&name));
        // What was learnt before an incident was closed holds no longer.
        let known = known.filter(|baseline| {
            baseline.until_ms > closed_at_ms && baseline.instrument.as_deref() == seen.instrument
        });
        if known.is_some_and(|baseline| seen.at_ms <= baseline.until_ms) {
            return Ok(None);
        }
        let question = Question {
            aim: aim(feature, &stream.metric, self.gated_of(&stream, seen.instrument), known),
            run_length: run_length(feature, &stream.metric),
            n_metrics: n_metrics(feature),
        };
        match self.streams.add(&stream, &question, &seen) {
            None => Ok(None),
            Some(Found::Fell(fall)) => Ok(Some(*fall)),
            Some(Found::Learnt(_, baseline)) => {
                let before = kept::read::<Baseline>(store, &name).await?.map(|(_, hash)| hash);
                kept::replace(store, &name, before, &baseline, now_ms).await?;
                if let Some(all) = &mut self.baselines {
                    all.insert(name, baseline);
                }
                Ok(None)
            }
        }
    }

    /// What the gate measured with the same scorer.
    fn gated_of(&self, stream: &Stream, instrument: Option<&str>) -> Option<Gated> {
        let (Metric::Score(scorer), Some(variant)) = (&stream.metric, &stream.variant) else {
            return None;
        };
        let key = (stream.feature.clone(), variant.clone(), scorer.clone());
        let (hash, gated) = self.gated.get(&key)?;
        (Some(hash.as_str()) == instrument).then_some(*gated)
    }
}
