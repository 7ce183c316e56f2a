//! Pure. The canary's suite and its history: frozen questions, a baseline of replicates, and the evidence of all runs.

use karat_records::{Case, Hash};
use karat_stats::canary::{Canary, CanaryState, Changed, LAMBDAS, Sentinel};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::kept::Keep;

/// Questions of a suite; more cost more and find smaller changes.
pub const MOST_CASES: usize = 50;

/// Replicates of a baseline: so many runs can be compared before a new one is needed.
pub const REPLICATES: usize = 10;

/// Runs that are remembered for the chart.
const MOST_RUNS: usize = 200;

/// Everything that is known of one variant's canary.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Kept {
    /// What the suite consists of: variant, cases and scorer; another suite begins anew.
    pub suite: String,
    /// Values of each replicate, in the order of the cases.
    pub baseline: Vec<Vec<f64>>,
    /// How many replicates have been compared with.
    pub n_used: usize,
    /// The model that made the baseline, as its provider named it.
    pub served: Option<String>,
    /// Its fingerprint.
    pub fingerprint: Option<String>,
    /// Evidence so far.
    pub evidence: Evidence,
    /// The last runs, oldest first.
    pub runs: Vec<CanaryRun>,
}

/// Evidence as it is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    worse: [f64; LAMBDAS.len()],
    n_runs: u64,
    alarm: Option<u64>,
}

/// One run of a canary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CanaryRun {
    /// Milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// Mean of the values, 0 to 1.
    pub mean: f64,
    /// Mean of the replicate that it was compared with.
    pub baseline_mean: f64,
    /// Cases.
    pub n: u64,
    /// Mean difference to the baseline.
    pub difference: f64,
    /// Lower bound of that difference, for this one run.
    pub lower: f64,
    /// Upper bound of it.
    pub upper: f64,
    /// The model that answered, as its provider named it.
    pub served: Option<String>,
    /// Its fingerprint.
    pub fingerprint: Option<String>,
    /// True where a scripted server answered.
    pub simulated: bool,
    /// Evidence of all runs so far, as a share of what raises an alarm.
    pub evidence: f64,
    /// Whether the alarm is raised.
    pub is_alarm: bool,
}

/// What one run of the suite came to.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Measured {
    /// In the order of the cases, 0 to 1; an answer that failed is 0.
    pub values: Vec<f64>,
    /// The model that answered.
    pub served: Option<String>,
    /// Its fingerprint.
    pub fingerprint: Option<String>,
    /// True where a scripted server answered.
    pub simulated: bool,
}

impl Keep for Kept {
    const KIND: &'static str = "canary";
}

/// The questions: cases that are not held out, chosen by their content, so that an edit elsewhere changes nothing.
pub fn choose<'a>(cases: &[&'a Case], most: usize) -> Vec<&'a Case> {
    let mut cases: Vec<(Hash, &Case)> =
        cases.iter().map(|case| (case.content_hash(), *case)).collect();
    cases.sort_by(|(one, _), (other, _)| one.as_str().cmp(other.as_str()));
    cases.truncate(most);
    cases.into_iter().map(|(_, case)| case).collect()
}

/// The identity of a suite.
pub fn identity(variant: &Hash, scorer: &Hash, cases: &[&Case]) -> String {
    let cases: Vec<Hash> = cases.iter().map(|case| case.content_hash()).collect();
    Hash::of_json(&json!([variant, scorer, cases])).as_str().to_owned()
}

impl Kept {
    /// An empty one for this suite.
    pub fn new(suite: String) -> Self {
        Self { suite, ..Self::default() }
    }

    /// How many replicates have to be made before the next run can be compared.
    pub fn n_missing(&self, replicates: usize) -> usize {
        if self.n_used < self.baseline.len() { 0 } else { replicates }
    }

    /// Begins a new baseline; evidence and alarm stay.
    pub fn rebase(&mut self, measured: Vec<Measured>) {
        if let Some(last) = measured.last() {
            self.served.clone_from(&last.served);
            self.fingerprint.clone_from(&last.fingerprint);
        }
        self.baseline = measured.into_iter().map(|measured| measured.values).collect();
        self.n_used = 0;
    }

