//! Pure. What a run says: the one structure that table, JSON, `JUnit`, Markdown and HTML are drawn from.

use karat_records::{NamedHash, RunPlan, Scope, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::examples::Example;
use super::headline::Headline;
use super::plan::Power;
use crate::gate::VariantVerdict;
use crate::gate::capability::MapRow;
use crate::gate::compare::Comparison;
use crate::gate::economy::Economy;
use crate::project::history::Amendment;

/// The version of this structure; a field that changes its meaning raises it.
pub const SCHEMA: &str = "karat.report/1";

/// What a run says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Report {
    /// `karat.report/1`
    pub schema: String,
    /// The project's name.
    pub project: String,
    /// The feature's name.
    pub feature: String,
    /// What its requests are, in the plural, for example `support tickets`.
    pub about: String,
    /// The run.
    pub run_id: String,
    /// Content of variants, dataset, scorers, trials and seed.
    pub identity: String,
    /// When the run began, in milliseconds since the Unix epoch.
    pub started_at_ms: i64,
    /// Which cases.
    pub scope: Scope,
    /// True where the cases judge; false where people iterate on them and the figures are estimates.
    pub is_gate: bool,
    /// False where the run stopped before its end.
    pub is_complete: bool,
    /// True where a scripted server answered or judged anything.
    pub simulated: bool,
    /// The dataset and the version of the cases.
    pub dataset: NamedHash,
    /// Cases in scope.
    pub n_cases: u64,
    /// Criteria of the feature's MVQ.
    pub n_criteria: u64,
    /// Cases that are held out, in the whole dataset.
    pub n_held_out: u64,
    /// Repetitions.
    pub trials: u32,
    /// Seed of the order.
    pub seed: u64,
    /// One-sided, for every criterion.
    pub confidence: f64,
    /// The feature's verdict; absent without criteria or where cases only tune.
    pub verdict: Option<Verdict>,
    /// The verdict in words, for everybody.
    pub headline: Headline,
    /// The scorer that says what a success is.
    pub primary_metric: Option<String>,
    /// The variant that others are compared with.
    pub baseline: Option<String>,
    /// Variants in the order of the file.
    pub variants: Vec<VariantReport>,
    /// Paired comparisons by the primary metric.
    pub comparisons: Vec<Comparison>,
    /// What the comparisons mean for the decision, one sentence each: rules win, no measurable gain.
    pub findings: Vec<String>,
    /// Variants × tags and segments.
    pub capability: Vec<MapRow>,
    /// Three answers of the headline's variant, picked by rule; none where the cases are held out.
    pub examples: Vec<Example>,
    /// What these cases can show.
    pub power: Power,
    /// What nobody knows yet.
    pub unknowns: Vec<String>,
    /// The one next step.
    pub next_step: String,
    /// Criteria and desired outputs that changed after they were first judged.
    pub amendments: Vec<Amendment>,
    /// The day since which the criteria stand as they are, for example 2026-11-14; absent where nothing was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criteria_since: Option<String>,
}

/// What a run says about one variant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VariantReport {
    /// The variant's name.
    pub name: String,
    /// Its kind's word.
    pub kind: String,
    /// Its content.
    pub hash: String,
    /// True for the variant that others are compared with.
    pub is_baseline: bool,
    /// True where it may stand in a waterfall without a proof.
    pub is_unproven: bool,
    /// True where a scripted server answered.
    pub simulated: bool,
    /// Trials that ended.
    pub n_trials: u64,
    /// Trials without an answer; each counts as a failure.
    pub n_errors: u64,
    /// The most frequent reasons for them, with counts.
    pub errors: Vec<ErrorCount>,
    /// Every scorer's mean with its interval.
    pub metrics: Vec<MetricReport>,
    /// Seconds and money.
    pub economy: Economy,
    /// Milliseconds.
    pub latency: Option<LatencyReport>,
    /// How alike the repeats of a case are; absent with one trial.
    pub consistency: Option<Consistency>,
    /// Against the MVQ; absent without criteria.
    pub verdict: Option<VariantVerdict>,
}

/// One reason for missing answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ErrorCount {
    /// Kind of failure.
    pub kind: String,
    /// How often.
    pub n: u64,
    /// An example of the provider's or program's words.
    pub example: String,
}

/// One scorer's mean.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MetricReport {
    /// The scorer.
    pub name: String,
    /// Mean of case means; errors count as 0.
    pub mean: Option<f64>,
    /// Lower bound at the project's confidence.
    pub lower: f64,
    /// Upper bound at the project's confidence.
    pub upper: f64,
    /// Number of cases.
    pub n: u64,
    /// Cases whose every trial got full marks.
    pub n_right: u64,
    /// Answers that the scorer could not decide about; each counts as 0.
    pub n_undecided: u64,
    /// An example of why it could not.
    pub undecided_example: Option<String>,
}

/// Time to the answer, in milliseconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LatencyReport {
    /// Half of the answers are faster.
    pub p50_ms: f64,
    /// 95 of 100 answers are faster; errors take for ever, absent where more than five in 100 fail.
    pub p95_ms: Option<f64>,
    /// Lower bound of the 95th percentile.
    pub p95_lower_ms: Option<f64>,
    /// Upper bound of the 95th percentile; absent below some hundred cases.
    pub p95_upper_ms: Option<f64>,
    /// Number of cases.
    pub n: u64,
}

/// How alike the repeats of a case are.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Consistency {
    /// Cases whose repeats all gave the same answer.
    pub n_same: u64,
    /// Cases with at least two repeats.
    pub n: u64,
    /// pass^k for k = 1 to the number of trials: all of k repeats succeed.
    pub pass_hat: Vec<f64>,
    /// pass@k for k = 1 to the number of trials: at least one of k repeats succeeds.
    pub pass_at: Vec<f64>,
    /// Share of pairs of repeats that differ in success.
    pub flip_rate: f64,
}

impl Report {
    /// The variant that the headline speaks about.
    pub fn headline_variant(&self) -> Option<&VariantReport> {
        let name = self.headline.variant.as_ref()?;
        self.variants.iter().find(|variant| variant.name == *name)
    }

    /// What the cases of a plan are called.
    pub fn case_word(plan: &RunPlan) -> &'static str {
        match plan.scope {
            Scope::All => "case",
            Scope::Tune => "tuning case",
            Scope::HeldOut => "held-out case",
        }
    }
}
