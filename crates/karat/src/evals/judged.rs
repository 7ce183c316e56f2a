//! From what was measured to what it means: the report.

use std::collections::HashMap;

use anyhow::Result;
use karat_records::{Hash, Scope, Verdict};
use karat_stats::{Floor, Sample, repeats};
use serde_json::Value;

use super::examples::{self, Example};
use super::headline;
use super::plan::{self, Power, key};
use super::report::{
    Consistency, ErrorCount, LatencyReport, MetricReport, Report, SCHEMA, VariantReport,
};
use super::run::Ran;
use super::start::Prepared;
use super::unknowns;
use crate::app::App;
use crate::gate::judge::Question;
use crate::gate::measure::{FOR_EVER, quantile};
use crate::gate::{Outcomes, VariantOutcomes, capability, compare, describe, economy, judge};
use crate::project::Criterion;
use crate::project::history::Amendment;

/// What the gate decided about numbers and history before the report is written.
#[derive(Clone, Debug, Default)]
pub struct Gating {
    /// The how-manieth candidate each variant is, in the order of the run; empty where nothing is judged.
    pub candidates: Vec<u32>,
    /// What was changed after it had first judged.
    pub amendments: Vec<Amendment>,
    /// The day on which the present criteria first judged.
    pub criteria_since: Option<String>,
}

/// Writes the report of a run.
pub async fn report(
    app: &App,
    prepared: &Prepared,
    ran: &Ran,
    gating: Option<&Gating>,
) -> Result<Report> {
    let outcomes = &ran.outcomes;
    let feature = &prepared.feature;
    let alpha = prepared.project.alpha();
    let primary_index = feature.primary();
    let primary_metric = primary_index.map(|index| outcomes.scorers[index].clone());
    let metric = primary_metric.as_deref();
    let baseline = feature.baseline.as_ref().and_then(|name| outcomes.variant(name));
    let about = feature.about_words();
    let variants: Vec<VariantReport> = outcomes
        .variants
        .iter()
        .enumerate()
        .map(|(index, variant)| {
            let candidate = gating.and_then(|gating| gating.candidates.get(index)).copied();
            variant_report(prepared, ran, variant, baseline, metric, alpha, candidate)
        })
        .collect();
    let fields: Vec<String> =
        feature.mvq.iter().filter_map(|criterion| criterion.each.clone()).collect();
    let comparisons = metric
        .map(|metric| {
            compare::compare(
                outcomes,
                &compare::all_pairs(outcomes, feature.baseline.as_deref()),
                metric,
                alpha,
            )
        })
        .unwrap_or_default();
    let chosen = headline::choose(&variants, metric);
    let examples = match (chosen, primary_index) {
        // A report is for everybody; single held-out cases are shown on request only, and the look is kept.
        _ if prepared.plan.scope == Scope::HeldOut => Vec::new(),
        (Some(variant), Some(scorer)) => examples(app, prepared, outcomes, variant, scorer).await?,
        _ => Vec::new(),
    };
    let next_candidate =
        gating.and_then(|gating| gating.candidates.iter().max()).copied().unwrap_or(1);
    let has_judges = prepared.scorers.iter().any(crate::scorers::Ready::is_judge);
    let mut report = Report {
        schema: SCHEMA.into(),
        project: prepared.project.name.clone(),
        feature: feature.name.clone(),
        headline: headline::headline(chosen.map(|index| &variants[index]), metric, &about),
        about,
        run_id: ran.run.id.clone(),
        identity: prepared.plan.identity().to_string(),
        started_at_ms: ran.run.started_at_ms,
        scope: prepared.plan.scope,
        is_gate: gating.is_some(),
        is_complete: ran.stopped.is_none(),
        simulated: outcomes.variants.iter().any(VariantOutcomes::is_simulated),
        dataset: prepared.plan.dataset.clone(),
        n_cases: prepared.cases.len() as u64,
        n_criteria: feature.mvq.len() as u64,
        n_held_out: crate::datasets::split::cases_in(&prepared.dataset, Scope::HeldOut).len()
            as u64,
        trials: prepared.plan.trials,
        seed: prepared.plan.seed,
        confidence: prepared.project.confidence,
        verdict: feature_verdict(&variants, &feature.waterfall),
        findings: findings(&variants, &comparisons, feature.baseline.as_deref()),
        primary_metric: primary_metric.clone(),
        baseline: feature.baseline.clone(),
        variants,
        comparisons,
        capability: metric
            .map(|metric| capability::map(outcomes, metric, &fields, alpha))
            .unwrap_or_default(),
        examples,
        power: power(&feature.mvq, outcomes, alpha, next_candidate),
        unknowns: Vec::new(),
        next_step: String::new(),
        amendments: gating.map(|gating| gating.amendments.clone()).unwrap_or_default(),
        criteria_since: gating.and_then(|gating| gating.criteria_since.clone()),
    };
    if report.scope == Scope::HeldOut {
        count_instead_of_names(&mut report.variants);
    }
    report.unknowns = unknowns::unknowns(&report, has_judges);
    report.next_step = unknowns::next_step(&report);
    Ok(report)
}

