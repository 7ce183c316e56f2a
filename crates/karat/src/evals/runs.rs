//! Operations on runs that are stored: list them, show one, compare two.

use std::collections::{BTreeMap, HashMap, HashSet};

use anyhow::{Result, bail};
use karat_records::{Case, EvalRun, RunState, Scope, Split, Verdict};
use karat_store::RunFilter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::load::{self, Loaded};
use super::report::Report;
use super::start;
use crate::app::{App, Refusal};
use crate::datasets::looks;
use crate::gate::compare::{self, Comparison};
use crate::gate::{Outcomes, VariantOutcomes};
use crate::project::Problems;

/// Which runs to list.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListRuns {
    /// Only runs of this feature.
    pub feature: Option<String>,
    /// Only runs on these cases.
    pub scope: Option<Scope>,
    /// Only runs with this verdict.
    pub verdict: Option<Verdict>,
    /// At most so many; 20 where absent.
    pub limit: Option<u64>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

/// Some runs, newest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunList {
    /// The runs.
    pub runs: Vec<RunSummary>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// One run in a line.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RunSummary {
    /// `UUIDv7`.
    pub id: String,
    /// The feature.
    pub feature: String,
    /// Which cases.
    pub scope: Scope,
    /// Number of cases.
    pub n_cases: u64,
    /// Repetitions.
    pub trials: u32,
    /// Names of the variants.
    pub variants: Vec<String>,
    /// Milliseconds since the Unix epoch.
    pub started_at_ms: i64,
    /// How far it came.
    pub state: RunState,
    /// What was judged.
    pub verdict: Option<Verdict>,
    /// The verdict in words.
    pub headline: Option<String>,
    /// True where a scripted server answered.
    pub simulated: bool,
}

/// Lists runs.
pub async fn list(app: App, input: ListRuns) -> Result<RunList> {
    let Some(store) = app.existing_store()? else {
        return Ok(RunList { runs: Vec::new(), next: None });
    };
    let limit = input.limit.unwrap_or(20).clamp(1, 200) as usize;
    let filter = RunFilter {
        feature: input.feature,
        scope: input.scope,
        verdict: input.verdict,
        is_judged: false,
        limit,
        cursor: input.cursor,
    };
    let page = store.ledger.runs(filter).await?;
    Ok(RunList { runs: page.items.iter().map(summary).collect(), next: page.next })
}

/// A run in a line; of its report it reads only the fields that it shows.
pub fn summary(run: &EvalRun) -> RunSummary {
    let report = run.report.as_ref();
    RunSummary {
        id: run.id.clone(),
        feature: run.plan.feature.clone(),
        scope: run.plan.scope,
        n_cases: run.plan.n_cases,
        trials: run.plan.trials,
        variants: run.plan.variants.iter().map(|variant| variant.name.clone()).collect(),
        started_at_ms: run.started_at_ms,
        state: run.state,
        verdict: report.and_then(|report| Verdict::deserialize(&report["verdict"]).ok()),
        headline: report
            .and_then(|report| report["headline"]["sentence"].as_str())
            .map(str::to_owned),
        simulated: report.is_some_and(|report| report["simulated"] == true),
    }
}

/// What to show of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ShowRun {
    /// An id, the beginning of one, or `latest`.
    pub run: String,
    /// Only answers that failed or got less than full marks by the primary metric.
    pub failed: bool,
    /// Only answers of this variant.
    pub variant: Option<String>,
    /// Only answers to this case.
    pub case: Option<String>,
    /// At most so many answers; 20 where absent, none without a filter.
    pub limit: Option<u64>,
    /// Show answers to held-out cases; needs the role editor, and each look is written down.
    pub reveal_held_out: bool,
}

/// A run with some of its answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShownRun {
    /// The run in a line.
    pub summary: RunSummary,
    /// The report, where the run came that far.
    pub report: Option<Report>,
    /// True where these are answers to held-out cases: who tunes on them needs fresh ones.
    pub is_held_out: bool,
    /// The answers that were asked for.
    pub answers: Vec<ShownAnswer>,
    /// Answers that match beyond those.
    pub n_more: u64,
}

/// One answer with its scores.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShownAnswer {
    /// The trial's id.
    pub trial_id: String,
    /// The case.
    pub case_id: String,
    /// The variant.
    pub variant: String,
    /// Zero-based repetition.
    pub trial_index: u32,
    /// The input, where the case is still in the dataset.
    pub input: Option<Value>,
    /// The desired output.
    pub expected: Option<Value>,
    /// The output.
    pub output: Value,
    /// Why there is none.
    pub failure: Option<String>,
    /// Milliseconds.
    pub latency_ms: Option<f64>,
    /// US dollars.
    pub cost_usd: Option<f64>,
    /// What the scorers say.
    pub scores: Vec<ShownScore>,
}

