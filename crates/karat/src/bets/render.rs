//! Pure. A new bet as text: its data file, and its tables of `karat.toml`.

use std::fmt::Write as _;

use anyhow::{Context, Result};
use serde_json::{Map, Value, json};

use super::choice::BetColumns;
use super::paste::{Paste, PasteFormat};
use super::success::Offer;
use crate::project::init::toml_text;

/// What a bet is made of, checked.
#[derive(Debug)]
pub struct NewBet<'a> {
    /// Its name.
    pub name: &'a str,
    /// The feature that tests it; the dataset is called the same.
    pub feature: &'a str,
    /// What a request is, in the plural.
    pub about: Option<&'a str>,
    /// What is believed.
    pub hypothesis: &'a str,
    /// What others lack.
    pub why_us: Option<&'a str>,
    /// The day of the decision.
    pub deadline: jiff::civil::Date,
    /// What it may cost.
    pub spend_cap_usd: Option<f64>,
    /// How success is measured.
    pub success: &'a Offer,
    /// The least share of answers that must be right.
    pub floor: f64,
    /// Where the rows lie.
    pub data_file: &'a str,
    /// Which column is which.
    pub columns: &'a BetColumns,
    /// Recorded variants: name and column.
    pub recorded: &'a [(String, String)],
    /// The rules variant and its file, where rules could be drafted.
    pub rules: Option<(&'a str, &'a str)>,
}

/// The head of a project that there was none of yet.
pub fn project_head(name: &str) -> String {
    format!(
        "[project]\nname = {}\nconfidence = 0.95                      # one-sided, for every criterion\n",
        toml_text::text(name)
    )
}

impl NewBet<'_> {
    /// The measure of success in words, as it is promised.
    pub fn success_words(&self) -> String {
        format!("{} ({}) at least {}", self.success.name, self.success.shown.kind, self.floor)
    }

    /// Its tables of the project file.
    pub fn tables(&self) -> String {
        let feature = toml_text::key(self.feature);
        let text = |value: &str| toml_text::text(value);
        let mut toml = format!(
            "[bets.{}]                      # written down before the first outcome; later changes show as amendments\nfeature = {}\nhypothesis = {}\nsuccess = {}\n",
            toml_text::key(self.name),
            text(self.feature),
            text(self.hypothesis),
            text(&self.success_words()),
        );
        if let Some(why_us) = self.why_us {
            let _ = writeln!(toml, "why_us = {}", text(why_us));
        }
        let _ = writeln!(toml, "deadline = {}", self.deadline);
        if let Some(cap) = self.spend_cap_usd {
            let _ = writeln!(toml, "spend_cap_usd = {}", toml_text::value(&json!(cap)));
        }
        let _ = write!(
            toml,
            "\n[datasets.{feature}]\nfile = {}\ncolumns = {}\n",
            text(self.data_file),
            toml_text::table(&self.mapping())
        );
        if !self.columns.answers.is_empty() {
            let answers = toml_text::value(&json!(self.columns.answers));
            let _ = writeln!(toml, "answers = {answers}");
        }
        let _ = write!(toml, "\n[features.{feature}]\ndataset = {}\n", text(self.feature));
        if let Some(about) = self.about {
            let _ = writeln!(toml, "about = {}", text(about));
        }
        if let Some((variant, _)) = self.rules {
            let _ = writeln!(toml, "baseline = {}", text(variant));
        }
        for (variant, column) in self.recorded {
            let _ = write!(
                toml,
                "\n[features.{feature}.variants.{}]\nkind = \"recorded\"\ncolumn = {}\n",
                toml_text::key(variant),
                text(column)
            );
        }
        if let Some((variant, file)) = self.rules {
            let _ = write!(
                toml,
                "\n[features.{feature}.variants.{}]\nkind = \"rules\"\nfile = {}\n",
                toml_text::key(variant),
                text(file)
            );
        }
        let mut scorer = Map::from_iter([("kind".to_owned(), json!(self.success.shown.kind))]);
        scorer.extend(self.success.settings.clone());
        let _ = write!(
            toml,
            "\n[features.{feature}.scorers]  # 1 is always good\n{} = {}\n\n[features.{feature}.mvq]\ncorrect = {{ metric = {}, min = {} }}\n",
            toml_text::key(self.success.name),
            toml_text::table(&scorer),
            text(self.success.name),
            self.floor,
        );
        toml
    }

    fn mapping(&self) -> Map<String, Value> {
        let columns = self.columns;
        let input = match columns.input.as_slice() {
            [one] => json!(one),
            several => json!(several),
        };
        [
            ("id", columns.id.as_ref().map(|name| json!(name))),
            ("input", Some(input)),
            ("expected", columns.expected.as_ref().map(|name| json!(name))),
            ("tags", columns.tags.as_ref().map(|name| json!(name))),
        ]
        .into_iter()
        .filter_map(|(field, column)| Some((field.to_owned(), column?)))
        .collect()
    }
}

/// The ending of the data file.
pub fn extension(format: PasteFormat) -> &'static str {
    match format {
        PasteFormat::Csv | PasteFormat::Tsv => "csv",
        PasteFormat::Jsonl => "jsonl",
    }
}

/// The rows as they are kept: columns with a role, with commas, or one JSON object a line.
pub fn data_file(paste: &Paste, columns: &BetColumns) -> Result<Vec<u8>> {
    let kept: Vec<&String> =
        paste.names.iter().filter(|name| columns.all().any(|own| own == *name)).collect();
    if paste.format == PasteFormat::Jsonl {
        let mut text = String::new();
        for row in &paste.rows {
            let fields: Map<String, Value> = row
                .fields
                .iter()
                .filter(|(name, _)| kept.contains(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            let _ = writeln!(text, "{}", Value::Object(fields));
        }
        return Ok(text.into_bytes());
    }
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(&kept)?;
    for row in &paste.rows {
        let cells = kept.iter().map(|name| match row.fields.get(name.as_str()) {
            Some(Value::String(text)) => text.clone(),
            _ => String::new(),
        });
        writer.write_record(cells)?;
    }
    writer.into_inner().context("rows in memory can always be written")
}
