//! Pure. What is the true rate, given a noisy judge and a few labels? Chooses the method; refuses rather than guesses.

use crate::aipw::{Item, aipw};
use crate::gate::{Decision, Sample};
use crate::gold::{Cells, Gold};
use crate::interval::Interval;
use crate::invalid::{self, Invalid};
use crate::ppi::{FEWEST_LABELS, ppi_mean};
use crate::rogan_gladen::{Refusal, rogan_gladen};

/// The most looks that may be planned; more spend the error without teaching anything.
pub const MOST_LOOKS: u32 = 5;

/// How the labelled items were found, which decides what may be concluded from them.
#[derive(Clone, Debug, PartialEq)]
pub enum Evidence {
    /// Drawn evenly at random from the stream that is asked about.
    Drawn {
        /// Items with label and score.
        gold: Gold,
        /// The judge's scores of the stream's other items.
        unlabelled: Sample,
    },
    /// Drawn from the stream with logged, uneven probabilities; every item of the stream is listed.
    Weighted(Vec<Item>),
    /// Taken from elsewhere, so that only the judge's error rates carry over.
    Elsewhere {
        /// Items with label and judgement.
        calibration: Cells,
        /// How many of the stream's items the judge calls good.
        yes: u64,
        /// How many of the stream's items it judged.
        n: u64,
    },
}

/// The question: is the true rate at or above `floor`?
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TrueFloor {
    /// The floor of the true rate, in [0, 1].
    pub floor: f64,
    /// Largest probability of a wrong claim on each side, over all looks.
    pub alpha_each_side: f64,
    /// At how many sample sizes, fixed beforehand, one looks: 1 to [`MOST_LOOKS`]. Each uses an equal part of the error.
    pub looks: u32,
}

impl TrueFloor {
    /// The usual question: 0.05 on each side, so a 90 % interval, and a single look.
    pub fn at(floor: f64) -> Self {
        Self { floor, alpha_each_side: 0.05, looks: 1 }
    }
}

/// An even sample corrects the judge.
const PPI: &str = "PPI++, smoothed";

/// Too few labels to correct a judge with.
const LABELS_ALONE: &str = "labels alone, exact";

/// Labels of uneven probability correct the judge.
const AIPW: &str = "labels weighted by their probability, judge for the rest (AIPW)";

/// Error rates from elsewhere correct the judge.
const ROGAN_GLADEN: &str = "Rogan-Gladen, interval of Lang and Reiczigel";

/// Why the judge could not be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unusable {
    /// Fewer than [`FEWEST_LABELS`] labels.
    FewLabels,
    /// The labels from elsewhere cannot correct it.
    Refused(Refusal),
    /// The rate of yes here is impossible with the error rates measured elsewhere.
    Contradiction,
}

impl Unusable {
    /// The reason as a sentence for readers.
    pub fn text(self) -> &'static str {
        match self {
            Self::FewLabels => "fewer than 20 labels: the judge cannot be corrected yet",
            Self::Refused(refusal) => refusal.text(),
            Self::Contradiction => {
                "the judge's error rates from elsewhere do not fit what it says here"
            }
        }
    }
}

/// The answer, with everything that it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Corrected {
    /// What may be concluded about the floor.
    pub decision: Decision,
    /// The true rate, nothing where there is no basis for one.
    pub estimate: Option<f64>,
    /// Its interval in [0, 1]; all of it where there is no basis.
    pub interval: Interval,
    /// What the judge alone says, uncorrected; nothing where it judged nothing.
    pub judge_says: Option<f64>,
    /// How many labels there are.
    pub n_labels: u64,
    /// How many items have a score, labelled ones included where they belong to the stream.
    pub n_judged: u64,
    /// The method, for whoever reads the answer.
    pub method: &'static str,
    /// Why the judge was not used, where it was not.
    pub unusable: Option<Unusable>,
}

