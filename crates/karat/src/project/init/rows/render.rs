//! Pure. The project file for rows that somebody collected, and what to say about it.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::super::plan::{plural, short_kebab};
use super::super::toml_text;
use crate::project::columns::Roles;
use crate::project::fit::{Fit, JudgedBy};

/// Everything that is known about the sheet.
pub struct Sheet<'a> {
    /// The project's name.
    pub project: &'a str,
    /// Where the data lies, relative to the project's folder.
    pub path: &'a str,
    /// Whether it was outside and is copied.
    pub is_copied: bool,
    /// Number of rows.
    pub n_rows: usize,
    /// Which column is which.
    pub roles: &'a Roles,
    /// How the answers can be judged.
    pub fit: &'a Fit,
}

/// Names of files that say nothing about what is in them.
const BLANK: &[&str] = &[
    "rows", "row", "data", "dataset", "cases", "case", "sheet", "sheet1", "export", "table",
    "test", "tests", "eval", "evals", "input", "untitled", "book1", "golden", "gold", "examples",
];

impl Sheet<'_> {
    fn feature(&self) -> String {
        let stem = Path::new(self.path).file_stem().and_then(|stem| stem.to_str());
        let name = short_kebab(stem.unwrap_or_default(), 24);
        if name.is_empty() || BLANK.contains(&name.as_str()) {
            self.project.to_owned()
        } else {
            name
        }
    }

    /// The whole `karat.toml`.
    pub fn project_file(&self) -> String {
        let name = self.feature();
        let key = toml_text::key(&name);
        let roles = self.roles;
        let mut text = format!(
            "[project]\nname = {}\nconfidence = 0.95                      # one-sided, for every criterion\n\n[datasets.cases]\nfile = {}\n",
            toml_text::text(self.project),
            toml_text::text(self.path)
        );
        let mapped: Map<String, Value> = [
            ("id", roles.mapped_id()),
            ("input", roles.mapped_input()),
            ("expected", roles.mapped_expected()),
        ]
        .into_iter()
        .filter_map(|(field, column)| Some((field.to_owned(), json!(column?))))
        .collect();
        if !mapped.is_empty() {
            let _ = writeln!(text, "columns = {}", toml_text::table(&mapped));
        }
        if !roles.answers.is_empty() {
            let columns: Vec<&str> =
                roles.answers.iter().map(|answer| answer.column.as_str()).collect();
            let _ = writeln!(
                text,
                "answers = {}  # columns that hold answers",
                toml_text::value(&json!(columns))
            );
        }
        let _ = write!(
            text,
            "
# What you believe and when you decide, written before you look: remove the # and fill it in.
# [bets.{key}]
# feature = {}
# hypothesis = \"…\"
# success = \"… at least 0.85\"
# deadline = 2026-12-31

[features.{key}]
dataset = \"cases\"
about = \"requests\"                     # what they are, in the plural: \"of 100 requests\"
# baseline = \"rules\"                    # `karat rules draft` writes rules from the cases
",
            toml_text::text(&name)
        );
        self.push_variants(&mut text, &key);
        self.push_judgement(&mut text, &key);
        text
    }

    fn push_variants(&self, text: &mut String, key: &str) {
        for answer in &self.roles.answers {
            let _ = write!(
                text,
                "\n[features.{key}.variants.{}]\nkind = \"recorded\"\ncolumn = {}\n",
                toml_text::key(&answer.variant),
                toml_text::text(&answer.column)
            );
        }
        if self.roles.answers.is_empty() {
            let _ = write!(
                text,
                "
# No column of answers was found, so the first variant is a program of yours: it reads
# {{\"id\", \"trial\", \"input\"}} as JSON and prints the answer. This one repeats its input.
[features.{key}.variants.first]
kind = \"command\"
run = \"cat\"
"
            );
        }
    }

    fn push_judgement(&self, text: &mut String, key: &str) {
        let (name, scorer, comment) = self.scorer();
        let _ = write!(
            text,
            "
[features.{key}.scorers]  # 1 is always good
{comment}{name} = {scorer}

# Set the floor before you look at outcomes: how many of 100 answers must be right to be useful?
# A later change of the floor shows as an amendment.
[features.{key}.mvq]
correct = {{ metric = \"{name}\", min = 0.85 }}
"
        );
    }

    /// Name, settings and a comment where one is due.
    fn scorer(&self) -> (&'static str, String, &'static str) {
        match &self.fit.judged_by {
            JudgedBy::Equals { path, ignore_case } => {
                let mut scorer = Map::new();
                scorer.insert("kind".into(), json!("equals"));
                scorer.extend(path.as_ref().map(|path| ("path".to_owned(), json!(path))));
                scorer.extend(ignore_case.then(|| ("ignore_case".to_owned(), json!(true))));
                ("right", toml_text::table(&scorer), "")
            }
            JudgedBy::Numeric => (
                "right",
                "{ kind = \"numeric\", tolerance = 0 }".into(),
                "# tolerance is the largest difference that is still right.\n",
            ),
            JudgedBy::RougeL => (
                "similar-words",
                "{ kind = \"rouge-l\", threshold = 0.5 }".into(),
                "# Shared words are a poor judge of long texts. With a key, a model that judges by a rubric is better:\n# good = { kind = \"llm-rubric\", model = \"openai/gpt-5\", text = \"The answer says the same as what people wanted.\" }\n",
            ),
            JudgedBy::Nothing => (
                "answers-at-all",
                "{ kind = \"not-is-refusal\" }".into(),
                "# There is no column of desired outputs. Write one and judge by { kind = \"equals\" }, or let a model judge:\n# good = { kind = \"llm-rubric\", model = \"openai/gpt-5\", text = \"What a good answer is.\" }\n",
            ),
        }
    }

    /// What the user reads.
    pub fn summary(&self) -> String {
        let (roles, fit) = (self.roles, self.fit);
        let place = if self.is_copied {
            format!("copied to {}", self.path)
        } else {
            format!("{} stays where it is", self.path)
        };
        let mut rows: Vec<(String, String)> = Vec::new();
        rows.push((roles.input.clone(), "the input".into()));
        if let Some(expected) = &roles.expected {
            let by = match fit.judged_by {
                JudgedBy::Numeric => "numeric",
                JudgedBy::RougeL => "rouge-l, a weak judge (see the comment)",
                _ => "equals",
            };
            rows.push((
                expected.clone(),
                format!("the desired output ({}), judged by {by}", fit.about),
            ));
        }
        for answer in &roles.answers {
            rows.push((
                answer.column.clone(),
                format!("answers: the recorded variant {}", answer.variant),
            ));
        }
        if !roles.metadata.is_empty() {
            rows.push((roles.metadata.join(", "), "metadata".into()));
        }
        let mut text = format!("wrote karat.toml for {} ({place})\n", plural(self.n_rows, "row"));
        text.push_str(&listed(&rows));
        if roles.expected.is_none() {
            text.push_str(
                "no column of desired outputs was found: name it expected, or write one\n",
            );
        } else if fit.n_without > 0 {
            let _ = writeln!(
                text,
                "{} no desired output and will count as failures",
                if fit.n_without == 1 {
                    "1 row has".into()
                } else {
                    format!("{} rows have", fit.n_without)
                }
            );
        }
        if roles.answers.is_empty() {
            text.push_str(
                "no column of answers was found: list it in answers = […], or add a variant\n",
            );
        }
        text.push_str(
            "next: set the floor in karat.toml before you look (it says 0.85), then karat gate\n",
        );
        if roles.expected.is_some() {
            text.push_str("      karat rules draft writes a baseline from the same cases\n");
        }
        text
    }
}

/// Two columns, the first as wide as its widest cell, within reason.
fn listed(rows: &[(String, String)]) -> String {
    const WIDEST: usize = 30;
    let length = |name: &str| name.chars().count();
    let width = rows.iter().map(|(name, _)| length(name)).filter(|width| *width <= WIDEST).max();
    let width = width.unwrap_or(WIDEST);
    rows.iter().map(|(name, role)| format!("  {name:width$}  {role}\n")).collect()
}
