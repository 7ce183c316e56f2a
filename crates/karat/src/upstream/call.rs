//! Calls with attempts: a slot, one exchange, and again where that may help.

use std::time::Duration;

use karat_providers::embeddings::{
    EmbeddingAnswer, EmbeddingRequest, decode_embeddings, encode_embeddings,
};
use karat_providers::retry::rate_hint;
use karat_providers::{
    ChatAnswer, ChatRequest, Dialect, ErrorClass, HttpRequest, HttpResponse, ProviderError,
    authorization,
};
use karat_records::{Attempt, Failure, FailureKind, Fault};

use super::client::{Incoming, Outgoing};
use super::{Upstream, backoff};
use crate::clock::milliseconds;
use crate::project::Provider;

/// What a call came to, with all its attempts.
#[derive(Clone, Debug)]
pub struct Outcome<T> {
    /// The answer, or the last attempt's failure.
    pub answer: Result<T, Failure>,
    /// Each try, in order.
    pub attempts: Vec<Attempt>,
    /// Milliseconds that a lone caller would have waited: all attempts and the waits between them,
    /// without waits for a slot and without refusals that our own pace provoked.
    pub latency_ms: f64,
    /// True where a scripted server answered.
    pub simulated: bool,
}

/// The header by which a scripted server says that it is one.
pub const SIMULATED: &str = "x-karat-simulated";

/// A hint that asks for a longer pause is about another limit, a day's for example.
const LONGEST_HINT: Duration = Duration::from_secs(30);

/// Longest that a call waits in all for a provider that asks for fewer calls.
const LONGEST_WAIT: Duration = Duration::from_mins(5);

struct Tried<T> {
    answer: Result<T, Failure>,
    status: Option<i32>,
    served: Option<String>,
    asked_wait: Option<Duration>,
    /// The provider says that its limit is reached, and for how long.
    hint: Option<Duration>,
    /// Waiting for the provider's limit is no failed attempt.
    is_rate_limit: bool,
    simulated: bool,
}

impl Upstream {
    /// Asks a model for one answer.
    pub async fn chat(
        &self,
        provider: &Provider,
        key: Option<&str>,
        request: &ChatRequest,
        seed: u64,
    ) -> Outcome<ChatAnswer> {
        let encoded = karat_providers::encode(provider.dialect, request);
        let asked = format!("{}/{}", provider.name, request.model);
        self.call(provider, key, &asked, &encoded, seed, |dialect, response| {
            let answer = karat_providers::decode(dialect, response)?;
            let served = answer.model_served.clone();
            Ok((answer, served))
        })
        .await
    }

    /// Embeds some texts.
    pub async fn embed(
        &self,
        provider: &Provider,
        key: Option<&str>,
        model: &str,
        texts: &[&str],
        seed: u64,
    ) -> Outcome<EmbeddingAnswer> {
        let inputs: Vec<String> = texts.iter().map(|text| (*text).to_owned()).collect();
        let encoded = encode_embeddings(&EmbeddingRequest {
            model: model.to_owned(),
            inputs,
            dimensions: None,
        });
        let asked = format!("{}/{model}", provider.name);
        self.call(provider, key, &asked, &encoded, seed, |_, response| {
            let answer = decode_embeddings(response, texts.len())?;
            let served = answer.model_served.clone();
            Ok((answer, served))
        })
        .await
    }

    /// Makes attempts until one answers or no further one would help.
    pub async fn call<T>(
        &self,
        provider: &Provider,
        key: Option<&str>,
        asked: &str,
        request: &HttpRequest,
        seed: u64,
        decode: impl Fn(Dialect, &HttpResponse<'_>) -> Result<(T, Option<String>), ProviderError>,
    ) -> Outcome<T> {
        let door = self.door(provider);
        let mut attempts = Vec::new();
        let mut waited = Duration::ZERO;
        let mut retries = 0;
        let mut wait_before = None;
        let mut latency_ms = 0.0;
        loop {
            let slot = door.pace.slot(|| self.clock.instant()).await;
            let begun = self.clock.instant();
            let tried = self.attempt(door.client(), provider, key, request, &decode).await;
            let attempt_ms = milliseconds(begun.elapsed());
            drop(slot);
            if !tried.is_rate_limit {
                latency_ms += attempt_ms;
            }
            attempts.push(Attempt {
                asked: asked.to_owned(),
                served: tried.served,
                status: tried.status,
                latency_ms: attempt_ms,
                waited_ms: wait_before.map(milliseconds),
                failure: tried.answer.as_ref().err().cloned(),
            });
            let outcome = |answer, attempts, latency_ms| Outcome {
                answer,
                attempts,
                latency_ms,
                simulated: tried.simulated,
            };
            let failure = match tried.answer {
                Ok(answer) => {
                    door.pace.succeeded();
                    if let Some(wait) = tried.hint {
                        door.pace.pause(self.clock.instant(), wait);
                    }
                    return outcome(Ok(answer), attempts, latency_ms);
                }
                Err(failure) => failure,
            };
            let wait = backoff::wait(
                if tried.is_rate_limit { 1 } else { retries },
                tried.asked_wait,
                seed,
            );
            if tried.is_rate_limit {
                door.pace.refused(self.clock.instant(), wait);
            }
            let may_go_on = failure.kind.is_retryable()
                && waited + wait <= LONGEST_WAIT
                && (tried.is_rate_limit || retries < provider.retries)
                && !self.stop.is_set();
            if !may_go_on {
                return outcome(Err(failure), attempts, latency_ms);
            }
            if !tried.is_rate_limit {
                retries += 1;
                latency_ms += milliseconds(wait);
            }
            waited += wait;
            wait_before = Some(wait);
            let mut stop = self.stop.clone();
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = stop.wait() => return outcome(Err(failure), attempts, latency_ms),
            }
        }
    }

