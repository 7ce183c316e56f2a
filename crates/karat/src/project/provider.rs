//! Providers, model names and the user's own prices.

use std::time::Duration;

use karat_providers::Dialect;

use super::problem::Place;
use super::reader::Table;

/// A model provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its name in the file.
    pub name: String,
    /// The API that it speaks.
    pub dialect: Dialect,
    /// Where the API lives, without a trailing slash.
    pub base_url: String,
    /// Name of the environment variable that holds the key.
    pub key_env: Option<String>,
    /// Most calls in flight at once.
    pub concurrency: usize,
    /// Limits of one call.
    pub timeouts: Timeouts,
    /// Further attempts after a retryable failure.
    pub retries: u32,
    /// Where it stands in the file.
    pub place: Place,
}

/// Time limits of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timeouts {
    /// To connect.
    pub connect: Duration,
    /// From the request to the first byte of the answer.
    pub first_byte: Duration,
    /// Between two chunks.
    pub chunk: Duration,
    /// For everything.
    pub total: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            first_byte: Duration::from_mins(1),
            chunk: Duration::from_secs(30),
            total: Duration::from_mins(2),
        }
    }
}

impl Provider {
    /// Whether the server lies on this machine, where many need no key.
    pub fn is_local(&self) -> bool {
        ["http://127.0.0.1", "http://localhost", "http://[::1]"]
            .iter()
            .any(|local| self.base_url.starts_with(local))
    }

    /// The name of the variable that holds the key; none for a server on this machine that names none.
    pub fn key_name(&self) -> Option<String> {
        let usual = || (!self.is_local()).then(|| self.dialect.default_key_name().to_owned());
        self.key_env.clone().or_else(usual)
    }
}

/// A model at a provider, written `provider/model`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ModelName {
    /// The provider's name in the file.
    pub provider: String,
    /// The provider's own name of the model.
    pub model: String,
}

impl ModelName {
    /// Splits `provider/model`; the model may hold further slashes.
    pub fn parse(text: &str) -> Option<Self> {
        let (provider, model) = text.split_once('/')?;
        (!provider.is_empty() && !model.is_empty())
            .then(|| Self { provider: provider.into(), model: model.into() })
    }
}

impl std::fmt::Display for ModelName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.provider, self.model)
    }
}

/// One price of the user's own, in US dollars per million tokens.
#[derive(Clone, Debug, PartialEq)]
pub struct Price {
    /// `provider/model`.
    pub model: String,
    /// What the tokens cost.
    pub price: karat_providers::Price,
}

/// Reads `[providers.NAME]`.
pub fn read(name: &str, table: &Table<'_>) -> Option<Provider> {
    table.check(&[super::fields::PROVIDER]);
    // A wrong dialect is noted already; the provider is still there for those who name it.
    let dialect = table
        .text("dialect")
        .and_then(|name| name.parse::<Dialect>().ok())
        .unwrap_or(Dialect::OpenAiChat);
    let base_url = table.text("base_url").unwrap_or_else(|| dialect.default_base_url().to_owned());
    if !base_url.starts_with("http://") && !base_url.starts_with("https://") {
        table.error(
            "base_url",
            format!("\"{base_url}\" is no address"),
            "begin it with https:// (or http:// for a server on this machine)",
        );
    }
    let standard = Timeouts::default();
    Some(Provider {
        name: name.into(),
        dialect,
        base_url: base_url.trim_end_matches('/').into(),
        key_env: table.text("api_key_env"),
        concurrency: table.integer("concurrency").map_or(64, |n| (n as usize).clamp(1, 4096)),
        timeouts: Timeouts {
            connect: table.duration("connect_timeout").unwrap_or(standard.connect),
            first_byte: table.duration("first_byte_timeout").unwrap_or(standard.first_byte),
            chunk: table.duration("chunk_timeout").unwrap_or(standard.chunk),
            total: table.duration("timeout").unwrap_or(standard.total),
        },
        retries: table.integer("retries").map_or(4, |n| n.min(20) as u32),
        place: table.place.clone(),
    })
}

/// Reads `[prices."PROVIDER/MODEL"]`.
pub fn read_price(name: &str, table: &Table<'_>) -> Option<Price> {
    table.check(&[super::fields::PRICE]);
    let input = table.number("input")?;
    Some(Price {
        model: name.into(),
        price: karat_providers::Price {
            input,
            cached_input: table.number("cached_input").unwrap_or(input),
            cache_write: table.number("cache_write").unwrap_or(input),
            output: table.number("output")?,
        },
    })
}
