//! The project's files: read, checked, locked; everything below the door is typed.

pub mod fields;

pub mod scorer_fields;

pub mod read;

pub mod provider;

pub mod dataset;

pub mod bet;

pub mod feature;

pub mod gateway;

pub mod variant;

pub mod prompt;

pub mod rules;

pub mod scorer;

pub mod criterion;

pub mod lock;

pub mod history;

pub mod schema;

pub mod init;

pub mod columns;

pub mod fit;

pub mod edit;

pub mod block;

pub mod floor;

pub mod document;

pub mod reader;

pub mod files;

pub mod sources;

pub mod path;

pub mod rows;

pub mod problem;

use std::path::PathBuf;

pub use bet::Bet;
pub use criterion::{Bound, Criterion, Filter, Metric};
pub use dataset::DatasetFile;
pub use feature::Feature;
pub use gateway::{GatewaySettings, WebhookForm};
pub use problem::{Place, Problem, Problems};
pub use prompt::Prompt;
pub use provider::{ModelName, Price, Provider};
pub use rules::Rules;
pub use scorer::Scorer;
pub use variant::{Variant, VariantKind};

use crate::app::Refusal;

/// The name of the project file.
pub const FILE: &str = "karat.toml";

/// A project as its files say it.
#[derive(Clone, Debug)]
pub struct Project {
    /// The folder with `karat.toml`.
    pub root: PathBuf,
    /// The project's name.
    pub name: String,
    /// One-sided confidence of every criterion, in (0.5, 1).
    pub confidence: f64,
    /// Model providers in the file's order.
    pub providers: Vec<Provider>,
    /// The user's own prices, before the built-in table.
    pub prices: Vec<Price>,
    /// Datasets in the file's order.
    pub datasets: Vec<DatasetFile>,
    /// Bets in the file's order.
    pub bets: Vec<Bet>,
    /// Features in the file's order.
    pub features: Vec<Feature>,
    /// How requests of applications are answered and recorded.
    pub gateway: GatewaySettings,
}

impl Project {
    /// A project without anything in it.
    pub fn empty(root: PathBuf) -> Self {
        Self {
            root,
            name: String::new(),
            confidence: 0.95,
            providers: Vec::new(),
            prices: Vec::new(),
            datasets: Vec::new(),
            bets: Vec::new(),
            features: Vec::new(),
            gateway: GatewaySettings::default(),
        }
    }

    /// The feature of that name.
    pub fn feature(&self, name: &str) -> Option<&Feature> {
        self.features.iter().find(|feature| feature.name == name)
    }

    /// The feature of that name, or the only one.
    pub fn choose(&self, name: Option<&str>) -> anyhow::Result<&Feature> {
        let names =
            || self.features.iter().map(|feature| feature.name.as_str()).collect::<Vec<_>>();
        match name {
            Some(name) => self.feature(name).ok_or_else(|| {
                Refusal::not_found(format!(
                    "there is no feature {name}\n  next: {}",
                    problem::suggestion(name, names())
                ))
            }),
            None => match self.features.as_slice() {
                [only] => Ok(only),
                [] => Err(Refusal::not_found(
                    "the project has no feature\n  next: add [features.NAME] with a dataset and variants to karat.toml",
                )),
                _ => Err(Refusal::invalid(format!(
                    "which feature?\n  next: name one of {}",
                    names().join(", ")
                ))),
            },
        }
    }

    /// The provider of that name.
    pub fn provider(&self, name: &str) -> Option<&Provider> {
        self.providers.iter().find(|provider| provider.name == name)
    }

    /// The dataset of that name.
    pub fn dataset(&self, name: &str) -> Option<&DatasetFile> {
        self.datasets.iter().find(|dataset| dataset.name == name)
    }

    /// The share of wrong verdicts that the confidence allows, one-sided.
    pub fn alpha(&self) -> f64 {
        1.0 - self.confidence
    }
}