    async fn attempt<T>(
        &self,
        client: &super::client::Client,
        provider: &Provider,
        key: Option<&str>,
        request: &HttpRequest,
        decode: &impl Fn(Dialect, &HttpResponse<'_>) -> Result<(T, Option<String>), ProviderError>,
    ) -> Tried<T> {
        let mut headers = request.headers.clone();
        headers.extend(key.map(|key| {
            let (name, value) = authorization(provider.dialect, key);
            (name.to_owned(), value)
        }));
        let outgoing = Outgoing {
            method: request.method,
            url: karat_providers::join_url(&provider.base_url, request.path),
            headers,
            body: request.body.clone(),
        };
        let incoming = match client.send(outgoing).await {
            Ok(incoming) => incoming,
            Err(failure) => {
                return Tried {
                    answer: Err(failure),
                    status: None,
                    served: None,
                    asked_wait: None,
                    hint: None,
                    is_rate_limit: false,
                    simulated: false,
                };
            }
        };
        let simulated = incoming.header(SIMULATED).is_some();
        self.note_simulated(provider, simulated);
        let response = HttpResponse {
            status: incoming.status,
            headers: &incoming.headers,
            body: &incoming.body,
            received_at: self.clock.now_ms().unsigned_abs() / 1000,
        };
        let hint = rate_hint(&incoming.headers, response.received_at);
        // No request left until the limit is full again: waiting is cheaper than being refused.
        let hint =
            hint.reset_after.filter(|wait| hint.remaining == Some(0) && *wait <= LONGEST_HINT);
        let status = Some(i32::from(incoming.status));
        match decode(provider.dialect, &response) {
            Ok((answer, served)) => Tried {
                answer: Ok(answer),
                status,
                served,
                asked_wait: None,
                hint,
                is_rate_limit: false,
                simulated,
            },
            Err(error) => Tried {
                asked_wait: error.retry_after,
                is_rate_limit: error.class == ErrorClass::RateLimited,
                answer: Err(failure_of(&error)),
                status,
                served: None,
                hint: None,
                simulated,
            },
        }
    }

    /// Sends one request to the user's own endpoint, without retries.
    pub async fn post(
        &self,
        name: &str,
        concurrency: usize,
        timeouts: crate::project::provider::Timeouts,
        outgoing: Outgoing,
    ) -> Outcome<Incoming> {
        let door = self.door_of(name, concurrency, timeouts);
        let slot = door.pace.slot(|| self.clock.instant()).await;
        let begun = self.clock.instant();
        let answer = door.client().send(outgoing).await;
        let latency_ms = milliseconds(begun.elapsed());
        drop(slot);
        let attempt = Attempt {
            asked: name.to_owned(),
            served: None,
            status: answer.as_ref().ok().map(|incoming| i32::from(incoming.status)),
            latency_ms,
            waited_ms: None,
            failure: answer.as_ref().err().cloned(),
        };
        let simulated = answer.as_ref().is_ok_and(|incoming| incoming.header(SIMULATED).is_some());
        Outcome { answer, attempts: vec![attempt], latency_ms, simulated }
    }
}

/// A provider's error in the records' words.
pub fn failure_of(error: &ProviderError) -> Failure {
    let (kind, fault) = match error.class {
        ErrorClass::RateLimited => (FailureKind::RateLimited, Fault::Provider),
        ErrorClass::Overloaded | ErrorClass::ServerError => {
            (FailureKind::ServerError, Fault::Provider)
        }
        ErrorClass::Timeout => (FailureKind::Timeout, Fault::Provider),
        ErrorClass::Authentication | ErrorClass::PermissionDenied | ErrorClass::QuotaExhausted => {
            (FailureKind::Unauthorized, Fault::Ours)
        }
        ErrorClass::NotFound => (FailureKind::NotFound, Fault::Ours),
        ErrorClass::ContentPolicy => (FailureKind::ContentPolicy, Fault::Provider),
        ErrorClass::Malformed | ErrorClass::CutStream => (FailureKind::Malformed, Fault::Provider),
        ErrorClass::Connection => (FailureKind::Unreachable, Fault::Provider),
        ErrorClass::Empty => (FailureKind::Empty, Fault::Provider),
        _ => (FailureKind::BadRequest, Fault::Ours),
    };
    Failure { kind, message: error.to_string(), fault }
}
