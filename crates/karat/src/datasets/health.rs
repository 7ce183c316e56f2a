//! The operation `datasets.health`: what is wrong with a dataset before anybody judges on it.
//! Each check is a pure file of its own; this one reads the cases past them.

pub mod repeats;

pub mod near;

pub mod leakage;

pub mod coverage;

pub mod personal;

pub mod staleness;

use anyhow::Result;
use karat_records::{Case, Hash, Split};
use karat_store::{CaseQuery, DatasetVersion, Store};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::indexing;
use super::list::find;
use crate::app::App;
use crate::clock;
use crate::gate::describe::{count, plural};
use crate::project::sources::{self, Source};
use crate::project::{Bound, Project};

/// Which dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AskHealth {
    /// The dataset.
    pub dataset: String,
}

/// What the checks found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Health {
    /// One for each kind, the gravest first.
    pub checks: Vec<HealthCheck>,
    /// Cases.
    pub n: u64,
    /// The version that was looked at.
    pub version: String,
    /// All of it in a sentence.
    pub says: String,
}

/// One check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HealthCheck {
    /// What was looked for.
    pub kind: CheckKind,
    /// How it stands.
    pub state: CheckState,
    /// What was found, with its n.
    pub says: String,
    /// How many.
    pub n: u64,
    /// Of how many.
    pub of: u64,
    /// Ids of the first cases that it is about.
    pub cases: Vec<String>,
    /// The parts of it.
    pub rows: Vec<HealthRow>,
    /// What to do about it.
    pub next: Option<String>,
}

/// One part of a check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HealthRow {
    /// What it is about.
    pub label: String,
    /// How many.
    pub n: u64,
    /// Of how many.
    pub of: u64,
    /// More about it.
    pub note: Option<String>,
}

/// What is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum CheckKind {
    /// Cases with equal inputs.
    Duplicates,
    /// Cases with nearly equal inputs.
    NearDuplicates,
    /// Held-out inputs where people tune.
    Leakage,
    /// Groups with too few cases to decide.
    Coverage,
    /// Addresses, numbers and accounts of people.
    PersonalData,
    /// Old cases.
    Staleness,
    /// Equal inputs with different desired outputs.
    Conflicts,
}

/// How a check stands, the gravest first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum CheckState {
    /// A verdict on these cases could be wrong because of it.
    Mend,
    /// Somebody should look.
    Look,
    /// Nothing to do.
    Fine,
}

/// Ids and rows that a check names.
pub const MOST_NAMED: usize = 50;

/// Cases that are read at once.
const PAGE: usize = 2_000;

/// Cases whose inputs are compared with each other; of a larger dataset every second, third, … one.
const MOST_SKETCHED: u64 = 200_000;

/// Checks a dataset.
pub async fn health(app: App, input: AskHealth) -> Result<Health> {
    let project = app.project()?;
    let file = find(&project, &input.dataset)?;
    let version = indexing::current(&app, &project, file).await?.version;
    let sources = sources::read(&project);
    let texts: Vec<&str> = sources.iter().map(|source| source.text.as_str()).collect();
    let today = clock::day(app.clock.now_ms());
    let fewest = fewest(&project, &input.dataset);
    let key = Hash::of_json(&json!([version.id, version.n, texts, today, fewest])).to_string();
    if let Some(known) = app.indexing.known_health(&input.dataset, &key) {
        return Ok(known);
    }
    let health = look(&app, &version, &sources, fewest).await?;
    if version.is_whole {
        app.indexing.keep_health(&input.dataset, key, &health);
    }
    Ok(health)
}

