//! Pure. An interval for any coefficient of agreement: whole units are drawn again, with a seed.

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng;

use super::cohen::{self, Weights};
use super::gwet;
use super::krippendorff::{self, Level};
use super::ratings::Ratings;
use crate::bootstrap::{Resampling, at_share, below};
use crate::interval::Interval;
use crate::invalid::{self, Invalid};

/// Which coefficient.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coefficient {
    /// Krippendorff's alpha.
    Alpha(Level),
    /// Cohen's kappa of two raters on the units that both have rated.
    Kappa(Weights),
    /// Gwet's AC1.
    Ac1,
    /// Percent agreement, chance left in.
    Percent,
}

impl Coefficient {
    /// The name for readers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Alpha(Level::Nominal) => "Krippendorff's alpha, nominal",
            Self::Alpha(Level::Ordinal) => "Krippendorff's alpha, ordinal",
            Self::Alpha(Level::Interval) => "Krippendorff's alpha, interval",
            Self::Kappa(Weights::None) => "Cohen's kappa",
            Self::Kappa(Weights::Linear) => "Cohen's kappa, linear weights",
            Self::Kappa(Weights::Quadratic) => "Cohen's kappa, quadratic weights",
            Self::Ac1 => "Gwet's AC1",
            Self::Percent => "percent agreement",
        }
    }

    /// The coefficient of all units; nothing where it is undefined, for kappa also with other than two raters.
    pub fn of(self, ratings: &Ratings) -> Option<f64> {
        self.over(&ratings.pairable(), ratings)
    }

    fn over(self, units: &[&[(usize, usize)]], ratings: &Ratings) -> Option<f64> {
        match self {
            Self::Alpha(level) => krippendorff::alpha(units, ratings.values(), level),
            Self::Kappa(weights) if ratings.n_raters() == 2 => {
                cohen::kappa(&cohen::table(units, ratings), weights)
            }
            Self::Kappa(_) => None,
            Self::Ac1 => gwet::ac1(units, ratings.values().len()),
            Self::Percent => gwet::percent(units),
        }
    }

    /// The lowest value that the coefficient can take.
    fn lowest(self) -> f64 {
        if self == Self::Percent { 0.0 } else { -1.0 }
    }
}

/// Percentile interval over resampled units with at least two ratings; nothing below two of them or where the
/// coefficient is undefined.
///
/// Units are the clusters: ratings of one unit stay together. A resample in which the coefficient is undefined (all
/// ratings the same) counts against both ends, as the lowest and as the highest value that there is.
/// Without any disagreement every resample agrees too; the lower end then comes from the exact bound on how many units
/// may yet differ, by as much as answers can: it is 1 minus that bound over the disagreement expected by chance.
pub fn agreement_interval(
    ratings: &Ratings,
    coefficient: Coefficient,
    resampling: &Resampling,
) -> Result<Option<Interval>, Invalid> {
    invalid::open_unit("confidence", resampling.confidence)?;
    let units = ratings.pairable();
    let Some(estimate) = coefficient.over(&units, ratings) else { return Ok(None) };
    if units.len() < 2 || resampling.resamples < 2 {
        return Ok(None);
    }
    let tail = (1.0 - resampling.confidence) / 2.0;
    if gwet::percent(&units).is_some_and(|share| share >= 1.0) {
        let lower = unseen(&units, ratings, coefficient, tail).max(coefficient.lowest());
        return Ok(Some(Interval { lower, upper: 1.0 }));
    }
    let mut random = ChaCha12Rng::seed_from_u64(resampling.seed);
    let mut drawn = Vec::with_capacity(units.len());
    let mut ends = [Vec::new(), Vec::new()];
    for _ in 0..resampling.resamples {
        drawn.clear();
        drawn.extend((0..units.len()).map(|_| units[below(&mut random, units.len())]));
        let found = coefficient.over(&drawn, ratings);
        ends[0].push(found.unwrap_or(coefficient.lowest()));
        ends[1].push(found.unwrap_or(1.0));
    }
    let [mut low, mut high] = ends;
    low.sort_unstable_by(f64::total_cmp);
    high.sort_unstable_by(f64::total_cmp);
    Ok(Some(Interval {
        lower: at_share(&low, tail).min(estimate),
        upper: at_share(&high, 1.0 - tail).max(estimate),
    }))
}

/// The lower end when no two ratings of a unit differ.
fn unseen(
    units: &[&[(usize, usize)]],
    ratings: &Ratings,
    coefficient: Coefficient,
    tail: f64,
) -> f64 {
    let may_differ = -(tail.ln() / units.len() as f64).exp_m1();
    if coefficient == Coefficient::Percent {
        return 1.0 - may_differ;
    }
    // Each unit agrees with itself, so each is one vote for its answer.
    let mut votes = vec![0.0; ratings.values().len()];
    for unit in units {
        votes[unit[0].1] += 1.0 / units.len() as f64;
    }
    let chance = |distance: &dyn Fn(usize, usize) -> f64| -> f64 {
        let of =
            |i: usize| (0..votes.len()).map(|j| votes[i] * votes[j] * distance(i, j)).sum::<f64>();
        (0..votes.len()).map(of).sum()
    };
    let differ = |i: usize, j: usize| f64::from(u8::from(i != j));
    let places: Vec<f64> = match coefficient {
        Coefficient::Alpha(Level::Interval) => ratings.values().to_vec(),
        Coefficient::Alpha(Level::Ordinal) => krippendorff::mid_ranks(&votes),
        _ => (0..votes.len()).map(|place| place as f64).collect(),
    };
    let apart = |i: usize, j: usize| (places[i] - places[j]).abs();
    let widest = apart(0, votes.len() - 1);
    let (worst, by_chance) = match coefficient {
        Coefficient::Ac1 => (1.0, 1.0 - chance(&differ) / widest),
        Coefficient::Alpha(Level::Nominal) | Coefficient::Kappa(Weights::None) => {
            (1.0, chance(&differ))
        }
        Coefficient::Kappa(Weights::Linear) => (widest, chance(&apart)),
        _ => (widest * widest, chance(&|i, j| apart(i, j).powi(2))),
    };
    1.0 - may_differ * worst / by_chance
}
