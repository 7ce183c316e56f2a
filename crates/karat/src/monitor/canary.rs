//! The canary: the same questions to a variant, again and again; scored as in evals, compared with a baseline.

use anyhow::{Result, bail};
use karat_records::{Case, Scope};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::act::{Weight, found};
use super::incident::Incident;
use super::kept;
use super::suite::{self, CanaryRun, Kept, MOST_CASES, Measured, REPLICATES};
use crate::app::{App, Broken, Refusal};
use crate::datasets::{self, split};
use crate::project::problem::suggestion;
use crate::project::{Feature, Problems, Variant, VariantKind};
use crate::scorers::{self, Ready, score_some};
use crate::variants::{Producer, Request};

/// Which canary is to run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct RunCanary {
    /// The feature; the only one where absent.
    pub feature: Option<String>,
    /// The variant; the first of the waterfall where absent.
    pub variant: Option<String>,
}

/// What a canary's run came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CanaryRan {
    /// The feature.
    pub feature: String,
    /// The variant.
    pub variant: String,
    /// What scored the answers.
    pub scorer: String,
    /// Cases of the suite; none of them is held out.
    pub n_cases: u64,
    /// Replicates that were made for the baseline in this run.
    pub n_replicates: u64,
    /// The run; absent where only the baseline could be made.
    pub run: Option<CanaryRun>,
    /// What was opened because of it.
    pub incident: Option<Incident>,
    /// The answer in a sentence.
    pub says: String,
}

/// Everything that a suite needs.
struct Suite {
    feature: Feature,
    variant: Variant,
    producer: Producer,
    scorers: Vec<Ready>,
    primary: usize,
    cases: Vec<Case>,
    identity: String,
}

/// Runs the canary once; the first time, and when its replicates are used up, it makes a baseline as well.
pub async fn run(app: App, input: RunCanary) -> Result<CanaryRan> {
    let suite = prepare(&app, &input)?;
    let store = app.store()?;
    let name = format!("{}/{}", suite.feature.name, suite.variant.name);
    let before = kept::read::<Kept>(&store, &name).await?;
    let hash = before.as_ref().map(|(_, hash)| hash.clone());
    let mut kept = match before {
        Some((kept, _)) if kept.suite == suite.identity => kept,
        _ => Kept::new(suite.identity.clone()),
    };
    let n_replicates = kept.n_missing(REPLICATES);
    if n_replicates > 0 {
        let mut measured = Vec::new();
        for index in 0..n_replicates {
            measured.push(ask_all(&app, &suite, index as u32).await?);
        }
        kept.rebase(measured);
    }
    let measured = ask_all(&app, &suite, REPLICATES as u32).await?;
    let had_alarm = kept.alarm().is_some();
    let run = kept.compare(&measured, app.clock.now_ms());
    let now_ms = app.clock.now_ms();
    if !kept::replace(&store, &name, hash, &kept, now_ms).await? {
        return Err(Refusal::conflict(format!(
            "another run of the canary of {name} ended in the same moment, so this one does not count\n  next: run it again"
        )));
    }
    let scorer = suite.scorers[suite.primary].name.clone();
    let incident = match &run {
        Some(run) if run.is_alarm && !had_alarm => {
            let opened = incident_of(&app, &suite, &kept, run);
            found(&app, opened, Weight::Demanded).await?
        }
        _ => None,
    };
    Ok(CanaryRan {
        says: says(&name, n_replicates, run.as_ref(), kept.alarm().is_some()),
        feature: suite.feature.name,
        variant: suite.variant.name,
        scorer,
        n_cases: suite.cases.len() as u64,
        n_replicates: n_replicates as u64,
        run,
        incident,
    })
}

