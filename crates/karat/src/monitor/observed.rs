//! Pure. What an inference, a live score or people's acts say about the metrics of whatever answered.

use karat_records::{Inference, LiveScore, Outcome, Usage};

use super::metric::Metric;
use super::trail::{Asked, Observation, Origin};
use crate::signals::metrics::{Act, Exposure, Row, Seen, ripe};

/// A metric of a variant, or of the feature as a whole, with what was observed.
pub type Observed<'a> = (Option<&'a str>, Metric, Observation<'a>);

/// What an inference says as soon as it has ended.
///
/// Who hung up said nothing about the answer.
/// A variant is charged with what its own attempts came to, the feature with what the application got.
pub fn at_once(inference: &Inference) -> Vec<Observed<'_>> {
    if inference.outcome == Outcome::Cancelled {
        return Vec::new();
    }
    let is_answered = inference.outcome == Outcome::Answered;
    let share = |is_so: bool| f64::from(u8::from(is_so));
    let mut all = vec![(None, Metric::Answered, observation(inference, share(is_answered)))];
    for step in &inference.attempts {
        let mut seen = observation(inference, share(step.attempt.failure.is_none()));
        if step.variant != inference.variant {
            seen.origin = Origin { served: step.attempt.served.as_deref(), ..Origin::default() };
        }
        all.push((step.variant.as_deref(), Metric::Answered, seen));
    }
    let Some(variant) = inference.variant.as_deref().filter(|_| is_answered) else { return all };
    // What others lost before is not this variant's time.
    let earlier = inference.attempts.len().saturating_sub(1);
    let lost: f64 =
        inference.attempts.iter().take(earlier).map(|step| step.attempt.latency_ms).sum();
    let latency_ms = (inference.latency_ms - lost).max(0.0);
    all.push((Some(variant), Metric::Latency, observation(inference, latency_ms)));
    if let Some(cost_usd) = inference.cost_usd {
        all.push((Some(variant), Metric::Cost, observation(inference, cost_usd)));
    }
    all
}

/// What a live score says; nothing where the scorer could not decide.
pub fn scored<'a>(inference: &'a Inference, score: &'a LiveScore) -> Option<Observed<'a>> {
    let value = score.value?.clamp(0.0, 1.0);
    let mut seen = observation(inference, value);
    seen.simulated |= score.simulated;
    seen.instrument = Some(score.scorer_hash.as_str());
    Some((inference.variant.as_deref()?, Metric::Score(score.scorer.clone()), seen))
        .map(|(variant, metric, seen)| (Some(variant), metric, seen))
}

/// What people did with an answer, in the terms of the figures.
pub fn row(inference: &Inference, acts: impl Iterator<Item = Seen>) -> Row {
    Row {
        variant: inference.variant.clone(),
        user: inference.user.clone(),
        answered_at_ms: inference.received_at_ms.saturating_add(inference.latency_ms as i64),
        next_turn_at_ms: None,
        is_in_conversation: inference.conversation.is_some(),
        acts: acts.collect(),
    }
}

/// What a metric of signals says about an answer whose time is over; `is_telling` where the application
/// says which answers were in view.
pub fn matured<'a>(
    inference: &'a Inference,
    row: &Row,
    metric: &Metric,
    is_telling: bool,
) -> Option<Observed<'a>> {
    let variant = inference.variant.as_deref()?;
    if inference.outcome != Outcome::Answered {
        return None;
    }
    let is_telling = is_telling || row.acts.iter().any(|seen| seen.act == Act::Shown);
    let exposure = if is_telling { Exposure::Shown } else { Exposure::Answered };
    let value = metric.good(ripe(metric.figure()?, row, exposure)?);
    Some((Some(variant), metric.clone(), observation(inference, value)))
}

fn observation(inference: &Inference, raw: f64) -> Observation<'_> {
    let read =
        |usage: Usage| usage.input_tokens + usage.cached_input_tokens + usage.cache_write_tokens;
    Observation {
        at_ms: inference.received_at_ms,
        raw,
        origin: Origin {
            served: inference.served.as_deref(),
            fingerprint: inference.fingerprint.as_deref(),
            content: inference.variant_hash.as_ref().map(karat_records::Hash::as_str),
        },
        asked: Asked { n_tokens: inference.usage.map_or(0, read), tags: Some(&inference.tags) },
        instrument: None,
        simulated: inference.simulated,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn inference(more: Value) -> Inference {
        let mut all = json!({
            "id": "1", "received_at_ms": 1000, "endpoint": "chat-completions", "outcome": "answered",
            "status": 200, "latency_ms": 900.0, "variant": "mini", "conversation": "c"
        });
        let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) else { panic!() };
        all.extend(more);
        serde_json::from_value(Value::Object(all.clone())).unwrap()
    }

    #[test]
    fn a_variant_is_charged_with_its_own_attempts_time_and_cost() {
        let step = |variant: &str, failure: Value| json!({"variant": variant, "asked": "m", "latency_ms": 400.0, "failure": failure});
        let failure = json!({"kind": "timeout", "message": "", "fault": "provider"});
        let both = inference(json!({
            "cost_usd": 0.5, "attempts": [step("first", failure), step("mini", Value::Null)]
        }));
        let said: Vec<_> = at_once(&both)
            .into_iter()
            .map(|(variant, metric, seen)| (variant, metric.name(), seen.raw))
            .collect();
        let want = [
            (None, "answered", 1.0),
            (Some("first"), "answered", 0.0),
            (Some("mini"), "answered", 1.0),
            (Some("mini"), "latency", 500.0),
            (Some("mini"), "cost", 0.5),
        ];
        assert_eq!(said, want.map(|(variant, name, raw)| (variant, name.to_owned(), raw)));
        assert_eq!(at_once(&inference(json!({"outcome": "cancelled"}))).len(), 0);
        assert_eq!(at_once(&inference(json!({"outcome": "failed"}))).len(), 1, "no time, no cost");
    }

    #[test]
    fn silence_is_an_answer_for_what_is_undone_and_none_for_thumbs() {
        let inference = inference(json!({}));
        let said = |acts: &[Act]| {
            let row = row(&inference, acts.iter().map(|act| Seen { at_ms: 2000, act: *act }));
            let of =
                |metric| matured(&inference, &row, &metric, false).map(|(_, _, seen)| seen.raw);
            [Metric::Thumbs, Metric::Undone, Metric::Rephrased, Metric::Retried].map(of)
        };
        assert_eq!(said(&[]), [None, None, Some(1.0), Some(1.0)]);
        let applied = [Act::Applied, Act::Thumb(false), Act::Followup(true)];
        assert_eq!(said(&applied), [Some(0.0), Some(1.0), Some(0.0), Some(1.0)]);
        let undone = [Act::Applied, Act::Undone, Act::Retried, Act::Thumb(true)];
        assert_eq!(said(&undone), [Some(1.0), Some(0.0), Some(1.0), Some(0.0)]);
    }
}
