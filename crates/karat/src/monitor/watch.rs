//! Looks at what production says while the server runs: falls become incidents, incidents move the waterfall and tell people.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use karat_records::{Hash, Inference, LiveScore};
use karat_store::{Fact, InferenceFilter, InferenceRow, Store};
use serde_json::json;

use super::act::fell;
use super::canary::{self, RunCanary};
use super::decision::{self, Decision};
use super::evidence::Fall;
use super::follow::{Following, LOOKS_BACK};
use super::incident;
use super::kept;
use super::notice;
use super::sample::Panel;
use super::suite::Kept;
use crate::app::App;
use crate::config;
use crate::project::{Feature, Project, WebhookForm};
use crate::tasks::{Stop, Tasks};

/// How often it looks.
const EVERY: Duration = Duration::from_millis(500);

/// Inferences that are read at once.
const PAGE: usize = 500;

/// A change of the served model starts a canary at most so often.
const CANARY_REST_MS: i64 = 10 * 60 * 1000;

/// Answers that are scored at once; judges are slow, and what they cannot keep up with is left out.
const MOST_SCORED: usize = 32;

/// Orders of waterfalls that hold instead of the files', by feature.
pub type Orders = HashMap<String, Vec<String>>;

/// What scores live answers, and the files' content for which it was made ready.
type Panels = HashMap<String, (Hash, Option<Arc<Panel>>)>;

/// What the watch remembers between two looks.
#[derive(Default)]
struct Memory {
    following: Following,
    after: Option<u64>,
    /// The model that each variant's provider named last.
    served: HashMap<(String, String), String>,
    /// When a canary was started last.
    canaries: HashMap<String, i64>,
    /// What scores live answers.
    panels: Panels,
}

/// Looks until the server ends; `tell` gets the orders that hold, whenever it has looked.
pub async fn watch(app: App, mut stop: Stop, tell: impl Fn(Orders) + Send) {
    let mut memory = Memory::default();
    let mut canaries = Tasks::default();
    loop {
        if let Err(error) = look(&app, &mut memory, &mut canaries, &tell).await {
            anstream::eprintln!("warning: the monitor could not look: {error:#}");
            // The same would be said again at once.
            tokio::select! {
                () = tokio::time::sleep(EVERY * 20) => {}
                () = stop.wait() => break,
            }
        }
        canaries.reap();
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = stop.wait() => break,
        }
    }
    canaries.join().await;
}

async fn look(
    app: &App,
    memory: &mut Memory,
    canaries: &mut Tasks,
    tell: &(impl Fn(Orders) + Send),
) -> Result<()> {
    // Broken files are said elsewhere; what was served goes on, and so does the watch when they are mended.
    let Ok(project) = app.project() else { return Ok(()) };
    let store = app.store()?;
    tell(orders(&store, &project).await?);
    for incident in incident::all(&store).await? {
        memory.following.close(&incident);
    }
    memory.following.prepare(&store, &project, app.clock.now_ms()).await?;
    let mut due = scheduled(app, &store, &project).await?;
    due.extend(news(app, memory, canaries, &store, &project).await?);
    told(app, memory, &store, &project).await?;
    for name in due {
        let now_ms = app.clock.now_ms();
        let last = memory.canaries.get(&name).copied().unwrap_or_default();
        if now_ms - last < CANARY_REST_MS.min(rest_of(&project, &name)) {
            continue;
        }
        memory.canaries.insert(name.clone(), now_ms);
        let app = app.clone();
        canaries.start(async move {
            let Some((feature, variant)) = name.split_once('/') else { return };
            let input = RunCanary { feature: Some(feature.into()), variant: Some(variant.into()) };
            if let Err(error) = canary::run(app, input).await {
                anstream::eprintln!("warning: the canary of {name} could not run: {error:#}");
            }
        });
    }
    if let Some(address) = app.secret(config::WEBHOOK) {
        let form = match project.gateway.webhook {
            WebhookForm::Json => notice::Form::Json,
            WebhookForm::Slack => notice::Form::Slack,
        };
        notice::send(app, &store, &address, form).await?;
    }
    Ok(())
}

/// The orders that hold.
pub async fn orders(store: &Store, project: &Project) -> Result<Orders> {
    let decisions = decision::all(store).await?;
    let holds = |decision: &Decision| {
        let feature = project.feature(&decision.feature);
        feature.is_some_and(|feature| decision.holds(&feature.waterfall))
    };
    Ok(decisions
        .into_iter()
        .filter(holds)
        .map(|decision| (decision.feature, decision.order))
        .collect())
}

/// Canaries whose time has come.
async fn scheduled(app: &App, store: &Store, project: &Project) -> Result<Vec<String>> {
    let mut due = Vec::new();
    for feature in &project.features {
        let (Some(every), Some(first)) = (feature.canary_every, feature.waterfall.first()) else {
            continue;
        };
        let name = format!("{}/{first}", feature.name);
        let kept = kept::read::<Kept>(store, &name).await?;
        let last = kept.and_then(|(kept, _)| kept.runs.last().map(|run| run.at_ms)).unwrap_or(0);
        if app.clock.now_ms() - last >= every.as_millis() as i64 {
            due.push(name);
        }
    }
    Ok(due)
}

