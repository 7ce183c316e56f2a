//! Pure. The dialects that are spoken, with what each vendor fixes: address, paths, key name, authorization.

use std::fmt;
use std::str::FromStr;

/// The wire format of a model vendor's API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Dialect {
    /// `POST /chat/completions`, spoken by `OpenAI` and by most compatible servers.
    OpenAiChat,
    /// `POST /responses`, spoken by `OpenAI`.
    OpenAiResponses,
    /// `POST /v1/messages`, spoken by Anthropic.
    Anthropic,
}

/// A dialect's name that is none of the known ones.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown dialect {name:?}; the known ones are openai-chat, openai-responses and anthropic")]
pub struct UnknownDialect {
    /// The name as it was written.
    pub name: String,
}

impl Dialect {
    /// Every dialect, in the order in which they are documented.
    pub const ALL: [Self; 3] = [Self::OpenAiChat, Self::OpenAiResponses, Self::Anthropic];

    /// The name used in project files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OpenAiChat => "openai-chat",
            Self::OpenAiResponses => "openai-responses",
            Self::Anthropic => "anthropic",
        }
    }

    /// The vendor's own address, used when a provider does not set one.
    pub fn default_base_url(self) -> &'static str {
        match self {
            Self::OpenAiChat | Self::OpenAiResponses => "https://api.openai.com/v1",
            Self::Anthropic => "https://api.anthropic.com",
        }
    }

    /// The environment variable in which the vendor's own SDK looks for the key.
    pub fn default_key_name(self) -> &'static str {
        match self {
            Self::OpenAiChat | Self::OpenAiResponses => "OPENAI_API_KEY",
            Self::Anthropic => "ANTHROPIC_API_KEY",
        }
    }

    /// The path of the endpoint that answers a conversation, relative to the base URL.
    pub fn chat_path(self) -> &'static str {
        match self {
            Self::OpenAiChat => "/chat/completions",
            Self::OpenAiResponses => "/responses",
            Self::Anthropic => "/v1/messages",
        }
    }

    /// The path of the list of models, relative to the base URL.
    pub fn models_path(self) -> &'static str {
        match self {
            Self::OpenAiChat | Self::OpenAiResponses => "/models",
            Self::Anthropic => "/v1/models",
        }
    }

    /// The path of the embeddings endpoint, where the vendor has one.
    pub fn embeddings_path(self) -> Option<&'static str> {
        match self {
            Self::OpenAiChat | Self::OpenAiResponses => Some("/embeddings"),
            Self::Anthropic => None,
        }
    }
}

impl FromStr for Dialect {
    type Err = UnknownDialect;

    fn from_str(name: &str) -> Result<Self, UnknownDialect> {
        Self::ALL
            .into_iter()
            .find(|dialect| dialect.as_str() == name)
            .ok_or_else(|| UnknownDialect { name: name.to_owned() })
    }
}

impl fmt::Display for Dialect {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The header that carries the key, as `(name, value)`; kept apart from the request so that a request can be shown.
pub fn authorization(dialect: Dialect, key: &str) -> (&'static str, String) {
    match dialect {
        Dialect::OpenAiChat | Dialect::OpenAiResponses => {
            ("authorization", format!("Bearer {key}"))
        }
        Dialect::Anthropic => ("x-api-key", key.to_owned()),
    }
}

/// Joins a base URL and a path, also when both name the version: `…/v1` and `/v1/messages` meet once.
pub fn join_url(base_url: &str, path: &str) -> String {
    let base = base_url.trim_end_matches('/');
    let path = match path.strip_prefix("/v1/") {
        Some(rest) if base.ends_with("/v1") => rest,
        _ => path.trim_start_matches('/'),
    };
    format!("{base}/{path}")
}
