//! Every content that was ever loaded: karat.toml, prompts, rules, schemas, and which version of each dataset.

pub mod list;

pub mod changed;

use anyhow::Result;
use karat_records::{Hash, Version};
use serde_json::{Value, json};

use crate::app::App;
use crate::datasets::indexing;
use crate::project::sources;
use crate::project::{Project, VariantKind};

/// What people may read here; other kinds of the catalog belong to those who keep them.
pub const KINDS: [&str; 9] =
    ["project", "prompt", "rules", "schema", "rubric", "tools", "grader", "mvq", "dataset"];

/// Keeps what the files say now; content that is known already costs a look.
///
/// Of the datasets only the named one is read where a name is given, as a run reads only one.
pub async fn remember(app: &App, project: &Project, dataset: Option<&str>) -> Result<()> {
    let store = app.store()?;
    let now = app.clock.now_ms();
    let secrets = secrets(project);
    let mut contents: Vec<(&str, String, Value)> = sources::read(project)
        .into_iter()
        .map(|source| (source.kind, source.file, json!(without(&source.text, &secrets))))
        .collect();
    for feature in &project.features {
        contents.push(("mvq", feature.name.clone(), feature.mvq_content()));
    }
    for file in project.datasets.iter().filter(|it| dataset.is_none_or(|name| it.name == name)) {
        // A dataset that cannot be read hides no other file; whoever needs it says what is wrong.
        let Ok(current) = indexing::current(app, project, file).await else { continue };
        if current.note.is_none() {
            let (version, about) = (current.version, &file.file);
            let content = json!({
                "version": version.hash, "file": about, "gate_file": file.gate_file,
                "n": version.n, "n_gate": version.n_gate,
            });
            contents.push(("dataset", file.name.clone(), content));
        }
    }
    for (kind, name, content) in contents {
        let hash = Hash::of_json(&content);
        let kind = kind.to_owned();
        store.catalog.put(Version { kind, name, hash, content, seen_at_ms: now }).await?;
    }
    Ok(())
}

/// Values of headers that stand in the file themselves instead of the name of a variable.
fn secrets(project: &Project) -> Vec<String> {
    let variants = project.features.iter().flat_map(|feature| &feature.variants);
    let headers = variants.filter_map(|variant| match &variant.kind {
        VariantKind::Http { headers, .. } => Some(headers.values()),
        _ => None,
    });
    headers.flatten().filter(|value| !value.contains('$') && value.len() >= 6).cloned().collect()
}

/// The text without keys.
fn without(text: &str, secrets: &[String]) -> String {
    let mut text = karat_providers::redact_all(text);
    for secret in secrets {
        text = text.replace(secret.as_str(), "[redacted]");
    }
    text
}
