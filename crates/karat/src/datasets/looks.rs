//! Looks at held-out cases: who saw which contents and when. Every page that reveals them notes it here first.

use anyhow::Result;
use karat_records::{Hash, Role, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::app::{App, Refusal};

/// The catalog's kind; the name is the dataset's.
const KIND: &str = "held-out-look";

/// Somebody saw held-out contents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Look {
    /// Name of the person.
    pub by: String,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// What was looked at, in words, for example `cases` or `answers of run 0192f3a1`.
    pub what: String,
    /// The run whose answers they were.
    pub run_id: Option<String>,
    /// How many cases or answers were shown.
    pub n: u64,
}

/// What somebody is about to see.
#[derive(Clone, Copy, Debug)]
pub struct Seeing<'a> {
    /// The dataset whose held-out cases are shown.
    pub dataset: &'a str,
    /// In words, for example `cases` or `answers of run 0192f3a1`.
    pub what: &'a str,
    /// The run whose answers they are.
    pub run_id: Option<&'a str>,
    /// How many cases or answers are shown; a page without any is no look.
    pub n: u64,
}

/// Refuses whoever may not see held-out contents.
pub fn check(app: &App) -> Result<()> {
    if app.actor.role >= Role::Editor {
        return Ok(());
    }
    Err(Refusal::not_allowed(format!(
        "single held-out cases are shown to the role {} and above, and {} is {}\n  next: leave reveal_held_out away, or ask an admin",
        Role::Editor.word(),
        app.actor.name,
        app.actor.role.word()
    )))
}

/// Checks that the actor may look and writes the look down; called before anything is shown.
pub async fn note(app: &App, seeing: Seeing<'_>) -> Result<()> {
    check(app)?;
    if seeing.n == 0 {
        return Ok(());
    }
    let look = Look {
        by: app.actor.name.clone(),
        at_ms: app.clock.now_ms(),
        what: seeing.what.to_owned(),
        run_id: seeing.run_id.map(str::to_owned),
        n: seeing.n,
    };
    let seen_at_ms = look.at_ms;
    // The id keeps two equal looks in the same millisecond apart.
    let mut content = json!(look);
    content["id"] = json!(app.clock.new_id());
    content["person"] = json!(app.actor.id);
    let version = Version {
        kind: KIND.to_owned(),
        name: seeing.dataset.to_owned(),
        hash: Hash::of_json(&content),
        content,
        seen_at_ms,
    };
    Ok(app.store()?.catalog.put(version).await?)
}

/// Every look at the held-out cases of a dataset, newest first.
pub async fn list(app: &App, dataset: &str) -> Result<Vec<Look>> {
    let Some(store) = app.existing_store()? else { return Ok(Vec::new()) };
    let versions = store.catalog.history(KIND, dataset).await?;
    Ok(versions.into_iter().filter_map(|it| serde_json::from_value(it.content).ok()).collect())
}

#[cfg(test)]
mod tests {
    use karat_records::Person;

    use super::*;
    use crate::app::RefusalKind;
    use crate::config::Config;
    use crate::tasks::Stop;

    fn app(folder: &tempfile::TempDir, role: Role) -> App {
        let config = Config { data_folder: Some(folder.path().join("data")), ..Config::default() };
        let person = Person { id: "p1".into(), name: "Ana".into(), role };
        App::new(folder.path().to_path_buf(), config, Stop::never()).acting_as(person)
    }

    fn seeing(n: u64) -> Seeing<'static> {
        Seeing { dataset: "tickets", what: "cases", run_id: None, n }
    }

    #[tokio::test]
    async fn each_look_is_kept_even_when_it_equals_the_one_before() {
        let folder = tempfile::tempdir().unwrap();
        let app = app(&folder, Role::Editor);
        for n in [3, 3, 0, 5] {
            note(&app, seeing(n)).await.unwrap();
        }
        let looks = list(&app, "tickets").await.unwrap();
        assert_eq!(looks.iter().map(|look| look.n).collect::<Vec<_>>(), [5, 3, 3]);
        assert_eq!((looks[0].by.as_str(), looks[0].what.as_str()), ("Ana", "cases"));
        assert!(list(&app, "other").await.unwrap().is_empty());
        app.close().await;
    }

    #[tokio::test]
    async fn a_viewer_and_a_labeller_are_refused_and_leave_no_trace() {
        for role in [Role::Viewer, Role::Labeller] {
            let folder = tempfile::tempdir().unwrap();
            let app = app(&folder, role);
            let error = note(&app, seeing(1)).await.unwrap_err();
            let refusal = error.downcast::<crate::app::Refusal>().unwrap();
            assert_eq!(refusal.kind, RefusalKind::NotAllowed);
            assert!(list(&app, "tickets").await.unwrap().is_empty());
        }
    }
}