/// What one scorer says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ShownScore {
    /// The scorer.
    pub scorer: String,
    /// Its value; absent where it could not decide.
    pub value: Option<f64>,
    /// Why.
    pub explanation: Option<String>,
}

/// Shows a run.
pub async fn show(app: App, input: ShowRun) -> Result<ShownRun> {
    let Some(store) = app.existing_store()? else {
        return Err(load::none_yet());
    };
    let wants_answers =
        input.failed || input.variant.is_some() || input.case.is_some() || input.limit.is_some();
    if !wants_answers {
        let run = load::find(&store, &input.run).await?;
        let report = run.report.clone().and_then(|report| serde_json::from_value(report).ok());
        return Ok(ShownRun {
            summary: summary(&run),
            report,
            is_held_out: run.plan.scope == Scope::HeldOut,
            answers: Vec::new(),
            n_more: 0,
        });
    }
    let loaded = load::load(&store, &input.run).await?;
    let is_held_out = loaded.run.plan.scope == Scope::HeldOut;
    if is_held_out && !input.reveal_held_out {
        return Err(Refusal::invalid(format!(
            "run {} judged held-out cases, and whoever looks at single ones tunes on them
  next: look at a run on the cases that tune, or ask with reveal_held_out (`karat show --reveal-held-out`); the look is written down and shown at the gate",
            super::unknowns::short(&loaded.run.id)
        )));
    }
    if is_held_out {
        looks::check(&app)?;
    }
    let cases = cases_by_id(&app, &loaded.run.plan.feature);
    let report: Option<Report> =
        loaded.run.report.clone().and_then(|report| serde_json::from_value(report).ok());
    let primary = report.as_ref().and_then(|report| report.primary_metric.clone());
    let primary_index = primary
        .and_then(|name| loaded.run.plan.scorers.iter().position(|scorer| scorer.name == name))
        .unwrap_or(0);
    let limit = input.limit.unwrap_or(20) as usize;
    let mut answers = Vec::new();
    let mut n_more = 0;
    for trial in &loaded.trials {
        let scores = loaded.scores.get(&trial.id);
        let mark = scores.and_then(|scores| scores.get(primary_index)?.as_ref()?.value);
        let is_failed = trial.answer.failure.is_some() || mark.is_none_or(|mark| mark < 1.0);
        let is_wanted = (!input.failed || is_failed)
            && input.variant.as_ref().is_none_or(|variant| *variant == trial.variant)
            && input.case.as_ref().is_none_or(|case| *case == trial.case_id);
        if !is_wanted {
            continue;
        }
        if answers.len() >= limit {
            n_more += 1;
            continue;
        }
        let case = cases.get(&trial.case_id);
        answers.push(ShownAnswer {
            trial_id: trial.id.clone(),
            case_id: trial.case_id.clone(),
            variant: trial.variant.clone(),
            trial_index: trial.trial_index,
            input: case.map(|case| Value::Object(case.input.clone())),
            expected: case.and_then(|case| case.expected.clone()),
            output: trial.answer.output.clone(),
            failure: trial.answer.failure.as_ref().map(|failure| failure.message.clone()),
            latency_ms: trial.answer.latency_ms,
            cost_usd: trial.answer.cost_usd,
            scores: scores
                .into_iter()
                .flatten()
                .flatten()
                .map(|score| ShownScore {
                    scorer: score.scorer.clone(),
                    value: score.value,
                    explanation: score.explanation.clone(),
                })
                .collect(),
        });
    }
    if is_held_out {
        let run = &loaded.run;
        super::answers::note(&app, &run.plan.dataset.name, &run.id, answers.len() as u64).await?;
    }
    Ok(ShownRun { summary: summary(&loaded.run), report, is_held_out, answers, n_more })
}

/// The cases of a feature as the files have them now; none where the project cannot be read any more.
pub fn cases_by_id(app: &App, feature: &str) -> BTreeMap<String, Case> {
    let Ok(project) = app.project() else { return BTreeMap::new() };
    let Some(feature) = project.feature(feature) else { return BTreeMap::new() };
    let dataset = start::dataset_of(&project, feature, &Problems::default());
    dataset
        .into_iter()
        .flat_map(|dataset| dataset.cases)
        .map(|case| (case.id.clone(), case))
        .collect()
}

