//! Pure. What production says by itself: each inference answered or not, watched with a promise about false alarms.

use std::collections::HashMap;

use karat_records::{Inference, Outcome};
use karat_stats::watch::{Sequence, Standing, Watch, Watched};

/// Whose stream it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Stream {
    /// The feature.
    pub feature: String,
    /// The variant; none for the feature as a whole.
    pub variant: Option<String>,
    /// What is measured.
    pub metric: &'static str,
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
    /// The level.
    pub level: f64,
    /// True where a scripted server was behind the last of them.
    pub simulated: bool,
}

/// All streams of a process.
#[derive(Debug, Default)]
pub struct Streams(HashMap<Stream, Watch>);

/// The share of requests that has to be answered where the feature says nothing about errors.
pub const ANSWERED_LEVEL: f64 = 0.95;

/// Expected observations until a false alarm: about 90 days of a feature with a thousand requests a day.
pub const OBSERVATIONS: f64 = 90_000.0;

/// More streams than these are not watched; names come from files, so there are few.
const MOST_STREAMS: usize = 1000;

impl Streams {
    /// Adds an inference to its streams; the falls that it completes.
    ///
    /// Who hung up said nothing about the answer.
    /// A variant is charged with what its own attempts came to, the feature with what the application got.
    pub fn observe(&mut self, inference: &Inference, level: f64) -> Vec<Fall> {
        let Some(feature) = &inference.feature else { return Vec::new() };
        if inference.outcome == Outcome::Cancelled {
            return Vec::new();
        }
        let answered = f64::from(u8::from(inference.outcome == Outcome::Answered));
        let mut seen: Vec<(Option<String>, f64)> = vec![(None, answered)];
        for step in &inference.attempts {
            let value = f64::from(u8::from(step.attempt.failure.is_none()));
            seen.push((step.variant.clone(), value));
        }
        let mut falls = Vec::new();
        for (variant, value) in seen {
            let stream = Stream { feature: feature.clone(), variant, metric: "answered" };
            falls.extend(self.add(stream, value, level, inference.simulated));
        }
        falls
    }

    /// Adds one observation of any stream.
    pub fn add(&mut self, stream: Stream, value: f64, level: f64, simulated: bool) -> Option<Fall> {
        if !self.0.contains_key(&stream) {
            if self.0.len() >= MOST_STREAMS {
                return None;
            }
            let watch = Watch::new(&Watched::below(level, OBSERVATIONS)).ok()?;
            self.0.insert(stream.clone(), watch);
        }
        let watch = self.0.get_mut(&stream)?;
        let had_alarm = watch.state().alarm.is_some();
        watch.observe(Sequence::Values(&[value])).ok()?;
        if had_alarm || watch.state().alarm.is_none() {
            return None;
        }
        let reading = watch.reading().ok()?;
        if reading.standing != Standing::Fallen {
            return None;
        }
        Some(Fall {
            stream,
            mean: reading.mean.unwrap_or(0.0),
            lower: reading.interval.lower,
            upper: reading.interval.upper,
            n: reading.n_recent,
            level,
            simulated,
        })
    }

    /// Watches a stream anew.
    pub fn reset(&mut self, stream: &Stream) {
        if let Some(watch) = self.0.get_mut(stream) {
            watch.reset();
        }
    }
}
