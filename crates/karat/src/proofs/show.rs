//! The operation `gate.show`: the latest verdict of a feature, what it rests on, and what can be done about it.

use std::collections::HashMap;

use anyhow::Result;
use karat_records::{EvalRun, Role, Verdict};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::amend::{self, Amended};
use super::known::{Known, report_of};
use super::offers::{self, Grounds, Offer};
use super::sign::{self, SignOff};
use crate::app::App;
use crate::datasets::looks;
use crate::evals::pairing::fields_of;
use crate::evals::present::Present;
use crate::evals::report::Report;
use crate::evals::runs::cases_by_id;
use crate::gate::describe;
use crate::gate::shown::Measured;
use crate::gate::unit::shown;
use crate::project::history::{Registered, amendments};
use crate::project::lock;

/// Gate runs that are shown as history.
const MOST_HISTORY: usize = 20;

/// Which gate.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AskGate {
    /// The feature; the only one where absent.
    pub feature: Option<String>,
}

/// A feature's gate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GateShown {
    /// The feature.
    pub feature: String,
    /// What its requests are, in the plural.
    pub about: String,
    /// The run that judged last.
    pub run_id: Option<String>,
    /// When it ended, in milliseconds since the Unix epoch.
    pub judged_at_ms: Option<i64>,
    /// What it said.
    pub report: Option<Report>,
    /// What can be promised today, where the verdict is undecided.
    pub promise: Option<String>,
    /// What changed since, one sentence each.
    pub has_drifted: Vec<String>,
    /// The criteria as the file has them now.
    pub criteria: Vec<CriterionShown>,
    /// The day since which they stand as they were judged last.
    pub criteria_since: Option<String>,
    /// What was changed after it had first judged, oldest first; changes that no gate has seen yet come last.
    pub amendments: Vec<AmendmentShown>,
    /// Every content that was judged on these cases.
    pub candidates: Vec<CandidateShown>,
    /// Earlier verdicts, newest first.
    pub history: Vec<PastVerdict>,
    /// Who saw single held-out cases, newest first.
    pub looks: Vec<LookShown>,
    /// Who signed off what, newest first.
    pub sign_offs: Vec<SignOffShown>,
    /// What can be done about a verdict that is undecided.
    pub offers: Vec<Offer>,
    /// The command that judges again.
    pub command: String,
    /// Cases that are held out now.
    pub n_held_out: u64,
}

/// One criterion of the file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CriterionShown {
    /// Its name.
    pub name: String,
    /// What it demands.
    pub demand: String,
    /// Shown, but never changes the verdict.
    pub advisory: bool,
    /// The bound: a rate, milliseconds, US dollars, a count or a gain.
    pub bound: f64,
    /// Whether `gate.amend` can change it.
    pub can_amend: bool,
}

/// A change after it had first judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AmendmentShown {
    /// The day on which it first judged; today where it has not yet.
    pub day: String,
    /// What was changed.
    pub what: String,
    /// True where no gate has judged with it yet.
    pub is_pending: bool,
    /// Why, where somebody said so.
    pub reason: Option<String>,
    /// Who changed it, where that is known.
    pub by: Option<String>,
}

/// One content that was judged on these cases.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CandidateShown {
    /// The how-manieth it was, from 1.
    pub number: u32,
    /// The variant's name then; empty where no run of this database judged it.
    pub variant: String,
    /// The beginning of its hash.
    pub hash: String,
    /// The last verdict on it.
    pub verdict: Option<Verdict>,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: Option<i64>,
    /// True where a variant of the file has this content now.
    pub is_current: bool,
}

/// One earlier verdict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PastVerdict {
    /// The run.
    pub run_id: String,
    /// When it began, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// The feature's verdict.
    pub verdict: Option<Verdict>,
    /// In words.
    pub headline: String,
    /// Cases that judged.
    pub n_cases: u64,
    /// The variant that the headline is about.
    pub variant: Option<String>,
    /// What it measured by its first criterion.
    pub measured: Option<Measured>,
}

/// Somebody saw single held-out cases.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LookShown {
    /// Who.
    pub by: String,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// What, in words.
    pub what: String,
    /// The run whose answers they were.
    pub run_id: Option<String>,
    /// How many cases or answers.
    pub n_answers: u64,
}

/// Somebody signed off a variant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SignOffShown {
    /// Who.
    pub by: String,
    /// In which role.
    pub role: Role,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// The run whose verdict was accepted.
    pub run_id: String,
    /// The variant.
    pub variant: String,
    /// What the person wrote.
    pub note: String,
    /// True while the proof in `karat.lock` is the one that was signed, and everything is as it was judged.
    pub holds: bool,
}

