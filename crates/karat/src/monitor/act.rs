//! What is done about a fall: an incident with its cause, a move of the waterfall where a criterion demands it, and a notice.

use anyhow::Result;
use karat_store::Store;

use super::cause::{Around, CanaryFell, cause};
use super::decision::{self, Decision};
use super::evidence::Fall;
use super::incident::{self, Incident};
use super::kept;
use super::notice;
use super::reorder::{Move, Standing, reorder};
use super::suite::Kept;
use crate::app::App;
use crate::clock::day;
use crate::evals::present;
use crate::gate::describe::plural;
use crate::history::changed::changed;
use crate::project::lock::Lock;
use crate::project::{Feature, Project};

/// What was found, and whether the waterfall may move because of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// A criterion demands it, or the same questions got worse answers.
    Demanded,
    /// Only the past says that it was better; or the requests are others.
    Noticed,
}

/// Opens the incident of a fall.
pub async fn fell(app: &App, fall: &Fall) -> Result<Option<Incident>> {
    let store = app.store()?;
    let cause = cause(fall, &around(&store, fall).await?);
    let is_mix = cause.starts_with("input mix");
    let weight = if fall.goal.is_demanded && !is_mix { Weight::Demanded } else { Weight::Noticed };
    found(app, incident_of(app, fall, cause), weight).await
}

/// What else is known around a fall.
async fn around(store: &Store, fall: &Fall) -> Result<Around> {
    let stream = &fall.stream;
    let name = format!("{}/{}", stream.feature, stream.variant.as_deref().unwrap_or_default());
    let canary = kept::read::<Kept>(store, &name).await?.map(|(kept, _)| kept);
    let canary = canary.filter(|kept| kept.alarm().is_some()).and_then(|kept| {
        let run = kept.runs.last()?.clone();
        Some(CanaryFell {
            at_ms: run.at_ms,
            mean: run.mean,
            baseline_mean: run.baseline_mean,
            n: run.n,
        })
    });
    let changed = changed(store, fall.near_ms).await?;
    let files = changed.into_iter().map(|file| (file.at_ms, file.name)).collect();
    Ok(Around { canary, files })
}

fn incident_of(app: &App, fall: &Fall, cause: String) -> Incident {
    let Fall { stream, mean, lower, upper, n, goal, simulated, began_at_ms, .. } = fall;
    Incident {
        id: app.clock.new_id(),
        title: format!(
            "{}: {} fell to {mean:.2} [{lower:.2}, {upper:.2}], below {:.2}: {} ({})",
            stream.who(),
            stream.metric.says(goal.limit),
            goal.level,
            goal.why,
            plural(*n, "observation")
        ),
        cause,
        feature: stream.feature.clone(),
        variant: stream.variant.clone(),
        metric: stream.metric.name(),
        mean: *mean,
        lower: *lower,
        upper: *upper,
        n: *n,
        level: goal.level,
        simulated: *simulated,
        action: String::new(),
        began_at_ms: Some(*began_at_ms),
        opened_at_ms: app.clock.now_ms(),
        closed_at_ms: None,
        closed_by: None,
    }
}

/// Opens an incident; then the waterfall moves if it may, and people are told. Nothing where it is open already.
pub async fn found(app: &App, incident: Incident, weight: Weight) -> Result<Option<Incident>> {
    let store = app.store()?;
    // The evidence is written down before anything is done about it.
    if !incident::open(&store, &incident).await? {
        return Ok(None);
    }
    let action = match weight {
        Weight::Demanded => act(app, &store, &incident).await?,
        Weight::Noticed => "The waterfall stays: no criterion of the feature is known to be missed by this variant's answers to the same requests.".into(),
    };
    let incident = Incident { action, ..incident };
    let now_ms = app.clock.now_ms();
    incident::note(&store, &incident, now_ms).await?;
    let link = format!("{}/live?feature={}", app.address, incident.feature);
    notice::tell(&store, &incident, &link, now_ms).await?;
    Ok(Some(incident))
}

/// Moves the waterfall if that is allowed, and says what was done.
async fn act(app: &App, store: &Store, incident: &Incident) -> Result<String> {
    let Some(worse) = &incident.variant else {
        return Ok("The waterfall stays: no single variant is to blame.".into());
    };
    let project = app.project()?;
    let Some(feature) = project.feature(&incident.feature) else { return Ok(String::new()) };
    let last = decision::last(store, &feature.name).await?;
    let holding = last.as_ref().filter(|last| last.holds(&feature.waterfall));
    let order = holding.map_or(&feature.waterfall, |holding| &holding.order);
    let standing = standing(app, &project, feature, order)?;
    let last_change = last.as_ref().map(|last| last.undone_at_ms.unwrap_or(last.at_ms));
    let now_ms = app.clock.now_ms();
    match reorder(&standing, worse, last_change, now_ms) {
        Move::Stay(reason) => Ok(format!("The waterfall stays: {reason}.")),
        Move::To(order) => {
            let first = order.first().cloned().unwrap_or_default();
            let decided = Decision {
                id: app.clock.new_id(),
                feature: feature.name.clone(),
                order,
                before: feature.waterfall.clone(),
                because: incident.title.clone(),
                incident: incident.id.clone(),
                at_ms: now_ms,
                undone_at_ms: None,
                undone_by: None,
            };
            if decision::decide(store, &decided).await? {
                Ok(format!(
                    "{first} answers first now, {worse} last; `karat undo {}` takes it back.",
                    feature.name
                ))
            } else {
                Ok("The waterfall stays: somebody changed it in the same moment.".into())
            }
        }
    }
}

fn standing(
    app: &App,
    project: &Project,
    feature: &Feature,
    order: &[String],
) -> Result<Vec<Standing>> {
    let present = present::present(app, project, feature, day(app.clock.now_ms()));
    let lock = Lock::read(&project.root)?;
    let is_proven = |name: &String| {
        lock.proof(&feature.name, name).is_some_and(|proof| {
            proof.verdict == karat_records::Verdict::Pass && present.may_answer_by(proof)
        })
    };
    Ok(order
        .iter()
        .map(|name| Standing { name: name.clone(), is_proven: is_proven(name) })
        .collect())
}
