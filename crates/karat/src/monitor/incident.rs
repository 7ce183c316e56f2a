//! An incident: something became worse; it is open until somebody closes it.

use anyhow::Result;
use karat_store::Store;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::kept::{self, Keep};
use crate::app::{App, Refusal};

/// Something that became worse.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Incident {
    /// Its id.
    pub id: String,
    /// The feature.
    pub feature: String,
    /// The variant.
    pub variant: Option<String>,
    /// What was measured, with 1 as good: `canary`, `answered`, `score of NAME`, `latency`, `cost`, `thumbs-up`,
    /// `not-undone`, `not-rephrased`, `not-retried`.
    pub metric: String,
    /// What happened, in a sentence.
    pub title: String,
    /// Why, as far as it is known; begins with provider, our change, input mix or unknown.
    pub cause: String,
    /// Mean of what was measured since the change, 0 to 1.
    pub mean: f64,
    /// Lower bound of that mean.
    pub lower: f64,
    /// Upper bound of that mean.
    pub upper: f64,
    /// Observations behind it.
    pub n: u64,
    /// The level that it fell below.
    pub level: f64,
    /// True where a scripted server answered.
    pub simulated: bool,
    /// What was done about the waterfall, in a sentence.
    pub action: String,
    /// When it seems to have begun, in milliseconds since the Unix epoch; absent for a canary.
    #[serde(default)]
    pub began_at_ms: Option<i64>,
    /// Milliseconds since the Unix epoch.
    pub opened_at_ms: i64,
    /// When it was closed.
    #[serde(default)]
    pub closed_at_ms: Option<i64>,
    /// Who closed it.
    #[serde(default)]
    pub closed_by: Option<String>,
}

impl Keep for Incident {
    const KIND: &'static str = "incident";
}

impl Incident {
    /// Whether nobody has closed it.
    pub fn is_open(&self) -> bool {
        self.closed_at_ms.is_none()
    }

    /// Whether it is about the same.
    pub fn is_about(&self, feature: &str, variant: Option<&str>, metric: &str) -> bool {
        self.feature == feature && self.variant.as_deref() == variant && self.metric == metric
    }
}

/// All of them, the newest first.
pub async fn all(store: &Store) -> Result<Vec<Incident>> {
    let mut incidents: Vec<Incident> =
        kept::list(store).await?.into_iter().map(|(_, incident)| incident).collect();
    incidents.sort_by_key(|incident: &Incident| std::cmp::Reverse(incident.opened_at_ms));
    Ok(incidents)
}

/// Opens one, unless one about the same is open; answers whether it did.
pub async fn open(store: &Store, incident: &Incident) -> Result<bool> {
    let is_known = all(store).await?.iter().any(|known| {
        known.is_open()
            && known.is_about(&incident.feature, incident.variant.as_deref(), &incident.metric)
    });
    if is_known {
        return Ok(false);
    }
    kept::replace(store, &incident.id, None, incident, incident.opened_at_ms).await
}

/// Keeps what was done about an incident.
pub async fn note(store: &Store, incident: &Incident, now_ms: i64) -> Result<()> {
    let Some((_, hash)) = kept::read::<Incident>(store, &incident.id).await? else { return Ok(()) };
    kept::replace(store, &incident.id, Some(hash), incident, now_ms).await?;
    Ok(())
}

/// Which incident is closed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseIncident {
    /// Its id.
    pub id: String,
}

/// Closes an incident: what it was about is watched anew.
pub async fn close(app: App, input: CloseIncident) -> Result<Incident> {
    let nothing = || {
        Refusal::not_found(format!(
            "there is no open incident {}\n  next: `karat monitor` shows them",
            input.id
        ))
    };
    let store = app.existing_store()?.ok_or_else(nothing)?;
    let (incident, hash) = kept::read::<Incident>(&store, &input.id).await?.ok_or_else(nothing)?;
    if !incident.is_open() {
        return Err(nothing());
    }
    let now_ms = app.clock.now_ms();
    let closed = Incident {
        closed_at_ms: Some(now_ms),
        closed_by: Some(app.actor.name.clone()),
        ..incident
    };
    if !kept::replace(&store, &input.id, Some(hash), &closed, now_ms).await? {
        return Err(Refusal::conflict(
            "somebody changed it in the same moment\n  next: look again",
        ));
    }
    Ok(closed)
}
