//! The operation `prices.list`.

use anyhow::Result;
use karat_providers::{Price, Prices};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::app::App;

/// Nothing to say: the project's own prices come before the built-in table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListPrices {}

/// What tokens cost.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriceList {
    /// The project's own first.
    pub prices: Vec<PriceShown>,
    /// The month in which the built-in table was true.
    pub as_of: String,
}

/// One price, in US dollars per million tokens.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PriceShown {
    /// `provider/model`, or a beginning of one with `*`.
    pub model: String,
    /// Input.
    pub input_usd: Option<f64>,
    /// Input read from the provider's cache.
    pub cached_input_usd: Option<f64>,
    /// Output, reasoning included.
    pub output_usd: Option<f64>,
    /// Where the price stands.
    pub source: PriceSource,
}

/// Where a price stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum PriceSource {
    /// In the program.
    #[serde(rename = "built in")]
    BuiltIn,
    /// In the project file.
    #[serde(rename = "karat.toml")]
    Project,
}

/// Lists the prices.
pub async fn list(app: App, _input: ListPrices) -> Result<PriceList> {
    let project = app.project()?;
    let bundled = Prices::bundled();
    let own = project.prices.iter().map(|own| shown(&own.model, &own.price, PriceSource::Project));
    let built_in = bundled.rows().map(|(model, price)| shown(model, price, PriceSource::BuiltIn));
    let prices = own.chain(built_in).collect();
    Ok(PriceList { prices, as_of: bundled.as_of.clone().unwrap_or_default() })
}

fn shown(model: &str, price: &Price, source: PriceSource) -> PriceShown {
    PriceShown {
        model: model.to_owned(),
        input_usd: Some(price.input),
        cached_input_usd: Some(price.cached_input),
        output_usd: Some(price.output),
        source,
    }
}
