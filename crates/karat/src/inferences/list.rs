//! The operations `inferences.list`, page by page from the last that arrived, and `inferences.follow`, what came since.

use std::collections::HashMap;

use anyhow::Result;
use karat_records::{Inference, Outcome};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::line::{InferenceLine, first_words};
use super::pick::{Pick, limit};
use crate::app::App;

/// Which inferences to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct ListInferences {
    /// Which ones; all where absent.
    #[serde(deserialize_with = "super::pick::object")]
    pub pick: Pick,
    /// At most so many; 50 where absent, 500 at most.
    pub limit: Option<u64>,
    /// The `next` of the page before.
    pub cursor: Option<String>,
}

/// Some inferences, the last that arrived first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct InferencePage {
    /// The inferences; a page may have none although there is a next one.
    pub inferences: Vec<InferenceLine>,
    /// Where the next page begins.
    pub next: Option<String>,
}

/// What came since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct FollowInferences {
    /// Which ones; all where absent.
    #[serde(deserialize_with = "super::pick::object")]
    pub pick: Pick,
    /// Only those that failed or broke off.
    pub failed: bool,
    /// The `after` of the answer before; where absent it only says where to begin.
    pub after: Option<u64>,
}

/// Inferences in the order of arrival.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NewInferences {
    /// The inferences.
    pub inferences: Vec<NewInference>,
    /// What to ask for next.
    pub after: u64,
    /// False where there is more at once.
    pub is_end: bool,
}

/// One that arrived.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NewInference {
    /// The inference.
    pub inference: InferenceLine,
    /// The first words of its answer; why there is none where it failed.
    pub words: String,
}

/// Rows of one answer about what is new.
const NEW_ROWS: usize = 100;

/// Lists inferences.
pub async fn list(app: App, input: ListInferences) -> Result<InferencePage> {
    let Some(store) = app.existing_store()? else {
        return Ok(InferencePage { inferences: Vec::new(), next: None });
    };
    let filter = input.pick.filter(limit(input.limit, 50), input.cursor);
    let page = store.ledger.inferences(filter).await?;
    let inferences = page.items.into_iter().map(InferenceLine::from).collect();
    Ok(InferencePage { inferences, next: page.next })
}

/// Says what came since a place.
pub async fn follow(app: App, input: FollowInferences) -> Result<NewInferences> {
    let nothing = |after| NewInferences { inferences: Vec::new(), after, is_end: true };
    let Some(store) = app.existing_store()? else { return Ok(nothing(0)) };
    let Some(after) = input.after else {
        return Ok(nothing(store.ledger.places().await?.inferences));
    };
    let news = store.ledger.inferences_after(after, input.pick.filter(NEW_ROWS, None)).await?;
    let is_wanted = |outcome| !input.failed || matches!(outcome, Outcome::Failed | Outcome::Cut);
    let rows: Vec<_> =
        news.items.into_iter().filter(|row| is_wanted(row.inference.outcome)).collect();
    let ids: Vec<String> = rows.iter().map(|row| row.inference.id.clone()).collect();
    let whole = store.ledger.inferences_of(&ids).await?;
    let whole: HashMap<&str, &Inference> =
        whole.iter().map(|inference| (inference.id.as_str(), inference)).collect();
    let inferences = rows.into_iter().map(|row| {
        let words = whole.get(row.inference.id.as_str()).map(|it| first_words(it));
        NewInference { inference: row.into(), words: words.unwrap_or_default() }
    });
    Ok(NewInferences { inferences: inferences.collect(), after: news.after, is_end: news.is_end })
}
