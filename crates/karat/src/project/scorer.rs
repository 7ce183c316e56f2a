//! Scorers as the project file names them: kind, settings and the files that they point to.

use std::collections::BTreeMap;

use karat_records::Hash;
use serde_json::{Map, Value, json};

use super::files::Files;
use super::problem::{Place, suggestion};
use super::provider::{ModelName, Provider};
use super::reader::Table;
use super::rules;
use super::scorer_fields::{SCORER, all_names, settings_of};
use super::variant::{parse_model, schema_file};

/// One judgement of an answer.
#[derive(Clone, Debug)]
pub struct Scorer {
    /// Its name in the file.
    pub name: String,
    /// The kind without `not-`.
    pub kind: &'static str,
    /// True for the `not-` form.
    pub is_negated: bool,
    /// The settings as they are written.
    pub settings: Map<String, Value>,
    /// Contents of the files that the settings name, by field.
    pub contents: BTreeMap<String, String>,
    /// Judges or embedding model.
    pub models: Vec<ModelName>,
    /// Everything that shapes a score.
    pub hash: Hash,
    /// Where it stands in the file.
    pub place: Place,
}

impl Scorer {
    /// A setting as text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.settings.get(name)?.as_str()
    }

    /// A setting as a number.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.settings.get(name)?.as_f64()
    }

    /// A setting that is true.
    pub fn flag(&self, name: &str) -> bool {
        self.settings.get(name).and_then(Value::as_bool).unwrap_or(false)
    }
}

/// Reads one scorer.
pub fn read(
    name: &str,
    table: &Table<'_>,
    files: Files<'_>,
    providers: &[Provider],
) -> Option<Scorer> {
    let word = table.text("kind").unwrap_or_default();
    let Some((kind, is_negated, fields)) = settings_of(&word) else {
        let names = all_names();
        if table.has("kind") {
            table.error(
                "kind",
                format!("there is no kind of scorer called \"{word}\""),
                suggestion(&word, names.iter().map(String::as_str)),
            );
        } else {
            table.problems().error(
                &table.place,
                "`kind` is missing",
                "write kind = …, for example kind = \"equals\"",
            );
        }
        return None;
    };
    let before = files.problems.n_errors();
    table.check(&[SCORER, fields]);
    for pattern in ["pattern", "expected_pattern"] {
        if let Some(text) = table.text(pattern) {
            rules::compile(&text, table, pattern);
        }
    }
    let contents = contents(table, files, kind);
    let models = models(table, providers, kind);
    check_numbers(table, kind);
    if files.problems.n_errors() > before {
        return None;
    }
    let settings = table.to_json();
    let hash = Hash::of_json(&json!({ "settings": settings, "contents": contents }));
    Some(Scorer {
        name: name.into(),
        kind,
        is_negated,
        settings,
        contents,
        models,
        hash,
        place: table.place.clone(),
    })
}

/// The scorers that a weighted one is made of.
pub fn part_names(table: &Table<'_>) -> Vec<String> {
    if settings_of(&table.text("kind").unwrap_or_default())
        .is_some_and(|(kind, _, _)| kind == "weighted")
    {
        table.map("parts").keys().cloned().collect()
    } else {
        Vec::new()
    }
}

fn contents(table: &Table<'_>, files: Files<'_>, kind: &str) -> BTreeMap<String, String> {
    let mut contents = BTreeMap::new();
    if let Some(file) = table.text("schema")
        && let Some(schema) = schema_file(&file, &table.place_of("schema"), files)
    {
        contents.insert("schema".to_owned(), schema.to_string());
    }
    if let Some(file) = table.text("rubric")
        && let Some(text) = files.text(&file, &table.place_of("rubric"))
    {
        if text.trim().is_empty() {
            table.error("rubric", format!("{file} is empty"), "write what a good answer is");
        }
        contents.insert("rubric".to_owned(), text);
    }
    if kind == "grader"
        && let Some(file) = table.text("file")
        && let Some(grader) = files.json(&file, &table.place_of("file"))
    {
        contents.insert("file".to_owned(), grader.to_string());
    }
    for file in table.texts("files") {
        if files.exists(&file, &table.place_of("files")) {
            let bytes = std::fs::read(files.path(&file)).unwrap_or_default();
            contents.insert(file, Hash::of_bytes(&bytes).to_string());
        }
    }
    if kind == "llm-rubric" && table.has("rubric") == table.has("text") {
        table.problems().error(
            &table.place,
            "a judge needs one rubric",
            "add rubric = \"rubrics/NAME.md\", or text = \"…\" for a short one",
        );
    }
    contents
}

fn models(table: &Table<'_>, providers: &[Provider], kind: &str) -> Vec<ModelName> {
    let is_judge = matches!(kind, "llm-rubric" | "grounded" | "factuality");
    let mut models: Vec<ModelName> = Vec::new();
    for (field, text) in table
        .text("model")
        .map(|text| ("model", text))
        .into_iter()
        .chain(table.texts("models").into_iter().map(|text| ("models", text)))
    {
        models.extend(parse_model(&text, field, table, providers).map(|(model, _)| model));
    }
    if is_judge && !table.has("model") && !table.has("models") {
        table.problems().error(
            &table.place,
            "a judge needs a model",
            "add model = \"provider/model\"",
        );
    }
    if table.has("models") && table.texts("models").len().is_multiple_of(2) {
        table.error(
            "models",
            "an even number of judges can end in a tie",
            "name an odd number of judges",
        );
    }
    models
}

fn check_numbers(table: &Table<'_>, kind: &str) {
    if let Some(threshold) = table.number("threshold")
        && !(0.0..=1.0).contains(&threshold)
    {
        table.error(
            "threshold",
            format!("a score lies between 0 and 1, and {threshold} does not"),
            "write a number between 0 and 1",
        );
    }
    for field in ["n", "k"] {
        if table.integer(field) == Some(0) {
            table.error(field, format!("{field} = 0 looks at nothing"), "write 1 or more");
        }
    }
    if kind == "recorded-score" {
        let (min, max) = (table.number("min").unwrap_or(0.0), table.number("max").unwrap_or(1.0));
        if min >= max {
            table.error(
                "max",
                format!("the largest value {max} is not above the smallest {min}"),
                "write max above min",
            );
        }
    }
    if kind == "weighted" {
        let weights: Vec<Option<f64>> = table.map("parts").values().map(Value::as_f64).collect();
        let all_fine = weights.iter().all(|weight| weight.is_some_and(|weight| weight >= 0.0));
        if !all_fine || weights.iter().flatten().sum::<f64>() <= 0.0 {
            table.error(
                "parts",
                "weights are numbers, none below 0, at least one above",
                "write for example { exact = 2, style = 1 }",
            );
        }
    }
}