/// How long a canary rests at least.
fn rest_of(project: &Project, name: &str) -> i64 {
    let feature = name.split_once('/').and_then(|(feature, _)| project.feature(feature));
    let every = feature.and_then(|feature| feature.canary_every);
    every.map_or(CANARY_REST_MS, |every| every.as_millis() as i64)
}

/// Reads what arrived since the last look; canaries to start because a served model changed.
async fn news(
    app: &App,
    memory: &mut Memory,
    tasks: &mut Tasks,
    store: &Store,
    project: &Project,
) -> Result<Vec<String>> {
    let mut after = match memory.after {
        Some(after) => after,
        None => store.ledger.places().await?.inferences.saturating_sub(LOOKS_BACK),
    };
    let mut due = Vec::new();
    // What was there before the start was drawn by the process before.
    let scores_news = memory.after.is_some();
    loop {
        let filter = InferenceFilter { limit: PAGE, ..InferenceFilter::default() };
        let news = store.ledger.inferences_after(after, filter).await?;
        after = news.after;
        let mut falls = Vec::new();
        for row in whole(store, news.items).await? {
            let inference = &row.inference;
            let Some(name) = &inference.feature else { continue };
            let Some(feature) = project.feature(name) else { continue };
            let now_ms = app.clock.now_ms();
            falls.extend(memory.following.inference(store, feature, inference, now_ms).await?);
            if scores_news && let Some(panel) = panel(app, &mut memory.panels, project, feature) {
                draw(app, store, tasks, panel, inference).await?;
            }
            if let (Some(variant), Some(served)) = (&inference.variant, &inference.served) {
                let key = (name.clone(), variant.clone());
                let before = memory.served.insert(key, served.clone());
                if before.is_some_and(|before| before != *served) {
                    due.push(format!("{name}/{variant}"));
                }
            }
        }
        for fall in falls {
            fell(app, &fall).await?;
        }
        memory.after = Some(after);
        if news.is_end || app.stop.is_set() {
            break;
        }
    }
    due.dedup();
    Ok(due)
}

/// Reads what scorers and people said since the last look.
async fn told(app: &App, memory: &mut Memory, store: &Store, project: &Project) -> Result<()> {
    let now_ms = app.clock.now_ms();
    let panels = &mut memory.panels;
    let is_current = |feature: &Feature, score: &LiveScore| {
        panel(app, panels, project, feature).is_some_and(|panel| panel.gave(score))
    };
    let mut falls: Vec<Fall> = memory.following.scores(store, project, is_current, now_ms).await?;
    falls.extend(memory.following.signals(store, project, now_ms).await?);
    for fall in falls {
        fell(app, &fall).await?;
    }
    Ok(())
}

/// What scores the live answers of a feature, made ready again when its files changed.
fn panel(
    app: &App,
    panels: &mut Panels,
    project: &Project,
    feature: &Feature,
) -> Option<Arc<Panel>> {
    let content = Hash::of_json(&json!([
        feature.live_sample,
        feature.scorers.iter().map(|scorer| &scorer.hash).collect::<Vec<_>>(),
    ]));
    match panels.get(&feature.name) {
        Some((known, panel)) if *known == content => panel.clone(),
        _ => {
            let panel = Panel::of(app, project, feature).map(Arc::new);
            panels.insert(feature.name.clone(), (content, panel.clone()));
            panel
        }
    }
}

/// Scores an inference if it is drawn and there is room; otherwise it is counted as left out.
async fn draw(
    app: &App,
    store: &Store,
    tasks: &mut Tasks,
    panel: Arc<Panel>,
    row: &Inference,
) -> Result<()> {
    let Some(chance) = panel.draws(row) else { return Ok(()) };
    tasks.reap();
    if tasks.len() >= MOST_SCORED {
        let (reason, at_ms) = ("live-score".to_owned(), app.clock.now_ms());
        store.ledger.append(vec![Fact::Drops { reason, n: 1, at_ms }]).await?;
        return Ok(());
    }
    let Some(inference) = store.ledger.inference(&row.id).await? else { return Ok(()) };
    let (app, store) = (app.clone(), store.clone());
    tasks.start(async move {
        if let Err(error) = panel.score(app, store, inference, chance).await {
            anstream::eprintln!("warning: a live score could not be kept: {error:#}");
        }
    });
    Ok(())
}

/// With their attempts, where there was more than one: the others say all in their row.
async fn whole(store: &Store, mut rows: Vec<InferenceRow>) -> Result<Vec<InferenceRow>> {
    let ids: Vec<String> = rows
        .iter()
        .filter(|row| row.n_attempts > 1 || row.failure.is_some())
        .map(|row| row.inference.id.clone())
        .collect();
    let read: HashMap<String, _> = store
        .ledger
        .inferences_of(&ids)
        .await?
        .into_iter()
        .map(|inference| (inference.id.clone(), inference))
        .collect();
    for row in &mut rows {
        match read.get(&row.inference.id) {
            Some(inference) => row.inference = inference.clone(),
            None if row.n_attempts == 1 => {
                let attempt = karat_records::Attempt {
                    asked: row.inference.asked.clone().unwrap_or_default(),
                    served: row.inference.served.clone(),
                    status: None,
                    latency_ms: row.inference.latency_ms,
                    waited_ms: None,
                    failure: None,
                };
                let variant = row.inference.variant.clone();
                row.inference.attempts.push(karat_records::Step { variant, attempt });
            }
            None => {}
        }
    }
    Ok(rows)
}
