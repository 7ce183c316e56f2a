//! Variants as the project file names them: ways to produce one answer.

use std::collections::BTreeMap;
use std::time::Duration;

use karat_records::Hash;
use serde_json::{Map, Value, json};

use super::fields::{ANSWER_COLUMNS, VARIANT, VARIANT_KINDS, variant_fields};
use super::files::Files;
use super::problem::{Place, suggestion};
use super::prompt::Prompt;
use super::provider::{ModelName, Provider};
use super::reader::Table;
use super::rules::Rules;

/// One way to produce the feature's output.
#[derive(Clone, Debug)]
pub struct Variant {
    /// Its name in the file.
    pub name: String,
    /// How the answer is produced.
    pub kind: VariantKind,
    /// May stand in a waterfall without a proof.
    pub is_unproven: bool,
    /// Everything that shapes an answer.
    pub hash: Hash,
    /// Where it stands in the file.
    pub place: Place,
}

/// How the answer is produced.
#[derive(Clone, Debug)]
pub enum VariantKind {
    /// A prompt on a model.
    Chat {
        /// The model.
        model: ModelName,
        /// The prompt.
        prompt: Prompt,
        /// Passed to the provider as they are.
        parameters: Map<String, Value>,
        /// Tool definitions.
        tools: Vec<Value>,
        /// JSON Schema that the provider is asked to follow.
        output: Option<Value>,
    },
    /// Ordered rules.
    Rules(Rules),
    /// The user's own program.
    Command {
        /// Program and arguments.
        run: Vec<String>,
        /// Time for one answer.
        timeout: Duration,
        /// Most address space in MiB.
        memory_mb: Option<u64>,
        /// Most programs at once.
        concurrency: Option<usize>,
    },
    /// The user's own endpoint.
    Http {
        /// Receives the case by POST.
        url: String,
        /// Sent with each request; `$NAME` is taken from the environment.
        headers: BTreeMap<String, String>,
        /// Path of the answer in the response.
        answer: Option<String>,
        /// Time for one answer.
        timeout: Duration,
        /// Most requests at once.
        concurrency: usize,
    },
    /// Answers that were collected elsewhere.
    Recorded {
        /// Where they lie.
        source: RecordedSource,
        /// True where a person answered.
        is_human: bool,
    },
}

/// Where recorded answers lie.
#[derive(Clone, Debug)]
pub enum RecordedSource {
    /// A file of answers.
    File {
        /// Path, relative to the project's folder.
        file: String,
        /// Which column is which.
        columns: AnswerColumns,
    },
    /// A column of the feature's dataset.
    Column(String),
}

/// Column names of recorded answers, where they are not the usual ones.
#[derive(Clone, Debug, Default)]
pub struct AnswerColumns {
    /// Column of the case id.
    pub id: Option<String>,
    /// Column of the repetition.
    pub trial: Option<String>,
    /// Column of the answer.
    pub output: Option<String>,
    /// Column of the reason why there is no answer.
    pub error: Option<String>,
    /// Column of the person who answered.
    pub annotator: Option<String>,
}

impl VariantKind {
    /// The kind's word in the file.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Chat { .. } => "chat",
            Self::Rules(_) => "rules",
            Self::Command { .. } => "command",
            Self::Http { .. } => "http",
            Self::Recorded { is_human: false, .. } => "recorded",
            Self::Recorded { is_human: true, .. } => "human",
        }
    }
}

