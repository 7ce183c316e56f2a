//! From labels to gold: values that people agree on become desired outputs in the dataset's files.
//!
//! The files are written whole or not at all. `karat.lock` is left to the gate, which shows changed desired outputs.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow, bail};
use karat_records::{Case, Split};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::gold::plan::{self, DataFile, Fate, How, Plan, Settled, Standing};
use super::gold::rewrite;
use super::item::{Gold, Item, ItemState};
use super::keep;
use super::queue::{Queue, Side, text_of};
use super::resolve::is_same;
use super::settle::part;
use super::task::Task;
use crate::app::{App, Broken, Refusal};
use crate::datasets::{self, Dataset, import};
use crate::gate::describe::plural;
use crate::project::files::Files;
use crate::project::problem::suggestion;
use crate::project::{DatasetFile, Problems, Project, rows};

/// How often a file may change under our hands before we give up.
const MOST_TRIES: usize = 5;

/// What to promote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Promote {
    /// The queue.
    pub queue: String,
    /// The dataset; the feature's when absent.
    #[serde(default)]
    pub dataset: Option<String>,
    /// Only this side of the split, and where new cases go; new cases tune when absent.
    #[serde(default)]
    pub split: Option<Side>,
}

/// What was promoted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Promoted {
    /// The dataset.
    pub dataset: String,
    /// The file that holds it; two, with "and" between, where both changed.
    pub file: String,
    /// The version that holds the values now.
    pub version: String,
    /// The version before.
    pub before: String,
    /// New cases.
    pub n_added: u64,
    /// Cases with another desired output.
    pub n_changed: u64,
    /// Items with a value that could not become gold, and why stands in `says`.
    pub n_left_out: u64,
    /// What happened, in sentences.
    pub says: String,
}

/// The dataset's files as they were read.
struct Now {
    dataset: Dataset,
    files: Vec<DataFile>,
    texts: Vec<String>,
}

/// Promotes agreed and adjudicated labels to a new gold version; doing it again changes nothing.
pub async fn promote(app: App, input: Promote) -> Result<Promoted> {
    let store = app.store()?;
    let queue = keep::queue(&store, &input.queue).await?;
    // Here one after the other, beside other processes by the lock.
    let _files = app.change_files().await;
    let project = app.project()?;
    let file = dataset_file(&project, &queue, input.dataset.as_deref())?;
    let _lock = lock(&app, &file.name)?;
    let items = keep::items(&store, &queue).await?;
    let tasks = keep::tasks(&store, &queue).await?;
    let settled = settled(&queue, &items, &tasks, app.clock.now_ms());
    let (plan, before, version, files) = write(&project, file, &queue, &settled, input.split)?;
    let mut promoted = Vec::new();
    for (id, fate) in &plan.fates {
        let Fate::Case { id: case_id, .. } = fate else { continue };
        let ((), item) = keep::changed(&app, &store, &queue, id, |item, now_ms| {
            let gold = Gold {
                dataset: file.name.clone(),
                version: version.clone(),
                case_id: case_id.clone(),
                at_ms: now_ms,
            };
            item.promote(gold, queue.overlap)
        })
        .await?;
        promoted.push(json!({
            "item": id, "case": case_id, "labelled": plan::origin(&queue, &item),
        }));
    }
    let out = told(&plan, file, before, version, &files);
    if !promoted.is_empty() {
        let what = json!({
            "dataset": out.dataset, "version": out.version, "before": out.before, "cases": promoted,
            "by": app.actor.id, "name": app.actor.name, "n_added": out.n_added,
            "n_changed": out.n_changed,
        });
        keep::remember_promotion(&store, &queue, &what, app.clock.now_ms()).await?;
    }
    Ok(out)
}

