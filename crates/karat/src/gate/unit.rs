//! Pure. What a criterion's numbers are: a share, a gain, a wait, money or a count, and how each is written.

use super::CriterionVerdict;
use super::describe::{milliseconds, number, usd};
use super::shown::{Measured, MeasuredUnit};

/// What a criterion's numbers are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A share of cases that should be large.
    ShareAtLeast,
    /// A share of cases that should be small.
    ShareAtMost,
    /// A difference from the baseline, between -1 and 1.
    Gain,
    /// Milliseconds.
    Milliseconds,
    /// US dollars.
    Usd,
    /// Failures, counted exactly.
    Count,
}

/// The unit of a criterion, from its metric and its demand.
pub fn unit(criterion: &CriterionVerdict) -> Unit {
    let demand = criterion.demand.as_str();
    match criterion.metric.as_str() {
        _ if demand.contains("never fails") || demand.contains("fails at most") => Unit::Count,
        _ if demand.contains("above the baseline by") => Unit::Gain,
        "latency" => Unit::Milliseconds,
        "cost" => Unit::Usd,
        _ if demand.contains(" at most ") => Unit::ShareAtMost,
        _ => Unit::ShareAtLeast,
    }
}

impl Unit {
    /// What the bound is called: a floor below, a limit above.
    pub fn bound_word(self) -> &'static str {
        match self {
            Self::ShareAtLeast | Self::Gain => "the floor",
            Self::ShareAtMost | Self::Milliseconds | Self::Usd | Self::Count => "the limit",
        }
    }

    /// An amount in this unit.
    pub fn amount(self, value: f64) -> String {
        match self {
            Self::ShareAtLeast | Self::ShareAtMost => format!("{value:.2}"),
            Self::Gain => format!("{value:+.2}"),
            Self::Milliseconds => milliseconds(value),
            Self::Usd => usd(value),
            Self::Count => number(value),
        }
    }

    /// An amount with its interval, as far as it is known: `0.87 [0.82, 0.91]`.
    pub fn with_interval(
        self,
        estimate: Option<f64>,
        lower: Option<f64>,
        upper: Option<f64>,
    ) -> String {
        let side = |value: Option<f64>| {
            value
                .filter(|value| value.is_finite())
                .map_or_else(|| "?".into(), |value| self.amount(value))
        };
        let estimate = estimate.map_or_else(|| "unknown".into(), |value| self.amount(value));
        match (lower, upper) {
            (None, None) => estimate,
            _ => format!("{estimate} [{}, {}]", side(lower), side(upper)),
        }
    }
}

/// What a criterion measured, with its interval, n, and the bound that it demands.
pub fn shown(criterion: &CriterionVerdict) -> Measured {
    let finite = |value: Option<f64>| value.filter(|value| value.is_finite());
    Measured {
        metric: criterion.metric.clone(),
        estimate: finite(criterion.estimate),
        lower: finite(criterion.lower),
        upper: finite(criterion.upper),
        floor: Some(criterion.bound),
        n: criterion.n,
        unit: match unit(criterion) {
            Unit::ShareAtLeast | Unit::ShareAtMost => MeasuredUnit::Rate,
            Unit::Gain => MeasuredUnit::Gain,
            Unit::Milliseconds => MeasuredUnit::Ms,
            Unit::Usd => MeasuredUnit::Usd,
            Unit::Count => MeasuredUnit::Count,
        },
        demand: Some(criterion.demand.clone()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_written_in_their_unit() {
        let of = |unit: Unit| unit.with_interval(Some(0.5), Some(0.25), None);
        assert_eq!(of(Unit::ShareAtLeast), "0.50 [0.25, ?]");
        assert_eq!(of(Unit::Gain), "+0.50 [+0.25, ?]");
        assert_eq!(of(Unit::Usd), "$0.50 [$0.25, ?]");
        assert_eq!(
            Unit::Milliseconds.with_interval(None, Some(1800.0), None),
            "unknown [1.8 s, ?]"
        );
        assert_eq!(Unit::Count.with_interval(Some(2.0), None, None), "2");
    }
}
