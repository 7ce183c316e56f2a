//! Pure. Why a stream fell, as far as it can be told: provider, our change, input mix, or unknown.
//!
//! What changed near the beginning of the fall is named, the nearest first.
//! A canary that fell on unchanged content speaks against the provider; another mix of requests with steady answers
//! within each kind speaks against nobody; a file that was loaded near it is the last guess.

use super::evidence::Fall;
use super::metric::Metric;
use super::trail::{Changed, What};
use crate::clock;

/// What else is known around a fall.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Around {
    /// The canary's alarm on the variant as it is, with when its last run was.
    pub canary: Option<CanaryFell>,
    /// Files of the project that changed, with when that was seen.
    pub files: Vec<(i64, String)>,
}

/// A canary that fell although nothing of ours had changed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CanaryFell {
    /// When it was run.
    pub at_ms: i64,
    /// Its mean.
    pub mean: f64,
    /// The baseline's.
    pub baseline_mean: f64,
    /// Cases.
    pub n: u64,
}

/// The cause in a sentence, which begins with its kind.
pub fn cause(fall: &Fall, around: &Around) -> String {
    let is_near = |at_ms: i64| (fall.near_ms..=fall.until_ms).contains(&at_ms);
    let variant = fall.stream.variant.as_deref().unwrap_or("the feature");
    let mut near: Vec<&Changed> =
        fall.changes.iter().filter(|change| is_near(change.at_ms)).collect();
    near.sort_by_key(|change| (change.at_ms - fall.began_at_ms).abs());
    if let Some(first) = near.first() {
        let mut text = changed(first, variant);
        // Two changes at once cannot be told apart; people can.
        if let Some(other) = near.iter().find(|other| other.what != first.what) {
            text = format!("{text}; near it also, {}", changed(other, variant));
        }
        return text;
    }
    let mut files: Vec<&(i64, String)> =
        around.files.iter().filter(|(at_ms, _)| is_near(*at_ms)).collect();
    files.sort_by_key(|(at_ms, _)| (at_ms - fall.began_at_ms).abs());
    // A canary that fell while our files changed may have fallen because of them.
    if let Some(canary) = around.canary.filter(|canary| canary.at_ms >= fall.near_ms)
        && files.is_empty()
    {
        return format!(
            "provider: nothing of ours changed, and the canary of {variant} fell to {:.2} from {:.2} (n {}) on the same cases",
            canary.mean, canary.baseline_mean, canary.n
        );
    }
    if let Some(shift) = &fall.shift {
        if shift.new > shift.mix.abs() {
            return format!(
                "input mix: {:.0} of 100 requests since then differ in {} from all before; among the others no fall is shown",
                shift.new * 100.0,
                shift.by
            );
        }
        return format!(
            "input mix: requests differ in {}, which explains {:+.2} of the fall; within the same kinds {:+.2}",
            shift.by, shift.mix, shift.within
        );
    }
    if let Some((at_ms, name)) = files.first() {
        return format!(
            "our change: {name} was changed at {} UTC, near the beginning of the fall",
            clock::minute(*at_ms)
        );
    }
    match (&fall.stream.metric, &fall.stream.variant) {
        (Metric::Answered, Some(_)) => {
            "provider: attempts fail; the attempts of the last inferences say how".into()
        }
        (Metric::Answered, None) => {
            "unknown: look at the variants of this feature, each is watched by itself".into()
        }
        _ => format!(
            "unknown: neither model, system, content nor mix changed near {} UTC; `karat canary` tells whether the model did",
            clock::minute(fall.began_at_ms)
        ),
    }
}

fn changed(change: &Changed, variant: &str) -> String {
    let at = clock::minute(change.at_ms);
    match &change.what {
        What::Served { from, to } => {
            format!("provider: the served model changed from {from} to {to} at {at} UTC")
        }
        What::Fingerprint { of } => {
            format!("provider: the fingerprint of {of} changed at {at} UTC, its name did not")
        }
        What::Content => format!(
            "our change: prompt, parameters or rules of {variant} were edited, first seen at {at} UTC"
        ),
    }
}

#[cfg(test)]
mod tests;