/// A criterion says how many cases failed; which held-out ones, is shown on request only.
fn count_instead_of_names(variants: &mut [VariantReport]) {
    let verdicts = variants.iter_mut().filter_map(|variant| variant.verdict.as_mut());
    for criterion in verdicts.flat_map(|verdict| &mut verdict.criteria) {
        criterion.failed_cases.clear();
    }
}

/// What the cases in scope can show.
pub fn power(criteria: &[Criterion], outcomes: &Outcomes, alpha: f64, candidate: u32) -> Power {
    let n_cases = |criterion: &Criterion| {
        let wanted = outcomes
            .cases
            .iter()
            .filter(|case| criterion.only.as_ref().is_none_or(|filter| filter.matches(case)));
        wanted.count() as u64
    };
    plan::power(criteria, n_cases, alpha, candidate)
}

/// A feature passes when all variants of its waterfall do, or, where there is none yet, when one candidate does.
fn feature_verdict(variants: &[VariantReport], waterfall: &[String]) -> Option<Verdict> {
    let verdict = |variant: &VariantReport| variant.verdict.as_ref().map(|verdict| verdict.verdict);
    let in_waterfall: Vec<Verdict> = variants
        .iter()
        .filter(|variant| waterfall.contains(&variant.name) && !variant.is_unproven)
        .filter_map(verdict)
        .collect();
    if !in_waterfall.is_empty() {
        let worst = |wanted| in_waterfall.contains(&wanted);
        return Some(match (worst(Verdict::Fail), worst(Verdict::Undecided)) {
            (true, _) => Verdict::Fail,
            (false, true) => Verdict::Undecided,
            (false, false) => Verdict::Pass,
        });
    }
    let all: Vec<Verdict> = variants.iter().filter_map(verdict).collect();
    [Verdict::Pass, Verdict::Undecided, Verdict::Fail]
        .into_iter()
        .find(|wanted| all.contains(wanted))
}

fn variant_report(
    prepared: &Prepared,
    ran: &Ran,
    variant: &VariantOutcomes,
    baseline: Option<&VariantOutcomes>,
    metric: Option<&str>,
    alpha: f64,
    candidate: Option<u32>,
) -> VariantReport {
    let outcomes = &ran.outcomes;
    let named = prepared.feature.variant(&variant.name);
    let verdict = candidate.filter(|_| !prepared.feature.mvq.is_empty()).map(|candidate| {
        judge(
            outcomes,
            variant,
            Question { criteria: &prepared.feature.mvq, alpha, candidate, baseline },
        )
    });
    VariantReport {
        name: variant.name.clone(),
        kind: variant.kind.to_owned(),
        hash: variant.hash.to_string(),
        is_baseline: prepared.feature.baseline.as_ref() == Some(&variant.name),
        is_unproven: named.is_some_and(|variant| variant.is_unproven),
        simulated: variant.is_simulated(),
        n_trials: variant.all().count() as u64,
        n_errors: variant.n_errors(),
        errors: ran
            .errors
            .iter()
            .filter(|(name, ..)| *name == variant.name)
            .take(5)
            .map(|(_, kind, n, example)| ErrorCount {
                kind: serde_json::to_value(kind)
                    .ok()
                    .and_then(|kind| kind.as_str().map(str::to_owned))
                    .unwrap_or_default(),
                n: *n,
                example: example.clone(),
            })
            .collect(),
        metrics: (0..outcomes.scorers.len())
            .map(|index| metric_report(ran, variant, index, alpha))
            .collect(),
        economy: economy::economy(outcomes, variant, baseline, metric.unwrap_or_default()),
        latency: latency(variant, alpha),
        consistency: metric.and_then(|metric| consistency(outcomes, variant, metric)),
        verdict,
    }
}

