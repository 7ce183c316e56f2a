//! Pure. The project's files for a promptfoo config, and what to say about them.

use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use super::super::plan::{NewFile, Notes, Plan, one_line, plural, short_kebab};
use super::super::toml_text;
use super::cases::Test;
use super::prompts::Taken;
use super::providers::Models;
use super::scorers::{ScorerRow, Scorers};
use super::variants::Variants;

/// Everything that was taken over.
pub struct Parts<'a> {
    /// The project's name.
    pub project: &'a str,
    /// The config's file name.
    pub source: &'a str,
    /// The config.
    pub config: &'a Map<String, Value>,
    /// Prompts.
    pub prompts: &'a [Taken],
    /// Providers and entries.
    pub models: &'a Models,
    /// Variants.
    pub variants: &'a Variants,
    /// Tests as cases.
    pub tests: &'a [Test],
    /// Scorers.
    pub scorers: &'a Scorers,
    /// What was not taken over.
    pub notes: &'a Notes,
}

const CASES: &str = "data/cases.jsonl";

/// Widest line of a comment.
const WIDTH: usize = 96;

/// More lines than this push what matters off the screen.
const MOST_SHOWN: usize = 30;

/// All files and the text for the user.
pub fn plan(parts: &Parts<'_>) -> Plan {
    let mut files = vec![NewFile::text(crate::project::FILE, parts.project_file())];
    let lines: String = parts.tests.iter().map(|test| test.line() + "\n").collect();
    files.push(NewFile::text(CASES, lines));
    files.extend(parts.prompts.iter().map(|prompt| NewFile::text(prompt.path(), &*prompt.text)));
    files.extend(parts.variants.files.iter().chain(&parts.scorers.files).cloned());
    let text = parts.summary(&files);
    Plan { files, text }
}