/// Says what a promotion would write, and writes nothing.
pub async fn promotion(app: App, input: Promote) -> Result<Promoted> {
    let store = app.store()?;
    let queue = keep::queue(&store, &input.queue).await?;
    let project = app.project()?;
    let file = dataset_file(&project, &queue, input.dataset.as_deref())?;
    let items = keep::items(&store, &queue).await?;
    let tasks = keep::tasks(&store, &queue).await?;
    let settled = settled(&queue, &items, &tasks, app.clock.now_ms());
    let now = read(&project, file)?;
    let standing = standing(&project, &queue, &now);
    let plan = plan::plan(&queue, &standing, &settled, input.split).map_err(Refusal::invalid)?;
    let version = version_of(&now.dataset);
    let is_touched = |index: usize| !plan.changes[index].is_empty() || !plan.new[index].is_empty();
    let files = now.files.iter().enumerate().filter(|(index, _)| is_touched(*index));
    let files: Vec<String> = files.map(|(_, data)| data.path.clone()).collect();
    Ok(told(&plan, file, version.clone(), version, &files))
}

/// What the plan starts from.
fn standing<'a>(project: &Project, queue: &Queue, now: &'a Now) -> Standing<'a> {
    let feature = project.feature(&queue.feature);
    let schema = feature.and_then(|feature| feature.output.as_ref());
    Standing {
        cases: &now.dataset.cases,
        files: &now.files,
        holds_back: now.dataset.holds_back(),
        is_object: schema.is_some_and(|schema| schema["type"] == "object"),
    }
}

fn dataset_file<'a>(
    project: &'a Project,
    queue: &Queue,
    wished: Option<&str>,
) -> Result<&'a DatasetFile> {
    let of_feature = || project.feature(&queue.feature)?.dataset.as_deref();
    let Some(name) = wished.or_else(of_feature).or(queue.dataset.as_deref()) else {
        return Err(Refusal::invalid(format!(
            "{} has no dataset to promote to\n  next: add dataset = \"NAME\" to [features.{}], or name one",
            queue.feature, queue.feature
        )));
    };
    project.dataset(name).ok_or_else(|| {
        let known: Vec<&str> = project.datasets.iter().map(|one| one.name.as_str()).collect();
        Refusal::not_found(format!(
            "there is no dataset {name}\n  next: {}",
            suggestion(name, known)
        ))
    })
}

/// One promotion at a time for each dataset, also across processes.
fn lock(app: &App, dataset: &str) -> Result<File> {
    let folder = app.data_folder().join("locks");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    let name = karat_records::Hash::of_bytes(format!("promote {dataset}").as_bytes());
    let path = folder.join(name.short());
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&path)
        .with_context(|| format!("{} cannot be opened", path.display()))?;
    match file.try_lock() {
        Err(TryLockError::WouldBlock) => Err(Refusal::conflict(format!(
            "somebody else promotes labels to {dataset} at this moment\n  next: try again in a moment"
        ))),
        // A file system without locks is no reason to refuse.
        Ok(()) | Err(TryLockError::Error(_)) => Ok(file),
    }
}

/// Items whose value holds and is not gold yet, in the order of the queue.
fn settled<'a>(
    queue: &Queue,
    items: &'a BTreeMap<String, Item>,
    tasks: &'a BTreeMap<String, Task>,
    now_ms: i64,
) -> Vec<Settled<'a>> {
    let mut settled: Vec<Settled<'a>> = items
        .iter()
        .filter(|(_, item)| {
            let state = item.state(queue.overlap, now_ms);
            matches!(state, ItemState::Agreed | ItemState::Adjudicated)
        })
        .filter_map(|(id, item)| Some(Settled { id, item, task: tasks.get(id)? }))
        .collect();
    settled.sort_by_key(|one| (one.item.position, one.id));
    settled
}