fn prepare(app: &App, input: &RunCanary) -> Result<Suite> {
    let project = app.project()?;
    let feature = project.choose(input.feature.as_deref())?.clone();
    let name = match input.variant.as_ref().or_else(|| feature.waterfall.first()) {
        Some(name) => name.clone(),
        None => {
            return Err(Refusal::invalid(format!(
                "{} has no waterfall, so it is not said which variant is watched\n  next: name one with --variant",
                feature.name
            )));
        }
    };
    let Some(variant) = feature.variant(&name).cloned() else {
        let known: Vec<&str> = feature.variants.iter().map(|one| one.name.as_str()).collect();
        return Err(Refusal::not_found(format!(
            "{} has no variant {name}\n  next: {}",
            feature.name,
            suggestion(&name, known)
        )));
    };
    if matches!(variant.kind, VariantKind::Recorded { .. }) {
        return Err(Refusal::invalid(format!(
            "{name} only repeats recorded answers, so it cannot change\n  next: name a variant that asks a model"
        )));
    }
    let Some(primary) = feature.primary() else {
        return Err(Refusal::invalid(format!(
            "{} has no scorer, so nothing tells whether an answer is good\n  next: add one to [features.{}.scorers]",
            feature.name, feature.name
        )));
    };
    let problems = Problems::default();
    let dataset = datasets::of(&project, &feature, &problems);
    let producer =
        Producer::prepare(app, &project, &feature, &variant, dataset.as_ref(), &problems);
    let scorers = scorers::prepare(app, &project, &feature, &problems);
    let (Some(dataset), Some(producer), Some(scorers)) = (dataset, producer, scorers) else {
        return Err(Broken(problems.sorted()).into());
    };
    // Held-out cases judge; whoever asks them every hour would soon have learnt them.
    let tune = split::cases_in(&dataset, Scope::Tune);
    let chosen = suite::choose(&tune, MOST_CASES);
    if chosen.is_empty() {
        bail!(
            "{} has no case that is not held out, so the canary has nothing to ask\n  next: add cases to {}",
            feature.name,
            dataset.name
        );
    }
    let identity = suite::identity(&variant.hash, &scorers[primary].hash, &chosen);
    let cases = chosen.into_iter().cloned().collect();
    Ok(Suite { feature, variant, producer, scorers, primary, cases, identity })
}

/// Asks every question once.
async fn ask_all(app: &App, suite: &Suite, trial_index: u32) -> Result<Measured> {
    let most = suite.producer.concurrency().unwrap_or(1).clamp(1, 16);
    let mut measured = Measured::default();
    for cases in suite.cases.chunks(most) {
        if app.stop.is_set() {
            bail!("the canary was stopped before its end, so this run does not count");
        }
        let asked =
            futures_util::future::join_all(cases.iter().map(|case| ask(suite, case, trial_index)));
        for (value, answer) in asked.await {
            measured.values.push(value);
            measured.simulated |= answer.simulated;
            if let Some(attempt) = answer.attempts.last()
                && attempt.served.is_some()
            {
                measured.served.clone_from(&attempt.served);
            }
        }
    }
    Ok(measured)
}

async fn ask(suite: &Suite, case: &Case, trial_index: u32) -> (f64, karat_records::Answer) {
    let answer = suite.producer.answer(Request::of(case, trial_index, 0)).await;
    let scores = score_some(&suite.scorers, &[suite.primary], case, &answer, 0).await;
    let value = scores.first().and_then(|score| score.value).unwrap_or(0.0);
    (value, answer)
}

fn incident_of(app: &App, suite: &Suite, kept: &Kept, run: &CanaryRun) -> Incident {
    let (feature, variant) = (suite.feature.name.clone(), suite.variant.name.clone());
    Incident {
        id: app.clock.new_id(),
        title: format!(
            "{variant} of {feature} became worse: {:.2} where the baseline had {:.2} (n {})",
            run.mean, run.baseline_mean, run.n
        ),
        cause: suite::cause(kept, run),
        metric: "canary".into(),
        mean: run.mean,
        lower: (run.baseline_mean + run.lower).clamp(0.0, 1.0),
        upper: (run.baseline_mean + run.upper).clamp(0.0, 1.0),
        n: run.n,
        level: run.baseline_mean,
        simulated: run.simulated,
        action: String::new(),
        began_at_ms: None,
        opened_at_ms: run.at_ms,
        closed_at_ms: None,
        closed_by: None,
        feature,
        variant: Some(variant),
    }
}

fn says(name: &str, n_replicates: usize, run: Option<&CanaryRun>, has_alarm: bool) -> String {
    let baseline = match n_replicates {
        0 => String::new(),
        n => format!("A baseline of {n} replicates was made. "),
    };
    match run {
        None => format!("{baseline}{name} could not be compared yet."),
        Some(run) if has_alarm => format!(
            "{baseline}{name} became worse: {:.2} against {:.2} in the baseline, n {}.",
            run.mean, run.baseline_mean, run.n
        ),
        Some(run) => format!(
            "{baseline}{name} has {:.2} against {:.2} in the baseline, difference {:+.2} [{:+.2}, {:+.2}], n {}; no alarm, which is no proof of being the same.",
            run.mean, run.baseline_mean, run.difference, run.lower, run.upper, run.n
        ),
    }
}

/// Forgets the evidence of a variant's canary, after an incident about it was closed.
pub async fn settle(app: &App, incident: &Incident) -> Result<()> {
    let Some(variant) = incident.variant.as_ref().filter(|_| incident.metric == "canary") else {
        return Ok(());
    };
    let store = app.store()?;
    let name = format!("{}/{variant}", incident.feature);
    let Some((mut kept, hash)) = kept::read::<Kept>(&store, &name).await? else { return Ok(()) };
    kept.settle();
    kept::replace(&store, &name, Some(hash), &kept, app.clock.now_ms()).await?;
    Ok(())
}
