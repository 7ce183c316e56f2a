//! Pure. `latency` and `cost`: the answer stayed below a bound.

use karat_records::Answer;

use super::method::{Cost, Latency};
use super::score::{Judged, show};

pub(super) fn judge_latency(settings: Latency, answer: &Answer) -> Judged {
    let Some(latency_ms) = answer.latency_ms else {
        return Judged::undecided("the answer has no `latency_ms`");
    };
    let max_ms = settings.max_ms;
    Judged::holds(
        latency_ms <= max_ms,
        format!("{} ms, {max_ms} ms are allowed", show(latency_ms.round())),
    )
}

pub(super) fn judge_cost(settings: Cost, answer: &Answer) -> Judged {
    let Some(cost_usd) = answer.cost_usd else {
        return Judged::undecided("the answer has no `cost_usd`; what a call cost is unknown");
    };
    let max_usd = settings.max_usd;
    Judged::holds(cost_usd <= max_usd, format!("{} USD, {max_usd} USD are allowed", show(cost_usd)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::vectors::answer;
    use super::*;

    #[test]
    fn a_bound_itself_is_allowed_and_the_unknown_is_undecided() {
        for (known, value) in [(Some(2000.0), Some(1.0)), (Some(2000.5), Some(0.0)), (None, None)] {
            let output = karat_records::Answer {
                latency_ms: known,
                cost_usd: known.map(|ms| ms / 1000.0),
                ..answer(json!("x"))
            };
            assert_eq!(judge_latency(Latency { max_ms: 2000.0 }, &output).value, value);
            assert_eq!(judge_cost(Cost { max_usd: 2.0 }, &output).value, value);
        }
    }
}