/// Changed cases that are named at most.
const MOST_CHANGED: usize = 20;

/// What to compare.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CompareRuns {
    /// A run, or a variant of the latest run.
    pub first: String,
    /// Another one.
    pub second: String,
    /// By which scorer; the primary metric where absent.
    #[serde(default)]
    pub metric: Option<String>,
    /// Show held-out cases as well; needs the role editor, and each look is written down.
    #[serde(default)]
    pub reveal_held_out: bool,
}

/// Two runs or variants, side by side.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Compared {
    /// What was compared, in words.
    pub title: String,
    /// Paired comparisons.
    pub comparisons: Vec<Comparison>,
    /// Cases whose success changed, the largest change first; at most 20.
    pub changed: Vec<ChangedCase>,
    /// Held-out cases whose success changed and that are not shown one by one.
    #[serde(default)]
    pub n_hidden: u64,
}

/// One case that came out differently.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ChangedCase {
    /// The case.
    pub case_id: String,
    /// The variant of the first side.
    pub first: String,
    /// The variant of the second side.
    pub second: String,
    /// Mean score on the first side.
    pub before: f64,
    /// Mean score on the second side.
    pub after: f64,
}

/// Compares two runs, or two variants of the latest run, on the cases that both answered.
pub async fn compare(app: App, input: CompareRuns) -> Result<Compared> {
    let alpha = app.project().map_or(0.05, |project| project.alpha());
    if input.reveal_held_out {
        looks::check(&app)?;
    }
    let Some(store) = app.existing_store()? else {
        return Err(load::none_yet());
    };
    let latest = load::load(&store, "latest").await?;
    let is_variant =
        |name: &str| latest.run.plan.variants.iter().any(|variant| variant.name == name);
    if is_variant(&input.first) && is_variant(&input.second) {
        let outcomes = latest.outcomes();
        let metric = metric_of(&latest, input.metric.as_deref())?;
        let position = |name: &str| {
            outcomes.variants.iter().position(|variant| variant.name == name).unwrap_or(0)
        };
        let pair = (position(&input.first), position(&input.second));
        let title = format!(
            "{} and {} in run {}",
            input.first,
            input.second,
            super::unknowns::short(&latest.run.id)
        );
        let compared = side_by_side(title, &outcomes, &[pair], &metric, alpha);
        return guarded(&app, &input, &[&latest], compared).await;
    }
    // One side names a variant of the latest run, so the other was meant to.
    if is_variant(&input.first) != is_variant(&input.second) {
        let odd = if is_variant(&input.first) { &input.second } else { &input.first };
        let names: Vec<&str> =
            latest.run.plan.variants.iter().map(|variant| variant.name.as_str()).collect();
        bail!(
            "the latest run has no variant {odd}\n  next: {}",
            crate::project::problem::suggestion(odd, names)
        );
    }
    let (first, second) =
        (load::load(&store, &input.first).await?, load::load(&store, &input.second).await?);
    let metric = metric_of(&second, input.metric.as_deref())?;
    let outcomes = merged(&first, &second);
    let n_first = first.run.plan.variants.len();
    let pairs: Vec<(usize, usize)> = (0..n_first)
        .filter_map(|index| {
            let name = &first.run.plan.variants[index].name;
            let other =
                second.run.plan.variants.iter().position(|variant| variant.name == *name)?;
            Some((index, n_first + other))
        })
        .collect();
    if pairs.is_empty() {
        bail!("these runs have no variant in common\n  next: name two variants of one run instead");
    }
    let title = format!(
        "run {} and run {}",
        super::unknowns::short(&first.run.id),
        super::unknowns::short(&second.run.id)
    );
    let compared = side_by_side(title, &outcomes, &pairs, &metric, alpha);
    guarded(&app, &input, &[&second, &first], compared).await
}

/// Counts the held-out cases instead of naming them; whoever asks for their names is written down.
async fn guarded(
    app: &App,
    input: &CompareRuns,
    runs: &[&Loaded],
    mut compared: Compared,
) -> Result<Compared> {
    let Some(run) = runs.first().map(|loaded| &loaded.run) else { return Ok(compared) };
    let cases = cases_by_id(app, &run.plan.feature);
    let judged = runs.iter().any(|loaded| loaded.run.plan.scope == Scope::HeldOut);
    let is_held_out = |change: &ChangedCase| {
        judged || cases.get(&change.case_id).is_some_and(|case| case.split == Split::Gate)
    };
    if !input.reveal_held_out {
        let n_all = compared.changed.len();
        compared.changed.retain(|change| !is_held_out(change));
        compared.n_hidden = (n_all - compared.changed.len()) as u64;
    }
    compared.changed.truncate(MOST_CHANGED);
    let n_seen = compared.changed.iter().filter(|change| is_held_out(change)).count() as u64;
    super::answers::note(app, &run.plan.dataset.name, &run.id, n_seen).await?;
    Ok(compared)
}