fn metric_report(ran: &Ran, variant: &VariantOutcomes, index: usize, alpha: f64) -> MetricReport {
    let name = ran.outcomes.scorers[index].clone();
    let values: Vec<f64> = variant
        .trials
        .iter()
        .filter(|trials| !trials.is_empty())
        .map(|trials| {
            (trials.iter().map(|trial| trial.score(index)).sum::<f64>() / trials.len() as f64)
                .clamp(0.0, 1.0)
        })
        .collect();
    let n = values.len() as u64;
    let n_right = variant
        .trials
        .iter()
        .filter(|trials| !trials.is_empty() && trials.iter().all(|trial| trial.succeeded(index)))
        .count() as u64;
    let question = Floor { alpha_pass: alpha, alpha_fail: alpha, ..Floor::at(0.5) };
    let answer = karat_stats::gate(&Sample::Values(values), &question).ok();
    MetricReport {
        mean: answer.and_then(|answer| answer.mean),
        lower: answer.map_or(0.0, |answer| answer.lower),
        upper: answer.map_or(1.0, |answer| answer.upper),
        n,
        n_right,
        n_undecided: variant.all().filter(|trial| trial.is_undecided(index)).count() as u64,
        undecided_example: ran.undecided.get(&(variant.name.clone(), name.clone())).cloned(),
        name,
    }
}

fn latency(variant: &VariantOutcomes, alpha: f64) -> Option<LatencyReport> {
    let all: Vec<f64> = variant
        .all()
        .filter_map(|trial| if trial.failure.is_some() { Some(FOR_EVER) } else { trial.latency_ms })
        .collect();
    if all.iter().all(|value| *value >= FOR_EVER) {
        return None;
    }
    let n_cases = variant.trials.iter().filter(|trials| !trials.is_empty()).count();
    let (p50, p95) = (quantile(&all, n_cases, 0.5, alpha), quantile(&all, n_cases, 0.95, alpha));
    Some(LatencyReport {
        p50_ms: p50.estimate?,
        p95_ms: p95.estimate,
        p95_lower_ms: p95.lower,
        p95_upper_ms: p95.upper,
        n: n_cases as u64,
    })
}

fn consistency(
    outcomes: &Outcomes,
    variant: &VariantOutcomes,
    metric: &str,
) -> Option<Consistency> {
    let scorer = outcomes.scorer_index(metric)?;
    let repeated: Vec<&Vec<crate::gate::Outcome>> =
        variant.trials.iter().filter(|trials| trials.len() > 1).collect();
    let most = repeated.iter().map(|trials| trials.len()).max()?;
    let n_same = repeated
        .iter()
        .filter(|trials| trials.iter().all(|trial| trial.fingerprint == trials[0].fingerprint))
        .count();
    let successes = |trials: &[crate::gate::Outcome]| {
        trials.iter().filter(|trial| trial.succeeded(scorer)).count() as u64
    };
    let mean_over = |value: &dyn Fn(u64, u64) -> Option<f64>| {
        let values: Vec<f64> = repeated
            .iter()
            .filter_map(|trials| value(successes(trials), trials.len() as u64))
            .collect();
        values.iter().sum::<f64>() / values.len().max(1) as f64
    };
    let ks = 1..=most as u64;
    Some(Consistency {
        n_same: n_same as u64,
        n: repeated.len() as u64,
        pass_hat: ks
            .clone()
            .map(|k| mean_over(&|c, n| repeats::pass_hat_k(c, n, k).ok().flatten()))
            .collect(),
        pass_at: ks
            .map(|k| mean_over(&|c, n| repeats::pass_at_k(c, n, k).ok().flatten()))
            .collect(),
        flip_rate: mean_over(&|c, n| repeats::flip_rate(c, n).ok().flatten()),
    })
}

