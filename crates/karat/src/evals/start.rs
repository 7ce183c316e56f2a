//! From the project's files to a run that can begin: cases, variants that can answer, scorers that can judge.

use karat_records::{Case, Hash, NamedHash, RunPlan, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::{App, Broken};
use crate::datasets::{self, Dataset, split};
use crate::project::problem::{Place, suggestion};
use crate::project::variant::RecordedSource;
use crate::project::{Feature, Problems, Project, Variant, VariantKind};
use crate::scorers::{self, Ready};
use crate::variants::Producer;

/// What is to be run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Wish {
    /// The feature; the only one where absent.
    pub feature: Option<String>,
    /// Only these variants, and the baseline; all where empty.
    pub variants: Vec<String>,
    /// Repetitions of each case instead of the feature's own number.
    pub trials: Option<u32>,
    /// Only the first so many cases of the seeded order: a quick look, never a verdict.
    pub limit: Option<u64>,
    /// Seed of the order; 1 where absent.
    pub seed: Option<u64>,
    /// Call again although answers are stored.
    pub fresh: bool,
    /// Repeat trials that ended with an error.
    pub retry_errors: bool,
    /// Score the stored answers again, without a call of any variant.
    pub rescore: bool,
}

/// A run that can begin.
#[derive(Debug)]
pub struct Prepared {
    /// The project.
    pub project: Project,
    /// The feature.
    pub feature: Feature,
    /// The whole dataset.
    pub dataset: Dataset,
    /// Cases in scope, in the order of the file.
    pub cases: Vec<Case>,
    /// What the variants see, by case.
    pub inputs: Vec<Hash>,
    /// Variants in the order of the file.
    pub candidates: Vec<Candidate>,
    /// Scorers in the order of the file.
    pub scorers: Vec<Ready>,
    /// What makes the run the run that it is.
    pub plan: RunPlan,
}

/// A variant that can answer.
#[derive(Debug)]
pub struct Candidate {
    /// As the project names it.
    pub variant: Variant,
    /// Everything that shapes an answer.
    pub hash: Hash,
    /// Ready to answer.
    pub producer: Producer,
    /// Repetitions of each case: recorded answers may have fewer than were asked for.
    pub trials: u32,
}

/// Chooses a feature by name, or the only one.
pub fn choose_feature<'a>(project: &'a Project, name: Option<&str>) -> anyhow::Result<&'a Feature> {
    project.choose(name)
}

/// Whether the wished feature's dataset holds cases back for the gate.
pub fn holds_back(app: &App, wish: &Wish) -> anyhow::Result<bool> {
    let project = app.project()?;
    let feature = choose_feature(&project, wish.feature.as_deref())?;
    let problems = Problems::default();
    match dataset_of(&project, feature, &problems) {
        Some(dataset) => Ok(dataset.holds_back()),
        None => Err(Broken(problems.sorted()).into()),
    }
}

/// Reads the cases of a feature.
pub fn dataset_of(project: &Project, feature: &Feature, problems: &Problems) -> Option<Dataset> {
    datasets::of(project, feature, problems)
}

/// Everything that a variant's answers depend on, the answers in a dataset's column included.
pub fn variant_hash(variant: &Variant, dataset: Option<&Dataset>) -> Hash {
    match (&variant.kind, dataset) {
        (VariantKind::Recorded { source: RecordedSource::Column(column), .. }, Some(dataset)) => {
            Hash::of_json(&json!([variant.hash, dataset.answers.get(column)]))
        }
        _ => variant.hash.clone(),
    }
}

/// Prepares a run; every reason why it cannot begin is reported at once.
pub fn prepare(app: &App, wish: &Wish, is_gate: bool) -> anyhow::Result<Prepared> {
    let project = app.project()?;
    let feature = choose_feature(&project, wish.feature.as_deref())?.clone();
    let chosen = choose_variants(&feature, &wish.variants)?;
    let problems = Problems::default();
    let prepared = prepare_with(app, wish, is_gate, project, feature, &chosen, &problems);
    let has_errors = problems.n_errors() > 0;
    match prepared {
        Some(prepared) if !has_errors => Ok(prepared),
        _ => Err(Broken(problems.sorted()).into()),
    }
}

/// The wished variants and the baseline, in the order of the file.
fn choose_variants(feature: &Feature, wished: &[String]) -> anyhow::Result<Vec<Variant>> {
    for name in wished {
        if feature.variant(name).is_none() {
            let names: Vec<&str> =
                feature.variants.iter().map(|variant| variant.name.as_str()).collect();
            anyhow::bail!(
                "{} has no variant {name}\n  next: {}",
                feature.name,
                suggestion(name, names)
            );
        }
    }
    let is_chosen = |variant: &&Variant| {
        wished.is_empty()
            || wished.contains(&variant.name)
            || feature.baseline.as_ref() == Some(&variant.name)
    };
    Ok(feature.variants.iter().filter(is_chosen).cloned().collect())
}