/// Answers for a sample size that was fixed beforehand (one of `looks` planned ones).
///
/// Pass if and only if `interval.lower >= floor`, fail if and only if `interval.upper < floor`.
/// Unlike [`crate::gate`](mod@crate::gate) it may not be asked again after every label.
pub fn corrected(evidence: &Evidence, question: &TrueFloor) -> Result<Corrected, Invalid> {
    let TrueFloor { floor, alpha_each_side, looks } = *question;
    invalid::unit("floor", floor)?;
    invalid::error_rate("alpha on each side", alpha_each_side)?;
    if !(1..=MOST_LOOKS).contains(&looks) {
        let value = f64::from(looks);
        return Err(Invalid::OutOfRange { what: "number of looks", value, accepted: "1 to 5" });
    }
    let confidence = 1.0 - 2.0 * alpha_each_side / f64::from(looks);
    // At one half on each side nothing is left between the ends; the least sure interval is the limit.
    let confidence = confidence.max(f64::EPSILON);
    let mut answer = match evidence {
        Evidence::Drawn { gold, unlabelled } => drawn(gold, unlabelled, confidence),
        Evidence::Weighted(items) => weighted(items, confidence),
        Evidence::Elsewhere { calibration, yes, n } => elsewhere(calibration, *yes, *n, confidence),
    }?;
    answer.decision = if answer.interval.lower >= floor {
        Decision::Pass
    } else if answer.interval.upper < floor {
        Decision::Fail
    } else {
        Decision::Undecided
    };
    Ok(answer)
}

/// An answer without a basis, to be filled in.
const NOTHING: Corrected = Corrected {
    decision: Decision::Undecided,
    estimate: None,
    interval: Interval::UNIT,
    judge_says: None,
    n_labels: 0,
    n_judged: 0,
    method: LABELS_ALONE,
    unusable: None,
};

fn drawn(gold: &Gold, unlabelled: &Sample, confidence: f64) -> Result<Corrected, Invalid> {
    let others = unlabelled.observations()?;
    let points = gold.weighted(0.0)?;
    let n_judged = gold.n() + others.n() as u64;
    let scores = points.iter().map(|(item, w)| w * item.judge).sum::<f64>() + others.sum();
    let judge_says = (n_judged > 0).then(|| scores / n_judged as f64);
    let answer = Corrected { judge_says, n_labels: gold.n(), n_judged, ..NOTHING };
    if let Some(found) = ppi_mean(gold, unlabelled, confidence)? {
        let (estimate, interval) = (Some(found.estimate), found.interval);
        return Ok(Corrected { estimate, interval, method: PPI, ..answer });
    }
    let (estimate, interval) = gold.alone(confidence)?;
    Ok(Corrected { estimate, interval, unusable: Some(Unusable::FewLabels), ..answer })
}

fn weighted(items: &[Item], confidence: f64) -> Result<Corrected, Invalid> {
    let n_judged = items.len() as u64;
    let judge = items.iter().map(|item| item.judge).sum::<f64>();
    let judge_says = (n_judged > 0).then(|| judge / n_judged as f64);
    let answer = Corrected { judge_says, n_judged, method: AIPW, ..NOTHING };
    let found = aipw(items, confidence)?;
    let n_labels = found.map_or(0, |found| found.n_labels);
    let answer = Corrected { n_labels, ..answer };
    let Some(found) = found.filter(|found| found.n_labels >= FEWEST_LABELS) else {
        return Ok(Corrected { unusable: Some(Unusable::FewLabels), ..answer });
    };
    let cut = |x: f64| x.clamp(0.0, 1.0);
    let interval = Interval { lower: cut(found.interval.lower), upper: cut(found.interval.upper) };
    Ok(Corrected { estimate: Some(cut(found.estimate)), interval, ..answer })
}

fn elsewhere(calibration: &Cells, yes: u64, n: u64, confidence: f64) -> Result<Corrected, Invalid> {
    let judge_says = (n > 0).then(|| yes as f64 / n as f64);
    let (n_labels, method) = (calibration.n(), ROGAN_GLADEN);
    let answer = Corrected { judge_says, n_labels, n_judged: n, method, ..NOTHING };
    Ok(match rogan_gladen(yes, n, calibration, confidence)? {
        Ok(found) if !found.contradicts => {
            // The interval is centred elsewhere; with many judged items and few labels it can miss the estimate.
            let Interval { lower, upper } = found.interval;
            let estimate = found.estimate;
            let interval = Interval { lower: lower.min(estimate), upper: upper.max(estimate) };
            Corrected { estimate: Some(estimate), interval, ..answer }
        }
        Ok(_) => Corrected { unusable: Some(Unusable::Contradiction), ..answer },
        Err(refusal) => Corrected { unusable: Some(Unusable::Refused(refusal)), ..answer },
    })
}
