//! The operation `bets.preview`: what was pasted, as karat understands it, before anything is written or compared.

use anyhow::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::choice::{self, BetColumns};
use super::paste::{self, PasteFormat};
use super::success::{self, SuccessScorer};
use crate::app::App;
use crate::project::init::plan::{short_kebab, unique};
use crate::project::read;

/// Rows that somebody pasted or dropped.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct PreviewBet {
    /// CSV, cells of a spreadsheet, or JSON Lines.
    pub text: String,
    /// The file's name, where it was a file.
    pub file_name: Option<String>,
    /// Which column is which; guessed where absent.
    pub columns: Option<BetColumns>,
    /// The floor that the power is computed for; 0.85 where absent.
    pub floor: Option<f64>,
}

/// What was pasted, as karat understands it; no answer is compared with a desired output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Preview {
    /// How it is written.
    pub format: PasteFormat,
    /// Number of rows.
    pub n_rows: u64,
    /// Columns in their order.
    pub names: Vec<String>,
    /// Which column is which.
    pub columns: BetColumns,
    /// The first five rows.
    pub sample: Vec<Map<String, Value>>,
    /// What keeps the rows from being used, with row numbers.
    pub problems: Vec<String>,
    /// What should be known and keeps nothing.
    pub notes: Vec<String>,
    /// A name for the bet that is free.
    pub suggested_name: String,
    /// How success can be measured, best first.
    pub scorers: Vec<SuccessScorer>,
    /// What these rows can show, before anything is shown.
    pub power: Option<String>,
}

/// Rows of the sample.
const N_SAMPLE: usize = 5;

/// The floor that most people begin with.
pub const USUAL_FLOOR: f64 = 0.85;

/// Shows what was pasted.
pub async fn preview(app: App, input: PreviewBet) -> Result<Preview> {
    let paste = paste::read(&input.text, input.file_name.as_deref());
    let columns = input.columns.unwrap_or_else(|| BetColumns::guess(&paste));
    let checked = choice::check(&paste, &columns);
    let mut problems = paste.problems.clone();
    if !paste.rows.is_empty() {
        problems.extend(checked.problems);
    }
    let project = read::find_root(&app.folder).and_then(|root| read::read(&root).project);
    let alpha = project.as_ref().map_or(0.05, crate::project::Project::alpha);
    let mut taken: Vec<String> = project.iter().flat_map(taken_names).collect();
    let stem =
        input.file_name.as_deref().map(|name| name.rsplit(['/', '\\']).next().unwrap_or(name));
    let stem = stem.map(|name| name.split('.').next().unwrap_or(name)).unwrap_or_default();
    let short = short_kebab(stem, 24);
    let suggested_name = unique(if short.is_empty() { "new-bet" } else { &short }, &mut taken);
    let floor = input.floor.filter(|floor| *floor > 0.0 && *floor < 1.0).unwrap_or(USUAL_FLOOR);
    let n_rows = paste.rows.len() as u64;
    let expected =
        columns.expected.as_deref().filter(|name| paste.names.iter().any(|own| own == name));
    Ok(Preview {
        format: paste.format,
        n_rows,
        sample: paste.rows.iter().take(N_SAMPLE).map(|row| shortened(&row.fields)).collect(),
        problems: paste::at_most(problems),
        notes: checked.notes,
        suggested_name,
        scorers: success::offers(&paste.rows, expected)
            .into_iter()
            .map(|offer| offer.shown)
            .collect(),
        power: (n_rows > 0).then(|| success::power_words(n_rows, floor, alpha)),
        names: paste.names,
        columns,
    })
}

/// Names that a bet with a feature of its own cannot have.
pub fn taken_names(project: &crate::project::Project) -> Vec<String> {
    let bets = project.bets.iter().map(|bet| &bet.name);
    let features = project.features.iter().map(|feature| &feature.name);
    let datasets = project.datasets.iter().map(|dataset| &dataset.name);
    let providers = project.providers.iter().map(|provider| &provider.name);
    bets.chain(features).chain(datasets).chain(providers).cloned().collect()
}

/// A row whose long texts are cut: a sample is to be looked at.
fn shortened(fields: &Map<String, Value>) -> Map<String, Value> {
    const MOST: usize = 2000;
    let cut = |value: &Value| match value {
        Value::String(text) if text.chars().count() > MOST => {
            Value::String(text.chars().take(MOST).chain(['…']).collect())
        }
        Value::Array(_) | Value::Object(_) if value.to_string().len() > MOST => {
            Value::String(value.to_string().chars().take(MOST).chain(['…']).collect())
        }
        other => other.clone(),
    };
    fields.iter().map(|(name, value)| (name.clone(), cut(value))).collect()
}