/// Shows the gate of a feature.
pub async fn show(app: App, input: AskGate) -> Result<GateShown> {
    let known = Known::read(&app, input.feature.as_deref(), MOST_HISTORY).await?;
    let latest = known.latest();
    let (mut offers, mut promise) = (Vec::new(), None);
    if let Some((run, report)) = &latest
        && let Some(variant) = offers::undecided(report)
    {
        promise = offers::promise(report, variant);
        offers = offers_for(&app, &known, run, report).await?;
    }
    let registered = known.registered();
    let has_drifted = known.drift();
    let dataset = known.feature.dataset.clone().unwrap_or_default();
    let feature = &known.feature;
    Ok(GateShown {
        feature: feature.name.clone(),
        about: feature.about_words(),
        run_id: latest.as_ref().map(|(run, _)| run.id.clone()),
        judged_at_ms: latest.as_ref().and_then(|(run, _)| run.ended_at_ms),
        promise,
        has_drifted,
        criteria: feature
            .mvq
            .iter()
            .map(|criterion| CriterionShown {
                name: criterion.name.clone(),
                demand: describe::criterion(criterion),
                advisory: criterion.is_advisory,
                bound: offers::bound_of(criterion),
                can_amend: offers::can_amend(criterion),
            })
            .collect(),
        criteria_since: known.lock.registered_since(&feature.name),
        amendments: amended(
            &registered,
            &known.present,
            &amend::reasons(&app, &feature.name).await?,
        ),
        candidates: candidates(&known),
        history: known.runs.iter().filter_map(past).collect(),
        looks: looks_at(&app, &dataset).await?,
        sign_offs: sign::list(&app, &feature.name)
            .await?
            .into_iter()
            .map(|sign_off| signed(sign_off, &known))
            .collect(),
        offers,
        command: format!("karat gate {}", feature.name),
        n_held_out: known.present.cases.as_ref().map_or(0, |cases| cases.n_held_out),
        report: latest.map(|(_, report)| report),
    })
}

/// The offers need every score of the run; its cases are those that the files have now.
async fn offers_for(
    app: &App,
    known: &Known,
    run: &EvalRun,
    report: &Report,
) -> Result<Vec<Offer>> {
    let store = app.store()?;
    let loaded = app.shelf.load(&store, &run.id).await?;
    let cases = cases_by_id(app, &known.feature.name);
    let outcomes = loaded.outcomes_with(&cases);
    let judged: Vec<String> =
        known.feature.mvq.iter().filter_map(|criterion| criterion.each.clone()).collect();
    let fields = fields_of(outcomes.cases.iter(), &judged);
    Ok(offers::offers(Grounds {
        report,
        outcomes: &outcomes,
        criteria: &known.feature.mvq,
        fields: &fields,
    }))
}

/// Amendments of the lock, then those that no gate has seen, with the reasons that people gave.
fn amended(
    registered: &[Registered],
    present: &Present,
    reasons: &[Amended],
) -> Vec<AmendmentShown> {
    let mut all = registered.to_vec();
    let n_judged = amendments(&all).len();
    // A feature that was never judged has nothing to amend.
    if !all.is_empty() {
        all.push(present.registered.clone());
    }
    amendments(&all)
        .into_iter()
        .enumerate()
        .map(|(index, amendment)| {
            let reason = reasons.iter().find(|reason| reason.is_about(&amendment.what));
            AmendmentShown {
                day: amendment.day,
                is_pending: index >= n_judged,
                reason: reason.map(|reason| reason.reason.clone()),
                by: reason.map(|reason| reason.by.clone()),
                what: amendment.what,
            }
        })
        .collect()
}

fn candidates(known: &Known) -> Vec<CandidateShown> {
    let Some(cases) = &known.present.cases else { return Vec::new() };
    let Some(judged) = known.lock.judged_on(&known.feature.name, &cases.hashes) else {
        return Vec::new();
    };
    // The newest verdict on each content, by the beginning of its hash.
    let mut verdicts: HashMap<String, (String, Option<Verdict>, i64)> = HashMap::new();
    for run in known.runs.iter().rev() {
        let Some(report) = report_of(run) else { continue };
        for variant in report.variants {
            let verdict = variant.verdict.as_ref().map(|verdict| verdict.verdict);
            let at_ms = run.ended_at_ms.unwrap_or(run.started_at_ms);
            verdicts.insert(lock::short(&variant.hash), (variant.name, verdict, at_ms));
        }
    }
    judged
        .candidates
        .iter()
        .enumerate()
        .map(|(index, hash)| {
            let now = known
                .present
                .variants
                .iter()
                .find(|variant| lock::short(variant.hash.as_str()) == *hash);
            let seen = verdicts.get(hash);
            let name =
                now.map(|now| now.name.clone()).or_else(|| seen.map(|(name, ..)| name.clone()));
            CandidateShown {
                number: index as u32 + 1,
                variant: name.unwrap_or_default(),
                hash: hash.clone(),
                verdict: seen.and_then(|(_, verdict, _)| *verdict),
                at_ms: seen.map(|(.., at_ms)| *at_ms),
                is_current: now.is_some(),
            }
        })
        .collect()
}

fn past(run: &EvalRun) -> Option<PastVerdict> {
    let report = report_of(run)?;
    let variant = report.headline_variant();
    Some(PastVerdict {
        run_id: run.id.clone(),
        at_ms: run.started_at_ms,
        verdict: report.verdict,
        n_cases: report.n_cases,
        variant: variant.map(|variant| variant.name.clone()),
        measured: variant.and_then(offers::headline_criterion).map(shown),
        headline: report.headline.sentence.clone(),
    })
}

async fn looks_at(app: &App, dataset: &str) -> Result<Vec<LookShown>> {
    let looks = looks::list(app, dataset).await?;
    Ok(looks
        .into_iter()
        .map(|look| LookShown {
            by: look.by,
            at_ms: look.at_ms,
            what: look.what,
            run_id: look.run_id,
            n_answers: look.n,
        })
        .collect())
}

fn signed(sign_off: SignOff, known: &Known) -> SignOffShown {
    SignOffShown {
        holds: sign_off.holds(known),
        by: sign_off.by.name,
        role: sign_off.by.role,
        at_ms: sign_off.at_ms,
        run_id: sign_off.run_id,
        variant: sign_off.variant,
        note: sign_off.note,
    }
}
