//! The operations `history.list` and `history.show`.

use anyhow::Result;
use karat_records::{Hash, Version};
use karat_store::LoadFilter;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::KINDS;
use crate::app::{App, Refusal};
use crate::gate::describe::plural;
use crate::project::problem::suggestion;

/// Which loads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListHistory {
    /// Only this kind: project, prompt, rules, schema, rubric, tools, grader, mvq or dataset.
    pub kind: Option<String>,
    /// At most so many; 50 where absent, never more than 200.
    pub limit: Option<u64>,
    /// Goes on after a page: its `next`.
    pub cursor: Option<String>,
}

/// Loads, newest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryPage {
    /// Newest first; content that came back stands there again.
    pub entries: Vec<HistoryEntry>,
    /// The cursor of the next page.
    pub next: Option<String>,
}

/// One load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryEntry {
    /// What it is.
    pub kind: String,
    /// The file, the feature or the dataset.
    pub name: String,
    /// Hash of the content.
    pub hash: String,
    /// When it was loaded, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// What it holds, in a few words.
    pub says: String,
}

/// Which content.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ShowHistory {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Its hash.
    pub hash: String,
}

/// A content and what stood there before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct HistoryShown {
    /// The content; the text of a file.
    pub content: Value,
    /// What was loaded before; null where it was the first.
    pub before: Option<Value>,
}

/// Lists what was loaded.
pub async fn list(app: App, input: ListHistory) -> Result<HistoryPage> {
    let kinds = match &input.kind {
        None => KINDS.map(str::to_owned).to_vec(),
        Some(kind) if KINDS.contains(&kind.as_str()) => vec![kind.clone()],
        Some(kind) => {
            return Err(Refusal::invalid(format!(
                "there is no kind {kind}\n  next: {}",
                suggestion(kind, KINDS)
            )));
        }
    };
    let Some(store) = app.existing_store()? else {
        return Ok(HistoryPage { entries: Vec::new(), next: None });
    };
    let limit = input.limit.unwrap_or(50).clamp(1, 200) as usize;
    let page = store.catalog.loads(LoadFilter { kinds, limit, cursor: input.cursor }).await?;
    let entries = page.items.into_iter().map(|version| HistoryEntry {
        says: says(&version),
        kind: version.kind,
        name: version.name,
        hash: version.hash.to_string(),
        at_ms: version.seen_at_ms,
    });
    Ok(HistoryPage { entries: entries.collect(), next: page.next })
}

/// Shows one content and the one before it.
pub async fn show(app: App, input: ShowHistory) -> Result<HistoryShown> {
    let hash = Hash::from_text(&input.hash);
    let found = match app.existing_store()? {
        Some(store) if KINDS.contains(&input.kind.as_str()) => {
            store.catalog.with_before(&input.kind, &input.name, &hash).await?
        }
        _ => None,
    };
    let Some((version, before)) = found else {
        return Err(Refusal::not_found(format!(
            "{} {} was never loaded with the hash {}\n  next: `karat history` lists what was",
            input.kind,
            input.name,
            hash.short()
        )));
    };
    Ok(HistoryShown { content: version.content, before: before.map(|version| version.content) })
}

fn says(version: &Version) -> String {
    let n = |name: &str| version.content[name].as_u64().unwrap_or(0);
    match &version.content {
        Value::String(text) => plural(text.lines().count() as u64, "line"),
        Value::Array(criteria) if criteria.len() == 1 => "1 criterion".into(),
        Value::Array(criteria) => format!("{} criteria", criteria.len()),
        _ if n("n_gate") > 0 => {
            format!(
                "{}, {} held out",
                plural(n("n"), "case"),
                crate::gate::describe::count(n("n_gate"))
            )
        }
        _ => plural(n("n"), "case"),
    }
}
