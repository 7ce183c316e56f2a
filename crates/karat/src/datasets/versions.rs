//! The operations `datasets.versions` and `datasets.diff`: what a dataset held, and what was changed.

use anyhow::Result;
use karat_records::Split;
use karat_store::{DatasetVersion, PlacedCase};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::about::About;
use super::cases::{CaseRow, HIDDEN, row};
use super::indexing;
use super::list::find;
use super::looks::{self, Seeing};
use crate::app::{App, Refusal};

/// Which dataset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ListVersions {
    /// The dataset.
    pub dataset: String,
}

/// Every version of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionList {
    /// The one that was loaded last first.
    pub versions: Vec<VersionShown>,
}

/// One version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct VersionShown {
    /// Hash of the contents and of what is held out.
    pub version: String,
    /// When it was loaded last, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// When it was loaded first.
    pub first_at_ms: i64,
    /// Cases.
    pub n: u64,
    /// Held-out cases among them.
    pub n_gate: u64,
    /// Whether the files hold it now.
    pub is_current: bool,
}

/// Which two versions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct DiffVersions {
    /// The dataset.
    pub dataset: String,
    /// The beginning of a version; the one before the present one where absent.
    pub from: Option<String>,
    /// The beginning of a version; the present one where absent.
    pub to: Option<String>,
    /// Shows the contents of held-out cases; for editors, and each look is kept.
    pub reveal_held_out: bool,
}

/// What distinguishes two versions.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VersionDiff {
    /// The first version.
    pub from: String,
    /// The second one.
    pub to: String,
    /// Cases of the second version alone, at most 100.
    pub added: Vec<CaseRow>,
    /// Cases of the first version alone, at most 100.
    pub removed: Vec<CaseRow>,
    /// Cases that differ, at most 100.
    pub changed: Vec<ChangedCase>,
    /// How many were added.
    pub n_added: u64,
    /// How many were removed.
    pub n_removed: u64,
    /// How many differ in content, or in whether they are held out.
    pub n_changed: u64,
    /// How many are the same.
    pub n_same: u64,
    /// Why contents of held-out cases are not shown.
    pub hidden: Option<String>,
}

/// One case that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "CaseChange")]
pub struct ChangedCase {
    /// As it was.
    pub before: CaseRow,
    /// As it is.
    pub after: CaseRow,
}

const MOST_SHOWN: usize = 100;

/// Lists the versions of a dataset.
pub async fn versions(app: App, input: ListVersions) -> Result<VersionList> {
    let known = known(&app, &input.dataset).await?;
    let mut versions: Vec<VersionShown> = Vec::new();
    for (index, version) in known.into_iter().enumerate() {
        // The same contents in another order are the same version.
        if let Some(same) = versions.iter_mut().find(|it| it.version == version.hash) {
            same.first_at_ms = same.first_at_ms.min(version.first_seen_ms);
            continue;
        }
        versions.push(VersionShown {
            version: version.hash,
            at_ms: version.last_seen_ms,
            first_at_ms: version.first_seen_ms,
            n: version.n,
            n_gate: version.n_gate,
            is_current: index == 0,
        });
    }
    Ok(VersionList { versions })
}

/// Compares two versions of a dataset.
pub async fn diff(app: App, input: DiffVersions) -> Result<VersionDiff> {
    if input.reveal_held_out {
        looks::check(&app)?;
    }
    let known = known(&app, &input.dataset).await?;
    let to = match &input.to {
        Some(prefix) => choose(&known, prefix, &input.dataset)?,
        None => known.first().ok_or_else(|| nothing(&input.dataset))?,
    };
    let from = match &input.from {
        Some(prefix) => choose(&known, prefix, &input.dataset)?,
        None => known
            .iter()
            .skip_while(|version| version.id != to.id)
            .find(|version| version.hash != to.hash)
            .ok_or_else(|| {
                Refusal::not_found(format!(
                    "{} has no version before {}\n  next: change the file, or name two versions",
                    input.dataset,
                    short(&to.hash)
                ))
            })?,
    };
    let store = app.store()?;
    let diff = store.cases.diff(&from.id, &to.id, MOST_SHOWN).await?;
    let is_gate = |placed: &&PlacedCase| placed.case.split == Split::Gate;
    let sides = diff.changed.iter().flat_map(|(before, after)| [before, after]);
    let all = diff.added.iter().chain(&diff.removed).chain(sides);
    let n_held_out = all.filter(is_gate).count() as u64;
    if input.reveal_held_out {
        let what = "difference of versions";
        let seeing = Seeing { dataset: &input.dataset, what, run_id: None, n: n_held_out };
        looks::note(&app, seeing).await?;
    }
    let about = |version: &DatasetVersion| -> About {
        serde_json::from_value(version.about.clone()).unwrap_or_default()
    };
    let (old, new) = (about(from), about(to));
    let reveals = input.reveal_held_out;
    Ok(VersionDiff {
        from: from.hash.clone(),
        to: to.hash.clone(),
        added: diff.added.into_iter().map(|it| row(it, &new, reveals)).collect(),
        removed: diff.removed.into_iter().map(|it| row(it, &old, reveals)).collect(),
        changed: diff
            .changed
            .into_iter()
            .map(|(before, after)| changed(before, after, (&old, &new), reveals))
            .collect(),
        n_added: diff.n_added,
        n_removed: diff.n_removed,
        n_changed: diff.n_changed,
        n_same: diff.n_same,
        hidden: (!reveals && n_held_out > 0).then(|| HIDDEN.to_owned()),
    })
}

/// A case that is held out now was perhaps not before: its earlier contents would show the present ones.
fn changed(
    before: PlacedCase,
    after: PlacedCase,
    (old, new): (&About, &About),
    reveals: bool,
) -> ChangedCase {
    let is_hidden = !reveals && after.case.split == Split::Gate;
    let mut before = row(before, old, reveals);
    if is_hidden {
        before.input = None;
        before.expected = None;
        before.metadata = serde_json::json!({});
        before.origin = None;
    }
    ChangedCase { before, after: row(after, new, reveals) }
}

/// All versions, after the present files were read where that is needed.
async fn known(app: &App, dataset: &str) -> Result<Vec<DatasetVersion>> {
    let project = app.project()?;
    let file = find(&project, dataset)?;
    indexing::current(app, &project, file).await?;
    Ok(app.store()?.cases.versions(dataset).await?)
}

fn choose<'a>(
    known: &'a [DatasetVersion],
    prefix: &str,
    dataset: &str,
) -> Result<&'a DatasetVersion> {
    let mut fitting: Vec<&DatasetVersion> =
        known.iter().filter(|it| !prefix.is_empty() && it.hash.starts_with(prefix)).collect();
    fitting.dedup_by(|a, b| a.hash == b.hash);
    match fitting.as_slice() {
        [only] => Ok(only),
        [] => Err(Refusal::not_found(format!(
            "{dataset} has no version {prefix}\n  next: `karat data versions {dataset}` lists them"
        ))),
        _ => Err(Refusal::invalid(format!(
            "several versions of {dataset} begin with {prefix}\n  next: write more of it"
        ))),
    }
}

fn nothing(dataset: &str) -> anyhow::Error {
    Refusal::not_found(format!(
        "{dataset} is read for the first time\n  next: ask again in a moment"
    ))
}

/// Enough of a version for people to tell it from others.
pub fn short(version: &str) -> &str {
    version.get(..8).unwrap_or(version)
}
