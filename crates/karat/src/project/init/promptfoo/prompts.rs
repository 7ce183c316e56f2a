//! Pure. promptfoo's prompts as Karat's prompt files.

use std::fmt::Write as _;

use serde_json::{Map, Value};

use super::super::plan::{Notes, short_kebab, shorten, unique};
use super::beside::{Beside, path_of};
use super::{template, yaml};
use crate::project::Prompt;
use crate::project::problem::{Place, Problems};

/// A prompt that is taken over.
#[derive(Debug)]
pub struct Taken {
    /// Short and unique.
    pub name: String,
    /// Names by which a provider may ask for it.
    pub known_as: Vec<String>,
    /// The prompt file's text.
    pub text: String,
}

impl Taken {
    /// Where it will lie.
    pub fn path(&self) -> String {
        path_for(&self.name)
    }

    /// As Karat reads it.
    pub fn read(&self) -> Prompt {
        Prompt::parse(&self.path(), &self.text)
    }
}

fn path_for(name: &str) -> String {
    format!("prompts/{name}.md")
}

/// A text with its name, before it is understood.
struct Found {
    name: Option<String>,
    known_as: Vec<String>,
    text: String,
    origin: String,
}

/// Reads the `prompts` of a config.
pub fn read(prompts: Option<&Value>, beside: &dyn Beside, notes: &mut Notes) -> Vec<Taken> {
    let mut found = Vec::new();
    match prompts {
        None | Some(Value::Null) => {}
        Some(Value::Array(list)) => {
            for prompt in list {
                find(prompt, beside, notes, &mut found);
            }
        }
        // An old form: file to label.
        Some(Value::Object(map)) if !map.contains_key("raw") && !map.contains_key("id") => {
            for (file, label) in map {
                let entry = serde_json::json!({ "id": file, "label": label });
                find(&entry, beside, notes, &mut found);
            }
        }
        Some(one) => find(one, beside, notes, &mut found),
    }
    // Prompts that the config names may lie where ours will: those that differ are not written over.
    let own: Vec<(String, String)> =
        found.iter().map(|found| (found.origin.clone(), found.text.clone())).collect();
    let mut names = Vec::new();
    found.into_iter().filter_map(|found| take(found, &own, &mut names, notes)).collect()
}

fn find(prompt: &Value, beside: &dyn Beside, notes: &mut Notes, found: &mut Vec<Found>) {
    let field = |map: &Map<String, Value>, name: &str| {
        map.get(name).and_then(Value::as_str).map(str::to_owned)
    };
    let (text, label, id) = match prompt {
        Value::String(text) => (text.clone(), None, None),
        Value::Object(map) => {
            let (id, label) = (field(map, "id"), field(map, "label"));
            for key in
                map.keys().filter(|key| !matches!(key.as_str(), "id" | "label" | "raw" | "display"))
            {
                notes.add(
                    format!("prompts: {key}"),
                    "a prompt file holds text only",
                    "set it in the variant's parameters",
                );
            }
            let Some(text) = field(map, "raw").or_else(|| id.clone()) else {
                notes.add(
                    "a prompt",
                    "it has neither raw nor id",
                    "write its text to a file in prompts/",
                );
                return;
            };
            (text, label, id)
        }
        other => {
            notes.add(
                format!("prompt {}", shorten(&other.to_string(), 40)),
                "it is no text",
                "write it to a file in prompts/",
            );
            return;
        }
    };
    let path = path_of(&text).or_else(|| looks_like_path(&text).then_some(text.as_str()));
    let mut known_as: Vec<String> = label.iter().chain(&id).cloned().collect();
    let Some(path) = path else {
        known_as.push(text.clone());
        found.push(Found { name: label.or(id), known_as, origin: shorten(&text, 40), text });
        return;
    };
    let paths = if path.contains('*') { beside.list(path) } else { vec![path.to_owned()] };
    if paths.is_empty() {
        notes.add(
            format!("prompt {path}"),
            "no file matches",
            "correct the pattern, or write the prompt to prompts/",
        );
    }
    for path in paths {
        let known_as: Vec<String> =
            known_as.iter().cloned().chain([text.clone(), path.clone()]).collect();
        from_file(&path, label.clone(), &known_as, beside, notes, found);
    }
}

