//! Pure. promptfoo's providers as Karat's providers, models and parameters.

use serde_json::{Map, Value, json};

use super::super::plan::{Notes, short_kebab, shorten};
use super::beside::Beside;
use super::vendors::{Route, Vendor, route};

/// A provider as the project file will name it.
#[derive(Clone, Debug, PartialEq)]
pub struct ProviderRow {
    /// Its name.
    pub name: String,
    /// The API.
    pub dialect: &'static str,
    /// Where it lives, if not at the vendor's own place.
    pub base_url: Option<String>,
    /// The key's variable.
    pub key_env: Option<String>,
}

/// One entry of the list of providers.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Short, from label or model; not yet unique.
    pub name: String,
    /// How it answers.
    pub way: Way,
    /// The prompts that it is asked with; all where empty.
    pub prompts: Vec<String>,
}

/// How an entry answers.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    /// A model.
    Model {
        /// `provider/model`.
        model: String,
        /// Passed as they are.
        parameters: Map<String, Value>,
        /// Tool definitions.
        tools: Option<Value>,
    },
    /// A Python file with a function, and its config.
    Python {
        /// Relative to the project's folder.
        path: String,
        /// The function.
        function: String,
        /// What the function gets as `options["config"]`.
        config: Map<String, Value>,
    },
    /// A variant that a person has to finish: lines for a comment.
    Unfinished(Vec<String>),
}

/// Everything about providers and models.
#[derive(Debug, Default)]
pub struct Models {
    /// Providers in the order of their first use.
    pub providers: Vec<ProviderRow>,
    /// Entries in the config's order.
    pub entries: Vec<Entry>,
    /// Calls at once, where the config says so.
    pub concurrency: Option<u64>,
}

/// Settings of a provider that say where it lives, not how it answers.
const PLACE: [&str; 9] = [
    "apiBaseUrl",
    "apiHost",
    "apiKey",
    "apiKeyEnvar",
    "organization",
    "headers",
    "cost",
    "basePath",
    "passthrough",
];

