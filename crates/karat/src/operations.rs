//! The table of everything the product can do. Each surface is a way to call it; none can do more.

mod doors;
mod today;

mod judging;

mod bets;

mod data;
mod inferences;
mod labels;
mod play;

mod settings;

mod live;
mod monitoring;

use std::future::Future;
use std::pin::Pin;

use anyhow::{Context, Result};
use karat_records::Role;
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, schema_for};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::app::{App, Refusal};
use crate::project::problem::suggestion;

/// What a caller must be allowed to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Look at things.
    Read,
    /// Label cases.
    Label,
    /// Run evals and change files of the project.
    Edit,
    /// Invite people and keep keys.
    Admin,
}

impl Scope {
    /// The least role that has it.
    pub fn role(self) -> Role {
        match self {
            Self::Read => Role::Viewer,
            Self::Label => Role::Labeller,
            Self::Edit => Role::Editor,
            Self::Admin => Role::Admin,
        }
    }
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
    function: Box<dyn Fn(App, Value) -> Called + Send + Sync>,
}

impl Operation {
    /// Calls the operation with JSON; the one place where the actor's role is looked at.
    pub async fn call(&self, app: App, input: Value) -> Result<Value> {
        let needed = self.scope.role();
        if app.actor.role < needed {
            return Err(Refusal::not_allowed(format!(
                "{} needs the role {}, and {} is {}\n  next: ask an admin",
                self.name,
                needed.word(),
                app.actor.name,
                app.actor.role.word()
            )));
        }
        (self.function)(app, input).await
    }
}

/// All operations, in reading order.
pub fn table() -> Vec<Operation> {
    [
        judging::rows(),
        doors::rows(),
        bets::rows(),
        play::rows(),
        labels::rows(),
        data::rows(),
        inferences::rows(),
        settings::rows(),
        today::rows(),
        live::rows(),
        monitoring::rows(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The operation of that name.
pub fn find(name: &str) -> Result<Operation> {
    let names: Vec<&str> = table().iter().map(|operation| operation.name).collect();
    table().into_iter().find(|operation| operation.name == name).ok_or_else(|| {
        Refusal::not_found(format!(
            "there is no operation {name}\n  next: {}",
            suggestion(name, names)
        ))
    })
}

/// The schema of what is answered: fields that are always written are required.
fn answered<T: JsonSchema>() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    settings.into_generator().into_root_schema_for::<T>().to_value()
}

/// Erases the types: JSON in, the function, JSON out, and the schemas of both.
fn row<I, O, F, Fut>(
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
        output: answered::<O>,
        function: Box::new(move |app, input| {
            // A list of values in the order of the fields would do for serde, but for nobody who reads it.
            let input = match input {
                Value::Object(_) => serde_json::from_value(input),
                _ => Err(serde::de::Error::custom("it is no object")),
            };
            match input {
                Err(error) => Box::pin(async move {
                    Err(Refusal::invalid(format!(
                        "the input of {name} does not fit its schema: {error}\n  next: `karat call {name} --schema` shows what it takes"
                    )))
                }),
                Ok(input) => {
                    let called = function(app, input);
                    Box::pin(async move {
                        serde_json::to_value(called.await?).context("an answer is always JSON")
                    })
                }
            }
        }),
    }
}