fn prepare_with(
    app: &App,
    wish: &Wish,
    is_gate: bool,
    project: Project,
    feature: Feature,
    chosen: &[Variant],
    problems: &Problems,
) -> Option<Prepared> {
    let dataset = dataset_of(&project, &feature, problems)?;
    let scope = if is_gate { split::gate_scope(&dataset) } else { split::tuning_scope(&dataset) };
    let mut cases: Vec<Case> = split::cases_in(&dataset, scope).into_iter().cloned().collect();
    let seed = wish.seed.unwrap_or(1);
    if let Some(limit) = wish.limit {
        let mut kept: Vec<usize> = super::plan::order(cases.len(), 1, seed)
            .iter()
            .take(limit as usize)
            .map(|work| work.case_index)
            .collect();
        kept.sort_unstable();
        cases = kept.into_iter().map(|index| cases[index].clone()).collect();
    }
    if cases.is_empty() {
        problems.error(
            &Place::file(dataset_file(&project, &feature)),
            match scope {
                Scope::Tune => {
                    "all cases are held out for the gate, so there is nothing to iterate on"
                }
                _ => "no case is in scope",
            },
            "mark some cases with split = \"tune\", or run karat gate",
        );
    }
    let trials = wish.trials.unwrap_or(feature.trials).clamp(1, 1000);
    let scorers = scorers::prepare(app, &project, &feature, problems);
    let mut candidates = Vec::new();
    for variant in chosen {
        let producer =
            Producer::prepare(app, &project, &feature, variant, Some(&dataset), problems);
        if let Some(producer) = producer {
            let hash = variant_hash(variant, Some(&dataset));
            // Rules answer the same each time; once is enough to know all repeats.
            let most = match variant.kind {
                VariantKind::Rules(_) => 1,
                _ => producer.most_trials().unwrap_or(trials),
            };
            candidates.push(Candidate {
                variant: variant.clone(),
                hash,
                producer,
                trials: trials.min(most.max(1)),
            });
        }
    }
    check_templates(&candidates, &cases, problems);
    let inputs = cases.iter().map(Case::input_hash).collect();
    let plan = RunPlan {
        feature: feature.name.clone(),
        scope,
        variants: candidates
            .iter()
            .map(|candidate| NamedHash {
                name: candidate.variant.name.clone(),
                hash: candidate.hash.clone(),
            })
            .collect(),
        dataset: NamedHash {
            name: dataset.name.clone(),
            hash: datasets::version(&cases.iter().collect::<Vec<_>>()),
        },
        n_cases: cases.len() as u64,
        scorers: scorers
            .iter()
            .flatten()
            .map(|ready| NamedHash { name: ready.name.clone(), hash: ready.hash.clone() })
            .collect(),
        trials,
        seed,
    };
    Some(Prepared { project, feature, dataset, cases, inputs, candidates, scorers: scorers?, plan })
}

fn dataset_file(project: &Project, feature: &Feature) -> String {
    feature
        .dataset
        .as_ref()
        .and_then(|name| project.dataset(name))
        .map(|file| file.file.clone())
        .unwrap_or_default()
}

/// A template must find its variables in every case; the first case without one is named.
pub fn check_templates(candidates: &[Candidate], cases: &[Case], problems: &Problems) {
    for candidate in candidates {
        check_template(&candidate.variant, cases, problems);
    }
}

/// As `check_templates`, for one variant.
pub fn check_template(variant: &Variant, cases: &[Case], problems: &Problems) {
    let VariantKind::Chat { prompt, .. } = &variant.kind else { return };
    for (name, line) in prompt.variables() {
        let missing = cases.iter().filter(|case| !case.input.contains_key(&name)).count();
        if let Some(case) = cases.iter().find(|case| !case.input.contains_key(&name)) {
            let known: Vec<&str> = case.input.keys().map(String::as_str).collect();
            problems.error(
                &Place::line(&prompt.file, line),
                format!(
                    "{{{{ {name} }}}} is in the input of {} of {} cases: {} has none",
                    cases.len() - missing,
                    cases.len(),
                    case.id
                ),
                suggestion(&name, known),
            );
        }
    }
}

impl Prepared {
    /// Trials in all.
    pub fn n_trials(&self) -> u64 {
        self.candidates
            .iter()
            .map(|candidate| u64::from(candidate.trials) * self.cases.len() as u64)
            .sum()
    }
}
