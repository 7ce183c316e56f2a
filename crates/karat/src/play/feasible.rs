//! Pure. What a few repeats say about a variant: right, consistent, fast, grounded, and what it costs; each with its interval.

use karat_stats::{quantile::observations_for_upper_bound, repeats};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::gate::describe::plural;
use crate::gate::measure::{FOR_EVER, quantile};
use crate::gate::shown::{Measured, MeasuredUnit};
use karat_records::Hash;

/// One answer as it counts here.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Seen {
    /// Equal answers have equal keys; nothing where there is no answer.
    pub key: Option<Hash>,
    /// Whether it is right, where that can be said.
    pub is_right: Option<bool>,
    /// Share of it that the given context supports.
    pub grounded: Option<f64>,
    /// Milliseconds.
    pub latency_ms: Option<f64>,
    /// US dollars.
    pub cost_usd: Option<f64>,
}

/// How feasible a variant looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Feasibility {
    /// The variant.
    pub variant: String,
    /// Its position in the request.
    pub variant_index: u64,
    /// Inputs that were asked.
    pub n_inputs: u64,
    /// How often each was asked.
    pub trials: u32,
    /// Share of inputs that are answered rightly, repeats averaged.
    pub right: Option<Measured>,
    /// Share of inputs whose repeats all agree.
    pub same: Option<Measured>,
    /// Share of inputs that so many repeats in a row answer rightly.
    pub pass_hat: Option<Measured>,
    /// That number of repeats.
    pub pass_hat_k: u32,
    /// Half of the answers are faster than this.
    pub p50: Option<Measured>,
    /// 95 of 100 answers are faster than this; absent where too few inputs bound it on any side.
    pub p95: Option<Measured>,
    /// Share of the answers that the given context supports, where a scorer looks at that.
    pub grounded: Option<Measured>,
    /// US dollars for a thousand answers; absent where a price is unknown.
    pub usd_per_1000: Option<f64>,
    /// Answers that did not come.
    pub n_errors: u64,
    /// All of that in a plain sentence.
    pub says: String,
}

/// Which variant was asked how.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The variant.
    pub variant: &'a str,
    /// Its position in the request.
    pub variant_index: usize,
    /// How often each input was asked.
    pub trials: u32,
    /// The number of repeats that the feature's criterion wants right in a row.
    pub pass_hat_k: Option<u32>,
    /// Whether it answers the same each time by its nature.
    pub is_fixed: bool,
    /// Error of each bound, one-sided.
    pub alpha: f64,
}

/// Looks at all answers, by input.
pub fn feasibility(question: Question<'_>, inputs: &[Vec<Seen>]) -> Feasibility {
    let Question { variant, variant_index, trials, alpha, .. } = question;
    let answered: Vec<&Vec<Seen>> = inputs.iter().filter(|seen| !seen.is_empty()).collect();
    let all = || answered.iter().flat_map(|seen| seen.iter());
    let n_inputs = answered.len() as u64;
    let n_errors = all().filter(|seen| seen.key.is_none()).count() as u64;
    let scored: Vec<(u64, u64)> = answered
        .iter()
        .filter(|seen| seen.iter().any(|one| one.is_right.is_some()))
        .map(|seen| {
            let n_right = seen.iter().filter(|one| one.is_right == Some(true)).count();
            (n_right as u64, seen.len() as u64)
        })
        .collect();
    let right: Vec<f64> = scored.iter().map(|(n_right, n)| *n_right as f64 / *n as f64).collect();
    let k = question.pass_hat_k.filter(|k| *k <= trials).unwrap_or(trials).max(1);
    let pass_hat: Vec<f64> = scored
        .iter()
        .filter_map(|(n_right, n)| repeats::pass_hat_k(*n_right, *n, u64::from(k)).ok().flatten())
        .collect();
    let n_same = answered.iter().filter(|seen| agree(seen)).count() as u64;
    let grounded: Vec<f64> = answered
        .iter()
        .filter_map(|seen| {
            let values: Vec<f64> = seen.iter().filter_map(|one| one.grounded).collect();
            (!values.is_empty()).then(|| values.iter().sum::<f64>() / values.len() as f64)
        })
        .map(|value| value.clamp(0.0, 1.0))
        .collect();
    let costs: Option<Vec<f64>> =
        all().filter(|seen| seen.key.is_some()).map(|seen| seen.cost_usd).collect();
    let costs = costs.filter(|costs| !costs.is_empty());
    let same = (trials > 1).then(|| Measured::share("same", n_same, n_inputs, alpha)).flatten();
    Feasibility {
        variant: variant.to_owned(),
        variant_index: variant_index as u64,
        n_inputs,
        trials,
        says: says(question, n_inputs, n_same, &right, n_errors, all().count() as u64),
        right: Measured::rate("right", right, alpha),
        same,
        pass_hat: (trials > 1).then(|| Measured::rate("pass^k", pass_hat, alpha)).flatten(),
        pass_hat_k: k,
        p50: speed("p50", &answered, 0.5, alpha),
        p95: speed("p95", &answered, 0.95, alpha),
        grounded: Measured::rate("grounded", grounded, alpha),
        usd_per_1000: costs.map(|costs| costs.iter().sum::<f64>() / costs.len() as f64 * 1000.0),
        n_errors,
    }
}

