//! Pure. What callers see of queues, items, guidelines and agreement.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::item::ItemState;
use super::queue::{Kind, Mode};
pub use crate::gate::shown::{Measured, MeasuredUnit};

impl Measured {
    /// A share whose interval is known.
    pub fn between(
        metric: &str,
        estimate: Option<f64>,
        ends: karat_stats::Interval,
        n: u64,
    ) -> Self {
        Self {
            metric: metric.to_owned(),
            estimate,
            lower: Some(ends.lower),
            upper: Some(ends.upper),
            floor: None,
            n,
            unit: MeasuredUnit::Rate,
            demand: None,
        }
    }

    /// So many of n, with Wilson's interval at 95 %; nothing without observations.
    pub fn fraction(metric: &str, part: u64, n: u64) -> Option<Self> {
        let ends = karat_stats::wilson::wilson(part, n, 0.95).ok().filter(|_| n > 0)?;
        Some(Self::between(metric, Some(part as f64 / n as f64), ends, n))
    }
}

/// A queue with how far it is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Queue")]
pub struct QueueShown {
    /// Its name.
    pub name: String,
    /// The feature.
    pub feature: String,
    /// What is asked.
    pub question: String,
    /// What an answer looks like.
    pub kind: Kind,
    /// The values that may answer; empty for free text.
    pub options: Vec<String>,
    /// What labellers see of a model's answer.
    pub mode: Mode,
    /// How many people label each item.
    pub overlap: u32,
    /// The newest version of the guideline; 0 where there is none.
    pub guideline_version: u32,
    /// Items in all.
    pub n_items: u64,
    /// Items that still take labels.
    pub n_queued: u64,
    /// Items with a value that is not gold yet, by agreement or adjudication.
    pub n_agreed: u64,
    /// Open disputes.
    pub n_disputed: u64,
    /// Items that cannot be labelled.
    pub n_skipped: u64,
    /// Items whose value stands in the dataset.
    pub n_gold: u64,
    /// Items that I can label now.
    pub n_mine: u64,
    /// Seconds that a label takes: my own pace, or everybody's.
    pub pace_seconds: Option<f64>,
    /// Seconds that my items will take at that pace.
    pub seconds_left: Option<f64>,
    /// What would decide the feature's gate, where it is undecided.
    pub stop_rule: Option<String>,
    /// Who opened it.
    pub made_by: String,
}

/// One version of a guideline.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Guideline {
    /// The queue.
    pub queue: String,
    /// From 1; 0 where nothing was written yet.
    pub version: u32,
    /// Markdown.
    pub text: String,
    /// Who wrote it.
    pub by: String,
    /// When, in milliseconds since the Unix epoch.
    pub at_ms: i64,
    /// Labels that were made under older versions.
    pub n_stale: u64,
    /// Ids of the rules that labels may cite.
    #[serde(default)]
    pub rules: Vec<String>,
}

/// An item to label, or why there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LabelTask {
    /// The item.
    pub item: Option<LabelItem>,
    /// Why there is none.
    pub none_because: Option<String>,
    /// The queue.
    pub queue: QueueShown,
    /// The guideline.
    pub guideline: Guideline,
}

/// An item as a labeller sees it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LabelItem {
    /// Its id; says nothing about where it comes from.
    pub id: String,
    /// The lease; labels are submitted under it.
    pub lease: String,
    /// When others may have it.
    pub lease_until_ms: i64,
    /// What the feature would get.
    pub input: Map<String, Value>,
    /// The answer that is judged, for yes-no and scale.
    pub answer: Option<Value>,
    /// What else may be known.
    pub context: Map<String, Value>,
    /// The how-manieth item this is for me, from 1.
    pub position: u64,
    /// How many there are for me.
    pub total: u64,
    /// True where I labelled it before.
    pub is_repeat: bool,
    /// A model's answer, in assisted mode.
    pub suggestion: Option<Value>,
}

/// A label was taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Submitted {
    /// The label's id.
    pub label: String,
    /// Where the item stands now.
    pub state: ItemState,
    /// The model's answer, in blind-then-reveal mode.
    pub reveal: Option<Reveal>,
}

/// A model's answer that is shown after the label.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reveal {
    /// The answer.
    pub value: Value,
    /// Whose it is, without the variant's name, which would tell about later items.
    pub by: String,
}

/// Where an item stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Stands {
    /// Where the item stands now.
    pub state: ItemState,
}