impl Models {
    /// Reads `providers`, also called `targets`.
    pub fn read(
        &mut self,
        config: &Map<String, Value>,
        prefix: Option<&str>,
        beside: &dyn Beside,
        notes: &mut Notes,
    ) {
        self.concurrency = config
            .get("evaluateOptions")
            .and_then(|options| options["maxConcurrency"].as_u64())
            .filter(|n| *n > 0);
        let list = config.get("providers").or_else(|| config.get("targets"));
        let list = match list {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(list)) => list.clone(),
            Some(one) => vec![one.clone()],
        };
        for entry in &list {
            self.entry(entry, prefix, beside, notes);
        }
    }

    fn entry(
        &mut self,
        entry: &Value,
        prefix: Option<&str>,
        beside: &dyn Beside,
        notes: &mut Notes,
    ) {
        let none = Map::new();
        let (id, fields) = match entry {
            Value::String(id) => (id.as_str(), &none),
            Value::Object(map) if map.contains_key("id") => {
                (map["id"].as_str().unwrap_or_default(), map)
            }
            // { "openai:gpt-4o": { config: … } }
            Value::Object(map) if map.len() == 1 => match map.iter().next() {
                Some((id, Value::Object(fields))) => (id.as_str(), fields),
                Some((id, _)) => (id.as_str(), &none),
                None => return,
            },
            other => {
                notes.add(
                    format!("provider {}", shorten(&other.to_string(), 40)),
                    "it has no id",
                    "add a variant by hand",
                );
                return;
            }
        };
        let label = fields.get("label").and_then(Value::as_str);
        let prompts = match fields.get("prompts") {
            Some(Value::Array(names)) => {
                names.iter().filter_map(|name| name.as_str().map(str::to_owned)).collect()
            }
            Some(Value::String(name)) => vec![name.clone()],
            _ => Vec::new(),
        };
        for key in fields
            .keys()
            .filter(|key| !matches!(key.as_str(), "id" | "label" | "config" | "prompts" | "delay"))
        {
            let next = if key == "transform" {
                "look at a part of the answer with path = \"$.field\" in the scorers, or transform in a variant of kind command"
            } else {
                "look whether you need it"
            };
            notes.add(format!("provider {id}: {key}"), "karat has no such setting", next);
        }
        let config = fields.get("config").and_then(Value::as_object).cloned().unwrap_or_default();
        let what = format!("provider {}", shorten(id, 60));
        let way = match route(id) {
            Route::Echo => {
                notes.add(what, "it repeats the prompt, which proves nothing", "nothing to do");
                return;
            }
            Route::Stranger(why, next) => {
                notes.add(what, why, next);
                match unfinished(id, &config) {
                    Some(lines) => Way::Unfinished(lines),
                    None => return,
                }
            }
            Route::Python { path, function } => {
                let Some(prefix) = prefix else {
                    notes.add(
                        what,
                        "the program lies outside the project's folder",
                        "copy it beside karat.toml and add a variant with kind = \"command\"",
                    );
                    return;
                };
                if let Err(reason) = beside.text(&path) {
                    notes.add(
                        what,
                        reason,
                        "correct the path and add a variant with kind = \"command\"",
                    );
                    return;
                }
                Way::Python {
                    path: format!("{prefix}{path}"),
                    function,
                    config: without_secrets(config, &what, notes),
                }
            }
            Route::Model { vendor, model, differs } => {
                if let Some(differs) = differs {
                    notes.add(&what, differs, "compare a few answers");
                }
                self.model(&what, vendor, &model, config, notes)
            }
        };
        let of_id = id.rsplit([':', '/']).find(|part| !part.is_empty()).unwrap_or("model");
        let of_id = match &way {
            Way::Model { model, .. } => model.rsplit('/').next().unwrap_or(of_id),
            Way::Python { path, .. } => {
                path.rsplit('/').next().unwrap_or(of_id).trim_end_matches(".py")
            }
            Way::Unfinished(_) => of_id,
        };
        let name = short_kebab(label.unwrap_or(of_id), 28);
        let name = if name.is_empty() { "model".to_owned() } else { name };
        self.entries.push(Entry { name, way, prompts });
    }

    fn model(
        &mut self,
        what: &str,
        vendor: Vendor,
        model: &str,
        mut config: Map<String, Value>,
        notes: &mut Notes,
    ) -> Way {
        let text = |name: &str| {
            config
                .get(name)
                .and_then(Value::as_str)
                .filter(|text| !text.contains("{{"))
                .map(str::to_owned)
        };
        let base_url = text("apiBaseUrl")
            .or_else(|| text("apiHost").map(|host| format!("https://{host}/v1")))
            .or_else(|| vendor.base_url.map(str::to_owned));
        let key_env = text("apiKeyEnvar")
            .or_else(|| key_in_template(&config))
            .or_else(|| vendor.key_env.map(str::to_owned));
        if let Some(key) = config.get("apiKey").and_then(Value::as_str)
            && !key.contains("{{")
        {
            let variable = key_env.as_deref().unwrap_or("NAME");
            notes.add(
                format!("{what}: apiKey"),
                "a key does not belong into a file that goes into git",
                format!("karat key set {variable}"),
            );
        }
        for name in ["organization", "headers", "basePath"] {
            if config.contains_key(name) {
                notes.add(
                    format!("{what}: {name}"),
                    "a provider sends no headers of its own",
                    "put a proxy between, with base_url",
                );
            }
        }
        if let Some(cost) = config.get("cost") {
            notes.add(
                format!("{what}: cost {cost}"),
                "prices are per million tokens, in and out",
                "add [prices.\"PROVIDER/MODEL\"]",
            );
        }
        let extra = config.get("passthrough").and_then(Value::as_object).cloned();
        for name in PLACE {
            config.remove(name);
        }
        config.extend(extra.into_iter().flatten());
        let tools = config.remove("tools").filter(|tools| {
            tools
                .as_array()
                .is_some_and(|list| !list.is_empty() && list.iter().all(Value::is_object))
        });
        let mut parameters = Map::new();
        for (name, value) in config {
            if matches!(
                name.as_str(),
                "functionToolCallbacks"
                    | "functions"
                    | "function_call"
                    | "showThinking"
                    | "mcp"
                    | "maxRetries"
            ) {
                notes.add(
                    format!("{what}: {name}"),
                    "the vendor's API has no such parameter, or no longer",
                    "look whether you need it",
                );
            } else if value
                .as_str()
                .is_some_and(|text| text.contains("file://") || text.contains("{{"))
            {
                notes.add(format!("{what}: {name}"), "its value is taken from elsewhere", "write it into the variant's parameters; a schema goes into the feature's output");
            } else if !value.is_null() {
                parameters.insert(name, value);
            }
        }
        let provider = self.provider(&vendor, base_url, key_env);
        Way::Model { model: format!("{provider}/{model}"), parameters, tools }
    }

    /// The name of the provider that lives there; a new row where none does yet.
    fn provider(
        &mut self,
        vendor: &Vendor,
        base_url: Option<String>,
        key_env: Option<String>,
    ) -> String {
        let dialect = vendor.dialect;
        if let Some(row) = self.providers.iter().find(|row| {
            row.dialect == dialect && row.base_url == base_url && row.key_env == key_env
        }) {
            return row.name.clone();
        }
        let mut taken: Vec<String> = self.providers.iter().map(|row| row.name.clone()).collect();
        let name = super::super::plan::unique(vendor.name, &mut taken);
        self.providers.push(ProviderRow { name: name.clone(), dialect, base_url, key_env });
        name
    }

    /// `provider/model` for an id that a judge or an embedding names; the provider is added where it is new.
    pub fn model_of(&mut self, id: &str) -> Option<String> {
        let id = id.replace(":embedding:", ":").replace(":embeddings:", ":");
        match route(&id) {
            Route::Model { vendor, model, .. } => {
                let base_url = vendor.base_url.map(str::to_owned);
                let provider = self.provider(&vendor, base_url, vendor.key_env.map(str::to_owned));
                Some(format!("{provider}/{model}"))
            }
            _ => None,
        }
    }

    /// The judge where a config names none.
    pub fn usual_judge(&mut self) -> String {
        let only_anthropic = !self.providers.is_empty()
            && self.providers.iter().all(|row| row.dialect == "anthropic");
        let id = if only_anthropic { "anthropic:claude-sonnet-4-5" } else { "openai:gpt-5" };
        self.model_of(id).unwrap_or_default()
    }
}

