//! Pure. What a run came to, as the gate needs it: cases × variants × trials × scores.

use karat_records::{Case, FailureKind, Hash};

/// Everything that is judged together.
#[derive(Clone, Debug, Default)]
pub struct Outcomes {
    /// Cases in the order of the file.
    pub cases: Vec<Case>,
    /// Scorers in the order of `Outcome::scores`.
    pub scorers: Vec<String>,
    /// Variants in the order of the file.
    pub variants: Vec<VariantOutcomes>,
}

/// All trials of one variant.
#[derive(Clone, Debug)]
pub struct VariantOutcomes {
    /// The variant's name.
    pub name: String,
    /// Its kind's word.
    pub kind: &'static str,
    /// Its content.
    pub hash: Hash,
    /// Trials by case, in the order of the cases; a trial that has not ended yet is absent.
    pub trials: Vec<Vec<Outcome>>,
}

/// One trial.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The trial's id.
    pub trial_id: String,
    /// Why there is no answer.
    pub failure: Option<FailureKind>,
    /// Milliseconds to the answer.
    pub latency_ms: Option<f64>,
    /// US dollars.
    pub cost_usd: Option<f64>,
    /// A fingerprint of the output: equal answers have equal ones.
    pub fingerprint: u64,
    /// True where a scripted server answered or judged.
    pub simulated: bool,
    /// In the order of the scorers; `None` where a scorer could not decide.
    pub scores: Vec<Option<f64>>,
}

impl Outcomes {
    /// The position of a scorer.
    pub fn scorer_index(&self, name: &str) -> Option<usize> {
        self.scorers.iter().position(|scorer| scorer == name)
    }

    /// The variant of that name.
    pub fn variant(&self, name: &str) -> Option<&VariantOutcomes> {
        self.variants.iter().find(|variant| variant.name == name)
    }
}

impl VariantOutcomes {
    /// Every trial.
    pub fn all(&self) -> impl Iterator<Item = &Outcome> {
        self.trials.iter().flatten()
    }

    /// How many trials failed.
    pub fn n_errors(&self) -> u64 {
        self.all().filter(|outcome| outcome.failure.is_some()).count() as u64
    }

    /// Whether a scripted server answered anything.
    pub fn is_simulated(&self) -> bool {
        self.all().any(|outcome| outcome.simulated)
    }
}

impl Outcome {
    /// The score that counts: an error and an undecided score are failures.
    pub fn score(&self, scorer: usize) -> f64 {
        if self.failure.is_some() {
            0.0
        } else {
            self.scores.get(scorer).copied().flatten().unwrap_or(0.0)
        }
    }

    /// Whether the scorer gave full marks.
    pub fn succeeded(&self, scorer: usize) -> bool {
        self.score(scorer) >= 1.0 - 1e-12
    }

    /// Whether a scorer could not decide about an answer that is there.
    pub fn is_undecided(&self, scorer: usize) -> bool {
        self.failure.is_none() && self.scores.get(scorer).copied().flatten().is_none()
    }
}
