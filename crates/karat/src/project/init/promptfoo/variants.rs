//! Pure. Prompts × providers: each pair is a variant.

use serde_json::{Map, Value, json};

use super::super::plan::{NewFile, Notes, unique};
use super::prompts::Taken;
use super::providers::{Entry, Models, Way};

/// A variant as the project file will hold it.
#[derive(Clone, Debug, PartialEq)]
pub struct VariantRow {
    /// Its name.
    pub name: String,
    /// Fields in order.
    pub fields: Map<String, Value>,
    /// Lines for a comment, where a person has to finish it.
    pub unfinished: Vec<String>,
}

/// All variants and the files that they need beside their prompts.
#[derive(Debug, Default)]
pub struct Variants {
    /// Variants in the config's order.
    pub rows: Vec<VariantRow>,
    /// Tools and adapters.
    pub files: Vec<NewFile>,
}

/// Where the adapter for Python providers will lie.
const ADAPTER: &str = "adapters/call_api.py";

/// Makes a variant of each pair.
pub fn of(prompts: &[Taken], models: &mut Models, notes: &mut Notes) -> Variants {
    let mut variants = Variants::default();
    let mut names = Vec::new();
    for entry in &models.entries {
        let asked: Vec<&Taken> = prompts.iter().filter(|prompt| is_asked(entry, prompt)).collect();
        if let Way::Unfinished(lines) = &entry.way {
            let name = unique(&entry.name, &mut names);
            variants.rows.push(VariantRow { name, fields: Map::new(), unfinished: lines.clone() });
            continue;
        }
        if asked.is_empty() && !prompts.is_empty() {
            notes.add(
                format!("provider {}: prompts {}", entry.name, entry.prompts.join(", ")),
                "no prompt that was taken over has such a name",
                "add a variant by hand",
            );
        }
        for prompt in asked {
            // One prompt needs no name of its own in every variant.
            let name = if prompts.len() == 1 {
                entry.name.clone()
            } else {
                format!("{}-{}", prompt.name, entry.name)
            };
            let name = unique(&name, &mut names);
            if let Some(row) = row(name, entry, prompt, &mut variants.files, notes) {
                variants.rows.push(row);
            }
        }
    }
    if variants.rows.iter().all(|row| row.fields.is_empty()) {
        variants.place_holder(&mut names);
    }
    variants
}

impl Variants {
    /// A feature needs a variant: rules that a person fills in.
    fn place_holder(&mut self, names: &mut Vec<String>) {
        let mut fields = Map::new();
        fields.insert("kind".into(), json!("rules"));
        fields.insert("file".into(), json!("rules/first.toml"));
        let name = unique("rules", names);
        self.rows.push(VariantRow { name, fields, unfinished: Vec::new() });
        self.files.push(NewFile::text(
            "rules/first.toml",
            "# Nothing that answers could be taken over; these rules stand in its place.\n# [[rule]]\n# any = [\"a word\"]\n# answer = \"an answer\"\n\n[default]\nanswer = \"\"\n",
        ));
    }
}

fn put(files: &mut Vec<NewFile>, file: NewFile) {
    if !files.iter().any(|known| known.path == file.path) {
        files.push(file);
    }
}

fn is_asked(entry: &Entry, prompt: &Taken) -> bool {
    let fits = |wanted: &String| {
        wanted == "*"
            || *wanted == prompt.name
            || prompt.known_as.contains(wanted)
            || wanted
                .strip_suffix(":*")
                .or_else(|| wanted.strip_suffix('*'))
                .is_some_and(|group| prompt.known_as.iter().any(|name| name.starts_with(group)))
    };
    entry.prompts.is_empty() || entry.prompts.iter().any(fits)
}

fn row(
    name: String,
    entry: &Entry,
    prompt: &Taken,
    files: &mut Vec<NewFile>,
    notes: &mut Notes,
) -> Option<VariantRow> {
    let mut fields = Map::new();
    match &entry.way {
        Way::Model { model, parameters, tools } => {
            fields.insert("kind".into(), json!("chat"));
            fields.insert("model".into(), json!(model));
            fields.insert("prompt".into(), json!(prompt.path()));
            if !parameters.is_empty() {
                fields.insert("parameters".into(), json!(parameters));
            }
            if let Some(tools) = tools {
                let path = format!("tools/{}.json", entry.name);
                let text = serde_json::to_string_pretty(tools).unwrap_or_default();
                put(files, NewFile::text(&path, format!("{text}\n")));
                fields.insert("tools".into(), json!(path));
            }
        }
        Way::Python { path, function, config } => {
            if prompt.text.contains("{%") || has_filters(&prompt.text) {
                notes.add(
                    format!("prompt {} with the provider {path}", prompt.name),
                    "the adapter for Python fills in plain {{ variables }} only",
                    "add a variant with kind = \"command\" by hand",
                );
                return None;
            }
            put(files, NewFile::text(ADAPTER, include_str!("call_api.py")));
            fields.insert("kind".into(), json!("command"));
            let config = Value::Object(config.clone()).to_string();
            fields.insert(
                "run".into(),
                json!(["python3", ADAPTER, path, function, config, prompt.path()]),
            );
            fields.insert("files".into(), json!([ADAPTER, path, prompt.path()]));
        }
        Way::Unfinished(_) => return None,
    }
    Some(VariantRow { name, fields, unfinished: Vec::new() })
}

fn has_filters(text: &str) -> bool {
    text.split("{{").skip(1).any(|rest| {
        let inside = rest.split("}}").next().unwrap_or_default().trim().trim_matches('-').trim();
        !inside.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'))
    })
}