/// Prompts are often named by a bare path.
fn looks_like_path(text: &str) -> bool {
    const ENDINGS: [&str; 13] = [
        ".txt", ".md", ".json", ".jsonl", ".yaml", ".yml", ".csv", ".js", ".mjs", ".cjs", ".ts",
        ".py", ".j2",
    ];
    let lower = text.to_lowercase();
    let bare = lower.rsplit_once(".py:").map_or(lower.as_str(), |_| ".py");
    !text.contains(['\n', '{'])
        && text.len() < 300
        && ENDINGS.iter().any(|ending| bare.ends_with(ending))
}

fn from_file(
    path: &str,
    label: Option<String>,
    known_as: &[String],
    beside: &dyn Beside,
    notes: &mut Notes,
    found: &mut Vec<Found>,
) {
    let file = path.rsplit('/').next().unwrap_or(path);
    let (stem, ending) = file.rsplit_once('.').unwrap_or((file, ""));
    let ending = ending.to_lowercase();
    if matches!(ending.as_str(), "js" | "mjs" | "cjs" | "ts") || ending.starts_with("py") {
        notes.add(
            format!("prompt {path}"),
            "it is a program that builds the prompt",
            "write the prompt as a template in prompts/, or run the program as a variant of kind command",
        );
        return;
    }
    let text = match beside.text(path) {
        Ok(text) => text,
        Err(reason) => {
            notes.add(
                format!("prompt {path}"),
                reason,
                "correct the path, or write the prompt to prompts/",
            );
            return;
        }
    };
    let name = label.unwrap_or_else(|| stem.to_owned());
    let mut push = |text: String, number: Option<usize>| {
        let name = number.map_or(name.clone(), |number| format!("{name} {number}"));
        found.push(Found {
            name: Some(name),
            known_as: known_as.to_vec(),
            text,
            origin: path.to_owned(),
        });
    };
    match ending.as_str() {
        // Several prompts in one file.
        "txt" => {
            let parts: Vec<String> = split_at_dashes(&text);
            let is_one = parts.len() == 1;
            for (index, part) in parts.into_iter().enumerate() {
                push(part, (!is_one).then_some(index + 1));
            }
        }
        "jsonl" => {
            for (index, line) in text.lines().filter(|line| !line.trim().is_empty()).enumerate() {
                push(line.to_owned(), Some(index + 1));
            }
        }
        "csv" => notes.add(
            format!("prompt {path}"),
            "prompts in a sheet are not read",
            "write each to a file in prompts/",
        ),
        _ => push(text, None),
    }
}

fn split_at_dashes(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    for line in text.lines() {
        if line.trim() == "---" {
            parts.push(String::new());
        } else if let Some(part) = parts.last_mut() {
            part.push_str(line);
            part.push('\n');
        }
    }
    parts.retain(|part| !part.trim().is_empty());
    parts
}

fn take(
    found: Found,
    own: &[(String, String)],
    names: &mut Vec<String>,
    notes: &mut Notes,
) -> Option<Taken> {
    let what = format!("prompt {}", found.origin);
    let text = match understand(&found.text, notes, &what) {
        Ok(text) => text,
        Err(reason) => {
            notes.add(what, reason, "write it to a file in prompts/ by hand and add a variant");
            return None;
        }
    };
    let short = short_kebab(&found.name.unwrap_or_else(|| "prompt".into()), 20);
    let short = if short.is_empty() { "prompt" } else { &short };
    let mut name = unique(short, names);
    while own.iter().any(|(path, there)| *path == path_for(&name) && *there != text) {
        name = unique(short, names);
    }
    Some(Taken { name, known_as: found.known_as, text })
}

