//! Pure. Where promptfoo's provider ids lead: a long table of vendors with an API that Karat speaks.

/// An API that is reached by a base URL and a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vendor {
    /// As the project file will name it.
    pub name: &'static str,
    /// `openai-chat`, `openai-responses` or `anthropic`.
    pub dialect: &'static str,
    /// Where the API lives; the dialect's own where absent.
    pub base_url: Option<&'static str>,
    /// Name of the key's variable; none for a server on this machine.
    pub key_env: Option<&'static str>,
}

/// Where a provider id leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Route {
    /// A model at a vendor, and what is not quite the same.
    Model {
        /// The vendor.
        vendor: Vendor,
        /// Its own name of the model.
        model: String,
        /// What differs, where something does.
        differs: Option<&'static str>,
    },
    /// A Python file with a `call_api`.
    Python {
        /// As the config writes it.
        path: String,
        /// The function.
        function: String,
    },
    /// Promptfoo's own echo.
    Echo,
    /// Nothing that can be taken over: why, and what to do.
    Stranger(&'static str, &'static str),
}

const fn vendor(
    name: &'static str,
    dialect: &'static str,
    base_url: Option<&'static str>,
    key_env: Option<&'static str>,
) -> Vendor {
    Vendor { name, dialect, base_url, key_env }
}

const OPENAI: Vendor = vendor("openai", "openai-chat", None, Some("OPENAI_API_KEY"));
const RESPONSES: Vendor =
    vendor("openai-responses", "openai-responses", None, Some("OPENAI_API_KEY"));
const ANTHROPIC: Vendor = vendor("anthropic", "anthropic", None, Some("ANTHROPIC_API_KEY"));
const OLLAMA: Vendor = vendor("ollama", "openai-chat", Some("http://localhost:11434/v1"), None);

