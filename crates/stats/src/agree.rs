//! Pure. Do these people agree? Pass, fail or undecided, with an interval and a band that says what the labels are good for.

use crate::agreement::{Coefficient, Level, Ratings, agreement_interval};
use crate::agreement::{gwet_ac1, percent_agreement};
use crate::bootstrap::Resampling;
use crate::gate::Decision;
use crate::interval::Interval;
use crate::invalid::{self, Invalid};

/// Below this many units with two ratings there is no verdict: resampling so few says too much.
pub const FEWEST_UNITS: usize = 20;

/// The question: is agreement at or above `floor`?
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AgreementFloor {
    /// What is measured.
    pub coefficient: Coefficient,
    /// The floor, in [0, 1].
    pub floor: f64,
    /// How to resample; the seed belongs into the record of the outcome.
    pub resampling: Resampling,
}

impl AgreementFloor {
    /// The usual question: Krippendorff's alpha of at least 0.667, at 95 % with 2,000 resamples.
    pub fn usual(level: Level, seed: u64) -> Self {
        let resampling = Resampling { resamples: 2000, seed, confidence: 0.95 };
        Self { coefficient: Coefficient::Alpha(level), floor: Band::TENTATIVE_FROM, resampling }
    }
}

/// What labels of such agreement are good for (Krippendorff 2004); the lower end of the interval decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Band {
    /// At least 0.8.
    Reliable,
    /// At least 0.667.
    Tentative,
    /// Below 0.667.
    NotGold,
    /// Too few units, or no disagreement to expect: the coefficient or its interval does not exist.
    Unknown,
}

impl Band {
    const RELIABLE_FROM: f64 = 0.8;
    const TENTATIVE_FROM: f64 = 0.667;

    /// The band of a lower end of alpha or kappa.
    pub fn of(lower: f64) -> Self {
        match lower {
            _ if lower >= Self::RELIABLE_FROM => Self::Reliable,
            _ if lower >= Self::TENTATIVE_FROM => Self::Tentative,
            _ => Self::NotGold,
        }
    }

    /// The band as a sentence for readers.
    pub fn text(self) -> &'static str {
        match self {
            Self::Reliable => "reliable",
            Self::Tentative => "tentative conclusions only",
            Self::NotGold => "do not use as gold",
            Self::Unknown => "cannot be said from these ratings",
        }
    }
}

/// The answer, with everything that it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Agreement {
    /// Whether agreement is at or above the floor.
    pub decision: Decision,
    /// The coefficient; nothing when it is undefined, for example when all ratings are the same.
    pub estimate: Option<f64>,
    /// Its interval; nothing when there is none.
    pub interval: Option<Interval>,
    /// What these labels are good for; meaningful for alpha and kappa.
    pub band: Band,
    /// Percent agreement, which includes what chance gives; nothing without units that two have rated.
    pub percent: Option<f64>,
    /// Gwet's AC1, to be read when one answer dominates; nothing when fewer than two answers occur.
    pub ac1: Option<f64>,
    /// How many units have at least two ratings.
    pub n: usize,
    /// How many raters there are.
    pub n_raters: usize,
    /// The coefficient's name.
    pub method: &'static str,
}

/// Answers from the interval: pass when its lower end reaches the floor, fail when its upper end stays below.
///
/// Undecided below [`FEWEST_UNITS`] units with two ratings, and wherever the coefficient is undefined.
pub fn agree(ratings: &Ratings, question: &AgreementFloor) -> Result<Agreement, Invalid> {
    invalid::unit("floor", question.floor)?;
    let interval = agreement_interval(ratings, question.coefficient, &question.resampling)?;
    let enough = interval.filter(|_| ratings.n_pairable() >= FEWEST_UNITS);
    let decision = match enough {
        Some(found) if found.lower >= question.floor => Decision::Pass,
        Some(found) if found.upper < question.floor => Decision::Fail,
        _ => Decision::Undecided,
    };
    Ok(Agreement {
        decision,
        estimate: question.coefficient.of(ratings),
        interval,
        band: enough.map_or(Band::Unknown, |found| Band::of(found.lower)),
        percent: percent_agreement(ratings),
        ac1: gwet_ac1(ratings),
        n: ratings.n_pairable(),
        n_raters: ratings.n_raters(),
        method: question.coefficient.name(),
    })
}