/// Rules win, and money without a measurable gain: said in sentences.
fn findings(
    variants: &[VariantReport],
    comparisons: &[compare::Comparison],
    baseline: Option<&str>,
) -> Vec<String> {
    let Some(baseline) = baseline else { return Vec::new() };
    let mut findings = Vec::new();
    for comparison in comparisons.iter().filter(|comparison| comparison.first == baseline) {
        let Some(variant) = variants.iter().find(|variant| variant.name == comparison.second)
        else {
            continue;
        };
        let span = format!(
            "{:+.2} {} on {}",
            comparison.difference,
            describe::interval(comparison.lower, comparison.upper),
            describe::plural(comparison.n, "case")
        );
        let times = variant.economy.times_baseline.filter(|times| *times > 1.0);
        let costs = match (times, variant.economy.usd_per_1000) {
            (Some(times), _) => {
                Some(format!("costs {}× as much", describe::number((times * 10.0).round() / 10.0)))
            }
            (None, Some(usd)) if usd > 0.0 => {
                Some(format!("costs {} for 1,000 answers", describe::usd(usd)))
            }
            _ => None,
        };
        findings.push(match comparison.outcome {
            compare::Standing::FirstBetter => format!(
                "{baseline} win over {}: {} is {span}.",
                comparison.second, comparison.second
            ),
            compare::Standing::SecondBetter => {
                let pays = variant
                    .economy
                    .break_even_usd
                    .map(|usd| {
                        format!(
                            "; it pays where a further success is worth more than {}",
                            describe::usd(usd)
                        )
                    })
                    .unwrap_or_default();
                format!("{} beats {baseline}: {span}{pays}.", comparison.second)
            }
            compare::Standing::TooCloseToCall => match costs {
                Some(costs) => format!(
                    "{} {costs} for no measurable gain over {baseline}: {span}, too close to call.",
                    comparison.second
                ),
                None => {
                    format!("{} and {baseline} are too close to call: {span}.", comparison.second)
                }
            },
        });
    }
    findings
}

async fn examples(
    app: &App,
    prepared: &Prepared,
    outcomes: &Outcomes,
    variant_index: usize,
    scorer: usize,
) -> Result<Vec<Example>> {
    let variant = &outcomes.variants[variant_index];
    let candidate = &prepared.candidates[variant_index];
    let picked = examples::pick(outcomes, variant, scorer);
    let keys: Vec<Hash> = picked
        .iter()
        .map(|(_, case_index)| {
            key(&candidate.hash, &prepared.cases[*case_index], &prepared.inputs[*case_index], 0)
        })
        .collect();
    let store = app.store()?;
    let trials = store.ledger.newest_trials(&keys).await?;
    let ids: Vec<String> = trials.values().map(|trial| trial.id.clone()).collect();
    let why: HashMap<String, String> = store
        .ledger
        .scores(&ids, std::slice::from_ref(&prepared.scorers[scorer].hash))
        .await?
        .into_iter()
        .filter_map(|score| Some((score.trial_id, score.explanation?)))
        .collect();
    Ok(picked
        .into_iter()
        .zip(keys)
        .filter_map(|((stands_for, case_index), key)| {
            let case = &prepared.cases[case_index];
            let trial = trials.get(&key)?;
            let results = &variant.trials[case_index];
            Some(Example {
                stands_for,
                case_id: case.id.clone(),
                input: shorten(&input_words(&case.input)),
                answer: match &trial.answer.failure {
                    Some(failure) => format!("(no answer: {})", shorten(&failure.message)),
                    None => shorten(&trial.answer.text()),
                },
                expected: case.expected.as_ref().map(|expected| shorten(&words(expected))),
                score: results.iter().map(|trial| trial.score(scorer)).sum::<f64>()
                    / results.len().max(1) as f64,
                why: why.get(&trial.id).map(|words| shorten(words)),
            })
        })
        .collect())
}

/// A single text input as it is, several as JSON.
fn input_words(input: &serde_json::Map<String, Value>) -> String {
    let mut texts = input.values().filter_map(Value::as_str);
    match (input.len(), texts.next()) {
        (1, Some(text)) => text.to_owned(),
        _ => match input.get("message").and_then(Value::as_str) {
            Some(message) if !message.is_empty() => message.to_owned(),
            _ => Value::Object(input.clone()).to_string(),
        },
    }
}

fn words(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// At most 400 characters.
fn shorten(text: &str) -> String {
    let short: String = text.chars().take(400).collect();
    if short.len() < text.len() { format!("{short}…") } else { short }
}