fn agree(seen: &[Seen]) -> bool {
    seen.first()
        .is_some_and(|first| first.key.is_some() && seen.iter().all(|one| one.key == first.key))
}

/// A quantile of the latency: an answer that did not come takes for ever, and repeats of an input are not counted apart.
fn speed(metric: &str, answered: &[&Vec<Seen>], share: f64, alpha: f64) -> Option<Measured> {
    let all: Vec<f64> = answered
        .iter()
        .flat_map(|seen| seen.iter())
        .filter_map(|one| if one.key.is_none() { Some(FOR_EVER) } else { one.latency_ms })
        .collect();
    if all.is_empty() {
        return None;
    }
    let n = answered.len();
    let found = quantile(&all, n, share, alpha);
    let needed = observations_for_upper_bound(share, alpha).ok()?;
    (found.lower.is_some() || found.upper.is_some()).then(|| Measured {
        metric: metric.to_owned(),
        estimate: found.estimate,
        lower: found.lower,
        upper: found.upper,
        floor: None,
        n: n as u64,
        unit: MeasuredUnit::Ms,
        demand: (found.upper.is_none() && (n as u64) < needed)
            .then(|| format!("an upper bound needs {needed} inputs")),
    })
}

fn says(
    question: Question<'_>,
    n_inputs: u64,
    n_same: u64,
    right: &[f64],
    n_errors: u64,
    n_answers: u64,
) -> String {
    if n_answers == 0 {
        return "nothing was asked".into();
    }
    if n_errors == n_answers {
        return format!("no answer came, asked {}", times(question.trials));
    }
    let asked = format!("asked {}", times(question.trials));
    let mut parts = Vec::new();
    let n_different = n_inputs - n_same;
    parts.push(match (question.trials, n_different) {
        (1, _) if question.is_fixed => "gives the same answer each time".to_owned(),
        (1, _) => format!("{asked}, so nothing is known about consistency"),
        (_, 0) if n_inputs == 1 => format!("{asked}, the one input gets the same answer each time"),
        (_, 0) => format!("{asked}, all {n_inputs} inputs get the same answer each time"),
        (_, 1) => format!("{asked}, 1 of {n_inputs} inputs gets different answers"),
        (_, n) => format!("{asked}, {n} of {n_inputs} inputs get different answers"),
    });
    if !right.is_empty() {
        let of_100 = right.iter().sum::<f64>() / right.len() as f64 * 100.0;
        parts.push(format!(
            "{of_100:.0} of 100 answers are right on {}",
            plural(right.len() as u64, "input")
        ));
    }
    if n_errors > 0 {
        parts.push(format!("{n_errors} of {} did not come", plural(n_answers, "answer")));
    }
    parts.join("; ")
}

