//! The table of everything the product can do. Each surface is a way to call it; none can do more.

use std::future::Future;
use std::pin::Pin;

use anyhow::{Context, Result};
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::App;
use crate::{checks, evals};

/// What a caller must be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Look at things.
    Read,
    /// Run evals and change files of the project.
    Edit,
}

/// Whether an operation changes anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It only looks.
    Read,
    /// It writes files or facts, or costs money.
    Write,
}

type Called = Pin<Box<dyn Future<Output = Result<Value>> + Send>>;

/// One thing that the product can do.
pub struct Operation {
    /// `room.verb`
    pub name: &'static str,
    /// One line.
    pub summary: &'static str,
    /// What a caller must be allowed to do.
    pub scope: Scope,
    /// Whether it changes anything.
    pub access: Access,
    /// JSON Schema of the input.
    pub input: fn() -> Value,
    /// JSON Schema of the output.
    pub output: fn() -> Value,
    call: Box<dyn Fn(App, Value) -> Called + Send + Sync>,
}

impl Operation {
    /// Calls the operation with JSON.
    pub async fn call(&self, app: App, input: Value) -> Result<Value> {
        (self.call)(app, input).await
    }
}

/// All operations, in reading order.
pub fn table() -> Vec<Operation> {
    use Access::{Read as Reads, Write as Writes};
    use Scope::{Edit, Read};
    vec![
        operation(
            "project.state",
            "Where the project stands and what to do next",
            Read,
            Reads,
            evals::state::state,
        ),
        operation(
            "project.check",
            "Find everything that is wrong, without a call",
            Read,
            Reads,
            checks::check::check,
        ),
        operation(
            "evals.run",
            "Run the variants on the cases that tune",
            Edit,
            Writes,
            evals::eval::eval,
        ),
        operation(
            "gate.judge",
            "Judge the variants on the held-out cases",
            Edit,
            Writes,
            evals::eval::gate,
        ),
        operation("runs.list", "List runs, newest first", Read, Reads, evals::runs::list),
        operation(
            "runs.show",
            "Show a run with some of its answers",
            Read,
            Reads,
            evals::runs::show,
        ),
        operation(
            "runs.compare",
            "Compare two runs or variants, paired",
            Read,
            Reads,
            evals::runs::compare,
        ),
        operation(
            "rules.draft",
            "Draft rules from the cases, for people to edit",
            Edit,
            Writes,
            evals::draft::draft,
        ),
    ]
}

/// The operation of that name.
pub fn find(name: &str) -> Result<Operation> {
    let names: Vec<&str> = table().iter().map(|operation| operation.name).collect();
    table().into_iter().find(|operation| operation.name == name).with_context(|| {
        format!(
            "there is no operation {name}\n  next: {}",
            crate::project::problem::suggestion(name, names)
        )
    })
}

/// Erases the types: JSON in, the function, JSON out, and the schemas of both.
fn operation<I, O, F, Fut>(
    name: &'static str,
    summary: &'static str,
    scope: Scope,
    access: Access,
    function: F,
) -> Operation
where
    I: DeserializeOwned + JsonSchema,
    O: Serialize + JsonSchema,
    F: Fn(App, I) -> Fut + Send + Sync + 'static,
    Fut: Future<Output = Result<O>> + Send + 'static,
{
    Operation {
        name,
        summary,
        scope,
        access,
        input: || schema_for!(I).to_value(),
        output: || schema_for!(O).to_value(),
        call: Box::new(move |app, input| {
            let input = serde_json::from_value(input)
                .with_context(|| format!("the input of {name} does not fit its schema"));
            match input {
                Err(error) => Box::pin(async { Err(error) }),
                Ok(input) => {
                    let called = function(app, input);
                    Box::pin(async move { Ok(serde_json::to_value(called.await?)?) })
                }
            }
        }),
    }
}
