//! The operation `datasets.list`: what datasets there are and what they hold.

use anyhow::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::about::{About, Segment, ValueCount};
use super::indexing::{self, Current};
use crate::app::{App, Refusal};
use crate::project::problem::suggestion;
use crate::project::{DatasetFile, Project};

/// Nothing to say: the datasets are those of the project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListDatasets {}

/// All datasets.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DatasetList {
    /// In the order of the file.
    pub datasets: Vec<DatasetShown>,
}

/// One dataset.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct DatasetShown {
    /// Its name.
    pub name: String,
    /// Its file, relative to the project's folder.
    pub file: String,
    /// A second file, whose cases are held out.
    pub gate_file: Option<String>,
    /// Cases.
    pub n: u64,
    /// Cases that tune; where nothing is held out, all of them.
    pub n_tune: u64,
    /// Held-out cases.
    pub n_gate: u64,
    /// Hash of the contents and of what is held out; empty while the file is read for the first time.
    pub version: String,
    /// Names of the inputs.
    pub fields: Vec<String>,
    /// Metadata by which cases fall into groups.
    pub segments: Vec<Segment>,
    /// Tags, the most frequent first.
    pub tags: Vec<ValueCount>,
    /// Desired outputs, where they are few.
    pub answers: Vec<String>,
    /// Features that use it.
    pub features: Vec<String>,
    /// When this content was loaded last, in milliseconds since the Unix epoch.
    pub loaded_at_ms: i64,
    /// What is not complete: the file is being read, or something is wrong with it.
    pub note: Option<String>,
}

/// Lists the datasets; one that cannot be read says why and hides no other.
pub async fn list(app: App, _input: ListDatasets) -> Result<DatasetList> {
    let project = app.project()?;
    let mut datasets = Vec::new();
    for file in &project.datasets {
        let current = indexing::current(&app, &project, file).await;
        datasets.push(shown(&project, file, current));
    }
    Ok(DatasetList { datasets })
}

fn shown(project: &Project, file: &DatasetFile, current: Result<Current>) -> DatasetShown {
    let (version, note) = match current {
        Ok(current) => (Some(current.version), current.note),
        Err(error) => (None, Some(error.to_string())),
    };
    let uses = |name: &Option<String>| name.as_ref() == Some(&file.name);
    let about: About = version
        .as_ref()
        .and_then(|version| serde_json::from_value(version.about.clone()).ok())
        .unwrap_or_default();
    let features = project.features.iter().filter(|feature| uses(&feature.dataset));
    let (n, n_gate) = version.as_ref().map_or((0, 0), |version| (version.n, version.n_gate));
    DatasetShown {
        name: file.name.clone(),
        file: file.file.clone(),
        gate_file: file.gate_file.clone(),
        n,
        n_tune: n - n_gate,
        n_gate,
        loaded_at_ms: version.as_ref().map_or(0, |version| version.last_seen_ms),
        version: version.map(|version| version.hash).unwrap_or_default(),
        fields: about.fields,
        segments: about.segments,
        tags: about.tags,
        answers: about.answers,
        features: features.map(|feature| feature.name.clone()).collect(),
        note,
    }
}

/// The dataset of that name, as the project file has it.
pub fn find<'a>(project: &'a Project, name: &str) -> Result<&'a DatasetFile> {
    project.dataset(name).ok_or_else(|| {
        let names: Vec<&str> = project.datasets.iter().map(|file| file.name.as_str()).collect();
        let next = match names.as_slice() {
            [] => "add [datasets.NAME] with a file to karat.toml".to_owned(),
            _ => suggestion(name, names),
        };
        Refusal::not_found(format!("there is no dataset {name}\n  next: {next}"))
    })
}