/// Once, twice, five times.
fn times(n: u32) -> String {
    const WORDS: [&str; 13] = [
        "never", "once", "twice", "three", "four", "five", "six", "seven", "eight", "nine", "ten",
        "eleven", "twelve",
    ];
    match (n, WORDS.get(n as usize)) {
        (0..=2, Some(word)) => (*word).to_owned(),
        (_, Some(word)) => format!("{word} times"),
        _ => format!("{n} times"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn seen(output: &str, is_right: bool) -> Seen {
        Seen {
            key: Some(Hash::of_json(&json!(output))),
            is_right: Some(is_right),
            latency_ms: Some(100.0),
            cost_usd: Some(0.001),
            ..Seen::default()
        }
    }

    fn question(trials: u32) -> Question<'static> {
        Question {
            variant: "v",
            variant_index: 0,
            trials,
            pass_hat_k: None,
            is_fixed: false,
            alpha: 0.05,
        }
    }

    #[test]
    fn repeats_that_differ_are_counted_by_input() {
        let mut inputs = vec![vec![seen("a", true); 5]; 5];
        let mixed = [vec![seen("a", true); 4], vec![seen("b", false)]].concat();
        inputs.extend(vec![mixed; 3]);
        let found = feasibility(question(5), &inputs);
        assert_eq!(
            found.says,
            "asked five times, 3 of 8 inputs get different answers; 92 of 100 answers are right on 8 inputs"
        );
        assert_eq!(found.same.as_ref().unwrap().estimate, Some(5.0 / 8.0));
        assert_eq!(found.same.unwrap().n, 8, "repeats are no cases");
        assert_eq!(found.pass_hat.unwrap().estimate, Some(5.0 / 8.0));
        assert_eq!(found.pass_hat_k, 5);
        assert!((found.usd_per_1000.unwrap() - 1.0).abs() < 1e-9);
        assert!((found.right.unwrap().estimate.unwrap() - 0.925).abs() < 1e-9);
    }

    #[test]
    fn an_answer_that_did_not_come_agrees_with_nothing() {
        let failed = Seen { is_right: Some(false), ..Seen::default() };
        let found = feasibility(
            question(2),
            &[vec![failed.clone(), failed.clone()], vec![seen("a", true), seen("a", true)]],
        );
        assert_eq!((found.n_errors, found.same.unwrap().estimate), (2, Some(0.5)));
        assert!(found.says.ends_with("2 of 4 answers did not come"), "{}", found.says);
        let found = feasibility(question(2), &[vec![failed.clone(), failed]]);
        assert_eq!(found.says, "no answer came, asked twice");
        assert_eq!((found.p95, found.usd_per_1000), (None, None));
    }

    #[test]
    fn a_quantile_is_shown_with_the_bounds_that_it_has_and_not_without_any() {
        let few = feasibility(question(1), &vec![vec![seen("a", true)]; 3]);
        assert_eq!((few.p50, few.same), (None, None));
        let p95 = few.p95.unwrap();
        assert_eq!((p95.lower, p95.upper, p95.n), (Some(100.0), None, 3));
        assert_eq!(p95.demand.as_deref(), Some("an upper bound needs 97 inputs"));
        let many = feasibility(question(1), &vec![vec![seen("a", true)]; 20]);
        assert!(many.p50.unwrap().upper.is_some());
    }

    #[test]
    fn one_input_and_one_trial_are_said_as_they_are() {
        let once = feasibility(question(1), &[vec![seen("a", true)]]);
        assert_eq!(
            once.says,
            "asked once, so nothing is known about consistency; 100 of 100 answers are right on 1 input"
        );
        let fixed =
            feasibility(Question { is_fixed: true, ..question(1) }, &[vec![seen("a", false)]]);
        assert!(fixed.says.starts_with("gives the same answer each time"));
        assert_eq!(feasibility(question(1), &[]).says, "nothing was asked");
    }
}
