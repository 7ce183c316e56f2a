//! Pure. A number as every surface shows it: with its interval and with how many stand behind it.

use karat_stats::{Floor, Sample};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A measured value; it never comes without its interval and n.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measured {
    /// What was measured.
    pub metric: String,
    /// The value itself.
    pub estimate: Option<f64>,
    /// Lower bound.
    pub lower: Option<f64>,
    /// Upper bound; absent where too few were measured to have one.
    pub upper: Option<f64>,
    /// The bound that is demanded, where there is one.
    pub floor: Option<f64>,
    /// How many stand behind it.
    pub n: u64,
    /// What kind of number it is.
    pub unit: MeasuredUnit,
    /// What is demanded, or what would be needed for a whole interval.
    pub demand: Option<String>,
}

/// What kind of number a measured value is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum MeasuredUnit {
    /// A share of cases.
    Rate,
    /// A difference from the baseline.
    Gain,
    /// Milliseconds.
    Ms,
    /// US dollars.
    Usd,
    /// A count.
    Count,
}

impl Measured {
    /// The mean of values in 0 to 1, one for each case; nothing where there is no case.
    pub fn rate(metric: &str, values: Vec<f64>, alpha: f64) -> Option<Self> {
        let n = values.len() as u64;
        let question = Floor { alpha_pass: alpha, alpha_fail: alpha, ..Floor::at(0.5) };
        let answer = karat_stats::gate(&Sample::Values(values), &question).ok()?;
        Some(Self {
            metric: metric.to_owned(),
            estimate: Some(answer.mean?),
            lower: Some(answer.lower),
            upper: Some(answer.upper),
            floor: None,
            n,
            unit: MeasuredUnit::Rate,
            demand: None,
        })
    }

    /// A share that was counted.
    pub fn share(metric: &str, n_yes: u64, n: u64, alpha: f64) -> Option<Self> {
        let values = (0..n).map(|index| f64::from(u8::from(index < n_yes))).collect();
        Self::rate(metric, values, alpha)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_has_an_interval_and_no_case_has_no_share() {
        let share = Measured::share("right", 36, 40, 0.05).unwrap();
        assert_eq!((share.estimate, share.n), (Some(0.9), 40));
        assert!(share.lower.unwrap() < 0.9 && share.upper.unwrap() > 0.9);
        assert_eq!(Measured::share("right", 0, 0, 0.05), None);
    }
}