impl Parts<'_> {
    fn description(&self) -> Option<String> {
        let text = one_line(self.config.get("description")?.as_str()?);
        (!text.is_empty()).then_some(text)
    }

    fn feature(&self) -> String {
        let described = self.description().map(|text| short_kebab(&text, 24)).unwrap_or_default();
        let mut name = if described.is_empty() { self.project.to_owned() } else { described };
        // A request for the feature must not be mistaken for one for a provider.
        if self.models.providers.iter().any(|row| row.name == name) {
            name.push_str("-answers");
        }
        name
    }

    fn project_file(&self) -> String {
        let mut text = String::new();
        if let Some(description) = self.description() {
            push_comment(&mut text, &description, "");
        }
        push_comment(&mut text, &format!("Taken over from {}.", self.source), "");
        let notes = self.notes.lines();
        if !notes.is_empty() {
            text.push_str("#\n# Not taken over, or not quite:\n");
            for note in &notes {
                push_comment(&mut text, note, "- ");
            }
        }
        let _ = write!(
            text,
            "\n[project]\nname = {}\nconfidence = 0.95                      # one-sided, for every criterion\n",
            toml_text::text(self.project)
        );
        for row in &self.models.providers {
            let _ = write!(
                text,
                "\n[providers.{}]\ndialect = \"{}\"\n",
                toml_text::key(&row.name),
                row.dialect
            );
            for (field, value) in [("base_url", &row.base_url), ("api_key_env", &row.key_env)] {
                if let Some(value) = value {
                    let _ = writeln!(text, "{field} = {}", toml_text::text(value));
                }
            }
            if let Some(concurrency) = self.models.concurrency {
                let _ = writeln!(text, "concurrency = {concurrency}");
            }
        }
        let name = self.feature();
        let key = toml_text::key(&name);
        let _ = write!(
            text,
            "\n[datasets.tests]\nfile = \"{CASES}\"\n\n[features.{key}]\ndataset = \"tests\"\nabout = \"requests\"                     # what they are, in the plural: \"of 100 requests\"\n"
        );
        if let Some(trials) = self.trials() {
            let _ = writeln!(text, "trials = {trials}");
        }
        text.push_str("# baseline = \"rules\"                    # `karat rules draft` writes rules from the cases\n");
        self.push_variants(&mut text, &key);
        self.push_judgement(&mut text, &key);
        text
    }

    fn trials(&self) -> Option<u64> {
        let repeat = self.config.get("evaluateOptions")?["repeat"].as_u64()?;
        (2..=1000).contains(&repeat).then_some(repeat)
    }

    fn push_variants(&self, text: &mut String, key: &str) {
        for row in &self.variants.rows {
            let name = toml_text::key(&row.name);
            if row.fields.is_empty() {
                let _ = write!(
                    text,
                    "\n# Unfinished, see above:\n# [features.{key}.variants.{name}]\n"
                );
                for line in &row.unfinished {
                    let _ = writeln!(text, "# {line}");
                }
                continue;
            }
            let _ = write!(text, "\n[features.{key}.variants.{name}]\n");
            for (field, value) in &row.fields {
                let _ = writeln!(text, "{} = {}", toml_text::key(field), toml_text::value(value));
            }
        }
    }

    fn push_judgement(&self, text: &mut String, key: &str) {
        let rows = &self.scorers.rows;
        if !rows.is_empty() {
            let _ = write!(text, "\n[features.{key}.scorers]  # 1 is always good\n");
            let written: Vec<(String, String)> = rows
                .iter()
                .map(|row| (row.name.clone(), toml_text::table(&row.settings)))
                .collect();
            text.push_str(&toml_text::aligned(&written));
        }
        let exact = if rows.iter().any(|row| row.is_exact) {
            "# failures = 0: so few cases share the assertion that it must hold in each of them.\n"
        } else {
            ""
        };
        let _ = write!(
            text,
            "
# In promptfoo every assertion must hold for a test to pass, and somebody looks at the share.
# Here each has a floor: set them before you look at outcomes; later changes show as amendments.
{exact}[features.{key}.mvq]
"
        );
        let mut criteria: Vec<(String, String)> =
            rows.iter().map(|row| (row.name.clone(), criterion(row))).collect();
        // Errors fail every scorer; without one they are all that can be judged.
        if criteria.is_empty() {
            criteria.push(("reliable".into(), "{ metric = \"error-rate\", max = 0.05 }".into()));
        }
        text.push_str(&toml_text::aligned(&criteria));
    }

    fn summary(&self, files: &[NewFile]) -> String {
        let live = self.variants.rows.iter().filter(|row| !row.fields.is_empty()).count();
        let mut text = format!(
            "took over {} from {}: {}, {}, {}, {}\nwrote karat.toml, {CASES} and {}\n",
            plural(self.tests.len(), "case"),
            self.source,
            plural(self.prompts.len(), "prompt"),
            plural(live, "variant"),
            plural(self.scorers.rows.len(), "scorer"),
            plural(self.models.providers.len(), "provider"),
            plural(files.len().saturating_sub(2), "further file"),
        );
        let notes = self.notes.lines();
        if notes.is_empty() {
            text.push_str("everything was taken over\n");
        } else {
            text.push_str("not taken over, or not quite (also at the top of karat.toml):\n");
            for note in notes.iter().take(MOST_SHOWN) {
                let _ = writeln!(text, "  - {note}");
            }
            if notes.len() > MOST_SHOWN {
                let _ =
                    writeln!(text, "  - and {} more, all in karat.toml", notes.len() - MOST_SHOWN);
            }
        }
        let keys: Vec<&str> =
            self.models.providers.iter().filter_map(|row| row.key_env.as_deref()).collect();
        let keys = unique_words(&keys);
        text.push_str("next: karat check, then set the floors in karat.toml before you look (they say 0.85)\n");
        if keys.is_empty() {
            text.push_str("      karat eval --gate\n");
        } else {
            let _ = writeln!(
                text,
                "      karat eval --gate calls models and needs {}",
                keys.join(", ")
            );
        }
        text
    }
}

fn unique_words<'a>(words: &[&'a str]) -> Vec<&'a str> {
    let mut found = Vec::new();
    for word in words {
        if !found.contains(word) {
            found.push(*word);
        }
    }
    found
}

fn criterion(row: &ScorerRow) -> String {
    let mut fields = Map::new();
    fields.insert("metric".into(), json!(row.name));
    if row.is_exact {
        fields.insert("failures".into(), json!(0));
    } else {
        fields.insert("min".into(), json!(0.85));
    }
    fields.extend(row.tag.as_ref().map(|tag| ("where".to_owned(), json!(format!("tag={tag}")))));
    fields.extend(row.is_advisory.then(|| ("advisory".to_owned(), json!(true))));
    toml_text::table(&fields)
}

/// A paragraph as comment lines that can be read without scrolling.
fn push_comment(text: &mut String, paragraph: &str, bullet: &str) {
    let mut line = format!("# {bullet}");
    let indent = format!("# {}", " ".repeat(bullet.len()));
    let mut is_empty = true;
    for word in one_line(paragraph).split(' ') {
        if !is_empty && line.chars().count() + 1 + word.chars().count() > WIDTH {
            text.push_str(line.trim_end());
            text.push('\n');
            line.clone_from(&indent);
            is_empty = true;
        }
        if !is_empty {
            line.push(' ');
        }
        line.push_str(word);
        is_empty = false;
    }
    text.push_str(line.trim_end());
    text.push('\n');
}
