//! Pure but for the counts that it is lent: what is done with a request that has arrived whole.

use std::ops::DerefMut;
use std::time::{Duration, Instant};

use karat_providers::chat::json::ShapeError;
use karat_providers::embeddings::parse_embeddings;
use karat_providers::respond::{Stamp, models_body};
use karat_providers::{Dialect, ErrorClass, parse_request};

use crate::mock::choose::{Asked, choose};
use crate::mock::counters::Counters;
use crate::mock::embed;
use crate::mock::faults;
use crate::mock::limits::{Bucket, Level};
use crate::mock::reply::{
    Call, Reply, Response, Said, Then, json_body, rate_headers, retry_headers,
};
use crate::mock::route::Endpoint;
use crate::mock::script::{Name, Script};
use crate::mock::seen::{Log, Rule, Seen};

/// What a server remembers.
#[derive(Debug, Default)]
pub(super) struct State {
    pub(super) n_requests: u64,
    pub(super) log: Log,
    counters: Counters,
    bucket: Option<Bucket>,
}

/// A request and what is known about its arrival.
#[derive(Debug)]
pub(super) struct Arrival<'a> {
    pub(super) endpoint: Endpoint,
    pub(super) key: Option<&'a str>,
    pub(super) body: &'a [u8],
    /// Requests in flight, this one included.
    pub(super) n_in_flight: usize,
    pub(super) at: Instant,
    pub(super) now_ms: i64,
}

/// What a body asks for.
struct Parsed {
    asked: Asked,
    is_stream: bool,
    /// What needs no answer of the script.
    computed: Option<Said>,
}

/// Why a request is not let through.
enum Refusal {
    Key,
    Rate(Duration),
    Concurrency,
    Shape(ShapeError),
    Model(String),
}

/// Decides about one request; `state` lends the counts for a moment.
pub(super) fn decide<S: DerefMut<Target = State>>(
    script: &Script,
    state: impl FnOnce() -> S,
    arrival: &Arrival<'_>,
) -> Reply {
    if let Endpoint::Models(dialect) = arrival.endpoint {
        return list_models(script, dialect, arrival);
    }
    let parsed = parse(arrival.endpoint, arrival.body);
    let mut state = state();
    state.n_requests += 1;
    let n = state.n_requests;
    let level = script.limits.rate.map(|rate| {
        state.bucket.get_or_insert_with(|| Bucket::new(rate, arrival.at)).take(arrival.at)
    });
    let (asked, is_stream) = match &parsed {
        Ok(parsed) => (parsed.asked.clone(), parsed.is_stream),
        Err(_) => (Asked::default(), false),
    };
    let call = Call {
        endpoint: arrival.endpoint,
        body: arrival.body,
        is_stream,
        stamp: stamp(arrival, n),
    };
    let (rule, outcome) = match admit(script, arrival, level.as_ref(), parsed) {
        Err(refusal) => (refusal.rule(), Err(refusal)),
        Ok(Parsed { computed: Some(said @ Said::Count(_)), .. }) => {
            (Rule::Computed, Ok((None, said)))
        }
        Ok(Parsed { computed, .. }) => {
            let choice = choose(script, &mut state.counters, &asked, n);
            let rule = match (choice.rule, &computed) {
                (Rule::Answer(_) | Rule::Echo, Some(_)) => Rule::Computed,
                (rule, _) => rule,
            };
            let said = computed.unwrap_or(Said::Chat(choice.answer));
            (rule, Ok((Some((choice.wait, choice.fault)), said)))
        }
    };
    let (path, model, last_user) = (arrival.endpoint.path(), asked.model, asked.last_user);
    state.log.add(Seen { n, at: arrival.at, path, model, last_user, streamed: is_stream, rule });
    drop(state);
    let (wait, mut then) = match outcome {
        Err(refusal) => (Duration::ZERO, Then::Respond(refusal.response(&call))),
        Ok((Some((wait, Some(fault))), said)) => {
            (wait, faults::spoil(&call, fault, &said, &script.pace))
        }
        Ok((choice, said)) => {
            let wait = choice.map_or(Duration::ZERO, |(wait, _)| wait);
            (wait, Then::Respond(call.answer(&said, &script.pace)))
        }
    };
    if let Then::Respond(response) = &mut then {
        response.headers.push(("x-karat-rule", rule.to_string()));
        if let Some(level) = &level {
            response.headers.extend(rate_headers(call.dialect(), level, call.stamp.created));
        }
    }
    Reply { wait, then }
}

