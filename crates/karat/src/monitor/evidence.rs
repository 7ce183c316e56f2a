//! Pure. Streams of observations, each watched with a promise about false alarms, in bounded memory.
//!
//! A change of the model, of the system behind it, or of the variant's content starts a fresh process beside the detector.

use std::collections::HashMap;

use karat_stats::watch::{Sequence, Standing, Watch, Watched};

use super::baseline::Baseline;
use super::metric::Metric;
use super::mix::Shift;
use super::plan::{Aim, Goal};
use super::trail::{Changed, Observation, Trail};

/// Whose stream it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stream {
    /// The feature.
    pub feature: String,
    /// The variant; none for the feature as a whole.
    pub variant: Option<String>,
    /// What is measured.
    pub metric: Metric,
}

impl Stream {
    /// Its name in the catalog.
    pub fn name(&self) -> String {
        let variant = self.variant.as_deref().unwrap_or_default();
        format!("{}/{variant}/{}", self.feature, self.metric.name())
    }

    /// Who it is about, in words.
    pub fn who(&self) -> String {
        match &self.variant {
            Some(variant) => format!("{variant} of {}", self.feature),
            None => self.feature.clone(),
        }
    }
}

/// What a stream is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The level, or how to find one.
    pub aim: Aim,
    /// Expected observations until a false alarm, at least.
    pub run_length: f64,
    /// Metrics that share this promise.
    pub n_metrics: u32,
}

/// A stream that fell below its level.
#[derive(Clone, Debug, PartialEq)]
pub struct Fall {
    /// Whose.
    pub stream: Stream,
    /// Mean since the change.
    pub mean: f64,
    /// Lower bound of it.
    pub lower: f64,
    /// Upper bound of it.
    pub upper: f64,
    /// Observations since the change.
    pub n: u64,
    /// What it was held against.
    pub goal: Goal,
    /// True where a scripted server was behind the last of them.
    pub simulated: bool,
    /// When the change seems to have begun, in milliseconds since the Unix epoch.
    pub began_at_ms: i64,
    /// Changes since then, or a little before, are near it.
    pub near_ms: i64,
    /// When the last observation was.
    pub until_ms: i64,
    /// What changed in whatever answered, as far as it is kept.
    pub changes: Vec<Changed>,
    /// Other requests than before, where these explain the fall.
    pub shift: Option<Shift>,
}

/// What an observation completed.
#[derive(Clone, Debug, PartialEq)]
pub enum Found {
    /// A level was learnt.
    Learnt(Stream, Baseline),
    /// A stream fell.
    Fell(Box<Fall>),
}

/// All streams of a process.
#[derive(Debug, Default)]
pub struct Streams(HashMap<Stream, One>);

#[derive(Debug, Default)]
struct One {
    /// The content of what measures; another one measures something else.
    instrument: Option<String>,
    /// What was observed while there was no level.
    learning: Vec<f64>,
    /// True where the level was learnt here.
    is_learnt: bool,
    watch: Option<(Goal, Watch)>,
    trail: Trail,
}

/// More streams than these are not watched; names come from files, so there are few.
const MOST_STREAMS: usize = 400;

impl Streams {
    /// Adds one observation to a stream; what it completed.
    pub fn add(
        &mut self,
        stream: &Stream,
        question: &Question,
        seen: &Observation<'_>,
    ) -> Option<Found> {
        if !self.0.contains_key(stream) {
            if self.0.len() >= MOST_STREAMS {
                return None;
            }
            self.0.insert(stream.clone(), One::default());
        }
        let one = self.0.get_mut(stream)?;
        if one.instrument.as_deref() != seen.instrument {
            *one = One { instrument: seen.instrument.map(str::to_owned), ..One::default() };
        }
        if let Aim::Learn(wanted) = question.aim
            && !one.is_learnt
        {
            return one.learn(stream, question, wanted, seen);
        }
        if let Aim::Goal(goal) = &question.aim {
            one.hold_against(goal, question)?;
        }
        one.observe(stream, seen).map(|fall| Found::Fell(Box::new(fall)))
    }

    /// Watches a stream anew, and forgets what was learnt.
    pub fn reset(&mut self, stream: &Stream) {
        self.0.remove(stream);
    }

    /// How many streams there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl One {
    /// Learns from one more; a level, once there are enough.
    fn learn(
        &mut self,
        stream: &Stream,
        question: &Question,
        wanted: usize,
        seen: &Observation<'_>,
    ) -> Option<Found> {
        // A level that a file gave and gives no more is none.
        self.watch = None;
        self.learning.push(seen.raw);
        if self.learning.len() < wanted {
            return None;
        }
        let observed = std::mem::take(&mut self.learning);
        let learnt = Baseline::learn(&stream.metric, &observed, seen.at_ms)?;
        let baseline = Baseline { instrument: self.instrument.clone(), ..learnt };
        self.hold_against(&baseline.goal(), question)?;
        self.is_learnt = true;
        Some(Found::Learnt(stream.clone(), baseline))
    }

    /// Begins anew where the level is another one.
    fn hold_against(&mut self, goal: &Goal, question: &Question) -> Option<()> {
        if self.watch.as_ref().is_some_and(|(known, _)| known == goal) {
            return Some(());
        }
        let mut watched = Watched::below(goal.level, question.run_length);
        watched.detection.n_streams = question.n_metrics;
        self.watch = Some((goal.clone(), Watch::new(&watched).ok()?));
        self.trail = Trail::default();
        self.learning = Vec::new();
        self.is_learnt = false;
        Some(())
    }

    fn observe(&mut self, stream: &Stream, seen: &Observation<'_>) -> Option<Fall> {
        let (goal, watch) = self.watch.as_mut()?;
        let value = match goal.limit {
            Some(limit) => f64::from(u8::from(seen.raw <= limit)),
            None => seen.raw,
        };
        if self.trail.changes(seen) {
            watch.event().ok()?;
        }
        let had_alarm = watch.state().alarm.is_some();
        watch.observe(Sequence::Values(&[value])).ok()?;
        self.trail.add(seen, value);
        if had_alarm || watch.state().alarm.is_none() {
            return None;
        }
        let reading = watch.reading().ok()?;
        if reading.standing != Standing::Fallen {
            return None;
        }
        let since = self.trail.since(reading.n_recent);
        Some(Fall {
            stream: stream.clone(),
            mean: reading.mean.unwrap_or(0.0),
            lower: reading.interval.lower,
            upper: reading.interval.upper,
            n: reading.n_recent,
            goal: goal.clone(),
            simulated: seen.simulated,
            began_at_ms: since.began_at_ms,
            near_ms: since.near_ms,
            until_ms: seen.at_ms,
            changes: since.changes,
            shift: since.shift,
        })
    }
}

#[cfg(test)]
mod tests;
