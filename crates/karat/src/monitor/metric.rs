//! Pure. What is watched of a feature's answers. Each metric is a share or a mean in 0 to 1, and 1 is good.

use crate::signals::metrics::Figure;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// What is watched.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Metric {
    /// Requests and attempts that got an answer.
    Answered,
    /// What a scorer says about answers that were drawn.
    Score(String),
    /// Answers that took no longer than a limit.
    Latency,
    /// Answers that cost no more than a limit.
    Cost,
    /// Thumbs that are up.
    Thumbs,
    /// Answers that were applied and not taken back.
    Undone,
    /// Answers after which nobody asked again in other words or said that they are wrong.
    Rephrased,
    /// Answers that nobody asked for again.
    Retried,
}

const SCORE: &str = "score of ";

/// Metrics that signals tell of; the first to be ripe first.
pub const OF_SIGNALS: [Metric; 4] =
    [Metric::Retried, Metric::Rephrased, Metric::Thumbs, Metric::Undone];

impl Metric {
    /// Its name in incidents.
    pub fn name(&self) -> String {
        match self {
            Self::Answered => "answered".into(),
            Self::Score(scorer) => format!("{SCORE}{scorer}"),
            Self::Latency => "latency".into(),
            Self::Cost => "cost".into(),
            Self::Thumbs => "thumbs-up".into(),
            Self::Undone => "not-undone".into(),
            Self::Rephrased => "not-rephrased".into(),
            Self::Retried => "not-retried".into(),
        }
    }

    /// The metric of this name.
    pub fn named(name: &str) -> Option<Self> {
        if let Some(scorer) = name.strip_prefix(SCORE) {
            return Some(Self::Score(scorer.to_owned()));
        }
        let fixed = [Self::Answered, Self::Latency, Self::Cost];
        fixed.into_iter().chain(OF_SIGNALS).find(|metric| metric.name() == name)
    }

    /// The figure of signals behind it.
    pub fn figure(&self) -> Option<Figure> {
        match self {
            Self::Thumbs => Some(Figure::ThumbsUpRate),
            Self::Undone => Some(Figure::UndoRate(DAY_MS)),
            Self::Rephrased => Some(Figure::RephraseRate),
            Self::Retried => Some(Figure::RetryRate),
            Self::Answered | Self::Score(_) | Self::Latency | Self::Cost => None,
        }
    }

    /// What a figure's value of one answer says, with 1 as good.
    pub fn good(&self, value: f64) -> f64 {
        if *self == Self::Thumbs { value } else { 1.0 - value }
    }

    /// What of a variant is so, in the words of a title.
    pub fn says(&self, limit: Option<f64>) -> String {
        let limit = limit.unwrap_or_default();
        match self {
            Self::Answered => "requests answered".into(),
            Self::Score(scorer) => format!("{SCORE}{scorer} on live answers"),
            Self::Latency if limit >= 1000.0 => {
                format!("answers within {:.1} s", limit / 1000.0)
            }
            Self::Latency => format!("answers within {limit:.0} ms"),
            Self::Cost => format!("answers for at most ${limit:.5}"),
            Self::Thumbs => "thumbs that are up".into(),
            Self::Undone => "applied answers not taken back".into(),
            Self::Rephrased => "answers not asked again in other words".into(),
            Self::Retried => "answers not asked for again".into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_leads_back_to_its_metric() {
        let fixed = [Metric::Answered, Metric::Latency, Metric::Cost];
        let scores = ["latency", "right"].map(|name| Metric::Score(name.into()));
        for metric in fixed.into_iter().chain(scores).chain(OF_SIGNALS) {
            assert_eq!(Metric::named(&metric.name()), Some(metric.clone()), "{metric:?}");
        }
        assert_eq!(Metric::named("canary"), None);
    }
}
