//! MCP: the table of operations as tools for AI assistants, over HTTP at /mcp and over standard input and output.

use std::fmt::Write as _;
use std::sync::Arc;

use hyper::http::request::Parts;
use rmcp::handler::server::ServerHandler;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ContentBlock, ErrorData,
    Implementation, JsonObject, ListToolsResult, PaginatedRequestParams, ProgressNotificationParam,
    ServerCapabilities, ServerConfig, Tool, ToolAnnotations,
};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::Value;
use tokio::sync::{mpsc, oneshot};

use super::http::answer::{self, Answer};
use super::http::caller::Caller;
use super::http::doors::Doors;
use super::http::remember;
use super::problem::Problem;
use crate::app::{App, Watch};
use crate::evals::progress::Update;
use crate::operations::{self, Access, Operation};

const INSTRUCTIONS: &str = "Karat proves whether an AI feature is good enough. Each tool is one operation on the project: \
begin with project_state, run evals_run on the cases that tune, and gate_judge for the verdict on held-out cases. \
Verdicts are pass, fail and undecided; every figure comes with its interval and its number of cases. \
Operations that write change the project's files or cost money: ask before calling them.";

/// Where the tools are called from.
#[derive(Clone)]
pub enum Home {
    /// A terminal of this machine: the local person acts.
    Terminal(Box<App>),
    /// A server: whoever's key the request has.
    Server(Arc<Doors>),
}

/// The operations as tools.
#[derive(Clone)]
pub struct Tools {
    home: Home,
}

impl Tools {
    /// Tools for callers from there.
    pub fn new(home: Home) -> Self {
        Self { home }
    }

    /// The handles of whoever calls.
    fn app(&self, context: &RequestContext<RoleServer>) -> Result<App, ErrorData> {
        match &self.home {
            Home::Terminal(app) => Ok(app.as_ref().clone()),
            Home::Server(doors) => {
                let parts = context.extensions.get::<Parts>();
                let caller = parts.and_then(|parts| parts.extensions.get::<Caller>());
                let caller = caller.ok_or_else(|| {
                    ErrorData::internal_error("the request came past the door", None)
                })?;
                Ok(doors.app.clone().acting_as(caller.person.clone()))
            }
        }
    }

    async fn answer(
        &self,
        app: App,
        operation: Operation,
        input: Value,
        context: RequestContext<RoleServer>,
    ) -> Answer {
        let (watch, mut updates) = watch();
        let app = app.watched_by(Some(watch));
        let (sender, mut coming) = oneshot::channel();
        let is_write = operation.access == Access::Write;
        let task = match &self.home {
            Home::Terminal(_) => None,
            Home::Server(doors) => match doors.place(&app.actor.id) {
                None => {
                    return Answer::problem(&Problem::new(
                        429,
                        "too many calls of yours are under way\n  next: wait for one of them",
                    ));
                }
                Some(place) => Some((Arc::clone(doors), place)),
            },
        };
        let server = app.clone();
        let called = async move { answer::of_call(app, &operation, input).await };
        let mut here = None;
        match task {
            // A write goes on when its caller leaves.
            Some((doors, place)) if is_write => doors.start(async move {
                let answer = called.await;
                drop(place);
                // A caller who has left finds the result where it is stored.
                let _ = sender.send(answer);
                remember::changes(server).await;
            }),
            kept => {
                here = Some(Box::pin(async move {
                    let answer = called.await;
                    drop(kept);
                    let _ = sender.send(answer);
                }));
            }
        }
        let token = context.meta.get_progress_token();
        loop {
            tokio::select! {
                answer = &mut coming => {
                    return answer.unwrap_or_else(|_| Answer::problem(&Problem::new(500, "the server stopped before there was an answer")));
                }
                () = async { match here.as_mut() { Some(here) => here.await, None => std::future::pending().await } } => {
                    here = None;
                }
                Some(update) = updates.recv() => {
                    if let (Some(token), Update::Now(progress)) = (&token, update) {
                        let told = ProgressNotificationParam::new(token.clone(), progress.done as f64)
                            .with_total(progress.total as f64)
                            .with_message(progress.line());
                        // Whoever has left wants no news.
                        let _ = context.peer.notify_progress(told).await;
                    }
                }
            }
        }
    }
}

/// A watch that passes on what there is room for.
fn watch() -> (Watch, mpsc::Receiver<Update>) {
    let (sender, receiver) = mpsc::channel(64);
    let watch: Watch = Arc::new(move |update| {
        // The next update says more than the one that found no room.
        let _ = sender.try_send(update.clone());
    });
    (watch, receiver)
}

impl ServerHandler for Tools {
    fn get_info(&self) -> ServerConfig {
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(Implementation::new("karat", env!("CARGO_PKG_VERSION")))
            .with_instructions(INSTRUCTIONS)
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        context: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        let role = self.app(&context)?.actor.role;
        let allowed = operations::table().into_iter().filter(|one| one.scope.role() <= role);
        Ok(ListToolsResult::with_all_items(allowed.map(|one| tool(&one)).collect()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        let app = self.app(&context)?;
        let Some(operation) =
            operations::table().into_iter().find(|one| tool_name(one.name) == request.name)
        else {
            return Err(ErrorData::invalid_params(
                format!("there is no tool {}", request.name),
                None,
            ));
        };
        let input = Value::Object(request.arguments.unwrap_or_default());
        let answer = self.answer(app, operation, input, context).await;
        Ok(result(&answer).into())
    }
}

/// The answer as a tool's result; an error says what happened and what to do next.
fn result(answer: &Answer) -> CallToolResult {
    let value: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    if answer.is_done() {
        return CallToolResult::structured(value);
    }
    let word = |field: &str| value[field].as_str().unwrap_or_default().to_owned();
    let mut message = word("detail");
    for (name, text) in [("place", word("place")), ("next", word("next"))] {
        if !text.is_empty() {
            let _ = write!(message, "\n{name}: {text}");
        }
    }
    CallToolResult::error(vec![ContentBlock::text(message)])
}

/// Assistants take letters, digits, `_` and `-` only.
fn tool_name(operation: &str) -> String {
    operation.replace('.', "_")
}

fn tool(operation: &Operation) -> Tool {
    let is_read = operation.access == Access::Read;
    let schema = match (operation.input)() {
        Value::Object(schema) => schema,
        _ => JsonObject::new(),
    };
    Tool::new(tool_name(operation.name), operation.summary, schema).with_annotations(
        ToolAnnotations::with_title(operation.name).read_only(is_read).destructive(!is_read),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_operation_has_a_name_of_its_own_that_assistants_take() {
        let table = operations::table();
        let names: BTreeSet<String> = table.iter().map(|one| tool_name(one.name)).collect();
        assert_eq!(names.len(), table.len());
        for name in names {
            let is_plain = name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
            assert!(is_plain && name.len() <= 64, "{name}");
        }
    }

    #[test]
    fn only_what_changes_nothing_is_said_to_be_read_only() {
        for operation in operations::table() {
            let annotations = tool(&operation).annotations.unwrap();
            let is_read = operation.access == Access::Read;
            assert_eq!(annotations.read_only_hint, Some(is_read), "{}", operation.name);
            assert_eq!(annotations.destructive_hint, Some(!is_read), "{}", operation.name);
        }
    }

    #[test]
    fn an_error_says_what_to_do_next() {
        let refused = result(&Answer::problem(&Problem::new(404, "no run\n  next: look")));
        assert_eq!(refused.is_error, Some(true));
        let text = serde_json::to_string(&refused.content).unwrap();
        assert!(text.contains("no run\\nnext: look"), "{text}");
    }
}
