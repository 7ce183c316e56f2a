//! The operation `waterfall.show`: who answers a feature's applications now, in which order, and who may not and why.

use anyhow::Result;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::decision;
use crate::app::App;
use crate::gateway::snapshot::Snapshot;

/// Which waterfall is asked for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct AskWaterfall {
    /// The feature; the only one where absent.
    pub feature: Option<String>,
}

/// A waterfall as it answers now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WaterfallShown {
    /// The feature.
    pub feature: String,
    /// Whether a decision stands over the file's order.
    pub is_decided: bool,
    /// Who may answer, in the order in which they are asked.
    pub answering: Vec<Answering>,
    /// Who may not.
    pub refused: Vec<RefusedVariant>,
}

/// A variant that may answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Answering {
    /// Its name.
    pub variant: String,
    /// Whether a proof is about it as it is now; without one it answers because the file says that it may.
    pub is_proven: bool,
}

/// A variant that may not answer.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RefusedVariant {
    /// Its name.
    pub variant: String,
    /// Why, and what to do.
    pub reason: String,
}

/// Shows it.
pub async fn show(app: App, input: AskWaterfall) -> Result<WaterfallShown> {
    let mut snapshot = Snapshot::read(&app)?;
    let name = snapshot.project.choose(input.feature.as_deref())?.name.clone();
    let decided = match app.existing_store()? {
        Some(store) => decision::last(&store, &name).await?,
        None => None,
    };
    let waterfall = snapshot.features.get(&name).map(|served| served.feature.waterfall.clone());
    let decided = decided.filter(|it| waterfall.as_ref().is_some_and(|files| it.holds(files)));
    let is_decided = decided.is_some();
    let orders = decided.map(|decision| (name.clone(), decision.order)).into_iter().collect();
    snapshot.arrange(&orders);
    let served = snapshot.features.remove(&name);
    let (answering, refused) = served.map_or_else(Default::default, |served| {
        let answering = served.waterfall.iter().filter_map(|candidate| {
            let variant = candidate.name.clone()?;
            Some(Answering { variant, is_proven: candidate.is_proven })
        });
        let refused = served.refused.iter().map(|refused| RefusedVariant {
            variant: refused.variant.clone(),
            reason: refused.reason.clone(),
        });
        (answering.collect(), refused.collect())
    });
    Ok(WaterfallShown { feature: name, is_decided, answering, refused })
}