fn parse(endpoint: Endpoint, body: &[u8]) -> Result<Parsed, ShapeError> {
    if endpoint == Endpoint::Embeddings {
        let request = parse_embeddings(body)?;
        let computed = Some(Said::Vectors(embed::vectors(&request)));
        return Ok(Parsed { asked: Asked::of_embeddings(&request), is_stream: false, computed });
    }
    let request = parse_request(endpoint.dialect(), body)?;
    let asked = Asked::of_chat(&request);
    let is_count = endpoint == Endpoint::CountTokens;
    let computed = is_count.then_some(Said::Count(asked.n_input_tokens));
    Ok(Parsed { asked, is_stream: request.stream && !is_count, computed })
}

/// Lets a request through, or says why not, in the order in which providers look.
fn admit(
    script: &Script,
    arrival: &Arrival<'_>,
    level: Option<&Level>,
    parsed: Result<Parsed, ShapeError>,
) -> Result<Parsed, Refusal> {
    if !is_accepted(script, arrival.key) {
        return Err(Refusal::Key);
    }
    if let Some(wait) = level.and_then(|level| level.refused_for) {
        return Err(Refusal::Rate(wait));
    }
    if script.limits.concurrency.is_some_and(|most| arrival.n_in_flight > most) {
        return Err(Refusal::Concurrency);
    }
    let parsed = parsed.map_err(Refusal::Shape)?;
    let model = &parsed.asked.model;
    if script.models.as_ref().is_some_and(|known| !known.iter().any(|name| name.fits(model))) {
        return Err(Refusal::Model(model.clone()));
    }
    Ok(parsed)
}

fn is_accepted(script: &Script, key: Option<&str>) -> bool {
    script.keys.as_ref().is_none_or(|accepted| {
        key.is_some_and(|key| accepted.iter().any(|candidate| candidate == key))
    })
}

/// How long a caller waits who was one too many at once; nobody knows when a slot is free.
const FOR_A_SLOT: Duration = Duration::from_millis(100);

impl Refusal {
    fn rule(&self) -> Rule {
        match self {
            Self::Key => Rule::Key,
            Self::Rate(_) | Self::Concurrency => Rule::Limit,
            Self::Shape(_) => Rule::Shape,
            Self::Model(_) => Rule::Model,
        }
    }

    fn response(self, call: &Call<'_>) -> Response {
        let limited = |message: &str, wait: Duration| {
            let mut response = call.error(ErrorClass::RateLimited, message);
            response.headers.extend(retry_headers(wait));
            response
        };
        match self {
            Self::Key => call.error(ErrorClass::Authentication, "Incorrect API key provided"),
            Self::Rate(wait) => limited("Rate limit reached for requests", wait),
            Self::Concurrency => limited("Too many requests at once", FOR_A_SLOT),
            Self::Shape(error) => call.error(ErrorClass::BadRequest, &error.to_string()),
            Self::Model(model) => {
                let message = format!("The model `{model}` does not exist");
                call.error(ErrorClass::NotFound, &message)
            }
        }
    }
}

fn stamp(arrival: &Arrival<'_>, n: u64) -> Stamp {
    let prefix = match arrival.endpoint.dialect() {
        Dialect::OpenAiChat => "chatcmpl",
        Dialect::OpenAiResponses => "resp",
        Dialect::Anthropic => "msg",
    };
    let created = u64::try_from(arrival.now_ms / 1000).unwrap_or(0);
    Stamp { id: format!("{prefix}_simulated_{n}"), created }
}

/// The known models, or those that the answers name.
fn list_models(script: &Script, dialect: Dialect, arrival: &Arrival<'_>) -> Reply {
    let call =
        Call { endpoint: arrival.endpoint, body: &[], is_stream: false, stamp: stamp(arrival, 0) };
    let response = if is_accepted(script, arrival.key) {
        let named = script.answers.iter().filter_map(|answer| answer.to.model.as_ref());
        let known: Vec<&Name> = match &script.models {
            Some(known) => known.iter().collect(),
            None => named.collect(),
        };
        let mut names: Vec<&str> = Vec::new();
        for name in known {
            if let Name::Exactly(name) = name
                && !names.contains(&name.as_str())
            {
                names.push(name);
            }
        }
        json_body(200, models_body(dialect, &names, call.stamp.created))
    } else {
        Refusal::Key.response(&call)
    };
    Reply { wait: Duration::ZERO, then: Then::Respond(response) }
}
