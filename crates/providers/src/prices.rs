//! Pure. What tokens cost: one table of data that users override, and one formula.

use serde::Deserialize;

use crate::chat::Usage;

const BUNDLED: &str = include_str!("prices.toml");
const TOKENS_PER_PRICE: f64 = 1_000_000.0;

/// The price of a model, in USD per million tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    /// Input that the cache had no part in.
    pub input: f64,
    /// Input read from the provider's cache; as `input` where the table says nothing.
    pub cached_input: f64,
    /// Input written to the provider's cache; as `input` where the table says nothing.
    pub cache_write: f64,
    /// Output, reasoning included.
    pub output: f64,
}

/// A table of prices by pattern of `provider/model`.
#[derive(Debug, Clone, PartialEq)]
pub struct Prices {
    /// The month in which the table was true, as `YYYY-MM`, where it says so.
    pub as_of: Option<String>,
    rows: Vec<(String, Price)>,
}

/// A table that cannot be used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum PriceError {
    /// It is not TOML of the right shape; the message names line and column.
    #[error("the table of prices cannot be read: {0}")]
    Syntax(String),
    /// A price is negative or no number.
    #[error(
        "the price of {model:?} has {field} = {value}; a price is a number that is not negative"
    )]
    NotAPrice {
        /// The pattern of the row.
        model: String,
        /// The field.
        field: &'static str,
        /// Its value.
        value: f64,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    as_of: Option<String>,
    #[serde(default)]
    price: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    model: String,
    input: f64,
    cached_input: Option<f64>,
    cache_write: Option<f64>,
    output: f64,
}

impl Prices {
    /// The table that comes with the program.
    ///
    /// # Panics
    /// Never: a test reads the table.
    pub fn bundled() -> Self {
        Self::from_toml(BUNDLED).expect("a test reads the bundled table")
    }

    /// Reads a table of the shape of `prices.toml`.
    pub fn from_toml(text: &str) -> Result<Self, PriceError> {
        let table: Table =
            toml::from_str(text).map_err(|error| PriceError::Syntax(error.to_string()))?;
        let rows: Result<_, _> = table.price.into_iter().map(Row::check).collect();
        Ok(Self { as_of: table.as_of, rows: rows? })
    }

    /// Puts the rows of another table above these: among patterns of equal length the later table wins.
    #[must_use]
    pub fn overridden_by(mut self, other: Self) -> Self {
        self.rows.extend(other.rows);
        self
    }

    /// Patterns of `provider/model` with their prices, in the table's order.
    pub fn rows(&self) -> impl Iterator<Item = (&str, &Price)> {
        self.rows.iter().map(|(model, price)| (model.as_str(), price))
    }

    /// The price of `provider/model`; `None` when it is not known, which is not the same as free.
    pub fn find(&self, model: &str) -> Option<&Price> {
        let matching = self.rows.iter().filter(|(pattern, _)| matches(pattern, model));
        // Of equally long patterns `max_by_key` takes the last.
        matching
            .max_by_key(|(pattern, _)| pattern.trim_end_matches('*').len())
            .map(|(_, price)| price)
    }
}

impl Row {
    fn check(self) -> Result<(String, Price), PriceError> {
        let fields = [
            ("input", Some(self.input)),
            ("cached_input", self.cached_input),
            ("cache_write", self.cache_write),
            ("output", Some(self.output)),
        ];
        for (field, value) in fields {
            if let Some(value) = value.filter(|value| !value.is_finite() || *value < 0.0) {
                return Err(PriceError::NotAPrice { model: self.model, field, value });
            }
        }
        let price = Price {
            input: self.input,
            cached_input: self.cached_input.unwrap_or(self.input),
            cache_write: self.cache_write.unwrap_or(self.input),
            output: self.output,
        };
        Ok((self.model, price))
    }
}

/// Whether the pattern means this model: the same name, the same with a date behind it, or a prefix written with `*`.
///
/// A plain prefix would be wrong: `gpt-5-pro` costs twelve times `gpt-5`.
fn matches(pattern: &str, model: &str) -> bool {
    if let Some(prefix) = pattern.strip_suffix('*') {
        return model.starts_with(prefix);
    }
    model.strip_prefix(pattern).is_some_and(|rest| rest.is_empty() || is_date(rest))
}

/// `-2024-08-06`, `-20240806`, `@20240806`, `-0806`, `-latest`, and `-0`, Anthropic's alias of a first release.
fn is_date(suffix: &str) -> bool {
    let Some(rest) = suffix.strip_prefix(['-', '@']) else {
        return false;
    };
    let is_digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let mut parts = rest.split('-');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some("latest" | "0"), None, None, None) => true,
        (Some(date), None, None, None) => matches!(date.len(), 4 | 8) && is_digits(date),
        (Some(year), Some(month), Some(day), None) => {
            (year.len(), month.len(), day.len()) == (4, 2, 2) && is_digits(&rest.replace('-', ""))
        }
        _ => false,
    }
}

/// What the tokens cost, in USD; each token is charged once, at its own price.
///
/// `None` when the provider counted nothing: an unknown amount is not free.
pub fn cost(price: &Price, usage: &Usage) -> Option<f64> {
    let charges = [
        (usage.input_tokens, price.input),
        (usage.cached_input_tokens, price.cached_input),
        (usage.cache_write_tokens, price.cache_write),
        (usage.output_tokens, price.output),
    ];
    let known = charges.iter().filter_map(|(tokens, price)| Some((*tokens)? as f64 * price));
    let is_known = charges.iter().any(|(tokens, _)| tokens.is_some());
    is_known.then(|| known.sum::<f64>() / TOKENS_PER_PRICE)
}
