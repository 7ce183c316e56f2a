//! Pure. Items that a person and the judge have both answered: the four cells of yes and no, or graded pairs.

use crate::betting::{Betting, Observations};
use crate::clopper_pearson::clopper_pearson;
use crate::interval::Interval;
use crate::invalid::{self, Invalid};

/// Counts of items by what is true (a person's label) and what the judge said; the confusion matrix.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    /// True, and the judge said yes.
    pub yes_yes: u64,
    /// True, but the judge said no.
    pub yes_no: u64,
    /// Not true, but the judge said yes.
    pub no_yes: u64,
    /// Not true, and the judge said no.
    pub no_no: u64,
}

impl Cells {
    /// How many items are true.
    pub fn positives(&self) -> u64 {
        self.yes_yes + self.yes_no
    }

    /// How many items are not true.
    pub fn negatives(&self) -> u64 {
        self.no_yes + self.no_no
    }

    /// How many items there are.
    pub fn n(&self) -> u64 {
        self.positives() + self.negatives()
    }

    /// Share of true items that the judge calls true; nothing without true items.
    pub fn sensitivity(&self) -> Option<f64> {
        share(self.yes_yes, self.positives())
    }

    /// Share of untrue items that the judge calls untrue; nothing without untrue items.
    pub fn specificity(&self) -> Option<f64> {
        share(self.no_no, self.negatives())
    }

    /// The cells as a table for [`crate::agreement`]: rows are the person, columns the judge, yes first.
    pub fn table(&self) -> Vec<Vec<u64>> {
        vec![vec![self.yes_yes, self.yes_no], vec![self.no_yes, self.no_no]]
    }
}

fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// One item with both answers.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Labelled {
    /// What a person says.
    pub truth: f64,
    /// What the judge says.
    pub judge: f64,
}

/// Items with both answers, in no order.
#[derive(Clone, Debug, PartialEq)]
pub enum Gold {
    /// Booleans, already counted.
    Cells(Cells),
    /// Pairs of values in [0, 1].
    Items(Vec<Labelled>),
}

impl Gold {
    /// How many items there are.
    pub fn n(&self) -> u64 {
        match self {
            Self::Cells(cells) => cells.n(),
            Self::Items(items) => items.len() as u64,
        }
    }

    /// The persons' labels alone: an exact interval of their mean that ignores the judge.
    ///
    /// Clopper and Pearson for booleans; for graded labels the ends of the betting engine, exact as well.
    /// No labels give [0, 1].
    pub fn alone(&self, confidence: f64) -> Result<(Option<f64>, Interval), Invalid> {
        invalid::open_unit("confidence", confidence)?;
        let truths = match self {
            Self::Cells(cells) => Observations::counts(cells.positives(), cells.n())?,
            Self::Items(items) => {
                Observations::values(&items.iter().map(|item| item.truth).collect::<Vec<_>>())?
            }
        };
        let interval = if truths.is_binary() {
            clopper_pearson(truths.sum() as u64, truths.n() as u64, confidence)?
        } else {
            let (betting, alpha) = (Betting::new(0.5, 0.02)?, (1.0 - confidence) / 2.0);
            let lower = betting.lower(&truths, alpha)?;
            Interval { lower, upper: betting.upper(&truths, alpha)? }
        };
        Ok((truths.mean(), interval))
    }

    /// The points with their weights, `extra` added to each corner of the unit square.
    pub(crate) fn weighted(&self, extra: f64) -> Result<Vec<(Labelled, f64)>, Invalid> {
        let corner = |truth, judge, weight| (Labelled { truth, judge }, weight);
        let corners = |c: &Cells| {
            vec![
                corner(1.0, 1.0, c.yes_yes as f64 + extra),
                corner(1.0, 0.0, c.yes_no as f64 + extra),
                corner(0.0, 1.0, c.no_yes as f64 + extra),
                corner(0.0, 0.0, c.no_no as f64 + extra),
            ]
        };
        match self {
            Self::Cells(cells) => Ok(corners(cells)),
            Self::Items(items) => {
                let mut points = corners(&Cells::default());
                for item in items {
                    invalid::unit("label", item.truth)?;
                    invalid::unit("judge score", item.judge)?;
                    points.push((*item, 1.0));
                }
                Ok(points)
            }
        }
    }
}