/// Plans and writes; a file that somebody else changes in the meantime is read again, never overwritten.
fn write(
    project: &Project,
    file: &DatasetFile,
    queue: &Queue,
    settled: &[Settled<'_>],
    side: Option<Side>,
) -> Result<(Plan, String, String, Vec<String>)> {
    for _ in 0..MOST_TRIES {
        let now = read(project, file)?;
        let before = version_of(&now.dataset);
        let standing = standing(project, queue, &now);
        let plan = plan::plan(queue, &standing, settled, side).map_err(Refusal::invalid)?;
        let mut drafts: Vec<(usize, String, String)> = Vec::new();
        for (index, data) in now.files.iter().enumerate() {
            let (changes, new) = (&plan.changes[index], &plan.new[index]);
            if changes.is_empty() && new.is_empty() {
                continue;
            }
            let text = rewrite(&data.path, &now.texts[index], changes, new)
                .map_err(|error| anyhow!("{} cannot be rewritten: {error}", data.path))?;
            drafts.push((index, draft_path(&data.path), text));
        }
        if drafts.is_empty() {
            return Ok((plan, before.clone(), before, Vec::new()));
        }
        let written = write_drafts(project, file, &now, &plan, &drafts);
        let done = match written {
            Ok(version) if is_unchanged(project, &now) => {
                rename(project, &now, &drafts).map(|()| Some(version))
            }
            Ok(_) => Ok(None),
            Err(error) => Err(error),
        };
        for (_, draft, _) in &drafts {
            // Renamed drafts are gone; the others must not stay behind.
            let _ = fs::remove_file(project.root.join(draft));
        }
        if let Some(version) = done? {
            let paths = drafts.iter().map(|(index, _, _)| now.files[*index].path.clone());
            return Ok((plan, before, version, paths.collect()));
        }
    }
    Err(Refusal::conflict(format!(
        "{} is being changed by somebody else\n  next: wait until they are done and promote again",
        file.file
    )))
}

/// The version as `datasets.versions` lists it.
fn version_of(dataset: &Dataset) -> String {
    let hashes = |wants: fn(Split) -> bool| -> Vec<[u8; 32]> {
        let cases = dataset.cases.iter().filter(|case| wants(case.split));
        cases.filter_map(|case| case.content_hash().bytes()).collect()
    };
    let mut tune = hashes(|split| split != Split::Gate);
    let mut gate = hashes(|split| split == Split::Gate);
    datasets::whole_version(&mut tune, &mut gate).to_string()
}

fn read(project: &Project, file: &DatasetFile) -> Result<Now> {
    let problems = Problems::default();
    let files = Files { root: &project.root, problems: &problems };
    let mut data = Vec::new();
    let mut texts = Vec::new();
    // The texts first: what is planned belongs to exactly these bytes.
    let paths =
        std::iter::once((&file.file, false)).chain(file.gate_file.iter().map(|path| (path, true)));
    for (path, is_gate) in paths {
        let text = fs::read_to_string(project.root.join(path)).with_context(|| {
            format!("{path} cannot be read\n  next: check that it is there, and UTF-8")
        })?;
        let bare = text.trim_start_matches('\u{feff}');
        let rows = rows::of_text(path, bare, &problems);
        let columns =
            rows.as_ref().and_then(|rows| import::columns_of(file, path, rows, &problems));
        if let (Some(rows), Some(columns)) = (rows, columns) {
            let is_table = rows::delimiter(path).is_some();
            data.push(DataFile { path: path.clone(), columns, rows, is_table, is_gate });
        }
        texts.push(text);
    }
    let dataset = import::import(file, files);
    let n_rows: usize = data.iter().map(|data| data.rows.len()).sum();
    match dataset {
        Some(dataset) if data.len() == texts.len() && dataset.cases.len() == n_rows => {
            Ok(Now { dataset, files: data, texts })
        }
        Some(_) => bail!("{} changed while it was read\n  next: try again", file.file),
        None => Err(Broken(problems.sorted()).into()),
    }
}

/// Beside the file and with its ending, so that it is read in the same way.
fn draft_path(path: &str) -> String {
    let path = Path::new(path);
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("cases");
    path.with_file_name(format!(".karat-draft-{name}")).to_string_lossy().into_owned()
}

/// Writes the drafts and reads them back: exactly what was meant has changed, or nothing is renamed.
fn write_drafts(
    project: &Project,
    file: &DatasetFile,
    now: &Now,
    plan: &Plan,
    drafts: &[(usize, String, String)],
) -> Result<String> {
    let mut drafted = file.clone();
    for (index, draft, text) in drafts {
        let path: PathBuf = project.root.join(draft);
        fs::write(&path, text).with_context(|| {
            format!("{} cannot be written\n  next: make the folder writable", path.display())
        })?;
        if now.files[*index].is_gate {
            drafted.gate_file = Some(draft.clone());
        } else {
            drafted.file.clone_from(draft);
        }
    }
    let problems = Problems::default();
    let files = Files { root: &project.root, problems: &problems };
    let Some(after) = import::import(&drafted, files) else {
        return Err(Broken(problems.sorted()).into());
    };
    check_meaning(&now.dataset.cases, &after.cases, plan).map_err(|what| {
        anyhow!("{} would not be read back as it was meant: {what}; nothing was changed\n  next: add these cases by hand", file.file)
    })?;
    Ok(version_of(&after))
}

/// Pure. Whether the cases are the old ones but for what the plan says.
fn check_meaning(before: &[Case], after: &[Case], plan: &Plan) -> Result<(), String> {
    let by_id: BTreeMap<&str, &Case> = after.iter().map(|case| (case.id.as_str(), case)).collect();
    for (id, keys, value) in &plan.wanted {
        let found = by_id.get(id.as_str()).and_then(|case| case.expected.as_ref());
        let found = found.map(|expected| part(keys, expected));
        if !found.is_some_and(|found| is_same(found, value) || text_of(found) == text_of(value)) {
            return Err(format!("the desired output of {id} is another"));
        }
    }
    for (id, input) in &plan.inputs {
        if by_id.get(id.as_str()).map(|case| case.input_hash()).as_ref() != Some(input) {
            return Err(format!("the input of {id} is another"));
        }
    }
    for case in before {
        let Some(now) = by_id.get(case.id.as_str()) else {
            return Err(format!("{} is gone", case.id));
        };
        let is_changed = plan.wanted.iter().any(|(id, _, _)| *id == case.id);
        if !is_changed && now.content_hash() != case.content_hash() {
            return Err(format!("{} is another", case.id));
        }
        if now.input_hash() != case.input_hash() {
            return Err(format!("the input of {} is another", case.id));
        }
    }
    if after.len() != before.len() + plan.inputs.len() {
        return Err("the number of cases is another".into());
    }
    Ok(())
}

fn is_unchanged(project: &Project, now: &Now) -> bool {
    now.files.iter().zip(&now.texts).all(|(data, text)| {
        fs::read_to_string(project.root.join(&data.path)).is_ok_and(|found| found == *text)
    })
}

fn rename(project: &Project, now: &Now, drafts: &[(usize, String, String)]) -> Result<()> {
    for (index, draft, _) in drafts {
        let path = &now.files[*index].path;
        fs::rename(project.root.join(draft), project.root.join(path)).with_context(|| {
            format!("{path} cannot be replaced\n  next: make the folder writable and promote again")
        })?;
    }
    Ok(())
}

/// Pure. What happened, in sentences.
fn told(
    plan: &Plan,
    file: &DatasetFile,
    before: String,
    version: String,
    files: &[String],
) -> Promoted {
    let count = |wanted: How| {
        let is =
            |fate: &&(String, Fate)| matches!(&fate.1, Fate::Case { how, .. } if *how == wanted);
        plan.fates.iter().filter(is).count() as u64
    };
    let (n_added, n_changed, n_same) = (count(How::Added), count(How::Changed), count(How::Same));
    let mut reasons: BTreeMap<&str, u64> = BTreeMap::new();
    for (_, fate) in &plan.fates {
        if let Fate::LeftOut(reason) = fate {
            *reasons.entry(reason).or_default() += 1;
        }
    }
    let n_left_out: u64 = reasons.values().sum();
    let short = |version: &str| version.chars().take(8).collect::<String>();
    let paths = if files.is_empty() { file.file.clone() } else { files.join(" and ") };
    let mut says = Vec::new();
    if n_added + n_changed > 0 {
        let what = format!(
            "{} added and {} changed in {paths}",
            plural(n_added, "case"),
            plural(n_changed, "desired output"),
        );
        says.push(if before == version {
            format!("{what}, on top of version {}.", short(&before))
        } else {
            format!("{what}; version {} → {}.", short(&before), short(&version))
        });
    }
    if n_same > 0 {
        says.push(format!("{} confirmed as the file has it.", plural(n_same, "desired output")));
    }
    if plan.fates.is_empty() {
        says.push("There is nothing new to promote.".into());
    }
    for (reason, n) in reasons {
        says.push(format!("{n} left out: {reason}."));
    }
    if n_changed > 0 {
        says.push(
            "The next gate shows changed desired outputs of held-out cases as an amendment.".into(),
        );
    }
    Promoted {
        dataset: file.name.clone(),
        file: paths,
        version,
        before,
        n_added,
        n_changed,
        n_left_out,
        says: says.join(" "),
    }
}