/// A program's config stands in the project file, and keys do not.
fn without_secrets(
    config: Map<String, Value>,
    what: &str,
    notes: &mut Notes,
) -> Map<String, Value> {
    let is_secret = |name: &str| {
        let name = name.to_lowercase();
        ["key", "secret", "password"].iter().any(|word| name.ends_with(word))
    };
    let (secrets, kept): (Map<_, _>, Map<_, _>) =
        config.into_iter().partition(|(name, _)| is_secret(name));
    for name in secrets.keys() {
        notes.add(
            format!("{what}: {name}"),
            "a key does not belong into a file that goes into git",
            "let the program read it from the environment",
        );
    }
    kept
}

/// `apiKey: "{{ env.NAME }}"`
fn key_in_template(config: &Map<String, Value>) -> Option<String> {
    let text = config.get("apiKey")?.as_str()?;
    let inside = text.trim().strip_prefix("{{")?.strip_suffix("}}")?.trim();
    let name = inside.strip_prefix("env.").or_else(|| inside.strip_prefix("process.env."))?;
    name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_').then(|| name.to_owned())
}

/// A variant that the user can finish, as it would stand in the file.
fn unfinished(id: &str, config: &Map<String, Value>) -> Option<Vec<String>> {
    use super::super::toml_text::{table, text};
    let mut map = Map::new();
    if let Some(line) = id.strip_prefix("exec:") {
        map.insert("kind".into(), json!("command"));
        map.insert("run".into(), json!(line.trim()));
    } else if id.starts_with("http") {
        let url = if id.contains("://") { id } else { config.get("url")?.as_str()? };
        map.insert("kind".into(), json!("http"));
        map.insert("url".into(), json!(url));
        let transform = ["transformResponse", "responseParser"]
            .iter()
            .find_map(|name| config.get(*name)?.as_str());
        let path = transform.and_then(|text| text.strip_prefix("json.")).filter(|path| {
            path.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '[' | ']'))
        });
        if let Some(path) = path {
            map.insert("answer".into(), json!(format!("$.{path}")));
        }
    } else {
        return None;
    }
    let lines = map.iter().map(|(name, value)| match value {
        Value::String(value) => format!("{name} = {}", text(value)),
        other => format!("{name} = {}", table(other.as_object().unwrap_or(&Map::new()))),
    });
    Some(lines.collect())
}