/// Vendors that speak the dialect of `OpenAI`: prefix in promptfoo, base URL, key.
const COMPATIBLE: &[(&str, &str, &str, &str)] = &[
    ("openrouter", "openrouter", "https://openrouter.ai/api/v1", "OPENROUTER_API_KEY"),
    ("mistral", "mistral", "https://api.mistral.ai/v1", "MISTRAL_API_KEY"),
    ("groq", "groq", "https://api.groq.com/openai/v1", "GROQ_API_KEY"),
    ("deepseek", "deepseek", "https://api.deepseek.com/v1", "DEEPSEEK_API_KEY"),
    ("togetherai", "together", "https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    ("together", "together", "https://api.together.xyz/v1", "TOGETHER_API_KEY"),
    ("xai", "xai", "https://api.x.ai/v1", "XAI_API_KEY"),
    ("cerebras", "cerebras", "https://api.cerebras.ai/v1", "CEREBRAS_API_KEY"),
    ("fireworks", "fireworks", "https://api.fireworks.ai/inference/v1", "FIREWORKS_API_KEY"),
    ("perplexity", "perplexity", "https://api.perplexity.ai", "PERPLEXITY_API_KEY"),
    (
        "google",
        "google",
        "https://generativelanguage.googleapis.com/v1beta/openai",
        "GEMINI_API_KEY",
    ),
];

/// Where this id leads.
pub fn route(id: &str) -> Route {
    let id = id.trim();
    if id == "echo" {
        return Route::Echo;
    }
    if let Some(path) = id.strip_prefix("python:").or_else(|| id.strip_prefix("file://")) {
        let path = path.strip_prefix("file://").unwrap_or(path);
        return python(path.strip_prefix("./").unwrap_or(path));
    }
    if id.starts_with("http://") || id.starts_with("https://") || matches!(id, "http" | "https") {
        return Route::Stranger(
            "its request is built from a template, and a variant of kind http sends {id, trial, input}",
            "let the endpoint accept that, then uncomment the variant below; or wrap the request in a program and use kind = \"command\"",
        );
    }
    if id.starts_with("exec:") {
        return Route::Stranger(
            "promptfoo passes the filled-in prompt as an argument, and a variant of kind command gets {id, trial, input} as JSON on stdin",
            "read the JSON in the program, then uncomment the variant below",
        );
    }
    let Some((prefix, rest)) = id.split_once(':') else {
        return Route::Stranger(
            "this provider is not known here",
            "add [providers.NAME] and a variant by hand",
        );
    };
    let model = |vendor: Vendor, model: &str, differs| {
        if model.is_empty() {
            Route::Stranger("it names no model", "write provider:model")
        } else {
            Route::Model { vendor, model: model.to_owned(), differs }
        }
    };
    let (kind, name) = rest.split_once(':').unwrap_or(("", rest));
    match (prefix, kind) {
        ("openai", "chat" | "") => model(OPENAI, name, None),
        ("openai", "responses") => model(RESPONSES, name, None),
        ("openai", "completion" | "assistant" | "realtime" | "image" | "embedding" | "embeddings" | "moderation" | "transcription" | "video" | "agents" | "codex-sdk" | "chatkit") => {
            Route::Stranger("only chat and responses models answer prompts here", "choose a chat model, or use kind = \"command\"")
        }
        // A fine-tuned model has colons of its own: ft:gpt-4o-mini:acme::id.
        ("openai", _) => model(OPENAI, rest, None),
        ("anthropic", "messages" | "") => model(ANTHROPIC, name, None),
        ("ollama", "chat") => model(OLLAMA, name, None),
        ("ollama", "completion") => model(OLLAMA, name, Some("promptfoo asks its completion endpoint, Karat its chat endpoint")),
        ("ollama", "embeddings") => Route::Stranger("it embeds and does not answer", "name it in a scorer of kind similar"),
        // Models of Ollama carry their size behind a colon: llama3:8b.
        ("ollama", _) => model(OLLAMA, rest, Some("promptfoo asks its completion endpoint, Karat its chat endpoint")),
        ("azure" | "azureopenai", _) => Route::Stranger("Azure wants the key in a header of its own", "reach the deployment through a proxy that speaks OpenAI's dialect: [providers.azure] with base_url"),
        ("bedrock" | "vertex" | "sagemaker" | "watsonx", _) => Route::Stranger("this cloud signs requests in a way of its own", "reach it through a proxy that speaks OpenAI's dialect: [providers.NAME] with base_url"),
        ("webhook", _) => Route::Stranger("a webhook gets the filled-in prompt, a variant of kind http {id, trial, input}", "let it accept that and add a variant with kind = \"http\""),
        _ => compatible(prefix, rest).unwrap_or(Route::Stranger(
            "this provider is not known here",
            "if it speaks OpenAI's dialect, add [providers.NAME] with base_url and a variant by hand",
        )),
    }
}

fn compatible(prefix: &str, rest: &str) -> Option<Route> {
    let (_, name, base_url, key) = COMPATIBLE.iter().find(|(known, ..)| *known == prefix)?;
    let model = rest.strip_prefix("chat:").unwrap_or(rest);
    if model.is_empty() || model.starts_with("embedding") {
        return None;
    }
    let differs =
        (prefix == "google").then_some("asked through Google's OpenAI-compatible endpoint");
    Some(Route::Model {
        vendor: vendor(name, "openai-chat", Some(base_url), Some(key)),
        model: model.to_owned(),
        differs,
    })
}

fn python(path: &str) -> Route {
    let (file, function) = match path.rsplit_once(".py:") {
        Some((stem, function)) => (format!("{stem}.py"), function),
        None => (path.to_owned(), "call_api"),
    };
    if file.to_lowercase().ends_with(".py") {
        return Route::Python { path: file, function: function.to_owned() };
    }
    Route::Stranger(
        "it is a program for promptfoo's own runtime",
        "let it read {id, trial, input} as JSON on stdin and print the answer, and add a variant with kind = \"command\"",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_lead_to_vendors_and_models() {
        for (id, wanted) in [
            ("openai:gpt-4o-mini", Some(("openai", "gpt-4o-mini"))),
            ("openai:chat:gpt-4o", Some(("openai", "gpt-4o"))),
            ("openai:chat:ft:gpt-4o:acme::x", Some(("openai", "ft:gpt-4o:acme::x"))),
            ("openai:responses:gpt-5", Some(("openai-responses", "gpt-5"))),
            ("anthropic:messages:claude-sonnet-4-5", Some(("anthropic", "claude-sonnet-4-5"))),
            ("anthropic:claude-haiku-4-5", Some(("anthropic", "claude-haiku-4-5"))),
            ("ollama:llama3:8b", Some(("ollama", "llama3:8b"))),
            ("ollama:chat:llama3:8b", Some(("ollama", "llama3:8b"))),
            ("openrouter:meta-llama/llama-3-70b", Some(("openrouter", "meta-llama/llama-3-70b"))),
            ("openai:embedding:x", None),
            ("openai:", None),
            ("bedrock:anthropic.claude", None),
            ("exec:./run.sh", None),
            ("https://example.com", None),
            ("nonsense", None),
        ] {
            let found = match route(id) {
                Route::Model { vendor, model, .. } => Some((vendor.name, model)),
                _ => None,
            };
            assert_eq!(found, wanted.map(|(name, model)| (name, model.to_owned())), "{id}");
        }
        let wanted = Route::Python { path: "p/call.py".into(), function: "ask".into() };
        assert_eq!(route("file://./p/call.py:ask"), wanted);
    }
}