/// Reads one variant.
pub fn read(
    name: &str,
    table: &Table<'_>,
    files: Files<'_>,
    providers: &[Provider],
    output: Option<&Value>,
) -> Option<Variant> {
    let word = table.text("kind").unwrap_or_default();
    if VARIANT_KINDS.contains(&word.as_str()) {
        table.check(&[VARIANT, variant_fields(&word)]);
    } else {
        // Without its kind nothing is known about the other fields: only the kind is reported.
        let next = format!("write kind = … with one of {}", VARIANT_KINDS.join(", "));
        if table.has("kind") {
            table.error(
                "kind",
                format!("there is no kind of variant called \"{word}\""),
                suggestion(&word, VARIANT_KINDS.iter().copied()),
            );
        } else {
            table.problems().error(&table.place, "`kind` is missing", next);
        }
        return None;
    }
    let (kind, content) = match word.as_str() {
        "chat" => chat(table, files, providers, output)?,
        "rules" => rules(table, files)?,
        "command" => command(table, files)?,
        "http" => http(table)?,
        _ => recorded(table, files, word == "human")?,
    };
    let hash = Hash::of_json(&json!({ "kind": word, "content": content }));
    Some(Variant {
        name: name.into(),
        kind,
        is_unproven: table.flag("unproven"),
        hash,
        place: table.place.clone(),
    })
}

fn chat(
    table: &Table<'_>,
    files: Files<'_>,
    providers: &[Provider],
    output: Option<&Value>,
) -> Option<(VariantKind, Value)> {
    let model = model(table, "model", providers);
    let place = table.place_of("prompt");
    let prompt = table.text("prompt").and_then(|file| {
        let prompt = Prompt::parse(&file, &files.text(&file, &place)?);
        prompt.check(&place, files.problems);
        Some(prompt)
    });
    let tools = match table.text("tools") {
        None => Vec::new(),
        Some(file) => {
            if let Value::Array(tools) = files.json(&file, &table.place_of("tools"))? {
                tools
            } else {
                table.error(
                    "tools",
                    format!("{file} holds no list"),
                    "write a JSON list of tool definitions",
                );
                return None;
            }
        }
    };
    let (model, provider) = model?;
    let prompt = prompt?;
    let parameters = table.map("parameters");
    let content = json!({
        "model": model.to_string(), "dialect": provider.dialect.as_str(), "base_url": provider.base_url,
        "prompt": prompt.parts.iter().map(|part| json!([part.role.name(), part.source])).collect::<Vec<_>>(),
        "parameters": parameters, "tools": tools, "output": output,
    });
    Some((VariantKind::Chat { model, prompt, parameters, tools, output: output.cloned() }, content))
}

/// Reads a `provider/model` whose provider must be known.
pub fn model<'p>(
    table: &Table<'_>,
    field: &str,
    providers: &'p [Provider],
) -> Option<(ModelName, &'p Provider)> {
    let text = table.text(field)?;
    parse_model(&text, field, table, providers)
}

/// As `model`, for a text that was already taken out of its table.
pub fn parse_model<'p>(
    text: &str,
    field: &str,
    table: &Table<'_>,
    providers: &'p [Provider],
) -> Option<(ModelName, &'p Provider)> {
    let Some(model) = ModelName::parse(text) else {
        table.error(
            field,
            format!("\"{text}\" names no provider"),
            "write provider/model, for example openai/gpt-5-mini",
        );
        return None;
    };
    let Some(provider) = providers.iter().find(|provider| provider.name == model.provider) else {
        let known: Vec<&str> = providers.iter().map(|provider| provider.name.as_str()).collect();
        table.error(
            field,
            format!("there is no provider {}", model.provider),
            if known.is_empty() {
                format!("add [providers.{}] with dialect and api_key_env", model.provider)
            } else {
                suggestion(&model.provider, known)
            },
        );
        return None;
    };
    Some((model, provider))
}

fn rules(table: &Table<'_>, files: Files<'_>) -> Option<(VariantKind, Value)> {
    let file = table.text("file")?;
    let text = files.text(&file, &table.place_of("file"))?;
    let rules = Rules::parse(&file, &text, files.problems)?;
    Some((VariantKind::Rules(rules), json!(text)))
}

