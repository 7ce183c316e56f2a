//! Pure. Has this stream fallen below its floor? Asked after every observation, for as long as the stream runs.
//!
//! A detector ([`crate::detector`]) looks for a fall at any time, an e-process ([`crate::since_event`]) for one since
//! the last known event; the first to fire raises the alarm. Their budgets are separate: the promise of the
//! detector, and alpha for each event. The change is dated by [`crate::change`]; without a date the detector's
//! evidence raises no alarm, which can only make false alarms rarer.

use crate::betting::{Betting, Observations};
use crate::change::{Change, KEPT, Recent};
use crate::detector::{Control, Detection, Detector, DetectorState};
use crate::interval::Interval;
use crate::invalid::{self, Invalid};
use crate::since_event::{SinceEvent, SinceEventState};

/// What a sequence consists of, in the order in which it became known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Sequence<'a> {
    /// Single observations in [0, 1].
    Values(&'a [f64]),
    /// Groups that hang together (conversations, users), each known as a whole; empty ones are left out.
    ///
    /// One group is one observation: the mean of its values.
    Clusters(&'a [Vec<f64>]),
}

/// The question: is the stream's mean below the level?
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Watched {
    /// The level and the promise of the alarms at unknown times.
    pub detection: Detection,
    /// Largest probability of a false alarm since each known event, and error of each side of an interval.
    ///
    /// Streams that share the promise share the probability, too.
    pub alpha: f64,
}

impl Watched {
    /// The usual question: 0.05 for each event and each side of an interval.
    pub fn below(level: f64, observations: f64) -> Self {
        Self { detection: Detection::below(level, observations), alpha: 0.05 }
    }
}

/// Which method raised an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trigger {
    /// The detector: a fall at an unknown time.
    Detector,
    /// The e-process since the last event.
    Event,
}

/// The alarm that is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// After how many observations it was raised.
    pub at: u64,
    /// By which method.
    pub by: Trigger,
}

/// Whether the stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No alarm is open; that is no proof of being above the level (see [`crate::gate`](mod@crate::gate)).
    NoAlarm,
    /// The mean has fallen below the level.
    Fallen,
}

/// The answer, with everything that it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reading {
    /// What may be concluded.
    pub standing: Standing,
    /// The open alarm.
    pub alarm: Option<Alarm>,
    /// Observations in all: the cursor after which the next ones are expected.
    pub n: u64,
    /// How many of the newest ones `mean` and `interval` are about: with an open alarm those since the change,
    /// otherwise all that are kept.
    pub n_recent: u64,
    /// Their mean, nothing when there are none.
    pub mean: Option<f64>,
    /// Bounds of that mean, `alpha` on each side, for this one look.
    ///
    /// When the detector raises the alarm they reach below the level; while it stays open the stream may recover.
    pub interval: Interval,
    /// Since when the mean seems to be below the level; nothing where nothing speaks for a fall.
    pub change: Option<Change>,
    /// ln of the detector's evidence, minus infinity at the start.
    pub log_evidence: f64,
    /// ln of the evidence that raises the detector's alarm.
    pub log_needed: f64,
    /// ln E since the last event, nothing without an event.
    pub log_e_since_event: Option<f64>,
    /// The method's name.
    pub method: &'static str,
}

/// What to store of a watch; the newest observations are read again from where they are kept.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct WatchState {
    /// The detector.
    pub detector: DetectorState,
    /// The process since the last event.
    pub since_event: Option<SinceEventState>,
    /// The open alarm.
    pub alarm: Option<Alarm>,
    /// Observations in all.
    pub n: u64,
    /// How many of them came before the last reset: what is read again begins after these.
    pub n_before_reset: u64,
}

/// A watch in progress.
#[derive(Clone, Debug, PartialEq)]
pub struct Watch {
    question: Watched,
    betting: Betting,
    detector: Detector,
    since_event: Option<SinceEvent>,
    recent: Recent,
    alarm: Option<Alarm>,
    n: u64,
    n_before_reset: u64,
}

/// Answers for a whole sequence without events.
pub fn watch(sequence: Sequence, question: &Watched) -> Result<Reading, Invalid> {
    let mut watch = Watch::new(question)?;
    watch.observe(sequence)?;
    watch.reading()
}

impl Watch {
    /// Nothing seen yet.
    pub fn new(question: &Watched) -> Result<Self, Invalid> {
        Self::resume(question, &WatchState::default(), Recent::keeping(KEPT))
    }

