//! Gathers what Today is composed of: files, lock, runs and the catalog.

use anyhow::Result;
use karat_records::Verdict;
use karat_store::{RunFilter, Store};

use super::facts::{Facts, FeatureFacts, QueueFacts, TodayBet, VariantFacts};
use super::strip::{Through, gained};
use crate::app::App;
use crate::bets::{
    self,
    show::{BetShown, ListBets},
};
use crate::evals::report::Report;
use crate::evals::runs::{RunSummary, summary};
use crate::labels::{
    self,
    next::{AskQueues, OfQueue as DisputesOf},
};
use crate::live::watch::watch;
use crate::monitor::incident::{self, Incident};
use crate::project::{Feature, Project, VariantKind, read};
use crate::proofs::known::{Known, report_of};
use crate::proofs::sign;

/// The window of the strip.
const WINDOW_MS: i64 = 30 * 24 * 60 * 60 * 1000;

/// Runs that are looked through for one on the cases that tune.
const MOST_RUNS: usize = 20;

/// What was read, and the project that it was read from.
pub struct Gathered {
    /// What Today is composed of.
    pub facts: Facts,
    /// The project; absent where there is none, or its files have errors.
    pub project: Option<Project>,
    /// The first things that are wrong with the files, as sentences.
    pub problems: Vec<String>,
}

/// Reads everything.
pub async fn gather(app: &App) -> Result<Gathered> {
    let none = |facts| Gathered { facts, project: None, problems: Vec::new() };
    let Some(root) = read::find_root(&app.folder) else { return Ok(none(Facts::default())) };
    let reading = read::read(&root);
    let errors = reading.problems.iter().filter(|problem| !problem.is_warning);
    let n_errors = errors.clone().count() as u64;
    let problems: Vec<String> = errors
        .take(3)
        .map(|problem| {
            let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
            format!("{}{line}: {}", problem.file, problem.message)
        })
        .collect();
    let mut facts = Facts { has_project: true, n_errors, ..Facts::default() };
    let Some(project) = reading.project else {
        return Ok(Gathered { problems, ..none(facts) });
    };
    for feature in &project.features {
        facts.features.push(of_feature(app, &project, feature).await?);
    }
    facts.bets = bets(app).await?;
    facts.queues = queues(app).await?;
    Ok(Gathered { facts, project: Some(project), problems })
}

/// Queues with what the actor can do in them.
async fn queues(app: &App) -> Result<Vec<QueueFacts>> {
    let list = labels::next::queues(app.clone(), AskQueues {}).await?;
    let mut facts = Vec::new();
    for queue in list.queues {
        let n_disputed = if queue.n_disputed > 0 {
            let of = DisputesOf { queue: queue.name.clone() };
            labels::disputes::disputes(app.clone(), of).await?.disputes.len() as u64
        } else {
            0
        };
        facts.push(QueueFacts {
            name: queue.name,
            feature: queue.feature,
            n_mine: queue.n_mine,
            n_disputed,
            seconds_left: queue.seconds_left,
            stop_rule: queue.stop_rule,
        });
    }
    Ok(facts)
}

async fn of_feature(app: &App, project: &Project, feature: &Feature) -> Result<FeatureFacts> {
    let known = Known::of(app, project, feature, 1).await?;
    let (last_run, tuned) = match app.existing_store()? {
        Some(store) => lately(&store, &feature.name).await?,
        None => (None, None),
    };
    let signed = sign::list(app, &feature.name)
        .await?
        .into_iter()
        .filter(|sign_off| sign_off.holds(&known))
        .map(|sign_off| sign_off.variant)
        .collect();
    let cases = known.present.cases.as_ref();
    Ok(FeatureFacts {
        name: feature.name.clone(),
        about: feature.about_words(),
        n_cases: cases.map_or(0, |cases| cases.n_all),
        n_held_out: cases.map_or(0, |cases| cases.n_held_out),
        has_criteria: !feature.mvq.is_empty(),
        needs_network: needs_network(project, feature),
        variants: variants(&known),
        drift: known.drift(),
        report: known.latest().map(|(_, report)| report),
        last_run,
        tuned,
        signed,
        incidents: incidents(app, &feature.name).await?,
        watched: watch(app, &feature.name).await?,
    })
}

/// What became worse and is not closed.
async fn incidents(app: &App, feature: &str) -> Result<Vec<Incident>> {
    let Some(store) = app.existing_store()? else { return Ok(Vec::new()) };
    let mut incidents = incident::all(&store).await?;
    incidents.retain(|incident| incident.is_open() && incident.feature == feature);
    Ok(incidents)
}