fn command(table: &Table<'_>, files: Files<'_>) -> Option<(VariantKind, Value)> {
    let run = table.texts("run");
    if run.first().is_none_or(|program| program.trim().is_empty()) {
        table.error(
            "run",
            "there is no program to run",
            "write run = [\"python3\", \"answer.py\"]",
        );
        return None;
    }
    // One text is a command line for the shell; a list is a program with its arguments.
    let run = match (table.text("run"), run) {
        (Some(line), _) => vec!["sh".to_owned(), "-c".to_owned(), line],
        (None, run) => run,
    };
    let mut contents = Vec::new();
    for file in table.texts("files") {
        let bytes = std::fs::read(files.path(&file)).ok();
        files.exists(&file, &table.place_of("files"));
        contents.push(json!([file, bytes.map(|bytes| Hash::of_bytes(&bytes))]));
    }
    let timeout = table.duration("timeout").unwrap_or(Duration::from_mins(1));
    let memory_mb = table.integer("memory_mb");
    let content = json!({ "run": run, "files": contents, "memory_mb": memory_mb });
    let concurrency = table.integer("concurrency").map(|n| (n as usize).clamp(1, 1024));
    Some((VariantKind::Command { run, timeout, memory_mb, concurrency }, content))
}

fn http(table: &Table<'_>) -> Option<(VariantKind, Value)> {
    let url = table.text("url")?;
    if !(url.starts_with("http://") || url.starts_with("https://")) {
        table.error("url", format!("\"{url}\" is no address"), "begin it with https:// or http://");
        return None;
    }
    let headers: BTreeMap<String, String> = table
        .map("headers")
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.as_str()?.to_owned())))
        .collect();
    let answer = table.text("answer");
    let content = json!({ "url": url, "headers": headers, "answer": answer });
    Some((
        VariantKind::Http {
            url,
            headers,
            answer,
            timeout: table.duration("timeout").unwrap_or(Duration::from_mins(2)),
            concurrency: table.integer("concurrency").map_or(16, |n| (n as usize).clamp(1, 1024)),
        },
        content,
    ))
}

fn recorded(table: &Table<'_>, files: Files<'_>, is_human: bool) -> Option<(VariantKind, Value)> {
    let columns = table.table("columns").map_or_else(AnswerColumns::default, |columns| {
        columns.check(&[ANSWER_COLUMNS]);
        AnswerColumns {
            id: columns.text("id"),
            trial: columns.text("trial"),
            output: columns.text("output"),
            error: columns.text("error"),
            annotator: columns.text("annotator"),
        }
    });
    match (table.text("file"), table.text("column")) {
        (Some(file), None) => {
            if !files.exists(&file, &table.place_of("file")) {
                return None;
            }
            let bytes = std::fs::read(files.path(&file)).unwrap_or_default();
            let content =
                json!({ "file": Hash::of_bytes(&bytes), "columns": table.map("columns") });
            let source = RecordedSource::File { file, columns };
            Some((VariantKind::Recorded { source, is_human }, content))
        }
        // The answers are part of the dataset: their content is hashed when the cases are read.
        (None, Some(column)) => {
            let content = json!({ "column": column });
            Some((
                VariantKind::Recorded { source: RecordedSource::Column(column), is_human },
                content,
            ))
        }
        (Some(_), Some(_)) => {
            table.problems().error(
                &table.place,
                "answers come from a file or from a column, not both",
                "keep one of file, column",
            );
            None
        }
        (None, None) => {
            table.problems().error(
                &table.place,
                "where are the answers?",
                "add file = \"answers/NAME.jsonl\", or column = \"NAME\" for a column of the dataset",
            );
            None
        }
    }
}

/// Reads a JSON Schema file and notes when it is none.
pub fn schema_file(file: &str, place: &Place, files: Files<'_>) -> Option<Value> {
    let schema = files.json(file, place)?;
    if let Err(error) = jsonschema::validator_for(&schema) {
        files.problems.error(
            &Place::file(file),
            format!("not a JSON Schema: {error}"),
            "correct the schema",
        );
        return None;
    }
    Some(schema)
}