/// The metric that was asked for, else the run's primary one, else its first scorer.
pub fn metric_of(loaded: &Loaded, wished: Option<&str>) -> Result<String> {
    let names: Vec<&str> =
        loaded.run.plan.scorers.iter().map(|scorer| scorer.name.as_str()).collect();
    match wished {
        Some(name) if names.contains(&name) => Ok(name.to_owned()),
        Some(name) => Err(Refusal::invalid(format!(
            "the run has no scorer {name}\n  next: {}",
            crate::project::problem::suggestion(name, names)
        ))),
        None => {
            let primary =
                loaded.run.report.as_ref().and_then(|report| report["primary_metric"].as_str());
            match primary.or_else(|| names.first().copied()) {
                Some(name) => Ok(name.to_owned()),
                None => {
                    bail!("the run has no scorer\n  next: add one under [features.NAME.scorers]")
                }
            }
        }
    }
}

/// Two runs as one set of outcomes on the cases of both; variants get the run's number behind their names.
fn merged(first: &Loaded, second: &Loaded) -> Outcomes {
    let (a, b) = (first.outcomes(), second.outcomes());
    let mut cases = a.cases.clone();
    let known: HashSet<&str> = a.cases.iter().map(|case| case.id.as_str()).collect();
    cases.extend(b.cases.iter().filter(|case| !known.contains(case.id.as_str())).cloned());
    let position: HashMap<&str, usize> =
        cases.iter().enumerate().map(|(index, case)| (case.id.as_str(), index)).collect();
    let mut scorers = a.scorers.clone();
    scorers.extend(b.scorers.iter().filter(|name| !a.scorers.contains(name)).cloned());
    let mut variants = Vec::new();
    for (number, side) in [(1, &a), (2, &b)] {
        for variant in &side.variants {
            let mut trials = vec![Vec::new(); cases.len()];
            for (case, own) in side.cases.iter().zip(&variant.trials) {
                let own = own.iter().map(|outcome| {
                    let scores = scorers
                        .iter()
                        .map(|name| {
                            side.scorer_index(name)
                                .and_then(|index| outcome.scores.get(index).copied().flatten())
                        })
                        .collect();
                    crate::gate::Outcome { scores, ..outcome.clone() }
                });
                trials[position[case.id.as_str()]] = own.collect();
            }
            variants.push(VariantOutcomes {
                name: format!("{} ({number})", variant.name),
                trials,
                ..variant.clone()
            });
        }
    }
    Outcomes { scorers, variants, cases: cases.clone() }
}

fn side_by_side(
    title: String,
    outcomes: &Outcomes,
    pairs: &[(usize, usize)],
    metric: &str,
    alpha: f64,
) -> Compared {
    let comparisons = compare::compare(outcomes, pairs, metric, alpha);
    let mut changed = Vec::new();
    if let Some(scorer) = outcomes.scorer_index(metric) {
        for (first, second) in pairs {
            let (a, b) = (&outcomes.variants[*first], &outcomes.variants[*second]);
            for (case, (before, after)) in outcomes.cases.iter().zip(a.trials.iter().zip(&b.trials))
            {
                if before.is_empty() || after.is_empty() {
                    continue;
                }
                let mean = |trials: &[crate::gate::Outcome]| {
                    trials.iter().map(|trial| trial.score(scorer)).sum::<f64>()
                        / trials.len() as f64
                };
                let (before, after) = (mean(before), mean(after));
                if (before - after).abs() > 1e-9 {
                    changed.push(ChangedCase {
                        case_id: case.id.clone(),
                        first: a.name.clone(),
                        second: b.name.clone(),
                        before,
                        after,
                    });
                }
            }
        }
    }
    changed.sort_by(|a, b| {
        (b.after - b.before)
            .abs()
            .total_cmp(&(a.after - a.before).abs())
            .then(a.case_id.cmp(&b.case_id))
    });
    Compared { title, comparisons, changed, n_hidden: 0 }
}
