//! Pure. Two ends of a confidence interval, in the unit of what is estimated.

/// A confidence interval; `lower <= upper`, and an end is infinite where the data say nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The lower end.
    pub lower: f64,
    /// The upper end.
    pub upper: f64,
}

impl Interval {
    /// Every rate: what no observations leave.
    pub(crate) const UNIT: Self = Self { lower: 0.0, upper: 1.0 };

    /// Whether `value` lies between the ends, both included.
    pub fn contains(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }

    /// The distance between the ends.
    pub fn width(&self) -> f64 {
        self.upper - self.lower
    }
}
