//! The operation `providers.test`: one short question, and what came of it in a sentence.

use std::time::Duration;

use anyhow::Result;
use karat_providers::{ChatRequest, Message, Role};
use karat_records::{Failure, FailureKind, Hash, Version};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::providers::without_password;
use crate::app::{App, Refusal};
use crate::project::problem::suggestion;
use crate::project::provider::Timeouts;
use crate::project::{Project, Provider, VariantKind};

/// Which provider.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TestProvider {
    /// The provider's name.
    pub provider: String,
    /// The model to ask; the first that a variant uses where absent.
    #[serde(default)]
    pub model: Option<String>,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Tested {
    /// Whether it answered.
    pub is_fine: bool,
    /// What happened and what to do next.
    pub says: String,
    /// Milliseconds until the answer was there.
    pub latency_ms: Option<f64>,
    /// The model that answered, where the provider says so.
    pub served_model: Option<String>,
    /// Whether a scripted server answered.
    pub simulated: bool,
}

/// A person waits for the answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// The catalog's kind of what was seen when a provider was asked last.
const KIND: &str = "provider-seen";

/// Asks a provider one short question.
pub async fn test(app: App, input: TestProvider) -> Result<Tested> {
    let project = app.project()?;
    let Some(provider) = project.provider(&input.provider) else {
        let names: Vec<&str> = project.providers.iter().map(|it| it.name.as_str()).collect();
        return Err(Refusal::not_found(format!(
            "there is no provider {}\n  next: {}",
            input.provider,
            suggestion(&input.provider, names)
        )));
    };
    let model = match input.model.filter(|model| !model.trim().is_empty()) {
        // As people write it everywhere else.
        Some(model) => model.trim_start_matches(&format!("{}/", provider.name)).to_owned(),
        None => first_model(&project, provider).ok_or_else(|| {
            Refusal::invalid(format!(
                "no variant uses {}, so nothing says which model to ask\n  next: name a model",
                provider.name
            ))
        })?,
    };
    let key_name = provider.key_name();
    let key = key_name.as_deref().and_then(|name| app.secret(name));
    if let (Some(name), None, false) = (&key_name, &key, provider.is_local()) {
        return Ok(failed(format!(
            "the key of {} is missing: {name} is not set\n  next: paste the key, or export {name}=…",
            provider.name
        )));
    }
    let tested = ask(&app, provider, key.as_deref(), &model).await;
    if tested.is_fine {
        note_seen(&app, provider, tested.simulated).await?;
    }
    Ok(tested)
}

async fn ask(app: &App, provider: &Provider, key: Option<&str>, model: &str) -> Tested {
    // A door of its own: a test neither waits for a run nor slows it down, and tries once.
    let brief = Provider {
        name: format!("{} (test)", provider.name),
        retries: 0,
        timeouts: Timeouts { total: PATIENCE, first_byte: PATIENCE, ..provider.timeouts },
        ..provider.clone()
    };
    let request = ChatRequest {
        model: model.to_owned(),
        messages: vec![Message::from_text(Role::User, "Answer with the word ok.".to_owned())],
        ..ChatRequest::default()
    };
    let call = app.upstream.chat(&brief, key, &request, 1);
    let Ok(outcome) = tokio::time::timeout(PATIENCE, call).await else {
        return failed(format!(
            "{} did not answer within {} s\n  next: try again, or check its limits",
            provider.name,
            PATIENCE.as_secs()
        ));
    };
    let latency_ms = Some(outcome.latency_ms);
    let simulated = outcome.simulated;
    match outcome.answer {
        Ok(answer) => {
            let served = answer.model_served.clone();
            let by = served.as_deref().unwrap_or(model);
            let what = if simulated { "a scripted server, so nothing of it is real" } else { by };
            let seconds = outcome.latency_ms / 1000.0;
            Tested {
                is_fine: true,
                says: format!("{} answered in {seconds:.1} s: {what}", provider.name),
                latency_ms,
                served_model: served,
                simulated,
            }
        }
        Err(failure) => {
            let says = explained(provider, model, &failure);
            // A server may repeat whatever it was sent.
            let says = match key {
                Some(key) if !key.is_empty() => says.replace(key, "[redacted]"),
                _ => says,
            };
            Tested { latency_ms, simulated, ..failed(says) }
        }
    }
}

fn failed(says: String) -> Tested {
    Tested { is_fine: false, says, latency_ms: None, served_model: None, simulated: false }
}

/// What a failure means for whoever set the provider up.
fn explained(provider: &Provider, model: &str, failure: &Failure) -> String {
    let (name, url) = (&provider.name, without_password(&provider.base_url));
    let key = provider.key_name().unwrap_or_else(|| "api_key_env".into());
    let (what, next) = match failure.kind {
        FailureKind::Unauthorized => (
            format!("{name} does not accept the key"),
            format!(
                "check {key}: a key of another account or vendor, an expired one, or no credit"
            ),
        ),
        FailureKind::Unreachable => (
            format!("nobody answers at {url}"),
            "check base_url, and whether this machine may reach it".into(),
        ),
        FailureKind::Timeout => {
            (format!("{name} did not answer in time"), "try again, or check base_url".into())
        }
        FailureKind::NotFound => (
            format!("{name} knows no model {model}, or {url} is not where its API lives"),
            "check the name of the model, then base_url and dialect".into(),
        ),
        FailureKind::Malformed | FailureKind::Empty => (
            format!("something answers at {url}, but not as {} does", provider.dialect),
            "check dialect and base_url".into(),
        ),
        FailureKind::RateLimited => (
            format!("{name} accepts the connection and asks for fewer calls"),
            "wait a little, or check the limits of the account".into(),
        ),
        FailureKind::ServerError => {
            (format!("{name} is overloaded or broken"), "try again in a few minutes".into())
        }
        _ => (
            format!("{name} refuses the request for {model}"),
            "check the name of the model and the dialect".into(),
        ),
    };
    format!("{what}: {}\n  next: {next}", failure.message)
}

fn first_model(project: &Project, provider: &Provider) -> Option<String> {
    let mut variants = project.features.iter().flat_map(|feature| &feature.variants);
    variants.find_map(|variant| match &variant.kind {
        VariantKind::Chat { model, .. } if model.provider == provider.name => {
            Some(model.model.clone())
        }
        _ => None,
    })
}

async fn note_seen(app: &App, provider: &Provider, simulated: bool) -> Result<()> {
    let content =
        json!({ "base_url": without_password(&provider.base_url), "simulated": simulated });
    let version = Version {
        kind: KIND.to_owned(),
        name: provider.name.clone(),
        hash: Hash::of_json(&content),
        content,
        seen_at_ms: app.clock.now_ms(),
    };
    Ok(app.store()?.catalog.put(version).await?)
}

/// Whether a provider's answers were simulated when it was asked last at this address.
pub async fn last_seen(app: &App, provider: &Provider) -> Result<Option<bool>> {
    let Some(store) = app.existing_store()? else { return Ok(None) };
    let seen = store.catalog.newest(KIND, &provider.name).await?;
    let here = Value::from(without_password(&provider.base_url));
    let seen = seen.map(|version| version.content).filter(|it| it["base_url"] == here);
    Ok(seen.and_then(|content| content["simulated"].as_bool()))
}