/// Variants with their proofs, in the order of the file.
fn variants(known: &Known) -> Vec<VariantFacts> {
    let facts = |name: &str| {
        let proof = known.lock.proof(&known.feature.name, name);
        let verdict: Option<Verdict> =
            proof.filter(|proof| known.present.is_proven_by(proof)).map(|proof| proof.verdict);
        VariantFacts {
            name: name.to_owned(),
            verdict,
            has_drifted: proof.is_some() && verdict.is_none(),
        }
    };
    known.feature.variants.iter().map(|variant| facts(&variant.name)).collect()
}

type Tuned = (RunSummary, Option<Report>);

/// The last run of a feature, and the last complete one whose cases may be looked at.
async fn lately(store: &Store, feature: &str) -> Result<(Option<RunSummary>, Option<Tuned>)> {
    let filter = |scope, limit| RunFilter {
        feature: Some(feature.to_owned()),
        scope,
        limit,
        ..RunFilter::default()
    };
    let last = store.ledger.runs(filter(None, 1)).await?.items.pop();
    let mut tuned = None;
    for scope in [karat_records::Scope::Tune, karat_records::Scope::All] {
        let runs = store.ledger.runs(filter(Some(scope), MOST_RUNS)).await?.items;
        tuned = runs.into_iter().find(|run| run.state == karat_records::RunState::Complete);
        if tuned.is_some() {
            break;
        }
    }
    Ok((last.as_ref().map(summary), tuned.map(|run| (summary(&run), report_of(&run)))))
}

/// Whether a variant or a judge asks a server that is not on this machine.
fn needs_network(project: &Project, feature: &Feature) -> bool {
    let is_elsewhere = |provider: &str| {
        project.provider(provider).is_none_or(|provider| !is_loopback(&provider.base_url))
    };
    let of_variants = feature.variants.iter().any(|variant| match &variant.kind {
        VariantKind::Chat { model, .. } => is_elsewhere(&model.provider),
        VariantKind::Http { url, .. } => !is_loopback(url),
        VariantKind::Rules(_) | VariantKind::Command { .. } | VariantKind::Recorded { .. } => false,
    });
    let of_judges = feature
        .scorers
        .iter()
        .any(|scorer| scorer.models.iter().any(|model| is_elsewhere(&model.provider)));
    of_variants || of_judges
}

fn is_loopback(url: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or(url).split('/').next().unwrap_or_default();
    ["127.0.0.1", "localhost", "[::1]"]
        .iter()
        .any(|own| host == *own || host.strip_prefix(own).is_some_and(|rest| rest.starts_with(':')))
}

async fn bets(app: &App) -> Result<Vec<TodayBet>> {
    let list = bets::show::list(app.clone(), ListBets {}).await?;
    Ok(list.bets.into_iter().map(of_bet).collect())
}

fn of_bet(bet: BetShown) -> TodayBet {
    TodayBet {
        name: bet.name,
        feature: bet.feature,
        hypothesis: bet.hypothesis,
        deadline: bet.deadline,
        days_left: bet.days_left,
        spent_usd: bet.spent_usd,
        spend_cap_usd: bet.spend_cap_usd,
        state: bet.state,
    }
}

/// What went through the loop lately, from what ledger and catalog hold.
pub async fn through(app: &App, project: Option<&Project>) -> Result<Through> {
    let Some(store) = app.existing_store()? else { return Ok(Through::default()) };
    let since_ms = app.clock.now_ms() - WINDOW_MS;
    let mut n_cases_added = 0;
    for dataset in project.map_or(&[][..], |project| &project.datasets) {
        let loads = store.catalog.history("dataset", &dataset.name).await?;
        let counts: Vec<(i64, u64)> = loads
            .iter()
            .filter(|load| matches!(load.content["scope"].as_str(), Some("held-out" | "all")))
            .filter_map(|load| Some((load.seen_at_ms, load.content["n_cases"].as_u64()?)))
            .collect();
        n_cases_added += gained(&counts, since_ms);
    }
    let labelled = labels::next::lately(&store, since_ms).await?;
    Ok(Through {
        runs: store.ledger.tally(since_ms).await?,
        n_labels: labelled.n_labels,
        n_settled: labelled.n_settled,
        n_cases_added,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_needs_no_network() {
        for url in ["http://127.0.0.1:8790/v1", "http://localhost/v1", "http://[::1]:1/v1"] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "https://api.example.com/v1",
            "http://127.0.0.1.example.com/",
            "http://localhost.example.com",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
