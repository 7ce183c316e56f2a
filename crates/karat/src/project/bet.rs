//! Bets: what a team believes, and when it decides.

use serde_json::{Value, json};

use super::problem::Place;
use super::reader::Table;

/// A hypothesis about a feature with its success metric and time box.
#[derive(Clone, Debug)]
pub struct Bet {
    /// Its name in the file.
    pub name: String,
    /// The feature that tests it.
    pub feature: Option<String>,
    /// What we believe.
    pub hypothesis: String,
    /// The success metric and its floor.
    pub success: String,
    /// What we have that others lack.
    pub why_us: Option<String>,
    /// When we decide.
    pub deadline: Option<jiff::civil::Date>,
    /// What it may cost in US dollars.
    pub spend_cap_usd: Option<f64>,
    /// Where it stands in the file.
    pub place: Place,
}

impl Bet {
    /// What was promised, with the criteria of its feature, as it is kept in the catalog.
    pub fn content(&self, criteria: &[String]) -> Value {
        json!({
            "feature": self.feature, "hypothesis": self.hypothesis, "success": self.success,
            "why_us": self.why_us, "deadline": self.deadline.map(|day| day.to_string()),
            "spend_cap_usd": self.spend_cap_usd, "criteria": criteria,
        })
    }
}

/// Reads `[bets.NAME]`.
pub fn read(name: &str, table: &Table<'_>) -> Option<Bet> {
    table.check(&[super::fields::BET]);
    Some(Bet {
        name: name.into(),
        feature: table.text("feature"),
        hypothesis: table.text("hypothesis")?,
        success: table.text("success")?,
        why_us: table.text("why_us"),
        deadline: table.text("deadline").and_then(|day| day.parse().ok()),
        spend_cap_usd: table.number("spend_cap_usd"),
        place: table.place.clone(),
    })
}