async fn look(
    app: &App,
    version: &DatasetVersion,
    sources: &[Source],
    fewest: u64,
) -> Result<Health> {
    let store = app.store()?;
    let now_ms = app.clock.now_ms();
    let stride = version.n.div_ceil(MOST_SKETCHED).max(1);
    let mut repeats = repeats::Repeats::default();
    let mut sketches = near::Sketches::default();
    let mut coverage = coverage::Coverage::new(fewest, version.n_gate > 0);
    let mut personal = personal::Personal::default();
    let mut staleness = staleness::Staleness::new(now_ms);
    let mut leakage = leakage::Leakage::new(sources);
    let mut query = CaseQuery { limit: PAGE, ..CaseQuery::default() };
    loop {
        let page = store.cases.page(&version.id, query.clone()).await?;
        for placed in &page.cases {
            let case = &placed.case;
            repeats.add(placed.position, case);
            coverage.add(case);
            personal.add(case);
            staleness.add(case);
            leakage.add(case);
            if placed.position.is_multiple_of(stride) {
                sketches.add(placed.position, case);
            }
        }
        match page.cases.last() {
            Some(last) if page.has_more => {
                query.after = Some(karat_store::After::Position(last.position));
            }
            _ => break,
        }
    }
    let pairs = verified(&store, version, &sketches).await?;
    for (first, second) in &pairs {
        leakage.add_pair(first, second);
    }
    let crossing = repeats.crossing();
    leakage.add_equal(&ids_at(&store, version, &crossing).await?, repeats.n_crossing());
    let first_seen = store.cases.versions(&version.dataset).await?;
    let first_seen_ms = first_seen.iter().map(|it| it.first_seen_ms).min();
    let n_sketched = sketches.len() as u64;
    let mut checks = vec![
        leakage.check(version.n_gate),
        repeats.conflicts(version.n),
        repeats.duplicates(version.n),
        near::check(&pairs, n_sketched, version.n),
        coverage.check(),
        personal.check(),
        staleness.check(version.n, first_seen_ms),
    ];
    checks.sort_by_key(|check| check.state);
    Ok(Health {
        says: says(&checks, version.n),
        checks,
        n: version.n,
        version: version.hash.clone(),
    })
}

/// Candidates whose inputs really are nearly equal.
async fn verified(
    store: &Store,
    version: &DatasetVersion,
    sketches: &near::Sketches,
) -> Result<Vec<(Named, Named)>> {
    let mut pairs = Vec::new();
    for some in sketches.candidates().chunks(PAGE / 2) {
        let positions: Vec<u64> =
            some.iter().flat_map(|(first, second)| [*first, *second]).collect();
        let cases = store.cases.at(&version.id, &positions).await?;
        for pair in cases.chunks_exact(2) {
            let (first, second) = (&pair[0].case, &pair[1].case);
            if near::is_near(first, second) {
                pairs.push([first, second].map(Named::of).into());
            }
        }
    }
    Ok(pairs)
}

/// A case by id and split, where its contents were compared already.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Its id.
    pub id: String,
    /// Whether it is held out.
    pub split: Split,
}

impl Named {
    fn of(case: &Case) -> Self {
        Self { id: case.id.clone(), split: case.split }
    }
}

async fn ids_at(store: &Store, version: &DatasetVersion, positions: &[u64]) -> Result<Vec<String>> {
    let cases = store.cases.at(&version.id, positions).await?;
    let held_out = cases.into_iter().filter(|it| it.case.split == Split::Gate);
    Ok(held_out.map(|it| it.case.id).collect())
}

/// Fewer cases than this cannot pass even where all are right: an exact bound of n out of n is alpha^(1/n)
/// (Clopper and Pearson, 1934).
fn fewest(project: &Project, dataset: &str) -> u64 {
    const USUAL_FLOOR: f64 = 0.8;
    let features =
        project.features.iter().filter(|feature| feature.dataset.as_deref() == Some(dataset));
    let floors =
        features.flat_map(|feature| &feature.mvq).filter_map(|criterion| match criterion.bound {
            Bound::Min(floor) if floor > 0.0 && floor < 1.0 => Some(floor),
            _ => None,
        });
    let floor = floors
        .fold(None, |least: Option<f64>, floor| Some(least.map_or(floor, |it| it.min(floor))));
    (project.alpha().ln() / floor.unwrap_or(USUAL_FLOOR).ln()).ceil().max(1.0) as u64
}

fn says(checks: &[HealthCheck], n: u64) -> String {
    let with =
        |state: CheckState| checks.iter().filter(|check| check.state == state).count() as u64;
    let (mend, look) = (with(CheckState::Mend), with(CheckState::Look));
    let of = format!("{} on {}", plural(checks.len() as u64, "check"), plural(n, "case"));
    match (mend, look) {
        (0, 0) => format!("{of}: nothing to do"),
        (0, look) => format!("{of}: {} worth a look", count(look)),
        (mend, 0) => format!("{of}: {} to mend", count(mend)),
        (mend, look) => format!("{of}: {} to mend, {} worth a look", count(mend), count(look)),
    }
}
