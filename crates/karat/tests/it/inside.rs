//! Operations called inside the test's process, as a server calls them: by somebody with a role, several at once.

use karat::app::{App, Refusal, RefusalKind};
use karat::config::Config;
use karat::operations;
use karat::tasks::Stop;
use karat_records::{Person, Role};
use serde_json::Value;

use crate::program::Folder;

/// The handles of somebody with this role in a project.
pub fn app(folder: &Folder, role: Role) -> App {
    let person = Person { id: "p1".into(), name: "Ana".into(), role };
    App::new(folder.path().to_path_buf(), Config::default(), Stop::never()).acting_as(person)
}

/// Calls an operation.
pub async fn call(app: &App, name: &str, input: Value) -> anyhow::Result<Value> {
    operations::find(name).unwrap().call(app.clone(), input).await
}

/// The kind and the message of a refusal.
pub fn refusal(answer: anyhow::Result<Value>) -> (RefusalKind, String) {
    let refusal = answer.unwrap_err().downcast::<Refusal>().unwrap();
    (refusal.kind, refusal.message)
}
