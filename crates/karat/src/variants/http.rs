//! The user's own endpoint: the case by POST, an answer in the response.

use std::collections::BTreeMap;
use std::time::Duration;

use karat_records::{Answer, Failure, FailureKind, Fault, Usage};
use serde_json::{Value, json};

use super::{Request, our_failure};
use crate::app::App;
use crate::project::Problems;
use crate::project::path::Path;
use crate::project::problem::Place;
use crate::project::provider::Timeouts;
use crate::upstream::client::{Incoming, Outgoing};

/// An endpoint as the project file names it.
#[derive(Debug)]
pub struct Spec<'a> {
    /// The variant's name.
    pub name: &'a str,
    /// The address.
    pub url: &'a str,
    /// Headers; `$NAME` is taken from the environment.
    pub headers: &'a BTreeMap<String, String>,
    /// Path of the answer in the response.
    pub answer: Option<&'a str>,
    /// Time for one answer.
    pub timeout: Duration,
    /// Most requests at once.
    pub concurrency: usize,
}

/// An endpoint that is ready to answer.
#[derive(Debug)]
pub struct Endpoint {
    name: String,
    url: String,
    headers: Vec<(String, String)>,
    answer: Option<Path>,
    timeouts: Timeouts,
    /// Most requests at once.
    pub concurrency: usize,
    app: App,
}

impl Endpoint {
    /// Fills secrets into the headers; notes those that are missing.
    pub fn prepare(app: &App, spec: &Spec<'_>, place: &Place, problems: &Problems) -> Option<Self> {
        let mut headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        for (name, value) in spec.headers {
            let value = match value.split_once('$') {
                Some((before, variable)) => {
                    let Some(secret) = app.secret(variable) else {
                        problems.error(
                            &place.below("headers"),
                            format!("{variable} is not set"),
                            format!("export {variable}=… or `karat key set {variable}`"),
                        );
                        return None;
                    };
                    format!("{before}{secret}")
                }
                None => value.clone(),
            };
            headers.push((name.to_lowercase(), value));
        }
        let answer = match spec.answer.map(Path::parse) {
            None => None,
            Some(Ok(path)) => Some(path),
            Some(Err(error)) => {
                problems.error(
                    &place.below("answer"),
                    error.to_string(),
                    "write for example $.answer",
                );
                return None;
            }
        };
        let timeouts =
            Timeouts { first_byte: spec.timeout, total: spec.timeout, ..Timeouts::default() };
        Some(Self {
            name: format!("http {}", spec.url),
            url: spec.url.to_owned(),
            headers,
            answer,
            timeouts,
            concurrency: spec.concurrency,
            app: app.clone(),
        })
    }

    /// Asks once; the endpoint retries by itself if it wants to.
    pub async fn answer(&self, request: Request<'_>) -> Answer {
        let body =
            json!({ "id": request.case_id, "trial": request.trial_index, "input": request.input });
        let outgoing = Outgoing {
            method: "POST",
            url: self.url.clone(),
            headers: self.headers.clone(),
            body: body.to_string().into_bytes(),
        };
        let outcome =
            self.app.upstream.post(&self.name, self.concurrency, self.timeouts, outgoing).await;
        let answer = match outcome.answer {
            Ok(incoming) => self.read(&incoming),
            Err(failure) => Answer::failed(failure),
        };
        Answer {
            latency_ms: Some(outcome.latency_ms),
            attempts: outcome.attempts,
            simulated: outcome.simulated,
            ..answer
        }
    }

    fn read(&self, incoming: &Incoming) -> Answer {
        let text = String::from_utf8_lossy(&incoming.body);
        if !(200..300).contains(&incoming.status) {
            let words: String = text.trim().chars().take(300).collect();
            let (kind, fault) = match incoming.status {
                401 | 403 => (FailureKind::Unauthorized, Fault::Ours),
                404 => (FailureKind::NotFound, Fault::Ours),
                429 => (FailureKind::RateLimited, Fault::Provider),
                500.. => (FailureKind::ServerError, Fault::Provider),
                _ => (FailureKind::BadRequest, Fault::Ours),
            };
            return Answer::failed(Failure {
                kind,
                message: format!("{} answered {}: {words}", self.url, incoming.status),
                fault,
            });
        }
        if text.trim().is_empty() {
            return Answer::failed(our_failure(
                FailureKind::Empty,
                format!("{} answered nothing", self.url),
            ));
        }
        let Ok(json) = serde_json::from_str::<Value>(&text) else {
            return Answer { output: Value::String(text.into_owned()), ..Answer::default() };
        };
        let output = match &self.answer {
            Some(path) => path.select(&json).cloned(),
            None => Some(json.get("output").unwrap_or(&json).clone()),
        };
        let Some(output) = output else {
            let path = self.answer.as_ref().map_or("an answer", Path::as_str);
            return Answer::failed(our_failure(
                FailureKind::Malformed,
                format!("{} answered without {path}", self.url),
            ));
        };
        Answer {
            output,
            cost_usd: json.get("cost_usd").and_then(Value::as_f64),
            usage: json
                .get("usage")
                .and_then(|usage| serde_json::from_value::<Usage>(usage.clone()).ok()),
            ..Answer::default()
        }
    }
}
