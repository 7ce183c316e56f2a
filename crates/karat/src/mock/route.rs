//! Pure. Which endpoint a request is for, with `/v1` before its path or without.

use karat_providers::Dialect;

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endpoint {
    /// An answer to a conversation.
    Chat(Dialect),
    /// Vectors.
    Embeddings,
    /// The number of tokens of a conversation.
    CountTokens,
    /// The list of models.
    Models(Dialect),
}

/// Why a request is for none of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stray {
    /// There is no such path.
    Path,
    /// The path has another method.
    Method,
}

impl Endpoint {
    /// The dialect of its errors.
    pub(super) fn dialect(self) -> Dialect {
        match self {
            Self::Chat(dialect) | Self::Models(dialect) => dialect,
            Self::Embeddings => Dialect::OpenAiChat,
            Self::CountTokens => Dialect::Anthropic,
        }
    }

    /// Its path, for the log.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Chat(Dialect::OpenAiChat) => "/v1/chat/completions",
            Self::Chat(Dialect::OpenAiResponses) => "/v1/responses",
            Self::Chat(Dialect::Anthropic) => "/v1/messages",
            Self::Embeddings => "/v1/embeddings",
            Self::CountTokens => "/v1/messages/count_tokens",
            Self::Models(_) => "/v1/models",
        }
    }
}

/// Finds the endpoint; `caller` is the dialect of a path that several vendors have.
pub(super) fn route(method: &str, path: &str, caller: Dialect) -> Result<Endpoint, Stray> {
    let path = path.strip_prefix("/v1").unwrap_or(path);
    let (wanted, endpoint) = match path.trim_end_matches('/') {
        "/chat/completions" => ("POST", Endpoint::Chat(Dialect::OpenAiChat)),
        "/responses" => ("POST", Endpoint::Chat(Dialect::OpenAiResponses)),
        "/messages" => ("POST", Endpoint::Chat(Dialect::Anthropic)),
        "/messages/count_tokens" => ("POST", Endpoint::CountTokens),
        "/embeddings" => ("POST", Endpoint::Embeddings),
        "/models" => ("GET", Endpoint::Models(caller)),
        _ => return Err(Stray::Path),
    };
    if method == wanted { Ok(endpoint) } else { Err(Stray::Method) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_endpoint_is_found_with_and_without_the_version() {
        for (method, path, wanted) in [
            ("POST", "/chat/completions", Endpoint::Chat(Dialect::OpenAiChat)),
            ("POST", "/responses", Endpoint::Chat(Dialect::OpenAiResponses)),
            ("POST", "/messages", Endpoint::Chat(Dialect::Anthropic)),
            ("POST", "/messages/count_tokens", Endpoint::CountTokens),
            ("POST", "/embeddings", Endpoint::Embeddings),
            ("GET", "/models", Endpoint::Models(Dialect::Anthropic)),
        ] {
            let caller = Dialect::Anthropic;
            assert_eq!(route(method, path, caller), Ok(wanted));
            assert_eq!(route(method, &format!("/v1{path}"), caller), Ok(wanted));
            assert_eq!(wanted.path(), format!("/v1{path}"));
        }
    }

    #[test]
    fn strays_are_told_what_is_wrong() {
        assert_eq!(route("GET", "/v1/messages", Dialect::OpenAiChat), Err(Stray::Method));
        assert_eq!(route("POST", "/v1/message", Dialect::OpenAiChat), Err(Stray::Path));
    }
}