    /// Continues from what was stored, with the newest observations since the last reset.
    pub fn resume(question: &Watched, state: &WatchState, recent: Recent) -> Result<Self, Invalid> {
        invalid::error_rate("alpha", question.alpha)?;
        let betting = question.detection.betting()?;
        let process = |state| SinceEvent::resume(betting.clone(), state);
        Ok(Self {
            question: *question,
            detector: Detector::resume(&question.detection, state.detector)?,
            since_event: state.since_event.map(process).transpose()?,
            betting,
            recent,
            alarm: state.alarm,
            n: state.n,
            n_before_reset: state.n_before_reset,
        })
    }

    /// Adds the observations after the cursor; all are checked before the first is added.
    ///
    /// The first alarm stays open, and the evidence that raised it is kept, until [`Watch::reset`].
    pub fn observe(&mut self, sequence: Sequence) -> Result<(), Invalid> {
        for x in sequence.values()? {
            self.recent.observe(x)?;
            self.n += 1;
            if self.alarm.is_some() {
                continue;
            }
            let raised = self.detector.observe(x)?;
            if let Some(process) = &mut self.since_event {
                process.observe(x)?;
                let alpha = self.question.alpha / f64::from(self.question.detection.n_streams);
                if process.log_e() >= -alpha.ln() {
                    self.alarm = Some(Alarm { at: self.n, by: Trigger::Event });
                }
            }
            // The sum over starts can grow without any start being low (a constant just above the level): no alarm.
            if raised && self.recent.change(&self.betting, self.question.alpha)?.is_some() {
                self.alarm = Some(Alarm { at: self.n, by: Trigger::Detector });
            }
        }
        Ok(())
    }

    /// A known event happened after the last observation: the process since the event starts anew.
    pub fn event(&mut self) -> Result<(), Invalid> {
        let start = SinceEventState::default();
        self.since_event = Some(SinceEvent::resume(self.betting.clone(), start)?);
        Ok(())
    }

    /// Closes the alarm and forgets all evidence; the cursor stays.
    pub fn reset(&mut self) {
        self.detector.reset();
        self.since_event = None;
        self.alarm = None;
        self.recent = Recent::keeping(KEPT);
        self.n_before_reset = self.n;
    }

    /// What to store.
    pub fn state(&self) -> WatchState {
        WatchState {
            detector: self.detector.state(),
            since_event: self.since_event.as_ref().map(SinceEvent::state),
            alarm: self.alarm,
            n: self.n,
            n_before_reset: self.n_before_reset,
        }
    }

    /// The answer now.
    pub fn reading(&self) -> Result<Reading, Invalid> {
        let alpha = self.question.alpha;
        let change = self.recent.change(&self.betting, alpha)?;
        let (n_recent, mean, interval) = match (self.alarm, change) {
            (Some(_), Some(change)) => (change.n, Some(change.mean), change.interval),
            _ => {
                let kept: Vec<f64> = self.recent.values().iter().copied().collect();
                let kept = Observations::values(&kept)?;
                let lower = self.betting.lower(&kept, alpha)?;
                let upper = self.betting.upper(&kept, alpha)?;
                (kept.n() as u64, kept.mean(), Interval { lower, upper })
            }
        };
        let method = match (self.alarm.map(|alarm| alarm.by), self.question.detection.control) {
            (Some(Trigger::Event), _) => "betting e-process since the event",
            (_, Control::RunLength(_)) => "Shiryaev–Roberts e-detector",
            (_, Control::Lifetime(_)) => "e-detector for a lifetime",
        };
        Ok(Reading {
            standing: if self.alarm.is_some() { Standing::Fallen } else { Standing::NoAlarm },
            alarm: self.alarm,
            n: self.n,
            n_recent,
            mean,
            interval,
            change,
            log_evidence: self.detector.log_evidence(),
            log_needed: self.detector.log_threshold(),
            log_e_since_event: self.since_event.as_ref().map(SinceEvent::log_e),
            method,
        })
    }
}

impl Sequence<'_> {
    fn values(&self) -> Result<Vec<f64>, Invalid> {
        let mean = |cluster: &Vec<f64>| {
            (cluster.iter().sum::<f64>() / cluster.len() as f64).clamp(0.0, 1.0)
        };
        let (checked, values): (Vec<f64>, Vec<f64>) = match self {
            Self::Values(values) => (values.to_vec(), values.to_vec()),
            Self::Clusters(clusters) => (
                clusters.concat(),
                clusters.iter().filter(|cluster| !cluster.is_empty()).map(mean).collect(),
            ),
        };
        for x in checked {
            invalid::unit("observation", x)?;
        }
        Ok(values)
    }
}