    /// Compares a run with the next replicate; nothing where there is none, or it has other cases.
    pub fn compare(&mut self, measured: &Measured, at_ms: i64) -> Option<CanaryRun> {
        let baseline = self.baseline.get(self.n_used)?;
        if baseline.len() != measured.values.len() || baseline.is_empty() {
            return None;
        }
        self.n_used += 1;
        let differences: Vec<f64> =
            measured.values.iter().zip(baseline).map(|(today, then)| today - then).collect();
        let question = Sentinel::default();
        let state = CanaryState {
            worse: self.evidence.worse,
            n_runs: self.evidence.n_runs,
            alarm: self.evidence.alarm,
            ..CanaryState::default()
        };
        let mut canary = Canary::resume(&question, state).ok()?;
        canary.run(&differences).ok()?;
        let answer = canary.answer(&differences).ok()?;
        let state = canary.state();
        self.evidence = Evidence { worse: state.worse, n_runs: state.n_runs, alarm: state.alarm };
        let run = CanaryRun {
            at_ms,
            mean: mean(&measured.values),
            baseline_mean: mean(baseline),
            n: answer.n_items,
            difference: answer.mean.unwrap_or(0.0),
            lower: answer.interval.lower,
            upper: answer.interval.upper,
            served: measured.served.clone(),
            fingerprint: measured.fingerprint.clone(),
            simulated: measured.simulated,
            evidence: (answer.log_evidence - answer.log_needed).exp(),
            is_alarm: answer.changed == Changed::Worse,
        };
        self.runs.push(run.clone());
        let surplus = self.runs.len().saturating_sub(MOST_RUNS);
        self.runs.drain(..surplus);
        Some(run)
    }

    /// In which run the alarm was raised.
    pub fn alarm(&self) -> Option<u64> {
        self.evidence.alarm
    }

    /// Forgets the alarm and the evidence behind it: what follows is judged anew.
    pub fn settle(&mut self) {
        self.evidence = Evidence::default();
    }
}

/// Why a canary's answers changed although its questions, prompt and scorer did not.
pub fn cause(kept: &Kept, run: &CanaryRun) -> String {
    let named =
        |model: &Option<String>| model.clone().unwrap_or_else(|| "a model without a name".into());
    if kept.served != run.served {
        return format!(
            "provider: the served model changed from {} to {}",
            named(&kept.served),
            named(&run.served)
        );
    }
    if kept.fingerprint != run.fingerprint {
        return format!(
            "provider: the fingerprint of {} changed, its name did not",
            named(&run.served)
        );
    }
    format!(
        "provider: {} answers worse under the same name; prompt, cases and scorer are the same",
        named(&run.served)
    )
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn draw(random: &mut ChaCha8Rng, share: f64) -> Measured {
        let values = (0..50).map(|_| f64::from(u8::from(random.random_bool(share)))).collect();
        Measured { values, served: Some("m".into()), ..Measured::default() }
    }

    /// After how many runs the alarm is raised when the share falls.
    fn runs_until_alarm(random: &mut ChaCha8Rng, then: f64, now: f64) -> Option<u64> {
        let mut kept = Kept::new("suite".into());
        for run in 0..60 {
            if kept.n_missing(REPLICATES) > 0 {
                let share = if run == 0 { then } else { now };
                kept.rebase((0..REPLICATES).map(|_| draw(random, share)).collect());
            }
            if run >= REPLICATES {
                break;
            }
            kept.compare(&draw(random, now), 0).unwrap();
            if let Some(at) = kept.alarm() {
                return Some(at);
            }
        }
        None
    }

    #[test]
    fn a_fall_is_found_within_a_few_runs_and_no_change_seldom() {
        let mut random = ChaCha8Rng::seed_from_u64(1);
        let n = 200;
        let found: Vec<u64> =
            (0..n).filter_map(|_| runs_until_alarm(&mut random, 0.9, 0.7)).collect();
        assert!(found.len() > n * 9 / 10, "{} of {n}", found.len());
        let mean = found.iter().sum::<u64>() as f64 / found.len() as f64;
        assert!(mean < 5.0, "{mean}");
        let alarms = (0..n).filter(|_| runs_until_alarm(&mut random, 0.9, 0.9).is_some()).count();
        assert!(alarms <= 6, "{alarms} of {n}");
    }

    #[test]
    fn a_replicate_serves_once_and_other_cases_are_not_compared() {
        let mut kept = Kept::new("suite".into());
        let one = Measured { values: vec![1.0, 0.0], ..Measured::default() };
        kept.rebase(vec![one.clone()]);
        assert_eq!(kept.n_missing(REPLICATES), 0);
        assert!(kept.compare(&Measured::default(), 0).is_none());
        assert!(kept.compare(&one, 0).is_some());
        assert_eq!(kept.n_missing(REPLICATES), REPLICATES);
        assert!(kept.compare(&one, 0).is_none());
    }

    #[test]
    fn the_cause_names_what_the_provider_changed() {
        let kept = Kept { served: Some("m-1".into()), ..Kept::default() };
        let mut run = CanaryRun {
            at_ms: 0,
            mean: 0.0,
            baseline_mean: 0.0,
            n: 0,
            difference: 0.0,
            lower: 0.0,
            upper: 0.0,
            served: Some("m-2".into()),
            fingerprint: None,
            simulated: false,
            evidence: 0.0,
            is_alarm: true,
        };
        assert!(cause(&kept, &run).contains("from m-1 to m-2"));
        run.served = Some("m-1".into());
        assert!(cause(&kept, &run).contains("under the same name"));
    }
}
