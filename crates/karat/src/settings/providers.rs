//! The operation `providers.list`.

use anyhow::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::connection;
use crate::app::App;
use crate::project::{Project, VariantKind};

/// Nothing to say: the providers are those of the project.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListProviders {}

/// All providers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProviderList {
    /// In the order of the file.
    pub providers: Vec<ProviderShown>,
}

/// One provider.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ProviderShown {
    /// Its name.
    pub name: String,
    /// The shape of its API.
    pub dialect: String,
    /// Where the API lives.
    pub base_url: String,
    /// The name under which the key is looked for; null where none is needed.
    pub key_name: Option<String>,
    /// Whether the key is there; the key itself is never shown.
    pub has_key: bool,
    /// Variants that ask it, as `feature/variant`.
    pub used_by: Vec<String>,
    /// Whether its answers were simulated when it was asked last; null where that is not known.
    pub simulated: Option<bool>,
}

/// Lists the providers.
pub async fn list(app: App, _input: ListProviders) -> Result<ProviderList> {
    let project = app.project()?;
    let mut providers = Vec::new();
    for provider in &project.providers {
        let key_name = provider.key_name();
        providers.push(ProviderShown {
            name: provider.name.clone(),
            dialect: provider.dialect.to_string(),
            base_url: without_password(&provider.base_url),
            has_key: key_name.as_deref().is_some_and(|name| app.secret(name).is_some()),
            key_name,
            used_by: used_by(&project, &provider.name),
            simulated: connection::last_seen(&app, provider).await?,
        });
    }
    Ok(ProviderList { providers })
}

/// Variants that ask a provider.
fn used_by(project: &Project, provider: &str) -> Vec<String> {
    let mut used = Vec::new();
    for feature in &project.features {
        for variant in &feature.variants {
            if let VariantKind::Chat { model, .. } = &variant.kind
                && model.provider == provider
            {
                used.push(format!("{}/{}", feature.name, variant.name));
            }
        }
    }
    used
}

/// The address without a name and password that somebody wrote into it.
pub fn without_password(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    match rest[..end].rfind('@') {
        Some(at) => format!("{scheme}://{}", &rest[at + 1..]),
        None => url.to_owned(),
    }
}