/// The text of a prompt file, checked to be one.
fn understand(text: &str, notes: &mut Notes, what: &str) -> Result<String, String> {
    let trimmed = text.trim();
    let is_chat = trimmed.contains("role")
        && trimmed.contains("content")
        && (trimmed.starts_with('[') || trimmed.starts_with("- "));
    let written = if is_chat {
        let tree = serde_json::from_str::<Value>(trimmed)
            .map_err(|error| error.to_string())
            .or_else(|_| yaml::parse(trimmed));
        match tree {
            Ok(Value::Array(messages)) => chat(&messages, notes, what)?,
            _ => {
                return Err(
                    "it is a list of messages that becomes JSON only when it is filled in".into()
                );
            }
        }
    } else {
        plain(text)
    };
    let written = template::translate(&written);
    let problems = Problems::default();
    Prompt::parse("prompt", &written).check(&Place::file("prompt"), &problems);
    match problems.sorted().first() {
        None => Ok(written),
        Some(problem) => Err(problem.message.clone()),
    }
}

fn chat(messages: &[Value], notes: &mut Notes, what: &str) -> Result<String, String> {
    let mut text = String::new();
    for message in messages {
        let role = match message["role"].as_str() {
            Some("system" | "developer") => "system",
            Some("user") => "user",
            Some("assistant") => "assistant",
            Some(role) if template::has_places(role) => {
                return Err("the role of a message is filled in".into());
            }
            Some(role) => {
                return Err(format!("a message of the role {role} has no place in a prompt file"));
            }
            None => return Err("a message has no role".into()),
        };
        let content = match &message["content"] {
            Value::String(content) => content.clone(),
            Value::Array(parts) => {
                let texts: Vec<&str> =
                    parts.iter().filter_map(|part| part["text"].as_str()).collect();
                if texts.len() < parts.len() {
                    notes.add(
                        format!("{what}: a part that is no text"),
                        "a prompt file holds text",
                        "put images into the input as messages",
                    );
                }
                texts.join("\n")
            }
            other => return Err(format!("a message's content is {other}")),
        };
        let _ = write!(text, "# {role}\n{}\n\n", plain(&content).trim_end());
    }
    Ok(text)
}

/// A line that would open a part is written so that it does not.
fn plain(text: &str) -> String {
    let mut written = String::new();
    for line in text.lines() {
        match line.trim_end() {
            heading @ ("# system" | "# user" | "# assistant") => {
                let _ = write!(written, "{{{{ \"{heading}\" }}}}");
            }
            _ => written.push_str(line),
        }
        written.push('\n');
    }
    written
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    struct Nothing;

    impl Beside for Nothing {
        fn text(&self, path: &str) -> Result<String, String> {
            match path {
                "two.txt" => Ok("One {{x}}\n---\nTwo {{x}}\n".into()),
                "chat.json" => Ok(r#"[{"role":"developer","content":"Be\nbrief"},{"role":"user","content":[{"type":"text","text":"{{q}}"}]}]"#.into()),
                "chat.yaml" => Ok("- role: system\n  content: Hi\n- role: user\n  content: '{{ q }}'\n".into()),
                _ => Err(format!("there is no file {path}")),
            }
        }

        fn list(&self, _pattern: &str) -> Vec<String> {
            vec!["two.txt".into(), "chat.json".into()]
        }
    }

    #[test]
    fn every_form_of_prompt_becomes_a_file_or_a_note() {
        let mut notes = Notes::default();
        let prompts = json!([
            "Say {{ word }}",
            {"label": "The polite one", "raw": "Please say {{ word | dump }}"},
            "file://*.x", "chat.yaml", "file://gone.txt", "build.py:make", "{% if x %}",
            "# user\nstays text", 7,
        ]);
        let taken = read(Some(&prompts), &Nothing, &mut notes);
        let shown: Vec<(&str, &str)> =
            taken.iter().map(|taken| (taken.name.as_str(), taken.text.as_str())).collect();
        assert_eq!(
            shown,
            [
                ("prompt", "Say {{ word }}\n"),
                ("the-polite-one", "Please say {{ word | tojson }}\n"),
                ("two-1", "One {{x}}\n"),
                ("two-2", "Two {{x}}\n"),
                ("chat", "# system\nBe\nbrief\n\n# user\n{{q}}\n\n"),
                ("chat-2", "# system\nHi\n\n# user\n{{ q }}\n\n"),
                ("prompt-2", "{{ \"# user\" }}\nstays text\n"),
            ]
        );
        assert_eq!(notes.lines().len(), 4, "{:#?}", notes.lines());
    }
}
